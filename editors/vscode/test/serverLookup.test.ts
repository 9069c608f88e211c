import assert from "node:assert/strict";
import { test } from "node:test";
import { findServer, Surroundings } from "../src/serverLookup";

function around(programs: string[], changes: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: "",
    extensionFolder: "/ext",
    home: "/home/ada",
    searchPath: "/usr/local/bin:/usr/bin",
    platform: "linux",
    isProgram: (file) => programs.includes(file),
    ...changes,
  };
}

const all = ["/own/crush-analyzer", "/ext/server/crush-analyzer", "/usr/bin/crush-analyzer"];

test("the setting comes first", () => {
  assert.deepEqual(findServer(around(all, { setting: " /own/crush-analyzer " })), {
    found: true,
    command: "/own/crush-analyzer",
    source: "setting",
  });
});

test("then the bundled server", () => {
  assert.deepEqual(findServer(around(all)), { found: true, command: "/ext/server/crush-analyzer", source: "bundled" });
});

test("then PATH, in its order", () => {
  const programs = ["/usr/bin/crush-analyzer", "/usr/local/bin/crush-analyzer"];
  assert.deepEqual(findServer(around(programs)), {
    found: true,
    command: "/usr/local/bin/crush-analyzer",
    source: "PATH",
  });
});

test("a tilde in the setting is the home folder", () => {
  const found = findServer(around(["/home/ada/bin/crush-analyzer"], { setting: "~/bin/crush-analyzer" }));
  assert.equal(found.found && found.command, "/home/ada/bin/crush-analyzer");
});

test("a setting that is wrong is told, and no other server is started", () => {
  const lookup = findServer(around(all, { setting: "/gone/crush-analyzer" }));
  assert.ok(!lookup.found);
  assert.deepEqual(lookup.tried, ["setting crush.server.path: /gone/crush-analyzer (no program there)"]);
});

test("when there is none, every place tried is told", () => {
  const lookup = findServer(around([]));
  assert.ok(!lookup.found);
  assert.equal(lookup.tried.length, 3);
  assert.match(lookup.tried[0]!, /crush\.server\.path/);
  assert.match(lookup.tried[1]!, /\/ext\/server\/crush-analyzer/);
  assert.match(lookup.tried[2]!, /\/usr\/local\/bin:\/usr\/bin/);
});

test("a relative folder on PATH is not searched: a workspace could put a program there", () => {
  const lookup = findServer(around(["crush-analyzer", "./crush-analyzer"], { searchPath: ".::/usr/bin" }));
  assert.ok(!lookup.found);
});

test("on Windows the program ends in .exe and PATH is split at semicolons", () => {
  const lookup = findServer(
    around(["C:\\tools\\crush-analyzer.exe"], {
      platform: "win32",
      extensionFolder: "C:\\ext",
      searchPath: "C:\\Windows;C:\\tools",
    }),
  );
  assert.deepEqual(lookup, { found: true, command: "C:\\tools\\crush-analyzer.exe", source: "PATH" });
});
