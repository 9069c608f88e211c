//! The embedding side of a run: what was granted, where printed text goes, where input comes from.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crush_arena::RuntimeValue;
use crush_library::meant;
use crush_vm::{Call, CallError, CancelToken, HostAdapter, Resolution};

use crate::grants::Grants;
use crate::input::Input;
use crate::library;
use crate::random::Sequence;

/// Provides the granted capabilities (H1), and writes what is printed to a sink.
pub struct Host<'a> {
    grants: &'a Grants,
    output: Mutex<&'a mut (dyn Write + Send)>,
    input: Input,
    arguments: Vec<String>,
    cancel: CancelToken,
    /// From the granted directory on.
    working_directory: Mutex<PathBuf>,
    random: Sequence,
    pure_only: bool,
    is_quiet: bool,
}

/// What a capability may use of the world.
#[derive(Clone, Copy)]
pub(crate) struct Provided<'p> {
    pub(crate) grants: &'p Grants,
    pub(crate) input: &'p Input,
    /// The arguments of the program.
    pub(crate) arguments: &'p [String],
    /// Set when the run is to stop.
    pub(crate) cancel: &'p CancelToken,
    /// The random numbers of the run.
    pub(crate) random: &'p Sequence,
    is_quiet: bool,
    working_directory: &'p Mutex<PathBuf>,
    output: &'p (dyn Sink + Sync),
}

/// Where printed text goes.
trait Sink {
    fn flush(&self) -> Result<(), String>;
}

impl Sink for Mutex<&mut (dyn Write + Send)> {
    fn flush(&self) -> Result<(), String> {
        locked(self).flush().map_err(|error| error.to_string())
    }
}

impl<'a> Host<'a> {
    /// A host that provides what was granted, with nothing to read and no arguments.
    pub fn new(grants: &'a Grants, output: &'a mut (dyn Write + Send)) -> Self {
        Self {
            grants,
            output: Mutex::new(output),
            input: Input::empty(),
            arguments: Vec::new(),
            cancel: CancelToken::new(),
            working_directory: Mutex::default(),
            random: Sequence::default(),
            pure_only: false,
            is_quiet: false,
        }
    }

    /// A host that provides only what does nothing but compute, whatever was granted.
    pub fn pure(grants: &'a Grants, output: &'a mut (dyn Write + Send)) -> Self {
        Self { pure_only: true, ..Self::in_background(grants, output) }
    }

    /// A host that provides what was granted, for a run that nobody started at a terminal: it leaves the standard error of
    /// this process alone.
    pub fn in_background(grants: &'a Grants, output: &'a mut (dyn Write + Send)) -> Self {
        Self { is_quiet: true, ..Self::new(grants, output) }
    }

    /// What `io.read` reads.
    pub fn with_input(self, input: Input) -> Self {
        Self { input, ..self }
    }

    /// What `sys.args` gives.
    pub fn with_arguments(self, arguments: Vec<String>) -> Self {
        Self { arguments, ..self }
    }

    /// What waits stops when this token does: the one that the VM has.
    pub fn with_cancel(self, cancel: CancelToken) -> Self {
        Self { cancel, ..self }
    }

    fn provided(&self) -> Provided<'_> {
        Provided {
            grants: self.grants,
            input: &self.input,
            arguments: &self.arguments,
            cancel: &self.cancel,
            random: &self.random,
            is_quiet: self.is_quiet,
            working_directory: &self.working_directory,
            output: &self.output,
        }
    }
}

impl Provided<'_> {
    /// Makes what was printed so far be seen.
    pub(crate) fn flush(&self) -> Result<(), CallError> {
        self.output.flush().map_err(CallError::Failed)
    }

    /// Writes to the standard error of this process; in a run in the background, nowhere.
    pub(crate) fn write_error(&self, text: &str) -> Result<(), CallError> {
        if self.is_quiet {
            return Ok(());
        }
        std::io::stderr().write_all(text.as_bytes()).map_err(|error| CallError::Failed(error.to_string()))
    }

    /// The working directory of the program, from the granted directory on.
    pub(crate) fn working_directory(&self) -> PathBuf {
        locked(self.working_directory).clone()
    }

    /// Moves the working directory.
    pub(crate) fn change_directory(&self, path: PathBuf) {
        *locked(self.working_directory) = path;
    }
}

fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HostAdapter for Host<'_> {
    fn resolve(&self, name: &str) -> Resolution {
        let declared = crush_library::capability(name).or_else(|| crush_library::function(name));
        let (Some(declaration), Some(id)) = (declared, library::number(name)) else {
            return Resolution::Unknown { nearest: meant(name).map(str::to_owned) };
        };
        match declaration.grant {
            Some(grant) if self.pure_only || !self.grants.covers(grant, name) => Resolution::Denied { grant },
            _ => Resolution::Granted { declaration, id },
        }
    }

    fn call(&self, id: u32, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
        library::call(id, &mut self.provided(), call).unwrap_or_else(|| Err("there is no such capability".into()))
    }

    fn print(&self, text: &str) -> Result<(), String> {
        locked(&self.output).write_all(text.as_bytes()).map_err(|error| error.to_string())
    }
}

impl std::fmt::Debug for Host<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("grants", &self.grants).finish_non_exhaustive()
    }
}
