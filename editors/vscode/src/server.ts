/** The language server: finding it, starting it, keeping it informed, telling what it reports. */

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import * as vscode from "vscode";
import { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn, State } from "vscode-languageclient/node";
import { announced } from "./clientCommands";
import { hovers } from "./hovers";
import type { Grants } from "./grants";
import { ArenaPage, ArenaParams, Evaluation, FolderGrants, methods } from "./protocol";
import { Found, NotFound, findServer } from "./serverLookup";
import { serverOptions, settings } from "./settings";

export type Health = "starting" | "running" | "stopped" | "missing";

/** As often as this in three minutes a server that died is started again. */
const MAXIMUM_RESTARTS = 4;

/** Milliseconds after which nobody waits for a report any more: no program may be open. */
const FIRST_REPORT = 250;

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly log = vscode.window.createOutputChannel("CRUSH Language Server");
  private readonly healthChanged = new vscode.EventEmitter<Health>();
  private readonly evaluated = new vscode.EventEmitter<Evaluation>();
  private readonly reported = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  private grants: Grants | undefined;
  private lastHealth: Health = "starting";
  private hasReported = false;
  /** Starts and stops follow one another: two restarts at once must not leave two servers. */
  private turn: Promise<void> = Promise.resolve();

  readonly onHealth = this.healthChanged.event;
  readonly onEvaluation = this.evaluated.event;

  constructor(private readonly extensionFolder: string) {
    this.subscriptions = [
      this.healthChanged.event((health) => (this.lastHealth = health)),
      this.log,
      this.healthChanged,
      this.evaluated,
      this.reported,
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.trustGranted()),
      vscode.workspace.onDidChangeConfiguration((event) => this.configurationChanged(event)),
    ];
  }

  get health(): Health {
    return this.lastHealth;
  }

  /** Tells the server of what was granted, now and whenever that changes. A server that starts before is told when it runs. */
  follow(grants: Grants): void {
    this.grants = grants;
    this.subscriptions.push(grants.onChange(() => this.grantsChanged()));
    void this.turn.then(() => this.grantsChanged());
  }

  /** When the first program that is open has been reported on, or none will be for now. */
  firstReport(): Promise<void> {
    if (this.hasReported || isDown(this.health)) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const waiting = vscode.Disposable.from(
        this.reported.event(() => over()),
        this.healthChanged.event((health) => isDown(health) && over()),
      );
      const patience = setTimeout(() => over(), FIRST_REPORT);
      const over = (): void => {
        waiting.dispose();
        clearTimeout(patience);
        resolve();
      };
    });
  }

  /** When the starts and stops that were asked for are over. */
  settled(): Promise<void> {
    return this.turn;
  }

  start(): Promise<void> {
    return this.inTurn(() => this.startNow());
  }

  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.stopNow());
  }

  showLog(): void {
    this.log.show(true);
  }

  /** Where the program is that is the server, and the debug adapter. */
  lookup(): Found | NotFound {
    return findServer({
      setting: settings().get("server.path", ""),
      extensionFolder: this.extensionFolder,
      home: homedir(),
      searchPath: process.env["PATH"] ?? "",
      platform: process.platform,
      isProgram,
    });
  }

  async run(uri: string): Promise<void> {
    const client = await this.ready();
    await client.sendRequest(methods.run, { textDocument: { uri } });
  }

  async cancel(uri: string): Promise<void> {
    await this.running()?.sendRequest(methods.cancel, { textDocument: { uri } });
  }

  async arena(params: ArenaParams): Promise<ArenaPage | null> {
    const client = this.running();
    return client ? client.sendRequest<ArenaPage | null>(methods.arena, params) : null;
  }

  /** Asks something that the user wants to know: what went wrong is for them to read. */
  async request<T>(method: string, params: object): Promise<T> {
    const client = await this.ready();
    return client.sendRequest<T>(method, params);
  }

  /** Asks something that is drawn: no answer is no picture, and the next question is not far. */
  async ask<T>(method: string, params: object): Promise<T | null> {
    try {
      return (await this.running()?.sendRequest<T | null>(method, params)) ?? null;
    } catch (error) {
      this.log.appendLine(`${method}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }

  dispose(): void {
    void this.stop();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** A command given while the server starts waits for it; one given to no server says so. */
  private async ready(): Promise<LanguageClient> {
    await this.turn;
    const client = this.running();
    if (!client) {
      throw new Error("The CRUSH language server is not running: restart it, or look at its log.");
    }
    return client;
  }

  private running(): LanguageClient | undefined {
    return this.client?.state === State.Running ? this.client : undefined;
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(step, step);
    return this.turn;
  }

  private async startNow(): Promise<void> {
    const lookup = this.lookup();
    if (!lookup.found) {
      this.healthChanged.fire("missing");
      this.log.appendLine(["The server crush-analyzer was not found. Tried:", ...lookup.tried].join("\n  "));
      void this.explainMissing(lookup.tried);
      return;
    }
    this.log.appendLine(`Starting ${lookup.command} (from ${lookup.source})`);
    const client = this.newClient(lookup.command);
    this.client = client;
    this.healthChanged.fire("starting");
    try {
      await client.start();
    } catch (error) {
      this.healthChanged.fire("stopped");
      this.log.appendLine(`The server did not start: ${String(error)}`);
      void this.explainStartFailure(lookup.command, error);
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch {
      // A server that is already dead has nothing to stop.
    }
    this.healthChanged.fire("stopped");
  }

  private newClient(command: string): LanguageClient {
    const client = new LanguageClient(
      "crush",
      "CRUSH Language Server",
      {
        command,
        args: ["lsp"],
        options: { env: { ...process.env, CRUSH_LOG: settings().get("server.log", "warn") } },
      },
      {
        documentSelector: [{ language: "crush" }],
        outputChannel: this.log,
        initializationOptions: () => ({ ...serverOptions(), grants: this.grantedFolders() }),
        // Requests under way when the server dies fail; that is in the log, not a message each.
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        markdown: { isTrusted: false, supportHtml: false },
        middleware: {
          ...hovers,
          handleDiagnostics: (uri, diagnostics, next) => {
            next(uri, diagnostics);
            this.hasReported = true;
            this.reported.fire();
          },
        },
      },
    );
    // A crash is told by the status item and healed by a restart; only giving up deserves a message.
    const whatToDo = client.createDefaultErrorHandler(MAXIMUM_RESTARTS);
    client.clientOptions.errorHandler = {
      // A write to a server that has just died fails before its end is known. Giving up here would keep it dead.
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: async () => {
        const result = await whatToDo.closed();
        return result.action === CloseAction.Restart ? { ...result, handled: true } : result;
      },
    };
    client.registerFeature(announced);
    client.onDidChangeState(({ newState }) => {
      if (this.client === client) {
        this.healthChanged.fire(healthOf(newState));
      }
    });
    client.onNotification(methods.evaluation, (evaluation: Evaluation) => this.evaluated.fire(evaluation));
    return client;
  }

  private trustGranted(): void {
    void this.running()?.sendNotification(methods.trust, { trusted: true });
  }

  private grantsChanged(): void {
    void this.running()?.sendNotification(methods.grants, { folders: this.grantedFolders() });
  }

  private grantedFolders(): FolderGrants[] {
    return this.grants?.folders() ?? [];
  }

  private configurationChanged(event: vscode.ConfigurationChangeEvent): void {
    if (event.affectsConfiguration("crush.server")) {
      void this.restart();
    } else if (event.affectsConfiguration("crush")) {
      void this.running()?.sendNotification("workspace/didChangeConfiguration", {
        settings: { crush: serverOptions() },
      });
    }
  }

  private async explainMissing(tried: string[]): Promise<void> {
    const setting = "Open the Setting";
    const again = "Try Again";
    const answer = await vscode.window.showErrorMessage(
      `The CRUSH language server (crush-analyzer) was not found. Tried: ${tried.join("; ")}.`,
      setting,
      again,
    );
    if (answer === setting) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "crush.server.path");
    } else if (answer === again) {
      await this.restart();
    }
  }

  private async explainStartFailure(command: string, error: unknown): Promise<void> {
    const log = "Show Log";
    const setting = "Open the Setting";
    const message = error instanceof Error ? error.message : String(error);
    const answer = await vscode.window.showErrorMessage(
      `The CRUSH language server did not start (${command}): ${message}`,
      log,
      setting,
    );
    if (answer === log) {
      this.showLog();
    } else if (answer === setting) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "crush.server.path");
    }
  }
}

function healthOf(state: State): Health {
  switch (state) {
    case State.Running:
      return "running";
    case State.Starting:
      return "starting";
    case State.Stopped:
      return "stopped";
  }
}

function isDown(health: Health): boolean {
  return health === "missing" || health === "stopped";
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
