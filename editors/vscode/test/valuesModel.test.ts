import assert from "node:assert/strict";
import { test } from "node:test";
import { EvaluatedLine, Evaluation, LineKind, RunState } from "../src/protocol";
import { Change, moveLine, shorten, toEdits, ValuesModel } from "../src/valuesModel";

function line(at: number, text = `line ${at}`, kind: LineKind = "value"): EvaluatedLine {
  return { line: at, text, hits: 1, kind, hover: "" };
}

function evaluation(version: number, lines: EvaluatedLine[], state: RunState = "finished"): Evaluation {
  return {
    uri: "file:///a.crush",
    version,
    state,
    reason: "",
    lines,
    output: "",
    outputTruncated: false,
    summary: "",
    milliseconds: 1,
    needs: null,
  };
}

/** A document that remembers what it told the model. */
class Document {
  version = 1;
  constructor(public lines: string[]) {}

  change(startLine: number, startCharacter: number, endLine: number, endCharacter: number, text: string) {
    const change: Change = {
      range: {
        start: { line: startLine, character: startCharacter },
        end: { line: endLine, character: endCharacter },
      },
      text,
    };
    const head = this.lines[startLine]!.slice(0, startCharacter);
    const tail = this.lines[endLine]!.slice(endCharacter);
    this.lines.splice(startLine, endLine - startLine + 1, ...(head + text + tail).split("\n"));
    this.version += 1;
    return toEdits(this.version, [change], (at) => this.lines[at] ?? "");
  }
}

function shown(model: ValuesModel): [number, string][] {
  return (model.current()?.lines ?? []).map((value) => [value.line, value.text]);
}

function start(lines = ["let a = 1", "  let b = 2", "let c = 3", ""]) {
  const document = new Document(lines);
  const model = new ValuesModel();
  model.evaluated(evaluation(1, [line(0, "a"), line(1, "b"), line(2, "c")]));
  return { document, model };
}

test("values are fresh after a run and stale after an edit", () => {
  const { document, model } = start();
  assert.equal(model.current()?.stale, false);
  assert.equal(model.edit(document.change(0, 9, 0, 9, "0")), true);
  assert.equal(model.current()?.stale, true);
  assert.deepEqual(shown(model), [[0, "a"], [1, "b"], [2, "c"]]);
});

test("Enter behind a statement leaves its value and moves those below", () => {
  const { document, model } = start();
  model.edit(document.change(0, 9, 0, 9, "\n"));
  assert.deepEqual(shown(model), [[0, "a"], [2, "b"], [3, "c"]]);
});

test("Enter in front of a statement, indented or not, takes its value down", () => {
  const { document, model } = start();
  model.edit(document.change(1, 2, 1, 2, "\n  "));
  assert.deepEqual(shown(model), [[0, "a"], [2, "b"], [3, "c"]]);
});

test("deleting a line removes its value", () => {
  const { document, model } = start();
  model.edit(document.change(1, 0, 2, 0, ""));
  assert.deepEqual(shown(model), [[0, "a"], [1, "c"]]);
});

test("deleting a line by way of the newline before it keeps the line above", () => {
  const { document, model } = start();
  model.edit(document.change(0, 9, 1, 11, ""));
  assert.deepEqual(shown(model), [[0, "a"], [1, "c"]]);
});

test("replacing everything leaves nothing behind", () => {
  const { document, model } = start();
  model.edit(document.change(0, 0, 3, 0, "print(1)\n"));
  assert.deepEqual(shown(model), []);
});

test("several carets at once: each change is in the coordinates before all of them", () => {
  const model = new ValuesModel();
  model.evaluated(evaluation(1, [line(0, "a"), line(1, "b"), line(2, "c")]));
  const at = (l: number): Change => ({
    range: { start: { line: l, character: 0 }, end: { line: l, character: 0 } },
    text: "\n",
  });
  const after = ["", "let a = 1", "", "let b = 2", "let c = 3"];
  model.edit(toEdits(2, [at(0), at(1)], (l) => after[l] ?? ""));
  assert.deepEqual(shown(model), [[1, "a"], [3, "b"], [4, "c"]]);
});

test("a run of an older version arrives stale, on the lines where the edits since have put it", () => {
  const { document, model } = start();
  model.edit(document.change(0, 0, 0, 0, "// new\n"));
  model.evaluated(evaluation(1, [line(0, "a2"), line(2, "c2")]));
  assert.equal(model.current()?.stale, true);
  assert.deepEqual(shown(model), [[1, "a2"], [3, "c2"]]);
});

test("a run of the present version is fresh", () => {
  const { document, model } = start();
  model.edit(document.change(0, 0, 0, 0, "// new\n"));
  model.evaluated(evaluation(2, [line(1, "a2")]));
  assert.deepEqual(model.current(), { stale: false, version: 2, lines: [line(1, "a2")] });
});

for (const state of ["running", "cancelled", "skipped"] as const) {
  test(`${state}: the values of the run before stay, stale`, () => {
    const { model } = start();
    model.evaluated(evaluation(2, [], state));
    assert.equal(model.current()?.stale, true);
    assert.deepEqual(shown(model), [[0, "a"], [1, "b"], [2, "c"]]);
  });
}

test("a fault wins over a value on the same line", () => {
  const model = new ValuesModel();
  model.evaluated(evaluation(1, [line(3, "boom", "fault"), line(3, "x = 1")], "faulted"));
  assert.deepEqual(shown(model), [[3, "boom"]]);
});

test("moveLine: lines above stay, lines below move by the difference", () => {
  const edit = {
    version: 2,
    range: { start: { line: 4, character: 3 }, end: { line: 6, character: 1 } },
    insertedText: "x\ny\nz\nw",
    atLineStart: false,
  };
  assert.equal(moveLine(3, edit), 3);
  assert.equal(moveLine(4, edit), 4);
  assert.equal(moveLine(5, edit), null);
  assert.equal(moveLine(6, edit), 7);
  assert.equal(moveLine(7, edit), 8);
});

test("shorten cuts between Unicode scalars and stays on one line", () => {
  assert.equal(shorten("héllo", 5), "héllo");
  assert.equal(shorten("🦀🦀🦀🦀", 3), "🦀🦀…");
  assert.equal(shorten("a\r\n b", 10), "a ⏎ b");
});
