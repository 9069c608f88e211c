//! The table of capabilities: name, parameters, result, effect, grant and a line of documentation, each in one place.
//! The VM, the compiler, completion and hover all read it.

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError, Declaration, Effect, Parameter};

use crate::files;
use crate::host::Provided;

/// A capability: what is declared of it, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    /// What is declared of it.
    pub declaration: Declaration,
    pub(crate) run: fn(&mut Provided<'_>, &mut Call<'_>) -> Result<RuntimeValue, CallError>,
}

const fn read(name: &'static str, ty: &'static str) -> Parameter {
    Parameter { name, ty, effect: Effect::Read }
}

/// Every capability there is, by name.
pub static CAPABILITIES: &[Capability] = &[
    Capability {
        declaration: Declaration {
            name: "fs.read",
            params: &[read("path", "String")],
            variadic: false,
            result: "String",
            grant: Some(FILES),
            pure: false,
            summary: "The text of a file in the granted directory.",
        },
        run: files::read,
    },
    Capability {
        declaration: Declaration {
            name: "io.print",
            params: &[read("values", "Any")],
            variadic: true,
            result: "Null",
            grant: None,
            pure: true,
            summary: "Prints the values one after the other, and a newline.",
        },
        run: print,
    },
];

/// The grant of file access.
pub(crate) const FILES: &str = "fs=DIR";

/// What is declared of the capability of this name.
pub fn declaration(name: &str) -> Option<&'static Declaration> {
    CAPABILITIES.iter().map(|capability| &capability.declaration).find(|declaration| declaration.name == name)
}

fn print(_: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let mut line = String::new();
    for &value in call.arguments() {
        line.push_str(&call.display(value)?);
    }
    line.push('\n');
    call.print(&line)?;
    Ok(RuntimeValue::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_documented() {
        assert!(CAPABILITIES.is_sorted_by_key(|capability| capability.declaration.name));
        for Capability { declaration, .. } in CAPABILITIES {
            assert!(declaration.name.contains('.'), "{}", declaration.name);
            assert!(declaration.summary.ends_with('.'), "{}", declaration.name);
            assert!(!(declaration.pure && declaration.grant.is_some()), "{}", declaration.name);
        }
    }
}
