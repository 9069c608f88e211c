/** The TextMate grammar on lines of the language, through the same engine as the editor. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { before, test } from "node:test";
import { createOnigScanner, createOnigString, loadWASM } from "vscode-oniguruma";
import { IGrammar, INITIAL, parseRawGrammar, Registry } from "vscode-textmate";

const root = path.join(__dirname, "..", "..");
let grammar: IGrammar;

/** Stands for the editor's own Python grammar: enough to see where the embedded text begins and ends. */
const python = {
  scopeName: "source.python",
  patterns: [
    { name: "guest.dict", begin: "\\{", end: "\\}" },
    { name: "guest.word", match: "\\w+" },
  ],
  repository: {},
};

before(async () => {
  const wasm = createRequire(__filename).resolve("vscode-oniguruma/release/onig.wasm");
  await loadWASM(readFileSync(wasm).buffer as ArrayBuffer);
  const file = path.join(root, "syntaxes", "crush.tmLanguage.json");
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: async (scope) => {
      if (scope === "source.crush") {
        return parseRawGrammar(readFileSync(file, "utf8"), file);
      }
      return scope === "source.python" ? parseRawGrammar(JSON.stringify(python), "python.json") : null;
    },
  });
  const loaded = await registry.loadGrammar("source.crush");
  assert.ok(loaded);
  grammar = loaded;
});

/** The innermost scope (and all of them) of the first token that is `text`, over all lines. */
function scopes(source: string, text: string, occurrence = 0): string[] {
  let state = INITIAL;
  let seen = 0;
  for (const line of source.split("\n")) {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    for (const token of result.tokens) {
      if (line.slice(token.startIndex, token.endIndex).trim() === text && seen++ === occurrence) {
        return token.scopes;
      }
    }
  }
  return assert.fail(`no token ${text} in ${source}`);
}

function is(source: string, text: string, scope: string, occurrence = 0): void {
  const found = scopes(source, text, occurrence);
  assert.ok(
    found.some((name) => name.startsWith(scope)),
    `${text} in ${source}: ${found.join(" ")}`,
  );
}

test("definitions, parameters and types", () => {
  is("fn total(items: Array, n: Int) -> Int {", "total", "entity.name.function");
  is("fn total(items: Array, n: Int) -> Int {", "items", "variable.parameter");
  is("fn total(items: Array, n: Int) -> Int {", "Array", "entity.name.type");
  is("struct Item { name: String, price: Int }", "Item", "entity.name.type.struct");
  is("struct Item { name: String, price: Int }", "price", "variable.other.property");
  is("let mut x: Int = 1", "mut", "storage.modifier");
  is("let mut x: Int = 1", "x", "variable.other.definition");
});

test("borrows are told from the logical and", () => {
  is("let r = &xs", "&", "keyword.operator.borrow");
  is("let m = &mut xs", "mut", "storage.modifier.mut");
  is("if a && b { }", "&&", "keyword.operator.logical");
});

test("strings, numbers, comments", () => {
  is("let s = \"a\\n\"", "\\n", "constant.character.escape");
  is("let s = '#1' # note", "#1", "string.quoted.single");
  is("let s = '#1' # note", "note", "comment.line", 0);
  is("let s = \"\"\"a\nb\"\"\"", "b", "string.quoted.triple");
  is("let n = 0xff + 1.5e3", "0xff", "constant.numeric.hex");
  is("let n = 0xff + 1.5e3", "1.5e3", "constant.numeric.float");
  is("for i in 0..10 {", "0", "constant.numeric.integer");
  is("for i in 0..10 {", "..", "keyword.operator.range");
  is("/* a\nb */ let x = 1", "let", "storage.type");
});

test("calls: functions, methods, capabilities", () => {
  is("print(total(xs))", "print", "support.function.builtin");
  is("print(total(xs))", "total", "entity.name.function.call");
  is("xs.push(1)", "push", "entity.name.function.call.method");
  is("let t = fs.read(\"a\")", "fs", "support.module");
  is("let t = fs.read(\"a\")", "read", "support.function.capability");
  is("let p = Point::origin()", "Point", "entity.name.type");
});

test("a keyword as a map key or a field is no keyword", () => {
  is("let m = {in: 1, match: 2}", "match", "variable.other.property");
  is("x.match", "match", "variable.other.property");
});

test("a polyglot block has the guest's grammar inside, up to the brace that closes it", () => {
  const source = "@python[pypi:numpy] -> total {\n  d = {1: 2}\n  total = 3\n}\nlet x = total";
  is(source, "python", "storage.type.polyglot");
  is(source, "pypi:numpy", "string.unquoted.dependency");
  is(source, "d", "meta.embedded.block.python");
  is(source, "d", "guest.word");
  is(source, "1: 2", "guest.dict");
  is(source, "3", "guest.word");
  is(source, "let", "storage.type");
});

test("annotations and imports", () => {
  is("@invariant \"positive\" { x > 0 }", "invariant", "storage.type.annotation");
  is("import util.math as m { add }", "import", "keyword.control.import");
  is("import util.math as m { add }", "add", "variable.other.import");
});
