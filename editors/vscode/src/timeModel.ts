/** Where in its run a moment lies, for a slider and in words. Knows nothing of VS Code. */

import { END, type MomentKind, type Position, type TimeMoment } from "./timeProtocol";

/** What a slider shows: of `ticks` and the end behind them, the `at`th. */
export interface Mark {
  at: number;
  /** The number of the end: one more than there are ticks. */
  last: number;
  text: string;
  isPast: boolean;
}

export function markOf({ position, ticks, kind, text }: Pick<TimeMoment, "position" | "ticks" | "kind" | "text">): Mark {
  const isPast = !isEnd(kind);
  return { at: isPast ? Math.min(position.tick, ticks) : ticks + 1, last: ticks + 1, text, isPast };
}

/** `12 of 431`: the end counts as the last. */
export function counted(mark: Mark): string {
  return `${Math.min(mark.at, mark.last - 1)} of ${mark.last - 1}`;
}

/** The position of a part of the run, from 0, where it begins, to 1, its end. */
export function positionAt(part: number, ticks: number): Position {
  const tick = 1 + Math.round(Math.min(1, Math.max(0, part)) * ticks);
  return tick > ticks ? END : { tick, step: 0 };
}

/** What part of its run a mark lies at. */
export function partOf(at: number, last: number): number {
  return last <= 1 ? 1 : (at - 1) / (last - 1);
}

function isEnd(kind: MomentKind): boolean {
  return kind === "finished" || kind === "faulted";
}
