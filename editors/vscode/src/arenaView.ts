/** The arena of the last run as a tree: fetches pages, draws rows, follows the cursor. */

import * as vscode from "vscode";
import { addPage, Arena, badge, childRows, count, Grouping, hasChildren, Row, spoken, topRows } from "./arenaModel";
import { type BorrowsView, drawingMethods } from "./drawingProtocol";
import { ArenaPage, Evaluation, Range, Slot, SlotKind } from "./protocol";
import { Server } from "./server";
import { type TimeMoment, timeMethods } from "./timeProtocol";
import type { TimeSession } from "./timeSession";

const PAGE = 200;

const KIND_ICONS: Record<SlotKind, string> = {
  array: "symbol-array",
  map: "symbol-namespace",
  object: "symbol-class",
  string: "symbol-string",
  tagged: "symbol-enum-member",
  closure: "symbol-function",
  cell: "symbol-variable",
};

export class ArenaView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly view: vscode.TreeView<Row>;
  private readonly subscriptions: vscode.Disposable[];

  /** The document whose arena is shown: the last active CRUSH file. */
  private document: vscode.Uri | undefined;
  private arena: Arena | undefined;
  private grouping: Grouping = "kind";
  private filter = "";
  private following = false;
  private cursorLine = 0;
  /** Answers to requests before the last one are thrown away. */
  private asked = 0;
  private pause: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly server: Server,
    private readonly time: TimeSession,
  ) {
    this.view = vscode.window.createTreeView("crush.arena", { treeDataProvider: this, showCollapseAll: true });
    const on = (name: string, does: (...args: never[]) => unknown) => vscode.commands.registerCommand(name, does);
    this.subscriptions = [
      this.changed,
      this.view,
      this.view.onDidChangeVisibility(({ visible }) => visible && this.refresh()),
      time.onDidChange(() => this.refresh()),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.activated(editor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.cursorMoved(textEditor)),
      vscode.workspace.onDidCloseTextDocument((document) => this.closed(document)),
      on("crush.arena.filter", () => this.askFilter()),
      on("crush.arena.clearFilter", () => this.setFilter("")),
      on("crush.arena.groupByKind", () => this.setGrouping("kind")),
      on("crush.arena.groupByOwner", () => this.setGrouping("owner")),
      on("crush.arena.followCursor", () => this.setFollowing(true)),
      on("crush.arena.showLast", () => this.setFollowing(false)),
      on("crush.arena.refresh", () => this.refresh()),
      on("crush.arena.more", () => this.fetch(this.arena?.slots.length ?? 0)),
      on("crush.arena.reveal", (range: Range) => this.reveal(range)),
      on("crush.arena.revealAllocation", (row: Row) => row.row === "slot" && this.reveal(row.slot.allocated)),
    ];
    this.activated(vscode.window.activeTextEditor);
  }

  async show(): Promise<void> {
    await vscode.commands.executeCommand("crush.arena.focus");
    await this.refresh();
  }

  /** Selects the object that the variable under the cursor holds; one of a function that is over, when its line last ran. */
  async showVariable(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== "crush") {
      return;
    }
    const { line, character } = editor.selection.active;
    const params = { textDocument: { uri: editor.document.uri.toString() }, position: { line, character } };
    const name = (await this.server.ask<BorrowsView>(drawingMethods.borrows, params))?.variable;
    await this.show();
    let row = name ? this.rowOf(name) : undefined;
    if (name && !row) {
      await this.setFollowing(true);
      row = this.rowOf(name);
    }
    if (row) {
      await this.view.reveal(row, { select: true, focus: true, expand: true });
    } else {
      void vscode.window.showInformationMessage(name ? `\`${name}\` held no object when this line last ran.` : "Put the cursor on a variable.");
    }
  }

  getParent(row: Row): Row | undefined {
    return row.row === "slot" ? this.getChildren().find((group) => childIds(this.arena, group).includes(row.id)) : undefined;
  }

  private rowOf(name: string): Row | undefined {
    const rows = this.getChildren().flatMap((group) => this.getChildren(group));
    return rows.find((row) => row.row === "slot" && row.slot.names.includes(name));
  }

  async evaluated(evaluation: Evaluation): Promise<void> {
    const over = evaluation.state === "finished" || evaluation.state === "faulted";
    if (over && vscode.Uri.parse(evaluation.uri).toString() === this.document?.toString()) {
      await this.refresh();
    }
  }

  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.row) {
      case "summary":
        return summaryItem(row);
      case "filter":
        return filterItem(row);
      case "group":
        return groupItem(row);
      case "slot":
        return slotItem(row);
      case "fact":
        return factItem(row);
      case "more":
        return moreItem(row);
    }
  }

  getChildren(row?: Row): Row[] {
    if (!this.arena) {
      return [];
    }
    return row ? childRows(this.arena, row) : topRows(this.arena, this.grouping, this.filter);
  }

  dispose(): void {
    clearTimeout(this.pause);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private activated(editor: vscode.TextEditor | undefined): void {
    if (editor?.document.languageId !== "crush") {
      return;
    }
    this.cursorLine = editor.selection.active.line;
    if (editor.document.uri.toString() !== this.document?.toString()) {
      this.document = editor.document.uri;
      this.arena = undefined;
      this.draw();
      void this.refresh();
    }
  }

  private closed(document: vscode.TextDocument): void {
    if (document.uri.toString() === this.document?.toString()) {
      this.document = undefined;
      this.arena = undefined;
      this.draw();
    }
  }

  private cursorMoved(editor: vscode.TextEditor): void {
    const line = editor.selection.active.line;
    const sameDocument = editor.document.uri.toString() === this.document?.toString();
    if (!sameDocument || line === this.cursorLine) {
      return;
    }
    this.cursorLine = line;
    if (this.following && !this.moment()) {
      // Holding an arrow key down asks once, where it rests.
      clearTimeout(this.pause);
      this.pause = setTimeout(() => void this.refresh(), 80);
    }
  }

  private refresh(): Promise<void> {
    return this.view.visible ? this.fetch(0) : Promise.resolve();
  }

  private async fetch(offset: number): Promise<void> {
    if (!this.document) {
      return;
    }
    const turn = ++this.asked;
    try {
      const page = await this.page(this.document.toString(), offset);
      if (turn === this.asked) {
        this.arena = page ? addPage(this.arena, page) : undefined;
        this.draw();
      }
    } catch (error) {
      if (turn === this.asked) {
        this.arena = undefined;
        this.draw(`The arena could not be read: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  /** Of the moment that is shown, if one is; else of the line of the cursor, or the end. */
  private page(uri: string, offset: number): Promise<ArenaPage | null> {
    const which = { filter: this.filter === "" ? null : this.filter, offset, limit: PAGE };
    const moment = this.moment();
    return moment
      ? this.server.ask<ArenaPage>(timeMethods.arena, { session: moment.session, position: moment.position, ...which })
      : this.server.arena({ textDocument: { uri }, line: this.following ? this.cursorLine : null, ...which });
  }

  private moment(): TimeMoment | undefined {
    return this.time.on(this.document?.toString());
  }

  private draw(problem?: string): void {
    // Without an arena the view's welcome text speaks, unless there is something to explain.
    const nothing = this.following && !this.arena && !this.moment() ? `Line ${this.cursorLine + 1} did not run.` : undefined;
    this.view.message = problem ?? nothing ?? "";
    const file = this.document?.path.split("/").pop() ?? "";
    this.view.description = this.moment() ? `${file} · the past` : file;
    void vscode.commands.executeCommand("setContext", "crush.arena.grouping", this.grouping);
    void vscode.commands.executeCommand("setContext", "crush.arena.filtered", this.filter !== "");
    void vscode.commands.executeCommand("setContext", "crush.arena.following", this.following);
    this.changed.fire();
  }

  private async askFilter(): Promise<void> {
    const filter = await vscode.window.showInputBox({
      title: "Filter the arena",
      prompt: "Shows the objects whose name, kind or content has this text",
      value: this.filter,
    });
    if (filter !== undefined) {
      await this.setFilter(filter);
    }
  }

  private setFilter(filter: string): Promise<void> {
    this.filter = filter.trim();
    this.draw();
    return this.refresh();
  }

  private setGrouping(grouping: Grouping): void {
    this.grouping = grouping;
    this.draw();
  }

  private setFollowing(following: boolean): Promise<void> {
    this.following = following;
    this.draw();
    return this.refresh();
  }

  private async reveal(range: Range | null): Promise<void> {
    if (!range || !this.document) {
      return;
    }
    const selection = new vscode.Range(
      range.start.line,
      range.start.character,
      range.end.line,
      range.end.character,
    );
    await vscode.window.showTextDocument(this.document, { selection });
  }
}

function childIds(arena: Arena | undefined, row: Row): string[] {
  return arena ? childRows(arena, row).map(({ id }) => id) : [];
}

function summaryItem(row: Row & { row: "summary" }): vscode.TreeItem {
  const item = new vscode.TreeItem(row.moment);
  item.id = row.id;
  item.description = row.numbers;
  item.tooltip = `The arena ${row.moment}: ${row.numbers}`;
  item.iconPath = new vscode.ThemeIcon("history");
  item.accessibilityInformation = { label: item.tooltip };
  return item;
}

function filterItem(row: Row & { row: "filter" }): vscode.TreeItem {
  const item = new vscode.TreeItem(`only “${row.filter}”`);
  item.id = row.id;
  item.description = `${count(row.matches, "object")}, click to show all`;
  item.iconPath = new vscode.ThemeIcon("filter-filled");
  item.command = { command: "crush.arena.clearFilter", title: "Clear Filter" };
  item.accessibilityInformation = { label: `Filtered by ${row.filter}, ${count(row.matches, "object")}. Press Enter to show all.` };
  return item;
}

function groupItem(row: Row & { row: "group" }): vscode.TreeItem {
  const item = new vscode.TreeItem(row.title, vscode.TreeItemCollapsibleState.Expanded);
  item.id = row.id;
  item.description = String(row.slots.length);
  item.accessibilityInformation = { label: `${row.title}, ${count(row.slots.length, "object")}` };
  return item;
}

function slotItem({ id, slot }: Row & { row: "slot" }): vscode.TreeItem {
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(slot.label, hasChildren(slot) ? Collapsed : None);
  item.id = id;
  item.description = [badge(slot), slot.names.join(", "), slot.preview].filter((part) => part !== "").join("  ");
  item.iconPath = new vscode.ThemeIcon(KIND_ICONS[slot.kind] ?? "symbol-misc", borrowColor(slot));
  item.tooltip = slotTooltip(slot);
  item.contextValue = slot.allocated ? "slot.located" : "slot";
  item.accessibilityInformation = { label: spoken(slot) };
  return item;
}

function slotTooltip(slot: Slot): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown(`**${slot.label.replace(/[\\`*_{}[\]()#+\-.!]/g, "\\$&")}**`);
  tooltip.appendText(` generation ${slot.generation}, ${slot.bytes} bytes\n`);
  tooltip.appendCodeblock(slot.preview, "crush");
  return tooltip;
}

/** Blue for shared, purple for exclusive: the colours that borrow overlays elsewhere have. */
function borrowColor(slot: Slot): vscode.ThemeColor | undefined {
  if (slot.exclusive) {
    return new vscode.ThemeColor("charts.purple");
  }
  return slot.shared > 0 ? new vscode.ThemeColor("charts.blue") : undefined;
}

function factItem(row: Row & { row: "fact" }): vscode.TreeItem {
  const item = new vscode.TreeItem(row.title);
  item.id = row.id;
  item.description = row.detail;
  item.accessibilityInformation = { label: `${row.title}, ${row.detail}` };
  const icons = { shared: "eye", exclusive: "edit", allocated: "location", name: "symbol-misc" };
  const colors = { shared: "charts.blue", exclusive: "charts.purple", allocated: "foreground", name: "foreground" };
  item.iconPath = new vscode.ThemeIcon(icons[row.icon], new vscode.ThemeColor(colors[row.icon]));
  if (row.range) {
    item.command = { command: "crush.arena.reveal", title: "Go to its place", arguments: [row.range] };
  }
  return item;
}

function moreItem(row: Row & { row: "more" }): vscode.TreeItem {
  const item = new vscode.TreeItem("Show more…");
  item.id = row.id;
  item.description = `${row.loaded} of ${row.total}`;
  item.iconPath = new vscode.ThemeIcon("ellipsis");
  item.command = { command: "crush.arena.more", title: "Show more" };
  item.accessibilityInformation = { label: `Show more objects, ${row.loaded} of ${row.total} are shown` };
  return item;
}
