//! What is proposed.

use std::collections::HashSet;

use crush_syntax::{TextEdit, TextRange};

/// Something that can be written at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What it is called.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// What is shown beside it: a signature, a type, where it comes from.
    pub detail: String,
    /// What [`documentation`](super::documentation) is asked for, when there is more to say.
    pub key: Option<String>,
    /// What is inserted.
    pub insert: String,
    /// Whether that has places to fill in.
    pub is_snippet: bool,
    /// What it takes the place of.
    pub replaces: TextRange,
    /// What else is edited: an import that it needs.
    pub more: Vec<TextEdit>,
    /// How far away it is: 0 is nearest.
    pub distance: u32,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named by what it is")]
pub enum CompletionKind {
    Variable,
    Function,
    Method,
    Field,
    Key,
    Struct,
    Trait,
    Type,
    Module,
    Keyword,
    Snippet,
}

/// What was found so far. Of two with one label of one kind, the first stays: it is the nearer one.
pub(super) struct Items {
    found: Vec<Completion>,
    seen: HashSet<String>,
    word: TextRange,
    /// What was typed of the word, in small letters.
    typed: String,
    with_snippets: bool,
}

impl Items {
    pub(super) fn new(word: TextRange, typed: &str, with_snippets: bool) -> Self {
        Self { found: Vec::new(), seen: HashSet::new(), word, typed: typed.to_lowercase(), with_snippets }
    }

    /// Whether what was typed may stand for a label: its letters are in it in that order. What is not wanted is not added, so
    /// nobody has to put together what would be said of it.
    pub(super) fn wants(&self, label: &str) -> bool {
        let mut rest = label.chars().flat_map(char::to_lowercase);
        self.typed.chars().all(|wanted| rest.any(|c| c == wanted))
    }

    /// Adds a name, if it is wanted.
    pub(super) fn add(
        &mut self,
        label: &str,
        kind: CompletionKind,
        distance: u32,
        detail: String,
    ) -> Option<&mut Completion> {
        if !self.wants(label) || !self.seen.insert(label.to_owned()) {
            return None;
        }
        self.found.push(Completion {
            label: label.to_owned(),
            kind,
            detail,
            key: None,
            insert: label.to_owned(),
            is_snippet: false,
            replaces: self.word,
            more: Vec::new(),
            distance,
        });
        self.found.last_mut()
    }

    /// Adds a function with its parameters: the client fills them in, if it can.
    pub(super) fn add_call(
        &mut self,
        label: &str,
        kind: CompletionKind,
        distance: u32,
        detail: String,
        has_parameters: bool,
    ) -> Option<&mut Completion> {
        let with_snippets = self.with_snippets;
        let item = self.add(label, kind, distance, detail)?;
        match (has_parameters, with_snippets) {
            (false, _) => item.insert = format!("{label}()"),
            (true, true) => {
                item.insert = format!("{label}($0)");
                item.is_snippet = true;
            }
            (true, false) => {}
        }
        Some(item)
    }

    /// Adds a construct: the whole of it where the client fills it in, its first word elsewhere.
    pub(super) fn add_snippet(&mut self, word: &str, snippet: &str, detail: &str, distance: u32) {
        let kind = if self.with_snippets { CompletionKind::Snippet } else { CompletionKind::Keyword };
        self.add_filled_in(word, snippet, kind, distance, detail.to_owned());
    }

    /// Adds a name that the client fills in, if it can.
    pub(super) fn add_filled_in(
        &mut self,
        label: &str,
        snippet: &str,
        kind: CompletionKind,
        distance: u32,
        detail: String,
    ) {
        let with_snippets = self.with_snippets;
        if let Some(item) = self.add(label, kind, distance, detail)
            && with_snippets
        {
            item.insert = snippet.to_owned();
            item.is_snippet = true;
        }
    }

    /// All of it, the nearest first.
    pub(super) fn finish(mut self) -> Vec<Completion> {
        self.found.sort_by(|left, right| (left.distance, &left.label).cmp(&(right.distance, &right.label)));
        self.found
    }
}
