//! A persistent map from small integers: a big-endian Patricia tree (Okasaki and Gill, "Fast Mergeable Integer Maps").
//!
//! The analysis keeps a state for every node of a graph, and neighbouring states are nearly the same. Here a copy costs
//! one pointer, and a merge of two maps costs what differs between them: whatever the two still share is not visited.

use std::rc::Rc;

#[derive(Debug)]
enum Tree<V> {
    Leaf(u32, V),
    /// The bits above `bit` that all keys share, the bit in which the two sides differ, the side where it is 0, and 1.
    Branch(u32, u32, Rc<Tree<V>>, Rc<Tree<V>>),
}

/// The map.
#[derive(Debug)]
pub(crate) struct PMap<V>(Option<Rc<Tree<V>>>);

impl<V> Clone for PMap<V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<V> Default for PMap<V> {
    fn default() -> Self {
        Self(None)
    }
}

fn prefix(key: u32, bit: u32) -> u32 {
    key & !(bit | (bit - 1))
}

fn join<V>(a: u32, left: Rc<Tree<V>>, b: u32, right: Rc<Tree<V>>) -> Rc<Tree<V>> {
    let bit = 1 << (31 - (a ^ b).leading_zeros());
    let (zero, one) = if a & bit == 0 { (left, right) } else { (right, left) };
    Rc::new(Tree::Branch(prefix(a, bit), bit, zero, one))
}

impl<V: Clone> PMap<V> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn get(&self, key: u32) -> Option<&V> {
        let mut tree = self.0.as_deref()?;
        loop {
            match tree {
                Tree::Leaf(found, value) => return (*found == key).then_some(value),
                Tree::Branch(shared, bit, zero, one) => {
                    if prefix(key, *bit) != *shared {
                        return None;
                    }
                    tree = if key & bit == 0 { zero } else { one };
                }
            }
        }
    }

    pub(crate) fn insert(&mut self, key: u32, value: V) {
        fn go<V: Clone>(tree: &Rc<Tree<V>>, key: u32, value: V) -> Rc<Tree<V>> {
            match &**tree {
                Tree::Leaf(found, _) if *found == key => Rc::new(Tree::Leaf(key, value)),
                Tree::Leaf(found, _) => join(*found, tree.clone(), key, Rc::new(Tree::Leaf(key, value))),
                Tree::Branch(shared, bit, zero, one) => {
                    if prefix(key, *bit) != *shared {
                        join(*shared, tree.clone(), key, Rc::new(Tree::Leaf(key, value)))
                    } else if key & bit == 0 {
                        Rc::new(Tree::Branch(*shared, *bit, go(zero, key, value), one.clone()))
                    } else {
                        Rc::new(Tree::Branch(*shared, *bit, zero.clone(), go(one, key, value)))
                    }
                }
            }
        }
        self.0 = Some(match &self.0 {
            Some(tree) => go(tree, key, value),
            None => Rc::new(Tree::Leaf(key, value)),
        });
    }

    pub(crate) fn remove(&mut self, key: u32) -> Option<V> {
        /// The tree without the key (`None`: nothing is left), or `Err` when it was not there.
        fn go<V: Clone>(tree: &Rc<Tree<V>>, key: u32) -> Option<(Option<Rc<Tree<V>>>, V)> {
            match &**tree {
                Tree::Leaf(found, value) => (*found == key).then(|| (None, value.clone())),
                Tree::Branch(shared, bit, zero, one) => {
                    if prefix(key, *bit) != *shared {
                        return None;
                    }
                    let is_zero = key & bit == 0;
                    let (rest, value) = go(if is_zero { zero } else { one }, key)?;
                    let other = if is_zero { one } else { zero };
                    let tree = match rest {
                        None => other.clone(),
                        Some(rest) if is_zero => Rc::new(Tree::Branch(*shared, *bit, rest, other.clone())),
                        Some(rest) => Rc::new(Tree::Branch(*shared, *bit, other.clone(), rest)),
                    };
                    Some((Some(tree), value))
                }
            }
        }
        let (rest, value) = go(self.0.as_ref()?, key)?;
        self.0 = rest;
        Some(value)
    }

    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }

    /// Calls `visit` with every key and value, in the order of keys.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(u32, &V)) {
        fn go<V>(tree: &Tree<V>, visit: &mut impl FnMut(u32, &V)) {
            match tree {
                Tree::Leaf(key, value) => visit(*key, value),
                Tree::Branch(_, _, zero, one) => {
                    go(zero, visit);
                    go(one, visit);
                }
            }
        }
        if let Some(tree) = &self.0 {
            go(tree, &mut visit);
        }
    }

    /// Whether some value has the property; those that come after it are not looked at.
    pub(crate) fn any(&self, mut is_it: impl FnMut(&V) -> bool) -> bool {
        fn go<V>(tree: &Tree<V>, is_it: &mut impl FnMut(&V) -> bool) -> bool {
            match tree {
                Tree::Leaf(_, value) => is_it(value),
                Tree::Branch(_, _, zero, one) => go(zero, is_it) || go(one, is_it),
            }
        }
        self.0.as_deref().is_some_and(|tree| go(tree, &mut is_it))
    }

    /// Changes the values for which `change` gives another; the rest stays shared.
    pub(crate) fn map_some(&mut self, mut change: impl FnMut(u32, &V) -> Option<V>) {
        fn go<V>(tree: &Rc<Tree<V>>, change: &mut impl FnMut(u32, &V) -> Option<V>) -> Option<Rc<Tree<V>>> {
            match &**tree {
                Tree::Leaf(key, value) => change(*key, value).map(|value| Rc::new(Tree::Leaf(*key, value))),
                Tree::Branch(shared, bit, zero, one) => {
                    let (new_zero, new_one) = (go(zero, change), go(one, change));
                    if new_zero.is_none() && new_one.is_none() {
                        return None;
                    }
                    let zero = new_zero.unwrap_or_else(|| zero.clone());
                    let one = new_one.unwrap_or_else(|| one.clone());
                    Some(Rc::new(Tree::Branch(*shared, *bit, zero, one)))
                }
            }
        }
        if let Some(tree) = &self.0
            && let Some(changed) = go(tree, &mut change)
        {
            self.0 = Some(changed);
        }
    }

    /// Merges `other` into this map. `both` gives the value where both have one and they are not shared, `alone` where
    /// one side alone has one; `None` from either keeps the value of this side (for `alone`: leaves the key out).
    ///
    /// What is left as it was stays shared, so that a map that did not change is [`ptr_eq`](Self::ptr_eq) to what it was.
    pub(crate) fn merge(
        &mut self,
        other: &Self,
        both: &mut impl FnMut(u32, &V, &V) -> Option<V>,
        alone: &mut impl FnMut(u32, &V, Side) -> Alone<V>,
    ) {
        self.0 = merge(self.0.as_ref(), other.0.as_ref(), both, alone);
    }
}

/// Which of the two merged maps has the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The one merged into.
    This,
    /// The other.
    Other,
}

/// What becomes of a key that only one side has.
pub(crate) enum Alone<V> {
    /// It is kept as it is.
    Keep,
    /// It is left out.
    Remove,
    /// It is kept with another value.
    Change(V),
}

type Node<V> = Option<Rc<Tree<V>>>;

fn merge<V: Clone>(
    this: Option<&Rc<Tree<V>>>,
    other: Option<&Rc<Tree<V>>>,
    both: &mut impl FnMut(u32, &V, &V) -> Option<V>,
    alone: &mut impl FnMut(u32, &V, Side) -> Alone<V>,
) -> Node<V> {
    let (a, b) = match (this, other) {
        (None, None) => return None,
        (Some(a), None) => return one_side(a, Side::This, alone),
        (None, Some(b)) => return one_side(b, Side::Other, alone),
        (Some(a), Some(b)) => (a, b),
    };
    if Rc::ptr_eq(a, b) {
        return Some(a.clone());
    }
    match (&**a, &**b) {
        (Tree::Leaf(key, x), Tree::Leaf(other_key, y)) if key == other_key => Some(match both(*key, x, y) {
            None => a.clone(),
            Some(value) => Rc::new(Tree::Leaf(*key, value)),
        }),
        (Tree::Branch(p, m, a0, a1), Tree::Branch(q, n, b0, b1)) if p == q && m == n => {
            let zero = merge(Some(a0), Some(b0), both, alone);
            let one = merge(Some(a1), Some(b1), both, alone);
            rebuild(a, (*p, *m), (a0, a1), zero, one)
        }
        // `other` lies in one half of `this`.
        (Tree::Branch(p, m, a0, a1), _) if covers(*p, *m, b) => {
            let (zero, one) = if key_of(b) & m == 0 {
                (merge(Some(a0), Some(b), both, alone), one_side(a1, Side::This, alone))
            } else {
                (one_side(a0, Side::This, alone), merge(Some(a1), Some(b), both, alone))
            };
            rebuild(a, (*p, *m), (a0, a1), zero, one)
        }
        // `this` lies in one half of `other`.
        (_, Tree::Branch(q, n, b0, b1)) if covers(*q, *n, a) => {
            let (zero, one) = if key_of(a) & n == 0 {
                (merge(Some(a), Some(b0), both, alone), one_side(b1, Side::Other, alone))
            } else {
                (one_side(b0, Side::Other, alone), merge(Some(a), Some(b1), both, alone))
            };
            rebuild(b, (*q, *n), (b0, b1), zero, one)
        }
        _ => {
            let (x, y) = (one_side(a, Side::This, alone), one_side(b, Side::Other, alone));
            match (x, y) {
                (Some(x), Some(y)) => Some(join(key_of(&x), x.clone(), key_of(&y), y.clone())),
                (rest, None) | (None, rest) => rest,
            }
        }
    }
}

/// A key of the tree, or what all its keys share.
fn key_of<V>(tree: &Rc<Tree<V>>) -> u32 {
    match &**tree {
        Tree::Leaf(key, _) | Tree::Branch(key, ..) => *key,
    }
}

/// Whether all keys of `tree` lie below a branch with this prefix and bit.
fn covers<V>(shared: u32, bit: u32, tree: &Rc<Tree<V>>) -> bool {
    match &**tree {
        Tree::Leaf(key, _) => prefix(*key, bit) == shared,
        Tree::Branch(key, lower, ..) => *lower < bit && prefix(*key, bit) == shared,
    }
}

fn rebuild<V>(
    old: &Rc<Tree<V>>,
    (shared, bit): (u32, u32),
    (old_zero, old_one): (&Rc<Tree<V>>, &Rc<Tree<V>>),
    zero: Node<V>,
    one: Node<V>,
) -> Node<V> {
    match (zero, one) {
        (Some(zero), Some(one)) if Rc::ptr_eq(&zero, old_zero) && Rc::ptr_eq(&one, old_one) => Some(old.clone()),
        (Some(zero), Some(one)) => Some(Rc::new(Tree::Branch(shared, bit, zero, one))),
        (rest, None) | (None, rest) => rest,
    }
}

fn one_side<V: Clone>(tree: &Rc<Tree<V>>, side: Side, alone: &mut impl FnMut(u32, &V, Side) -> Alone<V>) -> Node<V> {
    match &**tree {
        Tree::Leaf(key, value) => match alone(*key, value, side) {
            Alone::Keep => Some(tree.clone()),
            Alone::Remove => None,
            Alone::Change(value) => Some(Rc::new(Tree::Leaf(*key, value))),
        },
        Tree::Branch(shared, bit, old_zero, old_one) => {
            let zero = one_side(old_zero, side, alone);
            let one = one_side(old_one, side, alone);
            rebuild(tree, (*shared, *bit), (old_zero, old_one), zero, one)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A small generator, so that the test needs nothing else and is the same in every run.
    fn random(seed: &mut u32) -> u32 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 17;
        *seed ^= *seed << 5;
        *seed
    }

    fn contents(map: &PMap<u32>) -> BTreeMap<u32, u32> {
        let mut found = BTreeMap::new();
        map.for_each(|key, value| assert!(found.insert(key, *value).is_none()));
        found
    }

    #[test]
    fn it_does_what_a_map_does() {
        let mut seed = 1;
        for _ in 0..50 {
            let (mut map, mut model) = (PMap::default(), BTreeMap::new());
            for _ in 0..200 {
                let (key, value) = (random(&mut seed) % 64, random(&mut seed));
                if value % 3 == 0 {
                    assert_eq!(map.remove(key), model.remove(&key));
                } else {
                    map.insert(key, value);
                    model.insert(key, value);
                }
                assert_eq!(map.get(key), model.get(&key));
            }
            assert_eq!(contents(&map), model);
        }
    }

    #[test]
    fn a_merge_takes_from_both_sides_and_shares_what_did_not_change() {
        let mut seed = 7;
        for _ in 0..200 {
            let (mut a, mut b) = (PMap::default(), PMap::default());
            for _ in 0..20 {
                a.insert(random(&mut seed) % 50, random(&mut seed) % 4);
            }
            if random(&mut seed).is_multiple_of(2) {
                b = a.clone();
            }
            for _ in 0..20 {
                b.insert(random(&mut seed) % 50, random(&mut seed) % 4);
            }
            let (x, y) = (contents(&a), contents(&b));
            let mut expected = x.clone();
            for (key, value) in &y {
                let entry = expected.entry(*key).or_insert(*value);
                *entry = (*entry).max(*value);
            }
            let mut both = |_, x: &u32, y: &u32| (y > x).then_some(*y);
            let mut merged = a.clone();
            merged.merge(&b, &mut both, &mut |_, _, _| Alone::Keep);
            assert_eq!(contents(&merged), expected);
            let again = merged.clone();
            merged.merge(&b, &mut both, &mut |_, _, _| Alone::Keep);
            assert!(merged.ptr_eq(&again), "nothing new, so nothing is rebuilt");

            let mut common = a.clone();
            common.merge(&b, &mut both, &mut |_, _, _| Alone::Remove);
            expected.retain(|key, _| x.contains_key(key) && y.contains_key(key));
            assert_eq!(contents(&common), expected);
        }
    }
}
