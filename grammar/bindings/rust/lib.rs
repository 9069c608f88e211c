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
