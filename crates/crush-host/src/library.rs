//! What each capability of the table does.

use std::sync::LazyLock;

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::host::Provided;
use crate::{
    array, binary, bytes, callback, collections, conv, element, json, math, moment, path, regex, result, sort, str,
};
use crate::{
    clock, console, crypto, environment, files, input, lines, net, polyglot, process, program, random, semantic,
};

/// What a capability does that only computes.
pub(crate) type Pure = fn(&mut Call<'_>) -> Result<RuntimeValue, CallError>;

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
    polyglot::RUNS,
    semantic::RUNS,
    process::RUNS,
    program::RUNS,
    random::RUNS,
];

/// What the capabilities do that only compute.
static PURE: &[&[(&str, Pure)]] = &[
    array::RUNS,
    binary::RUNS,
    bytes::RUNS,
    callback::RUNS,
    collections::RUNS,
    conv::RUNS,
    element::RUNS,
    json::RUNS,
    math::RUNS,
    moment::RUNS,
    path::RUNS,
    regex::RUNS,
    result::RUNS,
    sort::RUNS,
    str::RUNS,
];

/// What a capability does.
#[derive(Clone, Copy)]
enum Code {
    Pure(Pure),
    Run(Run),
}

/// All of them in one row: a capability's number is its place.
static ROW: LazyLock<Vec<(&str, Code)>> = LazyLock::new(|| {
    let pure = PURE.iter().copied().flatten().map(|&(name, pure)| (name, Code::Pure(pure)));
    let runs = RUNS.iter().copied().flatten().map(|&(name, run)| (name, Code::Run(run)));
    pure.chain(runs).collect()
});

/// The number of a capability, for [`call`].
pub(crate) fn number(name: &str) -> Option<u32> {
    let found = ROW.iter().position(|(known, _)| *known == name)?;
    u32::try_from(found).ok()
}

/// Calls the capability of this number. None when there is none.
pub(crate) fn call(
    number: u32,
    provided: &mut Provided<'_>,
    call: &mut Call<'_>,
) -> Option<Result<RuntimeValue, CallError>> {
    Some(match ROW.get(number as usize)?.1 {
        Code::Pure(pure) => pure(call),
        Code::Run(run) => run(provided, call),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_declared_is_there_and_nothing_else() {
        let declared: BTreeSet<_> = crush_library::capabilities().map(|declaration| declaration.name).collect();
        let dotted = |name: &&str| name.contains('.') || crush_library::function(name).is_none();
        let there: BTreeSet<_> = ROW.iter().map(|&(name, _)| name).filter(dotted).collect();
        assert_eq!(declared, there);
        let names: BTreeSet<_> = ROW.iter().map(|&(name, _)| name).collect();
        assert_eq!(names.len(), ROW.len(), "each once");
    }
}
