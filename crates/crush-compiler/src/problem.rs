//! What keeps a program from running.

use crush_hir::body::Severity;
use crush_syntax::TextRange;
use crush_vm::FileId;

/// Something wrong in a file of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its stable code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What to tell the user.
    pub message: String,
    /// The file.
    pub file: FileId,
    /// Where in the file.
    pub range: TextRange,
}
