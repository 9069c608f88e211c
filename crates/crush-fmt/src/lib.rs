//! The one style of CRUSH: prints a program as everybody prints it.
//!
//! Nothing changes but white space, the `;` that a line break stands for, and commas before a closing bracket. Comments stay,
//! empty lines stay (one for many), strings and blocks of other languages stay to the byte, and a statement that does not
//! parse stays as it is. What the style is, and why, is told in `docs/formatting.md`.

mod broken;
mod doc;
mod edits;
mod part;
mod print;
mod range;
mod rules;
mod same;
mod syntax;
mod writer;

use std::ops::Range;

use crush_syntax::{Text, TextEdit, TextRange, Tree};

use crate::doc::Element;
use crate::part::Joints;
use crate::syntax::Syntax;
use crate::writer::Writer;

/// The text of `tree`, formatted.
pub fn format(tree: &Tree) -> String {
    let text = tree.text().to_string();
    formatted(&text, &syntax(tree, &text, 0..text.len()), 0..text.len())
}

/// The text of `tree`, formatted, after a second look: read again, it says the same.
///
/// # Errors
///
/// [`SaysAnother`] if it does not. That may happen around statements that do not parse: how much of a text an error takes
/// with it depends on what is around it.
pub fn format_checked(tree: &Tree) -> Result<String, SaysAnother> {
    let text = tree.text().to_string();
    let before = syntax(tree, &text, 0..text.len());
    let formatted = formatted(&text, &before, 0..text.len());
    let after = Syntax::new(&Tree::parse(Text::from(formatted.as_str())));
    let is_same = same::say_the_same((&before, &text), (&after, &formatted));
    if is_same { Ok(formatted) } else { Err(SaysAnother) }
}

/// A formatted text that would not say what the text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaysAnother;

impl std::fmt::Display for SaysAnother {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("formatted, it would read differently around what does not parse")
    }
}

impl std::error::Error for SaysAnother {}

/// The edits that format the text of `tree`: in order, and only of what stands between two tokens, so that a cursor in a
/// token stays there.
pub fn format_edits(tree: &Tree) -> Vec<TextEdit> {
    let text = tree.text().to_string();
    Joints::of(tree, &text).edits(tree, &text, PART)
}

/// How many bytes of a text are formatted at a time: what a document of them takes is little, and so is what the ends of a
/// part cost.
const PART: usize = 1 << 16;

/// The edits that format the statements which `range` touches.
pub fn format_range_edits(tree: &Tree, range: TextRange) -> Vec<TextEdit> {
    edits_within(tree, range::statements(tree, range))
}

/// The edits that format what was ended by typing `typed`, a `}` or a line break, in front of `offset`.
pub fn format_typed_edits(tree: &Tree, offset: usize, typed: char) -> Vec<TextEdit> {
    range::ended_at(tree, offset, typed).map_or_else(Vec::new, |range| edits_within(tree, range))
}

fn edits_within(tree: &Tree, range: TextRange) -> Vec<TextEdit> {
    let text = tree.text().to_string();
    Joints::of(tree, &text).edits_within(tree, &text, range)
}

/// Where the text of `tree` first does not parse.
pub fn first_error(tree: &Tree) -> Option<usize> {
    let mut node = tree.root();
    if !node.has_error() {
        return None;
    }
    loop {
        let mut cursor = node.walk();
        match node.children(&mut cursor).find(|child| child.has_error() || child.is_missing()) {
            Some(child) if !node.is_error() => node = child,
            _ => return Some(node.start_byte()),
        }
    }
}

fn syntax(tree: &Tree, text: &str, part: Range<usize>) -> Syntax {
    let mut syntax = Syntax::of_part(tree, part);
    syntax.mark_kept(text);
    syntax
}

/// The items of `syntax`, which stand in `part` of `text`, formatted.
fn formatted(text: &str, syntax: &Syntax, part: Range<usize>) -> String {
    let mut writer = Writer::new(text, syntax, part.start);
    writer.source_file(part.end);
    let line_break = if first_line_is_crlf(text) { "\r\n" } else { "\n" };
    let mark = if part.start == 0 && text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK } else { "" };
    let body = print::print(&writer.document.elements, text, line_break);
    let is_kept = matches!(writer.document.elements.last(), Some(Element::Raw { .. }));
    let end = if body.is_empty() || is_kept || part.end < text.len() { "" } else { line_break };
    [mark, &body, end].concat()
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

fn first_line_is_crlf(text: &str) -> bool {
    text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'))
}
