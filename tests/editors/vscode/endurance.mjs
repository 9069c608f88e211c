// Sessions about what goes wrong, and what takes time: a run without an end, a server that dies, two roots.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { until } from "./workbench.mjs";

const ENDLESS = "let counter = 0\nwhile true {\n    counter = counter + 1\n}\nprint(counter)\n";

/** `tools`: withWorkbench, lineOf, step, screenshots (a folder). */
export function enduranceSessions({ withWorkbench, lineOf, step, screenshots }) {
  return {
    /** A run that never ends: typing goes on, the run is cancelled by command or by an edit, and nothing is left of it. */
    async "endless"(name) {
      const settings = { "crush.evaluation.instructions": 9_000_000_000_000, "crush.evaluation.milliseconds": 600_000, "crush.codeLenses": false };
      await withWorkbench(name, { settings }, async (bench, folder) => {
        writeFileSync(path.join(folder, "endless.crush"), ENDLESS);
        await bench.open(folder, "endless.crush");
        await bench.status("CRUSH");
        await bench.goToLine(5);
        await bench.save();
        await bench.status("running");

        step("the server answers while it runs");
        assert.match(await bench.hover("let counter", "counter"), /variable|declared/);
        await bench.hideHover();
        await bench.status("running");

        step("cancelled by command");
        await bench.command("CRUSH: Cancel Run");
        await bench.status("cancelled");

        step("typing goes on, and cancels it too");
        await bench.save();
        await bench.status("running");
        await bench.goToLine(1);
        await bench.page.keyboard.type("let unfinished = ");
        await bench.line("what was typed", "let unfinished = ", () => true);
        await bench.line("the analysis of it", "let unfinished = ", (l) => l.squiggles.includes("error"));
        await bench.status("cancelled");
      });
    },

    /** A server that is killed in the middle of work comes back: unsaved text, values, borrows, arena are there again. */
    async "killed-at-work"(name) {
      await withWorkbench(name, {}, async (bench, folder) => {
        await bench.open(folder, "loans.crush");
        await bench.status("CRUSH");
        await bench.goToLine(1);
        await bench.save();
        await bench.status("fault");
        await bench.goToLine(lineOf(folder, "loans.crush", 'print("before")'), 1);
        await bench.page.keyboard.type("let unsaved = &stock\n");
        await bench.line("the unsaved line, analysed", "let unsaved", (l) => /shared borrow of stock/.test(l.text));
        const [pid] = bench.serverProcesses();
        process.kill(pid, "SIGKILL");
        await until("another server", () => bench.serverProcesses().some((other) => other !== pid));

        step("what was not saved is there, and the successor knows it");
        await bench.line("the unsaved line", "let unsaved", () => true);
        await bench.goToLine(lineOf(folder, "loans.crush", "let stock ="), 5);
        await bench.bars((all) => all.some(({ kind }) => kind === "conflict"));
        await bench.save();
        await bench.status("fault");
        await bench.line("a value by the successor", "let unsaved", (l) => /unsaved = &#\d+/.test(l.behind));
        await bench.command("CRUSH: Show Arena");
        await bench.rows("Arena", (rows) => rows.some((row) => /array/.test(row.text)));
      });
    },

    /** Two folders in one window: programs of both are known, each runs and reports where it stands. */
    async "two-roots"(name) {
      await withWorkbench(name, {}, async (bench, folder) => {
        const second = path.join(path.dirname(folder), "second root");
        mkdirSync(second);
        cpSync(path.join(folder, "orders.crush"), path.join(second, "elsewhere.crush"));
        const file = path.join(path.dirname(folder), "both.code-workspace");
        writeFileSync(file, JSON.stringify({ folders: [{ path: folder }, { path: second }] }));
        await bench.openWorkspace(file, path.join(folder, "inventory.crush"));
        await bench.line("a report in the first", "items.push(", (l) => l.squiggles.includes("error"));
        await bench.quickOpen("elsewhere.crush");
        await bench.line("the other file", "packed", () => true);
        await bench.goToLine(1);
        await bench.command("CRUSH: Run");
        await bench.status("finished");
        await bench.line("a value in the second", "print(", (l) => /Grace, Edsger, Ada/.test(l.behind));
        assert.equal(bench.serverProcesses().length, 1, "one server for both");
        await bench.quickOpen("inventory.crush");
        await bench.goToLine(1);
        await bench.save();
        await bench.status("fault");
        await bench.screenshot(screenshots, "vscode-two-roots");
      });
    },
  };
}
