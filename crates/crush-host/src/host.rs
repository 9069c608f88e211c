//! The embedding side of a run: what was granted, and where printed text goes.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use crush_arena::RuntimeValue;
use crush_library::{capabilities, nearest};
use crush_vm::{Call, CallError, HostAdapter, Resolution};

use crate::grants::Grants;
use crate::library;

/// Provides the granted capabilities (H1), and writes what is printed to a sink.
pub struct Host<'a> {
    provided: Provided<'a>,
    output: Mutex<&'a mut (dyn Write + Send)>,
    pure_only: bool,
}

/// What a capability may use of the world.
#[derive(Clone, Debug)]
pub(crate) struct Provided<'a> {
    pub(crate) grants: &'a Grants,
}

impl<'a> Host<'a> {
    /// A host that provides what was granted.
    pub fn new(grants: &'a Grants, output: &'a mut (dyn Write + Send)) -> Self {
        Self { provided: Provided { grants }, output: Mutex::new(output), pure_only: false }
    }

    /// A host that provides only what does nothing but compute, whatever was granted: for background evaluation.
    pub fn pure(grants: &'a Grants, output: &'a mut (dyn Write + Send)) -> Self {
        Self { pure_only: true, ..Self::new(grants, output) }
    }
}

impl HostAdapter for Host<'_> {
    fn resolve(&self, name: &str) -> Resolution {
        let (Some(declaration), Some(id)) = (crush_library::capability(name), library::number(name)) else {
            let names = capabilities().map(|declaration| declaration.name);
            return Resolution::Unknown { nearest: nearest(name, names).map(str::to_owned) };
        };
        match declaration.grant {
            Some(grant) if self.pure_only || !self.provided.grants.has(grant) => Resolution::Denied { grant },
            _ => Resolution::Granted { declaration, id },
        }
    }

    fn call(&self, id: u32, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
        match library::run(id) {
            Some(run) => run(&mut self.provided.clone(), call),
            None => Err("there is no such capability".into()),
        }
    }

    fn print(&self, text: &str) -> Result<(), String> {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        output.write_all(text.as_bytes()).map_err(|error| error.to_string())
    }
}

impl std::fmt::Debug for Host<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("provided", &self.provided).finish_non_exhaustive()
    }
}
