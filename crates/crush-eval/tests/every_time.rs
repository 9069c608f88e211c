//! What the two runs remember, held against one run that looks at every statement every time and forgets all but the last.
#![expect(clippy::disallowed_methods, reason = "it reads the programs of the tests")]

mod support;

use std::collections::HashMap;

use crush_arena::RuntimeValue;
use crush_eval::{Limits, evaluate};
use crush_host::{Grants, Host};
use crush_vm::{CancelToken, Moment, Quotas, Recorder, VerifiedProgram, Vm};
use support::{compiled, over_every_program};

const INSTRUCTIONS: u64 = 20_000;
const CALL_DEPTH: usize = 200;

/// What is known of a statement, by function and index.
type Known = HashMap<(usize, usize), Statement>;

#[derive(Clone, Debug, Default, PartialEq)]
struct Statement {
    hits: u64,
    held: Vec<(String, String)>,
    /// Those of them that were out of their scope by then.
    gone: Vec<String>,
    completed: bool,
    printed: Option<String>,
}

/// The statement that runs in a frame, and which time it is.
type Running = Option<((usize, usize), u64)>;

#[derive(Default)]
struct EveryTime {
    known: Known,
    /// For each task, for each frame.
    running: HashMap<u32, Vec<Running>>,
}

impl EveryTime {
    fn top(&mut self, moment: &Moment<'_>) -> &mut Running {
        let frames = self.running.entry(moment.task).or_default();
        frames.resize(moment.depth, None);
        &mut frames[moment.depth - 1]
    }

    fn finish(&mut self, moment: &Moment<'_>) {
        let Some((at, time)) = self.top(moment).take() else { return };
        let known = self.known.get_mut(&at).expect("it began");
        // Only of the last to begin.
        if known.hits == time {
            known.held = held_behind(moment, at.1);
            known.gone = gone(moment);
            known.completed = true;
        }
    }
}

impl Recorder for EveryTime {
    fn statement(&mut self, moment: &Moment<'_>, statement: usize) {
        self.finish(moment);
        let at = (moment.function.index(), statement);
        let known = self.known.entry(at).or_default();
        known.hits += 1;
        known.held = moment.locals().map(|(local, value)| (local.name.to_string(), shown(moment, value))).collect();
        known.gone.clear();
        known.completed = false;
        let time = known.hits;
        *self.top(moment) = Some((at, time));
    }

    fn printed(&mut self, moment: &Moment<'_>, text: &str) {
        if let Some((at, _)) = *self.top(moment) {
            self.known.get_mut(&at).expect("it began").printed = Some(text.chars().take(40).collect());
        }
    }

    fn entered(&mut self, moment: &Moment<'_>) {
        *self.top(moment) = None;
    }

    fn returned(&mut self, moment: &Moment<'_>, _: RuntimeValue) {
        self.finish(moment);
    }
}

fn shown(moment: &Moment<'_>, value: RuntimeValue) -> String {
    moment.arena.preview_value(value, 80)
}

fn held_behind(moment: &Moment<'_>, statement: usize) -> Vec<(String, String)> {
    let debug = &moment.code().debug;
    let begin = debug.statements[statement].pc;
    let next =
        debug.statements[statement + 1..].iter().map(|other| other.pc).find(|pc| *pc > begin).unwrap_or(u32::MAX);
    let seen = debug.locals.iter().filter(|local| local.start <= next && begin < local.end);
    seen.map(|local| (local.name.to_string(), shown(moment, moment.value_of(local.home)))).collect()
}

fn gone(moment: &Moment<'_>) -> Vec<String> {
    let locals = moment.code().debug.locals.iter();
    let gone = locals.filter(|local| !(local.start..local.end).contains(&moment.pc));
    gone.map(|local| local.name.to_string()).collect()
}

/// By function and statement, from one run that looks every time.
fn every_time(program: &VerifiedProgram) -> Known {
    let (grants, mut nowhere) = (Grants::none(), std::io::sink());
    let host = Host::pure(&grants, &mut nowhere);
    let defaults = Limits::default();
    let quotas = Quotas {
        memory: crush_arena::Limits { bytes: defaults.bytes, objects: defaults.objects },
        instructions: INSTRUCTIONS,
        call_depth: CALL_DEPTH,
        output: defaults.output,
    };
    let mut recorder = EveryTime::default();
    if let Ok(mut vm) = Vm::new(program, &host, quotas, CancelToken::new()) {
        _ = vm.run_recorded(&mut recorder);
    }
    recorder.known
}

/// Compares the two ways for one program; how many statements ran.
fn compare(source: &str, name: &str) -> usize {
    let Some(program) = compiled(source) else { return 0 };
    let every_time = every_time(&program);
    let limits = Limits { instructions: INSTRUCTIONS, call_depth: CALL_DEPTH, ..Limits::default() };
    let evaluation = evaluate(&program, limits, &CancelToken::new()).expect("nobody cancels");
    let mut expected: Vec<_> = every_time
        .into_iter()
        .map(|((function, statement), known)| {
            let debug = &program.functions[function].debug;
            (debug.statements[statement].span.in_file(debug.file), known)
        })
        .collect();
    let mut found: Vec<_> = evaluation
        .statements()
        .iter()
        .map(|record| {
            let held = record.held.iter().map(|held| (held.name.clone(), held.preview.clone())).collect();
            let printed = record.printed.as_ref().map(|text| text.chars().take(40).collect());
            let (hits, completed) = (record.hits, record.completed);
            (record.range, Statement { hits, held, gone: Vec::new(), completed, printed })
        })
        .collect();
    let key = |(range, known): &(crush_vm::SourceRange, Statement)| {
        (*range, known.hits, format!("{} {:?}", known.completed, known.printed))
    };
    expected.sort_by_key(key);
    found.sort_by_key(key);
    for ((place, expected), (found_place, found)) in expected.iter_mut().zip(&found) {
        // Out of its scope, a variable is told only while nothing has taken its place: that cannot be seen from here.
        let gone = std::mem::take(&mut expected.gone);
        let mut told = found.held.iter().peekable();
        expected.held.retain(|held| told.next_if(|told| *told == held).is_some() || !gone.contains(&held.0));
        assert_eq!((&*place, &*expected), (found_place, found), "{name}");
    }
    assert_eq!(expected.len(), found.len(), "{name}");
    found.len()
}

#[test]
fn two_runs_remember_what_looking_every_time_does() {
    let statements = over_every_program(compare);
    assert!(statements > 4_000, "only {statements} statements ran");
}

#[test]
fn frames_that_are_left_in_every_way_are_remembered_the_same() {
    let sources = [
        "fn deep(n) {\n  let here = n\n  if n == 0 { throw \"up\" }\n  let below = deep(n - 1)\n  return below\n}\n\
         let tries = 0\nwhile tries < 3 {\n  try { let never = deep(5 + tries) } catch e { tries = tries + 1 }\n  let after = tries\n}\n",
        "fn f(n) { let a = n\n if n > 1 { return f(n - 1) + f(n - 2) }\n return a }\nlet total = 0\n\
         for i in 0..12 { total = total + f(i) }\nlet xs = array.map([1, 2, 3], |x| { let y = f(x + 5)\n return y })\nprint(xs)\n",
        "let xs = [3, 1, 2]\nlet sorted = array.sort_by(xs, |a, b| { let d = a - b\n print(d)\n return d })\nlet text = \"\"\n\
         for i in 0..300 { text = text + \"long piece of text \" + xs }\nlet last = len(text)\n",
        "fn work(n) {\n  let sum = 0\n  for i in 0..400 { sum = sum + n }\n  return sum\n}\nlet hs = []\n\
         for i in 0..5 { hs.push(spawn work(i)) }\nlet got = []\nfor h in hs { let one = await h\n got.push(one) }\nprint(got)\n",
        "let i = 0\nwhile true { i = i + 1\n if i % 7 == 0 { print(i) } }\n",
        "fn f(x) { let y = x\n return 10 / y }\nlet a = 1\nlet b = f(0)\n",
        "fn forever(n) { let m = n + 1\n forever(m)\n return m }\nforever(0)\n",
        "let n = 0\nwhile n < 3 && [print(n), true][1] { n = n + 1 }\n",
    ];
    for source in sources {
        assert!(compare(source, source) > 0, "{source}");
    }
}
