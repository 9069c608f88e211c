import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeapBox, HeapView } from "../src/drawingProtocol";
import { columns, layout, nearest, sizeOf } from "../src/heapLayout";
import { figures, spokenBox, spokenHolder } from "../src/heapWords";

/** A box of slot `slot` that refers to `targets`. */
function box(slot: number, targets: number[] = [], more = 0): HeapBox {
  const parts = targets.map((target, index) => ({ name: String(index), text: "[…]", target, borrow: false }));
  return { slot, generation: 0, kind: "array", title: `array of ${parts.length}`, distance: 0, preview: "[]", borrows: [], allocated: null, parts, more };
}

function view(boxes: HeapBox[], holders: HeapView["holders"] = []): HeapView {
  const stats = { objects: boxes.length, bytes: 0, borrows: 0, allocated: 0, collected: 0 };
  return { uri: "file:///a", version: 1, moment: { kind: "end", line: null, text: "at the end" }, stats, slot: null, holders, boxes, leftOut: 0 };
}

const slots = (all: HeapBox[][]) => all.map((column) => column.map(({ slot }) => slot));

test("what is referred to stands to the right", () => {
  assert.deepEqual(slots(columns([box(1, [2, 3]), box(2, [3]), box(3)])), [[1], [2], [3]]);
});

test("a cycle is gone through once, whatever it begins with", () => {
  assert.deepEqual(slots(columns([box(1, [2]), box(2, [1])])), [[1], [2]]);
  assert.deepEqual(slots(columns([box(1, [1])])), [[1]]);
  assert.deepEqual(slots(columns([box(1, [2]), box(2, [1]), box(3, [2])])), [[3], [2], [1]]);
});

test("a long chain does not run off to the right: then distance counts", () => {
  const chain = Array.from({ length: 50 }, (_, index) => ({ ...box(index, [index + 1]), distance: index % 4 }));
  assert.equal(columns(chain).length, 4);
});

test("boxes do not overlap", () => {
  const boxes = [box(1, [4, 5, 6]), box(2, [4]), box(3, [6]), box(4, [7], 10), box(5), box(6, [1]), box(7)];
  const places = [...layout(view(boxes, [{ name: "a", slot: 1, borrow: null }, { name: "b", slot: 3, borrow: "shared" }])).boxes.values()];
  for (const [index, a] of places.entries()) {
    for (const b of places.slice(index + 1)) {
      const apart = a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
      assert.ok(apart, `${JSON.stringify(a)} ${JSON.stringify(b)}`);
    }
  }
});

test("arrows are drawn to boxes that are there, and tell borrows", () => {
  const { arrows } = layout(view([box(1, [2, 9]), box(2)], [{ name: "r", slot: 1, borrow: "exclusive" }]));
  assert.deepEqual(arrows.map(({ from, to, borrow }) => [from, to, borrow]), [["h0", 1, "exclusive"], ["b1.0", 2, null]]);
});

test("a box is as wide as its text, within bounds", () => {
  const long = { ...box(1), title: "x".repeat(500) };
  assert.ok(sizeOf(box(1)).width < sizeOf(long).width && sizeOf(long).width <= 260);
});

test("the arrow keys go to the nearest box in their direction", () => {
  const place = (x: number, y: number) => ({ x, y, width: 100, height: 60 });
  const places = [place(0, 0), place(200, 0), place(200, 100), place(0, 100)];
  const from = (index: number) => (["left", "right", "up", "down"] as const).map((key) => nearest(places, index, key));
  assert.deepEqual(from(0), [undefined, 1, undefined, 3]);
  assert.deepEqual(from(2), [3, undefined, 1, undefined]);
  assert.equal(nearest([], 0, "up"), undefined);
});

test("everything is said in words", () => {
  const borrows = [{ kind: "shared" as const, owner: "`reader`", range: null }];
  assert.equal(spokenBox({ ...box(9, [6], 2), borrows }), "array of 1 in slot 9, shared borrow by reader, 0 refers to slot 6, 2 more");
  assert.equal(spokenHolder({ name: "m", slot: 3, borrow: "exclusive" }), "m holds an exclusive borrow of slot 3");
  assert.equal(figures({ ...view([box(1)]), leftOut: 12345 }), "1 object, 12,345 not drawn");
});
