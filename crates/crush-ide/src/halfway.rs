//! Half-written code, made whole: what stands before the cursor, a name at the cursor, and everything closed behind it.
//!
//! What is being typed rarely parses, and what stands behind it may be of another statement. So the function or statement that
//! the cursor is in is cut off at the cursor and closed; the rest of the file stays as it is. Then the parser, the names and
//! the values say what they say of any program.

use crush_hir::file::BodyId;
use crush_syntax::{Node, Text, TextEdit, TextRange, Tree};

use crate::FileAnalysis;

/// The name that stands in for what is being typed. No program has it.
const MARKER: &str = "crush_cursor_is_here_";

/// What may have to follow so that it parses: the name, the first bracket that is closed, and the last one.
const ENDINGS: [[&str; 3]; 6] =
    [["", "", ""], [" {}", "", ""], ["", "", " {}"], ["()", "", ""], [" => 0", "", ""], [": _", " => 0", ""]];

/// A text that is whole but for what is being typed.
pub(crate) struct Halfway {
    /// The text with the marker in it.
    pub(crate) analysis: FileAnalysis,
    /// Where the marker stands in it.
    pub(crate) marker: TextRange,
    /// The word in the original text that the marker stands for: what was typed of it, and what follows.
    pub(crate) word: TextRange,
    /// What was typed of it.
    pub(crate) typed: String,
}

impl Halfway {
    /// Makes the text whole around `offset`; `None` where no name can stand: in strings, comments and other languages.
    pub(crate) fn at(analysis: &FileAnalysis, offset: usize) -> Option<Self> {
        let text = analysis.text();
        let word = word_at(text, offset);
        let typed = text.slice(TextRange::new(word.start, offset.min(text.len()).max(word.start))).into_owned();
        if typed.starts_with(|c: char| c.is_numeric()) || is_foreign(analysis.tree().node_at(word.start), word.start) {
            return None;
        }
        let start = start_of_part(text, word.start);
        let closers = closers(analysis, start, word.start);
        let end = end_of_part(text, word, start, closers.is_empty());
        let (first_closer, others) = closers.split_at(closers.len().min(1));
        let endings = ENDINGS.map(|[behind_name, behind_first, behind_all]| {
            format!("{MARKER}{behind_name}{first_closer}{behind_first}{others}{behind_all}\n")
        });
        let ending = fitting(&text.slice(TextRange::new(start, word.start)), &endings)?;
        let edit = TextEdit { range: TextRange::new(word.start, end), new_text: ending.clone() };
        let marker = TextRange::new(word.start, word.start + MARKER.len());
        let halfway = Self { analysis: analysis.sketch(&[edit]), marker, word, typed };
        halfway.marker_node().is_some().then_some(halfway)
    }

    /// The marker in the tree.
    pub(crate) fn marker_node(&self) -> Option<Node<'_>> {
        marker_at(self.analysis.tree(), self.marker.start)
    }

    /// The body that the marker stands in.
    pub(crate) fn body(&self) -> Option<BodyId> {
        self.analysis.hir().body_at(self.marker.start)
    }

    /// Where the marker starts in its body.
    pub(crate) fn start_in_body(&self) -> Option<u32> {
        self.analysis.hir().body_map(self.body()?).from_file(u32::try_from(self.marker.start).ok()?)
    }
}

/// The first of `endings` with which what stands before it parses; failing that, the first that leaves the marker a name.
///
/// That is seen in the part alone, so the rest of the file is looked at once.
fn fitting<'e>(before: &str, endings: &'e [String]) -> Option<&'e String> {
    let first = endings.first()?;
    let tree = Tree::parse(Text::from(format!("{before}{first}").as_str()));
    let behind = TextRange::new(before.len(), before.len() + first.len());
    let mut named = None;
    for ending in endings {
        let tree = match ending == first {
            true => tree.clone(),
            false => tree.sketched(&[TextEdit { range: behind, new_text: ending.clone() }]),
        };
        match marker_at(&tree, before.len()) {
            Some(node) if !is_broken(node) => return Some(ending),
            Some(_) => _ = named.get_or_insert(ending),
            None => {}
        }
    }
    named
}

/// The marker, where it stands as a name.
fn marker_at(tree: &Tree, offset: usize) -> Option<Node<'_>> {
    let node = tree.node_at(offset);
    (node.kind() == "identifier" && node.start_byte() == offset).then_some(node)
}

/// Whether something between a node and its item did not parse.
fn is_broken(node: Node<'_>) -> bool {
    let mut node = node;
    loop {
        let Some(parent) = node.parent() else { return false };
        if parent.parent().is_none() {
            return node.has_error();
        }
        node = parent;
    }
}

/// Whether `offset` is inside a node of which the text is none of ours.
fn is_foreign(mut node: Node<'_>, offset: usize) -> bool {
    loop {
        let is_inside = node.start_byte() < offset;
        match node.kind() {
            "string" => return is_inside && offset < node.end_byte(),
            "comment" => return is_inside,
            "polyglot_body" | "polyglot_block" => return is_inside && offset < node.end_byte(),
            _ => {}
        }
        match node.parent() {
            Some(parent) => node = parent,
            None => return false,
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The word around `offset`; empty where there is none.
pub(crate) fn word_at(text: &Text, offset: usize) -> TextRange {
    let offset = text.floor_boundary(offset);
    let Some(line) = text.line_range(text.line_of(offset)) else { return TextRange::empty(offset) };
    let content = text.slice(line);
    let at = offset.saturating_sub(line.start).min(content.len());
    let before: usize = content[..at].chars().rev().take_while(|c| is_word(*c)).map(char::len_utf8).sum();
    let behind: usize = content[at..].chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum();
    TextRange::new(offset - before, offset + behind)
}

/// The first character of a line.
fn first_of(text: &Text, line: usize) -> Option<(usize, char)> {
    let range = text.line_range(line)?;
    let first = text.slice(TextRange::new(range.start, text.floor_boundary(range.end.min(range.start + 8))));
    Some((range.start, first.chars().next()?))
}

/// The start of the top-level statement or declaration that `offset` is in, by its indentation.
fn start_of_part(text: &Text, offset: usize) -> usize {
    let mut line = text.line_of(offset);
    loop {
        match first_of(text, line) {
            Some((start, c)) if is_word(c) || c == '@' => return start.min(offset),
            _ if line == 0 => return 0,
            _ => line -= 1,
        }
    }
}

/// Where the part ends that `word` is in: at its line, or where brackets are open, behind the line that closes it or before the
/// one that begins another.
fn end_of_part(text: &Text, word: TextRange, start: usize, is_closed: bool) -> usize {
    let line = text.line_of(word.end);
    let end_of = |line: usize| text.line_range(line).map_or(text.len(), |range| range.end);
    if is_closed {
        return end_of(line).max(word.end);
    }
    let mut next = line + 1;
    while next < text.line_count() {
        match first_of(text, next) {
            Some((_, '}' | ')' | ']')) => return end_of(next),
            Some((begin, c)) if (is_word(c) || c == '@') && begin > start => return begin.max(word.end),
            _ => next += 1,
        }
    }
    text.len()
}

/// What closes the brackets that are open between `start` and `offset`.
fn closers(analysis: &FileAnalysis, start: usize, offset: usize) -> String {
    let mut open = Vec::new();
    let mut cursor = analysis.tree().root().walk();
    let _ = cursor.goto_first_child_for_byte(start);
    loop {
        let node = cursor.node();
        if node.start_byte() >= offset {
            break;
        }
        let is_whole = matches!(node.kind(), "string" | "comment" | "polyglot_body");
        if node.end_byte() > start && !is_whole && cursor.goto_first_child() {
            continue;
        }
        if node.end_byte() <= offset && node.start_byte() >= start && node.start_byte() < node.end_byte() {
            match node.kind() {
                "{" => open.push('}'),
                "(" => open.push(')'),
                "[" => open.push(']'),
                "}" | ")" | "]" => _ = open.pop(),
                _ => {}
            }
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return open.into_iter().rev().collect();
            }
        }
    }
    open.into_iter().rev().collect()
}
