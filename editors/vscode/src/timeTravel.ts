/** Stepping back and forth through the last run: the line, what its variables held then, and the moment in the status bar. */

import * as vscode from "vscode";
import { InlineValues } from "./inlineValues";
import { Evaluation, Range } from "./protocol";
import { Server } from "./server";
import { EvaluateResult, SESSION_IS_OVER, TimeMoment, timeMethods } from "./timeProtocol";

type Step = "into" | "event";
type Direction = "forward" | "back";

export class TimeTravel implements vscode.Disposable {
  private moment: TimeMoment | undefined;
  /** Steps follow one another, however fast the keys. */
  private turn: Promise<void> = Promise.resolve();
  private readonly item = vscode.window.createStatusBarItem("crush.time", vscode.StatusBarAlignment.Left, 50);
  private readonly line = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("editor.stackFrameHighlightBackground"),
    overviewRulerColor: new vscode.ThemeColor("editor.stackFrameHighlightBackground"),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  private readonly values = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor("crush.inlineValue.foreground"), margin: "0 0 0 2.5em" },
  });
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly inlineValues: InlineValues,
  ) {
    const command = (name: string, run: () => unknown) => vscode.commands.registerCommand(name, run);
    this.item.name = "CRUSH time";
    this.item.command = "crush.time.leave";
    this.subscriptions = [
      this.item,
      this.line,
      this.values,
      command("crush.time.back", () => this.step("into", "back")),
      command("crush.time.forward", () => this.step("into", "forward")),
      command("crush.time.eventBack", () => this.step("event", "back")),
      command("crush.time.eventForward", () => this.step("event", "forward")),
      command("crush.time.leave", () => this.leave()),
      command("crush.evaluateSelection", () => this.evaluate()),
      server.onEvaluation((evaluation) => this.evaluated(evaluation)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.draw()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document.uri.toString() === this.uri()) {
          this.leave();
        }
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private uri(): string | undefined {
    return this.moment && vscode.Uri.parse(this.moment.uri).toString();
  }

  /** The first step opens the run at its end: from there, it goes back. */
  private step(step: Step, direction: Direction): Promise<void> {
    this.turn = this.turn.then(async () => {
      const document = vscode.window.activeTextEditor?.document;
      const uri = document?.languageId === "crush" ? document.uri.toString() : this.uri();
      if (uri === undefined) {
        void vscode.window.showInformationMessage("Open a CRUSH file to go back in its run.");
        return;
      }
      try {
        const from = this.uri() === uri && this.moment ? this.moment : await this.open(uri);
        this.show(await this.stepFrom(from, step, direction));
      } catch (error) {
        this.leave();
        void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
      }
    });
    return this.turn;
  }

  private open(uri: string): Promise<TimeMoment> {
    return this.server.request<TimeMoment>(timeMethods.open, { textDocument: { uri } });
  }

  private async stepFrom(from: TimeMoment, step: Step, direction: Direction): Promise<TimeMoment> {
    const params = (moment: TimeMoment) => ({ session: moment.session, position: moment.position, step, direction });
    try {
      return await this.server.request<TimeMoment>(timeMethods.step, params(from));
    } catch (error) {
      if ((error as { code?: number }).code !== SESSION_IS_OVER) {
        throw error;
      }
      return this.server.request<TimeMoment>(timeMethods.step, params(await this.open(from.uri)));
    }
  }

  private show(moment: TimeMoment): void {
    this.moment = moment;
    void vscode.commands.executeCommand("setContext", "crush.time.active", true);
    this.inlineValues.hide(this.uri());
    const shown = moment.kind === "statement" || moment.kind === "within";
    const of = shown ? `${moment.position.tick} / ${moment.ticks}` : `${moment.ticks} / ${moment.ticks}`;
    this.item.text = `$(history) ${of} · ${moment.text}`;
    this.item.tooltip = "A moment of the last run. Click to go back to its end.";
    this.item.show();
    this.draw();
    const frame = this.frame();
    const editor = vscode.window.visibleTextEditors.find((each) => each.document.uri.toString() === this.uri());
    if (frame && editor) {
      editor.revealRange(range(frame.range), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }

  /** The innermost frame in the document. */
  private frame() {
    return this.moment?.frames.find((frame) => frame.uri !== null && vscode.Uri.parse(frame.uri).toString() === this.uri());
  }

  private draw(): void {
    const frame = this.frame();
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      const isShown = frame !== undefined && document.uri.toString() === this.uri();
      const lines = isShown ? (this.moment?.lines ?? []).filter(({ line }) => line < document.lineCount) : [];
      editor.setDecorations(
        this.values,
        lines.map(({ line, text }) => {
          const end = document.lineAt(line).range.end;
          return { range: new vscode.Range(end, end), renderOptions: { after: { contentText: text } } };
        }),
      );
      const at = frame?.range.start.line ?? document.lineCount;
      editor.setDecorations(this.line, isShown && at < document.lineCount ? [document.lineAt(at).range] : []);
    }
  }

  /** What has run again has another past. */
  private evaluated(evaluation: Evaluation): void {
    if (evaluation.state !== "running" && vscode.Uri.parse(evaluation.uri).toString() === this.uri()) {
      this.leave();
    }
  }

  private leave(): void {
    const moment = this.moment;
    if (!moment) {
      return;
    }
    this.moment = undefined;
    this.item.hide();
    this.draw();
    this.inlineValues.hide(undefined);
    void vscode.commands.executeCommand("setContext", "crush.time.active", false);
    void this.server.ask(timeMethods.close, { session: moment.session });
  }

  /** Evaluates the selection at the moment that is shown, or when its line last ran. */
  private async evaluate(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== "crush") {
      return;
    }
    const { document, selection } = editor;
    const text = document.getText(selection.isEmpty ? document.lineAt(selection.active.line).range : selection).trim();
    const uri = document.uri.toString();
    const at =
      this.moment && this.uri() === uri
        ? { session: this.moment.session, position: this.moment.position }
        : { line: selection.start.line };
    try {
      const result = await this.server.request<EvaluateResult>(timeMethods.evaluate, {
        textDocument: { uri },
        text,
        ...at,
      });
      void vscode.window.showInformationMessage(told(result));
    } catch (error) {
      void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
    }
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

function range({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
