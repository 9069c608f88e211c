//! The programs in the published crates. They stay where cargo keeps them; nothing of them is copied into this repository.
//!
//! `cargo xtask grammar --published DIR`: every one that the reference accepts must parse without an error.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use proc_macro2::{TokenStream, TokenTree};

/// The crates that hold programs.
pub(crate) const CRATES: &[&str] =
    &["tree-sitter-crush", "crush-lang-sdk", "crush-debugger", "crush-frontend", "crush-vm"];
const VERSION: &str = "0.11.1";

/// A text that may be a program, and where it was found.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    pub(crate) text: String,
    pub(crate) place: String,
}

/// The texts of a crate, each once.
pub(crate) fn candidates(name: &str) -> anyhow::Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    collect(&source_of(name)?, &mut candidates)?;
    let mut seen = BTreeSet::new();
    candidates.retain(|candidate| seen.insert(candidate.text.clone()));
    Ok(candidates)
}

#[cfg(feature = "grammar")]
pub(crate) fn run(oracle: &Path) -> anyhow::Result<()> {
    let crushc = oracle.join("crushc");
    ensure!(crushc.is_file(), "no crushc in {}", oracle.display());
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_crush::LANGUAGE.into())?;

    let mut seen = BTreeSet::new();
    let (mut accepted, mut failed) = (0, 0);
    for name in CRATES {
        let candidates = candidates(name)?;
        let (mut found, mut valid) = (0, 0);
        for candidate in candidates {
            if !seen.insert(candidate.text.clone()) {
                continue;
            }
            found += 1;
            if !accepts(&crushc, &candidate.text)? {
                continue;
            }
            valid += 1;
            let tree = parser.parse(&candidate.text, None).context("parsing was cancelled")?;
            if tree.root_node().has_error() {
                failed += 1;
                println!("error in a program of {}:\n{}\n", candidate.place, candidate.text);
            }
        }
        println!("{name} {VERSION}: {found} texts, {valid} of them programs the reference accepts");
        accepted += valid;
    }
    ensure!(accepted > 0, "no program was found");
    ensure!(failed == 0, "{failed} of {accepted} programs parse with an error");
    println!("all {accepted} programs parse without an error");
    Ok(())
}

/// The unpacked source of a crate, in cargo's registry; fetched if it is not there yet.
fn source_of(name: &str) -> anyhow::Result<PathBuf> {
    let find = || -> Option<PathBuf> {
        let home =
            std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
        let registries = fs::read_dir(home.join("registry/src")).ok()?;
        registries
            .filter_map(|registry| Some(registry.ok()?.path().join(format!("{name}-{VERSION}"))))
            .find(|path| path.is_dir())
    };
    if let Some(path) = find() {
        return Ok(path);
    }
    let folder = crate::root().join(".cache/published").join(name);
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    fs::write(
        folder.join("Cargo.toml"),
        format!(
            "[package]\nname = \"fetch\"\nedition = \"2024\"\n[dependencies]\n{name} = \"={VERSION}\"\n[workspace]\n"
        ),
    )?;
    let status = Command::new("cargo").arg("fetch").current_dir(&folder).status()?;
    ensure!(status.success(), "could not fetch {name} {VERSION}");
    find().with_context(|| format!("{name} {VERSION} is not in cargo's registry"))
}

/// `.crush` files, string literals of Rust sources, and the sections of corpus and Markdown files.
fn collect(folder: &Path, candidates: &mut Vec<Candidate>) -> anyhow::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, candidates)?;
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let texts = match path.extension().and_then(|extension| extension.to_str()) {
            Some("crush") => vec![text],
            Some("rs") => string_literals(&text),
            Some("txt") => corpus_sections(&text),
            Some("md") => code_blocks(&text),
            _ => continue,
        };
        let place = path.display().to_string();
        candidates.extend(texts.into_iter().map(|text| Candidate { text, place: place.clone() }));
    }
    Ok(())
}

fn string_literals(source: &str) -> Vec<String> {
    fn walk(tokens: TokenStream, found: &mut Vec<String>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => walk(group.stream(), found),
                TokenTree::Literal(literal) => {
                    if let Ok(syn::Lit::Str(string)) = syn::parse_str::<syn::Lit>(&literal.to_string()) {
                        found.push(string.value());
                    }
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    if let Ok(tokens) = source.parse::<TokenStream>() {
        walk(tokens, &mut found);
    }
    found
}

/// The programs of a tree-sitter corpus: what stands between a title and its tree.
fn corpus_sections(text: &str) -> Vec<String> {
    let mut sections = Vec::new();
    let mut current: Option<String> = None;
    let mut rules = 0;
    for line in text.lines() {
        if line.starts_with("===") {
            rules += 1;
            current = (rules % 2 == 0).then(String::new);
        } else if line.starts_with("---") {
            sections.extend(current.take());
        } else if let Some(section) = &mut current {
            section.push_str(line);
            section.push('\n');
        }
    }
    sections
}

fn code_blocks(text: &str) -> Vec<String> {
    text.split("```").skip(1).step_by(2).filter_map(|block| Some(block.split_once('\n')?.1.to_owned())).collect()
}

/// Whether the reference's compiler accepts a text.
pub(crate) fn accepts(crushc: &Path, program: &str) -> anyhow::Result<bool> {
    if program.trim().is_empty() {
        return Ok(false);
    }
    let file = std::env::temp_dir().join(format!("crush-published-{}.crush", std::process::id()));
    fs::write(&file, program)?;
    let status = Command::new(crushc)
        .arg("--check")
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    fs::remove_file(&file)?;
    Ok(status.success())
}
