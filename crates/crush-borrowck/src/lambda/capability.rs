//! What capabilities call back with, and what they give, by their declarations (H3).

use crush_library::{Declaration, Effect, Source, Type};

use super::Lambda;
use super::access::Usage;
use super::call::{Called, Site};
use crate::state::State;
use crate::summary::Use;
use crate::table::{Field, Shape};
use crate::value::{Target, Value};

/// Of the objects that a capability makes, the number of the one that it gives, and of those within that one.
const GIVEN: u32 = u32::MAX;
const WITHIN: u32 = u32::MAX - 1;

/// The flags of a type that no object but a string has.
fn flags(ty: Type) -> Option<u8> {
    match ty {
        Type::Null | Type::Bool | Type::Int | Type::Float | Type::Number => Some(Value::PLAIN),
        Type::String => Some(Value::TEXT),
        Type::OneOf(some) => some.iter().try_fold(0, |all, one| Some(all | flags(*one)?)),
        Type::Any | Type::Array | Type::Map | Type::Function => None,
    }
}

impl Lambda<'_> {
    /// Calls what a capability is given, any number of times, none included: until one time more changes nothing. Gives what came
    /// of it.
    pub(super) fn call_back(
        &mut self,
        state: &mut State,
        declaration: Option<&Declaration>,
        callee: &Value,
        site: &Site,
        called: &mut Called,
    ) -> Value {
        let outer = std::mem::replace(&mut self.repeats, true);
        let folds = declaration.is_some_and(|declaration| declaration.source == Source::Folded);
        let never = state.clone();
        let mut results = Value::default();
        let mut turns = 0;
        while !self.is_exhausted() {
            let mut before = state.clone();
            let args = self.callback_arguments(state, declaration, site, &results, turns > 0);
            let names = vec![None; args.len()];
            let inner = Site { names, sources: Vec::new(), args, certain: false, strong: false, ..site.clone() };
            let result = self.call_value(state, callee, &inner);
            turns += 1;
            results.join(&result.value);
            called.thrown.join(&result.thrown);
            if !result.returns {
                break;
            }
            // As long as this leads to it, what was dropped counts as dropped where the turns meet.
            state.set_value(site.expr, results.clone().joined(&called.thrown));
            // The next makes others.
            for (new, old) in self.begin_again(state, site.expr) {
                for given in [&mut results, &mut called.thrown] {
                    *given = given.replace(new, old).unwrap_or_else(|| given.clone());
                }
            }
            // Those after the first get what the first gave.
            if folds && turns == 1 {
                continue;
            }
            let changed = before.join(state, &self.table);
            *state = before;
            if !changed {
                break;
            }
        }
        state.join(&never, &self.table);
        state.take_value(site.expr);
        self.repeats = outer;
        results
    }

    /// What a capability calls back with: of an array its elements, never itself, and of other arguments these themselves; where it
    /// folds, at first the last argument, and what came of the call before `later`. One that nobody knows may hand on anything.
    fn callback_arguments(
        &mut self,
        state: &State,
        declaration: Option<&Declaration>,
        site: &Site,
        results: &Value,
        later: bool,
    ) -> Vec<Value> {
        let Some(declaration) = declaration else {
            let given = site.args.iter().fold(results.clone(), |given, arg| given.joined(arg));
            return vec![self.anything_in(state, &given); 3];
        };
        let folds = declaration.source == Source::Folded;
        let last = site.args.len().saturating_sub(1);
        let mut elements = Value::plain();
        for (position, arg) in site.args.iter().enumerate() {
            match declaration.parameter(position).map(|param| (param.ty, param.effect)) {
                Some((_, Effect::Call)) => {}
                Some((Type::Array, _)) => {
                    let held = self.load(state, arg, &Field::Element);
                    elements.join(&held);
                }
                _ if folds && position == last => {}
                _ => {
                    elements.join(arg);
                }
            }
        }
        match (folds, later) {
            (false, _) => vec![elements],
            (true, true) => vec![results.clone(), elements],
            (true, false) => vec![site.args.last().cloned().unwrap_or_else(Value::plain), elements],
        }
    }

    /// What a capability gives back; one that nobody knows may give anything.
    pub(super) fn gives(
        &mut self,
        state: &mut State,
        declaration: Option<&Declaration>,
        site: &Site,
        results: &Value,
    ) -> Value {
        let Some(declaration) = declaration else { return self.gives_anything(state, site, results, true) };
        let may_be_text = match (flags(declaration.result), declaration.result) {
            (Some(flags), _) => return Value::flags(flags),
            (None, Type::OneOf(some)) => some.contains(&Type::String),
            (None, _) => false,
        };
        let shape = if declaration.result == Type::Map { Shape::Map } else { Shape::Array };
        match declaration.source {
            Source::Fresh => self.fresh(site.expr, false),
            Source::Arguments => self.gives_anything(state, site, results, false),
            Source::Part => self.parts(state, declaration, site).joined(&Value::plain()),
            Source::Parts => {
                // What a function gives for the elements says which there are, and in what order.
                let usage = Usage {
                    usage: Use::DeepRead,
                    at: site.step,
                    name: None,
                    certain: false,
                    callee: None,
                    source: None,
                };
                self.access(state, results, &usage);
                let parts = self.parts(state, declaration, site);
                let given = self.new_with_elements(state, site, shape, &parts);
                if may_be_text { given.joined(&Value::flags(Value::TEXT)) } else { given }
            }
            Source::Groups => {
                // The keys of a map are among them.
                let of_maps = declaration.parameter(0).is_some_and(|param| param.ty == Type::Map);
                let keys = if of_maps { Value::TEXT } else { 0 };
                let parts = self.parts(state, declaration, site).joined(&Value::flags(keys));
                let group = Value::of(Target::Object(self.older(site.expr, WITHIN, Shape::Array)));
                self.store(state, &group, &Field::Element, &parts, true);
                self.new_with_elements(state, site, shape, &group)
            }
            Source::PartsOfParts => {
                let parts = self.parts(state, declaration, site);
                let deeper = self.load(state, &parts, &Field::Element);
                self.new_with_elements(state, site, shape, &parts.joined(&deeper).joined(&Value::plain()))
            }
            Source::Holder => {
                let given = site.args.iter().fold(Value::plain(), |given, arg| given.joined(arg));
                self.new_with_elements(state, site, shape, &given)
            }
            Source::Mapped => self.new_with_elements(state, site, shape, results),
            Source::Folded => site.args.last().cloned().unwrap_or_else(Value::plain).joined(results),
        }
    }

    /// What lies in the arguments of a capability of which its declaration says so.
    fn parts(&mut self, state: &State, declaration: &Declaration, site: &Site) -> Value {
        let mut parts = Value::default();
        for (position, arg) in site.args.iter().enumerate() {
            if declaration.has_parts(position) {
                let held = self.load(state, arg, &Field::Element);
                parts.join(&held);
            }
        }
        parts
    }

    /// New objects that may hold anything that lies in the arguments, or any of that itself.
    fn gives_anything(&mut self, state: &mut State, site: &Site, results: &Value, shares: bool) -> Value {
        let given = site.args.iter().fold(results.clone(), |given, arg| given.joined(arg));
        let anything = self.anything_in(state, &given);
        let fresh = self.fresh(site.expr, shares);
        self.store(state, &fresh, &Field::Element, &anything, true);
        if given.targets().is_empty() { fresh } else { fresh.joined(&anything) }
    }

    /// A new object with these elements.
    pub(super) fn new_with_elements(
        &mut self,
        state: &mut State,
        site: &Site,
        shape: Shape,
        elements: &Value,
    ) -> Value {
        let object = self.allocate(state, site.expr, GIVEN, shape);
        let object = Value::of(Target::Object(object));
        self.store(state, &object, &Field::Element, elements, true);
        object
    }
}
