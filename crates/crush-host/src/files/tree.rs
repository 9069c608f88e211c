//! Walking directories.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use cap_std::fs::{Dir, FileType, FileTypeExt as _};
use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};
use regex::Regex;

use super::{failed, path_of, root};
use crate::give;
use crate::host::Provided;
use crate::wait;

/// Most that `fs.find` gives: what finds more was hardly meant.
const MOST_FOUND: usize = 10_000;

/// What is in a directory.
pub(crate) struct Entry {
    pub(crate) name: OsString,
    /// What it is itself: a link is a link, whatever it names.
    pub(crate) kind: FileType,
}

/// What is in a directory, by name.
pub(crate) fn entries(dir: &Dir, path: &Path) -> io::Result<Vec<Entry>> {
    let mut all = Vec::new();
    for entry in dir.read_dir(path)? {
        let entry = entry?;
        all.push(Entry { name: entry.file_name(), kind: entry.file_type()? });
    }
    all.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// The word for a kind of file.
pub(super) fn kind_name(kind: FileType) -> &'static str {
    if kind.is_file() {
        "file"
    } else if kind.is_dir() {
        "dir"
    } else if kind.is_symlink() {
        "symlink"
    } else {
        debug_assert!(kind.is_fifo() || kind.is_socket() || kind.is_char_device() || kind.is_block_device());
        "other"
    }
}

/// `fs.find(directory, glob?, type?)`: everything below a directory, sorted; links are not followed.
pub(super) fn find(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (given, top) = path_of(provided, call, 0)?;
    let glob = if call.arguments().len() > 1 { Some(glob(&give::text_of(call, 1)?)?) } else { None };
    let kind = if call.arguments().len() > 2 { Some(kind_of(&give::text_of(call, 2)?)?) } else { None };
    let dir = &root(provided)?.dir;
    let mut found = Vec::new();
    // Where it is, and how the program names it.
    let mut left = vec![(top, PathBuf::from(&given))];
    while let Some((path, shown)) = left.pop() {
        wait::go_on(provided.cancel)?;
        for entry in entries(dir, &path).map_err(|error| failed(&shown.to_string_lossy(), error))? {
            let (path, shown) = (path.join(&entry.name), shown.join(&entry.name));
            let named = glob.as_ref().is_none_or(|glob| glob.is_match(&entry.name.to_string_lossy()));
            if named && kind.is_none_or(|kind| kind == kind_name(entry.kind)) {
                if found.len() == MOST_FOUND {
                    return Err(format!("`{given}`: there are more than {MOST_FOUND}").into());
                }
                let shown = shown.to_string_lossy();
                found.push(shown.strip_prefix("./").unwrap_or(&shown).to_owned());
            }
            if entry.kind.is_dir() {
                left.push((path, shown));
            }
        }
    }
    found.sort_unstable();
    give::strings(call, found)
}

/// A name pattern: `*` stands for any characters, `?` for one.
fn glob(pattern: &str) -> Result<Regex, CallError> {
    let mut expression = String::from("(?s)^");
    for c in pattern.chars() {
        match c {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            c => expression.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push('$');
    Regex::new(&expression).map_err(|_| format!("the pattern `{pattern}` is too long").into())
}

fn kind_of(word: &str) -> Result<&'static str, CallError> {
    let known = ["file", "dir", "symlink", "other"].into_iter().find(|&known| known == word);
    known.ok_or_else(|| format!("the type is \"file\", \"dir\", \"symlink\" or \"other\", not {word:?}").into())
}
