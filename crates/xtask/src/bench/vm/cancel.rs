//! How soon a run stops that is told to, whatever it is in the middle of.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{anyhow, ensure};
use crush_ide::{CancelToken, FileAnalysis, Grants, Quotas, Text};

/// Programs that never end, or not soon, in instructions that take long.
const PROGRAMS: &[(&str, &str)] = &[
    ("an empty loop", "while true { }"),
    ("deep recursion", "fn f(n) { if n == 0 { return 0 } return f(n - 1) } while true { f(50000) }"),
    ("making a long range", "while true { let xs = range(20000000) }"),
    ("slicing a long array", "let xs = range(10000000) while true { let ys = xs[::-1] }"),
    ("slicing a long text", "let s = \"0123456789\" for i in 0..20 { s = s + s } while true { let t = s[1:] }"),
    (
        "slicing a long text that is not ASCII",
        "let s = \"012345678é\" for i in 0..20 { s = s + s } while true { let t = s[1:] }",
    ),
    ("indexing a long text", "let s = \"012345678é\" for i in 0..20 { s = s + s } while true { let t = s[9000000] }"),
    ("joining two long arrays", "let xs = range(5000000) while true { let ys = xs + xs }"),
    ("joining two long texts", "let s = \"0123456789\" for i in 0..22 { s = s + s } while true { let t = s + s }"),
    ("comparing long arrays", "let xs = range(5000000) let ys = range(5000000) while true { let e = xs == ys }"),
    ("printing a deep array", "let xs = [] for i in 0..300000 { xs = [xs] } while true { print(len(\"\" + xs)) }"),
    ("printing a long array", "let xs = range(5000000) while true { let s = \"\" + xs }"),
    ("inserting at the front", "let xs = range(10000000) while true { xs.insert(0, 1) }"),
    (
        "removing from a large map",
        "let m = {} for i in 0..1000000 { m[\"k\" + i] = i } while true { m.remove(\"k0\") m[\"k0\"] = 1 }",
    ),
    ("filling a large map", "let m = {} let i = 0 while true { m[\"k\" + i] = i i = i + 1 }"),
    ("the keys of a large map", "let m = {} for i in 0..1000000 { m[\"k\" + i] = i } while true { let k = m.keys() }"),
    ("collecting", "let kept = [] for i in 0..1000000 { kept.push([i]) } while true { let x = [[[[]]]] }"),
    ("printing a long text", "let s = \"0123456789\" for i in 0..22 { s = s + s } while true { print(s) }"),
    (
        "ordering long texts",
        "let s = \"0123456789\" for i in 0..22 { s = s + s } let t = s + \"a\" let u = s + \"b\" while true { let e = t < u }",
    ),
    (
        "sending a long array",
        "fn f(xs) { return len(xs) } let xs = range(5000000) while true { let h = spawn f(xs) await h }",
    ),
    ("dropping a long array", "while true { let xs = range(10000000) drop(xs) }"),
    ("searching a long text", "let s = str.repeat(\"0123456789\", 4000000) while true { str.index_of(s, \"10x\") }"),
    ("splitting a long text", "let s = str.repeat(\"0123456789\", 1000000) while true { str.split(s, \"45\") }"),
    ("capital letters", "let s = str.repeat(\"012345678a\", 4000000) while true { str.to_upper(s) }"),
    ("repeating a text", "while true { str.repeat(\"0123456789\", 10000000) }"),
    ("a regular expression", "let s = str.repeat(\"012345678a\", 1000000) while true { regex.find_all(\"a+\", s) }"),
    ("reading JSON", "let s = \"[\" + str.repeat(\"1,\", 5000000) + \"1]\" while true { json.parse(s) }"),
    ("writing JSON", "let xs = range(5000000) while true { json.stringify(xs) }"),
    ("sorting", "let xs = [] for i in 0..2000000 { xs.push((i * 7919) % 2000003) } while true { array.sort(xs) }"),
    ("pairs of long arrays", "let xs = range(2000000) while true { collections.zip(xs, xs) }"),
    ("bytes of a long text", "let s = str.repeat(\"0123456789\", 1000000) while true { bytes.from_string(s) }"),
];

/// How soon one of them stopped.
pub(super) struct Stop {
    pub(super) name: &'static str,
    /// Seconds from setting the flag until the run had returned.
    pub(super) worst: f64,
}

/// The worst of several tries of each.
pub(super) fn measure() -> anyhow::Result<Vec<Stop>> {
    PROGRAMS.iter().map(|&(name, source)| Ok(Stop { name, worst: worst(source)? })).collect()
}

fn worst(source: &str) -> anyhow::Result<f64> {
    let mut worst = Duration::ZERO;
    for tries in 0..3 {
        // Long enough that it is in its loop, and each time somewhere else in it.
        worst = worst.max(stop_after(source, Duration::from_millis(700 + 37 * tries))?);
    }
    Ok(worst.as_secs_f64())
}

fn stop_after(source: &str, delay: Duration) -> anyhow::Result<Duration> {
    let analysis = FileAnalysis::new(Text::from(source));
    let cancel = CancelToken::new();
    let (told, hear) = mpsc::channel();
    let stop = cancel.clone();
    let stopper = thread::spawn(move || {
        thread::sleep(delay);
        let at = Instant::now();
        stop.cancel();
        // The receiver is gone only when the run failed, which is told below.
        let _ = told.send(at);
    });
    let mut quotas = Quotas::default();
    quotas.memory.bytes = 2 << 30;
    quotas.memory.objects = 100_000_000;
    let result = crush_ide::run(&analysis, &Grants::none(), quotas, cancel, &mut std::io::sink());
    let returned = Instant::now();
    stopper.join().map_err(|_| anyhow!("the stopping thread panicked"))?;
    let asked = hear.recv()?;
    ensure!(returned > asked, "`{source}` ended by itself: {result:?}");
    Ok(returned - asked)
}
