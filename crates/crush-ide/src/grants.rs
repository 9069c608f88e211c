//! What a program calls and was not granted (H1), so that the user can be asked.

use crush_host::{Grants, Host};
use crush_library::Grant;
use crush_vm::{CapabilityProblem, Fault, FaultKind};

use crate::FileAnalysis;
use crate::evaluation::{Evaluation, Outcome};
use crate::modules::FilePlace;
use crate::program::refused_capabilities;

/// A grant that a program lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingGrant {
    /// Which.
    pub grant: Grant,
    /// As much of it as the program needs, as it is written behind `--allow`: `time`, `polyglot=python`. What a directory is
    /// for `fs`, who asks knows.
    pub spelling: String,
    /// What the program calls with it.
    pub calls: Vec<MissingCall>,
}

/// Where a program first calls something that it was not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingCall {
    /// The capability.
    pub capability: String,
    /// What it does.
    pub does: &'static str,
    /// Where.
    pub place: FilePlace,
}

impl MissingGrant {
    /// What it allows, in a few words.
    pub fn allows(&self) -> String {
        match self.spelling.split_once('=') {
            Some((_, name)) => format!("blocks of {name}, run as child processes"),
            None => self.grant.allows().to_owned(),
        }
    }
}

/// What a program lacks of what it calls, whether a run comes to it or not; nothing when it does not compile.
pub fn missing_grants(analysis: &FileAnalysis, grants: &Grants) -> Vec<MissingGrant> {
    let Ok(program) = analysis.compile() else { return Vec::new() };
    let mut nowhere = std::io::sink();
    let host = Host::in_background(grants, &mut nowhere);
    let mut missing: Vec<MissingGrant> = Vec::new();
    for fault in refused_capabilities(&program, &host) {
        let Some((name, grant)) = denied(&fault) else { continue };
        let spelling = spelling(name, grant);
        let does = crush_library::capability(name).map_or("", |declaration| declaration.summary);
        let call = MissingCall { capability: name.to_owned(), does, place: FilePlace::from(fault.primary) };
        match missing.iter_mut().find(|known| known.spelling == spelling) {
            Some(known) => known.calls.push(call),
            None => missing.push(MissingGrant { grant, spelling, calls: vec![call] }),
        }
    }
    missing
}

/// What a run lacked when a missing grant halted it: all that its program calls. Nothing when it ended otherwise.
pub fn grants_lacked_by(evaluation: &Evaluation) -> Vec<MissingGrant> {
    match evaluation.outcome() {
        Outcome::Faulted(fault) if denied(fault).is_some() => {
            missing_grants(evaluation.analysis(), evaluation.outside().grants())
        }
        _ => Vec::new(),
    }
}

/// The grant that a run was halted for want of.
pub fn grant_lacked_at(fault: &Fault) -> Option<Grant> {
    denied(fault).map(|(_, grant)| grant)
}

/// The capability that was called, and the grant for it. One that nobody can give is nothing to ask for.
fn denied(fault: &Fault) -> Option<(&str, Grant)> {
    match &fault.kind {
        FaultKind::Capability { name, problem: CapabilityProblem::Denied { grant } } if *grant != Grant::Semantic => {
            Some((name, *grant))
        }
        _ => None,
    }
}

fn spelling(capability: &str, grant: Grant) -> String {
    match capability.strip_prefix("polyglot.") {
        Some(language) => format!("{}={language}", grant.word()),
        None => grant.word().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::analysis;

    const PROGRAM: &str = "let t = time.now()\nif t < 0 {\n  print(fs.read(\"a\"))\n  print(fs.list(\".\"))\n}\n";

    fn told(grants: &Grants) -> Vec<String> {
        let missing = missing_grants(&analysis(PROGRAM), grants);
        missing.iter().map(|it| format!("{} for {}, {}", it.spelling, it.calls[0].capability, it.calls.len())).collect()
    }

    #[test]
    fn everything_that_is_called_is_told() {
        let mut grants = Grants::none();
        assert_eq!(told(&grants), ["time for time.now, 1", "fs for fs.read, 2"]);
        grants.allow("time").expect("a grant");
        assert_eq!(told(&grants), ["fs for fs.read, 2"]);
    }

    #[test]
    fn of_other_languages_only_the_one_that_is_used() {
        let missing = missing_grants(&analysis("@python { print(1) }\n"), &Grants::none());
        assert_eq!(missing[0].spelling, "polyglot=python");
        assert_eq!(missing[0].allows(), "blocks of python, run as child processes");
    }
}
