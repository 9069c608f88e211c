/** The protocol's own messages, as docs/protocol.md has them. Plain data: nothing here knows VS Code. */

export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export type RunState = "running" | "finished" | "faulted" | "cancelled" | "skipped";

export type LineKind = "value" | "output" | "fault";

/** What the last run has to say about one line. */
export interface EvaluatedLine {
  line: number;
  text: string;
  hits: number;
  kind: LineKind;
  hover: string;
}

/** `crush/evaluation`, server to client. */
export interface Evaluation {
  uri: string;
  version: number;
  state: RunState;
  reason: string;
  lines: EvaluatedLine[];
  output: string;
  outputTruncated: boolean;
  summary: string;
  milliseconds: number;
  needs: Needs | null;
}

/** Where a program first calls something that it was not granted. */
export interface NeedingCall {
  capability: string;
  does: string;
  uri: string;
  range: Range;
}

/** A grant that a program lacks, written as behind `--allow`. */
export interface NeededGrant {
  grant: string;
  allows: string;
  calls: NeedingCall[];
}

/** What a program lacks, and the folder that it would be granted to. */
export interface Needs {
  folder: string;
  grants: NeededGrant[];
}

/** What programs in a folder and below were granted. */
export interface FolderGrants {
  uri: string;
  grants: string[];
}

/** Parameters of `crush/arena`, client to server. */
export interface ArenaParams {
  textDocument: { uri: string };
  line: number | null;
  filter: string | null;
  offset: number;
  limit: number;
}

export interface Borrow {
  kind: "shared" | "exclusive";
  owner: string | null;
  range: Range | null;
}

export type SlotKind = "array" | "map" | "object" | "string" | "tagged" | "closure" | "cell";

/** One object of the arena. */
export interface Slot {
  slot: number;
  generation: number;
  kind: SlotKind;
  label: string;
  preview: string;
  bytes: number;
  shared: number;
  exclusive: boolean;
  names: string[];
  borrows: Borrow[];
  allocated: Range | null;
  edges: number[];
}

export interface Moment {
  kind: "end" | "fault" | "line";
  line: number | null;
  text: string;
}

export interface ArenaStats {
  objects: number;
  bytes: number;
  borrows: number;
  allocated: number;
  collected: number;
}

/** Result of `crush/arena`; null when the document was never run. */
export interface ArenaPage {
  uri: string;
  version: number;
  moment: Moment;
  stats: ArenaStats;
  total: number;
  offset: number;
  slots: Slot[];
}

/** `initializationOptions`, and `settings.crush` of `workspace/didChangeConfiguration`. */
export interface ServerOptions {
  trusted: boolean;
  evaluateOnSave: boolean;
  instructions: number;
  milliseconds: number;
  borrowHints: boolean;
  parameterHints: boolean;
  codeLenses: boolean;
  typeHints: boolean;
}

export const methods = {
  trust: "crush/trust",
  grants: "crush/grants",
  missingGrants: "crush/missingGrants",
  evaluation: "crush/evaluation",
  run: "crush/run",
  cancel: "crush/cancel",
  arena: "crush/arena",
} as const;
