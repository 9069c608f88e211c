//! The rules of the memory model as literate tests: `tests/rules/*.md`, the static side.
//!
//! Every ```` ```crush ```` block is a program. A comment `// error: [code] "text"` or `// warning: [code] "text"` at the
//! end of a line (or on lines of its own above it) names a report that stands on that line; the text, which is part of the
//! message with its condition, may be left out. There is no report but those. `// fault: Kind` is what a run gives, and
//! does not concern this test.

#![expect(clippy::disallowed_methods, reason = "a test may read its pages")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crush_borrowck::{Analysis, Place, Severity};
use crush_hir::file::FileHir;
use crush_syntax::{Text, Tree};

struct Found {
    line: usize,
    severity: &'static str,
    code: &'static str,
    message: String,
}

/// Every report of a program, with lines from 1.
fn reports(source: &str) -> Vec<Found> {
    let tree = Tree::parse(Text::from(source));
    let file = FileHir::new(&tree);
    let mut analysis = Analysis::new();
    analysis.update(&file, |body| file.lower(&tree, body));
    let line_of = |place: Place| {
        let body = analysis.body_of(place.function).expect("every place has a body");
        tree.text().line_of(file.body_map(body).range_to_file(place.range).0 as usize) + 1
    };
    analysis
        .reports()
        .iter()
        .map(|report| {
            let mut message = report.render(|place| line_of(place) as u32);
            for related in &report.related {
                let text = related.message.render(|place| line_of(place) as u32);
                let _ = write!(message, "\n      line {}: {text}", line_of(related.place));
            }
            Found {
                line: line_of(report.place),
                severity: if report.severity == Severity::Error { "error" } else { "warning" },
                code: report.code.as_str(),
                message,
            }
        })
        .collect()
}

/// The expectations of a program: line, severity, code, text.
fn expectations(source: &str) -> Vec<(usize, String, String, String)> {
    let (mut expected, mut above) = (Vec::new(), Vec::new());
    for (index, line) in source.lines().enumerate() {
        let Some((code_part, comment)) = line.split_once("//") else {
            if !line.trim().is_empty() {
                expected.extend(above.drain(..).map(|(severity, code, text)| (index + 1, severity, code, text)));
            }
            continue;
        };
        let mut here = Vec::new();
        for comment in comment.split("//") {
            let comment = comment.trim();
            let Some((severity, rest)) = comment.split_once(": [") else { continue };
            if severity != "error" && severity != "warning" {
                continue;
            }
            let (code, text) = rest.split_once(']').expect("a code ends with `]`");
            here.push((severity.to_owned(), code.to_owned(), text.trim().trim_matches('"').to_owned()));
        }
        above.extend(here);
        if !code_part.trim().is_empty() {
            expected.extend(above.drain(..).map(|(severity, code, text)| (index + 1, severity, code, text)));
        }
    }
    expected
}

/// What is wrong with a program's reports, if anything.
fn check(source: &str) -> Result<(), String> {
    let mut found = reports(source);
    let mut problems = String::new();
    for (line, severity, code, text) in expectations(source) {
        let position = found.iter().position(|report| {
            report.line == line && report.severity == severity && report.code == code && report.message.contains(&text)
        });
        match position {
            Some(position) => {
                found.remove(position);
            }
            None => {
                let _ = writeln!(problems, "    missing on line {line}: {severity} [{code}] {text:?}");
            }
        }
    }
    for Found { line, severity, code, message } in found {
        let _ = writeln!(problems, "    not expected on line {line}: {severity} [{code}] {message}");
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn folder(path: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let mut pages: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    pages
}

/// The programs of a page, each with the line of the page on which it starts.
fn programs(page: &str) -> Vec<(usize, String)> {
    let (mut programs, mut current) = (Vec::new(), None::<(usize, String)>);
    for (index, line) in page.lines().enumerate() {
        match &mut current {
            None if line.trim() == "```crush" => current = Some((index + 2, String::new())),
            None => {}
            Some(_) if line.trim() == "```" => programs.extend(current.take()),
            Some((_, source)) => {
                source.push_str(line);
                source.push('\n');
            }
        }
    }
    programs
}

fn check_pages(pages: Vec<PathBuf>) {
    let mut failures = String::new();
    let mut count = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a page can be read");
        for (line, source) in programs(&text) {
            count += 1;
            if let Err(problems) = check(&source) {
                let name = page.file_name().unwrap_or_default().to_string_lossy();
                let _ = writeln!(failures, "{name}:{line}:\n{problems}");
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(count > 0, "no program was checked");
}

#[test]
fn the_rules_hold() {
    check_pages(folder("tests/rules"));
}
