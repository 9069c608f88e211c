/** Which lines get a bar and which text a line under it, from what the server knows of borrows. Knows nothing of VS Code. */

import type { BorrowKind, BorrowsView, DrawnBorrow } from "./drawingProtocol";
import type { Range } from "./protocol";

export type BarStyle = BorrowKind | "conflict";

export interface Mark {
  range: Range;
  hover: string;
}

export interface Picture {
  /** Lines with a bar, in order. One line has one bar. */
  bars: Record<BarStyle, number[]>;
  /** The texts that take a borrow. */
  marks: Record<BarStyle, Mark[]>;
}

const WEIGHT: Record<BarStyle, number> = { shared: 0, exclusive: 1, conflict: 2 };

export function picture(view: BorrowsView): Picture {
  const styles = new Map<number, BarStyle>();
  const marks: Picture["marks"] = { shared: [], exclusive: [], conflict: [] };
  for (const borrow of view.borrows) {
    const inTheWay = linesInTheWay(view, borrow);
    const style = inTheWay ? "conflict" : borrow.kind;
    marks[style].push({ range: borrow.taken, hover: hoverOf(view, borrow) });
    if (borrow.asked) {
      for (const [first, last] of borrow.lines) {
        for (let line = first; line <= last; line++) {
          put(styles, line, borrow.kind);
        }
      }
    }
    if (inTheWay) {
      for (let line = inTheWay[0]; line <= inTheWay[1]; line++) {
        if (borrow.lines.some(([first, last]) => first <= line && line <= last)) {
          put(styles, line, "conflict");
        }
      }
    }
  }
  const bars: Picture["bars"] = { shared: [], exclusive: [], conflict: [] };
  for (const [line, style] of [...styles].sort(([a], [b]) => a - b)) {
    bars[style].push(line);
  }
  return { bars, marks };
}

/** From where the borrow is taken to where it is in the way. */
function linesInTheWay(view: BorrowsView, borrow: DrawnBorrow): [number, number] | undefined {
  const conflict = borrow.conflict === null ? undefined : view.conflicts[borrow.conflict];
  if (!conflict) {
    return undefined;
  }
  const [from, to] = [borrow.taken.start.line, conflict.range.start.line];
  return [Math.min(from, to), Math.max(from, to)];
}

function put(styles: Map<number, BarStyle>, line: number, style: BarStyle): void {
  const there = styles.get(line);
  if (there === undefined || WEIGHT[style] > WEIGHT[there]) {
    styles.set(line, style);
  }
}

function hoverOf(view: BorrowsView, borrow: DrawnBorrow): string {
  const conflict = borrow.conflict === null ? undefined : view.conflicts[borrow.conflict];
  if (!conflict) {
    return borrow.hover;
  }
  return `${borrow.hover}\n\n**In the way on line ${conflict.range.start.line + 1}:** ${conflict.message}`;
}
