/** What the editor loads. All the rest is one large script, most of it the client of the protocol, which V8 would compile anew at
 * every start; so what it made of it is kept. That saves more than half of the time the script takes to load.
 *
 * The server is started at once: between loading an extension and activating it the editor fetches what the extension has stored,
 * which takes as long as drawing the window keeps it busy. Meanwhile the server reads the program. */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { wrap } from "node:module";
import path from "node:path";
import { Script } from "node:vm";
import type { ExtensionContext } from "vscode";
import type * as Extension from "./extension";

/** When the script has run for so long, what a start needs of it is compiled. */
const SETTLED = 5_000;

const extension = load(path.join(__dirname, "main.js"));
extension.begin(path.dirname(__dirname));

export function activate(context: ExtensionContext): Promise<void> {
  return extension.activate(context);
}

export function deactivate(): Promise<void> {
  return extension.deactivate();
}

function load(file: string): typeof Extension {
  const source = wrap(readFileSync(file, "utf8"));
  // Beside the script: who can write there can change the script too, and it goes when the extension goes.
  const folder = path.join(path.dirname(file), "compiled");
  // V8 holds what was kept against its own version and the length of the text, no more.
  const kept = path.join(folder, createHash("sha256").update(source).update(process.versions.v8).digest("hex"));
  const cachedData = contents(kept);
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  const module = { exports: {} as typeof Extension };
  script.runInThisContext()(module.exports, require, module, file, __dirname);
  if (!cachedData || script.cachedDataRejected) {
    setTimeout(() => keep(script, kept), SETTLED).unref();
  }
  return module.exports;
}

function contents(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Keeps what was compiled, in place of what other versions left. Where nothing can be written, the next start takes as long. */
function keep(script: Script, file: string): void {
  const folder = path.dirname(file);
  try {
    mkdirSync(folder, { recursive: true });
    const before = readdirSync(folder);
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, new Uint8Array(script.createCachedData()));
    renameSync(unfinished, file);
    for (const name of before.filter((name) => name !== path.basename(file))) {
      rmSync(path.join(folder, name), { force: true });
    }
  } catch {
    // It is an economy, nothing more.
  }
}
