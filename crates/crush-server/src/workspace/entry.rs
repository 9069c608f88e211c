//! What is known of a program that is not open.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crush_ide::{FileKey, FlatSymbol, Text};

/// What tells one version of a file on disk from another.
pub(super) type Stamp = (Option<SystemTime>, u64);

/// What is known of a program: enough to say whether it matters for a request.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it is known by.
    pub(crate) key: FileKey,
    /// What it declares.
    pub(crate) symbols: Vec<FlatSymbol>,
    /// The modules that it imports, as it writes them.
    pub(crate) imports: Vec<String>,
    /// Where those would be that stand beside it.
    pub(crate) beside: Vec<PathBuf>,
    pub(super) stamp: Stamp,
    /// The words in it, as sorted hashes.
    words: Box<[u32]>,
}

impl Entry {
    /// Reads a program.
    pub(super) fn read(path: PathBuf, stamp: Stamp) -> Option<Self> {
        let text = crate::search::read(&path).ok()?;
        let key = crate::search::key(&path);
        let outline = crush_ide::outline(Text::from(text.as_str()));
        let (symbols, imports) = (outline.symbols, outline.imports);
        let beside = imports.iter().map(|import| beside(&path, import)).collect();
        Some(Self { words: words_of(&text), key, symbols, imports, beside, stamp, path })
    }

    /// Whether a word may be in the text; when not, it is surely not there.
    pub(crate) fn may_have(&self, word: &str) -> bool {
        self.words.binary_search(&hash(word)).is_ok()
    }
}

/// Where a module would be that stands beside a file.
fn beside(file: &Path, import: &str) -> PathBuf {
    let mut path: PathBuf = file.parent().unwrap_or(Path::new("")).to_owned();
    path.extend(import.split('.'));
    path.set_extension("crush");
    path
}

fn hash(word: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    // Half of it will do: two words with one hash only cost a look into the file.
    (hasher.finish() >> 32) as u32
}

fn words_of(text: &str) -> Box<[u32]> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let words = text.split(|c: char| !is_part(c)).filter(|word| !word.is_empty());
    let mut hashes: Vec<_> = words.map(hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole() {
        let words = words_of("let grüße_1 = f(x.y) // nobody's");
        let has = |word: &str| words.binary_search(&hash(word)).is_ok();
        assert!(["let", "grüße_1", "f", "x", "y", "nobody"].into_iter().all(has));
        assert!(!has("grüße") && !has("x.y"));
    }
}
