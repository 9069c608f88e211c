//! Built-in functions, the methods of arrays and maps, and capabilities, by what they do to their arguments.

use crush_hir::body::Name;
use crush_library::Effect;

use super::Lambda;
use super::access::Usage;
use super::call::{Called, Site};
use crate::state::{Home, Live, State};
use crate::summary::Use;
use crate::table::{Field, LoanInfo, Owner, Shape};
use crate::value::{Target, Value};

impl Lambda<'_> {
    /// A built-in function.
    pub(super) fn builtin(&mut self, state: &mut State, name: &Name, site: &Site) -> Called {
        if name == "arr_set"
            && let [array, rest @ ..] = &site.args[..]
        {
            return self.array_capability(state, name, (array, rest), site);
        }
        let usage = match name.as_str() {
            "print" => Use::DeepRead,
            "len" => Use::Read,
            "drop" => Use::Drop,
            "arr_get" => Use::Read,
            "range" | "make_range" => return Called::gives(self.fresh(site.expr, false)),
            "parallel_map" => return self.parallel_map(state, site),
            // No function at all: a program with such a call is not run.
            _ => {
                let given = site.args.iter().fold(Value::plain(), |all, arg| all.joined(arg));
                return Called::gives(given.joined(&self.fresh(site.expr, true)));
            }
        };
        for ((arg, arg_name), source) in site.args.iter().zip(&site.names).zip(&site.sources) {
            let (arg_name, source) = (arg_name.clone(), *source);
            let usage = Usage { usage, at: site.step, name: arg_name, certain: true, callee: None, source };
            self.access(state, arg, &usage);
        }
        match (name.as_str(), &site.args[..]) {
            // Beyond its end there is null.
            ("arr_get", [array, ..]) => Called::gives(self.load(state, array, &Field::Element).joined(&Value::plain())),
            _ => Called::gives(Value::plain()),
        }
    }

    /// `receiver.name(…)`: a method of a struct, or one of those that arrays, maps and strings have.
    pub(super) fn method(
        &mut self,
        state: &mut State,
        (receiver, receiver_name, source): (&Value, Option<String>, Option<Home>),
        name: &Name,
        site: &Site,
    ) -> Called {
        let (functions, builtin) = self.method_candidates(state, receiver, name);
        let mut called = Called { returns: true, ..Called::default() };
        let only = functions.is_empty() || !builtin;
        let use_receiver = |lambda: &mut Self, state: &mut State, usage: Use, certain: bool| {
            let usage = Usage { usage, at: site.step, name: receiver_name.clone(), certain, callee: None, source };
            lambda.access(state, receiver, &usage);
        };
        if builtin || functions.is_empty() {
            called.value = match name.as_str() {
                "push" | "append" => {
                    use_receiver(self, state, Use::Write, only);
                    site.args.iter().for_each(|arg| self.append(state, receiver, arg));
                    receiver.clone()
                }
                "insert" => {
                    use_receiver(self, state, Use::Write, only);
                    self.shift(state, receiver);
                    site.args.iter().for_each(|arg| self.append(state, receiver, arg));
                    receiver.clone()
                }
                "pop" | "remove" => {
                    use_receiver(self, state, Use::Write, only);
                    // The key may be a string.
                    for (arg, name) in site.args.iter().zip(&site.names) {
                        let (name, certain) = (name.clone(), false);
                        let usage =
                            Usage { usage: Use::Read, at: site.step, name, certain, callee: None, source: None };
                        self.access(state, arg, &usage);
                    }
                    self.shift(state, receiver);
                    self.load(state, receiver, &Field::Element).joined(&Value::plain())
                }
                "keys" => {
                    use_receiver(self, state, Use::Read, only);
                    self.new_with_elements(state, site, Shape::Array, &Value::flags(Value::TEXT))
                }
                "len" => {
                    use_receiver(self, state, Use::Read, only);
                    Value::plain()
                }
                "clone" if site.args.is_empty() => {
                    use_receiver(self, state, Use::Clone, only);
                    self.deep_copy(state, receiver, site.expr)
                }
                // No method of arrays, maps or strings: the run stops there for another reason.
                _ => {
                    use_receiver(self, state, Use::Read, false);
                    Value::plain()
                }
            };
        }
        if !functions.is_empty() {
            use_receiver(self, state, Use::Read, !builtin);
            let mut args = vec![receiver.clone()];
            args.extend(site.args.iter().cloned());
            let mut names = vec![receiver_name.clone()];
            names.extend(site.names.iter().cloned());
            let mut sources = vec![source];
            sources.extend(&site.sources);
            let site = Site {
                args,
                names,
                sources,
                certain: site.certain && !builtin,
                strong: site.strong && !builtin,
                ..site.clone()
            };
            let user = self.call_methods(state, name, &functions, &site);
            called.value.join(&user.value);
            called.thrown.join(&user.thrown);
            called.throws |= user.throws;
            called.throws_itself |= user.throws_itself;
            called.returns = user.returns || builtin;
        }
        called
    }

    /// A capability: its arguments are borrowed until it returns (H3).
    pub(super) fn capability(&mut self, state: &mut State, name: &Name, site: &Site) -> Called {
        if let ("array.push" | "array.pop" | "array.insert" | "array.remove", [array, rest @ ..]) =
            (name.as_str(), &site.args[..])
        {
            return self.array_capability(state, name, (array, rest), site);
        }
        let declaration = crush_library::capability(name);
        let effect = |position: usize| match declaration {
            Some(declaration) => declaration.parameter(position).map_or(Effect::ReadDeep, |param| param.effect),
            None => Effect::ReadDeep,
        };
        let mut held = Vec::new();
        let mut called_back = Value::default();
        for (position, (arg, arg_name)) in site.args.iter().zip(&site.names).enumerate() {
            let effect = effect(position);
            let source = site.sources.get(position).copied().flatten();
            let usage =
                |usage, certain| Usage { usage, at: site.step, name: arg_name.clone(), certain, callee: None, source };
            match effect {
                Effect::Write => self.access(state, arg, &usage(Use::Write, true)),
                Effect::ReadDeep => self.access(state, arg, &usage(Use::DeepRead, false)),
                Effect::Read | Effect::Keep => {}
                Effect::Call => {
                    called_back.join(arg);
                }
            }
            if effect != Effect::Write {
                self.access(state, arg, &usage(Use::Read, true));
            }
            let of = self.underlying(state, arg);
            if !of.targets().is_empty() {
                let loan = self.argument_loan(site, position, effect == Effect::Write, arg_name.clone());
                held.push(loan);
                state.take(loan, Live { surely: arg.other() == 0, of });
            }
            if declaration.is_none() {
                called_back.join(arg);
            }
        }
        let mut called = Called::gives(Value::plain());
        let results = match called_back.is_empty() {
            true => Value::default(),
            false => self.call_back(state, declaration, &called_back, site, &mut called),
        };
        for loan in held {
            state.loans.remove(loan);
        }
        for (position, changed) in site.args.iter().enumerate() {
            if effect(position) == Effect::Write {
                self.shift(state, changed);
                for (position, arg) in site.args.iter().enumerate() {
                    if effect(position) == Effect::Keep {
                        self.store(state, changed, &Field::Element, arg, true);
                    }
                }
            }
        }
        called.value = self.gives(state, declaration, site, &results);
        // A capability that fails gives an error that `catch` may see.
        called.throws = true;
        called.throws_itself = true;
        called.thrown.join(&Value::flags(Value::TEXT | Value::PLAIN));
        called
    }

    /// `array.push(xs, v)` and its kin, which do what the methods do, and `arr_set(xs, i, v)`. The value is borrowed
    /// meanwhile, so that an array cannot be put into itself this way (H3).
    fn array_capability(
        &mut self,
        state: &mut State,
        name: &Name,
        (array, rest): (&Value, &[Value]),
        site: &Site,
    ) -> Called {
        let array_name = site.names.first().cloned().flatten();
        let usage = Usage {
            usage: Use::Write,
            at: site.step,
            name: array_name.clone(),
            certain: true,
            callee: None,
            source: None,
        };
        self.access(state, array, &usage);
        let loan = self.argument_loan(site, 0, true, array_name);
        let of = self.underlying(state, array);
        state.take(loan, Live { surely: false, of });
        for (value, name) in rest.iter().zip(site.names.iter().skip(1)) {
            let usage = Usage {
                usage: Use::Share,
                at: site.step,
                name: name.clone(),
                certain: false,
                callee: None,
                source: None,
            };
            self.access(state, value, &usage);
        }
        state.loans.remove(loan);
        self.write_beside(state, array, rest, site);
        if name.as_str() == "array.push" {
            rest.iter().for_each(|value| self.append(state, array, value));
            return Called::gives(array.clone());
        }
        if name != "arr_set" {
            self.shift(state, array);
        }
        if matches!(name.as_str(), "array.pop" | "array.remove") {
            return Called::gives(self.load(state, array, &Field::Element).joined(&Value::plain()));
        }
        for value in rest {
            self.store(state, array, &Field::Element, value, true);
        }
        Called::gives(array.clone().joined(&Value::plain()))
    }

    /// An array that is handed in as a handle is changed through that (B6), and what is put in it is borrowed meanwhile.
    fn write_beside(&mut self, state: &mut State, array: &Value, rest: &[Value], site: &Site) {
        let mut held = Vec::new();
        for (position, (value, name)) in rest.iter().zip(site.names.iter().skip(1)).enumerate() {
            let of = self.underlying(state, value);
            let loan = self.argument_loan(site, position + 1, false, name.clone());
            state.take(loan, Live { surely: false, of });
            held.push(loan);
        }
        let mut handles = array.clone();
        handles.retain(|target| matches!(target, Target::Handle(_)));
        let name = site.names.first().cloned().flatten();
        let usage = Usage { usage: Use::Write, at: site.step, name, certain: false, callee: None, source: None };
        self.access(state, &handles, &usage);
        held.into_iter().for_each(|loan| drop(state.loans.remove(loan)));
    }

    /// The borrow of an argument while a capability runs.
    fn argument_loan(&mut self, site: &Site, position: usize, exclusive: bool, name: Option<String>) -> u32 {
        let key = (self.function, self.id, exclusive, position as u32, site.expr);
        if let Some(known) = self.imported.get(&key) {
            return *known;
        }
        let loan = self.table.loans.len() as u32;
        self.table.loans.push(LoanInfo { exclusive, owner: Owner::Argument, name, place: site.step });
        self.imported.insert(key, loan);
        loan
    }
}
