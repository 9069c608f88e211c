/** The messages of drawing, as docs/drawing.md has them. Plain data: nothing here knows VS Code. */

import type { ArenaStats, Borrow, Moment, Position, Range, SlotKind } from "./protocol";

export type BorrowKind = "shared" | "exclusive";

/** Parameters of `crush/borrows`. */
export interface BorrowsParams {
  textDocument: { uri: string };
  position: Position | null;
}

/** A borrow that lives longer than its statement. */
export interface DrawnBorrow {
  kind: BorrowKind;
  taken: Range;
  /** First and last line of each stretch. */
  lines: [number, number][];
  /** Whether it is about the variable under the cursor. */
  asked: boolean;
  conflict: number | null;
  label: string;
  hover: string;
}

export interface DrawnConflict {
  range: Range;
  certain: boolean;
  message: string;
  with: Range[];
}

/** Result of `crush/borrows`. */
export interface BorrowsView {
  variable: string | null;
  borrows: DrawnBorrow[];
  conflicts: DrawnConflict[];
}

/** Parameters of `crush/heap`. */
export interface HeapParams {
  textDocument: { uri: string };
  line: number | null;
  slot: number | null;
  depth: number;
  limit: number;
}

export interface HeapHolder {
  name: string;
  slot: number;
  borrow: BorrowKind | null;
}

export interface HeapPart {
  name: string;
  text: string;
  target: number | null;
  borrow: boolean;
}

export interface HeapBox {
  slot: number;
  generation: number;
  kind: SlotKind;
  title: string;
  distance: number;
  preview: string;
  borrows: Borrow[];
  allocated: Range | null;
  parts: HeapPart[];
  more: number;
}

/** Result of `crush/heap`; null when the document was never run. */
export interface HeapView {
  uri: string;
  version: number;
  moment: Moment;
  stats: ArenaStats;
  slot: number | null;
  holders: HeapHolder[];
  boxes: HeapBox[];
  leftOut: number;
}

export const drawingMethods = {
  borrows: "crush/borrows",
  heap: "crush/heap",
} as const;
