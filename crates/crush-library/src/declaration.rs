//! What is declared of a capability.

use crate::{Grant, Type};

/// A capability as everyone who meets it must know it. Written as a sentence: [`Declaration::new`] says what it takes and
/// gives, the other methods what is not so of most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its dotted name, `fs.read`.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: &'static [Parameter],
    /// How many arguments it needs at least.
    pub required: usize,
    /// Whether the last parameter may be given any number of times, none included.
    pub variadic: bool,
    /// The type of its result.
    pub result: Type,
    /// Which objects its result may be or hold.
    pub source: Source,
    /// The grant it needs. None for what every program may do.
    pub grant: Option<Grant>,
    /// Whether the same arguments give the same result, and nothing outside changes: background evaluation runs only these.
    pub pure: bool,
    /// What it does, in one line.
    pub summary: &'static str,
}

/// A parameter of a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// The values it takes.
    pub ty: Type,
    /// What the capability does with it.
    pub effect: Effect,
}

/// What a capability does with an argument (H3). Whatever it is, an argument is borrowed until the capability returns:
/// exclusively for [`Effect::Write`], shared otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It reads the object, and nothing that the object refers to.
    Read,
    /// It reads every object that it reaches from there, as printing does.
    ReadDeep,
    /// It changes the object.
    Write,
    /// It keeps the value in an object that it changes.
    Keep,
    /// It calls the function; the borrows of its other arguments stay in place meanwhile.
    Call,
}

/// Which objects a result may be or hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// None that was there before: immediate values and new objects only.
    Fresh,
    /// One of the [parts](Declaration::has_parts): an element of an array, what a map has under a key.
    Part,
    /// A new array or map of parts.
    Parts,
    /// A new array of new arrays of parts.
    Groups,
    /// A new array of parts, and of what these have as parts.
    PartsOfParts,
    /// A new map that holds the arguments themselves.
    Holder,
    /// A new array of what the function gave.
    Mapped,
    /// What the function gave last, which gets what it gave before as its first argument, and at first the last argument of
    /// the capability: that itself where the function is not called.
    Folded,
    /// New objects that may hold the arguments or what these refer to, or one of those itself.
    Arguments,
}

impl Declaration {
    /// A pure capability that needs all of its parameters, needs no grant, and gives nothing of its arguments.
    pub const fn new(name: &'static str, params: &'static [Parameter], result: Type, summary: &'static str) -> Self {
        let required = params.len();
        let (variadic, source, grant, pure) = (false, Source::Fresh, None, true);
        Self { name, params, required, variadic, result, source, grant, pure, summary }
    }

    /// The last `count` parameters may be left out.
    pub const fn optional(self, count: usize) -> Self {
        Self { required: self.params.len() - count, ..self }
    }

    /// The last parameter may be given any number of times, none included.
    pub const fn variadic(self) -> Self {
        Self { required: self.params.len() - 1, variadic: true, ..self }
    }

    /// Its result may be, or hold, its arguments or what they refer to.
    pub const fn gives_arguments(self) -> Self {
        self.gives(Source::Arguments)
    }

    /// Its result may be, or hold, such objects.
    pub const fn gives(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// It needs a grant, and touches the outside.
    pub const fn granted(self, grant: Grant) -> Self {
        Self { grant: Some(grant), pure: false, ..self }
    }

    /// It needs no grant, but is not the same in every run: it reads standard input, say.
    pub const fn impure(self) -> Self {
        Self { pure: false, ..self }
    }

    /// Whether a call with so many arguments is right.
    pub fn takes(&self, count: usize) -> bool {
        count >= self.required && (self.variadic || count <= self.params.len())
    }

    /// The parameter that takes the argument at `index`.
    pub fn parameter(&self, index: usize) -> Option<&'static Parameter> {
        match self.params.get(index) {
            Some(parameter) => Some(parameter),
            None if self.variadic => self.params.last(),
            None => None,
        }
    }

    /// Whether the parts of the argument at `index` count where its [`source`](Self::source) speaks of parts: the first, and other
    /// arrays and maps.
    pub fn has_parts(&self, index: usize) -> bool {
        let ty = self.parameter(index).map(|parameter| parameter.ty);
        index == 0 || matches!(ty, Some(Type::Array | Type::Map))
    }

    /// How many arguments it takes, in words: `2 arguments`, `1 to 3 arguments`, `1 argument or more`.
    pub fn arity(&self) -> String {
        let most = self.params.len();
        if self.variadic {
            return format!("{} or more", arguments(self.required));
        }
        if self.required == most { arguments(most) } else { format!("{} to {}", self.required, arguments(most)) }
    }

    /// How it is called: `fs.read(path: String) -> String`. What may be left out has a `?`, what may be repeated a `…`.
    pub fn signature(&self) -> String {
        let show = |(index, param): (usize, &Parameter)| {
            let mark = match (self.variadic && index + 1 == self.params.len(), index >= self.required) {
                (true, _) => "…",
                (false, true) => "?",
                (false, false) => "",
            };
            format!("{}{mark}: {}", param.name, param.ty)
        };
        let params: Vec<String> = self.params.iter().enumerate().map(show).collect();
        format!("{}({}) -> {}", self.name, params.join(", "), self.result)
    }
}

impl Parameter {
    /// A parameter that is read.
    pub const fn new(name: &'static str, ty: Type) -> Self {
        Self { name, ty, effect: Effect::Read }
    }

    /// A parameter with another effect.
    pub const fn with(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }
}

/// `1 argument`, `2 arguments`.
pub fn arguments(count: usize) -> String {
    format!("{count} argument{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Declaration =
        Declaration::new("io.print", &[Parameter::new("values", Type::Any)], Type::Null, "Prints.");

    #[test]
    fn arguments_are_counted() {
        assert!(ONE.takes(1) && !ONE.takes(0) && !ONE.takes(2));
        let any = ONE.variadic();
        assert!(any.takes(0) && any.takes(3));
        assert_eq!(any.parameter(7), ONE.params.first());
        let some = ONE.optional(1);
        assert!(some.takes(0) && some.takes(1) && !some.takes(2));
    }

    #[test]
    fn a_signature_shows_what_may_be_left_out_or_repeated() {
        assert_eq!(ONE.signature(), "io.print(values: Any) -> Null");
        assert_eq!(ONE.optional(1).signature(), "io.print(values?: Any) -> Null");
        assert_eq!(ONE.variadic().signature(), "io.print(values…: Any) -> Null");
        assert_eq!(ONE.optional(1).arity(), "0 to 1 argument");
        assert_eq!(ONE.variadic().arity(), "0 arguments or more");
    }
}
