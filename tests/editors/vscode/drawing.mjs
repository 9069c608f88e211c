// Sessions about what is drawn: borrows on the code, the picture of the heap.

import assert from "node:assert/strict";
import { until } from "./workbench.mjs";

/** `tools`: withWorkbench, lineOf, step, screenshots (a folder). */
export function drawingSessions({ withWorkbench, lineOf, step, screenshots }) {
  return {
    /** Borrows of the variable under the cursor, and conflicts always. */
    async "borrows"(name) {
      await withWorkbench(name, {}, async (bench, folder) => {
        const file = "loans.crush";
        const at = (text) => lineOf(folder, file, text);
        await bench.open(folder, file);
        await bench.status("CRUSH");

        step("a conflict is drawn wherever the cursor is");
        await bench.goToLine(1);
        const bars = await bench.bars((all) => all.some((bar) => bar.kind === "conflict"));
        assert.deepEqual(
          bars.filter((bar) => bar.kind === "conflict").map((bar) => bar.line),
          range(at("let shelf ="), at("stock.push(")),
        );
        assert.ok(bars.every((bar) => bar.kind === "conflict"), JSON.stringify(bars));

        step("the borrows of the variable under the cursor, and where they live");
        await bench.goToLine(at("fn stocktaking(rows)"), 17);
        const found = await bench.bars((all) => all.some((bar) => bar.kind === "exclusive"));
        const lines = (kind) => found.filter((bar) => bar.kind === kind).map((bar) => bar.line);
        assert.deepEqual(lines("shared"), range(at("let seen = &rows"), at("drop(seen)")));
        assert.deepEqual(lines("exclusive"), range(at("let writer = &mut rows"), at("drop(writer)")));
        await bench.screenshot(screenshots, "vscode-borrows-dark");
        await bench.theme("light");
        await bench.screenshot(screenshots, "vscode-borrows-light");
        await bench.theme("dark");

        step("what a borrow is, and after a run what it was of");
        await bench.save();
        await bench.status("fault");
        await until("the hover with the run in it", async () => {
          const hover = await bench.hover("= &rows", "&");
          await bench.screenshot(screenshots, "vscode-hover-borrow");
          await bench.hideHover();
          return /shared borrow of rows, held by seen/.test(hover) && /taken once in the last run, of #\d+/.test(hover);
        });

        step("from the code to the arena");
        await bench.goToLine(at("let stock ="), 6);
        await bench.command("CRUSH: Show This Variable in the Arena");
        const selected = bench.page.locator('.pane:has(.pane-header[aria-label*="Arena"]) .monaco-list-row.selected');
        await until("the object of the variable, selected", async () => /stock/.test((await selected.first().getAttribute("aria-label")) ?? ""));
        await bench.goToLine(at("let writer ="), 10);
        await bench.command("CRUSH: Show This Variable in the Arena");
        await until("of a function that is over: when the line last ran", async () => /writer/.test((await selected.first().getAttribute("aria-label")) ?? ""));
        // The view takes the focus when it has revealed the object: a palette opened before that would close.
        await bench.page.locator('.pane:has(.pane-header[aria-label*="Arena"]) .monaco-list.element-focused').first().waitFor();
        await bench.focusEditor();
        await bench.command("CRUSH Arena: Stop Following");

        step("off and on");
        await bench.command("CRUSH: Toggle Borrows on the Code");
        await bench.bars((all) => all.length === 0);
        await bench.command("CRUSH: Toggle Borrows on the Code");
        await bench.bars((all) => all.length > 0);
      });
    },

    /** The picture of the heap: what it shows, by keys, in both themes, with a large heap. */
    async "heap"(name) {
      await withWorkbench(name, {}, async (bench, folder) => {
        await bench.open(folder, "family.crush");
        await bench.status("CRUSH");
        await bench.save();
        await bench.status("fault");

        step("the picture at the fault");
        await bench.command("View: Toggle Primary Side Bar Visibility");
        await bench.command("CRUSH: Draw the Heap");
        const picture = await bench.webview("#picture .box");
        assert.match(await picture.locator("#headline").innerText(), /at the fault on line \d+/);
        const labels = () => picture.locator("#picture [role=button]").evaluateAll((all) => all.map((it) => it.getAttribute("aria-label")));
        const spoken = await labels();
        assert.ok(spoken.some((label) => /^people refers to slot \d+/.test(label)), spoken.join("\n"));
        assert.ok(spoken.some((label) => /^reader holds a shared borrow of slot \d+/.test(label)), spoken.join("\n"));
        assert.ok(spoken.some((label) => /^Person in slot \d+.*name is "Ada".*friend refers to slot \d+/.test(label)), spoken.join("\n"));
        assert.ok((await picture.locator(".arrow").count()) >= 6, "arrows");
        await bench.screenshot(screenshots, "vscode-heap-dark");
        await bench.theme("light");
        await bench.screenshot(screenshots, "vscode-heap-light");
        await bench.theme("dark");

        step("by keys alone");
        const focused = () => picture.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
        await picture.locator("#picture [tabindex='0']").focus();
        assert.match(await focused(), /^ada refers to slot/, "Tab comes to the first variable");
        await bench.page.keyboard.press("Enter");
        await until("the object of the variable", async () => /^Person in slot.*name is "Ada"/.test(await focused()));
        await bench.page.keyboard.press("ArrowRight");
        await until("the box to the right", async () => /^(Person|array)/.test(await focused()) && !/"Ada"/.test(await focused()));
        await bench.page.keyboard.press("ArrowLeft");
        await until("back again", async () => /"Ada"/.test(await focused()));
        await bench.page.keyboard.press("Enter");
        await until("the object in the middle", async () => /around #\d+/.test(await picture.locator("#headline").innerText()));
        await until("still there", async () => /"Ada"/.test(await focused()));
        await bench.screenshot(screenshots, "vscode-heap-middle");
        await bench.page.keyboard.press("a");
        await bench.cursorAt(lineOf(folder, "family.crush", 'name: "Ada"'));

        step("from the hover to the picture");
        await bench.goToLine(1);
        const hover = await bench.hover("let ada", "ada");
        assert.match(hover, /also referred to by .*people\[0\]/);
        await bench.screenshot(screenshots, "vscode-hover-object");
        await bench.page.locator(".monaco-hover:not(.hidden) a", { hasText: /^#\d+$/ }).first().click();
        await until("the object of the hover in the middle", async () => /around #\d+/.test(await picture.locator("#headline").innerText()));

        step("nothing runs in the page but its own script");
        const policy = await picture.locator("meta[http-equiv]").getAttribute("content");
        assert.match(policy, /default-src 'none'/);
        assert.doesNotMatch(policy, /unsafe/);

        step("a large heap is folded");
        await bench.open(folder, "many.crush");
        await bench.status("CRUSH");
        await bench.goToLine(1);
        await bench.save();
        await bench.status("finished");
        await bench.command("CRUSH: Draw the Heap");
        const large = await bench.webview("#picture .box");
        assert.match(await large.locator("#figures").innerText(), /not drawn/);
        assert.ok((await large.locator(".box").count()) <= 60);
        assert.ok((await large.locator(".row.more").count()) >= 1);
      });
    },
  };
}

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
