//! The one style of CRUSH: prints a program as everybody prints it.
//!
//! Nothing changes but white space, the `;` that a line break stands for, and commas before a closing bracket. Comments stay,
//! empty lines stay (one for many), strings and blocks of other languages stay to the byte, and a statement that does not
//! parse stays as it is. What the style is, and why, is told in `docs/formatting.md`.

mod broken;
mod doc;
mod print;
mod rules;
mod syntax;
mod writer;

use crush_syntax::Tree;

use crate::doc::Element;
use crate::syntax::Syntax;
use crate::writer::Writer;

/// The text of `tree`, formatted.
pub fn format(tree: &Tree) -> String {
    let text = tree.text().to_string();
    let mut syntax = Syntax::new(tree);
    syntax.mark_kept(&text);
    let mut writer = Writer::new(&text, &syntax);
    writer.source_file();
    let line_break = if first_line_is_crlf(&text) { "\r\n" } else { "\n" };
    let mark = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK } else { "" };
    let body = print::print(&writer.document.elements, &text, line_break);
    let is_kept = matches!(writer.document.elements.last(), Some(Element::Raw { .. }));
    let end = if body.is_empty() || is_kept { "" } else { line_break };
    [mark, &body, end].concat()
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

fn first_line_is_crlf(text: &str) -> bool {
    text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'))
}
