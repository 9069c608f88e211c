//! Sweeping: freeing what a marking did not reach, and giving free slots at the end of the table back.

use crate::{
    arena::{Arena, SLOT_BYTES},
    buffer::Bytes,
    collect::Phase,
    events::FreeCause,
    fault::Fault,
    large::{LARGE, give_back, shorten},
    map::Map,
    object::Object,
    value::RuntimeValue,
};

/// What freeing an object counts as, in values looked at.
const FREEING: usize = 8;
/// Freeing a map frees its keys one by one, so a larger one is freed over several steps.
const LARGE_MAP: usize = 512;
/// Giving a page back to the system takes it about as long as so many values are looked at.
const FREEING_PAGE: usize = 64;
const PAGE: usize = 4096;
/// Whatever is freed over several steps takes more bytes than this.
const LARGE_SHARED: usize = LARGE_MAP * size_of::<RuntimeValue>();

/// An object that is freed over several steps, and the bytes charged for it.
#[derive(Debug)]
pub(crate) struct Doomed {
    pub(crate) held: Held,
    pub(crate) bytes: usize,
}

#[derive(Debug)]
pub(crate) enum Held {
    Map(Box<Map>),
    Array(Vec<RuntimeValue>),
    Text(Bytes),
}

impl Held {
    /// Frees some of it, and counts that as work. Returns whether it is all gone.
    fn free_some(&mut self, work: &mut usize) -> bool {
        match self {
            Held::Map(map) => {
                map.pop();
                *work = work.saturating_sub(FREEING);
                map.is_empty()
            }
            Held::Array(values) => {
                *work = work.saturating_sub(LARGE / PAGE * FREEING_PAGE);
                shorten(values)
            }
            Held::Text(bytes) => {
                *work = work.saturating_sub(LARGE / PAGE * FREEING_PAGE);
                shorten(bytes)
            }
        }
    }
}

impl Arena {
    pub(crate) fn begin_sweeping(&mut self) {
        self.collector.phase = Phase::Sweeping { word: 0 };
    }

    /// Frees objects that are not marked, as far as `work` goes. Returns whether all are freed.
    pub(crate) fn sweep(&mut self, work: &mut usize) -> bool {
        let swept = self.sweep_slots(work);
        join_freed_blocks();
        swept
    }

    fn sweep_slots(&mut self, work: &mut usize) -> bool {
        let Phase::Sweeping { mut word } = self.collector.phase else { return true };
        while *work > 0 {
            if !self.free_doomed(work) {
                break;
            }
            if word * 64 >= self.slots.len() {
                self.collector.phase = Phase::Trimming;
                return true;
            }
            let mut unmarked = !(self.collector.trace.marks.word(word) | self.free.word(word));
            while unmarked != 0 {
                let index = word * 64 + unmarked.trailing_zeros() as usize;
                unmarked &= unmarked - 1;
                // A retired slot is neither marked nor in the list of free ones.
                if self.slots.get(index).is_some_and(|slot| !slot.is_free()) {
                    self.collect_slot(index as u32);
                    *work = work.saturating_sub(FREEING);
                }
            }
            *work = work.saturating_sub(1);
            word += 1;
        }
        self.collector.phase = Phase::Sweeping { word };
        false
    }

    fn collect_slot(&mut self, index: u32) {
        let own = self.books[index as usize].bytes;
        if own > LARGE_SHARED {
            // What is freed over several steps is so wherever the object is.
            self.slots.thaw(index);
        }
        self.collector.freed.objects += 1;
        self.collector.freed.bytes += own;
        // A buffer that nothing else uses is refunded as its string is freed: here it stays charged until it is gone.
        let charged = self.meter.bytes;
        match self.release_slot(index, self.site.get(), FreeCause::Collected) {
            Object::Str(text) if charged - self.meter.bytes > LARGE => {
                let bytes = charged - self.meter.bytes;
                self.meter.refund(own);
                if let Some(buffer) = text.into_buffer() {
                    self.meter.recount(0, bytes);
                    self.collector.doomed.push(Doomed { held: Held::Text(buffer), bytes });
                }
            }
            Object::Map(map) if map.len() > LARGE_MAP => {
                self.collector.doomed.push(Doomed { held: Held::Map(map), bytes: own });
            }
            Object::Array(values) if own > LARGE => {
                self.collector.doomed.push(Doomed { held: Held::Array(values), bytes: own });
            }
            _ => self.meter.refund(own),
        }
    }

    /// Returns whether nothing large is left to be freed.
    fn free_doomed(&mut self, work: &mut usize) -> bool {
        while let Some(doomed) = self.collector.doomed.last_mut() {
            loop {
                if *work == 0 {
                    return false;
                }
                if doomed.held.free_some(work) {
                    break;
                }
            }
            self.meter.refund(doomed.bytes);
            if let Some(Doomed { held: Held::Map(map), bytes }) = self.collector.doomed.pop() {
                // Its table is one block, which cannot be given back in parts.
                give_back(map, bytes);
            }
        }
        true
    }

    /// Empties a large array that is about to be dropped (A6), until the run is to stop.
    pub(crate) fn empty(&mut self, index: u32) -> Result<(), Fault> {
        while let Object::Array(values) = &mut self.slots[index as usize].object
            && values.capacity() > LARGE / size_of::<RuntimeValue>()
        {
            shorten(values);
            self.check_interrupt()?;
        }
        Ok(())
    }

    /// Takes free slots off the end of the table, as far as `work` goes, and gives their memory back. Returns whether
    /// that is done.
    pub(crate) fn trim(&mut self, work: &mut usize) -> bool {
        while let Some(last) = self.slots.last()
            && last.is_free()
            && !last.is_retired()
        {
            if *work == 0 {
                return false;
            }
            *work -= 1;
            // A slot made anew at this index must not bring an old reference back to life (A4).
            self.first_generation = self.first_generation.max(last.generation());
            self.slots.pop();
            self.books.pop();
            self.free.remove(self.slots.len() as u32);
        }
        if self.slots.capacity() / 2 > self.slots.len() {
            let before = self.slots.capacity();
            let len = self.slots.len();
            self.slots.shrink_to(len);
            self.books.shrink_to(len);
            self.free.truncate(len);
            self.meter.refund((before - self.slots.capacity()) * SLOT_BYTES);
        }
        true
    }

    /// The bytes that no live object takes: slots that only objects to come can use, and the collector's lists.
    pub(crate) fn idle_bytes(&self) -> usize {
        (self.slots.capacity() - self.meter.objects) * SLOT_BYTES + self.collector.charged()
    }
}

/// The allocator of glibc puts off joining small freed blocks until it is asked for a large one. With all that a sweep
/// frees that would take many milliseconds at once; asked for one after each step, it joins what this step freed.
fn join_freed_blocks() {
    const LARGE: usize = 66_000;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE)));
}
