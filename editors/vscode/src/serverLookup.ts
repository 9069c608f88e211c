/** Where the server is: the setting, then the one in the extension, then `PATH`. Knows nothing of VS Code. */

import * as path from "node:path";

export interface Surroundings {
  /** The value of `crush.server.path`; empty when not set. */
  setting: string;
  extensionFolder: string;
  home: string;
  /** `PATH` as the editor process has it: a desktop launcher's may be short. */
  searchPath: string;
  platform: NodeJS.Platform;
  isProgram(file: string): boolean;
}

export interface Found {
  found: true;
  command: string;
  source: "setting" | "bundled" | "PATH";
}

export interface NotFound {
  found: false;
  /** One line for each place that was tried. */
  tried: string[];
}

export function programName(platform: NodeJS.Platform): string {
  return platform === "win32" ? "crush-analyzer.exe" : "crush-analyzer";
}

/** A setting that is set and wrong is an error, not a reason to run some other server. */
export function findServer(around: Surroundings): Found | NotFound {
  const paths = around.platform === "win32" ? path.win32 : path.posix;
  const program = programName(around.platform);

  const setting = around.setting.trim();
  if (setting !== "") {
    const command = expandHome(setting, around.home, paths);
    return around.isProgram(command)
      ? { found: true, command, source: "setting" }
      : { found: false, tried: [`setting crush.server.path: ${command} (no program there)`] };
  }

  const bundled = paths.join(around.extensionFolder, "server", program);
  if (around.isProgram(bundled)) {
    return { found: true, command: bundled, source: "bundled" };
  }

  const folders = around.searchPath.split(paths.delimiter).filter((folder) => paths.isAbsolute(folder));
  for (const folder of folders) {
    const command = paths.join(folder, program);
    if (around.isProgram(command)) {
      return { found: true, command, source: "PATH" };
    }
  }
  return {
    found: false,
    tried: [
      "setting crush.server.path: not set",
      `in the extension: ${bundled} (no program there)`,
      `on PATH: ${program} in none of ${folders.length} folders: ${folders.join(paths.delimiter)}`,
    ],
  };
}

function expandHome(file: string, home: string, paths: path.PlatformPath): string {
  return file === "~" || file.startsWith("~/") || file.startsWith("~\\")
    ? paths.join(home, file.slice(1))
    : file;
}
