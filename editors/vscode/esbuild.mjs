// Bundles the extension into dist/, or with --tests its unit tests into out/.
import { build } from "esbuild";
import { readdirSync, rmSync } from "node:fs";

const common = {
  bundle: true,
  platform: "node",
  target: "node18",
  format: "cjs",
  logLevel: "warning",
};

if (process.argv.includes("--tests")) {
  rmSync("out", { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: readdirSync("test").filter((f) => f.endsWith(".test.ts")).map((f) => `test/${f}`),
    external: ["vscode", "vscode-oniguruma", "vscode-textmate"],
    outdir: "out/test",
    sourcemap: "inline",
  });
} else {
  rmSync("dist", { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: { extension: "src/entry.ts", main: "src/extension.ts" },
    external: ["vscode"],
    outdir: "dist",
    minify: true,
    legalComments: "none",
  });
  await build({
    ...common,
    entryPoints: ["src/webview/heap.ts", "src/webview/time.ts"],
    platform: "browser",
    format: "iife",
    outdir: "dist",
    minify: true,
  });
}
