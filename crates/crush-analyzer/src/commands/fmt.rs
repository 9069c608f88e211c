//! `crush-analyzer fmt`: programs in the one style.

use std::io::{Read as _, Write};
use std::path::Path;

use similar::TextDiff;

use crate::arguments::Fmt;
use crate::output::Output;
use crate::{Ending, Misuse, paths};

/// Formats files in place, or standard input to standard output. A file that is as it should be is not written.
pub(crate) fn run(arguments: &Fmt) -> Result<Ending, Misuse> {
    let mut formatter =
        Formatter { out: Output::new(), is_check: arguments.check, ending: Ending::Clean, misuse: None };
    if arguments.stdin || arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        formatter.standard_input()?;
    } else {
        for path in paths::programs(&arguments.paths)? {
            formatter.file(&path)?;
        }
    }
    formatter.out.flush()?;
    match formatter.misuse {
        Some(misuse) => Err(misuse),
        None => Ok(formatter.ending),
    }
}

/// What was done so far.
struct Formatter {
    out: Output,
    is_check: bool,
    ending: Ending,
    /// A file that could not be read or written. The others are formatted all the same.
    misuse: Option<Misuse>,
}

impl Formatter {
    fn standard_input(&mut self) -> Result<(), Misuse> {
        let mut bytes = Vec::new();
        let misuse = |reason: String| Misuse::Input { path: "<stdin>".to_string(), reason };
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| misuse(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| misuse(NOT_TEXT.to_string()))?;
        let formatted = self.formatted("<stdin>", &text);
        if !self.is_check {
            self.out.write_all(formatted.as_deref().unwrap_or(&text).as_bytes())?;
        } else if let Some(formatted) = formatted.filter(|formatted| *formatted != text) {
            self.would_change("<stdin>", &text, &formatted)?;
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), Misuse> {
        let name = path.display().to_string();
        let text = match std::fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(_)) => return self.failed(Misuse::Input { path: name, reason: NOT_TEXT.to_string() }),
            Err(error) => return self.failed(Misuse::Input { path: name, reason: error.to_string() }),
        };
        let Some(formatted) = self.formatted(&name, &text).filter(|formatted| *formatted != text) else {
            return Ok(());
        };
        if self.is_check {
            return self.would_change(&name, &text, &formatted);
        }
        match paths::replace(path, &formatted) {
            Ok(()) => Ok(()),
            Err(error) => self.failed(Misuse::Argument(format!("cannot write `{name}`: {error}"))),
        }
    }

    /// The first thing that went wrong is told last, by the exit; the others at once.
    fn failed(&mut self, misuse: Misuse) -> Result<(), Misuse> {
        match &self.misuse {
            Some(_) => anstream::eprintln!("crush-analyzer: {misuse}"),
            None => self.misuse = Some(misuse),
        }
        Ok(())
    }

    fn formatted(&mut self, name: &str, text: &str) -> Option<String> {
        match crush_ide::format_text(text) {
            Ok(formatted) => {
                if let Some(at) = formatted.broken_at {
                    let place = format!("{name}:{}:{}", at.line, at.column);
                    anstream::eprintln!("{place}: this does not parse; its statement was left as it is");
                    self.ending = Ending::Errors;
                }
                Some(formatted.text)
            }
            Err(error) => {
                anstream::eprintln!("{name}: left as it is: {error}");
                self.ending = Ending::Errors;
                None
            }
        }
    }

    fn would_change(&mut self, name: &str, text: &str, formatted: &str) -> Result<(), Misuse> {
        self.ending = Ending::Errors;
        let diff = TextDiff::from_lines(text, formatted);
        write!(self.out, "{}", diff.unified_diff().context_radius(2).header(name, &format!("{name} (formatted)")))?;
        Ok(())
    }
}

const NOT_TEXT: &str = "it is not UTF-8 text";
