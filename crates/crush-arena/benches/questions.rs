//! What the questions of A8 cost on a heap of a million objects. `cargo bench -p crush-arena --bench questions`.

#![allow(missing_docs)]

use std::{hint::black_box, time::Duration};

use crush_arena::{Arena, Limits, Object, OwnerId, Ref, RuntimeValue, Shape, SiteId, ViewLimits};

const SITE: SiteId = SiteId(0);
const OBJECTS: usize = 1_000_000;

/// One array of all, instances that form a chain, small arrays, maps and strings.
fn heap() -> (Arena, Ref, Ref) {
    let mut arena = Arena::new(Limits { bytes: 1 << 30, objects: 10_000_000 });
    let shape = Shape::crush("Node", ["number", "next"]);
    let mut all: Vec<RuntimeValue> = Vec::new();
    let mut last = RuntimeValue::Null;
    for n in 0..OBJECTS - 1 {
        let number = RuntimeValue::Int(n as i64);
        let object = match n % 4 {
            0 | 1 => Object::instance(shape.clone(), vec![number, last]),
            2 => Object::Array(vec![number, last]),
            _ if n % 8 == 3 => Object::map([("number", number), ("last", last)].into_iter().collect()),
            _ => Object::str(format!("text {n}")),
        };
        let is_text = matches!(object, Object::Str(_));
        let object = arena.alloc(object, SITE).expect("room").into();
        all.push(object);
        last = if is_text { last } else { object };
    }
    let deep = arena.target(last).expect("an object");
    let all = arena.alloc(Object::Array(all), SITE).expect("room");
    (arena, all, deep)
}

/// Time that this thread ran, the best of five.
fn time<T>(what: &str, mut question: impl FnMut() -> T) {
    let now = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let once = || {
        let began = now();
        black_box(question());
        now() - began
    };
    let best = std::iter::repeat_with(once).take(5).min().unwrap_or_default();
    println!("{what:<44} {best:>10.1?}");
}

fn main() {
    let (mut arena, all, deep) = heap();
    for _ in 0..1000 {
        arena.borrow_shared(all.into(), OwnerId(0), SITE).expect("room");
    }
    time("the numbers", || arena.stats());
    time("a page of 100 slots at the beginning", || arena.page(0, 100));
    time("a page of 100 slots at the end", || arena.page(OBJECTS as u32 - 200, 100));
    time("a snapshot with 100 slots", || arena.snapshot(100));
    time("one slot: an array of a million", || arena.slot_of(all));
    time("one object, three levels deep", || arena.view(all.into(), ViewLimits::default()));
    time("one object, as deep as it goes", || {
        arena.view(deep.into(), ViewLimits { depth: usize::MAX, ..ViewLimits::default() })
    });
    time("100 edges out of an array of a million", || arena.edges_out(all, 100));
    time("all edges into an object", || arena.edges_in(deep, usize::MAX));
    time("the borrows of an object, of 1,000", || arena.borrows_of(all));
    time("recording: to start it", || arena.start_recording(100_000));
    for n in 0..200_000 {
        let _ = arena.read(arena.object_in(n % OBJECTS as u32).expect("an object"));
    }
    time("the log of 100,000 events", || arena.events());
}
