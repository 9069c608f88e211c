//! What a variable, an element or an expression may be.

use smallvec::SmallVec;

/// One thing that a value may be, as positions in the [`Table`](crate::table::Table).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A reference to an object. A *symbolic* object stands for whatever a parameter held, so it may be none at all.
    Object(u32),
    /// A borrow handle (B3).
    Handle(u32),
    /// A named function.
    Function(u32),
}

/// A set of things that a value may be. Empty: nothing, the place is not reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Value {
    /// Sorted.
    targets: SmallVec<[Target; 2]>,
    flags: u8,
}

impl Value {
    /// May be a string.
    pub(crate) const TEXT: u8 = 1;
    /// May be something else that no borrow is about: null, a number, a truth value.
    pub(crate) const PLAIN: u8 = 2;

    pub(crate) fn of(target: Target) -> Self {
        Self { targets: SmallVec::from_slice(&[target]), flags: 0 }
    }

    /// One of many things, or what these flags say.
    pub(crate) fn one_of(targets: Vec<Target>, flags: u8) -> Self {
        let mut value = Self::flags(flags);
        value.extend(targets);
        value
    }

    pub(crate) fn flags(flags: u8) -> Self {
        Self { targets: SmallVec::new(), flags }
    }

    pub(crate) fn plain() -> Self {
        Self::flags(Self::PLAIN)
    }

    pub(crate) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// What it may be besides its targets.
    pub(crate) fn other(&self) -> u8 {
        self.flags
    }

    pub(crate) fn may_be_text(&self) -> bool {
        self.flags & Self::TEXT != 0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.targets.is_empty() && self.flags == 0
    }

    /// The one thing that it surely is.
    pub(crate) fn only(&self) -> Option<Target> {
        match (&self.targets[..], self.flags) {
            ([target], 0) => Some(*target),
            _ => None,
        }
    }

    pub(crate) fn add(&mut self, target: Target) -> bool {
        match self.targets.binary_search(&target) {
            Ok(_) => false,
            Err(at) => {
                self.targets.insert(at, target);
                true
            }
        }
    }

    /// Adds many things at once, where each by itself would move those behind it.
    pub(crate) fn extend(&mut self, more: impl IntoIterator<Item = Target>) {
        let before = self.targets.len();
        self.targets.extend(more);
        if self.targets.len() > before {
            self.targets.sort_unstable();
            self.targets.dedup();
        }
    }

    /// Adds what `other` may be, and tells whether that changed anything.
    pub(crate) fn join(&mut self, other: &Self) -> bool {
        let flags = self.flags | other.flags;
        let changed = flags != self.flags;
        self.flags = flags;
        if let [target] = other.targets[..] {
            return self.add(target) || changed;
        }
        if self.has_all_of(other) {
            return changed;
        }
        // Both are sorted.
        let mut merged = SmallVec::with_capacity(self.targets.len() + other.targets.len());
        let (mut mine, mut others) = (self.targets.iter().peekable(), other.targets.iter().peekable());
        loop {
            let next = match (mine.peek(), others.peek()) {
                (Some(a), Some(b)) if a < b => mine.next(),
                (Some(a), Some(b)) if a > b => others.next(),
                (Some(_), Some(_)) => {
                    others.next();
                    mine.next()
                }
                (Some(_), None) => mine.next(),
                (None, _) => others.next(),
            };
            let Some(next) = next else { break };
            merged.push(*next);
        }
        self.targets = merged;
        true
    }

    fn has_all_of(&self, other: &Self) -> bool {
        let mut mine = self.targets.iter();
        other.targets.len() <= self.targets.len()
            && other.targets.iter().all(|target| mine.any(|known| known == target))
    }

    pub(crate) fn joined(mut self, other: &Self) -> Self {
        self.join(other);
        self
    }

    /// The union, or `None` when `other` adds nothing.
    pub(crate) fn union_if_more(&self, other: &Self) -> Option<Self> {
        if self.flags | other.flags == self.flags && self.has_all_of(other) {
            return None;
        }
        let mut union = self.clone();
        union.join(other);
        Some(union)
    }

    pub(crate) fn has(&self, target: Target) -> bool {
        self.targets.binary_search(&target).is_ok()
    }

    /// Only those targets that are kept.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(Target) -> bool) {
        self.targets.retain(|target| keep(*target));
    }

    /// Nothing but objects, handles and functions any more.
    pub(crate) fn without_others(mut self) -> Self {
        self.flags = 0;
        self
    }

    /// With one target replaced by another, or `None` when it does not have it.
    pub(crate) fn replace(&self, from: Target, to: Target) -> Option<Self> {
        let at = self.targets.binary_search(&from).ok()?;
        let mut replaced = self.clone();
        replaced.targets.remove(at);
        replaced.add(to);
        Some(replaced)
    }

    pub(crate) fn objects(&self) -> impl Iterator<Item = u32> + '_ {
        self.targets.iter().filter_map(|target| if let Target::Object(object) = target { Some(*object) } else { None })
    }
}
