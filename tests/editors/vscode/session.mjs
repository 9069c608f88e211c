// Drives the packaged extension in a real workbench, as a user would, and asserts on what a user sees.
// Run by `cargo xtask e2e vscode`: node session.mjs --code-server DIR --chromium FILE --vsix FILE --fixtures DIR --screenshots DIR

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { debuggingSessions } from "./debugging.mjs";
import { drawingSessions } from "./drawing.mjs";
import { enduranceSessions } from "./endurance.mjs";
import { timeSessions } from "./time.mjs";
import { figureSessions } from "./figures.mjs";
import { fixingSessions } from "./fixing.mjs";
import { grantSessions } from "./grants.mjs";
import { walkthroughSessions } from "./walkthrough.mjs";
import { until, Workbench } from "./workbench.mjs";

const { values: args } = parseArgs({
  options: Object.fromEntries(
    ["code-server", "chromium", "vsix", "bare-vsix", "fixtures", "screenshots", "vsce", "only"].map((name) => [name, { type: "string" }]),
  ),
});

/** A workspace whose path has a space and an emoji, and in it the fixtures. */
function workspace() {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), "crush-e2e-")), "my shop 🛒");
  cpSync(args.fixtures, folder, { recursive: true });
  return folder;
}

const lineOf = (folder, file, text) =>
  readFileSync(path.join(folder, file), "utf8").split("\n").findIndex((line) => line.includes(text)) + 1;

async function withWorkbench(name, options, steps) {
  const folder = workspace();
  const bench = await Workbench.start({
    codeServer: args["code-server"],
    chromium: args.chromium,
    vsix: args.vsix,
    trust: false,
    ...options,
  });
  try {
    return await steps(bench, folder);
  } catch (error) {
    await bench.screenshot(args.screenshots, `failed-${name}`).catch(() => {});
    throw error;
  } finally {
    await bench.stop();
    rmSync(path.dirname(folder), { recursive: true, force: true });
  }
}

const sessions = {
  /** Opens the program with the conflict, looks at everything that needs no run, then saves and looks at the run. */
  async "main-job"(name) {
    await withWorkbench(name, {}, async (bench, folder) => {
      const file = "inventory.crush";
      const conflict = lineOf(folder, file, "items.push(");
      await bench.open(folder, file);
      await bench.status("CRUSH");

      step("highlighting");
      const line = await bench.line("coloured text", "fn worth(items)", (l) => l.colors.length >= 3);
      assert.ok(line.colors.length >= 3, `colours of ${line.text}: ${line.colors}`);
      const keyword = await bench.colorOf("fn worth(items)", "fn");
      const string = await bench.colorOf('name: "lamp"', '"lamp"');
      const comment = await bench.colorOf("// The stock", "// The stock of a small shop: what it is worth, what has to be ordered.");
      assert.equal(new Set([keyword, string, comment]).size, 3, `keyword ${keyword}, string ${string}, comment ${comment}`);

      step("squiggle under the conflict");
      await bench.line("a squiggle under the conflict", "items.push(", (l) => l.squiggles.includes("error"));
      const others = (await bench.lines()).filter((l) => l.squiggles.includes("error") && l.number !== conflict);
      assert.deepEqual(others.map((l) => l.text), [], "errors on lines without one");

      step("hover");
      // Lenses move the lines below them.
      await bench.page.locator(".codelens-decoration", { hasText: "Run" }).first().waitFor();
      const hover = await bench.hover("let items = [", "items");
      assert.match(hover, /items/);
      await bench.hideHover();

      step("inlay hints of borrows");
      await bench.line("what shelf is", "let shelf", (l) => /shared borrow of items/.test(l.text));
      await until("where list ends", async () => (await bench.lines()).some((l) => /^\}.*borrow list ends/.test(l.text)));

      step("outline");
      await bench.command("Explorer: Focus on Outline View");
      await bench.rows("Outline", (rows) => ["Item", "worth", "restock"].every((w) => rows.some((r) => r.text.includes(w))));

      step("go to definition");
      const call = lineOf(folder, file, 'restock(items, "rope"');
      await bench.goToLine(call, 3);
      await bench.page.keyboard.press("F12");
      await bench.cursorAt(lineOf(folder, file, "fn restock"));

      step("an error typed, seen, undone");
      await bench.goToLine(lineOf(folder, file, 'print("worth'), 1);
      await bench.page.keyboard.type("let = ");
      await bench.line("a squiggle under the typed error", "let = ", (l) => l.squiggles.includes("error"));
      await bench.undoAll();
      await until("the typed error gone", async () =>
        (await bench.lines()).every((l) => !l.squiggles.includes("error") || l.number === conflict),
      );

      step("nothing has run before the first save");
      assert.deepEqual((await bench.lines()).filter((l) => l.behind !== "").map((l) => l.behind), []);

      step("save: values beside the lines and the fault");
      await bench.goToLine(conflict, 1);
      await bench.save();
      await bench.line("the value of items", "let items = [", (l) => /items/.test(l.behind));
      await bench.line("what was printed", 'print("worth', (l) => /300/.test(l.behind));
      const fault = await bench.line("the fault beside its line", conflict, (l) => l.behind !== "");
      assert.match(fault.behind, /BorrowError|borrow/i);
      await bench.status("fault");

      step("the whole value in the hover");
      assert.match(await bench.hoverBehind('print("worth'), /worth 300/);
      await bench.hideHover();

      step("problems, with the place of the borrow");
      await bench.command("Problems: Focus on Problems View");
      const problems = bench.page.locator(".markers-panel .monaco-list-row");
      await until("the problem and its related place", async () => {
        const texts = await problems.allInnerTexts();
        return texts.some((t) => /BorrowError/.test(t)) && texts.some((t) => /borrow was taken here/.test(t));
      });

      step("the arena at the fault");
      await bench.command("CRUSH: Show Arena");
      await bench.rows("Arena", (rows) => rows.some((r) => /array/.test(r.text) && /items/.test(r.text) && /&/.test(r.text)));
      const array = bench.page
        .locator('.pane:has(.pane-header[aria-label*="Arena"]) .monaco-list-row', { hasText: /#\d+ array/ })
        .first();
      assert.match((await array.getAttribute("aria-label")) ?? "", /shared-borrowed/, "spoken borrow state");
      await array.click();
      await bench.page.keyboard.press("ArrowRight");
      const rows = await bench.rows("Arena", (all) => all.some((r) => /shared borrow.*by shelf/.test(r.text)));
      assert.match(rows[0].text, /fault/);
      await bench.command("View: Toggle Panel Visibility");
      await bench.page.locator(".markers-panel").waitFor({ state: "hidden" });
      await bench.screenshot(args.screenshots, "vscode-dark");
      await bench.theme("light");
      await bench.screenshot(args.screenshots, "vscode-light");
      await bench.theme("dark");

      step("from the arena to the source");
      await bench.page
        .locator('.pane:has(.pane-header[aria-label*="Arena"]) .monaco-list-row', { hasText: "shared borrow" })
        .first()
        .click();
      await bench.cursorAt(lineOf(folder, file, "let shelf ="));

      step("the arena follows the cursor");
      await bench.command("CRUSH Arena: Follow the Cursor");
      await bench.goToLine(lineOf(folder, file, "let items = ["), 1);
      await bench.rows("Arena", (all) => /line \d+ last ran/.test(all[0]?.text ?? ""));
      await bench.command("CRUSH Arena: Stop Following");

      step("the arena filtered");
      await bench.command("CRUSH Arena: Filter");
      const input = bench.page.locator(".quick-input-widget:not(.hidden) input.input");
      await input.fill("lamp");
      await bench.page.keyboard.press("Enter");
      await bench.rows("Arena", (rows) => rows.some((r) => /lamp/.test(r.text)) && !rows.some((r) => /rope/.test(r.text) && !/lamp/.test(r.text)));
      await bench.command("CRUSH Arena: Clear Filter");

      step("the output of the program");
      await bench.goToLine(1);
      await bench.command("CRUSH: Show Output of the Program");
      await until("the output", async () =>
        /worth 300/.test((await bench.page.locator(".part.panel .view-lines").innerText()).replace(/\u00a0/g, " ")),
      );
      await bench.command("View: Toggle Panel Visibility");

      step("an edit moves the values and dims them");
      const printed = 'print("worth';
      const fresh = (await bench.line("a fresh value", printed, (l) => l.behind !== "")).behindColor;
      await bench.goToLine(1);
      await bench.page.keyboard.press("Home");
      await bench.page.keyboard.press("Enter");
      const moved = await bench.line("the moved value, dimmed", printed, (l) => l.behind !== "" && l.behindColor !== fresh);
      assert.match(moved.behind, /300/);
      await bench.screenshot(args.screenshots, "vscode-stale");
      await bench.undoAll();
      await bench.save();
      await bench.line("the fresh value", printed, (l) => l.behindColor === fresh);

      step("values off and on");
      await bench.command("CRUSH: Toggle Values beside the Lines");
      await bench.line("no value", printed, (l) => l.behind === "");
      await bench.command("CRUSH: Toggle Values beside the Lines");
      await bench.line("the value again", printed, (l) => /300/.test(l.behind));

      step("the conflict mended: the run finishes, the error goes");
      await bench.goToLine(lineOf(folder, file, "let shelf ="), 1);
      await bench.page.keyboard.type("// ");
      await bench.goToLine(lineOf(folder, file, 'print("on the shelf'), 1);
      await bench.page.keyboard.type("// ");
      await bench.save();
      await bench.status("finished");
      await until("no error left", async () => (await bench.lines()).every((l) => !l.squiggles.includes("error")));
    });
  },

  /** A program without faults, run by command. */
  async "run-command"(name) {
    await withWorkbench(name, {}, async (bench, folder) => {
      step("run by command");
      await bench.open(folder, "orders.crush");
      // As soon as the extension is there, while the server may still be starting: the command waits for it. By the palette:
      // the workbench in a browser takes Control+Alt for another key until it knows the keyboard.
      await until("the extension", async () => (await bench.crushStatus()).includes("CRUSH"));
      await bench.goToLine(1);
      await bench.command("CRUSH: Run");
      await bench.status("finished");
      await bench.line("what was printed", "print(", (l) => /Grace, Edsger, Ada/.test(l.behind));
      await until("the output brought forward", async () =>
        /packed:/.test((await bench.page.locator(".part.panel .view-lines").innerText()).replace(/\u00a0/g, " ")),
      );
      step("a large heap comes in pages");
      await bench.open(folder, "many.crush");
      await bench.status("CRUSH");
      await bench.goToLine(1);
      await bench.save();
      await bench.status("finished");
      await bench.command("CRUSH: Show Arena");
      await bench.rows("Arena", (rows) => rows.length > 10);
      const tree = bench.page.locator('.pane:has(.pane-header[aria-label*="Arena"]) .monaco-list');
      await tree.first().focus();
      await bench.page.keyboard.press("End");
      await bench.rows("Arena", (rows) => /Show more.*200 of \d+/.test(rows.at(-1)?.text ?? ""));
      await bench.page.keyboard.press("Enter");
      await until("all of it", async () => {
        await bench.page.keyboard.press("End");
        return !(await bench.rows("Arena", (rows) => rows.length > 10)).some((row) => /Show more/.test(row.text));
      });

      step("polyglot colours");
      await bench.open(folder, "polyglot.crush");
      await bench.line("the guest's text coloured", "sizes = {", (l) => l.colors.length >= 3);
      const number = await bench.colorOf("sizes = {", "10");
      const own = await bench.colorOf("let ratio", "1.5e3");
      assert.equal(number, own, "a guest's number has the colour of our own");
      await bench.screenshot(args.screenshots, "vscode-polyglot");
    });
  },

  /** Nothing of an untrusted workspace runs, on open or on save; after trust is granted it does. */
  async "untrusted"(name) {
    await withWorkbench(name, { trust: true }, async (bench, folder) => {
      const file = "inventory.crush";
      await bench.open(folder, file);
      await bench.line("the analysis works untrusted", "items.push(", (l) => l.squiggles.includes("error"));
      await bench.status("not trusted");

      step("saved, and nothing has run");
      await bench.goToLine(1);
      await bench.page.keyboard.type("x");
      await bench.page.keyboard.press("Backspace");
      await bench.save();
      // The server's answer to a later request comes after whatever the save would have started.
      assert.match(await bench.hover("let items = [", "items"), /items/);
      await bench.hideHover();
      assert.deepEqual((await bench.lines()).filter((l) => l.behind !== "").map((l) => l.behind), []);
      await bench.status("not trusted");
      await bench.screenshot(args.screenshots, "vscode-untrusted");

      step("trusted: it runs");
      await bench.command("Workspaces: Manage Workspace Trust");
      await bench.page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ }).first().click();
      await bench.page.locator(".tab", { hasText: file }).first().click();
      await bench.status("CRUSH");
      await bench.goToLine(1);
      await bench.save();
      await bench.line("a value", "let items = [", (l) => /items/.test(l.behind));
    });
  },

  /** The server is killed and comes back, without a word from the user. */
  async "killed"(name) {
    await withWorkbench(name, {}, async (bench, folder) => {
      await bench.open(folder, "inventory.crush");
      await bench.line("a squiggle", "items.push(", (l) => l.squiggles.includes("error"));
      const [pid, ...more] = bench.serverProcesses();
      assert.ok(pid, "a server runs out of the extension's folder: the bundled one");
      assert.deepEqual(more, [], "one server, not several");
      process.kill(pid, "SIGKILL");
      const successor = await until("another server", () => bench.serverProcesses().find((p) => p !== pid));
      assert.notEqual(successor, pid);
      await bench.goToLine(lineOf(folder, "inventory.crush", 'print("worth'), 1);
      await bench.page.keyboard.type("let = ");
      await bench.line("a squiggle by the successor", "let = ", (l) => l.squiggles.includes("error"));

      step("the editor closed: no server left behind");
      const last = bench.serverProcesses();
      await bench.stop();
      await until("the server gone", () => last.every((p) => !isAlive(p)));
    });
  },

  /** No server anywhere: a message that says what was tried, with the way to the setting. */
  async "missing"(name) {
    if (!args["bare-vsix"]) {
      return;
    }
    const options = { vsix: args["bare-vsix"], searchPath: "/nowhere" };
    await withWorkbench(name, options, async (bench, folder) => {
      await bench.open(folder, "inventory.crush");
      const toast = bench.page.locator(".notification-toast", { hasText: "was not found" }).first();
      await toast.waitFor();
      const text = await toast.innerText();
      assert.match(text, /crush\.server\.path/);
      assert.match(text, /PATH/);
      await bench.status("no server");
      await bench.screenshot(args.screenshots, "vscode-missing");
      await toast.getByRole("button", { name: "Open the Setting" }).click();
      await bench.page.locator(".settings-editor").waitFor();
    });
  },
};

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function step(what) {
  console.log(`    ${what}`);
}

const tools = { withWorkbench, lineOf, step, screenshots: args.screenshots, vsce: args.vsce, syntaxes: path.join(import.meta.dirname, "../../../editors/vscode/syntaxes") };
const all = { ...sessions, ...drawingSessions(tools), ...debuggingSessions(tools), ...timeSessions(tools), ...enduranceSessions(tools), ...figureSessions(tools), ...fixingSessions(tools), ...grantSessions(tools), ...walkthroughSessions(tools) };
let failed = 0;
for (const [name, session] of Object.entries(all)) {
  if (args.only && args.only !== name) {
    continue;
  }
  const began = Date.now();
  console.log(`  ${name}`);
  try {
    await session(name);
    console.log(`  ${name}: passed (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`  ${name}: FAILED\n${error.stack}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
