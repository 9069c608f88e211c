//! What a step costs in a run of ten million instructions, forward and back, for each program that is named: milliseconds, the
//! median and the slowest of a hundred.
//!
//! ```bash
//! cargo run --release -p crush-eval --example stepping tests/bench/*.crush
//! ```
#![expect(clippy::disallowed_methods, reason = "it measures: it reads files and the clock")]

use std::time::Instant;

use crush_eval::time::{Bounds, Direction, Position, Replay, Step, Timeline};
use crush_hir::file::FileHir;
use crush_host::{Grants, Host};
use crush_syntax::{Text, Tree};
use crush_vm::{CancelToken, Quotas, verify};

const INSTRUCTIONS: u64 = 10_000_000;
/// Moments at which every step is made.
const MOMENTS: u64 = 100;

fn main() {
    println!(
        "{:24} {:>9} {:>11} {:>7}   into, over, out, event, into back, over back, out back, event back, last change",
        "", "known", "checkpoints", "MB"
    );
    for path in std::env::args().skip(1) {
        let source = std::fs::read_to_string(&path).expect("a file");
        let tree = Tree::parse(Text::from(source.as_str()));
        let program = crush_compiler::compile(&FileHir::new(&tree), &tree, crush_compiler::Options::default());
        let program = verify(program.expect("it compiles")).expect("what the compiler makes passes");
        let (grants, mut nowhere) = (Grants::none(), std::io::sink());
        let host = Host::pure(&grants, &mut nowhere);
        let replay = Replay::new(&host);
        let memory = crush_arena::Limits { bytes: 1 << 30, objects: 10_000_000 };
        let bounds = Bounds::new(Quotas { instructions: INSTRUCTIONS, memory, ..Quotas::default() });
        let text = Text::from(source.as_str());
        let line_of = |range: crush_vm::SourceRange| text.line_of(range.start as usize) as u32;
        let mut timeline = Timeline::new(&program, &replay, bounds, CancelToken::new(), line_of).expect("it begins");
        let began = Instant::now();
        timeline.run_to_end().expect("nobody cancels");
        let known = began.elapsed();
        let (last, _) = timeline.known();
        let (count, bytes) = timeline.checkpoints();
        print!(
            "{:24} {:6.0} ms {count:11} {:7.1}  ",
            path.rsplit('/').next().unwrap_or_default(),
            known.as_secs_f64() * 1e3,
            bytes as f64 / 1e6
        );
        for direction in [Direction::Forward, Direction::Back] {
            for step in [Step::Into, Step::Over, Step::Out, Step::Event] {
                let mut times: Vec<f64> = (0..MOMENTS)
                    .map(|part| {
                        let from = timeline.go_to(Position::at(1 + part * (last - 1) / MOMENTS)).expect("it is there");
                        let began = Instant::now();
                        let there = timeline.step(from, step, direction, &[]).expect("it goes on");
                        let state = timeline.state(there).expect("it is there");
                        std::hint::black_box(state);
                        began.elapsed().as_secs_f64() * 1e3
                    })
                    .collect();
                times.sort_by(f64::total_cmp);
                print!(" {:.1}/{:.1}", times[times.len() / 2], times[times.len() - 1]);
            }
        }
        let state = timeline.state(Position::END).expect("the end");
        let object = state.frames.iter().flat_map(|frame| &frame.variables).find_map(|held| held.object.clone());
        if let Some(object) = object {
            let began = Instant::now();
            let change =
                timeline.last_change(0, object.slot, object.generation, Position::END).expect("nobody cancels");
            print!("  {:.1} ({})", began.elapsed().as_secs_f64() * 1e3, change.map_or("none", |change| change.what));
        }
        println!();
    }
}
