//! The analysis against the VM (S1, S2), on some random programs. `cargo xtask soundness` tries as many as one likes.
//!
//! `SOUNDNESS_PROGRAMS` sets how many are tried, `SOUNDNESS_SEED` where to begin.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crush_tests::soundness::{Effort, Tally, show, try_seed};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn no_fault_goes_unreported_and_no_error_is_a_false_alarm() {
    let (count, first) = (number("SOUNDNESS_PROGRAMS", 2_000), number("SOUNDNESS_SEED", 1));
    let next = AtomicU64::new(first);
    let seen = Mutex::new((Tally::default(), Vec::new()));
    let work = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                break;
            }
            if let Err(found) = try_seed(seed, Effort::SMALL, &mut tally) {
                let problem = format!("seed {seed}: {}", show(&found.0, &found.1));
                let mut seen = seen.lock().expect("nothing panics with it");
                seen.1.push(problem);
                if seen.1.len() >= 5 {
                    break;
                }
            }
        }
        seen.lock().expect("nothing panics with it").0.add(&tally);
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let (tally, problems) = seen.into_inner().expect("nothing panics with it");
    println!("{tally:?}");
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    assert!(tally.faults > 0 && tally.runs > tally.faults, "the programs try nothing: {tally:?}");
}
