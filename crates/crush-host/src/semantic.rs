//! `semantic`: choices by meaning, for which there is no provider yet.

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::host::Provided;
use crate::library::Run;

pub(crate) const RUNS: &[(&str, Run)] = &[("semantic.switch", switch)];

/// `semantic.switch(value, concepts…)`. It cannot be granted, so that no program comes here.
fn switch(_: &mut Provided<'_>, _: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    Err("no provider is granted".into())
}
