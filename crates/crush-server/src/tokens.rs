//! Semantic tokens as the protocol has them: numbers, each counted from the token before it, and what changed since the last.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crush_ide::{TextRange, TokenKind, TokenModifiers};
use dashmap::DashMap;
use tower_lsp::ls_types::{
    SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensDelta, SemanticTokensEdit,
    SemanticTokensFullDeltaResult, SemanticTokensFullOptions, SemanticTokensLegend, SemanticTokensOptions,
    WorkDoneProgressOptions,
};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;
use crate::uri::DocumentKey;

/// The kinds, in the order of their numbers.
const KINDS: [(TokenKind, SemanticTokenType); 8] = [
    (TokenKind::Variable, SemanticTokenType::VARIABLE),
    (TokenKind::Parameter, SemanticTokenType::PARAMETER),
    (TokenKind::Function, SemanticTokenType::FUNCTION),
    (TokenKind::Method, SemanticTokenType::METHOD),
    (TokenKind::Property, SemanticTokenType::PROPERTY),
    (TokenKind::Struct, SemanticTokenType::STRUCT),
    (TokenKind::Interface, SemanticTokenType::INTERFACE),
    (TokenKind::Namespace, SemanticTokenType::NAMESPACE),
];

/// The modifiers, in the order of their bits.
const MODIFIERS: [&str; 6] = ["declaration", "mutable", "borrowed", "exclusivelyBorrowed", "dropped", "defaultLibrary"];

/// What the server tells of them.
pub(crate) fn options() -> SemanticTokensOptions {
    SemanticTokensOptions {
        work_done_progress_options: WorkDoneProgressOptions::default(),
        legend: SemanticTokensLegend {
            token_types: KINDS.map(|(_, kind)| kind).to_vec(),
            token_modifiers: MODIFIERS.map(SemanticTokenModifier::from).to_vec(),
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
    }
}

/// The tokens that each client was told last.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<DashMap<DocumentKey, (String, Vec<SemanticToken>)>>);

impl Told {
    /// Forgets a document.
    pub(crate) fn forget(&self, key: &DocumentKey) {
        self.0.remove(key);
    }

    /// All tokens of a document.
    pub(crate) fn full(&self, document: &DocumentSnapshot, positions: Positions<'_>) -> SemanticTokens {
        let data = tokens(document, positions, TextRange::new(0, positions.text.len()));
        let result_id = id_of(&data);
        self.0.insert(DocumentKey::from(&document.uri), (result_id.clone(), data.clone()));
        SemanticTokens { result_id: Some(result_id), data }
    }

    /// What changed since the tokens called `before`; all of them when nobody remembers those.
    pub(crate) fn delta(
        &self,
        document: &DocumentSnapshot,
        positions: Positions<'_>,
        before: &str,
    ) -> SemanticTokensFullDeltaResult {
        let known = self.0.get(&DocumentKey::from(&document.uri)).filter(|known| known.0 == before);
        let Some(old) = known.map(|known| known.1.clone()) else {
            return SemanticTokensFullDeltaResult::Tokens(self.full(document, positions));
        };
        let SemanticTokens { result_id, data: new } = self.full(document, positions);
        let edits = edit_between(&old, new).into_iter().collect();
        SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id, edits })
    }
}

/// The tokens in a range.
pub(crate) fn tokens(document: &DocumentSnapshot, positions: Positions<'_>, range: TextRange) -> Vec<SemanticToken> {
    let found = crush_ide::semantic_tokens(&document.snapshot, range);
    let mut walk = positions.in_order();
    let (mut line, mut character) = (0, 0);
    let token = |token: crush_ide::SemanticToken| {
        let (start, end) = (walk.position(token.range.start), walk.position(token.range.end));
        let (delta_line, from) = (start.line - line, if start.line == line { character } else { 0 });
        (line, character) = (start.line, start.character);
        let kind = KINDS.iter().position(|(kind, _)| *kind == token.kind).unwrap_or_default();
        SemanticToken {
            delta_line,
            delta_start: start.character - from,
            length: end.character - start.character,
            token_type: u32::try_from(kind).unwrap_or_default(),
            token_modifiers_bitset: bits(token.modifiers),
        }
    };
    found.into_iter().map(token).collect()
}

fn bits(modifiers: TokenModifiers) -> u32 {
    let TokenModifiers { declaration, mutable, borrowed, exclusively_borrowed, dropped, library } = modifiers;
    let all = [declaration, mutable, borrowed, exclusively_borrowed, dropped, library];
    all.iter().zip(0..).map(|(is_set, bit)| u32::from(*is_set) << bit).sum()
}

/// Two results with one id are the same, whichever session made them.
fn id_of(data: &[SemanticToken]) -> String {
    let mut hasher = DefaultHasher::new();
    for token in data {
        let SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset } = token;
        (delta_line, delta_start, length, token_type, token_modifiers_bitset).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// The one edit that makes `new` of `old`: what stands between the same beginning and the same end. It counts numbers, of
/// which a token has five.
fn edit_between(old: &[SemanticToken], mut new: Vec<SemanticToken>) -> Option<SemanticTokensEdit> {
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(old, new)| old == new).count();
    let numbers = |tokens: usize| u32::try_from(5 * tokens).unwrap_or(u32::MAX);
    let deleted = old.len() - head - tail;
    new.truncate(new.len() - tail);
    let data = new.split_off(head);
    (deleted > 0 || !data.is_empty()).then(|| SemanticTokensEdit {
        start: numbers(head),
        delete_count: numbers(deleted),
        data: (!data.is_empty()).then_some(data),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(length: u32) -> SemanticToken {
        SemanticToken { delta_line: 0, delta_start: 1, length, token_type: 0, token_modifiers_bitset: 0 }
    }

    fn tokens(lengths: &[u32]) -> Vec<SemanticToken> {
        lengths.iter().copied().map(token).collect()
    }

    #[test]
    fn an_edit_makes_the_new_of_the_old() {
        for (old, new) in
            [(&[1, 2, 3][..], &[1, 9, 3][..]), (&[], &[1]), (&[1], &[]), (&[1, 1], &[1]), (&[1, 2], &[1, 2, 1, 2])]
        {
            let mut made = tokens(old);
            if let Some(edit) = edit_between(&tokens(old), tokens(new)) {
                let (start, deleted) = (edit.start as usize / 5, edit.delete_count as usize / 5);
                made.splice(start..start + deleted, edit.data.unwrap_or_default());
            }
            assert_eq!(made, tokens(new));
        }
        assert_eq!(edit_between(&tokens(&[1, 2]), tokens(&[1, 2])), None);
    }
}
