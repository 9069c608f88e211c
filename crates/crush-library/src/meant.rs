//! The capability that was probably meant by a name that there is not.

use crate::{NAMESPACES, Namespace, namespace, nearest};

/// Words for one thing: who knows it under another name from elsewhere looks for it under that.
const SAME: &[&[&str]] = &[
    &["contains", "includes", "has", "include"],
    &["len", "length", "size", "count"],
    &["push", "append", "add"],
    &["remove", "delete", "rm"],
    &["upper", "uppercase"],
    &["lower", "lowercase"],
    &["find", "index_of", "indexOf"],
    &["trim", "strip"],
    &["substring", "substr", "slice"],
    &["parse", "decode", "loads"],
    &["stringify", "encode", "dumps"],
    &["random", "rand"],
    &["floor", "trunc"],
    &["exists", "exist"],
    &["mkdir", "make_dir", "create_dir"],
];

/// The capability that `name`, a word, a dot and a word, was probably meant to be: one of that namespace that is spelled
/// nearly so, has the word in it or means the same; else the only one of that name elsewhere.
pub fn meant(name: &str) -> Option<&'static str> {
    let (space, member) = name.split_once('.')?;
    match namespace(space) {
        Some(known) => in_namespace(known, member).or_else(|| elsewhere(known.name, member)),
        None => {
            let near = nearest(space, NAMESPACES.iter().map(|known| known.name)).and_then(namespace);
            near.and_then(|near| exactly(near, member).or_else(|| in_namespace(near, member)))
        }
    }
}

/// The word behind the dot.
fn member(name: &'static str) -> &'static str {
    name.split_once('.').map_or(name, |(_, member)| member)
}

fn members(namespace: &Namespace) -> impl Iterator<Item = &'static str> {
    namespace.capabilities.iter().map(|declaration| declaration.name)
}

fn exactly(namespace: &Namespace, wanted: &str) -> Option<&'static str> {
    members(namespace).find(|name| member(name) == wanted)
}

fn in_namespace(namespace: &Namespace, wanted: &str) -> Option<&'static str> {
    let near = || {
        let near = nearest(wanted, members(namespace).map(member))?;
        exactly(namespace, near)
    };
    let has_word = |word: &str| members(namespace).find(|name| member(name).split('_').any(|part| part == word));
    let same = || names_for(wanted).find_map(|other| exactly(namespace, other).or_else(|| has_word(other)));
    near().or_else(|| has_word(wanted)).or_else(same)
}

/// What else a thing is called.
fn names_for(wanted: &str) -> impl Iterator<Item = &'static str> {
    let rows = SAME.iter().filter(move |row| row.contains(&wanted));
    rows.flat_map(|row| row.iter().copied())
}

/// The only capability of that name, or of one that means the same, in the other namespaces.
fn elsewhere(but: &str, wanted: &str) -> Option<&'static str> {
    let only = |wanted: &str| {
        let others = NAMESPACES.iter().filter(|namespace| namespace.name != but);
        let mut found = others.filter_map(|namespace| exactly(namespace, wanted));
        found.next().filter(|_| found.next().is_none())
    };
    only(wanted).or_else(|| names_for(wanted).find_map(only))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found_by_spelling_by_word_and_by_sense() {
        // Spelled nearly so.
        assert_eq!(meant("fs.raed"), Some("fs.read"));
        assert_eq!(meant("maths.floor"), Some("math.floor"));
        // With the word in it.
        assert_eq!(meant("str.lower"), Some("str.to_lower"));
        assert_eq!(meant("str.left"), Some("str.pad_left"));
        // Under another name.
        assert_eq!(meant("str.length"), Some("str.len"));
        assert_eq!(meant("str.strip"), Some("str.trim"));
        assert_eq!(meant("json.dumps"), Some("json.stringify"));
        // Elsewhere.
        assert_eq!(meant("array.unique"), Some("collections.unique"));
        assert_eq!(meant("time.cos"), Some("math.cos"));
        // In several places, or in none.
        assert_eq!(meant("crypto.len"), None);
        assert_eq!(meant("regex.shave"), None);
        assert_eq!(meant("weather.today"), None);
        assert_eq!(meant("floor"), None);
    }

    #[test]
    fn every_word_for_the_same_leads_somewhere() {
        for row in SAME {
            let leads = |word: &&&str| NAMESPACES.iter().any(|namespace| in_namespace(namespace, word).is_some());
            assert_eq!(row.iter().filter(leads).count(), row.len(), "{row:?}");
        }
    }
}
