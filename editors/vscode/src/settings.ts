/** The extension's settings, and what of them the server is told. */

import * as vscode from "vscode";
import { ServerOptions } from "./protocol";

export function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("crush");
}

export function serverOptions(): ServerOptions {
  const crush = settings();
  return {
    trusted: vscode.workspace.isTrusted,
    evaluateOnSave: crush.get("evaluation.onSave", true),
    instructions: crush.get("evaluation.instructions", 50_000_000),
    milliseconds: crush.get("evaluation.milliseconds", 5000),
    borrowHints: crush.get("inlayHints.borrows", true),
    parameterHints: crush.get("inlayHints.parameters", true),
    codeLenses: crush.get("codeLenses", true),
    typeHints: crush.get("inlayHints.types", true),
  };
}
