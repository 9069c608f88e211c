/** From the protocol's places to the editor's. */

import * as vscode from "vscode";
import type { Range } from "./protocol";

export function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/** Brings a place of a document forward: in the editor that shows it, if one does. */
export async function reveal(uri: vscode.Uri, range: Range): Promise<void> {
  const open = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
  const selection = toRange(range);
  await vscode.window.showTextDocument(uri, open?.viewColumn ? { selection, viewColumn: open.viewColumn } : { selection });
}

/** Goes to the beginning of what stands on a line, from 1. */
export async function goToLine(uri: vscode.Uri, line: number): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const at = document.lineAt(Math.min(line, document.lineCount) - 1);
  const place = { line: at.lineNumber, character: at.firstNonWhitespaceCharacterIndex };
  await reveal(uri, { start: place, end: place });
}
