/** What the editor loads. All the rest is one large script, most of it the client of the protocol, which V8 would compile anew at
 * every start; so what it made of it is kept. That saves more than half of the time the script takes to load. */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { wrap } from "node:module";
import path from "node:path";
import { Script } from "node:vm";
import type { ExtensionContext } from "vscode";
import type * as Extension from "./extension";

/** When the script has run for so long, what a start needs of it is compiled. */
const SETTLED = 5_000;

let extension: typeof Extension | undefined;

export function activate(context: ExtensionContext): Promise<void> {
  extension = load(path.join(__dirname, "main.js"), context);
  return extension.activate(context);
}

export async function deactivate(): Promise<void> {
  await extension?.deactivate();
}

function load(file: string, context: ExtensionContext): typeof Extension {
  const source = wrap(readFileSync(file, "utf8"));
  const folder = path.join(context.globalStorageUri.fsPath, "compiled");
  // V8 holds what was kept against its own version and the length of the text, no more.
  const kept = path.join(folder, createHash("sha256").update(source).update(process.versions.v8).digest("hex"));
  const cachedData = contents(kept);
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) });
  const module = { exports: {} as typeof Extension };
  script.runInThisContext()(module.exports, require, module, file, __dirname);
  if (!cachedData || script.cachedDataRejected) {
    const later = setTimeout(() => keep(script, kept), SETTLED);
    context.subscriptions.push({ dispose: () => clearTimeout(later) });
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
