//! `crush-analyzer fmt`: programs in the one style.

use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::arguments::Fmt;
use crate::output::Output;
use crate::{Ending, Misuse};

/// Formats files in place, or standard input to standard output. A file that is as it should be is not written.
pub(crate) fn run(arguments: &Fmt) -> Result<Ending, Misuse> {
    let mut formatter =
        Formatter { out: Output::new(), is_check: arguments.check, ending: Ending::Clean, misuse: None };
    if arguments.stdin || arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        formatter.standard_input()?;
    } else {
        for path in programs(&arguments.paths)? {
            formatter.file(&path)?;
        }
    }
    formatter.out.flush()?;
    match formatter.misuse {
        Some(misuse) => Err(misuse),
        None => Ok(formatter.ending),
    }
}

/// The files that were named, and the programs in the folders that were, without what `.gitignore` leaves out; in order.
fn programs(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Misuse> {
    let mut programs = Vec::new();
    for path in paths {
        let unreadable = |error: &dyn std::fmt::Display| Misuse::Input {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        if !std::fs::metadata(path).map_err(|error| unreadable(&error))?.is_dir() {
            programs.push(path.clone());
            continue;
        }
        let walk = ignore::WalkBuilder::new(path).sort_by_file_path(Ord::cmp).require_git(false).build();
        for entry in walk {
            let entry = entry.map_err(|error| unreadable(&error))?;
            let is_program = entry.path().extension().is_some_and(|extension| extension == "crush");
            if is_program && entry.file_type().is_some_and(|kind| kind.is_file()) {
                // In this folder, nobody says `./`.
                programs.push(entry.path().strip_prefix("./").unwrap_or(entry.path()).to_path_buf());
            }
        }
    }
    Ok(programs)
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
        match replace(path, &formatted) {
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

/// Puts `text` in the place of a file: all of it or, if that fails, nothing. A link stays one; who may do what stays, too.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = std::fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(std::fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}
