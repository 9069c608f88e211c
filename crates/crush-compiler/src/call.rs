//! Calls, and functions as values.

use crush_hir::body::{Callee, ExprId, Name};
use crush_hir::source_map::BodyRange;
use crush_vm::{Instruction, Reg};

use crate::program::Compiler;
use crate::variables::Home;

impl Compiler<'_, '_> {
    pub(crate) fn call(&mut self, id: ExprId, callee: &Callee, args: &[ExprId], dst: Reg) {
        let range = self.body[id].range;
        let span = self.span(range);
        let count = self.count(args.len(), range);
        match callee {
            Callee::Name(name) => self.call_name(name, args, dst, range),
            Callee::Capability(name) => {
                if let Some((module, function)) = name.split_once('.')
                    && let Some(function) = self.shared.function_of_module(module, function)
                {
                    let first = self.run(args);
                    return self.frame.emit(Instruction::Call { dst, function, first }, span);
                }
                let capability = self.capability(name, range);
                let first = if name.starts_with("polyglot.") { self.guest_arguments(args) } else { self.run(args) };
                self.frame.emit(Instruction::CallCapability { dst, capability, first, count }, span);
            }
            Callee::Path { scope, name } => {
                if let Some(function) = self.shared.method(scope, name) {
                    let first = self.run(args);
                    self.frame.emit(Instruction::Call { dst, function, first }, span);
                }
            }
            Callee::Method { receiver, name } => {
                let all: Vec<_> = std::iter::once(*receiver).chain(args.iter().copied()).collect();
                let name = self.name(name, range);
                let first = self.run(&all);
                self.frame.emit(Instruction::CallMethod { dst, name, first, count }, span);
            }
            Callee::Value(value) => {
                let callee = self.stable_operand(*value, args);
                let first = self.run(args);
                self.frame.emit(Instruction::CallValue { dst, callee, first, count }, span);
            }
        }
    }

    pub(crate) fn count(&mut self, count: usize, range: BodyRange) -> u8 {
        u8::try_from(count).unwrap_or_else(|_| {
            let range = self.range(range);
            self.shared.problem("too-large", "a call takes at most 255 arguments".into(), range);
            u8::MAX
        })
    }

    /// `f(…)`: a function of the file, or one that is built in.
    fn call_name(&mut self, name: &Name, args: &[ExprId], dst: Reg, range: BodyRange) {
        let span = self.span(range);
        if let Some(function) = self.shared.function_named(name) {
            let first = self.run(args);
            return self.frame.emit(Instruction::Call { dst, function, first }, span);
        }
        if self.is_effect(name, args) {
            self.call_for_effect(name, args, range);
            return self.frame.emit(Instruction::LoadNull { dst }, span);
        }
        match (name.as_str(), args) {
            ("len", &[value]) => {
                let src = self.operand(value);
                self.frame.emit(Instruction::Len { dst, src }, span);
            }
            ("range" | "make_range", &[end]) => {
                let start = self.frame.take();
                self.frame.emit(Instruction::LoadInt { dst: start, value: 0 }, span);
                let end = self.operand(end);
                self.frame.emit(Instruction::NewRange { dst, start, end, inclusive: false }, span);
            }
            ("range" | "make_range", &[start, end]) => {
                let start = self.stable_operand(start, &[end]);
                let end = self.operand(end);
                self.frame.emit(Instruction::NewRange { dst, start, end, inclusive: false }, span);
            }
            ("range" | "make_range", &[_, _, _]) => {
                let first = self.run(args);
                self.frame.emit(Instruction::NewSteps { dst, first }, span);
            }
            ("parallel_map", &[items, function]) => self.parallel_map(items, function, dst, range),
            ("arr_get" | "arr_set", _) => {
                let capability = self.capability(name, range);
                let first = self.run(args);
                let count = u8::try_from(args.len()).unwrap_or(u8::MAX);
                self.frame.emit(Instruction::CallCapability { dst, capability, first, count }, span);
            }
            (other, _) => self.not_supported(other, range),
        }
    }

    /// Whether `name` is a built-in function that is called for its effect: its result is null.
    pub(crate) fn is_effect(&self, name: &str, args: &[ExprId]) -> bool {
        matches!(name, "print" | "drop") && args.len() == 1 && self.shared.function_named(name).is_none()
    }

    /// `print(x)` or `drop(x)`.
    pub(crate) fn call_for_effect(&mut self, name: &str, args: &[ExprId], range: BodyRange) {
        let span = self.span(range);
        let mark = self.frame.mark();
        for &arg in args {
            let src = self.operand(arg);
            let instruction = if name == "drop" { Instruction::Drop { src } } else { Instruction::Print { src } };
            self.frame.emit(instruction, span);
        }
        self.frame.release(mark);
    }

    /// A function as a value.
    pub(crate) fn function_value(&mut self, name: &Name, dst: Reg, range: BodyRange) {
        match self.shared.function_named(name) {
            Some(function) => self.frame.emit(Instruction::LoadFunction { dst, function }, self.span(range)),
            None => self.not_supported(name, range),
        }
    }

    /// `S::f` as a value.
    pub(crate) fn method_value(&mut self, scope: &Name, name: &Name, dst: Reg, range: BodyRange) {
        if let Some(function) = self.shared.method(scope, name) {
            self.frame.emit(Instruction::LoadFunction { dst, function }, self.span(range));
        }
    }

    /// The register that holds the cell of a captured variable.
    pub(crate) fn cell_of(&self, local: crush_hir::body::LocalId) -> Option<Reg> {
        match self.homes.get(&local) {
            Some(&(Home::Cell(cell) | Home::OwningCell { value: cell, .. })) => Some(cell),
            _ => None,
        }
    }
}
