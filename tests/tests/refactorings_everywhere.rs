//! Every refactoring, applied where it is offered in every committed program: what comes of it parses, has no report that was
//! not there, and a run prints the same and ends in the same way.
//!
//! There are very many places. `REFACTORINGS_OF` says that every so-many-th is tried, 1 that all are.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crush_ide::{
    CancelToken, Diagnostic, FileAnalysis, Outcome, RefactoringKind, RunLimits, Snapshot, Text, TextRange, diagnostics,
    evaluate, refactorings,
};
use crush_syntax::{Node, Tree};

/// All programs below a folder.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "crush") {
            found.push(path);
        }
    }
}

/// What a run prints, and how it ends; nothing when it cannot run, or not to its end in reasonable time.
fn run(text: &str) -> Option<(String, Option<String>)> {
    let limits = RunLimits { instructions: 300_000, ..RunLimits::default() };
    let evaluation = evaluate(&FileAnalysis::to_run(Text::from(text)), limits, &CancelToken::new()).ok()?;
    let end = match evaluation.outcome() {
        Outcome::Finished => None,
        Outcome::Faulted(fault) if fault.kind.name() == "Quota" => return None,
        Outcome::Faulted(fault) => Some(fault.kind.name().to_owned()),
    };
    Some((evaluation.output().to_owned(), end))
}

/// Every node, every beginning of a node, and every two or three statements that follow each other.
fn places(text: &str) -> Vec<TextRange> {
    let tree = Tree::parse(Text::from(text));
    let mut places = Vec::new();
    let mut open = vec![tree.root()];
    while let Some(node) = open.pop() {
        places.push(TextRange::new(node.start_byte(), node.end_byte()));
        if node.kind() == "identifier" || node.kind() == "lambda_expression" || node.kind() == "for_statement" {
            places.push(TextRange::empty(node.start_byte()));
        }
        let children: Vec<Node<'_>> = node.named_children(&mut node.walk()).collect();
        if matches!(node.kind(), "block" | "source_file") {
            for several in children.windows(2).chain(children.windows(3)) {
                places.push(TextRange::new(several[0].start_byte(), several[several.len() - 1].end_byte()));
            }
        }
        open.extend(children);
    }
    places.sort_unstable();
    places.dedup();
    places
}

fn codes(text: &str) -> Vec<String> {
    let snapshot = Snapshot::unevaluated(FileAnalysis::new(Text::from(text)));
    let shown = |report: &Diagnostic| format!("{:?} {}", report.severity, report.code);
    diagnostics(&snapshot).iter().map(shown).collect()
}

/// What came of a program, or of all.
#[derive(Default)]
struct Tried {
    places: usize,
    /// How often each refactoring was tried.
    refactorings: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

/// Tries every `step`-th place of a program, counted on from `first`.
fn check(path: &Path, step: usize, first: usize) -> Tried {
    let mut tried = Tried::default();
    let Ok(text) = fs::read_to_string(path) else { return tried };
    let Some(before) = run(&text) else { return tried };
    let analysis = FileAnalysis::new(Text::from(text.as_str()));
    let reports = codes(&text);
    let places = places(&text);
    tried.places = places.len();
    for range in places.iter().skip((step - first % step) % step).step_by(step) {
        for refactoring in refactorings(&analysis, *range, &RefactoringKind::ALL) {
            let mut after = text.clone();
            for edit in refactoring.edits.iter().rev() {
                after.replace_range(edit.range.start..edit.range.end, &edit.new_text);
            }
            let selected = &text[range.start..range.end];
            let mut is_wrong = |how: String| {
                let what = format!("{} of {range:?} `{selected}`", refactoring.title);
                tried.wrong.push(format!("{}: {what}: {how}, in\n{after}", path.display()));
            };
            let mut known = reports.clone();
            for report in codes(&after) {
                match known.iter().position(|known| *known == report) {
                    Some(at) => _ = known.remove(at),
                    None => is_wrong(format!("{report} is new")),
                }
            }
            match run(&after) {
                Some(result) if result != before => is_wrong(format!("{result:?} instead of {before:?}")),
                _ => {}
            }
            let title = refactoring.title.split('`').next().unwrap_or_default().trim().to_owned();
            *tried.refactorings.entry(title).or_default() += 1;
        }
    }
    tried
}

#[test]
fn every_refactoring_of_every_committed_program_changes_nothing_that_a_run_shows() {
    let step = std::env::var("REFACTORINGS_OF").ok().and_then(|text| text.parse().ok()).unwrap_or(29);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut programs = Vec::new();
    for folder in ["programs", "conformance", "../examples"] {
        collect(&root.join(folder), &mut programs);
    }
    programs.sort();
    assert!(programs.len() > 1_000, "only {} programs were found", programs.len());
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Tried::default());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            let deep = std::thread::Builder::new().stack_size(64 << 20);
            let worker = deep.spawn_scoped(scope, || {
                while let Some(path) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Small programs count as well: each begins at another place.
                    let first = path.to_string_lossy().bytes().map(usize::from).sum();
                    let tried = check(path, step, first);
                    let mut all = all.lock().unwrap();
                    all.places += tried.places;
                    tried
                        .refactorings
                        .into_iter()
                        .for_each(|(it, count)| *all.refactorings.entry(it).or_default() += count);
                    all.wrong.extend(tried.wrong);
                }
            });
            worker.expect("the system has a thread");
        }
    });
    let Tried { places, refactorings, wrong } = all.into_inner().unwrap();
    println!("every {step}th of {places} places: {refactorings:#?}");
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refactorings.values().sum::<usize>() > 200, "only {refactorings:?} were tried");
}
