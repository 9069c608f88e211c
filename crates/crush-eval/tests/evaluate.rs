//! Background runs: what is remembered of them, and what stops them.

use crush_eval::{Evaluation, Limits, Moment, evaluate};
use crush_hir::file::FileHir;
use crush_syntax::{Text, Tree};
use crush_vm::{CancelToken, VerifiedProgram, verify};

fn compiled(source: &str) -> VerifiedProgram {
    let tree = Tree::parse(Text::from(source));
    let file = FileHir::new(&tree);
    let program = crush_compiler::compile(&file, &tree, crush_compiler::Options::default()).expect("it compiles");
    verify(program).expect("what the compiler makes passes")
}

fn run(source: &str) -> Evaluation {
    evaluate(&compiled(source), Limits::default(), &CancelToken::new()).expect("nobody cancels")
}

/// What `name` held when the statement that begins with `statement` had run for the last time, and how often that was.
fn held(source: &str, statement: &str, name: &str) -> (String, u64) {
    let run = run(source);
    let start = source.find(statement).expect("the statement is there");
    let record = run.statements().iter().find(|record| record.range.start as usize == start).expect("it ran");
    let held = record.held.iter().find(|held| held.name == name).expect("the variable is known");
    (held.preview.clone(), record.hits)
}

#[test]
fn the_last_run_of_a_statement_is_remembered() {
    assert_eq!(held("let s = 0\nfor i in 0..1000 { s = s + i }\n", "s = s + i", "s"), ("499500".to_string(), 1000));
}

#[test]
fn a_variable_whose_register_serves_again_is_not_told() {
    // Behind the body the condition runs once more, where `next` was.
    let source = "let orders = [1, 2]\nlet packed = []\nwhile len(orders) > 0 {\n  let next = orders.remove(0)\n  packed.push(next)\n}\nprint(packed)\n";
    let run = run(source);
    let at = |text: &str| source.find(text).expect("the statement is there");
    let names = |text: &str| {
        let record = run.statements().iter().find(|record| record.range.start as usize == at(text)).expect("it ran");
        let names = record.held.iter().map(|held| format!("{}={}", held.name, held.preview));
        names.collect::<Vec<_>>()
    };
    assert_eq!(names("let next"), ["orders=[]", "packed=[1]", "next=2"]);
    assert_eq!(names("packed.push"), ["orders=[]", "packed=[1, 2]"]);
    // Where nothing takes its place, it is told as it was left.
    assert_eq!(
        held("if true {\n  let t = 5\n  t = t + 1\n} else {\n  let u = 9\n  print(u)\n}\nprint(1)\n", "t = t", "t").0,
        "6"
    );
}

#[test]
fn in_a_recursion_the_last_one_to_begin_counts() {
    let source = "fn down(n) {\n  let here = n\n  if n > 0 { down(n - 1) }\n  return here\n}\nprint(down(3))\n";
    assert_eq!(held(source, "let here", "here"), ("0".to_string(), 4));
}

#[test]
fn a_statement_that_faults_is_remembered_as_it_began() {
    let source = "let a = 1\nlet xs = [1]\na = xs[7]\n";
    let run = run(source);
    let start = source.find("a = xs[7]").unwrap();
    let record = run.statements().iter().find(|record| record.range.start as usize == start).unwrap();
    assert!(!record.completed);
    assert_eq!(record.held[0].preview, "1");
}

#[test]
fn a_statement_that_throws_is_over_where_the_error_is_caught() {
    assert_eq!(
        held("fn f(x) { throw x }\nlet a = 1\ntry {\n  a = f(2)\n} catch e { print(e) }\n", "a = f(2)", "a"),
        ("1".to_string(), 1)
    );
}

#[test]
fn what_is_remembered_does_not_grow_with_the_run() {
    let count = |turns: u32| {
        let run = run(&format!("let xs = []\nfor i in 0..{turns} {{ xs.push(i)\n print(i) }}\n"));
        run.statements().iter().map(|record| record.held.len()).sum::<usize>()
    };
    assert_eq!(count(10), count(10_000));
}

#[test]
fn output_is_kept_up_to_a_bound() {
    let run = run("for i in 0..200000 { print(\"0123456789\") }\n");
    assert!(run.output_is_truncated());
    assert_eq!(run.output().len(), 1 << 20);
}

#[test]
fn the_arena_at_a_line_is_that_after_its_last_run() {
    let source = "let xs = []\nfor i in 0..3 {\n  xs.push(i)\n}\nxs.push(\"more\")\nxs = 1\n";
    let run = run(source);
    let start = source.find("xs.push(i)").unwrap() as u32;
    let arena = run.arena_at(Moment::Statements { start, end: start + 10 }).expect("the line ran");
    let array = arena.slots.iter().find(|slot| slot.names.iter().any(|name| name == "xs")).expect("it has its name");
    assert_eq!(array.preview, "[0, 1, 2]");
    assert_eq!(run.arena_at(Moment::Statements { start: 10_000, end: 10_010 }), None);
}

#[test]
fn a_run_without_end_reaches_its_quota() {
    let limits = Limits { instructions: 100_000, ..Limits::default() };
    let run = evaluate(&compiled("let i = 0\nwhile true { i = i + 1 }\n"), limits, &CancelToken::new()).unwrap();
    assert_eq!(run.fault().map(|fault| fault.kind.name()), Some("Quota"));
    // Both runs end at the same instruction, so the last turn is known.
    assert!(run.statements().iter().any(|record| record.hits > 1000 && !record.held.is_empty()));
}

#[test]
fn a_cancelled_run_has_no_result() {
    let cancel = CancelToken::new();
    cancel.cancel();
    assert!(evaluate(&compiled("while true { let x = 1 }\n"), Limits::default(), &cancel).is_none());
}

#[test]
fn files_are_out_of_reach() {
    let run = run("print(fs.read(\"/etc/passwd\"))\n");
    assert_eq!(run.fault().map(|fault| fault.kind.name()), Some("Capability"));
    assert_eq!(run.output(), "");
}

#[test]
fn tasks_are_remembered_like_the_program_itself() {
    let source = "fn work(n) {\n  let sum = 0\n  for i in 0..40 {\n    sum += n\n    yield\n  }\n  return sum\n}\n\
                  let a = spawn work(1)\nlet b = spawn work(2)\nlet x = await a\nlet y = await b\nprint(x + y)\n";
    assert_eq!(held(source, "sum += n", "sum"), ("80".to_string(), 80));
    assert_eq!(held(source, "let y", "y"), ("80".to_string(), 1));
    let run = run(source);
    assert_eq!(run.output(), "120\n");
    let start = source.find("sum += n").expect("it is there") as u32;
    let arena = run.arena_at(Moment::Statements { start, end: start + 8 }).expect("the line ran");
    assert_eq!(arena.objects, 0, "the arena of the task that ran it holds numbers alone");
}
