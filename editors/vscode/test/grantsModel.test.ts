import assert from "node:assert/strict";
import { test } from "node:test";
import { UNDECIDED, decline, explained, grant, isNew, listed, revoke } from "../src/grantsModel";
import { Needs } from "../src/protocol";

const range = { start: { line: 3, character: 0 }, end: { line: 3, character: 5 } };
const files = {
  grant: "fs=/shop",
  allows: "files in shop and below",
  calls: [{ capability: "fs.read", does: "The text of a file.", uri: "file:///shop/a.crush", range }],
};
const clock = { grant: "time", allows: "the clock, and waiting", calls: [] };
const needs: Needs = { folder: "file:///shop", grants: [files, clock] };

test("what was answered is not asked again", () => {
  assert.ok(isNew(UNDECIDED, needs));
  const declined = decline(UNDECIDED, ["fs=/shop", "time"]);
  assert.ok(!isNew(declined, needs));
  assert.ok(isNew(decline(UNDECIDED, ["time"]), needs), "something else is");
  assert.deepEqual(grant(declined, ["time"]), { granted: ["time"], declined: ["fs=/shop"] });
});

test("what is revoked is gone, and not asked for again by itself", () => {
  const decided = revoke(grant(UNDECIDED, ["fs=/shop", "time"]), ["fs=/shop"]);
  assert.deepEqual(decided, { granted: ["time"], declined: ["fs=/shop"] });
});

test("the question says what is wanted, the explanation what for", () => {
  assert.equal(listed(needs.grants), "fs (files in shop and below) and time (the clock, and waiting)");
  const text = explained(needs, "/shop", "here");
  assert.match(text, /line 4: fs\.read\. The text of a file\./);
  assert.match(text, /Programs in \/shop and below/);
});
