//! The choices that make a program.

/// Numbers that decide every choice; past its end each choice is the first, which is the simplest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tape {
    numbers: Vec<u32>,
    at: usize,
}

impl Tape {
    /// A tape of these numbers.
    pub fn new(numbers: Vec<u32>) -> Self {
        Self { numbers, at: 0 }
    }

    /// A random tape.
    pub fn random(random: &mut fastrand::Rng, length: usize) -> Self {
        Self::new((0..length).map(|_| random.u32(..)).collect())
    }

    /// Its numbers, as far as they were read.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers[..self.at.min(self.numbers.len())]
    }

    /// One of `0..count`.
    pub(super) fn choose(&mut self, count: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        number as usize % count.max(1)
    }

    /// True once in `times`; never past the end.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.choose(times) == times - 1
    }

    /// One of `items`.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.choose(items.len())]
    }

    /// Whether the tape is used up.
    pub(super) fn is_over(&self) -> bool {
        self.at >= self.numbers.len()
    }
}
