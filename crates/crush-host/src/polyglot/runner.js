// Runs a block. On standard input: the body, what goes into it, and what is to come out of it.
const task = JSON.parse(require("fs").readFileSync(0, "utf8"));
const vm = require("vm");
Object.assign(globalThis, { require, module, exports }, task.inputs);

function fail(message) {
  process.stderr.write(message + "\n");
  process.exit(1);
}

try {
  vm.runInThisContext(task.imports, { filename: "use @lang" });
  vm.runInThisContext(task.code, { filename: task.file });
} catch (error) {
  const stack = String((error && error.stack) || error).split("\n");
  // Without the frames of this runner.
  fail(stack.filter((line) => !/^ +at .*(\[eval\]|node:)/.test(line)).join("\n"));
}
const results = task.outputs.map((name) => {
  try {
    const value = vm.runInThisContext(name);
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`a ${typeof value} cannot be given`);
    const type = value !== null && typeof value === "object" ? value.constructor : undefined;
    const known = type === undefined || type === Object || type === Array;
    return { class: known ? null : type.name, value: JSON.parse(text) };
  } catch (error) {
    return fail(`\`${name}\` cannot be given back: ${error.message}`);
  }
});
process.stdout.write(task.mark + JSON.stringify(results) + "\n");
