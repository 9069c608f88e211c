/** Evaluates the selection at the moment that is shown, or when its line last ran. Nothing of it stays. */

import * as vscode from "vscode";
import type { Server } from "./server";
import { type EvaluateResult, timeMethods } from "./timeProtocol";
import type { TimeSession } from "./timeSession";

export async function evaluateSelection(server: Server, time: TimeSession): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== "crush") {
    return;
  }
  const { document, selection } = editor;
  const text = document.getText(selection.isEmpty ? document.lineAt(selection.active.line).range : selection).trim();
  const uri = document.uri.toString();
  const moment = time.on(uri);
  const at = moment ? { session: moment.session, position: moment.position } : { line: selection.start.line };
  try {
    const result = await server.request<EvaluateResult>(timeMethods.evaluate, { textDocument: { uri }, text, ...at });
    void vscode.window.showInformationMessage(told(result));
  } catch (error) {
    void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
  }
}

function told(result: EvaluateResult): string {
  const parts = [result.value ? result.value.value : result.reason];
  if (result.output !== "") {
    parts.push(`printed ${result.output.trimEnd()}`);
  }
  parts.push(...result.changes.map((change) => `${change.what} #${change.slot} ${change.preview}`.trimEnd()));
  return `${parts.join(" · ")} (${result.text}; nothing of it stays)`;
}
