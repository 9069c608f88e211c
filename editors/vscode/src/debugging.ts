/** Debugging: the adapter is `crush-analyzer dap`, the program that is the server. */

import * as vscode from "vscode";
import { Grants } from "./grants";
import { Server } from "./server";

export const DEBUG_TYPE = "crush";

/** F5 without a launch configuration debugs the file that is shown. */
export class Debugging implements vscode.DebugConfigurationProvider, vscode.DebugAdapterDescriptorFactory {
  constructor(
    private readonly server: Server,
    private readonly grants: Grants,
  ) {}

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, this),
      vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, this),
      vscode.commands.registerCommand("crush.debug", (of?: unknown) => debug(of)),
    );
  }

  resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration | undefined {
    const isEmpty = !configuration.type && !configuration.request && !configuration.name;
    if (isEmpty) {
      const document = vscode.window.activeTextEditor?.document;
      return document?.languageId === "crush" ? launch(document.uri) : undefined;
    }
    if (!configuration["program"]) {
      void vscode.window.showErrorMessage("The launch configuration names no program: add \"program\": \"${file}\".");
      return undefined;
    }
    return configuration;
  }

  /** The path of the program is known here. */
  async resolveDebugConfigurationWithSubstitutedVariables(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration> {
    if (vscode.workspace.isTrusted) {
      await this.grants.beforeDebugging(programOf(configuration));
    }
    return configuration;
  }

  /** The adapter has what programs in the folder were granted: a launch configuration cannot grant anything. */
  createDebugAdapterDescriptor(session: vscode.DebugSession): vscode.ProviderResult<vscode.DebugAdapterDescriptor> {
    if (!vscode.workspace.isTrusted) {
      throw new Error("The workspace is not trusted, so nothing runs.");
    }
    const lookup = this.server.lookup();
    if (!lookup.found) {
      throw new Error(["crush-analyzer was not found. Tried:", ...lookup.tried].join("\n"));
    }
    const { granted } = this.grants.of(programOf(session.configuration));
    return new vscode.DebugAdapterExecutable(lookup.command, ["dap", ...granted.flatMap((grant) => ["--allow", grant])]);
  }
}

function programOf(configuration: vscode.DebugConfiguration): vscode.Uri {
  return vscode.Uri.file(String(configuration["program"]));
}

function launch(program: vscode.Uri): vscode.DebugConfiguration {
  return { type: DEBUG_TYPE, request: "launch", name: "Debug CRUSH Program", program: program.fsPath };
}

/** `of`: the URI of a program; else the one that is shown. What was typed is saved: the adapter reads the file. */
async function debug(of: unknown): Promise<void> {
  const shown = vscode.window.activeTextEditor?.document;
  const uri = typeof of === "string" ? vscode.Uri.parse(of) : shown?.languageId === "crush" ? shown.uri : undefined;
  if (uri === undefined) {
    void vscode.window.showInformationMessage("Open a CRUSH file to debug it.");
    return;
  }
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  if (document?.isDirty && !(await document.save())) {
    return;
  }
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), launch(uri));
}
