//! What each capability of the table does.

use std::sync::LazyLock;

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::host::Provided;
use crate::{clock, console, crypto, environment, files, input, lines, net, process, program};

/// What a capability does: from the arguments in the call to its result.
pub(crate) type Run = fn(&mut Provided<'_>, &mut Call<'_>) -> Result<RuntimeValue, CallError>;

/// What the capabilities of each namespace do, by name. What is declared of them is in [`crush_library`].
static RUNS: &[&[(&str, Run)]] = &[
    clock::RUNS,
    console::RUNS,
    crypto::RUNS,
    environment::RUNS,
    files::RUNS,
    input::RUNS,
    lines::RUNS,
    net::RUNS,
    process::RUNS,
    program::RUNS,
];

/// The same in one row: a capability's number is its place.
static ROW: LazyLock<Vec<(&str, Run)>> = LazyLock::new(|| RUNS.concat());

/// The number of a capability, for [`run`].
pub(crate) fn number(name: &str) -> Option<u32> {
    let found = ROW.iter().position(|(known, _)| *known == name)?;
    u32::try_from(found).ok()
}

/// What the capability of this number does.
pub(crate) fn run(number: u32) -> Option<Run> {
    ROW.get(number as usize).map(|&(_, run)| run)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_declared_is_there_and_nothing_else() {
        let declared: BTreeSet<_> = crush_library::capabilities().map(|declaration| declaration.name).collect();
        let there: BTreeSet<_> = ROW.iter().map(|&(name, _)| name).collect();
        assert_eq!(declared, there);
        assert_eq!(there.len(), ROW.len(), "each once");
    }
}
