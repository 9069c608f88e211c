/** Links in what the server says of a name: from a slot to the picture of the heap, from a line to the line. */

/** The commands that links may name: they show something, and change nothing. */
export const LINKED = ["crush.heap.show", "crush.goToLine"];

const CODE = /(```[\s\S]*?```|(`+)[^`][\s\S]*?\2)/g;
const SLOT = /\*\*#(\d+)\*\*/g;
const LINE = /\bon line (\d+)(?! of)/g;

/** Code is left as it is: what a program holds is text, whatever it looks like. */
export function withLinks(markdown: string, uri: string): string {
  const pieces: string[] = [];
  let at = 0;
  for (const match of markdown.matchAll(CODE)) {
    pieces.push(linked(markdown.slice(at, match.index), uri), match[0]);
    at = match.index + match[0].length;
  }
  pieces.push(linked(markdown.slice(at), uri));
  return pieces.join("");
}

function linked(text: string, uri: string): string {
  return text
    .replace(SLOT, (_, slot: string) => `[**#${slot}**](${link("crush.heap.show", Number(slot))} "Draw the heap around it")`)
    .replace(LINE, (_, line: string) => `[on line ${line}](${link("crush.goToLine", uri, Number(line))} "Go to the line")`);
}

function link(command: string, ...args: unknown[]): string {
  return `command:${command}?${encodeURIComponent(JSON.stringify(args)).replace(/[()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
}
