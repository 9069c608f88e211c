/** What the server may ask the editor to do: run a document, show places. It is told so in the handshake. */

import * as vscode from "vscode";
import type { ClientCapabilities, StaticFeature } from "vscode-languageclient/node";
import type { Position, Range } from "./protocol";
import { toRange } from "./places";

const COMMANDS = ["crush.run", "crush.showReferences", "crush.goToLine", "crush.showOutput", "crush.grant"];

/** Tells the server which commands its lenses may name. */
export const announced: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...(capabilities.experimental as object), commands: COMMANDS };
  },
  initialize(): void {},
  getState: () => ({ kind: "static" }),
  clear(): void {},
};

/** `crush.showReferences`: the places, in the editor's own peek. */
export function showReferences(uri: string, position: Position, places: { uri: string; range: Range }[]): Thenable<unknown> {
  const locations = places.map((place) => new vscode.Location(vscode.Uri.parse(place.uri), toRange(place.range)));
  const at = new vscode.Position(position.line, position.character);
  return vscode.commands.executeCommand("editor.action.showReferences", vscode.Uri.parse(uri), at, locations);
}
