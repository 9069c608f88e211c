//! A tree kept up to date through edits equals the tree of a fresh parse.

use std::cell::Cell;
use std::ops::Range;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use tree_sitter::{InputEdit, Parser, Point, Tree};

const PROGRAM: &str = include_str!("programs/tour.crush");

/// What gets typed or pasted: characters that change how everything after them is read, tokens and whole lines.
const SNIPPETS: &[&str] = &[
    "\"",
    "'",
    "`",
    "\"\"\"",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\n",
    "\r\n",
    "\n\n",
    " ",
    "\t",
    "#",
    "//",
    "/*",
    "*/",
    "\\",
    "@",
    "é",
    "🦀",
    "漢",
    ".",
    ",",
    ":",
    ";",
    "::",
    "|",
    "|>",
    "&",
    "&mut ",
    "=",
    "==",
    "=>",
    "->",
    "-",
    "+",
    "!",
    "1",
    "0x",
    "1.5",
    "..",
    "a",
    "_",
    "let",
    "fn",
    "if",
    "else",
    "for",
    "in",
    "while",
    "match",
    "return",
    "and",
    "not",
    "null",
    "let x = 1\n",
    "fn f(a) {\n",
    "}\n",
    "if a {\n",
    "x.push(1)\n",
    "print(\"hi\")\n",
    "foo(",
    "P { x: 1 }",
    "@python { x = \"}\" }\n",
    "@js {",
    "for v in xs { }\n",
    "{a: 1}",
    "|a| a + 1",
    "case ",
    "impl ",
];

#[derive(Debug, Clone)]
enum Edit {
    Insert(f64, usize),
    Delete(f64, usize),
    Replace(f64, usize, usize),
    DeleteLine(f64),
    DuplicateLine(f64),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let place = 0.0..1.0f64;
    let snippet = 0..SNIPPETS.len();
    let edit = prop_oneof![
        4 => (place.clone(), snippet.clone()).prop_map(|(at, what)| Edit::Insert(at, what)),
        3 => (place.clone(), 1..6usize).prop_map(|(at, length)| Edit::Delete(at, length)),
        2 => (place.clone(), 1..12usize, snippet).prop_map(|(at, length, what)| Edit::Replace(at, length, what)),
        1 => place.clone().prop_map(Edit::DeleteLine),
        1 => place.prop_map(Edit::DuplicateLine),
    ];
    prop::collection::vec(edit, 1..24)
}

/// Where `place` (0 to 1) falls in the text, at the start of a character.
fn offset(text: &str, place: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let wanted = (place * text.len() as f64) as usize;
    text.floor_char_boundary(wanted)
}

fn line_around(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1);
    start..end
}

/// The range an edit replaces, and by what.
fn resolve(text: &str, edit: &Edit) -> (Range<usize>, String) {
    let span = |place: f64, characters: usize| {
        let start = offset(text, place);
        let length: usize = text[start..].chars().take(characters).map(char::len_utf8).sum();
        start..start + length
    };
    match *edit {
        Edit::Insert(at, what) => (span(at, 0), SNIPPETS[what].to_owned()),
        Edit::Delete(at, length) => (span(at, length), String::new()),
        Edit::Replace(at, length, what) => (span(at, length), SNIPPETS[what].to_owned()),
        Edit::DeleteLine(at) => (line_around(text, offset(text, at)), String::new()),
        Edit::DuplicateLine(at) => {
            let line = line_around(text, offset(text, at));
            (line.end..line.end, text[line].to_owned())
        }
    }
}

fn point(text: &str, at: usize) -> Point {
    let before = &text.as_bytes()[..at];
    let row = before.iter().filter(|byte| **byte == b'\n').count();
    let column = at - before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    Point { row, column }
}

fn apply(parser: &mut Parser, tree: &mut Tree, text: &mut String, edit: &Edit) {
    let (range, replacement) = resolve(text, edit);
    replace(parser, tree, text, range, &replacement);
}

fn replace(parser: &mut Parser, tree: &mut Tree, text: &mut String, range: Range<usize>, replacement: &str) {
    let start_position = point(text, range.start);
    let old_end_position = point(text, range.end);
    text.replace_range(range.clone(), replacement);
    let new_end_byte = range.start + replacement.len();
    tree.edit(&InputEdit {
        start_byte: range.start,
        old_end_byte: range.end,
        new_end_byte,
        start_position,
        old_end_position,
        new_end_position: point(text, new_end_byte),
    });
    *tree = parser.parse(text.as_str(), Some(tree)).expect("parsing is not cancelled");
}

/// A node as it is compared: depth, kind, field, place, missing or an error.
type Flat = (usize, u16, Option<std::num::NonZeroU16>, tree_sitter::Range, bool, bool);

/// Every node in order.
fn flat(tree: &Tree) -> Vec<Flat> {
    let mut nodes = Vec::new();
    let mut cursor = tree.walk();
    let mut depth = 0;
    loop {
        let node = cursor.node();
        nodes.push((depth, node.kind_id(), cursor.field_id(), node.range(), node.is_missing(), node.is_error()));
        if cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return nodes;
            }
            depth -= 1;
        }
    }
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_crush::LANGUAGE.into()).expect("the language fits the library");
    parser
}

#[test]
fn the_program_has_no_error() {
    let tree = parser().parse(PROGRAM, None).expect("parsing is not cancelled");
    assert!(!tree.root_node().has_error());
}

/// Where the text has no error the trees must be equal. Where it has, tree-sitter weighs repairs by how many nodes it
/// has made since the error, and a reused subtree counts otherwise than a fresh one: one tree in a thousand may differ.
#[test]
fn incremental_equals_fresh() {
    let config =
        Config { cases: 400, rng_seed: RngSeed::Fixed(0x0C24_5348), failure_persistence: None, ..Config::default() };
    let (compared, different) = (Cell::new(0u32), Cell::new(0u32));
    let outcome = TestRunner::new(config).run(&edits(), |edits| {
        let mut parser = parser();
        let mut text = PROGRAM.to_owned();
        let mut tree = parser.parse(&text, None).expect("parsing is not cancelled");
        for edit in &edits {
            apply(&mut parser, &mut tree, &mut text, edit);
            let fresh = parser.parse(&text, None).expect("parsing is not cancelled");
            compared.set(compared.get() + 1);
            if flat(&tree) == flat(&fresh) {
                continue;
            }
            prop_assert!(fresh.root_node().has_error(), "after {:?} in\n{}", edit, text);
            different.set(different.get() + 1);
            tree = fresh;
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let (compared, different) = (compared.get(), different.get());
    assert!(compared > 4000, "only {compared} edits were made");
    assert!(different * 1000 <= compared, "{different} of {compared} trees differ");
}

/// Undoing every edit leads back to the tree of the start.
#[test]
fn undone_edits_leave_no_trace() {
    let config =
        Config { cases: 200, rng_seed: RngSeed::Fixed(0x0C24_5349), failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&edits(), |edits| {
        let mut parser = parser();
        let mut text = PROGRAM.to_owned();
        let mut tree = parser.parse(&text, None).expect("parsing is not cancelled");
        let start = flat(&tree);
        let mut undo = Vec::new();
        for edit in &edits {
            let (range, replacement) = resolve(&text, edit);
            undo.push((range.start..range.start + replacement.len(), text[range.clone()].to_owned()));
            replace(&mut parser, &mut tree, &mut text, range, &replacement);
        }
        for (range, replacement) in undo.into_iter().rev() {
            replace(&mut parser, &mut tree, &mut text, range, &replacement);
        }
        prop_assert_eq!(&text, PROGRAM);
        prop_assert_eq!(flat(&tree), start);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
