/** The messages of time, as docs/time.md has them. Plain data: nothing here knows VS Code. */

import { Range } from "./protocol";

export interface Moment {
  tick: number;
  step: number;
}

export interface TimeFrame {
  function: string;
  uri: string | null;
  range: Range;
}

export interface TimeLine {
  line: number;
  text: string;
}

/** Result of `crush/time/open`, `crush/time/step` and `crush/time/seek`. */
export interface TimeMoment {
  session: number;
  uri: string;
  version: number;
  position: Moment;
  ticks: number;
  kind: "statement" | "within" | "finished" | "faulted";
  text: string;
  reason: string;
  frames: TimeFrame[];
  lines: TimeLine[];
}

export interface ArenaChange {
  slot: number;
  kind: string;
  what: string;
  preview: string;
}

/** Result of `crush/evaluate`. */
export interface EvaluateResult {
  value: { value: string } | null;
  reason: string;
  output: string;
  changes: ArenaChange[];
  text: string;
}

export const timeMethods = {
  open: "crush/time/open",
  step: "crush/time/step",
  close: "crush/time/close",
  evaluate: "crush/evaluate",
} as const;

/** The error of a request about a session that is over. */
export const SESSION_IS_OVER = -32801;
