import assert from "node:assert/strict";
import { test } from "node:test";
import { picture } from "../src/borrowModel";
import type { BorrowsView, DrawnBorrow } from "../src/drawingProtocol";

const at = (line: number) => ({ start: { line, character: 0 }, end: { line, character: 4 } });

function borrow(kind: "shared" | "exclusive", lines: [number, number][], more: Partial<DrawnBorrow> = {}): DrawnBorrow {
  return { kind, taken: at(lines[0]?.[0] ?? 0), lines, asked: true, conflict: null, label: "", hover: "hover", ...more };
}

const view = (borrows: DrawnBorrow[], conflictLine?: number): BorrowsView => ({
  variable: "xs",
  borrows,
  conflicts: conflictLine === undefined ? [] : [{ range: at(conflictLine), certain: true, message: "changed", with: [] }],
});

test("a bar beside each line on which a borrow lives, a line under what takes it", () => {
  const { bars, marks } = picture(view([borrow("shared", [[1, 2], [5, 5]])]));
  assert.deepEqual(bars, { shared: [1, 2, 5], exclusive: [], conflict: [] });
  assert.deepEqual(marks.shared, [{ range: at(1), hover: "hover" }]);
});

test("one bar a line: the borrow that forbids more wins", () => {
  const { bars } = picture(view([borrow("shared", [[1, 4]]), borrow("exclusive", [[2, 3]])]));
  assert.deepEqual(bars, { shared: [1, 4], exclusive: [2, 3], conflict: [] });
});

test("a borrow in the way is red from where it is taken to where it is in the way", () => {
  const { bars, marks } = picture(view([borrow("shared", [[1, 6]], { conflict: 0 })], 3));
  assert.deepEqual(bars, { shared: [4, 5, 6], exclusive: [], conflict: [1, 2, 3] });
  assert.match(marks.conflict[0]?.hover ?? "", /In the way on line 4:\*\* changed/);
});

test("of what nobody asked for, the conflict alone is drawn", () => {
  const { bars } = picture(view([borrow("shared", [[1, 6]], { conflict: 0, asked: false })], 3));
  assert.deepEqual(bars, { shared: [], exclusive: [], conflict: [1, 2, 3] });
});
