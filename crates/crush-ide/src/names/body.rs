//! The names of one body.

use std::collections::BTreeSet;

use crush_hir::body::{LocalId, LocalKind, Name};
use crush_hir::source_map::{BodyMap, BodyRange};
use crush_syntax::TextRange;

use super::{NameUse, What};

/// Every name in a body, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BodyNames {
    /// How its variables came to be.
    pub(crate) locals: Vec<LocalKind>,
    /// The names.
    pub(crate) uses: Vec<NameUse>,
    /// The functions that it names, each once.
    pub(crate) functions: Box<[Name]>,
    /// What nothing needs, and why: names that nobody reads, and statements that nothing reaches.
    pub(crate) faded: Vec<(BodyRange, String)>,
    /// Variables that are read by their name in a text that is none of ours.
    pub(crate) hidden: Vec<Hidden>,
}

/// A variable that a polyglot block takes by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// The variable.
    pub(crate) local: LocalId,
    /// The text that names it.
    pub(crate) range: BodyRange,
}

/// The functions that names name.
pub(super) fn functions(uses: &[NameUse]) -> Box<[Name]> {
    let functions = uses.iter().filter(|it| it.what == What::Function).map(|it| &it.name);
    functions.collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

impl BodyNames {
    /// The names that stand exactly at `range` of the file.
    pub(crate) fn at(&self, map: &BodyMap, range: TextRange) -> impl Iterator<Item = &NameUse> + use<'_> {
        let start = u32::try_from(range.start).ok().and_then(|start| map.from_file(start));
        let start = start.unwrap_or(u32::MAX);
        let first = self.uses.partition_point(|name| name.range.start < start);
        self.uses[first..].iter().take_while(move |name| name.range.start == start)
    }
}
