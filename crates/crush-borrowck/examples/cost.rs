//! What the analysis costs on generated files: `cargo run --release -p crush-borrowck --example cost`.
//!
//! Prints, for files of several sizes and shapes, the time of the first analysis and of one edit in one function, both
//! without parsing, and with lowering told apart.

#![allow(clippy::disallowed_methods, reason = "it measures time")]

use std::time::{Duration, Instant};

use crush_borrowck::{Analysis, Change};
use crush_hir::file::FileHir;
use crush_syntax::{Text, Tree};

/// A file of many functions that call each other.
fn functions(lines: usize) -> String {
    let mut text = String::from("struct Item { name: string, tags: Array, next: Array }\n");
    let mut count = 0;
    while text.len() / 22 < lines {
        let callee =
            if count == 0 { "len".to_owned() } else { format!("work{}", count - 1 - count % 7 % count.max(1)) };
        text.push_str(&format!(
            "fn work{count}(xs, limit) {{\n    let out = []\n    let total = 0\n    for x in xs {{\n        if x < limit {{\n            \
             out.push(x)\n            total += x\n        }} else {{\n            total -= 1\n        }}\n    }}\n    \
             let r = &out\n    print(len(r))\n    let item = Item {{ name: \"a\", tags: out, next: [] }}\n    \
             item.tags.push(total)\n    let add = |v| item.next.push(v)\n    add(3)\n    while total > 0 {{\n        \
             total = total / 2\n        try {{ {callee}(item.tags) }} catch e {{ print(e) }}\n    }}\n    return item.tags\n}}\n"
        ));
        count += 1;
    }
    text
}

/// A file of one long straight body.
fn straight(lines: usize) -> String {
    let mut text = String::new();
    for line in 0..lines / 4 {
        text.push_str(&format!(
            "let a{line} = [1, 2, {line}]\nfor x in a{line} {{ print(x) }}\nif len(a{line}) > 2 {{ a{line}.push(4) }}\nlet b{line} = a{line}[0]\n"
        ));
    }
    text
}

/// The middle one of several edits, each of which changes a number somewhere in the file.
fn edits(analysis: &mut Analysis, text: &str, lines: &[usize]) -> (Duration, Duration, usize) {
    let mut times = Vec::new();
    for (round, line) in lines.iter().enumerate() {
        let mut edited = String::new();
        for (index, old) in text.lines().enumerate() {
            edited.push_str(old);
            if index == *line {
                edited.push_str(&format!(" // {round}"));
            }
            edited.push('\n');
        }
        let tree = Tree::parse(Text::from(edited.as_str()));
        let file = FileHir::new(&tree);
        let (analysing, lowering, change) = update(analysis, &file, &tree);
        times.push((analysing, lowering, change.analysed));
    }
    times.sort();
    times[times.len() / 2]
}

fn main() {
    for name in std::env::args().skip(1) {
        #[allow(clippy::disallowed_methods, reason = "it reads the files it is given")]
        let Ok(text) = std::fs::read_to_string(&name) else { continue };
        cost(&name, &text);
    }
    if std::env::args().len() > 1 {
        return;
    }
    for (name, make) in [("functions", functions as fn(usize) -> String), ("straight", straight)] {
        for lines in [1_000, 10_000, 100_000] {
            cost(name, &make(lines));
        }
    }
}

/// Measures one file.
fn cost(name: &str, text: &str) {
    let tree = Tree::parse(Text::from(text));
    let file = FileHir::new(&tree);
    let mut analysis = Analysis::new();
    let (cold, lowering, change) = update(&mut analysis, &file, &tree);
    let count = text.lines().count();
    let reports = analysis.reports();
    let places: Vec<_> = (0..9).map(|at| (count * at / 9).max(1) / 24 * 24 + 4).collect();
    let (edit, edit_lowering, analysed) = edits(&mut analysis, text, &places);
    println!(
        "{name:9} {count:7} lines: cold {cold:9.2?} (+ lowering {lowering:9.2?}), {} functions, {} reports; \
             edit {edit:9.2?} (+ {edit_lowering:9.2?}), {analysed} analysed",
        change.analysed,
        reports.len(),
    );
}

/// Brings the analysis up to date: how long that took, how long lowering took on top, and what was done.
fn update(analysis: &mut Analysis, file: &FileHir, tree: &Tree) -> (Duration, Duration, Change) {
    let mut lowering = Duration::ZERO;
    let start = Instant::now();
    let change = analysis.update(file, |body| {
        let start = Instant::now();
        let body = file.lower(tree, body);
        lowering += start.elapsed();
        body
    });
    (start.elapsed() - lowering, lowering, change)
}
