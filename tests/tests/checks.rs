//! The checks before a run as literate tests: `tests/checks/*.md`, and the pages of their codes in `docs/diagnostics`.
//!
//! Every ```` ```crush ```` block is a program. A comment `// error: [code] "text"` or `// warning: [code] "text"` at the end
//! of a line names a report that stands on that line; the text, which is part of the message, may be left out. There is no
//! report but those.
//!
//! `CRUSH_ORACLE=DIR`, the folder of `crush-run` 0.11.1, holds the programs against the reference too: it rejects a program
//! on one of the lines that have an error, and accepts one without. Where it is not followed, the block says
//! `// differs: D10 why` in its first line.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crush_ide::{FileAnalysis, Severity, Snapshot, Text, diagnostics};
use crush_tests::conformance::Ending;
use crush_tests::run::Runner;

/// A program of a page.
struct Program {
    /// `page.md:12`, its first line.
    place: String,
    source: String,
}

/// A report that is expected, or found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    line: usize,
    severity: &'static str,
    code: String,
    message: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn pages(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("the folder is there");
    let mut pages: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

fn stem(page: &Path) -> &str {
    page.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
}

fn programs(page: &Path) -> Vec<Program> {
    let (mut programs, mut open) = (Vec::new(), None::<Program>);
    for (index, line) in fs::read_to_string(page).expect("a page can be read").lines().enumerate() {
        match &mut open {
            None if line.trim() == "```crush" => {
                open = Some(Program { place: format!("{}.md:{}", stem(page), index + 2), source: String::new() });
            }
            None => {}
            Some(_) if line.trim() == "```" => programs.extend(open.take()),
            Some(program) => program.source += &format!("{line}\n"),
        }
    }
    programs
}

/// The pages of the codes of the checks: those of the borrow analysis are tested with it.
fn code_pages() -> Vec<PathBuf> {
    let mut pages = pages("docs/diagnostics");
    pages.retain(|page| stem(page) != "README" && !FileAnalysis::is_borrow_report(stem(page)));
    pages
}

fn expected(source: &str) -> Vec<Report> {
    let mut expected = Vec::new();
    for (index, line) in source.lines().enumerate() {
        for comment in line.split("//").skip(1) {
            let Some((severity, rest)) = comment.trim().split_once(": [") else { continue };
            let severity = match severity {
                "error" => "error",
                "warning" => "warning",
                _ => continue,
            };
            let (code, text) = rest.split_once(']').expect("a code ends with `]`");
            let message = text.trim().trim_matches('"').to_owned();
            expected.push(Report { line: index + 1, severity, code: code.to_owned(), message });
        }
    }
    expected
}

fn found(source: &str) -> Vec<Report> {
    let analysis = FileAnalysis::new(Text::from(source));
    let line_of = |at| analysis.text().line_of(at) + 1;
    diagnostics(&Snapshot::unevaluated(analysis.clone()))
        .into_iter()
        .filter(|report| report.severity != Severity::Hint && !FileAnalysis::is_borrow_report(&report.code))
        .map(|report| Report {
            line: line_of(report.range.start),
            severity: if report.severity == Severity::Error { "error" } else { "warning" },
            code: report.code.to_string(),
            message: report.message,
        })
        .collect()
}

/// What is wrong with the reports of a program, a line each.
fn differences(source: &str) -> String {
    let mut found = found(source);
    let mut differences = String::new();
    for expected in expected(source) {
        let is_it = |found: &Report| {
            let Report { line, severity, code, message } = found;
            (line, severity, code) == (&expected.line, &expected.severity, &expected.code)
                && message.contains(&expected.message)
        };
        match found.iter().position(is_it) {
            Some(index) => _ = found.remove(index),
            None => _ = writeln!(differences, "  missing: {expected:?}"),
        }
    }
    for found in found {
        let _ = writeln!(differences, "  not expected: {found:?}");
    }
    differences
}

fn check(pages: &[PathBuf], least: usize, differences: impl Fn(&str) -> String) {
    let programs: Vec<_> = pages.iter().flat_map(|page| programs(page)).collect();
    let mut failures = String::new();
    for Program { place, source } in &programs {
        let differences = differences(source);
        if !differences.is_empty() {
            let _ = writeln!(failures, "{place}\n{differences}");
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(programs.len() >= least, "only {} programs were found", programs.len());
}

#[test]
fn every_program_has_the_reports_that_it_names() {
    check(&pages("tests/checks"), 35, differences);
}

#[test]
fn the_pages_of_the_codes_show_them() {
    let pages = code_pages();
    check(&pages, pages.len(), differences);
    let index = fs::read_to_string(root().join("docs/diagnostics/README.md")).expect("the index can be read");
    for page in &pages {
        let (code, text) = (stem(page), fs::read_to_string(page).expect("a page can be read"));
        for heading in ["## What", "## Ways out"] {
            assert!(text.contains(heading), "{code} has no {heading:?}");
        }
        // What is too deep is too deep for a page.
        let shown = text.contains(&format!(": [{code}]"));
        assert!(shown || code == "nested-too-deeply", "{code} shows no example of itself");
        assert!(index.contains(&format!("[{code}]({code}.md)")), "the index does not name {code}");
    }
}

/// Every code that a test shows has a page.
#[test]
fn every_code_has_its_page() {
    let pages = code_pages();
    let known: Vec<_> = pages.iter().map(|page| stem(page)).collect();
    for program in crate::pages("tests/checks").iter().flat_map(|page| programs(page)) {
        for report in expected(&program.source) {
            assert!(known.contains(&report.code.as_str()), "docs/diagnostics has no page for {}", report.code);
        }
    }
}

#[test]
fn the_reference_agrees() {
    let Some(oracle) = std::env::var_os("CRUSH_ORACLE") else { return };
    let reference = Runner::Reference(Path::new(&oracle).join("crush-run"));
    let folder = tempfile::tempdir().expect("there is room");
    let differences = |source: &str| {
        if source.starts_with("// differs: ") {
            return String::new();
        }
        let path = folder.path().join("program.crush");
        fs::write(&path, source).expect("it can be written");
        let outcome = reference.run_file(&path).expect("the reference starts");
        let errors: Vec<_> = expected(source).into_iter().filter(|report| report.severity == "error").collect();
        match outcome.ending {
            Ending::Rejected(lines) if errors.is_empty() => format!("  the reference rejects it: {lines:?}\n"),
            Ending::Rejected(lines) => {
                let is_known = |line: &u32| errors.iter().any(|report| report.line == *line as usize);
                let all_known = lines.iter().all(is_known);
                if all_known { String::new() } else { format!("  the reference rejects another line: {lines:?}\n") }
            }
            _ if errors.is_empty() => String::new(),
            ending => format!("  the reference accepts it: {ending:?}\n"),
        }
    };
    check(&[pages("tests/checks"), code_pages()].concat(), 55, differences);
}
