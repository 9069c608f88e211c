//! What is said of real programs that run clean: no error, and only the warnings that `tests/warnings.txt` lists.
//!
//! The programs are those of the conformance suite, `tests/programs`, `tests/modules`, `tests/bench` and `examples` whose runs
//! end by themselves. Each line of the list is a warning that was looked at: the place and the code. `CRUSH_BLESS=1` writes
//! the list anew, for a person to look at what came and went; how many there are of each code is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crush_borrowck::{Code, Severity};
use crush_tests::checked::Checked;
use crush_tests::conformance::cases;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").to_owned()
}

/// The programs in a folder of the repository, and those in folders of their own below it.
fn programs_in(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("the folder is there");
    let mut programs: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    programs.iter_mut().filter(|path| path.is_dir()).for_each(|path| path.push("main.crush"));
    programs.retain(|path| path.extension().is_some_and(|extension| extension == "crush") && path.exists());
    programs
}

/// Whether a recorded output tells of a run that ended by itself.
fn ends_by_itself(output: &str) -> bool {
    let last = output.lines().next_back().unwrap_or_default();
    let told = ["fault", "hangs", "crash", "rejected", "(fault)"].contains(&last);
    !(told || last.starts_with("rejected: line ") || last.starts_with("(E-"))
}

/// The real programs that run clean.
fn clean_programs() -> Vec<PathBuf> {
    let conformance = cases().expect("the suite can be read").into_iter();
    let mut programs: Vec<_> = conformance
        .filter(|case| case.expected().is_ok_and(|output| ends_by_itself(&output)))
        .map(|case| case.path)
        .collect();
    let recorded = programs_in("tests/programs").into_iter();
    programs.extend(
        recorded
            .filter(|path| fs::read_to_string(path.with_extension("out")).is_ok_and(|output| ends_by_itself(&output))),
    );
    let of_several_files = programs_in("tests/modules").into_iter();
    programs.extend(of_several_files.filter(|path| {
        let folder = path.parent().unwrap_or(path);
        // Where more than a folder says where modules are, the program is not checked alone.
        let special = ["rejected", "faulted", "arguments", "crush_path"];
        !special.iter().any(|name| folder.join(name).exists())
    }));
    programs.extend(programs_in("tests/bench"));
    // The other example shows a fault.
    programs.extend(programs_in("examples").into_iter().filter(|path| !path.ends_with("inventory.crush")));
    programs.sort();
    programs
}

/// A report on a borrow.
struct Found {
    /// `FILE:LINE CODE`.
    line: String,
    code: Code,
    is_error: bool,
    shown: String,
}

/// What is reported of borrows in a program.
fn reports(path: &Path) -> Vec<Found> {
    let program = Checked::read(path).expect("it can be read");
    let name = path.strip_prefix(root()).unwrap_or(path).display();
    let found = program.reports().into_iter().map(|report| {
        let place = program.range(report.place);
        // Of a program of several files the folder is named.
        let module = if place.file.0 == 0 { String::new() } else { format!(" (file {})", place.file.0) };
        Found {
            line: format!("{name}:{}{module} {}", program.line(place), report.code.as_str()),
            code: report.code,
            is_error: report.severity == Severity::Error,
            shown: program.show(&report),
        }
    });
    found.collect()
}

#[test]
fn programs_that_run_clean_have_no_error_and_no_warning_that_was_not_looked_at() {
    let programs = clean_programs();
    assert!(programs.len() > 700, "only {} programs were found", programs.len());
    let found: Vec<_> = programs.iter().flat_map(|path| reports(path)).collect();
    let mut of_code: BTreeMap<&str, usize> = BTreeMap::new();
    found.iter().for_each(|found| *of_code.entry(found.code.as_str()).or_default() += 1);
    println!("{} programs that run clean; warnings: {of_code:?}", programs.len());

    let list = root().join("tests/warnings.txt");
    let old = fs::read_to_string(&list).unwrap_or_default();
    let mut known: BTreeSet<&str> = old.lines().filter(|line| !line.starts_with('#')).collect();
    let now: BTreeSet<&str> = found.iter().map(|found| &*found.line).collect();
    if std::env::var_os("CRUSH_BLESS").is_some() {
        let comments = old.lines().filter(|line| line.starts_with('#'));
        let lines: Vec<_> = comments.chain(now.iter().copied()).collect();
        fs::write(&list, lines.join("\n") + "\n").expect("it can be written");
        known.clone_from(&now);
    }
    let shown = reports(&root().join("examples/inventory.crush"));
    assert!(shown.iter().any(|found| found.is_error), "nothing is found in the example that faults");
    let mut wrong = String::new();
    for found in &found {
        if found.is_error {
            writeln!(wrong, "an error, though it runs clean: {}: {}", found.line, found.shown).expect("it fits");
        } else if !known.contains(&*found.line) {
            writeln!(wrong, "new: {}: {}", found.line, found.shown).expect("it fits");
        }
    }
    for gone in known.difference(&now) {
        writeln!(wrong, "gone: {gone}").expect("it fits");
    }
    assert!(wrong.is_empty(), "\n{wrong}CRUSH_BLESS=1 writes tests/warnings.txt anew");
}
