//! What keeps a program from running.

use crush_hir::body::Severity;
use crush_syntax::TextRange;

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its stable code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What to tell the user.
    pub message: String,
    /// Where in the file.
    pub range: TextRange,
}
