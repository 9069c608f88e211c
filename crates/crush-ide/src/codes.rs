//! Which codes there are for those who write them down: in a comment, and in `crush.toml`.

use std::borrow::Cow;

use crush_borrowck::Code;

use crate::diagnostics::{Diagnostic, Severity};

/// A comment suppresses what is not reported.
pub(crate) const UNUSED_SUPPRESSION: &str = "unused-suppression";
/// A comment, or `crush.toml`, names a code that there is not.
pub(crate) const UNKNOWN_CODE: &str = "unknown-code";
/// A comment begins like one that suppresses, and goes on otherwise.
pub(crate) const INVALID_SUPPRESSION: &str = "invalid-suppression";
/// `crush.toml` says what makes no sense.
pub(crate) const INVALID_SETTINGS: &str = "invalid-settings";

/// Codes that also stand for what a program runs in spite of.
const WARNINGS: &[&str] = &["duplicate-function", "implicit-output", "unknown-name", "wrong-arity"];

/// What nothing needs.
pub(crate) const UNUSED_NAME: &str = "unused-name";
/// What nothing reaches.
pub(crate) const UNREACHABLE_CODE: &str = "unreachable-code";

/// Codes of what nothing needs: editors show it faded, and nobody is told otherwise, unless a project wants it.
const UNNEEDED: &[&str] = &[UNREACHABLE_CODE, UNUSED_NAME];

/// Codes that only stand for what keeps a program from running.
const REFUSALS: &[&str] = &[
    "borrow-of-immediate",
    "conflicting-results",
    "duplicate-field",
    "duplicate-method",
    "float-range",
    "import-cycle",
    "integer-range",
    "invalid-assignment",
    "invalid-kind",
    "main-parameters",
    "missing-field",
    "missing-method",
    "module-has-errors",
    "module-not-found",
    "module-statement",
    "name-clash",
    "nested-too-deeply",
    "new-arguments",
    "no-fields",
    "no-outputs",
    "not-exported",
    "not-in-trait",
    "not-iterable",
    "not-supported",
    "output-not-given",
    "outside-loop",
    "syntax",
    "too-large",
    "unknown-field",
    "unknown-language",
    "unknown-struct",
    "unknown-trait",
    "unknown-type",
    "wrong-argument",
    "wrong-condition",
    "wrong-operand",
    "wrong-type",
];

macro_rules! pages {
    ($($code:literal),* $(,)?) => {
        /// Each code that has a page, by its name, and the text of the page.
        pub const PAGES: &[(&str, &str)] =
            &[$(($code, include_str!(concat!("../../../docs/diagnostics/", $code, ".md")))),*];
    };
}

pages![
    "borrow-of-immediate",
    "borrow-outlives-scope",
    "borrowed-twice",
    "callback-changes-argument",
    "changed-while-borrowed",
    "changed-while-iterated",
    "conflicting-results",
    "dropped-while-borrowed",
    "duplicate-field",
    "duplicate-function",
    "duplicate-method",
    "float-range",
    "handle-sent-to-task",
    "implicit-output",
    "integer-range",
    "invalid-assignment",
    "invalid-kind",
    "invalid-settings",
    "invalid-suppression",
    "main-parameters",
    "missing-field",
    "missing-method",
    "nested-too-deeply",
    "new-arguments",
    "no-fields",
    "no-outputs",
    "not-in-trait",
    "not-iterable",
    "output-not-given",
    "outside-loop",
    "read-while-exclusive",
    "too-large-to-analyse",
    "unknown-code",
    "unknown-field",
    "unknown-language",
    "unknown-name",
    "unknown-struct",
    "unknown-trait",
    "unknown-type",
    "unreachable-code",
    "unused-name",
    "unused-suppression",
    "use-after-drop",
    "written-through-shared",
    "wrong-argument",
    "wrong-arity",
    "wrong-condition",
    "wrong-operand",
    "wrong-type",
];

/// Where the pages are.
const PAGES_AT: &str = "https://github.com/crush-analyzer/crush-analyzer/blob/main/docs/diagnostics";

/// The address of the page of a code, if it has one.
pub fn page_of(code: &str) -> Option<String> {
    PAGES.iter().any(|(known, _)| *known == code).then(|| format!("{PAGES_AT}/{code}.md"))
}

/// The codes that a comment can suppress.
pub(crate) fn suppressible() -> impl Iterator<Item = &'static str> {
    Code::ALL.iter().map(|code| code.as_str()).chain(WARNINGS.iter().copied()).chain(UNNEEDED.iter().copied())
}

/// The codes that `crush.toml` can give a severity.
pub fn configurable_codes() -> impl Iterator<Item = &'static str> {
    suppressible().chain([UNUSED_SUPPRESSION, UNKNOWN_CODE, INVALID_SUPPRESSION])
}

/// Whether a code stands only for what keeps a program from running.
pub(crate) fn is_refusal(code: &str) -> bool {
    REFUSALS.contains(&code)
}

/// Whether a code is about what nothing needs.
pub(crate) fn is_unneeded(code: &str) -> bool {
    UNNEEDED.contains(&code)
}

/// Whether a code is one of the borrow analysis.
pub(crate) fn is_borrow_report(code: &str) -> bool {
    Code::ALL.iter().any(|known| known.as_str() == code)
}

impl Diagnostic {
    /// Whether a comment or `crush.toml` may have a say in it. Nobody is helped by a program that does not run and does not
    /// say why; and what a run saw has happened.
    pub(crate) fn is_negotiable(&self) -> bool {
        let is_refusal = self.severity == Severity::Error && !is_borrow_report(&self.code);
        !is_refusal && self.fault_kind.is_none() && configurable_codes().any(|code| code == self.code)
    }
}

/// What to say of a code that cannot be meant: `known` are those that can.
pub(crate) fn unknown_code(code: &str, known: impl Iterator<Item = &'static str>) -> (String, Option<&'static str>) {
    let near = crush_library::nearest(code, known);
    let hint = near.map_or(Cow::Borrowed(""), |near| format!(": did you mean `{near}`?").into());
    (format!("there is no code `{code}`{hint}"), near)
}

#[cfg(test)]
mod tests {
    use super::PAGES;

    #[test]
    fn every_page_is_known() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnostics");
        let is_there = |(code, _): &&(&str, &str)| std::path::Path::new(folder).join(format!("{code}.md")).exists();
        assert_eq!(PAGES.iter().filter(is_there).count(), PAGES.len());
        assert!(PAGES.is_sorted());
    }
}
