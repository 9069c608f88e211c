// The safe fixes, all at once, when a file is saved: as a person sets it up who has had them for other languages.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { until } from "./workbench.mjs";

const PROGRAM = `fn total(rows) {
    let sum = 0
    let shelf = &rows
    print(len(shelf))
    rows.push(1)
    return sum
}
print(total([1, 2]))
`;

/** `tools`: withWorkbench, step, screenshots (a folder). */
export function fixingSessions({ withWorkbench, step, screenshots }) {
  return {
    async "fix-all-on-save"(name) {
      const settings = { "[crush]": { "editor.codeActionsOnSave": { "source.fixAll.crush": "explicit" } } };
      await withWorkbench(name, { settings }, async (bench, folder) => {
        const file = path.join(folder, "shelf.crush");
        writeFileSync(file, PROGRAM);
        await bench.open(folder, "shelf.crush");
        await bench.status("CRUSH");

        step("a report with a safe fix");
        await bench.line("the conflict", "rows.push(1)", (l) => l.squiggles.length > 0);

        step("saved: fixed, in the editor and in the file");
        await bench.goToLine(8, 1);
        // In its first second or two the editor saves without asking anybody for fixes.
        await until("a save that fixes", async () => {
          await bench.page.keyboard.type(" ");
          await bench.page.locator(".tab.active.dirty").waitFor();
          await bench.save();
          return (await bench.lines()).some((l) => l.text.includes("drop(shelf)"));
        });
        await until("no report", async () => (await bench.lines()).every((l) => l.squiggles.length === 0));
        await until("the file as it is shown", () => /print\(len\(shelf\)\)\n\s+drop\(shelf\)\n\s+rows\.push/.test(readFileSync(file, "utf8")));
        await bench.screenshot(screenshots, "vscode-fixed-on-save");

        step("one undo takes it back");
        await bench.page.keyboard.press("Control+Z");
        await bench.line("the conflict again", "rows.push(1)", (l) => l.squiggles.length > 0);
        assert.ok((await bench.lines()).every((l) => !l.text.includes("drop(shelf)")), "the fix is undone");

        step("nothing to fix: saving changes nothing");
        await bench.page.keyboard.press("Control+Shift+Z");
        await bench.save();
        const fixed = readFileSync(file, "utf8");
        await bench.page.keyboard.press("End");
        await bench.page.keyboard.type(" ");
        await bench.save();
        assert.equal(readFileSync(file, "utf8").replace(/ +$/gm, ""), fixed.replace(/ +$/gm, ""));
      });
    },
  };
}
