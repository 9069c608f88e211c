/** The rows of the arena view, from pages of slots. Knows nothing of VS Code. */

import { ArenaPage, Borrow, Moment, Range, Slot, SlotKind } from "./protocol";

export type Grouping = "kind" | "owner";

export type Row =
  | { row: "summary"; id: string; moment: string; numbers: string }
  | { row: "filter"; id: string; filter: string; matches: number }
  | { row: "group"; id: string; title: string; slots: Slot[] }
  | { row: "slot"; id: string; slot: Slot }
  | { row: "fact"; id: string; title: string; detail: string; range: Range | null; icon: FactIcon }
  | { row: "more"; id: string; loaded: number; total: number };

export type FactIcon = "shared" | "exclusive" | "allocated" | "name";

/** What is known of one arena: the pages fetched so far, in order. */
export interface Arena {
  uri: string;
  version: number;
  moment: Moment;
  stats: ArenaPage["stats"];
  total: number;
  slots: Slot[];
}

/** A first page starts anew; a later one of the same moment is added; any other is ignored. */
export function addPage(arena: Arena | undefined, page: ArenaPage): Arena | undefined {
  if (page.offset === 0) {
    const { uri, version, moment, stats, total, slots } = page;
    return { uri, version, moment, stats, total, slots };
  }
  const continues =
    arena !== undefined &&
    arena.uri === page.uri &&
    arena.version === page.version &&
    arena.moment.kind === page.moment.kind &&
    arena.moment.line === page.moment.line &&
    arena.slots.length === page.offset;
  return continues ? { ...arena, slots: [...arena.slots, ...page.slots] } : arena;
}

const KINDS: readonly (readonly [SlotKind, string])[] = [
  ["array", "Arrays"],
  ["map", "Maps"],
  ["object", "Objects"],
  ["string", "Strings"],
  ["tagged", "Tagged values"],
  ["closure", "Closures"],
  ["cell", "Captured variables"],
];

const UNNAMED = "reached through others";

export function topRows(arena: Arena, grouping: Grouping, filter = ""): Row[] {
  const rows: Row[] = [{ row: "summary", id: "summary", moment: arena.moment.text, numbers: numbers(arena) }];
  if (filter !== "") {
    rows.push({ row: "filter", id: "filter", filter, matches: arena.total });
  }
  rows.push(...(grouping === "kind" ? byKind(arena.slots) : byOwner(arena.slots)));
  if (arena.slots.length < arena.total) {
    rows.push({ row: "more", id: "more", loaded: arena.slots.length, total: arena.total });
  }
  return rows;
}

function byKind(slots: readonly Slot[]): Row[] {
  const known = KINDS.map(([kind, title]) => group(`kind:${kind}`, title, slots.filter((s) => s.kind === kind)));
  const names = new Set<string>(KINDS.map(([kind]) => kind));
  const others = group("kind:other", "Others", slots.filter((s) => !names.has(s.kind)));
  return [...known, others].filter((g) => g.slots.length > 0);
}

function byOwner(slots: readonly Slot[]): Row[] {
  const named = new Map<string, Slot[]>();
  const unnamed: Slot[] = [];
  for (const slot of slots) {
    if (slot.names.length === 0) {
      unnamed.push(slot);
    }
    for (const name of slot.names) {
      named.set(name, [...(named.get(name) ?? []), slot]);
    }
  }
  const groups = [...named]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, owned]) => group(`owner:${name}`, name, owned));
  return unnamed.length === 0 ? groups : [...groups, group("unnamed", UNNAMED, unnamed)];
}

function group(id: string, title: string, slots: Slot[]): Row & { row: "group" } {
  return { row: "group", id, title, slots };
}

/** The id has the whole path in it: the same object may stand under many parents, and cycles are ordinary. */
export function childRows(arena: Arena, parent: Row): Row[] {
  switch (parent.row) {
    case "group":
      return parent.slots.map((slot) => slotRow(parent.id, slot));
    case "slot":
      return slotDetails(arena, parent.id, parent.slot);
    case "summary":
    case "filter":
    case "fact":
    case "more":
      return [];
  }
}

function slotRow(parent: string, slot: Slot): Row {
  return { row: "slot", id: `${parent}/${slot.slot}.${slot.generation}`, slot };
}

function slotDetails(arena: Arena, id: string, slot: Slot): Row[] {
  const rows: Row[] = slot.borrows.map((borrow, index) => ({
    row: "fact",
    id: `${id}/borrow${index}`,
    title: `${borrow.kind} borrow`,
    detail: borrowDetail(borrow),
    range: borrow.range,
    icon: borrow.kind,
  }));
  if (slot.allocated) {
    rows.push({
      row: "fact",
      id: `${id}/allocated`,
      title: "allocated",
      detail: `line ${slot.allocated.start.line + 1}`,
      range: slot.allocated,
      icon: "allocated",
    });
  }
  const bySlot = new Map(arena.slots.map((s) => [s.slot, s]));
  for (const edge of new Set(slot.edges)) {
    const target = bySlot.get(edge);
    rows.push(
      target
        ? slotRow(id, target)
        : { row: "fact", id: `${id}/edge${edge}`, title: `#${edge}`, detail: "not on this page", range: null, icon: "name" },
    );
  }
  return rows;
}

function borrowDetail(borrow: Borrow): string {
  // The server writes names in backticks, as in Markdown; a row is plain text.
  const holder = borrow.owner?.replaceAll("`", "") ?? "a temporary";
  return borrow.range ? `by ${holder}, line ${borrow.range.start.line + 1}` : `by ${holder}`;
}

export function hasChildren(slot: Slot): boolean {
  return slot.borrows.length > 0 || slot.allocated !== null || slot.edges.length > 0;
}

/** The borrow state in a few signs: `&` for each kind of borrow, as the language writes them. */
export function badge(slot: Slot): string {
  const shared = slot.shared > 0 ? `& ×${slot.shared}` : "";
  const exclusive = slot.exclusive ? "&mut" : "";
  return [exclusive, shared].filter((part) => part !== "").join(" ");
}

/** For a screen reader: signs spelled out. */
export function spoken(slot: Slot): string {
  const borrows = [
    slot.exclusive ? "exclusively borrowed" : "",
    slot.shared === 0 ? "" : `shared-borrowed ${slot.shared} ${slot.shared === 1 ? "time" : "times"}`,
  ].filter((part) => part !== "");
  const names = slot.names.length === 0 ? "" : `, named ${slot.names.join(" and ")}`;
  const state = borrows.length === 0 ? "not borrowed" : borrows.join(" and ");
  return `${slot.kind} in slot ${slot.slot}${names}, ${slot.bytes} bytes, ${state}: ${slot.preview}`;
}

function numbers(arena: Arena): string {
  const { objects, bytes, borrows } = arena.stats;
  const parts = [count(objects, "object"), size(bytes)];
  if (borrows > 0) {
    parts.push(count(borrows, "borrow"));
  }
  return parts.join(" · ");
}

export function count(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

export function size(bytes: number): string {
  if (bytes < 1024) {
    return `${bytes} B`;
  }
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

export function grouped(number: number): string {
  return number.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
