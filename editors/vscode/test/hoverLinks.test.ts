import assert from "node:assert/strict";
import { test } from "node:test";
import { withLinks } from "../src/hoverLinks";

const URI = "file:///my%20shop/a.crush";

test("a slot leads to the picture, a line to the line", () => {
  const linked = withLinks("slot **#9**, array, allocated on line 22", URI);
  assert.match(linked, /slot \[\*\*#9\*\*\]\(command:crush\.heap\.show\?%5B9%5D "/);
  assert.match(linked, /\[on line 22\]\(command:crush\.goToLine\?%5B%22file%3A%2F%2F%2Fmy%2520shop%2Fa\.crush%22%2C22%5D "/);
});

test("code is left alone, also of two backticks", () => {
  for (const code of ["`**#9** on line 3`", "``a ` **#9**``", "```crush\n// on line 3\n```"]) {
    assert.equal(withLinks(code, URI), code);
  }
});

test("a line of another file is no line of this one", () => {
  assert.equal(withLinks("taken on line 3 of util.crush", URI), "taken on line 3 of util.crush");
});
