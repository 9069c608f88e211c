// A VS Code workbench of its own: temporary folders, the packaged extension installed as a user would, a browser on it.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const DEADLINE = 30_000;

/** So long an editor that was closed has to end what it started: it gives each extension four seconds. */
const LEAVING = 6_000;

/** Milliseconds after which somebody who sees no hover moves the pointer again. */
const HOVER_PATIENCE = 2_000;

/** Waits until `condition` gives something true, and returns it; says what was waited for when it never does. */
export async function until(what, condition, deadline = DEADLINE) {
  const end = Date.now() + deadline;
  let last;
  for (;;) {
    try {
      last = await condition();
      if (last) {
        return last;
      }
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`waited in vain for ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
    }
    await pause(40);
  }
}

const BASE_SETTINGS = {
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "never",
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "workbench.layoutControl.enabled": false,
  "window.commandCenter": false,
  "chat.commandCenter.enabled": false,
  "git.enabled": false,
  "files.autoSave": "off",
  "editor.inlayHints.enabled": "on",
  "editor.minimap.enabled": false,
  "editor.fontSize": 15,
  "editor.stickyScroll.enabled": false,
  "breadcrumbs.enabled": false,
};

const THEMES = { dark: "Dark Modern", light: "Light Modern" };

export class Workbench {
  /** `options`: codeServer (folder with node_modules), vsix, chromium, trust (boolean), settings, searchPath. */
  static async start(options) {
    const bench = new Workbench();
    bench.options = options;
    // A folder name with a space and an emoji, as people have them.
    bench.root = mkdtempSync(path.join(tmpdir(), "crush-e2e-"));
    bench.folders = Object.fromEntries(
      ["home", "user", "server", "extensions"].map((name) => [name, path.join(bench.root, name)]),
    );
    Object.values(bench.folders).forEach((folder) => mkdirSync(folder, { recursive: true }));
    bench.settings = { ...BASE_SETTINGS, "security.workspace.trust.enabled": options.trust, ...options.settings };
    bench.writeSettings();
    bench.program = path.join(options.codeServer, "node_modules/code-server/lib/vscode/out/server-main.js");
    bench.environment = environment(bench.folders.home, options.searchPath);
    if (options.vsix) {
      await bench.install(options.vsix);
    }
    await bench.serve();
    await bench.browse();
    return bench;
  }

  writeSettings() {
    const folder = path.join(this.folders.user, "User");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "settings.json"), JSON.stringify(this.settings, null, 2));
  }

  async install(vsix) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [this.program, "--install-extension", vsix, ...this.folderFlags()],
      { env: this.environment, timeout: 120_000 },
    );
    if (!stdout.includes("successfully installed")) {
      throw new Error(`the extension was not installed: ${stdout}`);
    }
  }

  folderFlags() {
    const { user, server, extensions } = this.folders;
    return ["--user-data-dir", user, "--server-data-dir", server, "--extensions-dir", extensions];
  }

  async serve() {
    this.port = await freePort();
    const flags = ["--host", "127.0.0.1", "--port", String(this.port), "--without-connection-token"];
    flags.push("--accept-server-license-terms", "--telemetry-level", "off", ...this.folderFlags());
    this.server = spawn(process.execPath, [this.program, ...flags], {
      env: this.environment,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.serverLog = "";
    this.server.stdout.on("data", (text) => (this.serverLog += text));
    this.server.stderr.on("data", (text) => (this.serverLog += text));
    await until("the workbench's server", async () => (await fetch(`http://127.0.0.1:${this.port}/version`)).ok);
  }

  async browse() {
    const require = createRequire(path.join(this.options.codeServer, "package.json"));
    const { chromium } = require("playwright-core");
    this.browser = await chromium.launch({
      executablePath: this.options.chromium,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
      ],
    });
    this.page = await this.browser.newPage({ viewport: { width: 1400, height: 860 }, deviceScaleFactor: 1 });
    this.page.setDefaultTimeout(DEADLINE);
  }

  /** Opens the folder with a file in it, and waits for the editor. */
  async open(folder, file) {
    const resource = `vscode-remote://127.0.0.1:${this.port}${path.join(folder, file)}`;
    const url = new URL(`http://127.0.0.1:${this.port}/`);
    url.searchParams.set("folder", folder);
    url.searchParams.set("payload", JSON.stringify([["openFile", resource]]));
    await this.page.goto(url.href);
    await this.page.locator(".editor-instance .view-line").first().waitFor();
  }

  /** Opens a workspace of several folders, with a file of one. */
  async openWorkspace(workspace, file) {
    const url = new URL(`http://127.0.0.1:${this.port}/`);
    url.searchParams.set("workspace", workspace);
    url.searchParams.set("payload", JSON.stringify([["openFile", `vscode-remote://127.0.0.1:${this.port}${file}`]]));
    await this.page.goto(url.href);
    await this.page.locator(".editor-instance .view-line").first().waitFor();
  }

  /** Opens a file by its name. */
  async quickOpen(name) {
    await this.page.keyboard.press("Control+P");
    const input = this.page.locator(".quick-input-widget:not(.hidden) input.input");
    await input.fill(name);
    await this.page.locator(".quick-input-widget .monaco-list-row", { hasText: name }).first().click();
    await input.waitFor({ state: "hidden" });
    await this.page.locator(".tab.active", { hasText: name }).waitFor();
  }

  /** From now on every page that is opened notes when its text is shown, and when the first report in it. */
  async watchOpening() {
    await this.page.addInitScript(() => {
      if (window !== top) {
        return;
      }
      const seen = (selector) => document.querySelector(`.editor-instance ${selector}`) !== null;
      window.opening = new Promise((done) => {
        let shown;
        const look = () => {
          shown ??= seen(".view-line span span") ? performance.timeOrigin + performance.now() : undefined;
          const now = performance.timeOrigin + performance.now();
          shown !== undefined && seen(".squiggly-error") ? done({ shown, reported: now }) : requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      });
    });
  }

  /** When the text was shown, and when the first report in it. */
  timeOpening() {
    return this.page.evaluate(() => window.opening);
  }

  /** When an extension was activated last, as the log of its host says. */
  activatedAt(extension) {
    const logs = path.join(this.folders.user, "logs");
    return until(`the activation of ${extension} in the log`, () => {
      const files = readdirSync(logs, { recursive: true }).filter((file) => path.basename(file) === "remoteexthost.log");
      const times = files.flatMap((file) =>
        readFileSync(path.join(logs, file), "utf8")
          .split("\n")
          .filter((line) => line.includes(`_doActivateExtension ${extension},`))
          .map((line) => Date.parse(line.slice(0, "2000-01-01 00:00:00.000".length))),
      );
      return Math.max(...times);
    });
  }

  /** Closes the editor as one closes a tab of the browser, and waits until all that it had started has ended. What a tab leaves
   * that was closed before it had told all of them is ended here: the server would keep it for somebody who comes back. */
  async leave() {
    await this.page.goto("about:blank");
    const gone = () => this.startedProcesses().length === 0;
    await until("the end of the editor's processes", gone, LEAVING).catch(async () => {
      this.startedProcesses().forEach((pid) => process.kill(pid, "SIGKILL"));
      await until("the end of what the editor left", gone);
    });
  }

  /** What the workbench's server has started, and what that has: extension hosts, watchers, language servers. */
  startedProcesses() {
    const isStarted = (pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/stat`, "utf8");
        const group = Number(status.slice(status.lastIndexOf(")") + 2).split(" ")[2]);
        return group === this.server.pid && pid !== this.server.pid;
      } catch {
        return false;
      }
    };
    return processes().filter(isStarted);
  }

  /** Presses a key, and measures how long it takes until something in another frame is drawn anew. */
  async timeKeyTo(key, frame, selector) {
    await frame.evaluate((selector) => {
      window.changedAt = undefined;
      const seen = () => (window.changedAt = performance.timeOrigin + performance.now());
      const observer = new MutationObserver(() => {
        observer.disconnect();
        requestAnimationFrame(seen);
      });
      observer.observe(document.querySelector(selector), { childList: true, characterData: true, subtree: true });
    }, selector);
    await this.page.evaluate(() => {
      window.pressed = new Promise((done) => {
        const pressed = (event) => {
          if (!["Control", "Shift", "Alt"].includes(event.key)) {
            removeEventListener("keydown", pressed, { capture: true });
            done(performance.timeOrigin + performance.now());
          }
        };
        addEventListener("keydown", pressed, { capture: true });
      });
    });
    await this.page.keyboard.press(key);
    const changed = await until(`another ${selector} after ${key}`, () => frame.evaluate(() => window.changedAt));
    return changed - (await this.page.evaluate(() => window.pressed));
  }

  /** Presses a key, and measures in the page, frame by frame, how long it takes until each of what is wanted is seen: `text`
   * in a line, one more `squiggle`, a text `behind` a line. */
  async timeKey(key, wanted) {
    // What is listened with stands before the key is pressed.
    await this.page.evaluate((wanted) => {
      const editor = document.querySelector(".editor-instance .monaco-editor");
      const lines = () => [...editor.querySelectorAll(".view-line")];
      const squiggles = () => editor.querySelectorAll(".squiggly-error").length;
      const isValue = (span) => getComputedStyle(span, "::after").content.replace(/\u00a0/g, " ").includes(wanted.behind);
      const before = squiggles();
      const seen = {
        text: () => lines().some((line) => line.textContent.replace(/\u00a0/g, " ").includes(wanted.text)),
        squiggle: () => squiggles() > before,
        behind: () => lines().some((line) => [...line.querySelectorAll("span")].some(isValue)),
      };
      window.timed = new Promise((done) => {
        const pressed = (event) => {
          if (["Control", "Shift"].includes(event.key)) {
            return;
          }
          removeEventListener("keydown", pressed, { capture: true });
          const start = performance.now();
          const found = {};
          const look = () => {
            for (const name of Object.keys(wanted)) {
              if (found[name] === undefined && seen[name]()) {
                found[name] = performance.now() - start;
              }
            }
            const all = Object.keys(wanted).every((name) => found[name] !== undefined);
            all ? done(found) : requestAnimationFrame(look);
          };
          look();
        };
        addEventListener("keydown", pressed, { capture: true });
      });
    }, wanted);
    await this.page.keyboard.press(key);
    return this.page.evaluate(() => window.timed);
  }

  /** Ends the server with all it started, and removes what it wrote. */
  async stop() {
    await this.browser?.close();
    if (this.server && this.server.exitCode === null && this.server.signalCode === null) {
      const gone = once(this.server, "exit");
      process.kill(-this.server.pid, "SIGTERM");
      const forced = setTimeout(() => process.kill(-this.server.pid, "SIGKILL"), 5000);
      await gone;
      clearTimeout(forced);
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  // What a person does.

  async command(title) {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget:not(.hidden) input.input");
    await input.fill(`>${title}`);
    const row = this.page.locator(".quick-input-widget .monaco-list-row", { hasText: title }).first();
    await row.waitFor();
    await row.click();
    await row.waitFor({ state: "hidden" });
  }

  async theme(name) {
    await this.command("Preferences: Color Theme");
    const input = this.page.locator(".quick-input-widget:not(.hidden) input.input");
    await until("the list of themes", async () => !(await input.inputValue()).startsWith(">"));
    await input.fill(THEMES[name]);
    await this.page.locator(".quick-input-widget .monaco-list-row.focused", { hasText: THEMES[name] }).waitFor();
    await this.page.keyboard.press("Enter");
    await input.waitFor({ state: "hidden" });
    await this.page.locator(name === "light" ? ".monaco-workbench.vs" : ".monaco-workbench.vs-dark").waitFor();
  }

  async goToLine(line, column = 1) {
    await this.focusEditor();
    await this.page.keyboard.press("Control+G");
    const input = this.page.locator(".quick-input-widget:not(.hidden) input.input");
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await input.waitFor({ state: "hidden" });
    // The widget gives the focus back when it is gone; a key pressed before that would be nobody's.
    await this.focused();
    await this.cursorAt(line);
  }

  async focusEditor() {
    await this.page.keyboard.press("Control+1");
    await this.focused();
  }

  async focused() {
    await this.page.locator(".editor-instance .monaco-editor.focused").first().waitFor();
  }

  async cursorAt(line) {
    await until(`the cursor on line ${line}`, async () => (await this.statusBar()).includes(`Ln ${line},`));
  }

  async save() {
    await this.page.keyboard.press("Control+S");
    await this.page.locator(".tab.active:not(.dirty)").first().waitFor();
  }

  /** Undoes until the file is as it was saved. */
  async undoAll() {
    const text = async () => (await this.lines()).map((l) => l.text).join("\n");
    const dirty = this.page.locator(".tab.active.dirty");
    while ((await dirty.count()) > 0) {
      const before = await text();
      await this.page.keyboard.press("Control+Z");
      await until("an effect of undo", async () => (await text()) !== before);
    }
  }

  // What a person sees.

  statusBar() {
    return this.page.locator(".part.statusbar").innerText();
  }

  async crushStatus() {
    const item = this.page.locator('.statusbar-item[id*="crush"]');
    return (await item.count()) === 0 ? "" : (await item.first().innerText()).trim();
  }

  async status(text) {
    await until(`the status “${text}”`, async () => (await this.crushStatus()).endsWith(text));
  }

  /** The visible lines: their number, text, what stands behind them (and its colour), the colours and squiggles in them. */
  lines() {
    return this.page.evaluate(() => {
      const editor = document.querySelector(".editor-instance .monaco-editor");
      const numbers = [...editor.querySelectorAll(".margin-view-overlays > div")].map((margin) => ({
        top: Math.round(margin.getBoundingClientRect().top),
        number: Number(margin.querySelector(".line-numbers")?.textContent),
      }));
      const squiggles = [...editor.querySelectorAll(".squiggly-error, .squiggly-warning")].map((mark) => ({
        top: Math.round(mark.getBoundingClientRect().top),
        kind: mark.classList.contains("squiggly-error") ? "error" : "warning",
      }));
      const near = (a, b) => Math.abs(a - b) < 6;
      return [...editor.querySelectorAll(".view-lines > .view-line")]
        .map((line) => {
          const top = Math.round(line.getBoundingClientRect().top);
          const behind = [...line.querySelectorAll("span")].flatMap((span) => {
            const style = getComputedStyle(span, "::after");
            const quoted = /^"(.*)"$/s.exec(style.content);
            return quoted && quoted[1] !== "" ? [{ text: quoted[1].replace(/\\(.)/g, "$1"), color: style.color }] : [];
          });
          return {
            number: numbers.find((n) => near(n.top, top))?.number,
            text: line.textContent.replace(/\u00a0/g, " "),
            behind: behind.map((part) => part.text).join(" "),
            behindColor: behind[0]?.color,
            colors: [...new Set([...line.querySelectorAll("span > span")].map((s) => getComputedStyle(s).color))],
            squiggles: squiggles.filter((s) => Math.abs(s.top - top) < 20 && s.top >= top - 4).map((s) => s.kind),
          };
        })
        .sort((a, b) => a.number - b.number);
    });
  }

  /** Waits for a line (by its number or by its text) of which `test` is true. */
  line(what, which, test) {
    return until(what, async () => {
      const lines = await this.lines();
      const line = lines.find((l) => (typeof which === "number" ? l.number === which : l.text.includes(which)));
      return line && test(line) ? line : false;
    });
  }

  /** The colour of a word of a line. */
  colorOf(lineText, word) {
    return this.page.evaluate(
      ([text, wanted]) => {
        const clean = (s) => s.replace(/\u00a0/g, " ");
        const line = [...document.querySelectorAll(".editor-instance .view-line")].find((l) =>
          clean(l.textContent).includes(text),
        );
        const spans = [...(line?.querySelectorAll("span > span") ?? [])];
        const span = spans.find((s) => clean(s.textContent).trim() === wanted) ?? spans.find((s) => clean(s.textContent).includes(wanted));
        return span ? getComputedStyle(span).color : null;
      },
      [lineText, word],
    );
  }

  /** The text of the hover on `word` in the line that has `lineText`. */
  async hover(lineText, word) {
    return this.hoverOver(`${word} in a line with ${lineText}`, () =>
      this.page.evaluate(
        ([text, wanted]) => {
          const clean = (s) => s.replace(/\u00a0/g, " ");
          const line = [...document.querySelectorAll(".editor-instance .view-line")].find((l) =>
            clean(l.textContent).includes(text),
          );
          const span = [...(line?.querySelectorAll("span > span") ?? [])].find((s) => clean(s.textContent).includes(wanted));
          const rect = span?.getBoundingClientRect();
          const share = span ? (clean(span.textContent).indexOf(wanted) + wanted.length / 2) / span.textContent.length : 0;
          return rect ? { x: rect.x + rect.width * share, y: rect.y + rect.height / 2 } : null;
        },
        [lineText, word],
      ),
    );
  }

  /** The hover on what stands behind a line. */
  async hoverBehind(lineText) {
    return this.hoverOver(`what stands behind the line with ${lineText}`, () =>
      this.page.evaluate((text) => {
        const clean = (s) => s.replace(/\u00a0/g, " ");
        const line = [...document.querySelectorAll(".editor-instance .view-line")].find((l) => clean(l.textContent).includes(text));
        const behind = [...(line?.querySelectorAll("span") ?? [])].filter((span) => /^".+"$/s.test(getComputedStyle(span, "::after").content));
        const rect = behind.at(-1)?.getBoundingClientRect();
        return rect ? { x: rect.right - 20, y: rect.y + rect.height / 2 } : null;
      }, lineText),
    );
  }

  /**
   * Points at `place` as a person does until a hover shows: the pointer follows the text when lenses move the line, and
   * moves again when an answer of the server took the hover away before it could be read.
   */
  async hoverOver(what, place) {
    const hover = this.page.locator(".monaco-hover:not(.hidden) .monaco-hover-content");
    let pointed = null;
    return until(`the hover on ${what}`, async () => {
      const at = await place();
      if (!at) {
        return false;
      }
      const moved = !pointed || pointed.x !== at.x || pointed.y !== at.y;
      const shown = !moved && (await hover.first().isVisible());
      if (moved || (!shown && Date.now() > pointed.until)) {
        await this.page.mouse.move(at.x + 3, at.y);
        await this.page.mouse.move(at.x, at.y);
        pointed = { ...at, until: Date.now() + HOVER_PATIENCE };
        return false;
      }
      const text = shown ? (await hover.allInnerTexts()).join("\n") : "";
      return text.trim() && !text.includes("Loading") ? text : false;
    });
  }

  async hideHover() {
    await this.page.mouse.move(700, 3);
    await this.page.locator(".monaco-hover:not(.hidden) .monaco-hover-content").first().waitFor({ state: "hidden" });
  }

  /** The rows of the tree under a pane's title, once `test` is true of them. */
  rows(title, test) {
    return until(`rows of ${title}`, async () => {
      const rows = await this.page
        .locator(`.pane:has(.pane-header[aria-label*="${title}"]) .monaco-list-row`)
        .evaluateAll((list) =>
          list
            .sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index))
            .map((row) => ({ text: row.innerText.replace(/\s+/g, " ").trim(), label: row.getAttribute("aria-label") ?? "" })),
        );
      return test(rows) ? rows : false;
    });
  }

  /** The lens above a line that says so, to be pressed. */
  async lens(text) {
    const lens = this.page.locator(".editor-instance .codelens-decoration a", { hasText: text }).first();
    await lens.waitFor();
    return lens;
  }

  /** The bars of borrows beside the visible lines, once `test` is true of them: their line and what they mean. */
  bars(test) {
    return until("bars beside the lines", async () => {
      const bars = await this.page.evaluate(() => {
        const editor = document.querySelector(".editor-instance .monaco-editor");
        const color = (name) => {
          const probe = document.createElement("div");
          probe.style.color = `var(--vscode-crush-${name}Borrow)`;
          editor.append(probe);
          const value = getComputedStyle(probe).color;
          probe.remove();
          return value;
        };
        const kinds = Object.fromEntries(["shared", "exclusive", "conflict"].map((kind) => [color(kind), kind]));
        const numbers = [...editor.querySelectorAll(".margin-view-overlays > div")].map((margin) => ({
          top: Math.round(margin.getBoundingClientRect().top),
          line: Number(margin.querySelector(".line-numbers")?.textContent),
        }));
        return [...editor.querySelectorAll(".view-overlays .cdr")].flatMap((mark) => {
          const style = getComputedStyle(mark);
          const box = mark.getBoundingClientRect();
          const line = numbers.find(({ top }) => Math.abs(top - box.top) < 6)?.line;
          const kind = style.borderLeftStyle === "solid" && style.borderLeftWidth === "2px" ? kinds[style.borderLeftColor] : undefined;
          return kind && line ? [{ line, kind }] : [];
        });
      });
      const sorted = bars.sort((a, b) => a.line - b.line);
      return test(sorted) ? sorted : false;
    });
  }

  /** The frame of the webview in which `selector` is. */
  webview(selector) {
    return until(`a webview with ${selector}`, async () => {
      for (const frame of this.page.frames()) {
        if (frame !== this.page.mainFrame() && (await frame.locator(selector).count().catch(() => 0)) > 0) {
          return frame;
        }
      }
      return false;
    });
  }

  /** Language servers that run out of this workbench's extensions folder. */
  serverProcesses() {
    return processes().filter((pid) => {
      try {
        const exe = readlinkSync(`/proc/${pid}/exe`);
        return exe.startsWith(this.folders.extensions) && path.basename(exe).startsWith("crush-analyzer");
      } catch {
        return false;
      }
    });
  }

  async screenshot(folder, name) {
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), animations: "disabled" });
  }
}

/** All processes of the machine. */
function processes() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** What a desktop launcher gives: no PORT, no VSCODE_*, a home of its own. */
function environment(home, searchPath) {
  const kept = Object.entries(process.env).filter(([name]) => name !== "PORT" && !name.startsWith("VSCODE_"));
  return { ...Object.fromEntries(kept), HOME: home, ...(searchPath === undefined ? {} : { PATH: searchPath }) };
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
