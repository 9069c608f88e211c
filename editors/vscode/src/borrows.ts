/** Draws the borrows of the variable under the cursor on the code, and those that are in the way in a conflict. */

import * as vscode from "vscode";
import { type BarStyle, picture } from "./borrowModel";
import { type BorrowsView, drawingMethods } from "./drawingProtocol";
import type { Server } from "./server";
import { settings } from "./settings";
import { toRange } from "./places";

type Mode = "off" | "underCursor" | "always";

const STYLES: readonly BarStyle[] = ["shared", "exclusive", "conflict"];

/** Holding an arrow key down asks once, where it rests. */
const PAUSE = 80;

export class Borrows implements vscode.Disposable {
  private readonly bars = each((style) =>
    vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      borderStyle: "none none none solid",
      borderWidth: "0 0 0 2px",
      borderColor: colorOf(style),
      overviewRulerColor: colorOf(style),
      overviewRulerLane: vscode.OverviewRulerLane.Left,
    }),
  );
  private readonly marks = each((style) =>
    vscode.window.createTextEditorDecorationType({
      borderStyle: `none none ${style === "conflict" ? "dashed" : "solid"} none`,
      borderWidth: "0 0 2px 0",
      borderColor: colorOf(style),
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    }),
  );
  private readonly subscriptions: vscode.Disposable[];
  private readonly pauses = new Map<vscode.TextEditor, NodeJS.Timeout>();

  constructor(private readonly server: Server) {
    this.subscriptions = [
      ...Object.values(this.bars),
      ...Object.values(this.marks),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.soon(textEditor)),
      vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach((editor) => this.soon(editor))),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.everywhere(document.uri.toString())),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("crush.borrows") && this.everywhere()),
      server.onEvaluation(({ uri, state }) => state !== "running" && this.everywhere(vscode.Uri.parse(uri).toString())),
      server.onHealth((health) => health === "running" && this.everywhere()),
      vscode.commands.registerCommand("crush.toggleBorrows", () => this.toggle()),
    ];
    // The server is started before this is there.
    if (server.health === "running") {
      this.everywhere();
    }
  }

  async toggle(): Promise<void> {
    const next: Mode = mode() === "off" ? "underCursor" : "off";
    await settings().update("borrows.show", next, vscode.ConfigurationTarget.Global);
  }

  dispose(): void {
    this.pauses.forEach((pause) => clearTimeout(pause));
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private everywhere(uri?: string): void {
    vscode.window.visibleTextEditors
      .filter((editor) => uri === undefined || editor.document.uri.toString() === uri)
      .forEach((editor) => this.soon(editor));
  }

  private soon(editor: vscode.TextEditor): void {
    if (editor.document.languageId !== "crush") {
      return;
    }
    clearTimeout(this.pauses.get(editor));
    this.pauses.set(
      editor,
      setTimeout(() => {
        this.pauses.delete(editor);
        void this.refresh(editor);
      }, PAUSE),
    );
  }

  private async refresh(editor: vscode.TextEditor): Promise<void> {
    if (mode() === "off") {
      this.draw(editor, undefined);
      return;
    }
    const { document } = editor;
    const version = document.version;
    const cursor = editor.selection.active;
    const position = mode() === "always" ? null : { line: cursor.line, character: cursor.character };
    const params = { textDocument: { uri: document.uri.toString() }, position };
    const view = await this.server.ask<BorrowsView>(drawingMethods.borrows, params);
    // An answer for another text, or another place, is thrown away: the next one is on its way.
    if (document.version === version && editor.selection.active.isEqual(cursor)) {
      this.draw(editor, view ?? undefined);
    }
  }

  private draw(editor: vscode.TextEditor, view: BorrowsView | undefined): void {
    const drawn = view && picture(view);
    const { lineCount } = editor.document;
    for (const style of STYLES) {
      const lines = (drawn?.bars[style] ?? []).filter((line) => line < lineCount);
      editor.setDecorations(this.bars[style], lines.map((line) => new vscode.Range(line, 0, line, 0)));
      const marks = drawn?.marks[style] ?? [];
      editor.setDecorations(
        this.marks[style],
        marks.map(({ range, hover }) => ({ range: toRange(range), hoverMessage: new vscode.MarkdownString(hover) })),
      );
    }
  }
}

function mode(): Mode {
  return settings().get<Mode>("borrows.show", "underCursor");
}

function each<T>(make: (style: BarStyle) => T): Record<BarStyle, T> {
  return { shared: make("shared"), exclusive: make("exclusive"), conflict: make("conflict") };
}

function colorOf(style: BarStyle): vscode.ThemeColor {
  return new vscode.ThemeColor(`crush.${style}Borrow`);
}
