//! `env`: environment variables, those that were granted.

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::give;
use crate::grants::Names;
use crate::host::Provided;
use crate::library::Run;

pub(crate) const RUNS: &[(&str, Run)] = &[("env.all", all), ("env.get", get), ("env.home_dir", home_dir)];

/// `env.get(name)`: `null` for a variable that is not set, or not text.
fn get(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let name = give::text_of(call, 0)?;
    variable(provided, call, &name)
}

/// `env.home_dir()`.
fn home_dir(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    variable(provided, call, if cfg!(windows) { "USERPROFILE" } else { "HOME" })
}

/// `env.all()`: a map, by name.
fn all(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let granted = granted(provided)?;
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        let name = name.into_string().ok()?;
        granted.has(&name).then_some((name, value.into_string().ok()?))
    };
    let mut variables: Vec<_> = std::env::vars_os().filter_map(text).collect();
    variables.sort_unstable();
    let mut entries = Vec::with_capacity(variables.len());
    for (name, value) in variables {
        entries.push((name, call.string(&value)?));
    }
    give::map(call, entries)
}

fn variable(provided: &Provided<'_>, call: &mut Call<'_>, name: &str) -> Result<RuntimeValue, CallError> {
    if !granted(provided)?.has(name) {
        return Err(format!("`{name}` is not granted: allow it with `env={name}`").into());
    }
    // What no variable can be called is not set; asking would panic.
    let possible = !name.is_empty() && !name.contains(['=', '\0']);
    match possible.then(|| std::env::var(name).ok()).flatten() {
        Some(value) => call.string(&value),
        None => Ok(RuntimeValue::Null),
    }
}

fn granted<'p>(provided: &'p Provided<'_>) -> Result<&'p Names, CallError> {
    provided.grants.environment.as_ref().ok_or_else(|| "the environment is not granted".into())
}
