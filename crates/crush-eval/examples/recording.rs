//! What recording costs: the processor time of an evaluation beside that of a plain run, in turn, for each program that is named.
//!
//! ```bash
//! cargo run --release -p crush-eval --example recording tests/bench/*.crush
//! ```
#![expect(clippy::disallowed_methods, reason = "it measures: it reads files and the clock of its thread")]

use crush_eval::{Limits, Outcome, evaluate};
use crush_hir::file::FileHir;
use crush_host::{Grants, Host};
use crush_syntax::{Text, Tree};
use crush_vm::{CancelToken, Quotas, VerifiedProgram, Vm, verify};

const BYTES: usize = 4 << 30;
const OBJECTS: usize = 100_000_000;
const ROUNDS: usize = 3;

fn main() {
    for path in std::env::args().skip(1) {
        let source = std::fs::read_to_string(&path).expect("a file");
        let tree = Tree::parse(Text::from(source.as_str()));
        let program = crush_compiler::compile(&FileHir::new(&tree), &tree, crush_compiler::Options::default());
        let program = verify(program.expect("it compiles")).expect("what the compiler makes passes");
        let mut rounds: Vec<_> =
            (0..ROUNDS).map(|_| (timed(|| plain(&program)), timed(|| recorded(&program)))).collect();
        rounds.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
        let (plain, recorded) = rounds[ROUNDS / 2];
        println!("{path:40} {plain:6.3} s {recorded:6.3} s {:5.2}", recorded / plain);
    }
}

/// Seconds of processor time that this thread takes for some work: a busy machine does not stretch them.
fn timed(work: impl FnOnce()) -> f64 {
    let clock = || {
        let read = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
        read.split(' ').next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()).expect("nanoseconds")
    };
    let before = clock();
    work();
    (clock() - before) / 1e9
}

fn plain(program: &VerifiedProgram) {
    let (grants, mut nowhere) = (Grants::none(), std::io::sink());
    let host = Host::pure(&grants, &mut nowhere);
    let memory = crush_arena::Limits { bytes: BYTES, objects: OBJECTS };
    let quotas = Quotas { memory, ..Quotas::default() };
    Vm::new(program, &host, quotas, CancelToken::new()).expect("small").run().expect("it ends well");
}

fn recorded(program: &VerifiedProgram) {
    let limits = Limits { instructions: u64::MAX, bytes: BYTES, objects: OBJECTS, ..Limits::default() };
    let evaluation = evaluate(program, limits, &CancelToken::new()).expect("nobody cancels");
    assert_eq!(*evaluation.outcome(), Outcome::Finished);
}
