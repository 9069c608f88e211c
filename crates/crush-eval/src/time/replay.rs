//! What a program got from outside, to be given to it again when a part of it runs once more.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crush_arena::{Parcel, RuntimeValue, SiteId};
use crush_vm::{Call, CallError, HostAdapter, Resolution};

/// Most bytes kept of what a program printed.
const MOST_OUTPUT: usize = 4 << 20;
/// Most bytes kept of what capabilities gave. A run can only be had again with all of it, so that beyond this it gets no more.
const MOST_GIVEN: usize = 256 << 20;

/// What the capabilities gave that are not the same in every run, in the order of the calls.
#[derive(Clone, Debug, Default)]
pub struct Given {
    results: Vec<Result<Parcel, CallError>>,
    bytes: usize,
}

/// A run that is over, and may be gone on from: what it got, and how much it printed.
#[derive(Clone, Debug, Default)]
pub struct Past {
    given: Given,
    /// In bytes.
    printed: u64,
}

impl Given {
    /// Keeps what a call gave, as long as there is room.
    fn keep(&mut self, result: Result<Parcel, CallError>) -> Result<Parcel, CallError> {
        self.bytes += result.as_ref().map_or(0, Parcel::bytes);
        let kept = match self.bytes > MOST_GIVEN {
            true => Err(CallError::Failed(format!(
                "this run has got {} MB from outside, and may have no more",
                MOST_GIVEN >> 20
            ))),
            false => result,
        };
        self.results.push(kept.clone());
        kept
    }
}

/// A host of a run that is had again and again: a capability that is not pure is called once, and gives the same again
/// whenever the run comes to that call. What is printed is handed on once.
pub struct Replay<'h> {
    host: &'h dyn HostAdapter,
    known: Mutex<Known>,
    /// Which of the calls comes next.
    next: AtomicUsize,
    /// How many bytes were printed before.
    printed: AtomicU64,
    /// Whether what is called is no part of the run.
    aside: AtomicBool,
    /// Whether the run is over, so that nothing is done outside any more.
    is_over: bool,
}

#[derive(Default)]
struct Known {
    /// The numbers of the capabilities that are not the same in every run.
    impure: BTreeSet<u32>,
    given: Given,
    output: String,
    /// How many bytes were printed in all.
    printed: u64,
}

/// Where a run is among its calls and what it printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    calls: usize,
    pub(crate) printed: u64,
}

impl<'h> Replay<'h> {
    /// Nothing has been called yet.
    pub fn new(host: &'h dyn HostAdapter) -> Self {
        Self {
            host,
            known: Mutex::default(),
            next: AtomicUsize::new(0),
            printed: AtomicU64::new(0),
            aside: AtomicBool::new(false),
            is_over: false,
        }
    }

    /// A run that is over, to be had again: what was called gives what it gave, and nothing else is called outside.
    pub fn of_past(host: &'h dyn HostAdapter, given: &Given) -> Self {
        let known = Known { given: given.clone(), ..Known::default() };
        Self { known: Mutex::new(known), is_over: true, ..Self::new(host) }
    }

    /// A run that goes on from a past: that is had again without doing anything outside, and what comes behind it is done for
    /// the first time.
    pub fn going_on(host: &'h dyn HostAdapter, past: &Past) -> Self {
        let known = Known { given: past.given.clone(), printed: past.printed, ..Known::default() };
        Self { known: Mutex::new(known), ..Self::new(host) }
    }

    /// The run as a past to go on from.
    pub fn into_past(self) -> Past {
        let known = self.known.into_inner().unwrap_or_else(PoisonError::into_inner);
        Past { given: known.given, printed: known.printed }
    }

    /// What the run got.
    pub fn into_given(self) -> Given {
        self.known.into_inner().unwrap_or_else(PoisonError::into_inner).given
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run goes on from where it had heard so much.
    pub(crate) fn go_on(&self, heard: Heard) {
        self.next.store(heard.calls, Ordering::Relaxed);
        self.printed.store(heard.printed, Ordering::Relaxed);
    }

    /// What comes next is no part of the run: nothing of it is remembered, and nothing it prints is handed on.
    pub(crate) fn set_aside(&self, aside: bool) {
        self.aside.store(aside, Ordering::Relaxed);
    }

    fn is_aside(&self) -> bool {
        self.aside.load(Ordering::Relaxed)
    }

    /// What the run has heard until now.
    pub(crate) fn heard(&self) -> Heard {
        Heard { calls: self.next.load(Ordering::Relaxed), printed: self.printed.load(Ordering::Relaxed) }
    }

    /// What was printed between two places of the output, as far as it was kept.
    pub(crate) fn output(&self, from: u64, to: u64) -> String {
        let known = self.known();
        let place = |at: u64| {
            let at = usize::try_from(at).unwrap_or(usize::MAX).min(known.output.len());
            (0..=at).rev().find(|&at| known.output.is_char_boundary(at)).unwrap_or(0)
        };
        known.output.get(place(from)..place(to)).unwrap_or_default().to_owned()
    }
}

impl HostAdapter for Replay<'_> {
    fn resolve(&self, name: &str) -> Resolution {
        let resolution = self.host.resolve(name);
        if let Resolution::Granted { declaration, id } = resolution
            && !declaration.pure
        {
            self.known().impure.insert(id);
        }
        resolution
    }

    fn call(&self, id: u32, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
        if !self.known().impure.contains(&id) || (self.is_aside() && !self.is_over) {
            return self.host.call(id, call);
        }
        if self.is_aside() {
            return Err("nothing is done outside when a run is looked at".into());
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let known = self.known().given.results.get(number).cloned();
        let result = match known {
            Some(result) => result,
            None if self.is_over => return Err("nothing is done outside when a run is had again".into()),
            None => {
                // In an arena of its own: what it does there besides giving a result would not be done again.
                let result = call.elsewhere(|call| self.host.call(id, call));
                self.known().given.keep(result)
            }
        };
        let given = call.arena().unpack(result?, SiteId(u32::MAX))?;
        Ok(given.first().copied().unwrap_or(RuntimeValue::Null))
    }

    fn print(&self, text: &str) -> Result<(), String> {
        if self.is_aside() {
            return Ok(());
        }
        let before = self.printed.fetch_add(text.len() as u64, Ordering::Relaxed);
        let mut known = self.known();
        if before < known.printed {
            return Ok(());
        }
        known.printed = before + text.len() as u64;
        if known.output.len() as u64 == before {
            let room = MOST_OUTPUT.saturating_sub(known.output.len());
            known.output.push_str(&text[..text.floor_char_boundary(room)]);
        }
        drop(known);
        self.host.print(text)
    }
}

impl std::fmt::Debug for Replay<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").finish_non_exhaustive()
    }
}
