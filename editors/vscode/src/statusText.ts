/** What the status bar item says. Knows nothing of VS Code. */

import { word } from "./grantsModel";
import { Evaluation } from "./protocol";
import type { Health } from "./server";

export interface Status {
  icon: string;
  text: string;
  tooltip: string;
  severity: "fine" | "warning" | "error";
}

export function describe(health: Health, run: Evaluation | undefined, trusted: boolean): Status {
  switch (health) {
    case "missing":
      return {
        icon: "error",
        text: "CRUSH: no server",
        tooltip: "The program crush-analyzer was not found. Click for what to do.",
        severity: "error",
      };
    case "stopped":
      return {
        icon: "debug-disconnect",
        text: "CRUSH: server stopped",
        tooltip: "The language server is not running. Click to restart it.",
        severity: "warning",
      };
    case "starting":
      return { icon: "loading~spin", text: "CRUSH: starting", tooltip: "The language server is starting.", severity: "fine" };
    case "running":
      return trusted ? describeRun(run) : notTrusted();
  }
}

function notTrusted(): Status {
  return {
    icon: "shield",
    text: "CRUSH: not trusted",
    tooltip: "The workspace is not trusted: programs are analysed and never run. Click to manage trust.",
    severity: "fine",
  };
}

function describeRun(run: Evaluation | undefined): Status {
  switch (run?.state) {
    case undefined:
      return { icon: "check", text: "CRUSH", tooltip: "Ready. Save or run the program to see its values.", severity: "fine" };
    case "running":
      return { icon: "loading~spin", text: "CRUSH: running", tooltip: "The program is running in the background.", severity: "fine" };
    case "finished":
      return { icon: "pass", text: "CRUSH: finished", tooltip: timed(run), severity: "fine" };
    case "faulted":
      if (run.needs) {
        const words = run.needs.grants.map(({ grant }) => word(grant)).join(", ");
        return { icon: "key", text: "CRUSH: needs a grant", tooltip: `The run went as far as it may: it needs the grant ${words}.`, severity: "fine" };
      }
      return { icon: "error", text: "CRUSH: fault", tooltip: `${run.reason}\n${timed(run)}`, severity: "error" };
    case "cancelled":
      return { icon: "circle-slash", text: "CRUSH: cancelled", tooltip: `The run was cancelled: ${run.reason}.`, severity: "fine" };
    case "skipped":
      return { icon: "circle-slash", text: "CRUSH: not run", tooltip: `The program was not run: ${run.reason}.`, severity: "fine" };
  }
}

/** What programs in a folder were granted, as Markdown. */
export function grantedText(folder: string, granted: string[]): string {
  const name = folder.split(/[\\/]/).at(-1) ?? folder;
  const safe = (text: string) => text.replace(/[\\`*_{}[\]()#+\-.!|<>]/g, "\\$&");
  return granted.length === 0
    ? "Programs are granted nothing outside."
    : `Programs in ${safe(name)} are granted ${granted.map((it) => `\`${word(it)}\``).join(", ")}: [show or revoke](command:crush.showGrants)`;
}

function timed(run: Evaluation): string {
  return `${run.summary} · ${run.milliseconds} ms`;
}
