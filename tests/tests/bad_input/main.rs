//! Whatever the input, there is a report or a result: no panic, no hang, no overflow of the stack.
//!
//! The inputs are those in `tests/corpus`, texts that nest deeply, and random changes of every committed program.
//! `CRUSH_FUZZ_SECONDS` asks for longer (`cargo xtask fuzz`). What is being tried lies in the file that `CRUSH_FUZZ_INPUT`
//! names, so that it is there when the process dies of it.

mod mutate;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crush_host::{Grants, Host};
use crush_ide::{CancelToken, FileAnalysis, Quotas, RunError, Snapshot, Text};
use crush_tests::conformance;
use crush_vm::{Vm, assemble, verify};

use mutate::mutated;

/// So much of everything is enough for a small program.
fn quotas() -> Quotas {
    let mut quotas = Quotas { instructions: 20_000, call_depth: 5_000, ..Quotas::default() };
    quotas.memory.bytes = 32 << 20;
    quotas
}

/// Everything that an editor and the command line do with a text.
fn survives(source: &str) {
    let analysis = FileAnalysis::new(Text::from(source));
    let snapshot = Snapshot::unevaluated(analysis.clone());
    for report in crush_ide::diagnostics(&snapshot).iter().take(4) {
        let fixes = crush_ide::fixes(&analysis, report).into_iter().chain(crush_ide::suppress(&analysis, report));
        for edit in fixes.flat_map(|fix| fix.edits) {
            assert!(source.get(edit.range.start..edit.range.end).is_some(), "{edit:?} is not in the text");
        }
    }
    crush_ide::symbols(&snapshot);
    match crush_ide::run(&analysis, &Grants::none(), quotas(), CancelToken::new(), &mut std::io::sink()) {
        Err(RunError::Problems(problems)) => assert!(!problems.is_empty(), "rejected without a reason"),
        Err(RunError::Fault(fault)) => {
            assert!(!fault.message.contains("malformed"), "{}", fault.message);
            crush_ide::fault_diagnostic(&fault);
        }
        Ok(()) => {}
    }
}

/// Whatever assembles and passes the verifier runs without a fault of the machine's own.
fn survives_as_casm(text: &str) {
    let Ok(program) = assemble(text) else { return };
    let Ok(program) = verify(program) else { return };
    let (grants, mut output) = (Grants::none(), std::io::sink());
    let host = Host::new(&grants, &mut output);
    // A fault is as good an end as any.
    let _ = Vm::new(&program, &host, quotas(), CancelToken::new()).and_then(|mut vm| vm.run().map(drop));
}

/// The programs and listings that were committed because they once failed, or might.
fn corpus(extension: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("the folder is there").filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths.iter().map(|path| String::from_utf8_lossy(&fs::read(path).expect("it can be read")).into_owned()).collect()
}

fn programs() -> Vec<String> {
    let suite = conformance::cases().expect("the suite can be read");
    suite.into_iter().map(|case| case.source).chain(corpus("crush")).collect()
}

/// Tries changes of `seeds`: so many, or for the time that was asked for.
fn fuzz(seeds: &[String], count: u64, survives: fn(&str)) {
    let seconds = std::env::var("CRUSH_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let first = if until.is_some() { fastrand::u64(..) } else { 1 };
    let record = std::env::var_os("CRUSH_FUZZ_INPUT");
    for seed in (0..).map(|index| first.wrapping_add(index)) {
        if until.map_or(seed >= first + count, |until| Instant::now() >= until) {
            break;
        }
        let text = mutated(seeds, &mut fastrand::Rng::with_seed(seed));
        if let Some(path) = &record {
            fs::write(path, &text).expect("it can be written");
        }
        if std::panic::catch_unwind(|| survives(&text)).is_err() {
            panic!("seed {seed}:\n{text}");
        }
    }
}

#[test]
fn committed_inputs() {
    for source in corpus("crush") {
        survives(&source);
    }
    for text in corpus("casm") {
        survives_as_casm(&text);
    }
}

#[test]
fn deep_nesting() {
    let pieces = [
        ("(", "1", ")"),
        ("[", "", "]"),
        ("{a: ", "1", "}"),
        ("-", "1", ""),
        ("!", "true", ""),
        ("if true { ", "", "}"),
        ("while false { ", "", "}"),
        ("for i in [] { ", "", "}"),
        ("try { ", "", "} catch e { }"),
        ("|x| ", "x", ""),
        ("match 1 { _ => ", "1", "}"),
        ("f(", "1", ")"),
        ("a[", "0", "]"),
        ("a.", "a", ""),
        ("1 + ", "1", ""),
        ("\"a\" + ", "1", ""),
        ("true && ", "true", ""),
        ("1 |> ", "f", ""),
        ("fn f() { ", "", "}"),
        ("@m { a: ", "1", "}"),
        ("if true { } else ", "{ }", ""),
        ("S { a: ", "1", "}"),
        ("&", "a", ""),
        ("spawn ", "f()", ""),
        ("await ", "f()", ""),
        ("/*", "", "*/"),
    ];
    for (open, middle, close) in pieces {
        for depth in [100, 3_000, 20_000] {
            let nested = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
            survives(&nested);
            survives(&format!("let a = {nested}\nprint(a)\n"));
            survives(&open.repeat(depth));
            survives(&close.repeat(depth));
        }
    }
}

#[test]
fn values_nest_deeply() {
    for wrap in ["[v]", "{a: v}"] {
        for then in ["print(v)", "print(v == v)", "let w = \"\" + v", "print(json.stringify(v))", "print(v == [v])"] {
            survives(&format!("let v = 1\nlet i = 0\nwhile i < 1500 {{ v = {wrap} i = i + 1 }}\n{then}\n"));
        }
    }
    survives("let a = []\na.push(a)\nlet b = []\nb.push(b)\nprint(a == b)\nprint(json.stringify(a))\n");
    survives("fn f(n) { return f(n + 1) }\nf(0)\n");
    survives("let f = |g| g(g)\nf(f)\n");
}

#[test]
fn changed_programs() {
    fuzz(&programs(), 1_500, survives);
}

#[test]
fn changed_listings() {
    let listings: Vec<String> = programs()
        .iter()
        .filter_map(|source| crush_ide::listing(&FileAnalysis::new(Text::from(source.as_str()))).ok())
        .chain(corpus("casm"))
        .collect();
    assert!(listings.len() > 300, "only {} programs compile", listings.len());
    fuzz(&listings, 3_000, survives_as_casm);
}
