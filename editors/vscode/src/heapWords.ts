/** The picture of the heap in words: for those who hear it, and for what stands above it. */

import { badgeOf } from "./heapLayout";
import type { HeapBox, HeapHolder, HeapView } from "./drawingProtocol";

export function headline(view: HeapView): string {
  const around = view.slot === null ? "" : ` around #${view.slot}`;
  return `The heap${around} ${view.moment.text}`;
}

export function figures(view: HeapView): string {
  const objects = `${grouped(view.stats.objects)} ${view.stats.objects === 1 ? "object" : "objects"}`;
  return view.leftOut === 0 ? objects : `${objects}, ${grouped(view.leftOut)} not drawn`;
}

export function spokenHolder(holder: HeapHolder): string {
  const how = holder.borrow === null ? "refers to" : `holds ${holder.borrow === "shared" ? "a shared" : "an exclusive"} borrow of`;
  return `${holder.name} ${how} slot ${holder.slot}`;
}

export function spokenBox(box: HeapBox): string {
  const borrows = box.borrows.map((borrow) => `${borrow.kind} borrow by ${(borrow.owner ?? "a temporary").replaceAll("`", "")}`);
  const parts = box.parts.map((part) => (part.target === null ? `${part.name} is ${part.text}` : `${part.name} refers to slot ${part.target}`));
  const more = box.more > 0 ? [`${grouped(box.more)} more`] : [];
  return [`${box.title} in slot ${box.slot}`, ...borrows, ...parts, ...more].join(", ");
}

export function tooltip(box: HeapBox): string {
  const lines = [`${box.title} in slot #${box.slot}`, box.preview];
  if (box.borrows.length > 0) {
    lines.push(...box.borrows.map((borrow) => `${borrow.kind} borrow by ${(borrow.owner ?? "a temporary").replaceAll("`", "")}${line(borrow.range)}`));
  }
  if (box.allocated) {
    lines.push(`allocated${line(box.allocated)}`);
  }
  return lines.join("\n");
}

export { badgeOf };

function line(range: { start: { line: number } } | null): string {
  return range ? ` on line ${range.start.line + 1}` : "";
}

function grouped(number: number): string {
  return number.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
