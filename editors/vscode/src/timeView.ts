/** The slider above the arena: a view of its own, for the same moment that the editor, the arena and the picture show. */

import * as vscode from "vscode";
import type { FromSlider, ToSlider } from "./timeMessages";
import { markOf } from "./timeModel";
import type { TimeSession } from "./timeSession";
import type { TimeTravel } from "./timeTravel";
import { page, resources } from "./webviewPage";

const CONTENT = { title: "Time", script: "time.js", styles: ["time.css"], body: '<section id="time"></section>' };

export class TimeView implements vscode.WebviewViewProvider {
  private view: vscode.WebviewView | undefined;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly time: TimeSession,
    private readonly travel: TimeTravel,
  ) {}

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.window.registerWebviewViewProvider("crush.time", this),
      this.time.onDidChange(() => this.tell()),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: resources(this.extension) };
    view.webview.onDidReceiveMessage((message: FromSlider | { say: "ready" }) => {
      if (!this.travel.heard(message)) {
        this.tell();
      }
    });
    view.onDidDispose(() => (this.view = undefined));
    view.webview.html = page(view.webview, this.extension, CONTENT);
  }

  private tell(): void {
    const message: ToSlider = { say: "moment", mark: this.time.moment ? markOf(this.time.moment) : null };
    void this.view?.webview.postMessage(message);
  }
}
