// The walkthrough, as a person meets it who has just installed the extension.

import assert from "node:assert/strict";

export function walkthroughSessions({ withWorkbench, step, screenshots }) {
  return {
    async "walkthrough"(name) {
      await withWorkbench(name, {}, async (bench, folder) => {
        await bench.open(folder, "inventory.crush");
        await bench.status("CRUSH");
        await bench.command("Welcome: Open Walkthrough");
        const input = bench.page.locator(".quick-input-widget:not(.hidden) input.input");
        await input.fill("Get started with CRUSH");
        await bench.page.locator(".quick-input-widget .monaco-list-row", { hasText: "Get started with CRUSH" }).first().click();

        step("its steps, and what they tell");
        const steps = bench.page.locator(".gettingStartedContainer .getting-started-step");
        await steps.nth(3).waitFor();
        assert.equal(await steps.count(), 4);
        await steps.nth(2).click();
        const told = await bench.webview("text=a borrow that is in the way");
        assert.ok(told);
        await bench.screenshot(screenshots, "vscode-walkthrough");

        step("a new file");
        // The page of a step takes the focus when it has loaded, whenever that is; behind another tab it does not.
        await bench.page.locator(".tab", { hasText: "inventory.crush" }).click();
        await bench.focusEditor();
        await bench.command("CRUSH: New CRUSH File");
        await bench.page.locator(".tab.active", { hasText: /Untitled/ }).waitFor();
        await bench.page.keyboard.type("let xs = [1]\nlet r = &xs\nxs.push(2)\nprint(r)");
        await bench.line("the conflict in a file without a name", "xs.push(2)", (l) => l.squiggles.includes("error"));
      });
    },
  };
}
