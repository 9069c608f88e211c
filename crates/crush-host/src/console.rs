//! `io`: printing.

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::host::Provided;
use crate::library::Run;

pub(crate) const RUNS: &[(&str, Run)] = &[("io.print", print)];

/// `io.print(values…)`.
fn print(_: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let mut line = String::new();
    for &value in call.arguments() {
        line.push_str(&call.display(value)?);
    }
    line.push('\n');
    call.print(&line)?;
    Ok(RuntimeValue::Null)
}
