//! The conformance suite: small programs, each with what the reference did with it.
//!
//! `tests/conformance/CONSTRUCT/NAME.crush` is a program, and `NAME.out` beside it is what `crush-run` 0.11.1 made of it, as
//! `cargo xtask oracle` recorded: what it printed, and a last line when it did not end by itself (see [`Ending`]). Comments
//! at the top of a program are its directives:
//!
//! - `// allow: fs env` are the grants of the run; `fs` is a fresh copy of `tests/conformance/fixture`.
//! - `// input: a\nb` is standard input, `// args: a b` are the arguments.
//! - `// differs: D7 why`: here the reference is not followed, and `NAME.ours` is what happens instead.
//! - `// module`: no program, other programs import it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the suite.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

/// A program of the suite.
#[derive(Clone, Debug)]
pub struct Case {
    /// `library/str/split`, as `pending.txt` and a filter name it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub source: String,
    /// The grants of the run.
    pub grants: Vec<String>,
    /// Its standard input.
    pub input: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The difference it shows, and why: `D7 one string a character`.
    pub difference: Option<String>,
}

impl Case {
    /// Reads the program at `path`, and nothing if it is a module of others.
    fn read(folder: &Path, path: PathBuf) -> std::io::Result<Option<Self>> {
        let source = fs::read_to_string(&path)?;
        let name = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
        let name = name.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let mut case =
            Self { name, path, source, grants: vec![], input: String::new(), arguments: vec![], difference: None };
        for line in case.source.lines() {
            let Some(directive) = line.strip_prefix("// ") else { break };
            match directive.split_once(": ") {
                Some(("allow", grants)) => case.grants = words(grants),
                Some(("args", arguments)) => case.arguments = words(arguments),
                Some(("input", text)) => case.input = text.replace("\\n", "\n"),
                Some(("differs", why)) => case.difference = Some(why.to_owned()),
                _ if directive == "module" => return Ok(None),
                _ => {}
            }
        }
        Ok(Some(case))
    }

    /// What the reference did.
    pub fn recorded(&self) -> std::io::Result<String> {
        fs::read_to_string(self.path.with_extension("out"))
    }

    /// What is to happen here: what the reference did, but for a difference.
    pub fn expected(&self) -> std::io::Result<String> {
        if self.difference.is_some() { fs::read_to_string(self.path.with_extension("ours")) } else { self.recorded() }
    }

    /// A folder of its own for its files, when it may use any.
    pub fn fixture(&self) -> std::io::Result<Option<tempfile::TempDir>> {
        if !self.grants.iter().any(|grant| grant == "fs") {
            return Ok(None);
        }
        let copy = tempfile::tempdir()?;
        copy_folder(&folder().join("fixture"), copy.path())?;
        Ok(Some(copy))
    }
}

/// Every program of the suite, by name.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn cases() -> std::io::Result<Vec<Case>> {
    let folder = folder();
    let mut programs = Vec::new();
    collect(&folder, &mut programs)?;
    programs.sort();
    let cases = programs.into_iter().map(|path| Case::read(&folder, path));
    cases.filter_map(Result::transpose).collect()
}

fn collect(folder: &Path, programs: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("fixture") {
            collect(&path, programs)?;
        } else if path.extension().is_some_and(|extension| extension == "crush") {
            programs.push(path);
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// By itself.
    Finished,
    /// By a fault; the reference says no line.
    Fault,
    /// It did not run: the lines that are rejected, from 1. The reference names one, and none where it does not know.
    Rejected(BTreeSet<u32>),
    /// It did not end.
    Hangs,
    /// The process was killed by a signal.
    Crash,
}

/// What a program printed, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Standard output.
    pub output: String,
    /// The end.
    pub ending: Ending,
}

impl Outcome {
    /// Whether this is what was recorded as `expected` of `source`.
    ///
    /// Where several lines are rejected here, one of them is to be the recorded one. What is missing at the end of the text
    /// is reported on its last line here, one line later there.
    pub fn agrees(&self, expected: &str, source: &str) -> bool {
        match &self.ending {
            Ending::Rejected(lines) if expected.starts_with("rejected") => {
                let line = expected.trim().strip_prefix("rejected: line ").and_then(|line| line.parse().ok());
                let last = u32::try_from(source.lines().count()).unwrap_or(u32::MAX).max(1);
                self.output.is_empty()
                    && line.is_none_or(|line: u32| lines.contains(&line) || lines.contains(&line.min(last)))
            }
            _ => self.to_string() == expected,
        }
    }
}

impl std::fmt::Display for Outcome {
    /// As it is recorded.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.output)?;
        if !self.output.is_empty() && !self.output.ends_with('\n') && self.ending != Ending::Finished {
            writeln!(f)?;
        }
        match &self.ending {
            Ending::Finished => Ok(()),
            Ending::Fault => writeln!(f, "fault"),
            Ending::Hangs => writeln!(f, "hangs"),
            Ending::Crash => writeln!(f, "crash"),
            Ending::Rejected(lines) if lines.is_empty() => writeln!(f, "rejected"),
            Ending::Rejected(lines) => {
                let lines: Vec<_> = lines.iter().map(u32::to_string).collect();
                writeln!(f, "rejected: line {}", lines.join(", "))
            }
        }
    }
}
