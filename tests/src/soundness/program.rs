//! A random program as trees of lines, so that it can be made smaller.

use std::fmt::Write as _;

/// A line, or several with what stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A line.
    Text(String),
    /// A declaration, and a harmless one of the same name.
    Let(String, String),
    /// Heads, each with the lines below it, and the last line: `if a {` …, `} else {` …, `}`.
    Block {
        /// Each head with its lines.
        parts: Vec<(String, Vec<Line>)>,
        /// The last line.
        end: String,
    },
}

impl Line {
    /// A line.
    pub(super) fn text(line: impl Into<String>) -> Self {
        Self::Text(line.into())
    }

    /// A head, its lines and `}`.
    pub(super) fn block(head: impl Into<String>, lines: Vec<Self>) -> Self {
        Self::Block { parts: vec![(head.into(), lines)], end: "}".to_owned() }
    }
}

/// A program: the file that runs, and a module `m` that it may import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The file that runs.
    pub main: Vec<Line>,
    /// The module; without lines there is none.
    pub module: Vec<Line>,
}

/// How a program comes by its input: a number on a line, whose bits decide its branches.
const READ_INPUT: &str = "let input = conv.to_int(io.read_line())";

impl Program {
    /// The texts of its files, the one that runs first.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = vec![text(&self.main)];
        if !self.module.is_empty() {
            texts.push(text(&self.module));
        }
        texts
    }

    /// The same program, for one input: it reads none.
    #[must_use]
    pub fn with_input(&self, input: u32) -> Self {
        let mut program = self.clone();
        for line in &mut program.main {
            if *line == Self::reads_input() {
                *line = Line::Text(format!("let input = {input}"));
            }
        }
        program
    }

    /// Puts something harmless in the place of a line, from 1, of a file; false when it is no simple statement, or harmless.
    pub(super) fn tame(&mut self, file: usize, line: usize) -> bool {
        let lines = if file == 0 { &mut self.main } else { &mut self.module };
        tame(lines, &mut (line - 1))
    }

    /// The same in one file, as far as that is the same.
    pub(super) fn in_one_file(&self) -> Self {
        let own = self.main.iter().filter(|line| !matches!(line, Line::Text(text) if text.starts_with("import ")));
        let mut main: Vec<_> = self.module.iter().chain(own).cloned().collect();
        rewrite(&mut main, &|text| text.replace("m.g", "g"));
        Self { main, module: Vec::new() }
    }

    pub(super) fn reads_input() -> Line {
        Line::text(READ_INPUT)
    }
}

/// Changes every line.
fn rewrite(lines: &mut [Line], change: &impl Fn(&str) -> String) {
    for line in lines {
        match line {
            Line::Text(text) | Line::Let(text, _) => *text = change(text),
            Line::Block { parts, end } => {
                *end = change(end);
                for (head, body) in parts {
                    *head = change(head);
                    rewrite(body, change);
                }
            }
        }
    }
}

/// Makes line number `left` harmless; the lines before it are counted off.
fn tame(lines: &mut [Line], left: &mut usize) -> bool {
    for line in lines {
        if let Line::Block { parts, .. } = line {
            for (_, body) in parts {
                if *left == 0 {
                    return false;
                }
                *left -= 1;
                if tame(body, left) {
                    return true;
                }
            }
        }
        if *left == 0 {
            let harmless = match line {
                Line::Text(text) if text.starts_with("return ") || text.starts_with("let ") => return false,
                Line::Text(_) => Line::text("print(0)"),
                Line::Let(_, harmless) => Line::text(harmless.clone()),
                Line::Block { .. } => return false,
            };
            let changed = *line != harmless;
            *line = harmless;
            return changed;
        }
        *left -= 1;
    }
    false
}

fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    show(lines, 0, &mut text);
    text
}

fn show(lines: &[Line], depth: usize, text: &mut String) {
    let indent = "    ".repeat(depth);
    for line in lines {
        match line {
            Line::Text(line) | Line::Let(line, _) => {
                let _ = writeln!(text, "{indent}{line}");
            }
            Line::Block { parts, end } => {
                for (head, body) in parts {
                    let _ = writeln!(text, "{indent}{head}");
                    show(body, depth + 1, text);
                }
                let _ = writeln!(text, "{indent}{end}");
            }
        }
    }
}
