//! The fixes of borrow reports on random programs: each parses, takes its report away and brings none; and a program that has no
//! report left runs without a borrow fault. `FIXES_PROGRAMS` sets how many are tried, `FIXES_SEED` where to begin.

use std::sync::Arc;

use crush_ide::{
    CancelToken, Diagnostic, FileAnalysis, FileKey, NotLoaded, Outcome, RunLimits, SourceFile, Sources, Text, evaluate,
    fixes, program_diagnostics,
};
use crush_tests::soundness::program;

/// The one module that a program may import.
struct Module<'a>(Option<&'a str>);

impl Sources for Module<'_> {
    fn load(&self, _: &SourceFile, path: &str) -> Result<SourceFile, NotLoaded> {
        let text = self.0.ok_or(NotLoaded::NotFound { searched: Vec::new(), nearest: None })?;
        Ok(SourceFile::parse(FileKey(path.into()), Arc::from(path), Text::from(text)))
    }
}

fn analysis(main: &str, module: Option<&str>) -> FileAnalysis {
    let mut analysis = FileAnalysis::new(Text::from(main));
    analysis.load_modules(FileKey("main".into()), "main".into(), &Module(module));
    analysis
}

fn reports(analysis: &FileAnalysis) -> Vec<Diagnostic> {
    program_diagnostics(analysis, |_| Arc::default())
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The fault of a run with an input, if it is one of borrows.
fn borrow_fault(main: &str, module: Option<&str>, input: u32) -> Option<String> {
    let main = main.replace("conv.to_int(io.read_line())", &input.to_string());
    let limits = RunLimits { instructions: 200_000, ..RunLimits::default() };
    let evaluation = evaluate(&analysis(&main, module), limits, &CancelToken::new()).ok()?;
    match evaluation.outcome() {
        Outcome::Faulted(fault) if matches!(fault.kind.name(), "BorrowError" | "UseAfterFree") => {
            Some(fault.message.clone())
        }
        _ => None,
    }
}

#[test]
fn every_offered_fix_takes_its_report_away_and_brings_none() {
    let (count, first) = (number("FIXES_PROGRAMS", 10), number("FIXES_SEED", 1));
    let (mut tried, mut clean) = (0, 0);
    for seed in first..first + count {
        let texts = program(seed).texts();
        let (main, module) = (&texts[0], texts.get(1).map(String::as_str));
        let before = analysis(main, module);
        let found = reports(&before);
        for report in &found {
            for fix in fixes(&before, report) {
                let mut changed = main.clone();
                let mut edits = fix.edits.clone();
                edits.sort_by_key(|edit| std::cmp::Reverse(edit.range));
                for edit in edits {
                    changed.replace_range(edit.range.start..edit.range.end, &edit.new_text);
                }
                let context =
                    || format!("seed {seed}, {:?} of {} in\n{main}\ngives\n{changed}", fix.title, report.code);
                let mut left: Vec<_> = found.iter().map(|report| (&*report.code, report.severity)).collect();
                let it = left.iter().position(|left| *left == (&*report.code, report.severity));
                left.remove(it.expect("it is one of them"));
                let now = reports(&analysis(&changed, module));
                for report in &now {
                    let known = left.iter().position(|left| *left == (&*report.code, report.severity));
                    let known = known.unwrap_or_else(|| panic!("{} is new: {}", report.message, context()));
                    left.remove(known);
                }
                tried += 1;
                if now.is_empty() {
                    clean += 1;
                    for input in 0..4 {
                        let fault = borrow_fault(&changed, module, input);
                        assert_eq!(fault, None, "of a run with {input}: {}", context());
                    }
                }
            }
        }
    }
    println!("{tried} fixes were tried, {clean} left no report");
    assert!(tried > count as usize / 2, "only {tried} fixes were tried");
}
