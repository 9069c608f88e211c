# Runs a block. On standard input: the body, what goes into it, and what is to come out of it.
import json, linecache, sys, textwrap, traceback, types

task = json.loads(sys.stdin.buffer.read().decode("utf-8"))
block = types.ModuleType("__main__")
sys.modules["__main__"] = block
variables = vars(block)
variables.update(task["inputs"])
linecache.cache[task["file"]] = (len(task["code"]), None, task["code"].splitlines(True), task["file"])


def plain(value):
    """What stands for a value that JSON does not know."""
    if hasattr(value, "__dict__"):
        return vars(value)
    raise TypeError(f"a {type(value).__name__} cannot be given")


def fail(message):
    print(message, file=sys.stderr)
    sys.exit(1)


try:
    exec(compile(task["imports"], "use @lang", "exec"), variables)
    exec(compile(textwrap.dedent(task["code"]), task["file"], "exec"), variables)
except Exception as error:
    # Without the frame of this runner.
    traceback.print_exception(type(error), error, error.__traceback__.tb_next)
    sys.exit(1)
results = []
for name in task["outputs"]:
    if name not in variables:
        fail(f"the block gave `{name}` no value")
    value = variables[name]
    known = isinstance(value, (dict, list, tuple, str, int, float, bool, type(None)))
    try:
        results.append({"class": None if known else type(value).__name__, "value": value})
        json.dumps(value, default=plain, allow_nan=False)
    except (TypeError, ValueError) as error:
        fail(f"`{name}` cannot be given back: {error}")
sys.stdout.flush()
sys.stdout.write(task["mark"] + json.dumps(results, default=plain, allow_nan=False) + "\n")
