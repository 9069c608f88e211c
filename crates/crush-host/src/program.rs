//! `sys`: the program itself.

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::give;
use crate::host::Provided;
use crate::library::Run;

pub(crate) const RUNS: &[(&str, Run)] = &[("sys.args", args), ("sys.exit", exit)];

/// `sys.args()`: the arguments that the program was started with.
fn args(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    give::strings(call, provided.arguments)
}

/// `sys.exit(status)`: ends the program.
fn exit(_: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let given = call.int(0)?;
    let status = u8::try_from(given).map_err(|_| format!("an exit status is 0 to 255, not {given}"))?;
    Err(CallError::Exit(status))
}
