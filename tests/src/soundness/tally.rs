//! What was seen over many programs.

use std::collections::BTreeMap;

use crush_borrowck::{Code, Severity};

/// Reports of one code and severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many there were.
    pub all: u64,
    /// Of how many some run reached the place.
    pub reached: u64,
    /// How many were seen to fault.
    pub faulted: u64,
}

/// What was seen over many programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Programs in which nothing was wrong.
    pub programs: u64,
    /// Variants of them, in which what stopped runs was made harmless; they count themselves.
    pub variants: u64,
    /// Runs.
    pub runs: u64,
    /// Runs that ended by a fault of borrows or drops.
    pub faults: u64,
    /// Runs that ended by another fault.
    pub other_faults: u64,
    errors: BTreeMap<Code, Count>,
    warnings: BTreeMap<Code, Count>,
}

impl Tally {
    pub(super) fn count(&mut self, code: Code, severity: Severity, reached: bool, faulted: bool) {
        let of = if severity == Severity::Error { &mut self.errors } else { &mut self.warnings };
        let count = of.entry(code).or_default();
        count.all += 1;
        count.reached += u64::from(reached);
        count.faulted += u64::from(faulted);
    }

    /// Adds what was seen elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.programs += other.programs;
        self.variants += other.variants;
        self.runs += other.runs;
        self.faults += other.faults;
        self.other_faults += other.other_faults;
        for (mine, others) in [(&mut self.errors, &other.errors), (&mut self.warnings, &other.warnings)] {
            for (code, count) in others {
                mine.entry(*code).or_default().add(*count);
            }
        }
    }

    /// Every code there is.
    pub fn codes() -> impl Iterator<Item = Code> {
        Code::ALL.iter().copied()
    }

    /// Errors of a code.
    pub fn errors(&self, code: Code) -> Count {
        self.errors.get(&code).copied().unwrap_or_default()
    }

    /// Warnings of a code.
    pub fn warnings(&self, code: Code) -> Count {
        self.warnings.get(&code).copied().unwrap_or_default()
    }

    /// All errors, and all warnings.
    pub fn total(&self) -> (Count, Count) {
        let sum = |of: &BTreeMap<Code, Count>| {
            let mut sum = Count::default();
            of.values().for_each(|count| sum.add(*count));
            sum
        };
        (sum(&self.errors), sum(&self.warnings))
    }
}

impl Count {
    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.reached += other.reached;
        self.faulted += other.faulted;
    }
}
