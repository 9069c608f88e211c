//! The corpus: programs by topic in `test/corpus/*.txt`, each with the tree it must have.
//!
//! The format is tree-sitter's own. `UPDATE_CORPUS=1 cargo test -p tree-sitter-crush --test corpus` writes the trees
//! anew; read the difference before you keep it.
#![expect(clippy::disallowed_methods, reason = "reads the corpus, and writes it when asked to")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use tree_sitter::{Parser, TreeCursor};

struct Case {
    name: String,
    source: String,
    expected: String,
}

fn is_rule(line: &str, character: char) -> bool {
    line.len() >= 3 && line.chars().all(|c| c == character)
}

fn read(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    // Not `lines()`, which would take the carriage returns out of the programs.
    let mut lines = text.split('\n');
    while let Some(line) = lines.next() {
        if is_rule(line, '=') {
            let name = lines.next().expect("a name follows the rule").to_owned();
            lines.next();
            let source: Vec<_> = lines.by_ref().take_while(|line| !is_rule(line, '-')).collect();
            let source = source.join("\n").trim_matches('\n').to_owned() + "\n";
            cases.push(Case { name, source, expected: String::new() });
        } else if let Some(case) = cases.last_mut() {
            case.expected.push_str(line);
            case.expected.push('\n');
        }
    }
    cases
}

/// The named nodes, one a line, children indented.
fn print(cursor: &mut TreeCursor, depth: usize, out: &mut String) {
    let node = cursor.node();
    let field = cursor.field_name().map(|name| format!("{name}: ")).unwrap_or_default();
    if node.is_missing() {
        let quotes = if node.is_named() { "" } else { "\"" };
        write!(out, "\n{:1$}{field}(MISSING {quotes}{2}{quotes})", "", depth * 2, node.kind())
            .expect("a string takes all");
        return;
    }
    if !node.is_named() {
        return;
    }
    write!(out, "\n{:1$}{field}({2}", "", depth * 2, node.kind()).expect("a string takes all");
    if cursor.goto_first_child() {
        loop {
            print(cursor, depth + 1, out);
            if !cursor.goto_next_sibling() {
                break;
            }
        }
        cursor.goto_parent();
    }
    out.push(')');
}

fn tree(source: &str) -> String {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_crush::LANGUAGE.into()).expect("the language fits the library");
    let tree = parser.parse(source, None).expect("parsing is not cancelled");
    let mut out = String::new();
    print(&mut tree.walk(), 0, &mut out);
    out.trim().to_owned()
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/corpus");
    let entries = std::fs::read_dir(folder).expect("the corpus is there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.sort();
    files
}

#[test]
fn every_program_has_its_tree() {
    let update = std::env::var_os("UPDATE_CORPUS").is_some();
    let (mut failures, mut count) = (String::new(), 0);
    for file in files() {
        let cases = read(&std::fs::read_to_string(&file).expect("the corpus can be read"));
        let mut fresh = String::new();
        for case in &cases {
            count += 1;
            let (found, expected) = (tree(&case.source), case.expected.trim());
            if found != expected {
                let name = &case.name;
                write!(failures, "{}: {name}\nexpected\n{expected}\nfound\n{found}\n\n", file.display())
                    .expect("a string takes all");
            }
            let rule = "=".repeat(80);
            let line = "-".repeat(80);
            write!(fresh, "{rule}\n{}\n{rule}\n\n{}\n{line}\n\n{found}\n\n", case.name, case.source)
                .expect("a string takes all");
        }
        if update {
            std::fs::write(&file, fresh.trim_end().to_owned() + "\n").expect("the corpus can be written");
        }
    }
    assert!(count > 60, "only {count} programs");
    assert!(update || failures.is_empty(), "{failures}");
}

/// No program of the corpus but those about errors has one, and none of those is without.
#[test]
fn errors_are_where_they_belong() {
    for file in files() {
        let about_errors = file.ends_with("errors.txt");
        for case in read(&std::fs::read_to_string(&file).expect("the corpus can be read")) {
            let tree = tree(&case.source);
            let has_error = tree.contains("(ERROR") || tree.contains("(MISSING");
            assert_eq!(has_error, about_errors, "{}: {}", file.display(), case.name);
        }
    }
}
