/** What programs may do outside, by folder: what the user decided. Plain data: nothing here knows VS Code. */

import { NeededGrant, Needs } from "./protocol";

/** What was decided for programs in a folder and below. Grants are written as behind `--allow`. */
export interface Decided {
  granted: string[];
  declined: string[];
}

export const UNDECIDED: Decided = { granted: [], declined: [] };

export function grant({ granted, declined }: Decided, grants: string[]): Decided {
  return { granted: [...new Set([...granted, ...grants])], declined: declined.filter((it) => !grants.includes(it)) };
}

/** The question does not come back by itself. */
export function decline({ granted, declined }: Decided, grants: string[]): Decided {
  return { granted, declined: [...new Set([...declined, ...grants])] };
}

/** What is revoked was decided: a program that needs it again does not ask by itself. */
export function revoke({ granted, declined }: Decided, grants: string[]): Decided {
  return { granted: granted.filter((it) => !grants.includes(it)), declined: [...new Set([...declined, ...grants])] };
}

/** Whether there is something to ask that was not asked before. */
export function isNew({ declined }: Decided, needs: Needs): boolean {
  return needs.grants.some(({ grant }) => !declined.includes(grant));
}

/** The word of a grant: what stands before what it is for. */
export function word(grant: string): string {
  return grant.split("=", 1)[0] ?? grant;
}

/** `fs (files in shop and below) and time (the clock, and waiting)`. */
export function listed(grants: NeededGrant[]): string {
  const parts = grants.map(({ grant, allows }) => `${word(grant)} (${allows})`);
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** What the program would do with them, line by line, and what that means. */
export function explained(needs: Needs, folder: string, keeper: string): string {
  const calls = needs.grants.flatMap(({ grant, allows, calls }) => [
    `${grant}: ${allows}`,
    ...calls.map(({ capability, does, range }) => `   line ${range.start.line + 1}: ${capability}. ${does}`),
    "",
  ]);
  return [
    ...calls,
    `Programs in ${folder} and below would have it whenever they run, which is at each save.`,
    `The answer is kept ${keeper}; “CRUSH: Revoke a Grant…” takes it back.`,
  ].join("\n");
}
