/**
 * Where the boxes of a heap stand: columns by how far they are away, each box as near as can be to what refers to it. Pure
 * arithmetic, so that it is tested without a browser.
 */

import type { HeapBox, HeapView } from "./drawingProtocol";

export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One arrow: from a row to a box. */
export interface Arrow {
  /** `h3` for the fourth holder, `b9.0` for the first part of the box of slot 9. */
  from: string;
  to: number;
  path: string;
  borrow: "shared" | "exclusive" | null;
}

export interface Layout {
  width: number;
  height: number;
  holders: Place[];
  boxes: Map<number, Place>;
  arrows: Arrow[];
}

export const ROW = 22;
export const HEAD = 28;
const GAP = { x: 54, y: 22 };
const MARGIN = 20;
const CHARACTER = 7.4;
const WIDTH = { least: 110, most: 260 };

export function layout(view: HeapView): Layout {
  const holderWidth = clamp(Math.max(0, ...view.holders.map((h) => h.name.length)) * CHARACTER + 44, 70, 200);
  const holders = view.holders.map((_, index) => ({
    x: MARGIN,
    y: MARGIN + index * (ROW + 8),
    width: holderWidth,
    height: ROW + 2,
  }));
  const boxes = new Map<number, Place>();
  const wished = new Map<number, number[]>();
  const wish = (slot: number, y: number) => wished.set(slot, [...(wished.get(slot) ?? []), y]);
  view.holders.forEach((holder, index) => wish(holder.slot, (holders[index] as Place).y));
  let x = MARGIN + (view.holders.length > 0 ? holderWidth + GAP.x : 0);
  for (const column of columns(view.boxes)) {
    const sizes = new Map(column.map((box) => [box.slot, sizeOf(box)]));
    const order = column
      .map((box, index) => ({ box, at: mean(wished.get(box.slot)) ?? Number.MAX_SAFE_INTEGER, index }))
      .sort((a, b) => a.at - b.at || a.index - b.index);
    let y = MARGIN;
    let widest = 0;
    for (const { box, at } of order) {
      const { width, height } = sizes.get(box.slot) as { width: number; height: number };
      const top = at === Number.MAX_SAFE_INTEGER ? y : Math.max(y, at - HEAD / 2);
      boxes.set(box.slot, { x, y: top, width, height });
      box.parts.forEach((part, row) => part.target !== null && wish(part.target, top + HEAD + row * ROW));
      y = top + height + GAP.y;
      widest = Math.max(widest, width);
    }
    x += widest + GAP.x;
  }
  const places = [...holders, ...boxes.values()];
  return {
    width: Math.max(0, ...places.map((place) => place.x + place.width)) + MARGIN + GAP.x / 2,
    height: Math.max(0, ...places.map((place) => place.y + place.height)) + MARGIN,
    holders,
    boxes,
    arrows: arrows(view, holders, boxes),
  };
}

/** More columns than this are no picture: then boxes stand by how many steps they are away. */
const MOST_COLUMNS = 7;

/**
 * The boxes by column: each to the right of what refers to it, so that arrows go one way, but for those that close a cycle.
 * The server's order decides which those are.
 */
export function columns(boxes: readonly HeapBox[]): HeapBox[][] {
  const bySlot = new Map(boxes.map((box) => [box.slot, box]));
  const targets = (box: HeapBox) =>
    box.parts.flatMap((part) => (part.target === null ? [] : (bySlot.get(part.target) ?? []))).filter((to) => to !== box);
  // What nothing refers to comes first: from there, references go on rather than back.
  const referred = new Set(boxes.flatMap((box) => targets(box)));
  const roots = [...boxes.filter((box) => !referred.has(box)), ...boxes];
  const order: HeapBox[] = [];
  const state = new Map<HeapBox, "open" | "done">();
  const back = new Set<string>();
  const key = (from: HeapBox, to: HeapBox) => `${from.slot}>${to.slot}`;
  for (const root of roots) {
    // A stack of our own: a list of many links must not be the end of the browser's.
    const stack = state.has(root) ? [] : [{ box: root, rest: targets(root) }];
    state.set(root, state.get(root) ?? "open");
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { box: HeapBox; rest: HeapBox[] };
      const next = top.rest.shift();
      if (!next) {
        state.set(top.box, "done");
        order.push(top.box);
        stack.pop();
      } else if (state.get(next) === "open") {
        back.add(key(top.box, next));
      } else if (!state.has(next)) {
        state.set(next, "open");
        stack.push({ box: next, rest: targets(next) });
      }
    }
  }
  const column = new Map(boxes.map((box) => [box, 0]));
  for (const from of order.reverse()) {
    for (const to of targets(from).filter((to) => !back.has(key(from, to)))) {
      column.set(to, Math.max(column.get(to) ?? 0, (column.get(from) ?? 0) + 1));
    }
  }
  const isWide = Math.max(0, ...column.values()) >= MOST_COLUMNS;
  const found: HeapBox[][] = [];
  for (const box of boxes) {
    (found[isWide ? box.distance : (column.get(box) ?? 0)] ??= []).push(box);
  }
  return found.filter((boxes) => boxes !== undefined);
}

export function sizeOf(box: HeapBox): { width: number; height: number } {
  const badges = box.borrows.length > 0 ? 3 + badgeOf(box).length : 0;
  const rows = box.parts.map((part) => part.name.length + 3 + (part.target === null ? part.text.length : 2));
  const longest = Math.max(box.title.length + String(box.slot).length + 4 + badges, ...rows);
  return {
    width: clamp(longest * CHARACTER + 28, WIDTH.least, WIDTH.most),
    height: HEAD + rowsOf(box) * ROW + 4,
  };
}

function rowsOf(box: HeapBox): number {
  return box.parts.length + (box.more > 0 ? 1 : 0);
}

/** `&mut`, `& ×2`: how the object is borrowed. */
export function badgeOf(box: HeapBox): string {
  const shared = box.borrows.filter((borrow) => borrow.kind === "shared").length;
  const exclusive = box.borrows.some((borrow) => borrow.kind === "exclusive") ? "&mut" : "";
  return [exclusive, shared > 1 ? `& ×${shared}` : shared === 1 ? "&" : ""].filter((part) => part !== "").join(" ");
}

function arrows(view: HeapView, holders: readonly Place[], boxes: ReadonlyMap<number, Place>): Arrow[] {
  const found: Arrow[] = [];
  view.holders.forEach((holder, index) => {
    const [from, to] = [holders[index], boxes.get(holder.slot)];
    if (from && to) {
      found.push({ from: `h${index}`, to: holder.slot, path: path(from.x + from.width, from.y + from.height / 2, to), borrow: holder.borrow });
    }
  });
  for (const box of view.boxes) {
    const from = boxes.get(box.slot);
    box.parts.forEach((part, row) => {
      const to = part.target === null ? undefined : boxes.get(part.target);
      if (from && to && part.target !== null) {
        const y = from.y + HEAD + row * ROW + ROW / 2;
        found.push({
          from: `b${box.slot}.${row}`,
          to: part.target,
          path: path(from.x + from.width - 14, y, to),
          borrow: part.borrow ? "shared" : null,
        });
      }
    });
  }
  return found;
}

/** To the left edge of what is further right; round the right edge of everything else, so that cycles are seen as such. */
function path(x: number, y: number, to: Place): string {
  const head = to.y + HEAD / 2;
  if (to.x > x) {
    const bend = Math.max(30, (to.x - x) / 2);
    return `M ${x} ${y} C ${x + bend} ${y}, ${to.x - bend} ${head}, ${to.x - 2} ${head}`;
  }
  const right = to.x + to.width;
  const out = Math.max(x, right) + 46;
  return `M ${x} ${y} C ${out} ${y}, ${out} ${head}, ${right + 2} ${head}`;
}

function mean(values: readonly number[] | undefined): number | undefined {
  return values && values.reduce((sum, value) => sum + value, 0) / values.length;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.round(value)));
}

/** The stop that is nearest in a direction: how the arrow keys go from box to box. */
export function nearest(places: readonly Place[], from: number, key: "left" | "right" | "up" | "down"): number | undefined {
  const center = (place: Place) => [place.x + place.width / 2, place.y + Math.min(place.height, HEAD) / 2] as const;
  const here = places[from];
  if (!here) {
    return undefined;
  }
  const [x, y] = center(here);
  const horizontal = key === "left" || key === "right";
  let best: { index: number; cost: number } | undefined;
  places.forEach((place, index) => {
    const [px, py] = center(place);
    const along = (horizontal ? px - x : py - y) * (key === "left" || key === "up" ? -1 : 1);
    const aside = Math.abs(horizontal ? py - y : px - x);
    // What overlaps the own column or row is not further along.
    if (index !== from && along > 4) {
      const cost = along + 2 * aside;
      if (!best || cost < best.cost) {
        best = { index, cost };
      }
    }
  });
  return best?.index;
}
