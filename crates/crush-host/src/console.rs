//! `io`: printing.

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Building};
use crate::host::Provided;
use crate::library::Run;

pub(crate) const RUNS: &[(&str, Run)] = &[("io.eprint", eprint), ("io.print", print), ("io.write", write)];

/// `io.print(values…)`.
fn print(_: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let line = line(call)?;
    call.print(line.text())?;
    Ok(RuntimeValue::Null)
}

/// `io.eprint(values…)`: what was printed before comes before it.
fn eprint(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let line = line(call)?;
    provided.flush()?;
    provided.write_error(line.text())?;
    Ok(RuntimeValue::Null)
}

/// `io.write(value)`.
fn write(_: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let text = call.text_of(0)?;
    call.print(&text)?;
    Ok(RuntimeValue::Null)
}

/// The texts of all arguments, one after the other, and a newline.
fn line(call: &Call<'_>) -> Result<Building, CallError> {
    let mut line = Building::default();
    for &value in call.arguments() {
        line.push(call, &call.show(value)?)?;
    }
    line.push(call, "\n")?;
    Ok(line)
}
