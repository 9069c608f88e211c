// The session about grants: what a program may do outside is asked for once, kept outside of the workspace, and revocable.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { until } from "./workbench.mjs";

/** `tools`: withWorkbench, lineOf, step, screenshots (a folder). */
export function grantSessions({ withWorkbench, lineOf, step, screenshots }) {
  return {
    async "grants"(name) {
      await withWorkbench(name, {}, async (bench, folder) => {
        const file = "ledger.crush";
        const books = path.join(folder, "books.txt");
        const written = () => (existsSync(books) ? readFileSync(books, "utf8") : "");
        const question = bench.page.locator(".notification-toast", { hasText: "needs a grant to go on" });
        const choose = (text) => question.getByRole("button", { name: text }).click();
        await bench.open(folder, file);
        await bench.status("CRUSH");
        await bench.goToLine(1);

        step("a run that lacks a grant asks, and says what for; not now is an answer");
        await bench.save();
        await bench.status("needs a grant");
        await question.first().waitFor();
        assert.match(await question.first().innerText(), /ledger\.crush needs a grant to go on: fs \(files in my shop 🛒 and below\)/);
        await bench.screenshot(screenshots, "vscode-grant-question");
        await choose("Not Now");
        await question.first().waitFor({ state: "hidden" });
        assert.equal(written(), "");
        await bench.line("calm words where the run ends", "let sold", (l) => l.behind === "the run ends here: it needs the grant fs");

        step("it is asked once");
        await bench.page.keyboard.type("// ");
        await bench.line("what was typed", "// // What was sold", () => true);
        await bench.save();
        await bench.lens(/last run: needs the grant fs on line 2 · (under )?\d+ ms/);
        assert.equal(await question.count(), 0, "no second question");

        step("by the lens it is asked again, and what it does is shown");
        await (await bench.lens(/last run: needs the grant fs/)).click();
        await question.first().waitFor();
        await choose("Show What It Does");
        const dialog = bench.page.locator(".monaco-dialog-box");
        await dialog.waitFor();
        assert.match(await dialog.innerText(), /line 7: fs\.append\. Adds to the end of a file/);
        await bench.screenshot(screenshots, "vscode-grant-explained");

        step("granted, it runs; what it does outside, it does once");
        await dialog.getByRole("button", { name: "Grant for This Workspace" }).click();
        await bench.status("finished");
        await bench.line("what was printed", "print(", (l) => /sold for 115/.test(l.behind));
        assert.equal(written(), "sold 115\n");
        await bench.lens(/last run: finished · (under )?\d+ ms/);
        assert.ok(!existsSync(path.join(folder, ".vscode")), "nothing is kept in the workspace");

        step("looking back does nothing outside");
        await bench.goToLine(lineOf(folder, file, "print("));
        await bench.command("CRUSH: Step Back in the Last Run");
        await until("the past", async () => /before line \d+/.test(await bench.statusBar()));
        await bench.command("CRUSH: Leave the Moment");
        assert.equal(written(), "sold 115\n");

        step("shown and revoked");
        await bench.command("CRUSH: Show Grants");
        const row = bench.page.locator(".quick-input-widget .monaco-list-row", { hasText: "fs=" });
        await row.waitFor();
        await bench.screenshot(screenshots, "vscode-grants");
        await bench.page.keyboard.press("Escape");
        await row.waitFor({ state: "hidden" });
        await bench.command("CRUSH: Revoke a Grant…");
        await row.click();
        await bench.page.locator(".notification-toast", { hasText: "no longer have fs=" }).first().waitFor();

        step("it is refused, and not asked for by itself");
        await bench.goToLine(1);
        await bench.page.keyboard.type("// ");
        await bench.lens(/last run: finished · edited since/);
        await bench.save();
        await bench.status("needs a grant");
        assert.equal(await question.count(), 0, "what was revoked is not asked for by itself");
        assert.equal(written(), "sold 115\n");
      });
    },

    /** The debugger asks before it starts, and has what was granted. */
    async "grants-debugger"(name) {
      await withWorkbench(name, {}, async (bench, folder) => {
        const books = path.join(folder, "books.txt");
        await bench.open(folder, "ledger.crush");
        await bench.status("CRUSH");
        await bench.goToLine(1);
        await bench.page.keyboard.press("F5");
        const dialog = bench.page.locator(".monaco-dialog-box");
        await dialog.waitFor();
        assert.match(await dialog.innerText(), /What ledger\.crush would do outside/);
        assert.ok(!existsSync(books), "nothing has run yet");
        await dialog.getByRole("button", { name: "Grant for This Workspace" }).click();
        await until("what the program wrote", () => existsSync(books));
        assert.equal(readFileSync(books, "utf8"), "sold 115\n");
      });
    },

    /** In an untrusted workspace nothing is asked. */
    async "grants-untrusted"(name) {
      await withWorkbench(name, { trust: true }, async (bench, folder) => {
        await bench.open(folder, "ledger.crush");
        await bench.status("not trusted");
        await bench.goToLine(1);
        await bench.page.keyboard.type("// ");
        await bench.save();
        // The server's answer to a later request comes after whatever the save would have started.
        assert.match(await bench.hover("let sold", "sold"), /sold/);
        await bench.hideHover();
        await bench.status("not trusted");
        await bench.command("CRUSH: Show Grants");
        await bench.page.locator(".notification-toast", { hasText: "Nothing is granted" }).first().waitFor();
        assert.equal(await bench.page.locator(".notification-toast", { hasText: "needs a grant" }).count(), 0);
      });
    },
  };
}
