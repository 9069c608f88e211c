//! The page of the library, for users.

use std::fmt::Write as _;

use crate::{Declaration, FUNCTIONS, METHODS, NAMESPACES};

/// The page `docs/library.md`: every name with its signature, its grant and its line of documentation.
pub fn page() -> String {
    let mut page = String::from(
        "# The library\n\n\
         Every name that a program can call without defining it. This page is written by `cargo xtask library` from the table \
         that the checks, the VM, hover and completion read as well.\n\n\
         In a signature `?` marks an argument that may be left out, and `…` one that may be given any number of times. \
         `Any` is a value of any type; where a text or a number is wanted, most capabilities convert what they are given. \
         What needs a grant says so: `crush-analyzer run --allow fs=DIR`.\n\n\
         ## Functions\n\n",
    );
    for function in FUNCTIONS {
        entry(&mut page, &function.signature(), function);
    }
    page.push_str("\n## Methods\n\n");
    for methods in METHODS {
        for method in methods.methods {
            entry(&mut page, &method.method_signature(), method);
        }
    }
    for namespace in NAMESPACES {
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## `{}`\n\n{}\n\n", namespace.name, namespace.summary);
        for capability in namespace.capabilities {
            entry(&mut page, &capability.signature(), capability);
        }
    }
    page
}

fn entry(page: &mut String, signature: &str, declaration: &Declaration) {
    let grant = declaration.grant.map_or(String::new(), |grant| format!(" Needs the grant `{grant}`."));
    let _ = writeln!(page, "- `{signature}`: {}{grant}", declaration.summary);
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_current() {
        let written = include_str!("../../../docs/library.md");
        assert!(super::page() == written, "docs/library.md is not current: run `cargo xtask library`");
    }
}
