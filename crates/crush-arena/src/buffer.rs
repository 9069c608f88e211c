//! Bytes of text that grows at its end, shared by all the texts that are beginnings of it.
//!
//! `text = text + piece` in a loop makes a new string each time. When the left side ends where the bytes of its buffer
//! end, the piece is put behind them and the new string is the same buffer, read further: no string sees bytes behind its
//! own end. So building a string takes time in proportion to its length, not to the square of it.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::FxHashMap;

use crate::fault::Fault;
use crate::large::PIECE;

/// Asked between two pieces of a long text that is copied: fails when the run is to stop.
pub(crate) type GoOn<'a> = &'a dyn Fn() -> Result<(), Fault>;

/// The memory of a buffer that is no longer one.
pub(crate) type Bytes = Vec<MaybeUninit<UnsafeCell<u8>>>;

/// A buffer of fixed capacity, filled from its beginning.
///
/// # Why the unsafe code is sound
///
/// A byte is written at most once: [`Buffer::append`] moves `used` forward by compare-and-exchange, and whoever moved it
/// writes the bytes it passed, which nobody else can have claimed. A byte is read only after it was written: bytes are
/// reached through [`Beginning`] alone, whose length only the writer of its last bytes sets, after writing them; that
/// `Beginning` reaches another thread only by a synchronised hand-over, as every value does. What is behind the end of all
/// `Beginning`s may be being written, and is not read. So bytes that are read never change, and whole `str`s are all that
/// is ever appended, so that what precedes such an end is UTF-8.
#[derive(Debug)]
struct Buffer {
    bytes: Box<[MaybeUninit<UnsafeCell<u8>>]>,
    used: AtomicUsize,
}

// Safety: shared bytes are written once, before anybody can read them; see above.
unsafe impl Sync for Buffer {}

impl Buffer {
    fn new(capacity: usize) -> Self {
        Self { bytes: Box::new_uninit_slice(capacity), used: AtomicUsize::new(0) }
    }

    /// A buffer of the same capacity with the same bytes.
    fn copied(&self) -> Arc<Self> {
        let used = self.used.load(Ordering::Acquire).min(self.bytes.len());
        let mut bytes = Box::new_uninit_slice(self.bytes.len());
        let (from, to) = (UnsafeCell::raw_get(self.bytes.as_ptr().cast::<UnsafeCell<u8>>()), bytes.as_mut_ptr());
        // Safety: both are at least `used` long, and the copy is new. Bytes that were claimed and never written are copied
        // as they are, unset: they are not looked at. Nobody writes meanwhile: the arena whose buffer this is is borrowed.
        unsafe { std::ptr::copy_nonoverlapping(from.cast::<MaybeUninit<UnsafeCell<u8>>>(), to, used) };
        Arc::new(Self { bytes, used: AtomicUsize::new(used) })
    }

    /// Puts `text` at the place `at`, if that is where the bytes end and there is room. Returns whether it did. Where
    /// `go_on` fails between two pieces of it, the place stays taken, and nobody ever reads there.
    fn append(&self, at: usize, text: &str, go_on: GoOn<'_>) -> Result<bool, Fault> {
        let Some(end) = at.checked_add(text.len()).filter(|&end| end <= self.bytes.len()) else { return Ok(false) };
        if self.used.compare_exchange(at, end, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return Ok(false);
        }
        let (pieces, places) = (text.as_bytes().chunks(PIECE), self.bytes[at..end].chunks(PIECE));
        for (index, (piece, place)) in pieces.zip(places).enumerate() {
            if index > 0 {
                go_on()?;
            }
            let place = UnsafeCell::raw_get(place.as_ptr().cast::<UnsafeCell<u8>>());
            // Safety: the place is inside `at..end`, as long as the piece, and was claimed just now: nobody else writes to
            // it, and nobody reads it yet. `text` may be part of this buffer, but lies before its end, so that the two do
            // not overlap.
            unsafe { std::ptr::copy_nonoverlapping(piece.as_ptr(), place, piece.len()) };
        }
        Ok(true)
    }
}

/// The copies that were made of buffers, by where these are, while an arena is copied.
#[derive(Debug, Default)]
pub(crate) struct Copies {
    by_place: FxHashMap<usize, Arc<Buffer>>,
}

impl Copies {
    /// The bytes of all buffers that were copied.
    pub(crate) fn bytes(&self) -> usize {
        self.by_place.values().map(|buffer| buffer.bytes.len()).sum()
    }
}

/// The first bytes of a buffer.
#[derive(Debug)]
pub(crate) struct Beginning {
    buffer: Arc<Buffer>,
    len: usize,
}

impl Beginning {
    /// `left` and `right` in a new buffer of a capacity; `None` when they do not fit.
    pub(crate) fn new(capacity: usize, left: &str, right: &str, go_on: GoOn<'_>) -> Result<Option<Self>, Fault> {
        let buffer = Arc::new(Buffer::new(capacity));
        let len = left.len() + right.len();
        let fits = buffer.append(0, left, go_on)? && buffer.append(left.len(), right, go_on)?;
        Ok(fits.then_some(Self { buffer, len }))
    }

    /// All of a text, in the memory where it was built.
    pub(crate) fn whole(text: String) -> Self {
        let len = text.len();
        let bytes = Box::into_raw(text.into_bytes().into_boxed_slice());
        // Safety: the box is given up for one of the same size, of elements that are laid out as `u8` is.
        let bytes = unsafe { Box::from_raw(bytes as *mut [MaybeUninit<UnsafeCell<u8>>]) };
        Self { buffer: Arc::new(Buffer { bytes, used: AtomicUsize::new(len) }), len }
    }

    /// The same bytes of the same buffer.
    pub(crate) fn shared(&self) -> Self {
        Self { buffer: self.buffer.clone(), len: self.len }
    }

    /// The same bytes in a copy of the buffer, which those that share it share again.
    pub(crate) fn copied_with(&self, copies: &mut Copies) -> Self {
        let copy = copies.by_place.entry(Arc::as_ptr(&self.buffer).addr()).or_insert_with(|| self.buffer.copied());
        Self { buffer: copy.clone(), len: self.len }
    }

    /// The buffer's memory, if nothing else uses it.
    pub(crate) fn into_bytes(self) -> Option<Bytes> {
        Arc::into_inner(self.buffer).map(|buffer| buffer.bytes.into_vec())
    }

    /// This and `right` behind it in the same buffer, if nothing else is behind it and there is room.
    pub(crate) fn and(&self, right: &str, go_on: GoOn<'_>) -> Result<Option<Self>, Fault> {
        let len = self.len;
        let appended = self.buffer.append(len, right, go_on)?;
        Ok(appended.then(|| Self { buffer: self.buffer.clone(), len: len + right.len() }))
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = &self.buffer.bytes[..self.len];
        // Safety: these bytes were written before this `Beginning` was made, are never written again, and are the `str`s
        // that were appended, one after the other. `UnsafeCell<u8>` and `MaybeUninit` of it are laid out as `u8` is.
        unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(bytes.as_ptr().cast(), self.len)) }
    }

    /// The capacity of the buffer, if nothing else uses it.
    pub(crate) fn capacity_alone(&self) -> Option<usize> {
        (Arc::strong_count(&self.buffer) == 1).then_some(self.buffer.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beginning(capacity: usize, left: &str, right: &str) -> Option<Beginning> {
        Beginning::new(capacity, left, right, &|| Ok(())).expect("nothing stops it")
    }

    fn and(text: &Beginning, right: &str) -> Option<Beginning> {
        text.and(right, &|| Ok(())).expect("nothing stops it")
    }

    #[test]
    fn the_first_to_go_on_takes_the_room_and_others_see_nothing_of_it() {
        let start = beginning(16, "né", "w").expect("room");
        let longer = and(&start, "er").expect("the end is its own");
        assert!(and(&start, "!").is_none(), "the bytes behind it are taken");
        assert_eq!((start.as_str(), longer.as_str(), start.len), ("néw", "néwer", 4));
        assert!(and(&longer, "0123456789a").is_none(), "no room");
        let all = and(&longer, "0123456789").expect("just enough");
        assert_eq!(all.as_str(), "néwer0123456789");
        assert_eq!(and(&all, "").map(|same| same.len), Some(16));
        assert!(beginning(3, "ab", "cd").is_none());
    }

    #[test]
    fn a_long_text_is_left_when_the_run_is_to_stop() {
        let long = "x".repeat(PIECE + 1);
        let stop: GoOn<'_> = &|| Err(Fault::Interrupted);
        assert!(matches!(Beginning::new(2 * PIECE, "", &long, stop), Err(Fault::Interrupted)));
        let start = beginning(4 * PIECE, "start", "").expect("room");
        assert!(matches!(start.and(&long, stop), Err(Fault::Interrupted)));
        assert_eq!((start.as_str(), and(&start, "!").is_none()), ("start", true), "the place stays taken");
    }

    #[test]
    fn a_text_that_was_built_elsewhere_is_taken_over_as_it_is() {
        let mut text = String::with_capacity(64);
        text.push_str("née");
        let whole = Beginning::whole(text);
        let shared = whole.shared();
        assert_eq!((whole.as_str(), shared.as_str(), whole.capacity_alone()), ("née", "née", None));
        assert!(and(&shared, "x").is_none(), "there is no room");
        drop(shared);
        assert_eq!((whole.capacity_alone(), whole.into_bytes().map(|bytes| bytes.len())), (Some(4), Some(4)));
    }

    #[test]
    fn a_text_can_be_put_behind_itself() {
        let start = beginning(8, "ab", "c").expect("room");
        assert_eq!(and(&start, start.as_str()).expect("room").as_str(), "abcabc");
    }

    #[test]
    fn the_last_one_tells_the_capacity() {
        let start = beginning(8, "a", "").expect("room");
        assert_eq!(start.capacity_alone(), Some(8));
        let longer = and(&start, "b").expect("room");
        assert_eq!(start.capacity_alone(), None);
        drop(start);
        assert_eq!(longer.capacity_alone(), Some(8));
    }

    #[test]
    fn threads_that_go_on_at_once_never_share_bytes() {
        let start = beginning(4096, "start ", "").expect("room");
        let longer: Vec<String> = std::thread::scope(|scope| {
            let piece = |letter: char| String::from(letter).repeat(64);
            let start = &start;
            let threads = ['a', 'b', 'c', 'd']
                .map(|letter| scope.spawn(move || and(start, &piece(letter)).map(|text| text.as_str().to_owned())));
            threads.into_iter().filter_map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(longer.len(), 1, "one of them was first");
        let letters = longer[0].strip_prefix("start ").expect("it begins alike");
        assert!(letters.len() == 64 && letters.chars().all(|letter| letters.starts_with(letter)));
    }
}
