//! `polyglot`: blocks of other languages, as child processes. What goes in and comes out crosses as JSON.
//!
//! A block is compiled to a call: the body, what it imports, the names of its outputs, the names of its inputs, and these. The body begins
//! with as many empty lines as there are before it in the file, so that the lines in its errors are lines of the file.

use std::process::Command;

use crush_arena::{Object, RuntimeValue, Shape};
use crush_vm::{Call, CallError};

use crate::arguments::Arguments as _;
use crate::child::{self, ChildError};
use crate::host::Provided;
use crate::library::Run;
use crate::{give, json};

pub(crate) const RUNS: &[(&str, Run)] =
    &[("polyglot.bash", bash), ("polyglot.javascript", javascript), ("polyglot.python", python)];

/// How many arguments come before the inputs.
const BEFORE_INPUTS: usize = 4;

/// A language whose values cross both ways.
struct Guest {
    name: &'static str,
    program: &'static str,
    /// The option that the runner's code comes after.
    option: &'static str,
    runner: &'static str,
}

/// `@python { … }`.
fn python(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let runner = include_str!("polyglot/runner.py");
    Guest { name: "python", program: "python3", option: "-c", runner }.run(provided, call)
}

/// `@javascript { … }`.
fn javascript(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let runner = include_str!("polyglot/runner.js");
    Guest { name: "javascript", program: "node", option: "-e", runner }.run(provided, call)
}

/// `@bash { … }`: its inputs are environment variables, and it has no outputs.
fn bash(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let mut command = Command::new("bash");
    command.arg("-c").arg(call.text_of(0)?.to_string()).arg("@bash");
    for (name, value) in inputs(call)? {
        let text = call.display(value)?;
        if text.contains('\0') {
            return Err(format!("`{name}` holds a character that no environment variable can").into());
        }
        command.env(name, text);
    }
    let printed = finish(provided, call, &mut command, Vec::new())?;
    call.print(printed.trim())?;
    Ok(RuntimeValue::Null)
}

impl Guest {
    fn run(&self, provided: &Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
        let mark = mark()?;
        let outputs = names(call, 2)?;
        let task = self.task(call, &mark, &outputs)?;
        let mut command = Command::new(self.program);
        command.arg(self.option).arg(self.runner);
        let text = finish(provided, call, &mut command, task.into_bytes())?;
        let Some((before, rest)) = text.split_once(&mark) else {
            call.print(text.trim())?;
            if outputs.is_empty() {
                return Ok(RuntimeValue::Null);
            }
            return Err("the block ended before it gave its outputs".into());
        };
        let (results, after) = rest.split_once('\n').unwrap_or((rest, ""));
        call.print(format!("{before}{after}").trim())?;
        let values = self.results(call, results)?;
        match *values.as_slice() {
            [] => Ok(RuntimeValue::Null),
            [value] => Ok(value),
            _ => give::array(call, values),
        }
    }

    /// What the runner is told, as JSON.
    fn task(&self, call: &Call<'_>, mark: &str, outputs: &[String]) -> Result<String, CallError> {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut fields = Vec::new();
        for (name, value) in inputs(call)? {
            // A function does not cross: the block that uses its name finds nothing there.
            if !matches!(value, RuntimeValue::Function(_)) {
                fields.push(format!("{}: {}", quoted(&name), json::text(call, value)?));
            }
        }
        let outputs = serde_json::Value::from(outputs.to_vec());
        let (file, code) = (quoted(&format!("@{}", self.name)), quoted(&call.text_of(0)?));
        let imports = quoted(&call.text_of(1)?);
        let (mark, fields) = (quoted(mark), fields.join(", "));
        Ok(format!(
            r#"{{"file": {file}, "code": {code}, "imports": {imports}, "mark": {mark}, "outputs": {outputs}, "inputs": {{{fields}}}}}"#
        ))
    }

    /// The outputs, each as it is: an object of a class is one here too (A3).
    fn results(&self, call: &mut Call<'_>, text: &str) -> Result<Vec<RuntimeValue>, CallError> {
        let results = json::value(call, text)?;
        let Object::Array(results) = call.arena().read_value(results)? else { return Ok(Vec::new()) };
        let mut values = Vec::new();
        for result in results.clone() {
            let (class, value) = match call.arena().read_value(result)? {
                Object::Map(map) => (map.get("class"), map.get("value").unwrap_or(RuntimeValue::Null)),
                _ => (None, result),
            };
            values.push(match class {
                Some(class @ RuntimeValue::Ref(_)) => self.object(call, class, value)?,
                _ => value,
            });
        }
        Ok(values)
    }

    /// An object of this language, from its class and a map of its fields.
    fn object(&self, call: &mut Call<'_>, class: RuntimeValue, value: RuntimeValue) -> Result<RuntimeValue, CallError> {
        let class = call.display(class)?;
        let RuntimeValue::Ref(_) = value else { return Ok(value) };
        let Object::Map(map) = call.arena().read_value(value)? else { return Ok(value) };
        let (names, values): (Vec<String>, Vec<RuntimeValue>) =
            map.iter().map(|(name, value)| (name.to_string(), value)).unzip();
        let shape = Shape::foreign(self.name, class.as_str(), names.iter().map(String::as_str));
        Ok(call.alloc(Object::instance(shape, values))?.into())
    }
}

/// What separates the results from what the block prints: nothing that it could print.
fn mark() -> Result<String, CallError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    Ok(format!("\0{:032x}", u128::from_ne_bytes(bytes)))
}

/// The names in an argument, separated by commas.
fn names(call: &Call<'_>, index: usize) -> Result<Vec<String>, CallError> {
    Ok(call.text_of(index)?.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// The inputs by name.
fn inputs(call: &Call<'_>) -> Result<Vec<(String, RuntimeValue)>, CallError> {
    let values = call.arguments().get(BEFORE_INPUTS..).unwrap_or_default();
    Ok(names(call, BEFORE_INPUTS - 1)?.into_iter().zip(values.iter().copied()).collect())
}

/// What a block printed, once it has ended well. What it wrote to standard error goes there.
fn finish(
    provided: &Provided<'_>,
    call: &mut Call<'_>,
    command: &mut Command,
    input: Vec<u8>,
) -> Result<String, CallError> {
    let limit = call.arena().limits().bytes;
    provided.flush()?;
    let finished = child::run(command, input, limit, provided.cancel).map_err(|error| match error {
        ChildError::NotStarted(error) => {
            CallError::Failed(format!("`{}` cannot be started: {error}", command.get_program().display()))
        }
        ChildError::Ended(error) => error,
    })?;
    let errors = String::from_utf8_lossy(&finished.stderr);
    if !finished.status.success() {
        let said = errors.trim();
        return Err(match said {
            "" => format!("the block ended with {}", finished.status).into(),
            said => format!("the block failed: {}\n{said}", headline(said)).into(),
        });
    }
    eprint!("{errors}");
    Ok(String::from_utf8_lossy(&finished.stdout).into_owned())
}

/// The line of an error that says most: the one that names it, or the last.
fn headline(errors: &str) -> &str {
    let names_it =
        |line: &&str| !line.starts_with(' ') && line.split(':').next().is_some_and(|name| name.ends_with("Error"));
    errors.lines().rfind(names_it).or_else(|| errors.lines().next_back()).unwrap_or_default()
}
