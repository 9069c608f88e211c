//! How long a program stands still for the collector (A5). `cargo bench -p crush-arena --bench pauses`.
//!
//! A graph of objects that refer to each other at random is kept alive and rewired while garbage is made beside it. The
//! same run is timed with whole collections, the program standing still for each, and in steps.

#![allow(missing_docs, clippy::disallowed_methods)]

use std::time::{Duration, Instant};

use crush_arena::{Arena, Limits, Object, ObjectMut, Ref, RuntimeValue, SiteId};

const SITE: SiteId = SiteId(0);

/// A generator of its own, so that every run is the same run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

struct Program {
    arena: Arena,
    random: Random,
    /// The one root: an array of all live objects.
    all: Ref,
    live: usize,
    pauses: Vec<Duration>,
}

impl Program {
    fn new(live: usize, collect: impl Fn(&mut Arena, RuntimeValue)) -> Self {
        let mut arena = Arena::new(Limits { bytes: 1 << 30, objects: 100_000_000 });
        let all = arena.alloc(Object::Array(Vec::new()), SITE).expect("room");
        let mut program = Self { arena, random: Random(88_172_645_463_325_252), all, live, pauses: Vec::new() };
        for _ in 0..live {
            let object = program.node();
            program.push(object);
            program.collect(&collect);
        }
        program
    }

    fn node(&mut self) -> Ref {
        let values = vec![RuntimeValue::Null; 3];
        self.arena.alloc(Object::Array(values), SITE).expect("room")
    }

    fn push(&mut self, object: Ref) {
        let Ok(ObjectMut::Array(mut all)) = self.arena.write(self.all) else { panic!("the root is an array") };
        all.push(object.into()).expect("room");
    }

    fn any(&mut self) -> Ref {
        let at = self.random.below(self.live);
        match self.arena.read(self.all) {
            Ok(Object::Array(values)) => match values[at] {
                RuntimeValue::Ref(object) => object,
                other => panic!("no reference: {other:?}"),
            },
            other => panic!("no array: {other:?}"),
        }
    }

    /// Makes an object, and lets a live one refer to it, or to another live one, or replaces one by it; most often it
    /// is garbage.
    fn turn(&mut self) {
        let (from, to) = (self.any(), self.any());
        let new = self.node();
        let (field, choice) = (self.random.below(3), self.random.below(8));
        match choice {
            0 => self.set(from, field, new.into()),
            1 => self.set(from, field, to.into()),
            2 => {
                let at = self.random.below(self.live);
                self.set(self.all, at, new.into());
            }
            _ => self.set(new, field, to.into()),
        }
    }

    fn set(&mut self, object: Ref, at: usize, value: RuntimeValue) {
        let Ok(ObjectMut::Array(mut values)) = self.arena.write(object) else { panic!("not an array") };
        values.set(at, value).expect("there is such an element");
    }

    fn run(&mut self, turns: usize, collect: impl Fn(&mut Arena, RuntimeValue)) -> Duration {
        let began = Instant::now();
        for _ in 0..turns {
            self.turn();
            self.collect(&collect);
        }
        began.elapsed()
    }

    fn collect(&mut self, collect: impl Fn(&mut Arena, RuntimeValue)) {
        if self.arena.collection_due() {
            let stood = processor_time();
            collect(&mut self.arena, self.all.into());
            self.pauses.push(processor_time() - stood);
        }
    }

    fn report(&mut self, name: &str, took: Duration) {
        self.pauses.sort();
        let worst = self.pauses.last().copied().unwrap_or_default();
        let median = self.pauses.get(self.pauses.len() / 2).copied().unwrap_or_default();
        let total: Duration = self.pauses.iter().sum();
        let stats = self.arena.stats();
        println!(
            "{:>9} live, {name:<6} worst {worst:>9.1?}  median {median:>9.1?}  {:>6} pauses  {total:>8.1?} of {took:>8.1?}  \
             {} cycles, peak {} MB",
            self.live,
            self.pauses.len(),
            stats.collections,
            stats.peak_bytes >> 20,
        );
    }
}

/// Time that this thread ran: other programs of the machine do not count as pauses.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn main() {
    let whole = |arena: &mut Arena, root| {
        arena.collect(|marker| marker.root(root)).expect("room");
    };
    let steps = |arena: &mut Arena, root| arena.collect_step(|marker| marker.root(root)).expect("room");
    for live in [10_000, 100_000, 1_000_000] {
        let mut program = Program::new(live, whole);
        let took = program.run(3_000_000, whole);
        program.report("whole", took);
        let mut program = Program::new(live, steps);
        let took = program.run(3_000_000, steps);
        program.report("steps", took);
    }
}
