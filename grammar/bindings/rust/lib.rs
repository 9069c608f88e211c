//! The tree-sitter grammar of CRUSH.
