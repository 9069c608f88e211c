/** The page of a webview: nothing is loaded but our own script and styles, nothing runs that does not carry the nonce. */

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** `script`: of `dist`; `styles`: of `media`. */
export interface Content {
  title: string;
  script: string;
  styles: string[];
  body: string;
}

export function page(webview: vscode.Webview, extension: vscode.Uri, { title, script, styles, body }: Content): string {
  const nonce = randomBytes(16).toString("base64");
  const own = (...path: string[]) => webview.asWebviewUri(vscode.Uri.joinPath(extension, ...path));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
${styles.map((style) => `<link rel="stylesheet" href="${own("media", style)}">`).join("\n")}
<title>${title}</title>
</head>
<body>
${body}
<script nonce="${nonce}" src="${own("dist", script)}"></script>
</body>
</html>`;
}

/** What a webview may load. */
export function resources(extension: vscode.Uri): vscode.Uri[] {
  return [vscode.Uri.joinPath(extension, "dist"), vscode.Uri.joinPath(extension, "media")];
}
