import assert from "node:assert/strict";
import { test } from "node:test";
import { addPage, Arena, badge, childRows, grouped, Grouping, Row, size, spoken, topRows } from "../src/arenaModel";
import { ArenaPage, Range, Slot } from "../src/protocol";

function range(line: number): Range {
  return { start: { line, character: 0 }, end: { line, character: 5 } };
}

function slot(index: number, changes: Partial<Slot> = {}): Slot {
  return {
    slot: index,
    generation: 1,
    kind: "array",
    label: `#${index} array(0)`,
    preview: "[]",
    bytes: 24,
    shared: 0,
    exclusive: false,
    names: [],
    borrows: [],
    allocated: null,
    edges: [],
    ...changes,
  };
}

function page(slots: Slot[], changes: Partial<ArenaPage> = {}): ArenaPage {
  return {
    uri: "file:///a.crush",
    version: 3,
    moment: { kind: "end", line: null, text: "at the end" },
    stats: { objects: slots.length, bytes: 2048, borrows: 1, allocated: 9, collected: 2 },
    total: slots.length,
    offset: 0,
    slots,
    ...changes,
  };
}

function arena(slots: Slot[], changes: Partial<ArenaPage> = {}): Arena {
  const made = addPage(undefined, page(slots, changes));
  assert.ok(made);
  return made;
}

function titles(rows: Row[]): string[] {
  return rows.map((row) => {
    switch (row.row) {
      case "summary":
        return `${row.moment}: ${row.numbers}`;
      case "filter":
        return `filter ${row.filter}: ${row.matches}`;
      case "group":
        return `${row.title}: ${row.slots.map((s) => s.slot).join(" ")}`;
      case "slot":
        return row.slot.label;
      case "fact":
        return `${row.title} ${row.detail}`;
      case "more":
        return `more: ${row.loaded} of ${row.total}`;
    }
  });
}

/** The rows under the one that sums up. */
function groups(made: Arena, grouping: Grouping): Row[] {
  return topRows(made, grouping).slice(1);
}

test("grouped by kind, in a fixed order, empty groups left out", () => {
  const made = arena([slot(1, { kind: "string" }), slot(2), slot(3, { kind: "object" }), slot(4)]);
  assert.deepEqual(titles(groups(made, "kind")), ["Arrays: 2 4", "Objects: 3", "Strings: 1"]);
});

test("grouped by variable: an object of two names stands under both, the unnamed come last", () => {
  const made = arena([slot(1, { names: ["ys", "xs"] }), slot(2), slot(3, { names: ["xs"] })]);
  assert.deepEqual(titles(groups(made, "owner")), ["xs: 1 3", "ys: 1", "reached through others: 2"]);
});

test("a large heap is paged, and says how much of it is shown", () => {
  const first = arena([slot(1), slot(2)], { total: 5 });
  assert.deepEqual(titles(groups(first, "kind")), ["Arrays: 1 2", "more: 2 of 5"]);
  const second = addPage(first, page([slot(3), slot(4), slot(5)], { total: 5, offset: 2 }));
  assert.deepEqual(titles(groups(second!, "kind")), ["Arrays: 1 2 3 4 5"]);
});

test("a page of another version or moment is not mixed in", () => {
  const first = arena([slot(1)], { total: 2 });
  assert.equal(addPage(first, page([slot(2)], { total: 2, offset: 1, version: 4 })), first);
  const moment = { kind: "line", line: 3, text: "when line 4 last ran" } as const;
  assert.equal(addPage(first, page([slot(2)], { total: 2, offset: 1, moment })), first);
});

test("an object shows its borrows, its allocation and what it refers to", () => {
  const held = slot(1, {
    borrows: [
      { kind: "shared", owner: "`r`", range: range(6) },
      { kind: "exclusive", owner: null, range: null },
    ],
    allocated: range(2),
    edges: [2, 2, 9],
  });
  const made = arena([held, slot(2, { label: "#2 map(1)" })]);
  const [group] = groups(made, "kind");
  const [row] = childRows(made, group!);
  assert.deepEqual(titles(childRows(made, row!)), [
    "shared borrow by r, line 7",
    "exclusive borrow by a temporary",
    "allocated line 3",
    "#2 map(1)",
    "#9 not on this page",
  ]);
});

test("a cycle can be opened for ever, each row with an id of its own", () => {
  const made = arena([slot(1, { edges: [1] })]);
  let [row] = groups(made, "kind");
  const seen = new Set<string>();
  for (let depth = 0; depth < 50; depth++) {
    seen.add(row!.id);
    [row] = childRows(made, row!);
  }
  assert.equal(seen.size, 50);
});

test("borrow states as signs, and in words for a screen reader", () => {
  assert.equal(badge(slot(1)), "");
  assert.equal(badge(slot(1, { shared: 2 })), "& ×2");
  assert.equal(badge(slot(1, { exclusive: true, shared: 1 })), "&mut & ×1");
  const one = slot(1, { shared: 1, names: ["xs"], preview: "[1]" });
  assert.equal(spoken(one), "array in slot 1, named xs, 24 bytes, shared-borrowed 1 time: [1]");
  assert.equal(spoken(slot(4)), "array in slot 4, 24 bytes, not borrowed: []");
});

test("the first row tells the moment and the numbers", () => {
  assert.deepEqual(titles(topRows(arena([slot(1)]), "kind")), ["at the end: 1 object · 2.0 KiB · 1 borrow", "Arrays: 1"]);
  assert.equal(grouped(1234567), "1,234,567");
  assert.equal(size(1023), "1023 B");
  assert.equal(size(3 * 1024 * 1024), "3.0 MiB");
});

test("a filter is shown with the number of its matches", () => {
  const rows = titles(topRows(arena([slot(1)], { total: 1 }), "kind", "lamp"));
  assert.equal(rows[1], "filter lamp: 1");
});
