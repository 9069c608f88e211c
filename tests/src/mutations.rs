//! The ways to break the borrow analysis that `tests/mutations.md` lists.

use std::path::{Path, PathBuf};

/// A change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// What is broken.
    pub title: String,
    /// The file, from the root of the repository.
    pub file: PathBuf,
    /// The lines that go.
    from: Vec<String>,
    /// The lines that come.
    to: Vec<String>,
}

/// The mutations of the page.
///
/// # Panics
///
/// When the page cannot be read, or one of them has not its parts.
pub fn all() -> Vec<Mutation> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("mutations.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    page.split("\n## ").skip(1).map(|entry| read(entry).unwrap_or_else(|| panic!("incomplete: {entry}"))).collect()
}

/// A title, a file in backquotes, a block of lines that go and one of lines that come.
fn read(entry: &str) -> Option<Mutation> {
    let (title, rest) = entry.split_once('\n')?;
    let mut parts = rest.split("```");
    let file = parts.next()?.trim().trim_matches('`');
    let mut block = || -> Option<Vec<String>> {
        let lines = parts.next()?.strip_prefix("rust\n")?.lines().map(|line| line.trim().to_owned()).collect();
        parts.next()?;
        Some(lines)
    };
    Some(Mutation { title: title.to_owned(), file: file.into(), from: block()?, to: block()? })
}

impl Mutation {
    /// The text of the file with the change made.
    ///
    /// # Errors
    ///
    /// When the lines that go are not there, or more than once.
    pub fn apply(&self, text: &str) -> Result<String, String> {
        let lines: Vec<&str> = text.lines().collect();
        let same = |window: &[&str]| window.iter().zip(&self.from).all(|(line, from)| line.trim() == from);
        let found: Vec<usize> =
            lines.windows(self.from.len()).enumerate().filter(|(_, window)| same(window)).map(|(at, _)| at).collect();
        let [at] = found[..] else {
            let (file, title) = (self.file.display(), &self.title);
            return Err(format!("{title}: its lines are {} times in {file}", found.len()));
        };
        let after = &lines[at + self.from.len()..];
        let changed =
            lines[..at].iter().copied().chain(self.to.iter().map(String::as_str)).chain(after.iter().copied());
        Ok(changed.flat_map(|line| [line, "\n"]).collect())
    }
}
