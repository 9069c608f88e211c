//! Background runs that were granted something: what they do outside they do once, whatever is asked of them afterwards.

#![expect(clippy::disallowed_methods, reason = "what is done outside is looked at from outside")]

use std::fs;
use std::sync::Arc;

use crush_eval::{Evaluation, Limits, Moment, evaluate_granted};
use crush_hir::file::FileHir;
use crush_host::Grants;
use crush_syntax::{Text, Tree};
use crush_vm::{CancelToken, FaultKind, verify};

fn run(source: &str, grants: Grants) -> Evaluation {
    let tree = Tree::parse(Text::from(source));
    let file = FileHir::new(&tree);
    let program = crush_compiler::compile(&file, &tree, crush_compiler::Options::default()).expect("it compiles");
    let program = verify(program).expect("what the compiler makes passes");
    evaluate_granted(&program, Limits::default(), &Arc::new(grants), &CancelToken::new()).expect("nobody cancels")
}

fn files_in(dir: &std::path::Path) -> Grants {
    let mut grants = Grants::none();
    grants.allow_files(dir).expect("the directory is there");
    grants
}

#[test]
fn a_file_is_written_once_and_read_as_it_was() {
    let dir = tempfile::tempdir().expect("a directory");
    let log = dir.path().join("log.txt");
    fs::write(&log, "before\n").unwrap();
    let source = "let had = fs.read(\"log.txt\")\nfs.append(\"log.txt\", \"once\\n\")\nlet has = fs.read(\"log.txt\")\nprint(has)\n";
    let run = run(source, files_in(dir.path()));
    assert!(run.fault().is_none(), "{:?}", run.fault());
    assert_eq!(fs::read_to_string(&log).unwrap(), "before\nonce\n");
    assert_eq!(run.output(), "before\nonce\n\n");
    let held = |name: &str| {
        let all = run.statements().iter().flat_map(|statement| &statement.held);
        all.filter(|held| held.name == name).map(|held| held.preview.clone()).next_back()
    };
    assert_eq!(held("had").as_deref(), Some("before\n"), "what the second run was given is what the first one read");

    fs::remove_file(&log).unwrap();
    let line = source.find("let has").expect("it is there") as u32;
    let arena = run.arena_at(Moment::Statements { start: line, end: line + 1 }).expect("it ran");
    assert!(arena.objects > 0);
    assert!(!log.exists(), "looking does nothing outside");
}

#[test]
fn what_was_not_granted_is_a_fault() {
    let run = run("print(1)\nfs.write(\"a\", \"b\")\n", Grants::none());
    assert!(
        matches!(run.fault().map(|fault| &fault.kind), Some(FaultKind::Capability { name, .. }) if name == "fs.write")
    );
    assert_eq!(run.output(), "1\n");
}

#[test]
fn random_numbers_are_the_same_in_every_look() {
    let mut grants = Grants::none();
    grants.allow("crypto").expect("a grant");
    let run = run("let token = crypto.random(8)\nlet n = 0\nwhile n < 3 { n = n + 1 }\nprint(token)\n", grants);
    let mut tokens = run.statements().iter().flat_map(|statement| &statement.held).filter(|held| held.name == "token");
    let first = tokens.next().expect("it held something").preview.clone();
    assert!(tokens.all(|held| held.preview == first));
}
