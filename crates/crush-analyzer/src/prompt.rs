//! Where entries come from: a terminal, with editing, completion and history, or a pipe.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Editor, Helper};

/// Where entries come from.
pub(crate) enum Prompt {
    /// A person.
    Terminal { editor: Box<Editor<Words, FileHistory>>, history: Option<PathBuf> },
    /// Anything else: lines, without a prompt.
    Pipe,
}

impl Prompt {
    /// Standard input.
    pub(crate) fn new() -> io::Result<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Ok(Self::Pipe);
        }
        let mut editor = Editor::new().map_err(io::Error::other)?;
        editor.set_helper(Some(Words::default()));
        let history = history();
        if let Some(history) = &history {
            // There is none before the first time.
            let _ = editor.load_history(history);
        }
        Ok(Self::Terminal { editor: Box::new(editor), history })
    }

    /// Whether a person is there.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal { .. })
    }

    /// The next entry; none at the end. What was typed so far is in `session`.
    pub(crate) fn entry(&mut self, session: &str) -> io::Result<Option<String>> {
        let Self::Terminal { editor, history } = self else { return piped() };
        if let Some(words) = editor.helper_mut() {
            words.learn(session);
        }
        loop {
            match editor.readline("> ") {
                Ok(entry) => {
                    let _ = editor.add_history_entry(entry.as_str());
                    if let Some(history) = history {
                        // A history that cannot be kept is no reason to stop.
                        let _ = editor.save_history(history);
                    }
                    return Ok(Some(entry));
                }
                // What was typed is forgotten.
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Ok(None),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }
}

/// Lines up to the end of an entry.
fn piped() -> io::Result<Option<String>> {
    let mut entry = String::new();
    while io::stdin().lock().read_line(&mut entry)? > 0 {
        if is_complete(&entry) {
            return Ok(Some(entry));
        }
    }
    Ok((!entry.trim().is_empty()).then_some(entry))
}

/// Whether every bracket and every string is closed.
fn is_complete(entry: &str) -> bool {
    let mut open = 0_usize;
    let mut rest = entry;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '#' => length = end_of_line(rest),
            '/' if rest.starts_with("//") => length = end_of_line(rest),
            '/' if rest.starts_with("/*") => match rest.find("*/") {
                Some(end) => length = end + 2,
                None => return false,
            },
            '"' | '\'' => match string_length(rest, c) {
                Some(end) => length = end,
                // A string of one line ends with it, if not as it should: the report will say so.
                None if !rest.starts_with("\"\"\"") => length = end_of_line(rest),
                None => return false,
            },
            _ => {}
        }
        rest = &rest[length..];
    }
    open == 0
}

fn end_of_line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// How long the string is that a text begins with, if it ends.
fn string_length(text: &str, quote: char) -> Option<usize> {
    if let Some(inner) = text.strip_prefix("\"\"\"") {
        return inner.find("\"\"\"").map(|end| end + 6);
    }
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Where the history is kept: in the user's directory for such things.
fn history() -> Option<PathBuf> {
    let state = match std::env::var_os("XDG_STATE_HOME").filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".local/state"),
    };
    let directory = state.join("crush-analyzer");
    std::fs::create_dir_all(&directory).ok()?;
    Some(directory.join("history"))
}

/// What can be completed: the library, the keywords, and the names of the session.
#[derive(Default)]
pub(crate) struct Words {
    names: Vec<String>,
}

impl Words {
    fn learn(&mut self, session: &str) {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let typed =
            session.split(|c| !is_part(c)).filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'));
        let library = crush_library::capabilities().map(|declaration| declaration.name);
        self.names = typed.chain(library).chain(["print", "len"]).chain(KEYWORDS).map(str::to_owned).collect();
        self.names.sort_unstable();
        self.names.dedup();
    }
}

const KEYWORDS: [&str; 20] = [
    "async", "await", "break", "catch", "continue", "else", "false", "for", "impl", "let", "match", "null", "return",
    "spawn", "struct", "throw", "trait", "true", "try", "while",
];

impl Completer for Words {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let start = line[..at]
            .rfind(|c| !is_part(c))
            .map_or(0, |before| before + line[before..].chars().next().map_or(1, char::len_utf8));
        let begun = &line[start..at];
        let found = self.names.iter().filter(|name| !begun.is_empty() && name.starts_with(begun));
        Ok((start, found.cloned().collect()))
    }
}

impl Validator for Words {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_complete(context.input()) { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {}

impl Helper for Words {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_complete_when_its_brackets_and_strings_are_closed() {
        for complete in
            ["", "1 + 2", "f({a: [1]})", "\"(\"", "'a\\'('", "x // (", "x # {", "\"\"\"\n{\n\"\"\"", "}", "\"open"]
        {
            assert!(is_complete(complete), "{complete}");
        }
        for begun in ["f(", "fn g() {\n", "[1,\n2", "/* (", "\"\"\"text\n", "{ \"}\""] {
            assert!(!is_complete(begun), "{begun}");
        }
    }
}
