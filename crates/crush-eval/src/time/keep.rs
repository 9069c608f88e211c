//! The checkpoints of a run, and what is known of the segments between them.

use crush_arena::Held;
use crush_vm::Checkpoint;

use super::replay::Heard;
use super::seek::Visited;

/// With more checkpoints every other is given up, and the next come half as often.
const MOST: usize = 128;
/// So many more lie on the way to moments that were looked at last.
const MOST_ON_THE_WAY: usize = 16;

/// A checkpoint and the segment that begins with it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) checkpoint: Checkpoint,
    /// How many places the run had come to before.
    pub(crate) tick: u64,
    /// The last of them.
    pub(crate) visited: Visited,
    pub(crate) heard: Heard,
    /// What is known of the segment up to the next checkpoint.
    pub(crate) summary: Summary,
    /// For one that lies on the way to a moment that was looked at: which of these it is, in the order in which they were kept.
    pub(crate) on_the_way: Option<u64>,
}

/// What a segment of a run came to, so that those where there is nothing to be found need not run again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    /// The places, one bit each.
    places: Vec<u64>,
    /// How deep the frames were at least, by task.
    depths: Vec<(u32, usize)>,
    /// The task that came to a place last, among `depths`.
    at: usize,
    /// Whether an arena was changed in it, once somebody asked.
    pub(crate) has_events: Option<bool>,
}

impl Summary {
    /// The run came to a place.
    #[inline(always)]
    pub(crate) fn note(&mut self, visited: &Visited) {
        let word = visited.place as usize / 64;
        if word >= self.places.len() {
            self.places.resize(word + 1, 0);
        }
        self.places[word] |= 1 << (visited.place % 64);
        match self.depths.get_mut(self.at) {
            Some((task, depth)) if *task == visited.task => *depth = (*depth).min(visited.depth),
            _ => self.note_task(visited),
        }
    }

    #[cold]
    fn note_task(&mut self, visited: &Visited) {
        match self.depths.iter().position(|(task, _)| *task == visited.task) {
            Some(at) => {
                self.at = at;
                let depth = &mut self.depths[at].1;
                *depth = (*depth).min(visited.depth);
            }
            None => {
                self.at = self.depths.len();
                self.depths.push((visited.task, visited.depth));
            }
        }
    }

    /// Whether the run came to a place in it.
    pub(crate) fn has_place(&self, place: u32) -> bool {
        self.places.get(place as usize / 64).is_some_and(|word| word & 1 << (place % 64) != 0)
    }

    /// Whether a task came to a place in it with so few frames.
    pub(crate) fn has_depth(&self, task: u32, depth: usize) -> bool {
        self.depths.iter().any(|(of, least)| *of == task && *least <= depth)
    }

    /// The segment goes on with another.
    fn join(&mut self, next: &Self) {
        self.places.resize(self.places.len().max(next.places.len()), 0);
        for (word, more) in self.places.iter_mut().zip(&next.places) {
            *word |= more;
        }
        self.has_events = match (self.has_events, next.has_events) {
            (Some(own), Some(more)) => Some(own || more),
            (Some(true), _) | (_, Some(true)) => Some(true),
            _ => None,
        };
        for (task, depth) in &next.depths {
            match self.depths.iter_mut().find(|(of, _)| of == task) {
                Some((_, least)) => *least = (*least).min(*depth),
                None => self.depths.push((*task, *depth)),
            }
        }
    }

    fn bytes(&self) -> usize {
        self.places.len() * size_of::<u64>() + self.depths.len() * size_of::<(u32, usize)>()
    }
}

/// The checkpoints of a run, the first of them before it begins.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    kept: Vec<Kept>,
    /// How many instructions lie between two of them.
    interval: u64,
    /// The most bytes they may take; with those on the way to a moment it is a quarter more.
    most_bytes: usize,
    /// What each takes for itself.
    bytes: usize,
    /// Counts what they share.
    held: Held,
    last_on_the_way: u64,
}

impl Checkpoints {
    pub(crate) fn new(first: Kept, held: Held, interval: u64, most_bytes: usize) -> Self {
        let bytes = first.bytes();
        let kept = vec![first];
        Self { kept, interval: interval.max(1), most_bytes, bytes, held, last_on_the_way: 0 }
    }

    pub(crate) fn get(&self, index: usize) -> &Kept {
        &self.kept[index]
    }

    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes + self.held.bytes()
    }

    /// What counts the bytes that they share.
    pub(crate) fn held(&self) -> Held {
        self.held.clone()
    }

    pub(crate) fn interval(&self) -> u64 {
        self.interval
    }

    /// The last one before the run comes to a place for the `tick`th time.
    pub(crate) fn before(&self, tick: u64) -> usize {
        self.kept.partition_point(|kept| kept.tick < tick).saturating_sub(1)
    }

    /// How far a segment goes: the tick of its last place, where that is known.
    pub(crate) fn end_of(&self, index: usize) -> Option<u64> {
        self.kept.get(index + 1).map(|next| next.tick)
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> &mut Kept {
        &mut self.kept[index]
    }

    pub(crate) fn last_mut(&mut self) -> Option<&mut Kept> {
        self.kept.last_mut()
    }

    pub(crate) fn last(&self) -> &Kept {
        &self.kept[self.kept.len() - 1]
    }

    /// Keeps one more, behind all others; with too many, or too large ones, some are given up, those that are left lying as far
    /// from each other as before.
    pub(crate) fn add(&mut self, next: Kept) {
        self.bytes += next.bytes();
        self.kept.push(next);
        while self.kept.len() > MOST || self.bytes() > self.most_bytes && self.kept.len() > 2 {
            match self.oldest_on_the_way() {
                Some(_) => self.forget_on_the_way(0, 0),
                None => self.thin_out(),
            }
        }
    }

    /// Keeps one within a segment that is known, on the way to a moment that is looked at. The oldest of these are given up.
    pub(crate) fn add_on_the_way(&mut self, mut next: Kept) {
        let at = self.kept.partition_point(|kept| kept.tick < next.tick);
        let Some(before) = at.checked_sub(1).map(|before| &self.kept[before]) else { return };
        if before.tick == next.tick || self.kept.get(at).is_some_and(|behind| behind.tick == next.tick) {
            return;
        }
        // What may be met in the segment may be met in both of its parts.
        next.summary = before.summary.clone();
        self.last_on_the_way += 1;
        next.on_the_way = Some(self.last_on_the_way);
        self.bytes += next.bytes();
        self.kept.insert(at, next);
        self.forget_on_the_way(MOST_ON_THE_WAY, self.most_bytes / 4 * 5);
    }

    /// Gives up the oldest of those on the way until there are so few, and all together take so little.
    fn forget_on_the_way(&mut self, most: usize, most_bytes: usize) {
        loop {
            let number = self.kept.iter().filter(|kept| kept.on_the_way.is_some()).count();
            let Some(oldest) = self.oldest_on_the_way() else { return };
            if number <= most && self.bytes() <= most_bytes {
                return;
            }
            let gone = self.kept.remove(oldest);
            self.bytes -= gone.bytes();
            self.kept[oldest - 1].summary.join(&gone.summary);
        }
    }

    fn oldest_on_the_way(&self) -> Option<usize> {
        let numbered = self.kept.iter().enumerate().filter_map(|(index, kept)| Some((kept.on_the_way?, index)));
        numbered.min().map(|(_, index)| index)
    }

    fn thin_out(&mut self) {
        self.interval = self.interval.saturating_mul(2);
        let mut left: Vec<Kept> = Vec::with_capacity(self.kept.len() / 2 + 1);
        for (index, kept) in self.kept.drain(..).enumerate() {
            match left.last_mut() {
                Some(before) if index % 2 == 1 => before.summary.join(&kept.summary),
                _ => left.push(kept),
            }
        }
        self.bytes = left.iter().map(Kept::bytes).sum();
        self.kept = left;
    }
}

impl Kept {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.checkpoint.bytes() + self.summary.bytes()
    }
}
