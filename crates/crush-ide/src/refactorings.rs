//! Changes of the text that leave what the program does as it is: something gets a name, loses it, or is said in another way.
//!
//! One file is one family. Each says under which conditions its change is right: what is evaluated in which order, which
//! variable is seen where, which borrow lives how long. Then the change is tried on a copy of what is known, as a fix is, and
//! is offered only where that reports nothing new. Where the text does not parse nothing is offered.

mod extract_function;
mod extract_variable;
mod inline_function;
mod inline_variable;
mod lambda;
mod loops;
mod order;
mod outside;
mod place;
mod trial;
mod variables;
mod wording;

use crush_syntax::{TextEdit, TextRange};

use crate::FileAnalysis;
use place::Place;

/// A change that leaves what the program does as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refactoring {
    /// What sort of change.
    pub kind: RefactoringKind,
    /// What it does.
    pub title: String,
    /// What replaces what, in the order of the text; all in terms of the text before.
    pub edits: Vec<TextEdit>,
}

/// A sort of refactoring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefactoringKind {
    /// Something gets a name.
    Extract,
    /// A name gives way to what it stands for.
    Inline,
    /// The same is said in another way.
    Rewrite,
}

impl RefactoringKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Extract, Self::Inline, Self::Rewrite];
}

/// The refactorings of these kinds at a selection, or at a cursor where `range` is empty.
pub fn refactorings(analysis: &FileAnalysis, range: TextRange, kinds: &[RefactoringKind]) -> Vec<Refactoring> {
    let Some(place) = Place::new(analysis, range) else { return Vec::new() };
    let mut found: Vec<Refactoring> = Vec::new();
    for kind in kinds {
        match kind {
            RefactoringKind::Extract => {
                found.extend(extract_variable::extract(&place));
                found.extend(extract_function::extract(&place));
            }
            RefactoringKind::Inline => {
                found.extend(inline_variable::inline(&place));
                found.extend(inline_function::inline(&place));
            }
            RefactoringKind::Rewrite => {
                found.extend(lambda::respell(&place));
                found.extend(loops::over_values(&place));
                found.extend(loops::over_indexes(&place));
            }
        }
    }
    found
}

impl Refactoring {
    /// The change, if it is right as far as the analysis tells.
    fn tried(place: &Place<'_>, kind: RefactoringKind, title: String, mut edits: Vec<TextEdit>) -> Option<Self> {
        edits.sort_by_key(|edit| edit.range);
        trial::brings_nothing_new(place.analysis, &edits).then_some(Self { kind, title, edits })
    }
}
