/**
 * The values of one document and the lines they are on now. An edit moves them and makes them stale;
 * the next evaluation replaces them. Knows nothing of VS Code.
 */

import { EvaluatedLine, Evaluation, Range } from "./protocol";

/** One change of a document, with what the text in front of it tells about which line the value stays on. */
export interface Edit {
  version: number;
  range: Range;
  insertedText: string;
  /** Nothing but blanks stood before the change on its first line. */
  atLineStart: boolean;
}

export interface Values {
  stale: boolean;
  /** The document version the lines belong to: the run's, then that of each edit applied to them. */
  version: number;
  lines: EvaluatedLine[];
}

/** Where a value on `line` is after the edit; null when its line is gone. */
export function moveLine(line: number, edit: Edit): number | null {
  const { start, end } = edit.range;
  const last = start.line + countNewlines(edit.insertedText);
  if (line < start.line) {
    return line;
  }
  if (line > end.line) {
    return line + last - end.line;
  }
  if (start.line === end.line) {
    // Enter in front of a statement pushes it down; Enter inside or behind it leaves its head where it was.
    return edit.atLineStart ? last : line;
  }
  if (line === start.line) {
    return edit.atLineStart ? null : line;
  }
  if (line < end.line) {
    return null;
  }
  // The rest of the last line joins whatever is left of the first.
  return edit.atLineStart || last > start.line ? last : null;
}

function countNewlines(text: string): number {
  return text.split(/\r\n|\r|\n/).length - 1;
}

/** As many edits as may be waiting for the evaluation of an older version to arrive. */
const REMEMBERED_EDITS = 200;

export class ValuesModel {
  private values: Values | undefined;
  private edits: Edit[] = [];

  current(): Values | undefined {
    return this.values;
  }

  /** Returns whether anything changed on the screen. */
  edit(edits: readonly Edit[]): boolean {
    this.edits.push(...edits);
    this.edits.splice(0, Math.max(0, this.edits.length - REMEMBERED_EDITS));
    if (!this.values || edits.length === 0) {
      return false;
    }
    this.values = edits.reduce(applyEdit, this.values);
    return true;
  }

  /** Takes what the server reports, and puts lines of an older version where the edits since have moved them. */
  evaluated(evaluation: Evaluation): void {
    switch (evaluation.state) {
      case "running":
      case "cancelled":
        if (this.values) {
          this.values = { ...this.values, stale: true };
        }
        return;
      case "skipped":
        // Programs with errors keep the values of their last good run, dimmed; one that may not run has none.
        if (this.values) {
          this.values = { ...this.values, stale: true };
        }
        return;
      case "finished":
      case "faulted": {
        const fresh: Values = {
          stale: false,
          version: evaluation.version,
          lines: oneForEachLine(evaluation.lines),
        };
        const since = this.edits.filter((edit) => edit.version > evaluation.version);
        this.values = since.reduce(applyEdit, fresh);
        this.edits = since;
        return;
      }
    }
  }

  clear(): void {
    this.values = undefined;
    this.edits = [];
  }
}

function applyEdit(values: Values, edit: Edit): Values {
  const lines: EvaluatedLine[] = [];
  for (const value of values.lines) {
    const line = moveLine(value.line, edit);
    if (line !== null) {
      lines.push(line === value.line ? value : { ...value, line });
    }
  }
  return { stale: true, version: edit.version, lines: oneForEachLine(lines) };
}

/** A fault wins over a value, a value over output: joined lines show one text. */
function oneForEachLine(lines: readonly EvaluatedLine[]): EvaluatedLine[] {
  const weight = { output: 0, value: 1, fault: 2 };
  const byLine = new Map<number, EvaluatedLine>();
  for (const value of lines) {
    const there = byLine.get(value.line);
    if (!there || weight[value.kind] > weight[there.kind]) {
      byLine.set(value.line, value);
    }
  }
  return [...byLine.values()].sort((a, b) => a.line - b.line);
}

/** Cuts by Unicode scalar, and puts everything on one line. */
export function shorten(text: string, maximum: number): string {
  const flat = text.replace(/\s*[\r\n]+\s*/g, " ⏎ ");
  const scalars = [...flat];
  return scalars.length <= maximum ? flat : `${scalars.slice(0, maximum - 1).join("")}…`;
}

/** A change as editors report it: in the coordinates of the document before all changes of the same event. */
export interface Change {
  range: Range;
  text: string;
}

/** The edits of one event from the last to the first, so that each leaves the places of the next alone. */
export function toEdits(version: number, changes: readonly Change[], lineAfter: (line: number) => string): Edit[] {
  const ascending = [...changes].sort(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
  let shift = 0;
  const edits = ascending.map(({ range, text }): Edit => {
    const prefix = lineAfter(range.start.line + shift).slice(0, range.start.character);
    shift += countNewlines(text) - (range.end.line - range.start.line);
    return { version, range, insertedText: text, atLineStart: prefix.trim() === "" };
  });
  return edits.reverse();
}
