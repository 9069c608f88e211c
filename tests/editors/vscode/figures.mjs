// How long a person waits, on a program of a thousand lines, beside what the editor itself takes to show the same: that
// is measured with an extension which does next to nothing. Printed, not judged by the tests: machines differ.

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { until } from "./workbench.mjs";

/** What our part of each may be, in milliseconds. */
const MOST = 100;
/** How often the program is opened with each of the two. */
const OPENINGS = 15;
const TIMES = 9;
/** The line of the program that is edited. */
const EDITED = 8;

/** `tools`: withWorkbench, step, screenshots (a folder), vsce (the packager of extensions), syntaxes (the folder of the grammar). */
export function figureSessions({ withWorkbench, step, screenshots, vsce, syntaxes }) {
  return {
    async "figures"(name) {
      const folder = mkdtempSync(path.join(tmpdir(), "crush-baseline-"));
      try {
        const vsix = path.join(folder, "baseline.vsix");
        // The colours of the text are the editor's own work: the baseline has the same grammar.
        const source = path.join(folder, "baseline");
        cpSync(path.join(import.meta.dirname, "baseline"), source, { recursive: true });
        cpSync(syntaxes, path.join(source, "syntaxes"), { recursive: true });
        const flags = ["package", "--no-dependencies", "--skip-license", "--allow-missing-repository", "--out", vsix];
        await promisify(execFile)(process.execPath, [vsce, ...flags], { cwd: source });
        const table = await withWorkbench(name, { vsix }, (bare, there) =>
          withWorkbench(name, {}, async (bench, here) => {
            const [editor, ours] = [
              { bench: bare, folder: there, extension: BASELINE },
              { bench, folder: here, extension: CRUSH },
            ];
            step("opening, in turn");
            const opened = await openings(editor, ours);
            step("the editor itself");
            const editorFigures = await measure(editor);
            step("with CRUSH");
            const oursFigures = await measure(ours);
            const others = Object.keys(oursFigures).map((figure) => [figure, compared(editorFigures[figure], oursFigures[figure])]);
            return tableOf({ ...opened, ...Object.fromEntries(others) });
          }),
        );
        console.log(table.replace(/^/gm, "    "));
        mkdirSync(screenshots, { recursive: true });
        writeFileSync(path.join(screenshots, "figures.md"), table);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

const CRUSH = {
  id: "crush-analyzer.crush-analyzer",
  // What was compiled for it is kept some seconds after its first start.
  settled: (bench) => {
    const files = readdirSync(bench.root, { recursive: true, withFileTypes: true });
    return files.some((file) => file.isFile() && path.basename(file.parentPath ?? file.path) === "compiled");
  },
  drawn: "#picture",
  ready: (bench) => bench.status("CRUSH"),
  async panel(bench) {
    await bench.command("CRUSH: Draw the Heap");
    const picture = await bench.webview("#picture .box");
    await bench.focusEditor();
    await bench.command("CRUSH: Step Back in the Last Run");
    await until("the past in the picture", async () => /before line/.test(await picture.locator("#headline").innerText()));
    await bench.focusEditor();
    return picture;
  },
};

const BASELINE = {
  id: "crush-analyzer.baseline",
  settled: () => true,
  drawn: "#headline",
  ready: async () => {},
  async panel(bench) {
    await bench.command("Baseline: Open the Panel");
    const panel = await bench.webview("#headline");
    await bench.focusEditor();
    return panel;
  },
};

/** How long it takes to open the program, with one and with the other right behind it, each going first every other time: what else
 * the machine does happens to both, and each pair has a difference of its own. Each of them was opened before: what an editor and an
 * extension do only at their very first start is not counted. Nothing that the opening before has started still runs. */
async function openings(editor, ours) {
  for (const { bench, folder, extension } of [editor, ours]) {
    writeFileSync(path.join(folder, "long.crush"), longProgram());
    await bench.watchOpening();
    await bench.open(folder, "long.crush");
    await bench.timeOpening();
    await until("a first start that is over", () => extension.settled(bench));
    await bench.leave();
  }
  const opened = async ({ bench, folder, extension }) => {
    await bench.open(folder, "long.crush");
    const { shown, reported } = await bench.timeOpening();
    const activated = await bench.activatedAt(extension.id);
    await bench.leave();
    return { activation: reported - activated, opening: reported - shown };
  };
  const pairs = [];
  for (let i = 0; i < OPENINGS; i++) {
    const first = await opened(i % 2 === 0 ? editor : ours);
    const second = await opened(i % 2 === 0 ? ours : editor);
    pairs.push(i % 2 === 0 ? { editor: first, ours: second } : { editor: second, ours: first });
  }
  const figure = (name) => ({
    editor: median(pairs.map((pair) => pair.editor[name])),
    ours: median(pairs.map((pair) => pair.ours[name])),
    beyond: quartiles(pairs.map((pair) => pair.ours[name] - pair.editor[name])),
  });
  return { activation: figure("activation"), opening: figure("opening") };
}

/** What an open program takes with one extension, each several times. */
async function measure({ bench, folder, extension }) {
  const figures = { keystroke: [], saving: [], stepping: [] };
  await bench.open(folder, "long.crush");
  await bench.timeOpening();
  await extension.ready(bench);

  for (let i = 0; i < TIMES; i++) {
    await bench.goToLine(EDITED, 1);
    figures.keystroke.push((await bench.timeKey("=", { text: "=let ", squiggle: true })).squiggle);
    await bench.undoAll();
    await until("the report gone", async () => (await bench.lines()).filter((l) => l.squiggles.includes("error")).length === 1);
  }

  for (let i = 0; i < TIMES; i++) {
    await bench.goToLine(EDITED, 1);
    await bench.page.keyboard.press("End");
    await bench.page.keyboard.type("1");
    const value = `after = ${"1".repeat(i + 2)}`;
    await bench.line("what was typed", `let ${value}`, () => true);
    figures.saving.push((await bench.timeKey("Control+S", { behind: value })).behind);
  }

  const panel = await extension.panel(bench);
  for (let i = 0; i < TIMES; i++) {
    figures.stepping.push(await bench.timeKeyTo("Alt+ArrowLeft", panel, extension.drawn));
  }
  await bench.leave();
  return figures;
}

/** What was measured one after the other: what is beyond the editor is the difference of the medians. */
function compared(editor, ours) {
  return { editor: median(editor), ours: median(ours), beyond: [median(ours) - median(editor)] };
}

function median(times) {
  return quantile(times, 1 / 2);
}

/** The median, and between what the middle half lies. */
function quartiles(times) {
  return [median(times), quantile(times, 1 / 4), quantile(times, 3 / 4)];
}

function quantile(times, part) {
  return times.toSorted((a, b) => a - b)[Math.round((times.length - 1) * part)];
}

function tableOf(figures) {
  const rows = {
    activation: "the extension's activation, to the first diagnostics",
    opening: "the text shown, to the first diagnostics",
    keystroke: "a keystroke, to its diagnostics",
    saving: "saving, to the values beside the lines",
    stepping: "a step, to the picture of the heap",
  };
  const lines = Object.entries(rows).map(([figure, title]) => {
    const { ours, editor, beyond } = figures[figure];
    const [middle, ...spread] = beyond.map(Math.round);
    const half = spread.length > 0 ? ` (${spread.join(" to ")})` : "";
    const verdict = middle <= MOST ? "yes" : "**no**";
    return `| ${title} | ${Math.round(ours)} ms | ${Math.round(editor)} ms | ${middle} ms${half} | ${verdict} |`;
  });
  const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? "unknown"}, load ${loadavg()[0].toFixed(1)}`;
  const head = [`${machine}.`, "", `| from, to | with CRUSH | the editor itself | beyond it | at most ${MOST} ms |`, "|---|---:|---:|---:|---|"];
  return `${[...head, ...lines].join("\n")}\n`;
}

/** A thousand lines: functions, a loop over each, what they give kept, and near the top a conflict that no run comes to. */
function longProgram() {
  const lines = [
    "// A program of a thousand lines.",
    "fn conflict() {",
    "    let first = [1, 2, 3]",
    "    let reader = &first",
    "    first.push(4)",
    "    print(reader)",
    "}",
    "let after = 1",
    "let kept = []",
  ];
  for (let i = 0; lines.length < 993; i++) {
    lines.push(
      `fn step${i}(rows) {`,
      "    let total = 0",
      "    for row in rows {",
      "        total = total + row",
      "    }",
      "    return total",
      "}",
      `kept.push([step${i}([${i}, 2, 3])])`,
    );
  }
  return `${lines.join("\n")}\n`;
}
