//! From a document to text: decides which groups stand on one line.

use crate::doc::{Element, Group};

/// Lines are no longer than this, where they can be broken.
pub(crate) const WIDTH: usize = 100;
/// A step of indentation.
const STEP: usize = 4;

/// How the lines of a group are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Flat,
    Broken,
    /// Flat itself, but its last item may break.
    Hugging,
}

/// Prints `elements`, pieces of `source`, with this line break.
pub(crate) fn print(elements: &[Element], source: &str, line_break: &str) -> String {
    let mut printer = Printer {
        elements,
        source,
        line_break,
        out: String::with_capacity(elements.len() * 4),
        column: 0,
        at_line_start: true,
        modes: vec![Mode::Broken],
        indents: vec![0],
    };
    for at in 0..elements.len() {
        printer.print(at);
    }
    printer.out
}

struct Printer<'d> {
    elements: &'d [Element],
    source: &'d str,
    line_break: &'d str,
    out: String,
    /// Characters on the line so far.
    column: usize,
    /// Whether the indentation of the line is still to come.
    at_line_start: bool,
    modes: Vec<Mode>,
    /// Widths of indentation; a hugging group adds none.
    indents: Vec<usize>,
}

impl Printer<'_> {
    fn print(&mut self, at: usize) {
        match self.elements[at] {
            Element::Source { start, end, width } => self.text(start, end, width as usize),
            Element::LineComment { start, end } => self.text(start, end, 0),
            Element::Lines { start, end } => {
                self.text(start, end, 0);
                let text = &self.source[start as usize..end as usize];
                let last = text.rfind('\n').map_or(text, |line_break| &text[line_break + 1..]);
                self.column = last.chars().count();
            }
            Element::Raw { start, end } => {
                self.out.push_str(&self.source[start as usize..end as usize]);
                self.at_line_start = false;
            }
            Element::Word(word) => self.word(word),
            Element::SoftLine if self.mode() == Mode::Broken => self.line(),
            Element::SoftLine => {}
            Element::Line if self.mode() == Mode::Broken => self.line(),
            Element::Line => self.word(" "),
            Element::Fill if self.mode() == Mode::Broken && !self.fits(at + 1, Fit::Filling) => self.line(),
            Element::Fill => self.word(" "),
            Element::HardLine => self.line(),
            Element::BlankLine => {
                self.line();
                self.line();
            }
            Element::IfBroken(word) if self.mode() == Mode::Broken => self.word(word),
            Element::IfBroken(_) => {}
            Element::IfFlat(word) if self.mode() != Mode::Broken => self.word(word),
            Element::IfFlat(_) => {}
            Element::Open(group) => {
                let mode = self.mode_of(group, at);
                self.modes.push(mode);
            }
            Element::Close => {
                self.modes.pop();
            }
            Element::LastItem => {}
            Element::Indent => {
                let step = if self.mode() == Mode::Hugging { 0 } else { STEP };
                self.indents.push(self.indent() + step);
            }
            Element::Dedent => {
                self.indents.pop();
            }
        }
    }

    fn mode(&self) -> Mode {
        self.modes.last().copied().unwrap_or(Mode::Broken)
    }

    fn indent(&self) -> usize {
        self.indents.last().copied().unwrap_or(0)
    }

    fn text(&mut self, start: u32, end: u32, width: usize) {
        self.begin();
        self.out.push_str(&self.source[start as usize..end as usize]);
        self.column += width;
    }

    fn word(&mut self, word: &str) {
        self.begin();
        self.out.push_str(word);
        self.column += word.len();
    }

    fn begin(&mut self) {
        if std::mem::take(&mut self.at_line_start) {
            self.column = self.indent();
            self.out.extend(std::iter::repeat_n(' ', self.column));
        }
    }

    fn line(&mut self) {
        self.out.push_str(self.line_break);
        self.at_line_start = true;
        self.column = 0;
    }

    fn mode_of(&self, group: Group, at: usize) -> Mode {
        if self.mode() == Mode::Flat {
            Mode::Flat
        } else if group.must_break {
            Mode::Broken
        } else if !group.has_lines && self.fits(at + 1, Fit::Flat) {
            Mode::Flat
        } else if group.hugs && self.fits(at + 1, Fit::Hugging) {
            Mode::Hugging
        } else {
            Mode::Broken
        }
    }

    /// Whether the line still has room for what follows up to its end, if the group that begins at `at` is printed so.
    fn fits(&self, at: usize, fit: Fit) -> bool {
        let column = if self.at_line_start { self.indent() } else { self.column };
        let mut left = WIDTH.saturating_sub(column);
        // Of the groups that are open, innermost last: those of `self.modes` first, then those opened from `at` on.
        let mut outer = self.modes.len();
        let mut inner: Vec<Mode> = Vec::new();
        match fit {
            Fit::Flat => inner.push(Mode::Flat),
            Fit::Hugging => inner.push(Mode::Hugging),
            Fit::Filling => left = left.saturating_sub(1),
        }
        let mut in_last_item = false;
        for element in &self.elements[at..] {
            let mode = inner.last().or_else(|| self.modes.get(outer.wrapping_sub(1))).copied().unwrap_or(Mode::Broken);
            let width = match *element {
                Element::Source { width, .. } => width as usize,
                Element::Lines { start, end } => {
                    let text = &self.source[start as usize..end as usize];
                    return text.lines().next().unwrap_or("").chars().count() <= left;
                }
                Element::LineComment { .. } | Element::HardLine | Element::BlankLine | Element::Raw { .. } => {
                    return true;
                }
                Element::Word(word) => word.len(),
                Element::SoftLine | Element::Line if mode == Mode::Broken => return true,
                Element::Fill if mode == Mode::Broken || fit == Fit::Filling => return true,
                Element::Line | Element::Fill => 1,
                Element::SoftLine => 0,
                Element::IfBroken(word) if mode == Mode::Broken => word.len(),
                Element::IfFlat(word) if mode != Mode::Broken => word.len(),
                Element::IfBroken(_) | Element::IfFlat(_) | Element::Indent | Element::Dedent => 0,
                Element::Open(group) => {
                    let inner_mode = match mode {
                        Mode::Flat => Mode::Flat,
                        Mode::Hugging if !in_last_item && group.has_lines => return false,
                        Mode::Hugging if !in_last_item => Mode::Flat,
                        Mode::Hugging | Mode::Broken if group.hugs && !group.must_break => Mode::Hugging,
                        Mode::Hugging | Mode::Broken => Mode::Broken,
                    };
                    in_last_item = false;
                    inner.push(inner_mode);
                    0
                }
                Element::LastItem => {
                    in_last_item = true;
                    0
                }
                Element::Close => {
                    if inner.pop().is_none() {
                        outer = outer.saturating_sub(1);
                    }
                    0
                }
            };
            match left.checked_sub(width) {
                Some(rest) => left = rest,
                None => return false,
            }
        }
        true
    }
}

/// How a group is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// On one line.
    Flat,
    /// On one line up to where its last item breaks.
    Hugging,
    /// The next item of a group that fills its lines.
    Filling,
}
