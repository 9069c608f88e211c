/**
 * Draws the values of the last run beside the lines, in every editor that shows the document. Only the lines that can be
 * seen, and some around them, are drawn: each text beside a line costs the editor a style of its own.
 */

import * as vscode from "vscode";
import { EvaluatedLine, Evaluation } from "./protocol";
import { settings } from "./settings";
import { shorten, toEdits, Values, ValuesModel } from "./valuesModel";

type Style = "value" | "output" | "fault" | "stale";

const STYLES: readonly Style[] = ["value", "output", "fault", "stale"];

/** So many lines above and below those that are seen are drawn with them. */
const MARGIN = 60;

export class InlineValues implements vscode.Disposable {
  private readonly models = new Map<string, ValuesModel>();
  private readonly styles: Record<Style, vscode.TextEditorDecorationType> = {
    value: beside("crush.inlineValue.foreground"),
    output: beside("crush.inlineOutput.foreground"),
    fault: beside("crush.inlineFault.foreground"),
    stale: beside("crush.inlineValue.staleForeground"),
  };
  private readonly faultLine = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("crush.faultLine.background"),
    overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.errorForeground"),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  /** The lines that were drawn, first and last. */
  private readonly drawn = new WeakMap<vscode.TextEditor, [number, number]>();
  private hidden: string | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      ...Object.values(this.styles),
      this.faultLine,
      vscode.workspace.onDidChangeTextDocument((event) => this.edited(event)),
      vscode.workspace.onDidCloseTextDocument((document) => this.models.delete(document.uri.toString())),
      vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach((editor) => this.draw(editor))),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.scrolled(textEditor)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("crush.inlineValues")) {
          vscode.window.visibleTextEditors.forEach((editor) => this.draw(editor));
        }
      }),
    ];
  }

  evaluated(evaluation: Evaluation): void {
    // The server may spell a URI differently (c%3A against c:): the editor's own form is the key.
    const uri = vscode.Uri.parse(evaluation.uri).toString();
    const model = this.models.get(uri) ?? new ValuesModel();
    this.models.set(uri, model);
    model.evaluated(evaluation);
    this.drawAll(uri);
  }

  /** Hides the values of a document while those of another moment stand there; of none, to show all again. */
  hide(uri: string | undefined): void {
    if (this.hidden !== uri) {
      this.hidden = uri;
      vscode.window.visibleTextEditors.forEach((editor) => this.draw(editor));
    }
  }

  async toggle(): Promise<void> {
    const crush = settings();
    const enabled = crush.get("inlineValues.enabled", true);
    await crush.update("inlineValues.enabled", !enabled, vscode.ConfigurationTarget.Global);
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private edited({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const uri = document.uri.toString();
    if (document.languageId !== "crush" || contentChanges.length === 0) {
      return;
    }
    const model = this.models.get(uri) ?? new ValuesModel();
    this.models.set(uri, model);
    const edits = toEdits(document.version, contentChanges, (line) =>
      line < document.lineCount ? document.lineAt(line).text : "",
    );
    if (model.edit(edits)) {
      this.drawAll(uri);
    }
  }

  private drawAll(uri: string): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.toString() === uri) {
        this.draw(editor);
      }
    }
  }

  private scrolled(editor: vscode.TextEditor): void {
    const [from, to] = seen(editor);
    const [first, last] = this.drawn.get(editor) ?? [0, -1];
    if (from < first || last < to) {
      this.draw(editor);
    }
  }

  private draw(editor: vscode.TextEditor): void {
    const { document } = editor;
    if (document.languageId !== "crush") {
      return;
    }
    const enabled = settings().get("inlineValues.enabled", true) && document.uri.toString() !== this.hidden;
    const values = enabled ? this.models.get(document.uri.toString())?.current() : undefined;
    const [from, to] = seen(editor);
    const [first, last] = [Math.max(0, from - MARGIN), Math.min(document.lineCount - 1, to + MARGIN)];
    this.drawn.set(editor, [first, last]);
    const lines = (values?.lines ?? []).filter(({ line }) => first <= line && line <= last);
    for (const style of STYLES) {
      const styled = lines.filter((value) => styleOf(value, values) === style);
      editor.setDecorations(this.styles[style], styled.map((value) => decoration(document, value)));
    }
    const faults = values?.stale === false ? lines.filter((value) => value.kind === "fault") : [];
    editor.setDecorations(this.faultLine, faults.map((value) => document.lineAt(value.line).range));
  }
}

/** The first and the last line that can be seen. */
function seen({ visibleRanges, document }: vscode.TextEditor): [number, number] {
  const [first, last] = [visibleRanges[0]?.start.line ?? 0, visibleRanges.at(-1)?.end.line ?? 0];
  // An edit may have made the text shorter since.
  return [Math.min(first, document.lineCount - 1), Math.min(last, document.lineCount - 1)];
}

function styleOf(value: EvaluatedLine, values: Values | undefined): Style {
  return values?.stale ? "stale" : value.kind;
}

function beside(color: string): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor(color), margin: "0 0 0 2.5em" },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen,
  });
}

function decoration(document: vscode.TextDocument, value: EvaluatedLine): vscode.DecorationOptions {
  const end = document.lineAt(value.line).range.end;
  const maximum = settings().get("inlineValues.maximumLength", 60);
  // A fault has the line to itself, and its end says who holds the borrow.
  const contentText = shorten(value.text, value.kind === "fault" ? 2 * maximum : maximum);
  const options: vscode.DecorationOptions = {
    range: new vscode.Range(end, end),
    renderOptions: { after: { contentText } },
  };
  return value.hover === "" ? options : { ...options, hoverMessage: new vscode.MarkdownString(value.hover) };
}
