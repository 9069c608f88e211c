//! Any moment of a run, had again from a checkpoint, is what it was when the run came there from the beginning.
#![expect(clippy::disallowed_methods, reason = "it reads the programs of the tests")]

mod support;

use crush_eval::time::{Bounds, Direction, Lost, Position, Replay, Step, Timeline, Where};
use crush_host::{Grants, Host};
use crush_syntax::Text;
use crush_vm::{CancelToken, Quotas};
use support::{compiled, over_every_program};

const INSTRUCTIONS: u64 = 20_000;

fn bounds(interval: u64) -> Bounds {
    let quotas = Quotas { instructions: INSTRUCTIONS, call_depth: 200, ..Quotas::default() };
    Bounds { interval, ..Bounds::new(quotas) }
}

/// Hands `look` a timeline of a program.
fn with<T>(source: &str, interval: u64, look: impl FnOnce(&mut Timeline<'_>) -> T) -> Option<T> {
    let program = compiled(source)?;
    let (grants, mut nowhere) = (Grants::none(), std::io::sink());
    let host = Host::pure(&grants, &mut nowhere);
    let replay = Replay::new(&host);
    let text = Text::from(source);
    let line_of = |range: crush_vm::SourceRange| text.line_of(range.start as usize) as u32;
    let mut timeline = Timeline::new(&program, &replay, bounds(interval), CancelToken::new(), line_of).ok()?;
    Some(look(&mut timeline))
}

/// What can be seen at some moments of a run: all of the arena, and of the frames.
fn seen(timeline: &mut Timeline<'_>, ticks: &[u64]) -> Result<Vec<String>, Lost> {
    let at = |tick: &u64| {
        let position = if *tick == u64::MAX { Position::END } else { Position::at(*tick) };
        let state = timeline.state(position)?;
        Ok(format!("{state:#?}\n{:#?}", timeline.arena(position)?))
    };
    ticks.iter().map(at).collect()
}

/// Compares a few moments, looked at out of order, with the same looked at from the beginning.
fn compare(source: &str, name: &str) -> usize {
    let compared = with(source, 300, |timeline| {
        timeline.run_to_end().expect("nobody cancels");
        let (last, _) = timeline.known();
        let mut ticks: Vec<u64> = (0..6).map(|part| 1 + part * last / 6).filter(|tick| *tick <= last).collect();
        ticks.push(u64::MAX);
        let half = ticks.len() / 2;
        ticks.rotate_left(half);
        let checkpoints = timeline.checkpoints().0;
        let there = seen(timeline, &ticks).expect("nobody cancels");
        let from_the_beginning = with(source, u64::MAX, |timeline| {
            timeline.run_to_end().expect("nobody cancels");
            assert_eq!(timeline.checkpoints().0, 1);
            assert_eq!(timeline.known().0, last, "{name}");
            seen(timeline, &ticks).expect("nobody cancels")
        });
        for (there, expected) in there.iter().zip(from_the_beginning.expect("it compiles")) {
            assert_eq!(*there, expected, "{name}");
        }
        checkpoints
    });
    compared.unwrap_or(0)
}

#[test]
fn every_moment_is_what_it_was() {
    let checkpoints = over_every_program(compare);
    assert!(checkpoints > 2_000, "only {checkpoints} checkpoints");
}

const TASKS: &str = "fn work(n) {\n  let kept = []\n  for i in 0..60 {\n    kept.push([i, n])\n  }\n  return kept\n}\n\
                     let hs = []\nfor i in 0..4 { hs.push(spawn work(i)) }\nlet got = []\n\
                     for h in hs { let one = await h\n got.push(len(one)) }\nprint(got)\n";
const CALLBACKS: &str = "let xs = [5, 3, 9, 1]\nlet ys = array.map(xs, |x| {\n  let y = [x, x * 2]\n  return y[1]\n})\n\
                         let sorted = array.sort_by(ys, |a, b| {\n  let d = a - b\n  return d\n})\nprint(sorted)\n";

#[test]
fn tasks_and_callbacks_are_no_exception() {
    for source in [TASKS, CALLBACKS] {
        assert!(compare(source, source) > 0, "{source}");
    }
}

/// The lines, from 1, at which the run stops when it is stepped through.
fn walk(source: &str, step: Step) -> Vec<usize> {
    let text = Text::from(source);
    with(source, 50, |timeline| {
        let mut lines = Vec::new();
        let mut position = timeline.go_to(Position::at(1)).expect("it begins");
        while position != Position::END && lines.len() < 200 {
            let state = timeline.state(position).expect("it is there");
            lines.push(text.line_of(state.frames[0].range.start as usize) + 1);
            position = timeline.step(position, step, Direction::Forward, &[]).expect("it goes on");
        }
        // And back again, the same way.
        let mut back = Vec::new();
        let mut seen = 0;
        while seen < lines.len() {
            position = timeline.step(position, step, Direction::Back, &[]).expect("it goes back");
            let state = timeline.state(position).expect("it is there");
            back.push(text.line_of(state.frames[0].range.start as usize) + 1);
            seen += 1;
        }
        back.reverse();
        if step == Step::Into {
            assert_eq!(back, lines, "back");
        }
        lines
    })
    .expect("it compiles")
}

const CALLS: &str = "fn double(n) {\n  let twice = n * 2\n  return twice\n}\nlet a = double(1)\nlet b = double(a); let c = 1\nprint(b)\n";

#[test]
fn lines_are_stepped_into_and_over() {
    assert_eq!(walk(CALLS, Step::Into), [5, 2, 3, 6, 2, 3, 6, 7]);
    assert_eq!(walk(CALLS, Step::Over), [5, 6, 6, 7]);
}

#[test]
fn a_step_out_ends_behind_the_call() {
    with(CALLS, 50, |timeline| {
        let inside = timeline.go_to(Position::at(2)).expect("it is there");
        let out = timeline.step(inside, Step::Out, Direction::Forward, &[]).expect("it goes on");
        assert_eq!(out, Position::at(4), "the statement after the call");
        let back = timeline.step(inside, Step::Out, Direction::Back, &[]).expect("it goes back");
        assert_eq!(back, Position::at(1), "the call");
    });
}

#[test]
fn a_line_is_found_before_and_behind() {
    with(CALLS, 1, |timeline| {
        let start = timeline.go_to(Position::at(1)).expect("it begins");
        let first = timeline.go_to_line(start, &[1], Direction::Forward).expect("a line");
        let second = timeline.go_to_line(first, &[1], Direction::Forward).expect("a line");
        assert_eq!((first, second), (Position::at(2), Position::at(5)));
        assert_eq!(timeline.go_to_line(second, &[1], Direction::Forward).expect("the end"), Position::END);
        assert_eq!(timeline.go_to_line(Position::END, &[1], Direction::Back).expect("a line"), second);
        assert_eq!(timeline.go_to_line(second, &[1], Direction::Back).expect("a line"), first);
    });
}

#[test]
fn events_are_stepped_through_and_found() {
    let source = "let xs = [1]\nlet n = 0\nwhile n < 100 { n = n + 1 }\nxs.push(2)\nlet r = &xs\nlet m = 5\nprint(m)\n";
    with(source, 40, |timeline| {
        timeline.run_to_end().expect("nobody cancels");
        let state = timeline.state(Position::END).expect("the end");
        let xs = state.frames[0].variables.iter().find(|held| held.name == "xs").expect("a variable");
        let object = xs.object.clone().expect("an object");
        let line = |record: &crush_eval::time::EventRecord| {
            Text::from(source).line_of(record.range.expect("a place").start as usize) + 1
        };
        let find = |timeline: &mut Timeline<'_>, before| {
            timeline.last_change(0, object.slot, object.generation, before).expect("nobody cancels")
        };
        let push = find(timeline, Position::END).expect("it was changed");
        assert_eq!((push.what, line(&push)), ("written", 4));
        let made = find(timeline, push.position).expect("it was made");
        assert_eq!((made.what, line(&made)), ("allocated", 1));
        assert!(find(timeline, made.position).is_none());
        let borrow = timeline.last_borrow(0, object.slot, object.generation, Position::END).expect("nobody cancels");
        let borrow = borrow.expect("it was borrowed");
        assert_eq!((borrow.what, line(&borrow), borrow.holder.as_deref()), ("borrowed", 5, Some("`r`")));
        // Step by step the same events.
        let mut position = Position::at(1);
        let mut stops = Vec::new();
        while position != Position::END {
            position = timeline.step(position, Step::Event, Direction::Forward, &[]).expect("it goes on");
            stops.push(position);
        }
        for position in [made.position, push.position, borrow.position] {
            let after = stops.iter().find(|stop| **stop > position).expect("an event comes after");
            assert_eq!(after.tick, position.tick + u64::from(after.step == 0), "{position:?} in {stops:?}");
        }
        stops.pop();
        for expected in stops.into_iter().rev() {
            position = timeline.step(position, Step::Event, Direction::Back, &[]).expect("it goes back");
            assert_eq!(position, expected);
        }
    });
}

#[test]
fn the_end_shows_the_fault() {
    let source = "let xs = [1]\nfor x in xs {\n  xs.push(2)\n}\n";
    with(source, 40, |timeline| {
        let start = timeline.go_to(Position::at(1)).expect("it begins");
        let end = timeline.go_to_line(start, &[], Direction::Forward).expect("the end");
        let state = timeline.state(end).expect("the fault");
        assert!(
            matches!(&state.place, Where::Faulted(fault) if fault.kind.name() == "BorrowError"),
            "{:?}",
            state.place
        );
        assert_eq!(state.borrows, 1);
        let back = timeline.step(end, Step::Into, Direction::Back, &[]).expect("it goes back");
        assert_eq!(Text::from(source).line_of(timeline.state(back).expect("a line").frames[0].range.start as usize), 2);
    });
}

#[test]
fn what_was_printed_until_then_is_known() {
    with("print(\"a\")\nprint(\"b\")\nprint(\"c\")\n", 1, |timeline| {
        timeline.run_to_end().expect("nobody cancels");
        let printed = timeline.state(Position::at(3)).expect("a line").printed;
        assert_eq!(timeline.output(0, printed), "a\nb\n");
        assert_eq!(timeline.output(0, u64::MAX), "a\nb\nc\n");
    });
}

#[test]
fn checkpoints_are_thinned_out() {
    let source = "let n = 0\nlet xs = []\nwhile n < 3000 {\n  n = n + 1\n  xs.push([n])\n}\n";
    let program = compiled(source).expect("it compiles");
    let (grants, mut nowhere) = (Grants::none(), std::io::sink());
    let host = Host::pure(&grants, &mut nowhere);
    let replay = Replay::new(&host);
    let quotas = Quotas::default();
    let bounds = Bounds { quotas, checkpoints: 1 << 20, interval: 50 };
    let text = Text::from(source);
    let line_of = |range: crush_vm::SourceRange| text.line_of(range.start as usize) as u32;
    let mut timeline = Timeline::new(&program, &replay, bounds, CancelToken::new(), line_of).expect("it begins");
    timeline.run_to_end().expect("nobody cancels");
    let (count, bytes) = timeline.checkpoints();
    assert!(count > 2 && count <= 128 && bytes <= 1 << 20, "{count} checkpoints, {bytes} bytes");
    let last = timeline.go_to_line(Position::END, &[4], Direction::Back).expect("a line");
    let state = timeline.state(last).expect("it is there");
    assert_eq!(state.frames[0].variables[0].preview, "3000");
    let before = timeline.go_to_line(last, &[4], Direction::Back).expect("a line");
    assert_eq!(timeline.state(before).expect("it is there").frames[0].variables[0].preview, "2999");
}

/// Steps of all kinds in an order that looks like chance, and where each ends.
fn wander(source: &str, interval: u64) -> Option<Vec<Position>> {
    const STEPS: [Step; 4] = [Step::Into, Step::Event, Step::Over, Step::Out];
    with(source, interval, |timeline| {
        timeline.run_to_end().expect("nobody cancels");
        let (last, _) = timeline.known();
        let mut position = Position::END;
        let mut chance = 12_345_u64;
        let mut random = |below: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (chance >> 33) % below.max(1)
        };
        let mut wandered = Vec::new();
        for _ in 0..24 {
            // More often back than forward, and now and then somewhere else.
            let direction = if random(3) == 0 { Direction::Forward } else { Direction::Back };
            position = match random(6) {
                0 => timeline.go_to(Position::at(1 + random(last))),
                _ => timeline.step(position, STEPS[random(4) as usize], direction, &[]),
            }
            .expect("nobody cancels");
            wandered.push(position);
        }
        wandered
    })
}

#[test]
fn copies_kept_on_the_way_change_nothing() {
    let compared = over_every_program(|source, name| {
        let Some(wandered) = wander(source, 1_000) else { return 0 };
        assert_eq!(Some(&wandered), wander(source, u64::MAX).as_ref(), "{name}");
        wandered.len()
    });
    assert!(compared > 1_000, "only {compared} steps");
}

#[test]
fn copies_kept_on_the_way_are_few() {
    let long = "let n = 0\nfor i in 0..1500 {\n  n = n + i\n}\n";
    with(long, 1_000, |timeline| {
        timeline.run_to_end().expect("nobody cancels");
        let (before, _) = timeline.checkpoints();
        let (last, _) = timeline.known();
        for part in 0..30 {
            let there = timeline.go_to(Position::at(1 + last * part / 30)).expect("nobody cancels");
            timeline.step(there, Step::Into, Direction::Back, &[]).expect("nobody cancels");
        }
        let (behind, _) = timeline.checkpoints();
        assert!(before + 4 < behind && behind <= before + 16, "{before} before, {behind} behind");
    })
    .expect("it compiles");
}
