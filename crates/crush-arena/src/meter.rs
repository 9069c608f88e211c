//! Counting bytes and objects against their quotas (A7).

use crate::{
    fault::{Fault, QuotaError, Resource},
    pace::Pace,
};

/// The quotas of an arena (A7).
///
/// Each bounds what is live *after a collection*. Between two collections garbage may pile up to as much again,
/// so that a program never takes more than twice its quota, and never faults for garbage alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of objects and their slots.
    pub bytes: usize,
    /// Live objects.
    pub objects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 256 << 20, objects: 4_000_000 }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Meter {
    pub(crate) limits: Limits,
    pub(crate) bytes: usize,
    pub(crate) objects: usize,
    /// The most bytes there were when some were given back.
    peak_bytes: usize,
    pub(crate) pace: Pace,
}

impl Meter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, bytes: 0, objects: 0, peak_bytes: 0, pace: Pace::new(limits) }
    }

    #[inline]
    pub(crate) fn collection_due(&self) -> bool {
        self.bytes > self.pace.due.bytes || self.objects > self.pace.due.objects
    }

    /// Counts bytes about to be taken.
    #[inline]
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        let total = self.bytes.saturating_add(bytes);
        if total > self.pace.due.bytes {
            return self.charge_when_due(bytes);
        }
        self.bytes = total;
        Ok(())
    }

    #[cold]
    fn charge_when_due(&mut self, bytes: usize) -> Result<(), Fault> {
        self.room_for(bytes)?;
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(())
    }

    /// Whether so many bytes could be charged. Of twice the quota an eighth is left for the collector's lists.
    ///
    /// At a safe point there are never more bytes than the end of [`Pace`] allows: at most 7/8 of the quota, or what is
    /// live and 1/16 of it. So whoever is refused here asks for more than the quota leaves beside what is live, and no
    /// collection could have helped.
    pub(crate) fn room_for(&self, bytes: usize) -> Result<(), Fault> {
        if bytes <= self.limits.bytes && self.room_beside(bytes).is_ok() {
            return Ok(());
        }
        Err(self.too_many_bytes(bytes))
    }

    /// Whether so many bytes may be taken for a moment, beside what is counted.
    pub(crate) fn room_beside(&self, bytes: usize) -> Result<(), Fault> {
        let quota = self.limits.bytes;
        if self.bytes.saturating_add(bytes) <= quota.saturating_add(quota / 8 * 7) {
            return Ok(());
        }
        Err(self.too_many_bytes(bytes))
    }

    #[cold]
    fn too_many_bytes(&self, more: usize) -> Fault {
        let (limit, wanted) = (self.limits.bytes as u64, self.bytes.saturating_add(more) as u64);
        QuotaError { resource: Resource::Bytes, limit, wanted }.into()
    }

    pub(crate) fn refund(&mut self, bytes: usize) {
        debug_assert!(bytes <= self.bytes, "more bytes refunded than charged");
        self.peak_bytes = self.peak_bytes.max(self.bytes);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Corrects a charge that cannot be refused.
    pub(crate) fn recount(&mut self, before: usize, now: usize) {
        self.bytes = self.bytes.saturating_add(now);
        self.refund(before);
    }

    /// The most bytes there ever were.
    pub(crate) fn peak_bytes(&self) -> usize {
        self.peak_bytes.max(self.bytes)
    }

    /// Counts one object about to be allocated, of so many bytes outside its slot.
    #[inline]
    pub(crate) fn count(&mut self, bytes: usize) -> Result<(), Fault> {
        if self.objects >= self.limits.objects.saturating_mul(2) {
            return Err(self.too_many_objects());
        }
        self.charge(bytes)?;
        self.objects += 1;
        Ok(())
    }

    /// Takes back what [`Meter::count`] counted.
    pub(crate) fn uncount(&mut self, bytes: usize) {
        self.objects -= 1;
        self.refund(bytes);
    }

    #[cold]
    pub(crate) fn too_many_objects(&self) -> Fault {
        let limit = self.limits.objects as u64;
        QuotaError { resource: Resource::Objects, limit, wanted: self.objects as u64 + 1 }.into()
    }

    /// What is live, against the quotas. `idle` bytes are not: garbage that is gone took them, or the collector.
    pub(crate) fn within_quota(&self, idle: usize) -> Result<(), Fault> {
        let reached = |resource, limit: usize, wanted: usize| {
            let (limit, wanted) = (limit as u64, wanted as u64);
            Err(QuotaError { resource, limit, wanted }.into())
        };
        let Limits { bytes, objects } = self.limits;
        if self.bytes - idle > bytes {
            return reached(Resource::Bytes, bytes, self.bytes - idle);
        }
        if self.objects > objects {
            return reached(Resource::Objects, objects, self.objects);
        }
        Ok(())
    }
}
