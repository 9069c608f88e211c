//! Pages of text with blocks of code between: what a reader reads is what is tested.

use std::fs;
use std::path::{Path, PathBuf};

/// A block of a page: its info string and its text.
pub struct Block {
    /// What stands behind the opening fence.
    pub info: String,
    /// The lines in it.
    pub text: String,
}

/// A page: text and blocks by turns, text first.
pub fn read(page: &str) -> (Vec<String>, Vec<Block>) {
    let (mut texts, mut blocks, mut is_open) = (vec![String::new()], Vec::<Block>::new(), false);
    for line in page.split_inclusive('\n') {
        match line.trim_end().strip_prefix("```") {
            Some(info) if !is_open => {
                is_open = true;
                blocks.push(Block { info: info.to_owned(), text: String::new() });
                texts.push(String::new());
            }
            Some(_) => is_open = false,
            None if is_open => blocks.last_mut().into_iter().for_each(|block| block.text.push_str(line)),
            None => texts.last_mut().into_iter().for_each(|text| text.push_str(line)),
        }
    }
    (texts, blocks)
}

/// Holds every page of a folder of the tests to what `shown` makes of it; `CRUSH_BLESS=1` writes them anew.
///
/// # Panics
///
/// When a page is another, or there are too few.
pub fn hold(folder: &str, shown: impl Fn(&str) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut pages: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    assert!(pages.len() >= 5, "only {} pages were found", pages.len());
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let renewed = renewed(&text, &shown);
        if std::env::var_os("CRUSH_BLESS").is_some() {
            fs::write(&page, renewed).unwrap();
        } else {
            assert!(text == renewed, "{} is, as things are,\n{renewed}", page.display());
        }
    }
}

/// A page whose programs, the blocks of `crush` alone, are followed by what `shown` gives of them, and by nothing else.
fn renewed(page: &str, shown: impl Fn(&str) -> String) -> String {
    let (texts, blocks) = read(page);
    let mut renewed = String::new();
    for (index, text) in texts.iter().enumerate() {
        let is_program = |index: usize| blocks.get(index).is_some_and(|block| block.info == "crush");
        // What stands between a program and what is shown of it is nothing.
        if index == 0 || is_program(index) || index == texts.len() - 1 || !text.trim().is_empty() {
            renewed.push_str(&format!("{}\n\n", text.trim()));
        }
        if is_program(index) {
            renewed.push_str(&format!("```crush\n{}```\n\n{}", blocks[index].text, shown(&blocks[index].text)));
        }
    }
    while renewed.contains("\n\n\n") {
        renewed = renewed.replace("\n\n\n", "\n\n");
    }
    format!("{}\n", renewed.trim_end())
}
