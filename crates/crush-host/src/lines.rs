//! `text`: the lines of files.

use std::path::PathBuf;

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};
use regex::RegexBuilder;

use crate::files::{entries, inside, read_text, root, say};
use crate::give;
use crate::host::Provided;
use crate::library::Run;
use crate::wait;

pub(crate) const RUNS: &[(&str, Run)] =
    &[("text.cut", cut), ("text.grep", grep), ("text.head", head), ("text.tail", tail), ("text.wc", wc)];

/// `text.head(path, count)`: the first lines of a file.
fn head(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (text, count) = (text_in(provided, call, 0)?, count_of(call, 1)?);
    give::strings(call, text.lines().take(count))
}

/// `text.tail(path, count)`: the last lines of a file.
fn tail(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (text, count) = (text_in(provided, call, 0)?, count_of(call, 1)?);
    let left_out = text.lines().count().saturating_sub(count);
    give::strings(call, text.lines().skip(left_out))
}

/// `text.wc(path)`: `{lines, words, chars}`.
fn wc(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let text = text_in(provided, call, 0)?;
    let counts =
        [("lines", text.lines().count()), ("words", text.split_whitespace().count()), ("chars", text.chars().count())];
    give::map(call, counts.map(|(name, count)| (name, give::count(count))))
}

/// `text.cut(path, delimiter, column)`: one column of each line, counted from 1; empty where a line has too few.
fn cut(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (delimiter, column) = (give::text_of(call, 1)?, count_of(call, 2)?);
    let Some(before) = column.checked_sub(1) else { return Err("columns are counted from 1".into()) };
    if delimiter.is_empty() {
        return Err("the delimiter is empty".into());
    }
    let text = text_in(provided, call, 0)?;
    give::strings(call, text.lines().map(|line| line.split(&delimiter).nth(before).unwrap_or_default()))
}

/// `text.grep(pattern, path, recursive?, ignore_case?)`: `{file, line, content}` of each line that matches. In a directory,
/// what is not text is left out.
fn grep(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (pattern, given) = (give::text_of(call, 0)?, give::text_of(call, 1)?);
    let (recursive, ignore_case) = (give::flag(call, 2), give::flag(call, 3));
    let regex = RegexBuilder::new(&pattern).case_insensitive(ignore_case).build();
    let regex = regex.map_err(|error| format!("the pattern `{pattern}`: {error}"))?;
    let path = inside(provided, &given)?;
    let root = root(provided)?;
    let found = root.dir.metadata(&path).map_err(|error| format!("`{given}`: {}", say(error)))?;
    let files = match (found.is_dir(), recursive) {
        (false, _) => vec![path],
        (true, true) => files_below(provided, path)?,
        (true, false) => {
            return Err(format!("`{given}`: it is a directory; `text.grep(pattern, path, true)` looks into it").into());
        }
    };
    let alone = files.len() == 1;
    let limit = call.arena().limits().bytes;
    let mut hits = Vec::new();
    for file in files {
        let shown = file.to_string_lossy();
        let text = match read_text(root, &file, limit, provided.cancel)? {
            Ok(text) => text,
            Err(cause) if alone => return Err(format!("`{shown}`: {cause}").into()),
            Err(_) => continue,
        };
        for (index, line) in text.lines().enumerate().filter(|(_, line)| regex.is_match(line)) {
            let (file, content) = (call.string(&shown)?, call.string(line)?);
            hits.push(give::map(call, [("file", file), ("line", give::count(index + 1)), ("content", content)])?);
        }
    }
    give::array(call, hits)
}

/// The files below a directory: those of a directory by name, links not followed.
fn files_below(provided: &Provided<'_>, top: PathBuf) -> Result<Vec<PathBuf>, CallError> {
    let mut files = Vec::new();
    let mut left = vec![(top, true)];
    while let Some((path, is_directory)) = left.pop() {
        wait::go_on(provided.cancel)?;
        if !is_directory {
            files.push(path);
            continue;
        }
        // What cannot be read is left out.
        for entry in entries(&root(provided)?.dir, &path).unwrap_or_default().into_iter().rev() {
            if entry.kind.is_dir() || entry.kind.is_file() {
                let below =
                    if path == std::path::Path::new(".") { PathBuf::from(&entry.name) } else { path.join(&entry.name) };
                left.push((below, entry.kind.is_dir()));
            }
        }
    }
    Ok(files)
}

/// The text of the file in an argument.
fn text_in(provided: &Provided<'_>, call: &mut Call<'_>, index: usize) -> Result<String, CallError> {
    let given = give::text_of(call, index)?;
    let path = inside(provided, &given)?;
    let limit = call.arena().limits().bytes;
    let text = read_text(root(provided)?, &path, limit, provided.cancel)?;
    text.map_err(|cause| format!("`{given}`: {cause}").into())
}

fn count_of(call: &Call<'_>, index: usize) -> Result<usize, CallError> {
    let given = call.int(index)?;
    usize::try_from(given).map_err(|_| format!("there are no {given} lines or columns").into())
}
