/** Hovers with links to the lines and slots that the server names in them. */

import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import { LINKED, withLinks } from "./hoverLinks";

export const hovers: Middleware = {
  provideHover: async (document, position, token, next) => linked(await next(document, position, token), document.uri),
};

function linked(hover: vscode.Hover | null | undefined, uri: vscode.Uri): vscode.Hover | null | undefined {
  if (!hover) {
    return hover;
  }
  const contents = hover.contents.map((part) => {
    if (!(part instanceof vscode.MarkdownString)) {
      return part;
    }
    const withThem = new vscode.MarkdownString(withLinks(part.value, uri.toString()));
    withThem.isTrusted = { enabledCommands: LINKED };
    return withThem;
  });
  return new vscode.Hover(contents, hover.range);
}
