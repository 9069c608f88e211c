//! Whole programs, each with what it prints: `tests/programs/*.crush` and `*.out`.
//!
//! A program that the reference can run has its output from there (`tests/programs/record`); a fault is the line `(fault)`.
//! The others begin with `// not recorded` and say what they need; a fault is told with its code and line. Their outputs are
//! written by hand: `CRUSH_BLESS=1` writes what came out, for a person to look at.

use std::fs;
use std::path::{Path, PathBuf};

use crush_compiler::{Options, compile};
use crush_hir::file::FileHir;
use crush_host::{Grants, Host};
use crush_syntax::{Text, Tree};
use crush_vm::{CancelToken, Quotas, Vm, verify};

fn programs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut programs: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    programs.retain(|path| path.extension().is_some_and(|extension| extension == "crush"));
    programs.sort();
    programs
}

/// What `source` prints, and how it ends; with `detailed`, where and how it faults.
fn run(source: &str, detailed: bool) -> String {
    let tree = Tree::parse(Text::from(source));
    let program = match compile(&FileHir::new(&tree), &tree, Options::default()) {
        Ok(program) => program,
        Err(problems) => return format!("{problems:#?}"),
    };
    let program = verify(program).expect("the compiler makes valid programs");
    let grants = Grants::none();
    let mut output = Vec::new();
    let host = Host::new(&grants, &mut output);
    let quotas = Quotas { instructions: 50_000_000, ..Quotas::default() };
    let fault = Vm::new(&program, &host, quotas, CancelToken::new()).and_then(|mut vm| vm.run()).err();
    let mut output = String::from_utf8(output).expect("programs print UTF-8");
    match fault {
        Some(fault) if detailed => {
            let line = tree.text().line_of(fault.primary.start as usize) + 1;
            output += &format!("({} on line {line}: {})\n", fault.kind.code(), fault.message);
        }
        Some(_) => output += "(fault)\n",
        None => {}
    }
    output
}

#[test]
fn every_program_prints_what_it_should() {
    let bless = std::env::var_os("CRUSH_BLESS").is_some();
    let mut wrong = Vec::new();
    let programs = programs();
    assert!(programs.len() >= 60, "only {} programs were found", programs.len());
    for path in programs {
        let source = fs::read_to_string(&path).expect("it can be read");
        let ours = source.starts_with("// not recorded");
        let output = run(&source, ours);
        let expected_path = path.with_extension("out");
        if bless && ours {
            fs::write(&expected_path, &output).expect("it can be written");
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if output != expected {
            wrong.push(format!("{}\n--- expected\n{expected}--- printed\n{output}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Pieces that random edits put in, each ended by a `§`.
const PIECES: &str = "{§}§(§)§[§]§\n§;§,§&§&mut §|x| §|| § |> §=§ == §+§-§!§..§.§::§x§xs§f§1§\"§let r = &xs\n§r = &ys\n§if true { §\
    else { §while x { break }§for x in xs { §return §throw §try { §} catch e { §match x { §_ => §fn g(a) { §struct S { a }\n§\
    drop(§break§continue§x += 1§0..3§null§true§@python { §/*§99999999999999999999";

#[test]
fn no_edit_of_a_program_breaks_the_compiler_or_its_code() {
    let mut random = fastrand::Rng::with_seed(7);
    for path in programs() {
        let source = fs::read_to_string(&path).expect("it can be read");
        for _ in 0..40 {
            let mut edited = source.clone();
            for _ in 0..random.usize(1..4) {
                let boundaries: Vec<_> = edited.char_indices().map(|(at, _)| at).chain([edited.len()]).collect();
                let start = random.usize(0..boundaries.len());
                let end = (start + random.choice([0, 0, 1, 2, 8]).unwrap_or(0)).min(boundaries.len() - 1);
                let piece = random.choice(PIECES.split('§').collect::<Vec<_>>()).unwrap_or_default();
                edited.replace_range(boundaries[start]..boundaries[end], piece);
            }
            runs_or_says_why(&edited);
        }
    }
}

/// Whatever compiles is valid code, and runs without a fault of the compiler's making.
fn runs_or_says_why(source: &str) {
    let tree = Tree::parse(Text::from(source));
    let program = match compile(&FileHir::new(&tree), &tree, Options::default()) {
        Ok(program) => program,
        Err(problems) => return assert!(!problems.is_empty(), "{source}"),
    };
    let program = verify(program).unwrap_or_else(|error| panic!("{error}\n{source}"));
    let grants = Grants::none();
    let mut output = std::io::sink();
    let host = Host::new(&grants, &mut output);
    let quotas = Quotas { instructions: 20_000, call_depth: 100, ..Quotas::default() };
    let fault = Vm::new(&program, &host, quotas, CancelToken::new()).and_then(|mut vm| vm.run()).err();
    if let Some(fault) = fault {
        assert!(!fault.message.contains("malformed"), "{}\n{source}", fault.message);
    }
}
