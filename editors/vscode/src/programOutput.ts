/** What the program printed, in an output channel of its own. */

import * as vscode from "vscode";
import { Evaluation } from "./protocol";

export class ProgramOutput implements vscode.Disposable {
  private readonly channel = vscode.window.createOutputChannel("CRUSH Program");

  /** A finished run replaces what the one before it printed. */
  evaluated(evaluation: Evaluation): void {
    if (evaluation.state !== "finished" && evaluation.state !== "faulted") {
      return;
    }
    const { output, outputTruncated, reason, state, summary } = evaluation;
    const name = vscode.workspace.asRelativePath(vscode.Uri.parse(evaluation.uri));
    const lines = [
      `── ${name} ──`,
      output.replace(/\n$/, ""),
      ...(outputTruncated ? ["… (the output is longer than is kept)"] : []),
      ...(state === "faulted" ? [`fault: ${reason}`] : []),
      `── ${summary} ──`,
    ];
    this.channel.replace(lines.filter((line) => line !== "").join("\n") + "\n");
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }
}
