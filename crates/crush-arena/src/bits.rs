//! One bit a slot: which are marked, and which are free.

/// The slots that hold no object and may be used. The lowest is used first, so that the end of the table becomes free
/// and can be given back.
#[derive(Debug, Default)]
pub(crate) struct FreeSlots {
    pub(crate) words: Vec<u64>,
    /// Where the first word with a bit set may be.
    pub(crate) first: usize,
}

impl FreeSlots {
    #[inline]
    pub(crate) fn add(&mut self, slot: u32) {
        let word = slot as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (slot % 64);
        self.first = self.first.min(word);
    }

    /// Takes the lowest.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<u32> {
        while let Some(word) = self.words.get_mut(self.first) {
            if *word != 0 {
                let bit = word.trailing_zeros();
                *word &= *word - 1;
                return Some(self.first as u32 * 64 + bit);
            }
            self.first += 1;
        }
        None
    }

    /// Takes one that is known to be free.
    pub(crate) fn remove(&mut self, slot: u32) {
        if let Some(word) = self.words.get_mut(slot as usize / 64) {
            *word &= !(1 << (slot % 64));
        }
    }

    /// The bits of 64 slots.
    #[inline]
    pub(crate) fn word(&self, word: usize) -> u64 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// Forgets the slots from `slots` on, none of which is free.
    pub(crate) fn truncate(&mut self, slots: usize) {
        self.words.truncate(slots.div_ceil(64));
        self.words.shrink_to_fit();
    }
}

/// The slots whose objects a collection has reached.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) words: Vec<u64>,
}

impl Marks {
    /// None of so many slots is marked.
    pub(crate) fn clear(&mut self, slots: usize) {
        self.words.clear();
        self.words.resize(slots.div_ceil(64), 0);
    }

    /// Gives the memory back.
    pub(crate) fn forget(&mut self) {
        self.words = Vec::new();
    }

    #[inline]
    pub(crate) fn is_set(&self, slot: u32) -> bool {
        self.word(slot as usize / 64) & (1 << (slot % 64)) != 0
    }

    #[inline]
    pub(crate) fn set(&mut self, slot: u32) {
        let word = slot as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (slot % 64);
    }

    /// The bits of 64 slots.
    #[inline]
    pub(crate) fn word(&self, word: usize) -> u64 {
        self.words.get(word).copied().unwrap_or(0)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_slot_comes_first() {
        let mut free = FreeSlots::default();
        for slot in [200, 3, 64, 2] {
            free.add(slot);
        }
        free.remove(64);
        assert_eq!([free.take(), free.take()], [Some(2), Some(3)]);
        free.add(1);
        assert_eq!([free.take(), free.take(), free.take()], [Some(1), Some(200), None]);
        free.add(200);
        assert_eq!(free.take(), Some(200));
    }

    #[test]
    fn marks_grow_with_the_table() {
        let mut marks = Marks::default();
        marks.clear(10);
        assert!(!marks.is_set(9) && !marks.is_set(1000));
        marks.set(1000);
        assert!(marks.is_set(1000) && !marks.is_set(999));
        marks.clear(2000);
        assert!(!marks.is_set(1000));
    }
}
