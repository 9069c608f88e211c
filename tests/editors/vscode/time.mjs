// Sessions about going back in the last run: by command, and with the slider.

import assert from "node:assert/strict";
import { until } from "./workbench.mjs";

/** `tools`: withWorkbench, lineOf, step, screenshots (a folder). */
export function timeSessions({ withWorkbench, lineOf, step, screenshots }) {
  return {
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

    /** The slider: by mouse and by keys alone; the line, the values, the picture and the arena follow, and the way back. */
    async "slider"(name) {
      await withWorkbench(name, {}, async (bench, folder) => {
        const file = "family.crush";
        const at = (text) => lineOf(folder, file, text);
        await bench.open(folder, file);
        await bench.status("CRUSH");
        await bench.goToLine(at("let people"));
        await bench.save();
        await bench.status("fault");
        await bench.command("CRUSH: Draw the Heap");
        const picture = await bench.webview("#picture .box");
        const slider = picture.getByRole("slider", { name: "Moment of the run" });
        const when = (pattern) => until(`the slider ${pattern}`, async () => pattern.test(await picture.locator("#when").innerText()));
        const spoken = () => picture.locator("#picture [role=button]").evaluateAll((all) => all.map((it) => it.getAttribute("aria-label")));
        await when(/^At the end of the last run$/);
        const atTheFault = (await spoken()).length;

        step("by keys alone: back by line");
        await slider.focus();
        await bench.page.keyboard.press("Home");
        await when(/^The past: before line \d+ of main · 1 of \d+$/);
        await until("no object yet", async () => (await spoken()).length === 0);
        await bench.page.keyboard.press("End");
        await when(/^At the fault, line \d+ of main · \d+ of \d+$/);
        await bench.page.keyboard.press("ArrowLeft");
        await when(new RegExp(`^The past: before line ${at("people.push")} of main`));
        await bench.page.keyboard.press("ArrowLeft");
        await bench.page.keyboard.press("ArrowLeft");
        await when(new RegExp(`^The past: before line ${at("let shelf")} of main`));
        assert.match(await slider.getAttribute("aria-valuetext"), /before line \d+ of main · \d+ of \d+/, "what is spoken");

        step("the picture, the line and the values are of that moment");
        await until("no shelf, and nobody reads", async () => {
          const labels = await spoken();
          return labels.length < atTheFault && labels.some((label) => /^people refers to/.test(label)) && !labels.some((label) => /^(shelf|reader) /.test(label));
        });
        assert.match(await picture.locator("#headline").innerText(), /before line \d+ of main/);
        await bench.line("the value beside its line", "let people", (l) => /people = #\d+ \[/.test(l.behind));
        await bench.line("no value of what comes later", "let shelf", (l) => l.behind === "");
        assert.match(await bench.statusBar(), /\d+ \/ \d+ · before line/);
        await bench.screenshot(screenshots, "vscode-slider-dark");
        await bench.theme("light");
        await bench.screenshot(screenshots, "vscode-slider-light");
        await bench.theme("dark");

        step("by change of the arena");
        await slider.focus();
        await bench.page.keyboard.press("Shift+ArrowRight");
        await when(/^The past: within line \d+ of main/);

        step("with the mouse: to where it is put, then the button back to the end");
        const box = await slider.boundingBox();
        await bench.page.mouse.click(box.x + box.width * 0.4, box.y + box.height / 2);
        await when(/^The past: before line \d+ of main/);
        const end = picture.getByRole("button", { name: /^Back to the end/ });
        await end.click();
        await when(/^At the end of the last run$/);
        await until("the whole picture", async () => (await spoken()).length === atTheFault);
        await bench.line("the fault beside its line", "people.push", (l) => /borrow/i.test(l.behind));
        assert.ok(await end.isDisabled(), "there is no way back from the end");

        step("in the sidebar: the arena follows");
        await bench.command("CRUSH: Show Arena");
        await bench.rows("Arena", (rows) => /fault/.test(rows[0]?.text ?? ""));
        const view = await until("the slider of the sidebar", () => sidebar(bench));
        await view.getByRole("button", { name: /^Back by a line/ }).click();
        await bench.rows("Arena", (rows) => new RegExp(`before line ${at("people.push")} of main`).test(rows[0]?.text ?? ""));
        await bench.screenshot(screenshots, "vscode-slider-arena");

        step("who changed it last");
        await bench.goToLine(at("let people"), 5);
        await bench.command("CRUSH: Who Changed This Last?");
        const toast = bench.page.locator(".notification-toast", { hasText: "was allocated" }).first();
        await toast.waitFor();
        assert.match(await toast.innerText(), new RegExp(`#\\d+ was allocated on line ${at("let people")}`));
        await bench.goToLine(at("let people"), 5);
        await bench.page.keyboard.press("Escape");
        await bench.rows("Arena", (rows) => /fault/.test(rows[0]?.text ?? ""));
      });
    },
  };
}

/** The frame of the view in the sidebar: the one with a slider and no picture. */
async function sidebar(bench) {
  for (const frame of bench.page.frames()) {
    if ((await frame.locator("#time input").count().catch(() => 0)) > 0 && (await frame.locator("#picture").count()) === 0) {
      return frame;
    }
  }
  return undefined;
}
