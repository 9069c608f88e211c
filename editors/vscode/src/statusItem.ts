/** The status bar item: how the server is, and what became of the last run of the active file. */

import * as vscode from "vscode";
import { Grants } from "./grants";
import { Evaluation } from "./protocol";
import { Health } from "./server";
import { describe, grantedText } from "./statusText";

export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("crush.status", vscode.StatusBarAlignment.Left, 10);
  private health: Health = "starting";
  private readonly runs = new Map<string, Evaluation>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly grants: Grants) {
    this.item.name = "CRUSH";
    this.item.command = "crush.menu";
    this.subscriptions = [
      this.item,
      vscode.window.onDidChangeActiveTextEditor(() => this.draw()),
      grants.onChange(() => this.draw()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        // That nothing was run for want of trust is no longer so.
        this.runs.clear();
        this.draw();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.runs.delete(document.uri.toString())),
    ];
    this.draw();
  }

  setHealth(health: Health): void {
    this.health = health;
    if (health !== "running") {
      // A run of a server that is gone will never report its end.
      for (const [uri, run] of this.runs) {
        if (run.state === "running") {
          this.runs.delete(uri);
        }
      }
    }
    this.draw();
  }

  evaluated(evaluation: Evaluation): void {
    this.runs.set(vscode.Uri.parse(evaluation.uri).toString(), evaluation);
    this.draw();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private draw(): void {
    const document = vscode.window.activeTextEditor?.document;
    const run = document ? this.runs.get(document.uri.toString()) : undefined;
    void vscode.commands.executeCommand("setContext", "crush.running", run?.state === "running");
    if (document?.languageId !== "crush" && this.health === "running") {
      this.item.hide();
      return;
    }
    const status = describe(this.health, run, vscode.workspace.isTrusted);
    this.item.text = `$(${status.icon}) ${status.text}`;
    const tooltip = new vscode.MarkdownString();
    tooltip.appendText(status.tooltip);
    if (document && vscode.workspace.isTrusted && this.health === "running") {
      const { folder, granted } = this.grants.of(document.uri);
      tooltip.appendMarkdown(`\n\n---\n\n${grantedText(folder.fsPath, granted)}`);
      tooltip.isTrusted = { enabledCommands: ["crush.showGrants"] };
    }
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: `${status.text}. ${status.tooltip}` };
    this.item.backgroundColor =
      status.severity === "fine" ? undefined : new vscode.ThemeColor(`statusBarItem.${status.severity}Background`);
    this.item.show();
  }
}
