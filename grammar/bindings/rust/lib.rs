//! The tree-sitter grammar of CRUSH: the language, the types of its nodes and its queries.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_crush() -> *const ();
}

/// The language, for `tree_sitter::Parser::set_language(&LANGUAGE.into())`.
// SAFETY: `tree_sitter_crush` is the generated parser's entry point, which returns a static `TSLanguage`.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_crush) };

/// The types of the nodes, as tree-sitter describes them in JSON.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");

/// The query for syntax highlighting.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");

/// The query for scopes, definitions and references.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");

/// The query for what can be folded.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");

/// The query for indentation, with the captures of Neovim.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");

/// The query for the languages inside polyglot blocks.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");

/// The query for symbols: what a file defines and refers to.
pub const TAGS_QUERY: &str = include_str!("../../queries/tags.scm");
