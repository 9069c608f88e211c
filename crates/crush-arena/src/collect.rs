//! Collection (A5): cycles of marking and sweeping, in steps between which the program goes on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    arena::Arena,
    events::Action,
    fault::Fault,
    mark::{Marker, Trace},
    sweep::Doomed,
};

/// What a collection did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Objects freed.
    pub objects: usize,
    /// Bytes freed.
    pub bytes: usize,
}

/// How much is done in one step: about so many values are looked at, which takes some tenths of a millisecond at worst.
pub(crate) const STEP: usize = 32_768;
/// How many steps may be left to do when the marking is to end, the program standing still. After some vain attempts it
/// is twice as much each time, so that the marking comes to its end whatever the program does.
const REST: usize = 4;
const PATIENT_ATTEMPTS: u32 = 4;

/// Where the cycle stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    #[default]
    Idle,
    /// How often it was attempted to end it.
    Marking { attempts: u32 },
    /// The slots from 64 times this on are still to be swept.
    Sweeping { word: usize },
    /// The free slots at the end of the table are given back.
    Trimming,
}

/// What the collector knows between two steps.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    pub(crate) phase: Phase,
    pub(crate) trace: Trace,
    /// What is freed a little at a time.
    pub(crate) doomed: Vec<Doomed>,
    /// What this cycle has freed.
    pub(crate) freed: Collected,
    /// The bytes of the collector's own lists, as charged.
    pub(crate) charged: usize,
}

impl Collector {
    pub(crate) fn is_marking(&self) -> bool {
        matches!(self.phase, Phase::Marking { .. })
    }

    /// Whether what is allocated now must be kept from the cycle.
    #[inline]
    pub(crate) fn keeps_new(&self) -> bool {
        matches!(self.phase, Phase::Marking { .. } | Phase::Sweeping { .. })
    }

    pub(crate) fn charged(&self) -> usize {
        self.charged
    }
}

impl Arena {
    /// Frees every object that neither the roots nor a live borrow reach, cycles included (A5), at once. A cycle that
    /// was under way is given up for this one.
    ///
    /// When more is live than the quotas allow, that is the fault (A7). Interrupted, it frees nothing or a part.
    pub fn collect(&mut self, roots: impl FnOnce(&mut Marker<'_>)) -> Result<Collected, Fault> {
        self.begin_cycle();
        self.mark_roots(roots);
        while !self.collector.trace.is_done() {
            self.collector.trace.proceed(&mut self.slots, &mut { STEP });
            if let Err(interrupted) = self.check_interrupt() {
                self.give_up_cycle();
                return Err(interrupted);
            }
        }
        self.count_lists();
        self.begin_sweeping();
        while !self.sweep(&mut { STEP }) {
            self.check_interrupt()?;
        }
        self.trim(&mut { usize::MAX });
        let collected = self.end_cycle();
        self.meter.within_quota(self.idle_bytes())?;
        Ok(collected)
    }

    /// Does as much of a collection as is due (A5): called at a safe point when [`Arena::collection_due`] says so. The
    /// roots are asked for when a marking begins and whenever it seems to be at its end.
    ///
    /// When more is live than the quotas allow, that is the fault (A7): a whole collection has found that.
    pub fn collect_step(&mut self, roots: impl Fn(&mut Marker<'_>)) -> Result<(), Fault> {
        // The steps keep ahead of the program, but for what it takes in one instruction.
        if self.meter.is_at_end() {
            return self.collect(roots).map(|_| ());
        }
        let ended = self.collect_some(STEP, &roots);
        if ended && self.meter.within_quota(self.idle_bytes()).is_err() {
            // Perhaps what became garbage during the cycle.
            return self.collect(roots).map(|_| ());
        }
        Ok(())
    }

    /// Does some of a collection, about as much as looking at so many values, whether it is due or not. Returns whether
    /// a cycle ended: then every object is gone that was unreachable when it began.
    pub fn collect_some(&mut self, step: usize, roots: impl Fn(&mut Marker<'_>)) -> bool {
        let mut work = step;
        let ended = loop {
            match self.collector.phase {
                Phase::Idle => self.begin_cycle(),
                Phase::Marking { attempts } => {
                    let trace = &mut self.collector.trace;
                    trace.proceed(&mut self.slots, &mut work);
                    if !trace.is_done() {
                        break false;
                    }
                    if !self.end_marking(attempts, step, &roots) {
                        break false;
                    }
                }
                Phase::Sweeping { .. } => {
                    if !self.sweep(&mut work) {
                        break false;
                    }
                }
                Phase::Trimming => {
                    if !self.trim(&mut work) {
                        break false;
                    }
                    self.end_cycle();
                    break true;
                }
            }
        };
        self.count_lists();
        if !ended {
            self.meter.pause_until_next_step();
        }
        ended
    }

    /// Looks at the roots and at what was changed meanwhile. When not much comes of it, nothing white can be reached any
    /// more; otherwise the marking goes on, and it is attempted again, with more patience each time.
    fn end_marking(&mut self, attempts: u32, step: usize, roots: impl FnOnce(&mut Marker<'_>)) -> bool {
        self.mark_roots(roots);
        self.collector.trace.look_again();
        let patience = 1 << attempts.saturating_sub(PATIENT_ATTEMPTS).min(usize::BITS / 2);
        let mut rest = step.saturating_mul(REST).saturating_mul(patience);
        self.collector.trace.proceed(&mut self.slots, &mut rest);
        let done = self.collector.trace.is_done();
        if done {
            self.begin_sweeping();
        } else {
            self.collector.phase = Phase::Marking { attempts: attempts + 1 };
        }
        done
    }

    fn mark_roots(&mut self, roots: impl FnOnce(&mut Marker<'_>)) {
        let trace = &mut self.collector.trace;
        roots(&mut Marker { slots: &self.slots, trace });
        for borrow in self.loans.live() {
            trace.mark(&self.slots, borrow.object);
        }
    }

    fn begin_cycle(&mut self) {
        self.collector.trace.begin(self.slots.len());
        self.collector.freed = Collected::default();
        self.collector.phase = Phase::Marking { attempts: 0 };
        self.meter.plan();
    }

    fn give_up_cycle(&mut self) {
        self.collector.phase = Phase::Idle;
        self.collector.trace.forget();
        self.count_lists();
    }

    fn end_cycle(&mut self) -> Collected {
        self.collector.phase = Phase::Idle;
        self.collector.trace.forget();
        self.count_lists();
        let collected = self.collector.freed;
        self.counters.collections += 1;
        self.counters.collected += collected.objects as u64;
        self.meter.rest(self.idle_bytes());
        let Collected { objects, bytes } = collected;
        self.record(self.site.get(), Action::Collect { objects, bytes });
        collected
    }

    /// Charges what the collector's lists take, which the program cannot be refused (A7).
    fn count_lists(&mut self) {
        let bytes = self.collector.trace.bytes();
        self.meter.recount(self.collector.charged, bytes);
        self.collector.charged = bytes;
    }

    /// The flag of [`Arena::interrupt_when`].
    pub fn interrupt(&self) -> Option<&Arc<AtomicBool>> {
        self.interrupt.as_ref()
    }

    /// Whether the flag of [`Arena::interrupt_when`] is set.
    pub(crate) fn check_interrupt(&self) -> Result<(), Fault> {
        match &self.interrupt {
            Some(flag) if flag.load(Ordering::Relaxed) => Err(Fault::Interrupted),
            _ => Ok(()),
        }
    }

    /// Counts a step of a deep operation, and now and then looks whether to stop.
    #[inline]
    pub(crate) fn step(&self) -> Result<(), Fault> {
        let work = self.work.get() + 1;
        self.work.set(work);
        if work.is_multiple_of(1024) { self.check_interrupt() } else { Ok(()) }
    }
}
