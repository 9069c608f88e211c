//! Ways out of a borrow report that an editor can apply.
//!
//! What could help is proposed from the shape of the text, one file a family of ways. What is offered has been tried: the
//! change is applied to a copy of the analysis, and must make the report go away without a new one.

mod all;
mod collect;
mod copy;
mod handle;
mod narrow;
mod site;
mod trial;
mod undrop;
mod unneeded;

use crush_hir::modules::ModuleId;
use crush_syntax::{TextEdit, TextRange};

use crate::FileAnalysis;
use crate::codes;
use crate::diagnostics::{Diagnostic, Fix};
pub use all::{fix_all, safe_edits};
use site::Site;

/// The ways out of a report that can be applied to the file, the best first.
pub fn fixes(analysis: &FileAnalysis, report: &Diagnostic) -> Vec<Fix> {
    if report.file != ModuleId::ROOT {
        return Vec::new();
    }
    let mut fixes = report.fixes.clone();
    if codes::is_borrow_report(&report.code) {
        fixes.extend(proposals(&Site::new(analysis, report)));
        trial::keep_what_helps(analysis, report, &mut fixes);
    } else if codes::is_unneeded(&report.code) {
        fixes.extend(unneeded::leave_out(analysis, report));
        fixes.extend(unneeded::name_it_so(analysis, report));
    }
    fixes
}

fn proposals(site: &Site<'_>) -> Vec<Fix> {
    let mut fixes = Vec::new();
    fixes.extend(copy::iterate_over_a_copy(site));
    fixes.extend(copy::give_a_copy(site));
    fixes.extend(collect::change_after_the_loop(site));
    fixes.extend(handle::use_the_handle(site));
    fixes.extend(handle::borrow_exclusively(site));
    fixes.extend(narrow::borrow_later(site));
    fixes.extend(narrow::end_the_borrow(site));
    fixes.extend(narrow::interrupt_the_borrow(site));
    fixes.extend(undrop::do_not_drop(site));
    fixes.extend(handle::take_the_value(site));
    fixes
}

/// A fix of one replacement.
fn replacing(title: impl Into<String>, range: TextRange, new_text: impl Into<String>) -> Fix {
    Fix { title: title.into(), edits: vec![TextEdit { range, new_text: new_text.into() }], is_safe: false }
}

impl Fix {
    /// The same, where nobody has to look at it.
    fn safely(self) -> Self {
        Self { is_safe: true, ..self }
    }
}
