//! What takes many megabytes: making and freeing it takes the system milliseconds, in which nobody looks whether to stop.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::arena::Arena;
use crate::fault::Fault;

/// Giving back less takes no more than a millisecond or two.
const MUCH: usize = 4 << 20;
/// So many threads give memory back at a time. That bounds what runs that ended can still hold.
const MOST_THREADS: usize = 4;
/// So many bytes are copied, or compared, in well under a millisecond, even to memory that is new.
pub(crate) const PIECE: usize = 1 << 18;

/// So many bytes of a larger block are given back at a time, which takes the system some tenths of a millisecond.
pub(crate) const LARGE: usize = 1 << 20;

static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Drops what takes so many bytes, and what is not counted as anybody's any more. Giving hundreds of megabytes back to the
/// system takes it a tenth of a second, which whoever stopped the run does not wait for: a thread of its own does that.
/// When the process ends meanwhile, the system takes the rest at once.
pub fn give_back<T: Send + 'static>(held: T, bytes: usize) {
    if bytes < MUCH {
        return;
    }
    let free = |threads| (threads < MOST_THREADS).then_some(threads + 1);
    if THREADS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, free).is_err() {
        return;
    }
    let place = Place;
    // Where no thread can be started, this is dropped with what the thread was to run.
    let _ = std::thread::Builder::new().name("giving back".into()).spawn(move || {
        drop(held);
        drop(place);
    });
}

/// One of the threads that may be.
struct Place;

impl Drop for Place {
    fn drop(&mut self) {
        THREADS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Gives some of a block's memory back, from its end. Returns whether little is left.
pub(crate) fn shorten<T>(block: &mut Vec<T>) -> bool {
    let capacity = block.capacity().saturating_sub(LARGE / size_of::<T>().max(1));
    block.truncate(capacity);
    block.shrink_to(capacity);
    capacity == 0
}

/// Elements or a text on their way to an object. When a run that is told to stop drops them, nobody waits for that.
#[derive(Debug, Default)]
pub struct Bulk<C: Contents>(C);

/// What may be large.
pub trait Contents: Default + Send + 'static {
    /// The bytes of its block.
    fn block(&self) -> usize;
}

impl<T: Send + 'static> Contents for Vec<T> {
    fn block(&self) -> usize {
        self.capacity() * size_of::<T>()
    }
}

impl Contents for String {
    fn block(&self) -> usize {
        self.capacity()
    }
}

impl<C: Contents> Bulk<C> {
    /// What it is about.
    pub fn take(mut self) -> C {
        std::mem::take(&mut self.0)
    }
}

impl<C: Contents> From<C> for Bulk<C> {
    fn from(contents: C) -> Self {
        Self(contents)
    }
}

impl<C: Contents> Drop for Bulk<C> {
    fn drop(&mut self) {
        let bytes = self.0.block();
        give_back(std::mem::take(&mut self.0), bytes);
    }
}

impl<C: Contents> Deref for Bulk<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C: Contents> DerefMut for Bulk<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.0
    }
}

/// The pieces of a text that may be long, each of whole characters.
pub fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        rest = after;
        Some(piece)
    })
}

impl Arena {
    /// Puts a text behind another, for which there is room, and looks whether to stop after each piece of it.
    pub fn append(&self, text: &str, out: &mut String) -> Result<(), Fault> {
        if text.len() <= PIECE {
            out.push_str(text);
            return Ok(());
        }
        for piece in pieces(text) {
            out.push_str(piece);
            self.check_interrupt()?;
        }
        Ok(())
    }

    /// Makes a text that may be long one of a larger capacity, for which there is room.
    pub fn grow(&self, text: &mut String, capacity: usize) -> Result<(), Fault> {
        if text.len() <= PIECE {
            text.reserve_exact(capacity.saturating_sub(text.len()));
            return Ok(());
        }
        let mut grown = Bulk::from(String::with_capacity(capacity));
        self.append(text, &mut grown)?;
        self.free(std::mem::replace(text, grown.take()).into_bytes())
    }

    /// Frees what is not counted any more, in pieces.
    fn free<T: Send + 'static>(&self, block: Vec<T>) -> Result<(), Fault> {
        let mut block = Bulk::from(block);
        while !shorten(&mut block) {
            self.check_interrupt()?;
        }
        Ok(())
    }

    /// Puts an element behind others, of which there may be many: the room for more is asked for (A7), and made in pieces.
    pub fn push<T: Copy + Send + 'static>(&self, elements: &mut Vec<T>, element: T) -> Result<(), Fault> {
        let len = elements.len();
        if len == elements.capacity() && len > PIECE / size_of::<T>().max(1) {
            self.room_for(2 * len * size_of::<T>())?;
            let mut grown = Bulk::from(Vec::with_capacity(2 * len));
            for piece in elements.chunks(PIECE / size_of::<T>()) {
                grown.extend_from_slice(piece);
                self.check_interrupt()?;
            }
            self.free(std::mem::replace(elements, grown.take()))?;
        }
        elements.push(element);
        Ok(())
    }

    /// A copy of elements, made until the run is to stop.
    pub fn copied<T: Copy + Send + 'static>(&self, elements: &[T]) -> Result<Bulk<Vec<T>>, Fault> {
        let mut copy = Bulk::from(Vec::with_capacity(elements.len()));
        for piece in elements.chunks(PIECE / size_of::<T>().max(1)) {
            copy.extend_from_slice(piece);
            if copy.len() < elements.len() {
                self.check_interrupt()?;
            }
        }
        Ok(copy)
    }

    /// The order of two texts, by their bytes.
    pub fn order_of_texts(&self, left: &str, right: &str) -> Result<std::cmp::Ordering, Fault> {
        let (left, right) = (left.as_bytes(), right.as_bytes());
        if left.len().min(right.len()) > PIECE {
            for (left, right) in left.chunks(PIECE).zip(right.chunks(PIECE)) {
                self.check_interrupt()?;
                if left != right {
                    return Ok(left.cmp(right));
                }
            }
        }
        Ok(left.cmp(right))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn pieces_are_of_whole_characters_and_make_up_the_text() {
        let text = "aé€".repeat(PIECE);
        let pieces: Vec<&str> = pieces(&text).collect();
        assert!(pieces.len() > 6 && pieces.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(pieces.concat(), text);
    }

    #[test]
    fn what_is_long_is_left_when_the_run_is_to_stop() {
        let mut arena = Arena::default();
        let (text, values) = ("é".repeat(PIECE), vec![1_u8; 3 * PIECE]);
        let mut out = String::new();
        assert_eq!(arena.append(&text, &mut out), Ok(()));
        assert_eq!((arena.grow(&mut out, 5 * PIECE), out.capacity()), (Ok(()), 5 * PIECE));
        let mut pushed = Vec::new();
        assert!((0..2 * PIECE).try_for_each(|at| arena.push(&mut pushed, at as u8)).is_ok());
        assert!(pushed.iter().enumerate().all(|(at, &byte)| at as u8 == byte));
        assert_eq!((out == text, arena.copied(&values).map(Bulk::take)), (true, Ok(values.clone())));
        assert_eq!(arena.order_of_texts(&text, &format!("{text}x")), Ok(std::cmp::Ordering::Less));
        assert_eq!(arena.order_of_texts(&text, &text), Ok(std::cmp::Ordering::Equal));
        arena.interrupt_when(Arc::new(AtomicBool::new(true)));
        assert_eq!(arena.append(&text, &mut out), Err(Fault::Interrupted));
        assert_eq!(arena.order_of_texts(&text, &text), Err(Fault::Interrupted));
        assert!(arena.copied(&values).is_err());
        assert_eq!(arena.grow(&mut out, 6 * PIECE), Err(Fault::Interrupted));
    }

    #[test]
    fn what_is_given_back_is_dropped() {
        let (held, left) = std::sync::mpsc::channel::<()>();
        for bytes in [0, MUCH] {
            let held = held.clone();
            give_back(held, bytes);
        }
        drop(held);
        assert!(left.recv().is_err(), "every sender is gone");
    }
}
