//! What a program takes from the process (A7): never more than twice its quota of bytes, whatever it allocates. All that
//! is asked of the allocator is counted here.

#![allow(unsafe_code, missing_docs)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use crush_arena::*;

thread_local! {
    /// What this thread has now, and the most it had: each test runs on a thread of its own.
    static NOW: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

fn count(bytes: isize) {
    // Threads that end have no counters any more.
    let _ = NOW.try_with(|now| {
        now.set(now.get() + bytes);
        let _ = MOST.try_with(|most| most.set(most.get().max(now.get())));
    });
}

// Safety: all is left to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // Safety: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // Safety: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // For a while both blocks are there.
        count(size as isize);
        count(-(layout.size() as isize));
        // Safety: as the caller promises.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const QUOTA: usize = 8 << 20;
const SITE: SiteId = SiteId(0);

/// A program with an array that keeps what it is to keep.
struct Program {
    arena: Arena,
    kept: Ref,
}

impl Program {
    fn new() -> Self {
        let mut arena = Arena::new(Limits { bytes: QUOTA, objects: usize::MAX / 4 });
        let kept = arena.alloc(Object::Array(Vec::new()), SITE).unwrap();
        Self { arena, kept }
    }

    fn alloc(&mut self, object: Object) -> Result<Ref, Fault> {
        self.arena.alloc(object, SITE)
    }

    fn keep(&mut self, value: impl Into<RuntimeValue>) -> Result<(), Fault> {
        let ObjectMut::Array(mut kept) = self.arena.write(self.kept)? else { panic!("not an array") };
        kept.push(value.into())
    }

    fn safe_point(&mut self) -> Result<(), Fault> {
        if self.arena.collection_due() {
            let kept = self.kept.into();
            return self.arena.collect_step(|marker| marker.root(kept));
        }
        Ok(())
    }
}

/// Runs a program until it is refused more. Keeping what it makes, it gets to its quota, and never to twice of it; what it
/// is counted for is no less than what it takes, but for the two histories of fixed size.
fn run(mut turn: impl FnMut(&mut Program, usize) -> Result<(), Fault>) {
    MOST.set(NOW.get());
    let before = NOW.get();
    let mut program = Program::new();
    let fault = (0..100_000_000).find_map(|n| turn(&mut program, n).and_then(|()| program.safe_point()).err());
    let most = (MOST.get() - before) as usize;
    let taken = (NOW.get() - before) as usize;
    let stats = program.arena.stats();
    assert!(matches!(fault, Some(Fault::Quota(_))), "{fault:?}");
    assert!(most <= 2 * QUOTA, "{most} bytes taken, {QUOTA} allowed");
    assert!(taken <= stats.bytes + 100_000, "{taken} bytes are taken, {} counted", stats.bytes);
    assert!(stats.peak_bytes >= QUOTA / 3, "{} bytes at most: it could use too little", stats.peak_bytes);
}

#[test]
fn a7_strings() {
    run(|program, n| {
        let text = program.alloc(Object::str("x".repeat(n % 2000)))?;
        program.keep(text)
    });
}

#[test]
fn a7_arrays_that_grow() {
    run(|program, _| program.keep(RuntimeValue::Null));
}

#[test]
fn a7_small_arrays_with_garbage_between() {
    run(|program, n| {
        let array = program.alloc(Object::Array(vec![RuntimeValue::Null; 1 + n % 5]))?;
        if n % 3 == 0 { program.keep(array) } else { Ok(()) }
    });
}

#[test]
fn a7_maps_large_and_small() {
    run(|program, n| {
        let map = program.alloc(Object::map((0..n % 20).map(|key| (key.to_string(), RuntimeValue::Null)).collect()))?;
        program.keep(map)
    });
    run(|program, n| {
        if n == 0 {
            let map = program.alloc(Object::map(Map::new()))?;
            program.keep(map)?;
        }
        let Object::Array(kept) = program.arena.read(program.kept)? else { panic!("not an array") };
        let ObjectMut::Map(mut map) = program.arena.write_value(kept[0])? else { panic!("not a map") };
        map.insert(&n.to_string().into(), RuntimeValue::Null).map(|_| ())
    });
}

#[test]
fn a7_instances_cells_closures_and_tagged_values() {
    let shape = Shape::crush("P", ["x", "y"]);
    run(|program, n| {
        let cell = program.alloc(Object::Cell(RuntimeValue::Int(n as i64)))?;
        let closure = program.alloc(Object::closure(FunctionId(0), vec![cell.into()]))?;
        let tagged = program.alloc(Object::tagged("ok", closure.into()))?;
        let instance = program.alloc(Object::instance(shape.clone(), vec![tagged.into(), RuntimeValue::Null]))?;
        program.keep(instance)
    });
}

#[test]
fn a7_cells_alone() {
    // Next to nothing but slots, which the collector's lists add most to.
    run(|program, _| {
        let previous = match program.arena.read(program.kept)? {
            Object::Array(kept) => kept.first().copied().unwrap_or(RuntimeValue::Null),
            other => panic!("not an array: {other:?}"),
        };
        let cell = program.alloc(Object::Cell(previous))?;
        match program.arena.write(program.kept)? {
            ObjectMut::Array(mut kept) if kept.is_empty() => kept.push(cell.into()),
            ObjectMut::Array(kept) => {
                kept.into_slice()[0] = cell.into();
                Ok(())
            }
            other => panic!("not an array: {other:?}"),
        }
    });
}

#[test]
fn a7_borrows() {
    run(|program, _| program.arena.borrow_shared(program.kept.into(), OwnerId(0), SITE).map(|_| ()));
}

#[test]
fn a7_parcels() {
    // What is kept is sent to the program itself, over and over: it doubles.
    run(|program, n| {
        if n == 0 {
            for _ in 0..100 {
                let array = program.alloc(Object::Array(vec![RuntimeValue::Null; 3]))?;
                program.keep(array)?;
            }
        }
        let parcel = program.arena.pack(&[program.kept.into()])?;
        let copies = program.arena.unpack(parcel, SITE)?;
        program.keep(copies[0])
    });
}

#[test]
fn a7_texts_of_what_is_kept() {
    // The text of all that is kept is kept: it doubles.
    run(|program, n| {
        if n == 0 {
            let text = program.alloc(Object::str("some text"))?;
            program.keep(text)?;
        }
        let limit = TextLimit { bytes: QUOTA, resource: Resource::Bytes };
        let text = program.arena.text(program.kept.into(), &|_| None, limit)?;
        let text = program.alloc(Object::str(text))?;
        program.keep(text)
    });
}

#[test]
fn a7_deep_values_printed_and_compared() {
    run(|program, n| {
        let Object::Array(kept) = program.arena.read(program.kept)? else { panic!("not an array") };
        let mut pair = [kept.first(), kept.get(1)].map(|last| last.copied().unwrap_or(RuntimeValue::Null));
        for value in &mut pair {
            *value = program.alloc(Object::Array(vec![*value]))?.into();
        }
        let ObjectMut::Array(mut kept) = program.arena.write(program.kept)? else { panic!("not an array") };
        kept.clear();
        kept.extend_from_slice(&pair)?;
        if n % 10_000 == 0 {
            let limit = TextLimit { bytes: QUOTA / 4, resource: Resource::Bytes };
            program.arena.text(pair[0], &|_| None, limit)?;
            program.arena.equal(pair[0], pair[1])?;
        }
        Ok(())
    });
}
