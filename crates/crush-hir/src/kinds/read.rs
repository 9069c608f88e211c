//! From the arguments of a `@kind(…)` to what they mean.

use super::{Construct, Equality, KEYS, Kind, Receiver, Resolution, Semantics, Storage, problem};
use crate::body::{Name, Problem};
use crate::file::{KindArgument, KindDef, KindValue};

pub(super) fn kind(def: &KindDef, name: &Name) -> (Kind, Vec<Problem>) {
    let mut kind = Kind::default();
    let mut problems = Vec::new();
    for (index, argument) in def.arguments.iter().enumerate() {
        if argument.value.is_foreign() {
            let message = format!("`{}` takes names, as in `{}`", argument.key, example(&argument.key));
            problems.push(problem(argument.value_range, message));
            continue;
        }
        let wrong = if def.arguments[..index].iter().any(|before| before.key == argument.key) {
            Some((argument.key_range, format!("`{}` is given twice for `{name}`", argument.key)))
        } else {
            set(&mut kind, argument).err().map(|message| (argument.key_range, message))
        };
        problems.extend(wrong.map(|(range, message)| problem(range, message)));
    }
    (kind, problems)
}

/// Sets what an argument says; else says what is wrong with it.
fn set(kind: &mut Kind, argument: &KindArgument) -> Result<(), String> {
    let word = argument.value.to_string();
    match argument.key.as_str() {
        "storage" => kind.storage = one_of(argument, Storage::named(&word), Storage::WORDS)?,
        "semantics" => kind.semantics = one_of(argument, Semantics::named(&word), Semantics::WORDS)?,
        "resolution" => kind.resolution = one_of(argument, Resolution::named(&word), Resolution::WORDS)?,
        "receiver" => kind.receiver = one_of(argument, Receiver::named(&word), Receiver::WORDS)?,
        "equality" => kind.equality = one_of(argument, Equality::named(&word), Equality::WORDS)?,
        "parents" => kind.parents = parents(&argument.value)?,
        "construct" => kind.construct = construct(&argument.value)?,
        other => {
            let near = crush_library::nearest(other, KEYS);
            let near = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("`@kind` has no `{other}`{near} (it has {})", listed(&KEYS)));
        }
    }
    Ok(())
}

fn one_of<T>(argument: &KindArgument, found: Option<T>, words: &[&str]) -> Result<T, String> {
    found.ok_or_else(|| format!("`{}` cannot be `{}`: it is one of {}", argument.key, argument.value, listed(words)))
}

fn parents(value: &KindValue) -> Result<Vec<Name>, String> {
    let one = std::slice::from_ref(value);
    let parents = match value {
        KindValue::List(parents) => parents,
        _ => one,
    };
    let name = |parent: &KindValue| {
        parent.name().cloned().ok_or_else(|| format!("a parent is a struct, and `{parent}` is none: `parents: [Base]`"))
    };
    parents.iter().map(name).collect()
}

fn construct(value: &KindValue) -> Result<Construct, String> {
    match value {
        KindValue::Name(name) if name == "literal" => Ok(Construct::Literal),
        KindValue::Apply(name, functions) => match (name.as_str(), functions.as_slice()) {
            ("ctor" | "js_new" | "py_new_init", [KindValue::Name(function)]) => Ok(Construct::Call(function.clone())),
            ("py_new_init", [KindValue::Name(_), KindValue::Name(_)]) => Ok(Construct::NewAndInit),
            _ => Err(not_a_construct(value)),
        },
        _ => Err(not_a_construct(value)),
    }
}

fn not_a_construct(value: &KindValue) -> String {
    let shapes = ["literal", "ctor(f)", "js_new(f)", "py_new_init(init)", "py_new_init(new, init)"];
    format!("`construct` cannot be `{value}`: it is one of {}, where the names are those of functions", listed(&shapes))
}

/// A right value for a key.
fn example(key: &str) -> &'static str {
    match key {
        "parents" => "parents: [Base]",
        "construct" => "construct: ctor(init)",
        "semantics" => "semantics: value(copy)",
        "resolution" => "resolution: c3",
        "receiver" => "receiver: bound_self",
        "equality" => "equality: identity",
        _ => "storage: sealed",
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
