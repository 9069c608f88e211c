//! The border to the embedding program (H1 to H4): capabilities, and where printed text goes.

use crush_arena::{Arena, Bulk, HANDLE, Object, Ref, Resource, RuntimeValue, SiteId, Text, TextLimit};
use crush_library::{Declaration, Grant};

use crate::callback::{Machine, function_name};

/// What a dotted name stands for in the embedding program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A capability that the program may call.
    Granted {
        /// What is declared of it.
        declaration: &'static Declaration,
        /// The number that [`HostAdapter::call`] gets.
        id: u32,
    },
    /// A capability that the program was not granted (H4).
    Denied {
        /// The missing grant.
        grant: Grant,
    },
    /// No capability.
    Unknown {
        /// The nearest name that there is.
        nearest: Option<String>,
    },
}

/// What the embedding program provides to a program (H1). None of it is there unless granted.
///
/// One adapter serves all tasks of a program, which may run on several threads, and the callbacks of a capability that is
/// still running: so it is shared, and keeps its state behind locks that it does not hold while it calls back.
pub trait HostAdapter: Sync {
    /// What a dotted name stands for. Asked once for each name that a program calls, before it starts.
    fn resolve(&self, name: &str) -> Resolution;

    /// Calls a capability. The arguments are as many as it is declared to take, and borrowed until this returns (H3).
    fn call(&self, id: u32, call: &mut Call<'_>) -> Result<RuntimeValue, CallError>;

    /// Takes text that the program prints: whole lines, or pieces of what is very long.
    fn print(&self, text: &str) -> Result<(), String>;
}

/// Provides nothing, and forgets what is printed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl HostAdapter for NoHost {
    fn resolve(&self, _: &str) -> Resolution {
        Resolution::Unknown { nearest: None }
    }

    fn call(&self, _: u32, _: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
        Err("there are no capabilities".to_owned().into())
    }

    fn print(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

/// Why a capability did not give a result.
#[derive(Clone, Debug, PartialEq)]
pub enum CallError {
    /// It could not do what it was asked (H4): the cause. The VM adds the name.
    Failed(String),
    /// An access to the arena was refused.
    Arena(crush_arena::Fault),
    /// The program asked to be ended, with this exit status.
    Exit(u8),
    /// A callback was stopped, by a fault or a `throw` (H3). The run goes on from there, whatever the capability gives.
    Stopped,
}

impl From<String> for CallError {
    fn from(cause: String) -> Self {
        Self::Failed(cause)
    }
}

impl From<&str> for CallError {
    fn from(cause: &str) -> Self {
        Self::Failed(cause.to_owned())
    }
}

impl From<crush_arena::Fault> for CallError {
    fn from(fault: crush_arena::Fault) -> Self {
        Self::Arena(fault)
    }
}

/// One call of a capability: its arguments, and the arena they are resolved in (H2).
pub struct Call<'a> {
    pub(crate) machine: &'a mut dyn Machine,
    pub(crate) arguments: &'a [RuntimeValue],
    pub(crate) site: SiteId,
    /// Whether it is declared to call back ([`Effect::Call`](crush_library::Effect::Call)).
    pub(crate) calls_back: bool,
}

/// What is printed during an instruction, and how much may be (A7).
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) text: String,
    pub(crate) printed: usize,
    pub(crate) limit: usize,
}

impl<'a> Call<'a> {
    /// The arguments. Those that are changed are exclusive handles to their objects.
    pub fn arguments(&self) -> &'a [RuntimeValue] {
        self.arguments
    }

    /// The arena (H2): every access is checked.
    pub fn arena(&mut self) -> &mut Arena {
        self.machine.arena_mut()
    }

    /// The string in an argument, to be read while the capability runs, as [`Text::reading`] says.
    pub fn text(&self, index: usize) -> Result<Text, CallError> {
        let value = self.argument(index)?;
        if let RuntimeValue::Ref(_) | RuntimeValue::Borrow(_) = value
            && let Object::Str(text) = self.machine.arena().read_value(value)?
        {
            return Ok(text.reading());
        }
        Err(self.wrong_type(index, "a string"))
    }

    /// The integer in an argument.
    pub fn int(&self, index: usize) -> Result<i64, CallError> {
        match self.argument(index)? {
            RuntimeValue::Int(value) => Ok(value),
            _ => Err(self.wrong_type(index, "an integer")),
        }
    }

    /// The error of an argument that is not what it should be.
    pub fn wrong_type(&self, index: usize, expected: &str) -> CallError {
        let given = self.argument(index).map_or("nothing", |value| type_name(self.machine.arena(), value));
        CallError::Failed(format!("argument {} must be {expected}, not {given}", index + 1))
    }

    fn argument(&self, index: usize) -> Result<RuntimeValue, CallError> {
        self.arguments.get(index).copied().ok_or_else(|| format!("argument {} is missing", index + 1).into())
    }

    /// A new object.
    pub fn alloc(&mut self, object: Object) -> Result<Ref, CallError> {
        let object = self.machine.arena_mut().alloc(object, self.site)?;
        Ok(self.kept(object))
    }

    /// A new string.
    pub fn string(&mut self, text: &str) -> Result<RuntimeValue, CallError> {
        const SHORT: usize = 1 << 16;
        if text.len() < SHORT {
            return Ok(self.alloc(Object::str(text))?.into());
        }
        let arena = self.machine.arena();
        arena.room_for(text.len())?;
        let mut copy = Bulk::from(String::with_capacity(text.len()));
        arena.append(text, &mut copy)?;
        self.text_object(Text::built(copy.take()))
    }

    /// A new string of a text that was built ([`Text::built`]), or is that of an argument: it is not copied.
    pub fn text_object(&mut self, text: Text) -> Result<RuntimeValue, CallError> {
        let object = self.machine.arena_mut().alloc_text(text, self.site)?;
        Ok(self.kept(object).into())
    }

    fn kept(&mut self, object: Ref) -> Ref {
        if self.calls_back {
            self.machine.keep(object.into());
        }
        object
    }

    /// The text of a value, as `print` shows it.
    pub fn display(&self, value: RuntimeValue) -> Result<String, CallError> {
        let arena = self.machine.arena();
        let limit = TextLimit { bytes: arena.limits().bytes, resource: Resource::Bytes };
        Ok(arena.text(value, &|function| function_name(self.machine.program(), function), limit)?)
    }

    /// Prints text, counted against the quota of output (A7); the VM hands it to [`HostAdapter::print`] when the
    /// capability returns.
    pub fn print(&mut self, text: &str) -> Result<(), CallError> {
        self.machine.output().check_room(text)?;
        let mut printed = Bulk::from(std::mem::take(&mut self.machine.output().text));
        self.machine.arena().append(text, &mut printed)?;
        self.machine.output().text = printed.take();
        Ok(())
    }

    /// Calls a function value back (H3), as a parameter that is declared with [`Effect::Call`](crush_library::Effect::Call) gets one. The borrows of the
    /// capability's arguments stay in place meanwhile, so a function that writes to one faults.
    ///
    /// The program may be collected while the function runs. What it returns, and what the capability allocates, is kept
    /// until the capability returns; see [`Call::keep_only`].
    ///
    /// # Errors
    ///
    /// [`CallError::Stopped`] when the function faults or throws, to be passed on: nothing more can be called.
    pub fn invoke(&mut self, function: RuntimeValue, arguments: &[RuntimeValue]) -> Result<RuntimeValue, CallError> {
        if !self.calls_back {
            return Err("it is not declared to call back".into());
        }
        self.machine.invoke(function, arguments).ok_or(CallError::Stopped)
    }

    /// Of all that callbacks returned and the capability allocated, only these are needed any longer: for one that calls
    /// back often and keeps little.
    pub fn keep_only(&mut self, values: &[RuntimeValue]) {
        self.machine.keep_only(values);
    }
}

impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("arguments", &self.arguments).finish_non_exhaustive()
    }
}

impl Output {
    fn check_room(&self, text: &str) -> Result<(), crush_arena::Fault> {
        let wanted = self.printed.saturating_add(self.text.len()).saturating_add(text.len());
        if wanted > self.limit {
            let (limit, wanted) = (self.limit as u64, wanted as u64);
            return Err(crush_arena::QuotaError { resource: Resource::OutputBytes, limit, wanted }.into());
        }
        Ok(())
    }
}

/// The name of a value's type, as a user reads it.
pub fn type_name(arena: &Arena, value: RuntimeValue) -> &'static str {
    match value {
        RuntimeValue::Int(_) => "int",
        RuntimeValue::Float(_) => "float",
        RuntimeValue::Bool(_) => "bool",
        RuntimeValue::Null => "null",
        RuntimeValue::Function(_) => "function",
        RuntimeValue::Ref(_) | RuntimeValue::Borrow(_) => {
            arena.target(value).and_then(|object| arena.peek(object)).map_or("object", |object| match object {
                Object::Instance(_) => "struct",
                Object::Tagged(tagged) if &*tagged.tag == HANDLE => "task handle",
                other => other.kind().name(),
            })
        }
    }
}
