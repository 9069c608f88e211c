/** Stepping back and forth through the last run: the line, what its variables held then, and the moment in the status bar. */

import * as vscode from "vscode";
import { evaluateSelection } from "./evaluateSelection";
import { InlineValues } from "./inlineValues";
import { toRange } from "./places";
import { Server } from "./server";
import { settings } from "./settings";
import { isFromSlider } from "./timeMessages";
import { counted, markOf } from "./timeModel";
import { Direction, ObjectEvent, Step, TimeMoment, timeMethods } from "./timeProtocol";
import { TimeSession } from "./timeSession";
import { shorten } from "./valuesModel";

export class TimeTravel implements vscode.Disposable {
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
    private readonly time: TimeSession,
    private readonly inlineValues: InlineValues,
  ) {
    const command = (name: string, run: () => unknown) => vscode.commands.registerCommand(name, run);
    this.item.name = "CRUSH time";
    this.item.command = "crush.time.leave";
    this.item.tooltip = "A moment of the last run. Click to go back to its end.";
    this.item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
    this.subscriptions = [
      this.item,
      this.line,
      this.values,
      command("crush.time.back", () => this.step("into", "back")),
      command("crush.time.forward", () => this.step("into", "forward")),
      command("crush.time.eventBack", () => this.step("event", "back")),
      command("crush.time.eventForward", () => this.step("event", "forward")),
      command("crush.time.leave", () => time.leave()),
      command("crush.time.lastChange", () => this.trace(timeMethods.lastChange)),
      command("crush.time.borrowedWhen", () => this.trace(timeMethods.borrowedWhen)),
      command("crush.evaluateSelection", () => evaluateSelection(server, time)),
      time.onDidChange((moment) => this.show(moment)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.draw()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** What a slider says; whether it was one. */
  heard(message: { say: string }): boolean {
    if (!isFromSlider(message)) {
      return false;
    }
    const uri = this.document();
    if (message.say === "leave") {
      this.time.leave();
    } else if (uri !== undefined) {
      void (message.say === "seek" ? this.time.seek(uri, message.part) : this.time.step(uri, message.step, message.direction));
    }
    return true;
  }

  /** The program that is looked at: the active one, or the one whose past is shown. */
  private document(): string | undefined {
    const document = vscode.window.activeTextEditor?.document;
    const shown = vscode.window.visibleTextEditors.map((editor) => editor.document).find(({ languageId }) => languageId === "crush");
    return document?.languageId === "crush" ? document.uri.toString() : (this.time.uri ?? shown?.uri.toString());
  }

  private async step(step: Step, direction: Direction): Promise<void> {
    const uri = this.document();
    if (uri === undefined) {
      void vscode.window.showInformationMessage("Open a CRUSH file to go back in its run.");
    } else {
      await this.time.step(uri, step, direction);
    }
  }

  /** Goes to where the object of the variable under the cursor was changed, or borrowed, last. */
  private async trace(method: string): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== "crush") {
      return;
    }
    const { document, selection } = editor;
    const uri = document.uri.toString();
    const word = document.getWordRangeAtPosition(selection.active);
    const name = word ? document.getText(word) : "";
    let said = `\`${name}\` holds no object at this moment.`;
    const event = await this.time.ask<ObjectEvent | null>(uri, selection.active.line, async ({ session, position, frames }) => {
      const object = frames.flatMap((frame) => frame.variables).find((held) => held.name === name && held.object)?.object;
      if (!object) {
        return null;
      }
      const found = await this.server.request<ObjectEvent | null>(method, { session, position, object });
      const verb = method === timeMethods.lastChange ? "changed" : "borrowed";
      said = found
        ? `#${object.slot} was ${found.what}${found.holder ? ` by ${found.holder}` : ""}${found.range ? ` on line ${found.range.start.line + 1}` : ""}.`
        : `#${object.slot} was not ${verb} before this moment.`;
      return found;
    });
    if (event) {
      await this.time.seekTo(uri, event.position);
    }
    void vscode.window.showInformationMessage(said);
  }

  private show(moment: TimeMoment | undefined): void {
    void vscode.commands.executeCommand("setContext", "crush.time.active", moment !== undefined);
    this.inlineValues.hide(this.time.uri);
    this.draw();
    if (!moment) {
      this.item.hide();
      return;
    }
    this.item.text = `$(history) ${counted(markOf(moment)).replace(" of ", " / ")} · ${moment.text}`;
    this.item.show();
    const frame = this.frame();
    const editor = vscode.window.visibleTextEditors.find((each) => each.document.uri.toString() === this.time.uri);
    if (frame && editor) {
      editor.revealRange(toRange(frame.range), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }

  /** The innermost frame in the document. */
  private frame() {
    const { moment, uri } = this.time;
    return moment?.frames.find((frame) => frame.uri !== null && vscode.Uri.parse(frame.uri).toString() === uri);
  }

  private draw(): void {
    const frame = this.frame();
    const maximum = settings().get("inlineValues.maximumLength", 60);
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      const isShown = frame !== undefined && document.uri.toString() === this.time.uri;
      const lines = isShown ? (this.time.moment?.lines ?? []).filter(({ line }) => line < document.lineCount) : [];
      editor.setDecorations(
        this.values,
        lines.map(({ line, text }) => {
          const end = document.lineAt(line).range.end;
          return { range: new vscode.Range(end, end), renderOptions: { after: { contentText: shorten(text, maximum) } } };
        }),
      );
      const at = frame?.range.start.line ?? document.lineCount;
      editor.setDecorations(this.line, isShown && at < document.lineCount ? [document.lineAt(at).range] : []);
    }
  }
}
