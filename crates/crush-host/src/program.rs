//! `sys`: the program itself.

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::give;
use crate::host::Provided;
use crate::library::Run;

pub(crate) const RUNS: &[(&str, Run)] = &[("sys.args", args)];

/// `sys.args()`: the arguments that the program was started with.
fn args(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    give::strings(call, provided.arguments)
}
