/** The messages of time, as docs/time.md has them. Plain data: nothing here knows VS Code. */

import { Range } from "./protocol";

export interface Position {
  tick: number;
  step: number;
}

/** The position of the end, whatever the run. */
export const END: Position = { tick: Number.MAX_SAFE_INTEGER, step: 0 };

export interface ObjectId {
  task: number;
  slot: number;
  generation: number;
}

export interface TimeVariable {
  name: string;
  value: string;
  object: ObjectId | null;
}

export interface TimeFrame {
  function: string;
  uri: string | null;
  range: Range;
  variables: TimeVariable[];
}

export interface TimeLine {
  line: number;
  text: string;
}

export type MomentKind = "statement" | "within" | "finished" | "faulted";
export type Step = "into" | "over" | "out" | "event";
export type Direction = "forward" | "back";

/** Result of `crush/time/open`, `crush/time/step` and `crush/time/seek`. */
export interface TimeMoment {
  session: number;
  uri: string;
  version: number;
  position: Position;
  ticks: number;
  kind: MomentKind;
  text: string;
  reason: string;
  task: number;
  frames: TimeFrame[];
  lines: TimeLine[];
}

/** Result of `crush/time/lastChange` and `crush/time/borrowedWhen`; null when nobody did. */
export interface ObjectEvent {
  position: Position;
  what: string;
  uri: string | null;
  range: Range | null;
  holder: string | null;
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
  seek: "crush/time/seek",
  lastChange: "crush/time/lastChange",
  borrowedWhen: "crush/time/borrowedWhen",
  arena: "crush/time/arena",
  heap: "crush/time/heap",
  close: "crush/time/close",
  evaluate: "crush/evaluate",
} as const;

/** The error of a request about a session that is over. */
export const SESSION_IS_OVER = -32801;
