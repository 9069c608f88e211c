// Sessions about the debugger: breakpoints, steps forward and back, variables with their arena state.

import assert from "node:assert/strict";
import { until } from "./workbench.mjs";

/** `tools`: withWorkbench, lineOf, step, screenshots (a folder). */
export function debuggingSessions({ withWorkbench, lineOf, step, screenshots }) {
  return {
    /** F5 without a launch configuration, a breakpoint, a step, and a step back. */
    async "debugger"(name) {
      await withWorkbench(name, {}, async (bench, folder) => {
        const file = "orders.crush";
        const push = lineOf(folder, file, "packed.push");
        await bench.open(folder, file);
        await bench.status("CRUSH");
        const stoppedAt = (...lines) =>
          until(`the run stopped on line ${lines.join(" or ")}`, async () => {
            const frame = bench.page.locator(".debug-call-stack .monaco-list-row .stack-frame").first();
            const text = (await frame.count()) > 0 ? await frame.innerText() : "";
            return lines.some((line) => text.includes(`${line}:`));
          });
        const variable = (pattern) =>
          until(`the variable ${pattern}`, async () => {
            const rows = await bench.page.locator(".debug-variables .monaco-list-row").allInnerTexts();
            return rows.some((row) => pattern.test(row.replace(/\s+/g, " ")));
          });

        step("a breakpoint, and F5 without a launch configuration");
        await bench.goToLine(push);
        await bench.page.keyboard.press("F9");
        await until("the breakpoint", async () => (await bench.page.locator(".codicon-debug-breakpoint").count()) > 0);
        await bench.page.keyboard.press("F5");
        await bench.page.locator(".debug-toolbar").waitFor();
        await stoppedAt(push);
        await variable(/packed ?= ?#\d+ \[\]/);
        await bench.screenshot(screenshots, "vscode-debugger");

        step("a step, and a step back");
        await bench.page.locator(".debug-toolbar .codicon-debug-step-over").click();
        await stoppedAt(push - 1, push - 2);
        await variable(/packed ?= ?#\d+ \[Grace\]/);
        await bench.page.locator(".debug-toolbar .codicon-debug-step-back").click();
        await stoppedAt(push);
        await variable(/packed ?= ?#\d+ \[\]/);

        step("on to the end");
        await bench.goToLine(push);
        await bench.page.keyboard.press("F9");
        await bench.page.keyboard.press("F5");
        await bench.page.locator(".debug-toolbar").waitFor({ state: "hidden" });
        await until("what was printed", async () =>
          /packed: \[.*Grace/.test((await bench.page.locator(".repl").innerText()).replace(/\u00a0/g, " ")),
        );
        assert.equal(await bench.page.locator(".notification-toast").count(), 0, "nothing went wrong");
      });
    },

    /** The last run, stepped back through: the line, the values as they were, and what a selection gives then. */
    async "time"(name) {
      await withWorkbench(name, {}, async (bench, folder) => {
        const file = "orders.crush";
        const at = (text) => lineOf(folder, file, text);
        await bench.open(folder, file);
        await bench.status("CRUSH");
        await bench.goToLine(at("let packed"));
        await bench.save();
        await bench.status("finished");
        await bench.line("the value of the last run", "let packed", (l) => /packed = #\d+ \[\]$/.test(l.behind));
        const moment = (pattern) =>
          until(`the moment ${pattern}`, async () => pattern.test((await bench.statusBar()).replace(/\s+/g, " ")));

        step("back by line, to where less was packed");
        await bench.command("CRUSH: Step Back in the Last Run");
        await moment(new RegExp(`\\d+ / \\d+ · before line ${at("print(")} of main`));
        await bench.command("CRUSH: Step Back in the Last Run");
        await moment(new RegExp(`before line ${at("let labels")} of main`));
        await bench.command("CRUSH: Step Back in the Last Run");
        await moment(new RegExp(`before line (${at("packed.push")}|${at("while len")}) of main`));
        await bench.command("CRUSH: Back to the Change of the Arena Before");
        await bench.line("the value as it was", "let packed", (l) => /packed = #\d+ \[Grace, Edsger\]/.test(l.behind));
        await bench.screenshot(screenshots, "vscode-time");

        step("what a selection gives then, and leaving");
        await bench.goToLine(at("let packed"));
        await bench.page.keyboard.press("Home");
        await bench.page.keyboard.press("Control+ArrowRight");
        await bench.page.keyboard.press("Control+Shift+ArrowRight");
        await bench.command("CRUSH: Evaluate the Selection in the Last Run");
        const toast = bench.page.locator(".notification-toast", { hasText: "nothing of it stays" }).first();
        await toast.waitFor();
        assert.match(await toast.innerText(), /\[Grace, Edsger\]/);
        await bench.command("CRUSH: Leave the Moment");
        await bench.line("the value of the last run", "let packed", (l) => /packed = #\d+ \[\]$/.test(l.behind));
      });
    },
  };
}
