//! `process`: child processes.

use std::process::Command;

use crush_arena::{Object, RuntimeValue};
use crush_vm::{Call, CallError};

use crate::child::{self, ChildError};
use crate::give;
use crate::host::Provided;
use crate::library::Run;

pub(crate) const RUNS: &[(&str, Run)] = &[("process.exec", exec)];

/// `process.exec(command, arguments)`: `{exit_code, stdout, stderr}`. A command that cannot be started, or that a signal
/// ended, has exit code -1.
fn exec(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let program = give::text_of(call, 0)?;
    let arguments = arguments(call)?;
    let limit = call.arena().limits().bytes;
    provided.flush()?;
    let mut command = Command::new(&program);
    command.args(arguments);
    let (code, stdout, stderr) = match child::run(&mut command, Vec::new(), limit, provided.cancel) {
        Ok(finished) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            (finished.status.code().unwrap_or(-1), text(&finished.stdout), text(&finished.stderr))
        }
        Err(ChildError::NotStarted(error)) => (-1, String::new(), format!("process.exec {program}: {error}")),
        Err(ChildError::Ended(error)) => return Err(error),
    };
    let (stdout, stderr) = (call.string(&stdout)?, call.string(&stderr)?);
    give::map(call, [("exit_code", RuntimeValue::Int(code.into())), ("stdout", stdout), ("stderr", stderr)])
}

/// The elements of an array, or the one argument, as text.
fn arguments(call: &mut Call<'_>) -> Result<Vec<String>, CallError> {
    let Some(&value) = call.arguments().get(1) else { return Ok(Vec::new()) };
    let elements = match value {
        RuntimeValue::Ref(_) | RuntimeValue::Borrow(_) => match call.arena().read_value(value)? {
            Object::Array(elements) => elements.clone(),
            _ => vec![value],
        },
        _ => vec![value],
    };
    elements.into_iter().map(|element| call.display(element)).collect()
}
