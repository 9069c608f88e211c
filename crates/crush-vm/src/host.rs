//! The border to the embedding program (H1 to H4): capabilities, and where printed text goes.

use crush_arena::{Arena, FunctionId, Kind, Object, Ref, Resource, RuntimeValue, SiteId, Text, TextLimit};

/// A capability as its provider declares it: one entry of a table that the VM, the compiler, completion and hover read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its dotted name, `fs.read`.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: &'static [Parameter],
    /// Whether the last parameter may be given any number of times, none included.
    pub variadic: bool,
    /// The type of its result, as a user reads it.
    pub result: &'static str,
    /// The grant it needs, as it is given: `fs=DIR`. None for what every program may do.
    pub grant: Option<&'static str>,
    /// Whether it does nothing but compute: background evaluation runs only these.
    pub pure: bool,
    /// What it does, in one line.
    pub summary: &'static str,
}

/// A parameter of a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its type, as a user reads it.
    pub ty: &'static str,
    /// What the capability does with it: the borrow that is held during the call (H3).
    pub effect: Effect,
}

/// What a capability does with an argument (H3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It is shared-borrowed until the capability returns.
    Read,
    /// It is exclusively borrowed until the capability returns.
    Write,
}

impl Declaration {
    /// Whether a call with so many arguments is right.
    pub fn takes(&self, count: usize) -> bool {
        if self.variadic { count + 1 >= self.params.len() } else { count == self.params.len() }
    }

    /// The parameter that takes the argument at `index`.
    pub fn parameter(&self, index: usize) -> Option<&'static Parameter> {
        match self.params.get(index) {
            Some(parameter) => Some(parameter),
            None if self.variadic => self.params.last(),
            None => None,
        }
    }

    /// How it is called: `fs.read(path: String) -> String`.
    pub fn signature(&self) -> String {
        let params: Vec<String> = self.params.iter().map(|param| format!("{}: {}", param.name, param.ty)).collect();
        let more = if self.variadic { "…" } else { "" };
        format!("{}({}{more}) -> {}", self.name, params.join(", "), self.result)
    }
}

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
        /// The missing grant, as it is given: `fs=DIR`.
        grant: String,
    },
    /// No capability.
    Unknown {
        /// The nearest name that there is.
        nearest: Option<String>,
    },
}

/// What the embedding program provides to a program (H1). None of it is there unless granted.
pub trait HostAdapter {
    /// What a dotted name stands for. Asked once for each name that a program calls, before it starts.
    fn resolve(&self, name: &str) -> Resolution;

    /// Calls a capability. The arguments are as many as it is declared to take, and borrowed until this returns (H3).
    fn call(&mut self, id: u32, call: &mut Call<'_>) -> Result<RuntimeValue, CallError>;

    /// Takes text that the program prints, newline included.
    fn print(&mut self, text: &str) -> Result<(), String>;
}

/// Provides nothing, and forgets what is printed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl HostAdapter for NoHost {
    fn resolve(&self, _: &str) -> Resolution {
        Resolution::Unknown { nearest: None }
    }

    fn call(&mut self, _: u32, _: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
        Err("there are no capabilities".to_owned().into())
    }

    fn print(&mut self, _: &str) -> Result<(), String> {
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
    pub(crate) arena: &'a mut Arena,
    pub(crate) arguments: &'a [RuntimeValue],
    pub(crate) site: SiteId,
    pub(crate) function_name: &'a dyn Fn(FunctionId) -> Option<String>,
    pub(crate) output: &'a mut Output,
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
        self.arena
    }

    /// The string in an argument.
    pub fn text(&self, index: usize) -> Result<Text, CallError> {
        let value = self.argument(index)?;
        if let RuntimeValue::Ref(_) | RuntimeValue::Borrow(_) = value
            && let Object::Str(text) = self.arena.read_value(value)?
        {
            return Ok(text.clone());
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
        let given = self.argument(index).map_or("nothing", |value| type_name(self.arena, value));
        CallError::Failed(format!("argument {} must be {expected}, not {given}", index + 1))
    }

    fn argument(&self, index: usize) -> Result<RuntimeValue, CallError> {
        self.arguments.get(index).copied().ok_or_else(|| format!("argument {} is missing", index + 1).into())
    }

    /// A new object.
    pub fn alloc(&mut self, object: Object) -> Result<Ref, CallError> {
        Ok(self.arena.alloc(object, self.site)?)
    }

    /// A new string.
    pub fn string(&mut self, text: &str) -> Result<RuntimeValue, CallError> {
        Ok(self.alloc(Object::str(text))?.into())
    }

    /// The text of a value, as `print` shows it.
    pub fn display(&self, value: RuntimeValue) -> Result<String, CallError> {
        let limit = TextLimit { bytes: self.arena.limits().bytes, resource: Resource::Bytes };
        Ok(self.arena.text(value, self.function_name, limit)?)
    }

    /// Prints text, counted against the quota of output (A7); the VM hands it to [`HostAdapter::print`] when the
    /// capability returns.
    pub fn print(&mut self, text: &str) -> Result<(), CallError> {
        self.output.append(text)?;
        Ok(())
    }
}

impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("arguments", &self.arguments).finish_non_exhaustive()
    }
}

impl Output {
    pub(crate) fn append(&mut self, text: &str) -> Result<(), crush_arena::Fault> {
        let wanted = self.printed.saturating_add(self.text.len()).saturating_add(text.len());
        if wanted > self.limit {
            let (limit, wanted) = (self.limit as u64, wanted as u64);
            return Err(crush_arena::QuotaError { resource: Resource::OutputBytes, limit, wanted }.into());
        }
        self.text.push_str(text);
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
            arena.target(value).and_then(|object| arena.peek(object)).map_or("object", |object| match object.kind() {
                Kind::Object => "struct",
                kind => kind.name(),
            })
        }
    }
}

/// The name in `names` that is nearest to `wanted`, if any is near: for "did you mean".
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    names
        .into_iter()
        .map(|name| (distance(wanted, name), name))
        .filter(|&(distance, name)| distance <= (wanted.len().max(name.len()) / 3).max(1))
        .min()
        .map(|(_, name)| name)
}

/// Edits (insert, remove, replace, swap neighbours) that lead from one word to the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed_only_when_near() {
        let names = ["fs.read", "fs.write", "io.print"];
        assert_eq!(nearest("fs.raed", names), Some("fs.read"));
        assert_eq!(nearest("fs.wirte", names), Some("fs.write"));
        assert_eq!(nearest("regex.test", names), None);
    }

    #[test]
    fn a_variadic_capability_takes_any_number() {
        const ANY: Parameter = Parameter { name: "values", ty: "Any", effect: Effect::Read };
        let print = Declaration {
            name: "io.print",
            params: &[ANY],
            variadic: true,
            result: "Null",
            grant: None,
            pure: true,
            summary: "",
        };
        assert!(print.takes(0) && print.takes(3));
        assert_eq!(print.parameter(7), Some(&ANY));
        let one = Declaration { variadic: false, ..print };
        assert!(one.takes(1) && !one.takes(0) && !one.takes(2));
        assert_eq!(one.signature(), "io.print(values: Any) -> Null");
    }
}
