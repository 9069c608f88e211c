//! Sweeping: freeing what a marking did not reach, and giving free slots at the end of the table back.

use crate::{
    arena::{Arena, SLOT_BYTES},
    collect::Phase,
    events::FreeCause,
    object::Object,
};

/// What freeing an object counts as, in values looked at.
const FREEING: usize = 8;
/// Freeing a map frees its keys one by one, so a larger one is freed over several steps.
const LARGE_MAP: usize = 512;

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
        let bytes = self.books[index as usize].bytes;
        self.collector.freed.objects += 1;
        self.collector.freed.bytes += bytes;
        match self.release_slot(index, self.site.get(), FreeCause::Collected) {
            Object::Map(map) if map.len() > LARGE_MAP => self.collector.doomed.push((map, bytes)),
            _ => self.meter.refund(bytes),
        }
    }

    /// Returns whether no large map is left to be freed.
    fn free_doomed(&mut self, work: &mut usize) -> bool {
        while let Some((map, bytes)) = self.collector.doomed.last_mut() {
            while !map.is_empty() {
                if *work == 0 {
                    return false;
                }
                map.pop();
                *work = work.saturating_sub(FREEING);
            }
            self.meter.refund(*bytes);
            self.collector.doomed.pop();
        }
        true
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
            self.slots.shrink_to(self.slots.len());
            self.books.shrink_to(self.slots.len());
            self.free.truncate(self.slots.len());
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
