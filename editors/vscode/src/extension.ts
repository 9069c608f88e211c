/** Puts the parts together: what the server reports goes to the values, the status, the output and the arena. */

import * as vscode from "vscode";
import { ArenaView } from "./arenaView";
import { Borrows } from "./borrows";
import { showReferences } from "./clientCommands";
import { Debugging } from "./debugging";
import { HeapPanel } from "./heapPanel";
import { Grants } from "./grants";
import { InlineValues } from "./inlineValues";
import { goToLine } from "./places";
import { ProgramOutput } from "./programOutput";
import { Server } from "./server";
import { StatusItem } from "./statusItem";
import { TimeSession } from "./timeSession";
import { TimeTravel } from "./timeTravel";
import { TimeView } from "./timeView";

let server: Server | undefined;

/** Starts the server, for which nothing is needed that the editor gives on activation. */
export function begin(extensionFolder: string): void {
  server = new Server(extensionFolder);
  void server.start();
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const analyzer = (server ??= new Server(context.extensionUri.fsPath));
  const grants = new Grants(context.globalState);
  grants.serve(analyzer);
  analyzer.follow(grants);
  // What is drawn beside it waits for the report: the window takes what it is told in that order.
  await analyzer.firstReport();
  const status = new StatusItem(grants);
  status.setHealth(analyzer.health);
  const values = new InlineValues();
  const output = new ProgramOutput();
  const time = new TimeSession(analyzer);
  const travel = new TimeTravel(analyzer, time, values);
  const arena = new ArenaView(analyzer, time);
  /** Files the user ran by command: their output is brought forward when the run is over. */
  const wanted = new Set<string>();

  context.subscriptions.push(
    analyzer,
    grants,
    status,
    values,
    output,
    arena,
    new Borrows(analyzer),
    new Debugging(analyzer, grants).register(),
    time,
    travel,
    new TimeView(context.extensionUri, time, travel).register(),
    new HeapPanel(analyzer, context.extensionUri, time, travel),
    analyzer.onHealth((health) => status.setHealth(health)),
    analyzer.onEvaluation((evaluation) => {
      status.evaluated(evaluation);
      grants.evaluated(evaluation);
      values.evaluated(evaluation);
      output.evaluated(evaluation);
      void arena.evaluated(evaluation);
      if (evaluation.state !== "running" && wanted.delete(vscode.Uri.parse(evaluation.uri).toString())) {
        output.show();
      }
    }),
    vscode.commands.registerCommand("crush.run", (of?: unknown) => run(analyzer, wanted, of)),
    vscode.commands.registerCommand("crush.showReferences", showReferences),
    vscode.commands.registerCommand("crush.goToLine", (uri: string, line: number) => goToLine(vscode.Uri.parse(uri), line)),
    vscode.commands.registerCommand("crush.cancel", () => cancel(analyzer)),
    vscode.commands.registerCommand("crush.showArena", () => arena.show()),
    vscode.commands.registerCommand("crush.arena.showVariable", () => arena.showVariable()),
    vscode.commands.registerCommand("crush.newFile", () => newFile()),
    vscode.commands.registerCommand("crush.showOutput", () => output.show()),
    vscode.commands.registerCommand("crush.showLog", () => analyzer.showLog()),
    vscode.commands.registerCommand("crush.restartServer", () => analyzer.restart()),
    vscode.commands.registerCommand("crush.toggleInlineValues", () => values.toggle()),
    vscode.commands.registerCommand("crush.menu", () => menu()),
  );
  await analyzer.settled();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

function activeProgram(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === "crush" ? document : undefined;
}

/** `of`: the URI that a lens names; else the active program is run. */
async function run(analyzer: Server, wanted: Set<string>, of: unknown): Promise<void> {
  const uri = typeof of === "string" ? vscode.Uri.parse(of).toString() : activeProgram()?.uri.toString();
  if (uri === undefined) {
    void vscode.window.showInformationMessage("Open a CRUSH file to run it.");
    return;
  }
  wanted.add(uri);
  try {
    await analyzer.run(uri);
  } catch (error) {
    wanted.delete(uri);
    void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
  }
}

async function cancel(analyzer: Server): Promise<void> {
  const document = activeProgram();
  if (document) {
    await analyzer.cancel(document.uri.toString());
  }
}

/** An empty program, of no file yet. */
async function newFile(): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "crush", content: "" }));
}

interface Entry extends vscode.QuickPickItem {
  command: string;
}

/** What the status item offers when it is clicked. */
async function menu(): Promise<void> {
  const entries: Entry[] = [
    { label: "$(play) Run the program", command: "crush.run" },
    { label: "$(debug-alt) Debug the program", command: "crush.debug" },
    { label: "$(layers) Show the arena", command: "crush.showArena" },
    { label: "$(type-hierarchy) Draw the heap", command: "crush.heap.show" },
    { label: "$(output) Show the program's output", command: "crush.showOutput" },
    { label: "$(eye) Toggle values beside the lines", command: "crush.toggleInlineValues" },
    { label: "$(symbol-color) Toggle borrows on the code", command: "crush.toggleBorrows" },
    { label: "$(key) Show what programs were granted", command: "crush.showGrants" },
    { label: "$(debug-restart) Restart the language server", command: "crush.restartServer" },
    { label: "$(list-unordered) Show the server's log", command: "crush.showLog" },
  ];
  if (!vscode.workspace.isTrusted) {
    entries.unshift({ label: "$(shield) Manage workspace trust", command: "workbench.trust.manage" });
  }
  const entry = await vscode.window.showQuickPick(entries, { title: "CRUSH" });
  if (entry) {
    await vscode.commands.executeCommand(entry.command);
  }
}
