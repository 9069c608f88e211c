/** The picture of the heap: a panel beside the code that follows the runs of the program. */

import * as vscode from "vscode";
import { drawingMethods, type HeapView } from "./drawingProtocol";
import type { FromPicture, ToPicture } from "./heapMessages";
import { reveal } from "./places";
import type { Evaluation } from "./protocol";
import type { Server } from "./server";
import type { FromSlider, ToSlider } from "./timeMessages";
import { markOf } from "./timeModel";
import { timeMethods } from "./timeProtocol";
import type { TimeSession } from "./timeSession";
import type { TimeTravel } from "./timeTravel";
import { page, resources } from "./webviewPage";

const LIMIT = 60;
const DEPTH = { least: 1, usual: 3, most: 8 };

export class HeapPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private document: vscode.Uri | undefined;
  private view: HeapView | undefined;
  private slot: number | null = null;
  private line: number | null = null;
  private depth = DEPTH.usual;
  /** Answers to requests before the last one are thrown away. */
  private asked = 0;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly extension: vscode.Uri,
    private readonly time: TimeSession,
    private readonly travel: TimeTravel,
  ) {
    this.subscriptions = [
      vscode.commands.registerCommand("crush.heap.show", (slot?: unknown) => this.show(typeof slot === "number" ? slot : null)),
      vscode.commands.registerCommand("crush.heap.showObject", (row: { slot?: { slot: number } }) => this.show(row.slot?.slot ?? null)),
      server.onEvaluation((evaluation) => this.evaluated(evaluation)),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.activated(editor)),
      time.onDidChange(() => this.refresh()),
    ];
  }

  /** Shows the heap of the active program, with an object in the middle if one is given. */
  async show(slot: number | null): Promise<void> {
    const active = vscode.window.activeTextEditor?.document;
    if (active?.languageId === "crush") {
      this.document = active.uri;
    }
    this.slot = slot;
    this.line = null;
    if (this.panel) {
      this.panel.reveal(undefined, true);
    } else {
      this.panel = this.open();
    }
    await this.refresh();
  }

  dispose(): void {
    this.panel?.dispose();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private open(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel(
      "crush.heap",
      "Heap",
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      {
        enableScripts: true,
        localResourceRoots: resources(this.extension),
      },
    );
    const icon = (theme: string) => vscode.Uri.joinPath(this.extension, "icons", `file-${theme}.svg`);
    panel.iconPath = { light: icon("light"), dark: icon("dark") };
    panel.webview.html = page(panel.webview, this.extension, CONTENT);
    panel.webview.onDidReceiveMessage((message: FromPicture) => this.heard(message));
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.view = undefined;
    });
    return panel;
  }

  private async heard(message: FromPicture | FromSlider): Promise<void> {
    if (this.travel.heard(message)) {
      return;
    }
    switch (message.say) {
      case "ready":
        return this.refresh();
      case "middle":
        this.slot = message.slot;
        return this.refresh();
      case "depth":
        this.depth = Math.min(DEPTH.most, Math.max(DEPTH.least, this.depth + message.by));
        return this.refresh();
      case "allocation":
      case "borrow": {
        const box = this.view?.boxes.find(({ slot }) => slot === message.slot);
        const range = message.say === "allocation" ? box?.allocated : box?.borrows.find((borrow) => borrow.range)?.range;
        if (this.document && range) {
          await reveal(this.document, range);
        }
      }
    }
  }

  private async evaluated(evaluation: Evaluation): Promise<void> {
    const over = evaluation.state === "finished" || evaluation.state === "faulted";
    if (over && vscode.Uri.parse(evaluation.uri).toString() === this.document?.toString()) {
      // Slots of another run are other objects.
      this.slot = null;
      await this.refresh();
    }
  }

  private async activated(editor: vscode.TextEditor | undefined): Promise<void> {
    if (this.panel && editor?.document.languageId === "crush" && editor.document.uri.toString() !== this.document?.toString()) {
      this.document = editor.document.uri;
      this.slot = null;
      await this.refresh();
    }
  }

  private async refresh(): Promise<void> {
    if (!this.panel || !this.document) {
      return;
    }
    const turn = ++this.asked;
    const moment = this.time.on(this.document.toString());
    this.say({ say: "moment", mark: moment ? markOf(moment) : null });
    const params = { slot: this.slot, depth: this.depth, limit: LIMIT };
    const view = moment
      ? await this.server.ask<HeapView>(timeMethods.heap, { session: moment.session, position: moment.position, ...params })
      : await this.server.ask<HeapView>(drawingMethods.heap, { textDocument: { uri: this.document.toString() }, line: this.line, ...params });
    if (turn === this.asked) {
      this.view = view ?? undefined;
      const why = vscode.workspace.isTrusted
        ? "Save or run the program: its heap is drawn as it stood at the end, or at the fault."
        : "This workspace is not trusted, so no program in it is run and there is no heap to draw.";
      this.say(view ? { say: "draw", view } : { say: "nothing", why });
    }
  }

  private say(message: ToPicture | ToSlider): void {
    void this.panel?.webview.postMessage(message);
  }
}

const BODY = `<header>
<h1 id="headline"></h1>
<span id="figures"></span>
<div role="toolbar" aria-label="Picture">
<button id="variables" title="Back to the variables (Escape)">Variables</button>
<button id="less" title="One step less (−)" aria-label="One step less">−</button>
<button id="more" title="One step more (+)" aria-label="One step more">+</button>
</div>
</header>
<section id="time"></section>
<main id="picture" role="application" aria-roledescription="picture of the heap" aria-describedby="help"></main>
<p id="nothing" hidden></p>
<footer id="legend" aria-hidden="true"><span><i class="plain"></i>reference</span> <span><i class="shared"></i>shared borrow</span> <span><i class="exclusive"></i>exclusive borrow</span> <span class="keys">Enter: put in the middle</span> <span class="keys">A: where it was allocated</span> <span class="keys">B: where it was borrowed</span></footer>
<p id="help" class="hidden">Arrow keys go from object to object. Enter puts an object in the middle, or follows a variable. A goes to where it was allocated, B to where it was borrowed, Escape back to the variables.</p>
<p id="spoken" class="hidden" aria-live="polite"></p>`;

const CONTENT = { title: "Heap", script: "heap.js", styles: ["time.css", "heap.css"], body: BODY };
