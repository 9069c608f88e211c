// The session of the debugger: breakpoints, steps forward and back, variables with their arena state.

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
  };
}
