//! The order in which the methods of a struct are looked for: its own first, then those of its parents.

use rustc_hash::FxHashMap;

use super::{Kind, Resolution};
use crate::body::Name;
use crate::file::FileHir;

/// Why a struct has no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderError {
    /// The struct at which it fails: the one that was asked for, or an ancestor.
    pub of: Name,
    /// What is wrong.
    pub message: String,
}

/// The structs of `file` whose methods `name` has, itself first.
pub fn order(file: &FileHir, name: &Name) -> Result<Vec<Name>, OrderError> {
    Search { file, open: Vec::new(), known: FxHashMap::default() }.order(name)
}

struct Search<'a> {
    file: &'a FileHir,
    /// The structs whose order is being looked for, each a parent of the one before.
    open: Vec<Name>,
    /// The orders found so far.
    known: FxHashMap<Name, Result<Vec<Name>, OrderError>>,
}

impl Search<'_> {
    fn order(&mut self, name: &Name) -> Result<Vec<Name>, OrderError> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let found = self.order_anew(name);
        self.known.insert(name.clone(), found.clone());
        found
    }

    fn order_anew(&mut self, name: &Name) -> Result<Vec<Name>, OrderError> {
        let fails = |message: String| Err(OrderError { of: name.clone(), message });
        if let Some(at) = self.open.iter().position(|open| open == name) {
            let circle: Vec<_> = self.open[at..].iter().chain([name]).map(|name| format!("`{name}`")).collect();
            return fails(format!("`{name}` cannot be an ancestor of itself: {}", circle.join(" has the parent ")));
        }
        let kind = Kind::of(self.file, name);
        let parents = &kind.parents;
        if let Some(parent) = parents.iter().find(|parent| self.file.structure(parent).is_none()) {
            return fails(match self.file.resolve_trait(parent) {
                Some(_) => format!("`{parent}` is a trait, and no parent: write `impl {parent} for {name} {{ … }}`"),
                None => {
                    let near = crush_library::nearest(parent, self.file.struct_names().map(Name::as_str));
                    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                    format!("there is no struct `{parent}` to be a parent of `{name}`{near}")
                }
            });
        }
        match (kind.resolution, parents.len()) {
            (Resolution::None, 1..) => {
                return fails(format!("`{name}` has parents, so say how they are looked through: `resolution: c3`"));
            }
            (Resolution::Single | Resolution::PrototypeChain, 2..) => {
                return fails(format!("`{name}` may have one parent; for several write `resolution: c3`"));
            }
            _ => {}
        }
        // Deep chains of parents are written by no hand; what is deeper than this has no order.
        if self.open.len() > DEEPEST {
            return fails(format!("`{name}` has ancestors more than {DEEPEST} deep"));
        }
        self.open.push(name.clone());
        let result = parents.iter().map(|parent| self.order(parent)).collect::<Result<Vec<_>, _>>();
        self.open.pop();
        let mut lists = result?;
        if let Some((_, twice)) = parents.iter().enumerate().find(|(at, parent)| parents[..*at].contains(parent)) {
            return fails(format!("`{twice}` is given twice as a parent of `{name}`"));
        }
        lists.push(parents.clone());
        match merged(lists) {
            Ok(rest) => Ok(std::iter::once(name.clone()).chain(rest).collect()),
            Err(stuck) => {
                let stuck: Vec<_> = stuck.iter().map(|name| format!("`{name}`")).collect();
                fails(format!(
                    "the parents of `{name}` cannot be put in one order: {} would each have to come before the others",
                    stuck.join(" and ")
                ))
            }
        }
    }
}

/// How many ancestors above each other there may be.
const DEEPEST: usize = 100;

/// C3: one list that keeps the order of each; else the names that are in each other's way.
fn merged(mut lists: Vec<Vec<Name>>) -> Result<Vec<Name>, Vec<Name>> {
    let mut order = Vec::new();
    loop {
        lists.retain(|list| !list.is_empty());
        let is_later = |name: &Name| lists.iter().any(|list| list[1..].contains(name));
        match lists.iter().map(|list| &list[0]).find(|head| !is_later(head)).cloned() {
            Some(next) => {
                lists.iter_mut().filter(|list| list[0] == next).for_each(|list| drop(list.remove(0)));
                order.push(next);
            }
            None if lists.is_empty() => return Ok(order),
            None => {
                let mut stuck: Vec<Name> = Vec::new();
                for list in &lists {
                    if !stuck.contains(&list[0]) {
                        stuck.push(list[0].clone());
                    }
                }
                return Err(stuck);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(text: &str) -> Vec<Vec<Name>> {
        text.split('|').map(|list| list.split_whitespace().map(Name::from).collect()).collect()
    }

    #[test]
    fn c3_keeps_the_order_of_each_list() {
        let order = merged(lists("L B|R B|L R")).map(|order| order.join(" "));
        assert_eq!(order.as_deref(), Ok("L R B"));
        assert_eq!(merged(lists("X O|Y O|X Y|Y X")), Err(vec![Name::from("X"), Name::from("Y")]));
        assert_eq!(merged(Vec::new()), Ok(Vec::new()));
    }
}
