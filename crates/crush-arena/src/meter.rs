//! Counting bytes and objects against their quotas (A7), and when to collect (A5).

use crate::fault::{Fault, QuotaError, Resource};

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

/// Below this a collection is not worth its while.
const FIRST_ALARM: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct Meter {
    pub(crate) limits: Limits,
    pub(crate) bytes: usize,
    pub(crate) objects: usize,
    /// The most bytes there were when some were given back.
    peak_bytes: usize,
    /// Collect when `bytes` or `objects` pass these.
    alarm_bytes: usize,
    alarm_objects: usize,
}

impl Meter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            bytes: 0,
            objects: 0,
            peak_bytes: 0,
            alarm_bytes: FIRST_ALARM.min(limits.bytes),
            alarm_objects: limits.objects,
        }
    }

    #[inline]
    pub(crate) fn collection_due(&self) -> bool {
        self.bytes > self.alarm_bytes || self.objects > self.alarm_objects
    }

    /// Counts bytes about to be taken.
    #[inline]
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        let total = self.bytes.saturating_add(bytes);
        if total > self.alarm_bytes {
            return self.charge_beyond_alarm(bytes);
        }
        self.bytes = total;
        Ok(())
    }

    #[cold]
    fn charge_beyond_alarm(&mut self, bytes: usize) -> Result<(), Fault> {
        self.room_for(bytes)?;
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(())
    }

    /// Whether so many bytes could be charged.
    pub(crate) fn room_for(&self, bytes: usize) -> Result<(), Fault> {
        let quota = self.limits.bytes;
        let wanted = self.bytes.saturating_add(bytes);
        if bytes <= quota && wanted <= quota.saturating_mul(2) {
            return Ok(());
        }
        Err(QuotaError { resource: Resource::Bytes, limit: quota as u64, wanted: wanted as u64 }.into())
    }

    pub(crate) fn refund(&mut self, bytes: usize) {
        debug_assert!(bytes <= self.bytes, "more bytes refunded than charged");
        self.peak_bytes = self.peak_bytes.max(self.bytes);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// The most bytes there ever were.
    pub(crate) fn peak_bytes(&self) -> usize {
        self.peak_bytes.max(self.bytes)
    }

    /// Counts one object about to be allocated, of so many bytes.
    #[inline]
    pub(crate) fn count(&mut self, bytes: usize) -> Result<(), Fault> {
        if self.objects >= self.limits.objects.saturating_mul(2) {
            return Err(self.too_many_objects());
        }
        self.charge(bytes)?;
        self.objects += 1;
        Ok(())
    }

    #[cold]
    pub(crate) fn too_many_objects(&self) -> Fault {
        let limit = self.limits.objects as u64;
        QuotaError { resource: Resource::Objects, limit, wanted: self.objects as u64 + 1 }.into()
    }

    /// Sets the next alarms after a collection: at twice what is live, within the quota, but always some way
    /// on, so that a program near its quota does not spend its time collecting.
    pub(crate) fn rearm(&mut self, idle: usize) {
        let Limits { bytes, objects } = self.limits;
        let live = self.bytes - idle;
        let doubled = live.saturating_mul(2).max(FIRST_ALARM).min(bytes);
        self.alarm_bytes = doubled.max(live.saturating_add(bytes / 16)).saturating_add(idle);
        self.alarm_objects = objects.max(self.objects.saturating_add(objects / 16));
    }

    /// What is live, against the quotas. Of the bytes, `idle` are in free slots: garbage that is gone took them,
    /// so they count as what garbage may take, not as what is live.
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
