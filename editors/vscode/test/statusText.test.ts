import assert from "node:assert/strict";
import { test } from "node:test";
import { Evaluation, RunState } from "../src/protocol";
import { describe, grantedText } from "../src/statusText";

function run(state: RunState, reason = ""): Evaluation {
  return {
    uri: "",
    version: 1,
    state,
    reason,
    lines: [],
    output: "",
    outputTruncated: false,
    summary: "12 objects",
    milliseconds: 4,
    needs: null,
  };
}

test("a server that is gone is told before anything of a run", () => {
  assert.equal(describe("stopped", run("finished"), true).text, "CRUSH: server stopped");
  assert.equal(describe("missing", undefined, false).severity, "error");
});

test("an untrusted workspace never looks as if something had run", () => {
  assert.equal(describe("running", undefined, false).text, "CRUSH: not trusted");
});

test("a run that lacks a grant is no fault", () => {
  const needs = { folder: "file:///shop", grants: [{ grant: "fs=/shop", allows: "files in shop and below", calls: [] }] };
  const status = describe("running", { ...run("faulted"), needs }, true);
  assert.deepEqual([status.text, status.severity], ["CRUSH: needs a grant", "fine"]);
});

test("the tooltip tells what was granted", () => {
  assert.match(grantedText("/there/my_shop", ["fs=/there/my_shop", "time"]), /^Programs in my\\_shop are granted `fs`, `time`: \[/);
  assert.equal(grantedText("/there/shop", []), "Programs are granted nothing outside.");
});

test("each state of a run has words of its own", () => {
  const states: RunState[] = ["running", "finished", "faulted", "cancelled", "skipped"];
  const texts = new Set(states.map((state) => describe("running", run(state), true).text));
  assert.equal(texts.size, states.length);
  assert.match(describe("running", run("faulted", "BorrowError on line 7"), true).tooltip, /BorrowError on line 7/);
  assert.match(describe("running", run("skipped", "errors in the program"), true).tooltip, /errors in the program/);
});
