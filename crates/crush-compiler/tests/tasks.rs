//! Random programs of tasks that spawn tasks: the order in which they run changes nothing but the order of what they print.

mod common;

use std::fmt::Write as _;
use std::num::NonZeroUsize;

use common::run_scheduled;
use crush_vm::Scheduling;
use fastrand::Rng;

/// A program of some functions, each of which spawns later ones.
fn program(random: &mut Rng) -> String {
    let functions = random.usize(3..8);
    let mut text = String::new();
    for function in 0..functions {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "fn f{function}(x, xs) {{\n    print(\"f{function} \" + x)\n    xs.push(x)\n    let sum = x"
        );
        let mut unawaited = Vec::new();
        for spawned in 0..random.usize(0..4) {
            let callee = random.usize(function + 1..functions + 1);
            if callee < functions {
                let _ = writeln!(text, "    let h{spawned} = spawn f{callee}(x + {spawned}, xs)");
                unawaited.push(spawned);
            }
            if random.bool() {
                let _ = writeln!(
                    text,
                    "    {}",
                    random.choice(["yield", "xs.push(0)", "for i in 0..50 { sum += i }"]).unwrap_or("")
                );
            }
            if random.bool()
                && let Some(handle) = unawaited.pop()
            {
                let _ = writeln!(text, "    sum += await h{handle}");
            }
        }
        random.shuffle(&mut unawaited);
        for handle in unawaited {
            let _ = writeln!(text, "    sum += await h{handle}");
        }
        let _ = writeln!(text, "    return sum + len(xs)\n}}");
    }
    let _ = writeln!(text, "let xs = []\nprint(await spawn f0(1, xs))\nprint(len(xs))");
    text
}

fn sorted(output: &str) -> Vec<&str> {
    let mut lines: Vec<_> = output.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn the_order_of_tasks_changes_no_result() {
    let mut random = Rng::with_seed(17);
    for _ in 0..60 {
        let text = program(&mut random);
        let expected = run_scheduled(&text, Scheduling::Seeded(0));
        assert!(!expected.contains("fault"), "{expected}\n{text}");
        for seed in 1..6 {
            let output = run_scheduled(&text, Scheduling::Seeded(seed));
            assert_eq!(sorted(&output), sorted(&expected), "{text}");
            assert_eq!(output, run_scheduled(&text, Scheduling::Seeded(seed)), "{text}");
        }
        let workers = NonZeroUsize::new(3).expect("some");
        assert_eq!(sorted(&run_scheduled(&text, Scheduling::Pool { workers })), sorted(&expected), "{text}");
    }
}
