//! The pages of `docs/diagnostics` about the borrow analysis, and `docs/settings.md`: their programs are analysed and run, their
//! settings are read.
//!
//! A comment `// error: [code] "text"`, `warning` or `hint`, at the end of a line names a report on it; there are no others. The program under `## An example that fails` runs into the fault on that line, all others run to their end.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crush_ide::{
    CancelToken, Config, Diagnostic, FileAnalysis, Outcome, RunLimits, Severity, Snapshot, Text, configurable_codes,
    diagnostics, diagnostics_and_faded, evaluate,
};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn page(name: &str) -> String {
    fs::read_to_string(docs().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A block of a page, and the heading it stands under.
struct Block<'p> {
    heading: &'p str,
    language: &'p str,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut heading, mut is_open) = (Vec::new(), "", false);
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(_) if is_open => is_open = false,
            Some(language) => {
                is_open = true;
                blocks.push(Block { heading, language, text: String::new() });
            }
            None if is_open => {
                let block = blocks.last_mut().expect("one is open");
                let _ = writeln!(block.text, "{line}");
            }
            None if line.starts_with("## ") => heading = line,
            None => {}
        }
    }
    blocks
}

/// What is expected of a text: line from 1, `error: [code]`, and a part of the message.
fn expected(text: &str, comment: &str) -> Vec<(usize, String, String)> {
    let in_line = |(index, line): (usize, &str)| {
        let named = line.split(comment).skip(1).filter_map(|named| {
            let (report, text) = named.trim().split_once(']')?;
            let is_one = ["error: [", "warning: [", "hint: ["].iter().any(|start| report.starts_with(start));
            is_one.then(|| (index + 1, format!("{report}]"), text.trim().trim_matches('"').to_owned()))
        });
        named.collect::<Vec<_>>()
    };
    text.lines().enumerate().flat_map(in_line).collect()
}

fn check_reports(text: &str, comment: &str, found: &[Diagnostic]) -> Result<(), String> {
    let whole = Text::from(text);
    let mut left: Vec<_> = found.iter().collect();
    for (line, report, message) in expected(text, comment) {
        let is_it = |found: &&Diagnostic| {
            let severity = match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
                Severity::Hint => "hint",
            };
            whole.line_of(found.range.start) + 1 == line
                && format!("{severity}: [{}]", found.code) == report
                && found.message.contains(&message)
        };
        let at = left.iter().position(is_it).ok_or(format!("line {line} has no {report} {message:?}: {found:?}"))?;
        left.remove(at);
    }
    if left.is_empty() { Ok(()) } else { Err(format!("not expected: {left:?}")) }
}

fn check_run(block: &Block<'_>) -> Result<(), String> {
    let analysis = FileAnalysis::new(Text::from(block.text.as_str()));
    let evaluation =
        evaluate(&analysis, RunLimits::default(), &CancelToken::new()).map_err(|why| format!("{why:?}"))?;
    let line_of = |offset: u32| analysis.text().line_of(offset as usize) + 1;
    let fault = match evaluation.outcome() {
        Outcome::Finished => None,
        Outcome::Faulted(fault) => {
            // Deep in the program, or at the call on the top that led there.
            let places = std::iter::once(fault.primary).chain(fault.call_stack.iter().map(|call| call.range));
            Some((fault.kind.name(), places.map(|range| line_of(range.start)).collect::<Vec<_>>()))
        }
    };
    let is_to_fail = block.heading == "## An example that fails";
    match fault {
        None if is_to_fail => Err("the run ends without a fault".to_owned()),
        Some(("BorrowError" | "UseAfterFree", lines)) if is_to_fail => {
            let line = expected(&block.text, "//").first().map(|(line, ..)| *line);
            let is_there = line.is_some_and(|line| lines.contains(&line));
            if is_there { Ok(()) } else { Err(format!("the fault is on lines {lines:?}")) }
        }
        Some((kind, lines)) => Err(format!("{kind} on lines {lines:?}")),
        None => Ok(()),
    }
}

/// Where the comments speak of hints, all hints count.
fn check_block(block: &Block<'_>) -> Result<(), String> {
    match block.language {
        "crush" => {
            let snapshot = Snapshot::unevaluated(FileAnalysis::new(Text::from(block.text.as_str())));
            let found = match block.text.contains("// hint: [") {
                true => diagnostics_and_faded(&snapshot),
                false => diagnostics(&snapshot),
            };
            check_reports(&block.text, "//", &found)?;
            check_run(block)
        }
        "toml" => check_reports(&block.text, "#", &Config::parse(&block.text).1),
        _ => Ok(()),
    }
}

fn check(name: &str) {
    let page = page(name);
    let blocks = blocks(&page);
    for block in &blocks {
        if let Err(why) = check_block(block) {
            panic!("{name}, {}: {why}\n{}", block.heading, block.text);
        }
    }
    assert!(blocks.iter().any(|block| ["crush", "toml"].contains(&block.language)), "{name} shows nothing");
}

fn is_borrow_page(code: &str) -> bool {
    FileAnalysis::is_borrow_report(code)
}

#[test]
fn what_the_pages_show_is_so() {
    for code in configurable_codes().filter(|code| is_borrow_page(code)) {
        check(&format!("diagnostics/{code}.md"));
    }
    for page in ["invalid-settings", "unreachable-code", "unused-name"] {
        check(&format!("diagnostics/{page}.md"));
    }
    check("settings.md");
}

/// Every code is one that the settings know, whether it can be set or not.
#[test]
fn the_settings_know_every_page() {
    let pages = fs::read_dir(docs().join("diagnostics")).expect("the folder is there");
    for page in pages.map(|page| page.expect("it can be read").path()) {
        let code = page.file_stem().and_then(|stem| stem.to_str()).expect("pages have names");
        let (_, problems) = Config::parse(&format!("[diagnostics]\n{code} = 'error'\n"));
        let is_known = problems.iter().all(|problem| problem.code != "unknown-code");
        assert!(
            is_known || ["README", "invalid-settings"].contains(&code),
            "crush-ide/src/codes.rs does not know {code}"
        );
    }
}

#[test]
fn every_code_has_its_page_with_all_that_one_wants_to_know() {
    let index = page("diagnostics/README.md");
    for code in configurable_codes().chain(["invalid-settings"]) {
        let text = page(&format!("diagnostics/{code}.md"));
        assert!(index.contains(&format!("[{code}]({code}.md)")), "the index does not name {code}");
        // What is too large is too large for a page.
        let shown = text.contains(&format!(": [{code}]"));
        assert!(shown || code == "too-large-to-analyse", "{code} shows no example of itself");
        if is_borrow_page(code) {
            for heading in ["## What", "## Why", "## Ways out", "## When it is a false alarm"] {
                assert!(text.contains(heading), "{code} has no {heading:?}");
            }
            let how = format!("({code})");
            assert!(
                text.contains(&format!("crush-analyzer: allow{how}")) || text.contains(&format!("allow-file{how}"))
            );
        }
    }
}
