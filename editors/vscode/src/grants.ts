/** Grants: asked for once, kept outside of the workspace, shown, and revocable. */

import * as path from "node:path";
import * as vscode from "vscode";
import { Decided, UNDECIDED, decline, explained, grant, isNew, listed, revoke, word } from "./grantsModel";
import { Evaluation, FolderGrants, methods, Needs } from "./protocol";
import type { Server } from "./server";

const PREFIX = "grants:";
const GRANT = "Grant for This Workspace";
const NOT_NOW = "Not Now";
const SHOW = "Show What It Does";

export class Grants implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** Questions that stand open, or were closed without an answer, by folder and grants. */
  private readonly asked = new Set<string>();
  private server: Server | undefined;
  private readonly subscriptions: vscode.Disposable[];

  readonly onChange = this.changed.event;

  /** `storage`: VS Code's own, which no workspace can write. */
  constructor(private readonly storage: vscode.Memento) {
    this.subscriptions = [
      this.changed,
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.changed.fire()),
      vscode.commands.registerCommand("crush.grant", (of?: unknown) => this.grantMore(of)),
      vscode.commands.registerCommand("crush.showGrants", () => this.show()),
      vscode.commands.registerCommand("crush.revokeGrant", () => this.revokeOne()),
    ];
  }

  /** Who runs the programs. */
  serve(server: Server): void {
    this.server = server;
  }

  /** What the server is told: the folders of the window, and those that something was granted to. */
  folders(): FolderGrants[] {
    const open = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.toString());
    const all = new Set([...open, ...this.known()]);
    return [...all].map((uri) => ({ uri, grants: this.decided(uri).granted }));
  }

  /** What programs in the folder of a document were granted. */
  of(document: vscode.Uri): { folder: vscode.Uri; granted: string[] } {
    const folder = this.folderOf(document);
    return { folder, granted: this.decided(folder.toString()).granted };
  }

  /** A run that was halted for want of a grant asks for it, once. */
  evaluated(evaluation: Evaluation): void {
    if (evaluation.needs && vscode.workspace.isTrusted) {
      void this.askOnce(evaluation.needs, vscode.Uri.parse(evaluation.uri));
    }
  }

  /** Before it is debugged, a program is asked for what it lacks. */
  async beforeDebugging(program: vscode.Uri): Promise<void> {
    const needs = await this.missing(program);
    if (needs && isNew(this.decided(needs.folder), needs)) {
      await this.decide(needs, await this.explain(needs, program));
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async askOnce(needs: Needs, program: vscode.Uri): Promise<void> {
    const question = [needs.folder, ...needs.grants.map(({ grant }) => grant)].join("\n");
    if (this.asked.has(question) || !isNew(this.decided(needs.folder), needs)) {
      return;
    }
    this.asked.add(question);
    await this.ask(needs, program);
  }

  private async ask(needs: Needs, program: vscode.Uri): Promise<void> {
    const question = `${path.basename(program.fsPath)} needs a grant to go on: ${listed(needs.grants)}.`;
    let answer: string | undefined = await vscode.window.showInformationMessage(question, GRANT, SHOW, NOT_NOW);
    if (answer === SHOW) {
      answer = await this.explain(needs, program);
    }
    await this.decide(needs, answer);
    if (answer === GRANT) {
      await this.server?.run(program.toString());
    }
  }

  private explain(needs: Needs, program: vscode.Uri): Thenable<string | undefined> {
    const detail = explained(needs, vscode.Uri.parse(needs.folder).fsPath, "in VS Code, not in the workspace");
    const title = `What ${path.basename(program.fsPath)} would do outside`;
    return vscode.window
      .showInformationMessage(title, { modal: true, detail }, { title: GRANT }, { title: NOT_NOW, isCloseAffordance: true })
      .then((answer) => answer?.title);
  }

  private async decide(needs: Needs, answer: string | undefined): Promise<void> {
    const grants = needs.grants.map((it) => it.grant);
    if (answer === GRANT) {
      await this.store(needs.folder, grant(this.decided(needs.folder), grants));
    } else if (answer === NOT_NOW) {
      await this.store(needs.folder, decline(this.decided(needs.folder), grants));
      vscode.window.setStatusBarMessage("Not granted. “CRUSH: Grant…” asks again.", 5000);
    }
  }

  /** `CRUSH: Grant…`: asks for what the program lacks, whatever was answered before. */
  private async grantMore(of: unknown): Promise<void> {
    const shown = vscode.window.activeTextEditor?.document;
    const program = typeof of === "string" ? vscode.Uri.parse(of) : shown?.languageId === "crush" ? shown.uri : undefined;
    if (!program) {
      void vscode.window.showInformationMessage("Open a CRUSH file: it is asked for what its program lacks.");
    } else if (!vscode.workspace.isTrusted) {
      void vscode.window.showInformationMessage("The workspace is not trusted, so nothing runs and nothing is granted.");
    } else {
      const needs = await this.missing(program);
      if (needs) {
        await this.ask(needs, program);
      } else {
        void vscode.window.showInformationMessage(`${path.basename(program.fsPath)} lacks no grant.`);
      }
    }
  }

  private async missing(program: vscode.Uri): Promise<Needs | null> {
    const params = { textDocument: { uri: program.toString() } };
    return (await this.server?.ask<Needs>(methods.missingGrants, params)) ?? null;
  }

  /** All grants, by folder; one that is chosen is revoked. */
  private show(): Promise<void> {
    const nothing = "Nothing is granted: programs can print, and compute, and that is all.";
    return this.chooseToRevoke(nothing, "What Programs Were Granted", "Choose one to revoke it");
  }

  private revokeOne(): Promise<void> {
    return this.chooseToRevoke("Nothing is granted.", "Revoke a Grant", "The grant that programs should have no longer");
  }

  private async chooseToRevoke(nothing: string, title: string, placeHolder: string): Promise<void> {
    const entries = this.entries();
    if (entries.length === 0) {
      void vscode.window.showInformationMessage(nothing);
      return;
    }
    const chosen = await vscode.window.showQuickPick(entries, { title, placeHolder, matchOnDescription: true });
    if (chosen) {
      await this.take(chosen);
    }
  }

  private entries(): Entry[] {
    return this.known().flatMap((uri) => {
      const folder = vscode.Uri.parse(uri).fsPath;
      const { granted } = this.decided(uri);
      return granted.map((it) => ({ label: `$(key) ${word(it)}`, description: it, detail: `programs in ${folder}`, uri, grant: it }));
    });
  }

  private async take({ uri, grant }: Entry): Promise<void> {
    await this.store(uri, revoke(this.decided(uri), [grant]));
    void vscode.window.showInformationMessage(`Revoked: programs in ${vscode.Uri.parse(uri).fsPath} no longer have ${grant}.`);
  }

  private folderOf(document: vscode.Uri): vscode.Uri {
    const folder = vscode.workspace.getWorkspaceFolder(document)?.uri;
    return folder ?? document.with({ path: path.posix.dirname(document.path) });
  }

  private known(): string[] {
    return this.storage.keys().filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  }

  private decided(uri: string): Decided {
    return this.storage.get<Decided>(PREFIX + vscode.Uri.parse(uri).toString(), UNDECIDED);
  }

  private async store(uri: string, decided: Decided): Promise<void> {
    await this.storage.update(PREFIX + vscode.Uri.parse(uri).toString(), decided);
    this.changed.fire();
  }
}

interface Entry extends vscode.QuickPickItem {
  uri: string;
  grant: string;
}
