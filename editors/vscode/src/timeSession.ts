/** The moment of the last run that is shown: asked of the server, one request after the other, and told to whoever draws it. */

import * as vscode from "vscode";
import type { Evaluation } from "./protocol";
import type { Server } from "./server";
import { positionAt } from "./timeModel";
import { type Direction, type Position, SESSION_IS_OVER, type Step, type TimeMoment, timeMethods } from "./timeProtocol";

export class TimeSession implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<TimeMoment | undefined>();
  /** Another moment is shown, or none. */
  readonly onDidChange = this.changed.event;
  private shown: TimeMoment | undefined;
  /** Requests follow one another, however fast the keys. */
  private turn: Promise<void> = Promise.resolve();
  /** Where the slider was left: what lies between is not asked for. */
  private sought: number | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.subscriptions = [
      this.changed,
      server.onEvaluation((evaluation) => this.evaluated(evaluation)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && this.on(document.uri.toString())) {
          this.leave();
        }
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  get moment(): TimeMoment | undefined {
    return this.shown;
  }

  /** The document whose past is shown. */
  get uri(): string | undefined {
    return this.shown && vscode.Uri.parse(this.shown.uri).toString();
  }

  /** The moment of a document that is shown. */
  on(uri: string | undefined): TimeMoment | undefined {
    return uri !== undefined && this.uri === uri ? this.shown : undefined;
  }

  /** Makes a step; the first one opens the run at its end, and goes back from there. */
  step(uri: string, step: Step, direction: Direction): Promise<void> {
    return this.go(uri, (from) =>
      this.server.request<TimeMoment>(timeMethods.step, { session: from.session, position: from.position, step, direction }),
    );
  }

  /** Goes to a part of the run, from 0 to 1. */
  seek(uri: string, part: number): Promise<void> {
    const isUnderWay = this.sought !== undefined;
    this.sought = part;
    if (isUnderWay) {
      return this.turn;
    }
    return this.go(uri, (from) => {
      const sought = this.sought ?? part;
      this.sought = undefined;
      return this.at(from, positionAt(sought, from.ticks));
    });
  }

  /** Goes to a moment of the session that is shown. */
  seekTo(uri: string, position: Position): Promise<void> {
    return this.go(uri, (from) => this.at(from, position));
  }

  /** Asks about the moment that is shown; without one, about when a line was come to last, which is shown then. */
  async ask<T>(uri: string, line: number, question: (moment: TimeMoment) => Promise<T>): Promise<T | undefined> {
    let answer: T | undefined;
    const asked = async (from: TimeMoment) => {
      answer = await question(from);
      return from;
    };
    await this.go(uri, asked, line);
    return answer;
  }

  leave(): void {
    const moment = this.shown;
    if (moment) {
      this.shown = undefined;
      this.changed.fire(undefined);
      void this.server.ask(timeMethods.close, { session: moment.session });
    }
  }

  private at(from: TimeMoment, position: Position): Promise<TimeMoment> {
    return this.server.request<TimeMoment>(timeMethods.seek, { session: from.session, position });
  }

  private go(uri: string, to: (from: TimeMoment) => Promise<TimeMoment>, line?: number): Promise<void> {
    this.turn = this.turn.then(async () => {
      try {
        const from = this.on(uri);
        const there = from ? await this.again(from, to) : await to(await this.open(uri, line));
        this.show(there);
      } catch (error) {
        this.sought = undefined;
        this.leave();
        void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
      }
    });
    return this.turn;
  }

  /** The server keeps few sessions: one that it has given up is opened again. */
  private async again(from: TimeMoment, to: (from: TimeMoment) => Promise<TimeMoment>): Promise<TimeMoment> {
    try {
      return await to(from);
    } catch (error) {
      if ((error as { code?: number }).code !== SESSION_IS_OVER) {
        throw error;
      }
      return to(await this.open(from.uri));
    }
  }

  private open(uri: string, line?: number): Promise<TimeMoment> {
    return this.server.request<TimeMoment>(timeMethods.open, { textDocument: { uri }, line: line ?? null });
  }

  private show(moment: TimeMoment): void {
    if (this.shown && this.shown.session !== moment.session) {
      void this.server.ask(timeMethods.close, { session: this.shown.session });
    }
    this.shown = moment;
    this.changed.fire(moment);
  }

  /** What has run again has another past. */
  private evaluated(evaluation: Evaluation): void {
    if (evaluation.state !== "running" && this.on(vscode.Uri.parse(evaluation.uri).toString())) {
      this.leave();
    }
  }
}
