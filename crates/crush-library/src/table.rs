//! The table itself, one file a namespace.

mod array;
mod async_;
mod binary;
mod buffer;
mod bytes;
mod collections;
mod conv;
mod crypto;
mod env;
mod fs;
mod io;
mod json;
mod math;
mod net;
mod params;
mod path;
mod polyglot;
mod process;
mod regex;
mod result;
mod semantic;
mod seq;
mod str;
mod sys;
mod system;
mod text;
mod time;

pub use polyglot::LANGUAGES;

use crate::Declaration;

/// The capabilities that share the word before the dot.
#[derive(Clone, Copy, Debug)]
pub struct Namespace {
    /// The word before the dot.
    pub name: &'static str,
    /// What it is for, in one line.
    pub summary: &'static str,
    /// Its capabilities, by name.
    pub capabilities: &'static [Declaration],
}

/// Every namespace, by name.
pub static NAMESPACES: &[Namespace] = &[
    array::NAMESPACE,
    async_::NAMESPACE,
    binary::NAMESPACE,
    buffer::NAMESPACE,
    bytes::NAMESPACE,
    collections::NAMESPACE,
    conv::NAMESPACE,
    crypto::NAMESPACE,
    env::NAMESPACE,
    fs::NAMESPACE,
    io::NAMESPACE,
    json::NAMESPACE,
    math::NAMESPACE,
    net::NAMESPACE,
    path::NAMESPACE,
    polyglot::NAMESPACE,
    process::NAMESPACE,
    regex::NAMESPACE,
    result::NAMESPACE,
    semantic::NAMESPACE,
    seq::NAMESPACE,
    str::NAMESPACE,
    sys::NAMESPACE,
    system::NAMESPACE,
    text::NAMESPACE,
    time::NAMESPACE,
];

/// The namespace of this name.
pub fn namespace(name: &str) -> Option<&'static Namespace> {
    let index = NAMESPACES.binary_search_by(|namespace| namespace.name.cmp(name)).ok()?;
    Some(&NAMESPACES[index])
}

/// What is declared of the capability of this dotted name.
pub fn capability(name: &str) -> Option<&'static Declaration> {
    let namespace = namespace(name.split_once('.')?.0)?;
    let index = namespace.capabilities.binary_search_by(|declaration| declaration.name.cmp(name)).ok()?;
    Some(&namespace.capabilities[index])
}

/// Every capability, by name.
pub fn capabilities() -> impl Iterator<Item = &'static Declaration> {
    NAMESPACES.iter().flat_map(|namespace| namespace.capabilities)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_documented() {
        assert!(NAMESPACES.is_sorted_by_key(|namespace| namespace.name));
        for namespace in NAMESPACES {
            assert!(namespace.capabilities.is_sorted_by_key(|declaration| declaration.name), "{}", namespace.name);
            for declaration in namespace.capabilities {
                let name = declaration.name;
                assert_eq!(name.split_once('.').map(|(space, _)| space), Some(namespace.name), "{name}");
                assert!(declaration.summary.ends_with('.'), "{name}");
                assert!(!(declaration.pure && declaration.grant.is_some()), "{name}");
                assert!(declaration.required <= declaration.params.len(), "{name}");
            }
        }
    }

    #[test]
    fn a_capability_is_found_by_its_dotted_name() {
        assert_eq!(capability("io.print").map(|declaration| declaration.name), Some("io.print"));
        assert!(capability("io").is_none() && capability("io.prnt").is_none() && capability("moon.print").is_none());
    }
}
