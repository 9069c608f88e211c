//! Editor features for CRUSH: plain data in, plain data out.
//!
//! Everything here speaks byte offsets and its own plain types; the protocol is somebody else's business. One file is one
//! feature: a function from a [`Snapshot`] to data. Nothing waits, nothing touches files or clocks.

mod analysis;
mod arena_view;
mod calls;
mod checks;
mod codes;
mod completion;
mod config;
mod definition;
mod diagnostics;
mod drawing;
mod ended;
mod evaluation;
mod faded;
mod fixes;
#[cfg(test)]
mod fixture;
mod formatting;
mod grants;
mod halfway;
mod hints;
mod hover;
mod lenses;
mod links;
mod meaning;
mod modules;
mod names;
mod nodes;
mod notes;
mod outline;
mod program;
mod program_files;
mod reach;
mod refactorings;
mod references;
mod rename;
mod search;
mod selection;
mod session;
mod signature;
mod suppression;
mod symbols;
mod syntax;
pub mod time;
mod tokens;
mod values;

use std::sync::Arc;

pub use analysis::FileAnalysis;
pub use arena_view::{ArenaBorrow, ArenaMoment, ArenaQuery, ArenaSlot, ArenaStats, ArenaView, arena_view};
pub use calls::{Callable, Calls, callables_at, called_at, incoming_calls, outgoing_calls};
pub use codes::{PAGES, configurable_codes, page_of};
pub use completion::{Completion, CompletionKind, Importable, completions, documentation};
pub use config::Config;
pub use crush_eval::Limits as RunLimits;
pub use crush_hir::modules::{FileKey, ModuleId, NoSources, NotLoaded, SourceFile, Sources};
pub use crush_host::{Grants, Host, Input};
pub use crush_library::nearest;
pub use crush_syntax::{LineColumn, OutOfRange, PositionEncoding, Text, TextEdit, TextRange, Tree};
pub use crush_vm::{CancelToken, Fault, FaultKind, Quotas, Scheduling, VerifiedProgram};
pub use definition::{declaration, definition, implementation};
pub use diagnostics::{
    Diagnostic, Fix, Related, Severity, diagnostics, diagnostics_and_faded, fault_diagnostic, program_diagnostics,
};
pub use drawing::{
    BorrowConflict, BorrowDrawing, DrawnBorrow, HeapBox, HeapDrawing, HeapHolder, HeapPart, HeapQuery, borrows, heap,
    heap_of,
};
pub use evaluation::{Evaluation, NotRun, Outcome, evaluate, evaluate_granted, fault_line, run_summary};
pub use faded::faded;
pub use fixes::{fix_all, fixes, safe_edits};
pub use formatting::{Formatted, SaysAnother, format_edits, format_range_edits, format_text, format_typed_edits};
pub use grants::{MissingCall, MissingGrant, grant_lacked_at, grants_lacked_by, missing_grants};
pub use hints::{HintKind, HintOptions, InlayHint, inlay_hints};
pub use hover::{Hover, hover};
pub use lenses::{Lens, LensKind, lenses};
pub use links::{Link, import_path_edits, links};
pub use modules::FilePlace;
pub use notes::{LineNote, NoteKind, line_notes};
pub use outline::{FlatSymbol, Outline, flat_symbols, outline};
pub use program::{
    AssemblyError, Ran, RunError, Took, assembled, assembly, listing, refused_capabilities, run, run_program,
};
pub use refactorings::{Refactoring, RefactoringKind, refactorings};
pub use references::{Highlight, Reference, Role, Target, highlights, references, target_at};
pub use rename::{FileEdit, Renameable, check_name, prepare_rename, rename_conflict, rename_edits};
pub use search::fitness;
pub use selection::selections;
pub use session::{Entered, Session};
pub use signature::{SignatureHelp, signature_help};
pub use suppression::suppress;
pub use symbols::{Symbol, SymbolKind, symbols};
pub use syntax::{SyntaxNode, folds, syntax_nodes};
pub use tokens::{SemanticToken, TokenKind, TokenModifiers, semantic_tokens};

/// An immutable view of a document: what the features read.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The text and what is known of it.
    pub analysis: FileAnalysis,
    /// The last run.
    pub evaluation: Option<Arc<Evaluation>>,
    /// Whether that run ran this very text.
    pub evaluation_is_current: bool,
}

impl Snapshot {
    /// A document that has not run.
    pub fn unevaluated(analysis: FileAnalysis) -> Self {
        Self { analysis, evaluation: None, evaluation_is_current: false }
    }

    /// A document that has just run.
    pub fn evaluated(analysis: FileAnalysis, evaluation: Evaluation) -> Self {
        Self { analysis, evaluation: Some(Arc::new(evaluation)), evaluation_is_current: true }
    }
}
