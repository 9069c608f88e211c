//! From a program to its text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use super::token::{name, quote};
use crate::operand::{FuncId, Operand};
use crate::program::{Constant, Function, Home, Owner, OwnerRole, Program};
use crate::source::Span;

/// The text of a program, from which [`assemble`](crate::assemble) makes the same program again.
pub fn disassemble(program: &Program) -> String {
    let mut out = String::new();
    let writer = Writer::new(program);
    writer.tables(&mut out);
    for (index, function) in program.functions.iter().enumerate() {
        writer.function(index, function, &mut out);
    }
    out
}

/// The text of one function.
pub fn disassemble_function(program: &Program, function: FuncId) -> String {
    let mut out = String::new();
    if let Some(found) = program.functions.get(function.index()) {
        Writer::new(program).function(function.index(), found, &mut out);
    }
    out
}

struct Writer<'p> {
    program: &'p Program,
    /// How functions are referred to: by name where it is theirs alone.
    functions: Vec<String>,
    /// How classes are referred to.
    classes: Vec<String>,
}

// Writing to a string cannot fail.
macro_rules! put {
    ($out:expr, $($format:tt)*) => {{
        let _ = write!($out, $($format)*);
    }};
}

impl<'p> Writer<'p> {
    fn new(program: &'p Program) -> Self {
        let functions = program.functions.iter().map(|function| &*function.name);
        let classes = program.classes.iter().map(|class| &*class.name);
        Self { program, functions: references(functions, '@', 'f'), classes: references(classes, ' ', 'c') }
    }

    fn tables(&self, out: &mut String) {
        let program = self.program;
        for constant in &program.constants {
            put!(out, ".const {}\n", constant_text(constant));
        }
        for field in &program.names {
            put!(out, ".name {}\n", name(field));
        }
        for capability in &program.capabilities {
            put!(out, ".capability {}\n", name(capability));
        }
        for class in &program.classes {
            let fields: Vec<String> = class.fields.iter().map(|field| name(field)).collect();
            put!(out, ".class {} ({})\n", name(&class.name), fields.join(", "));
            if class.identity {
                put!(out, ".identity\n");
            }
            if class.copied {
                put!(out, ".copied\n");
            }
            for method in &class.bound {
                put!(out, ".bound {}\n", name(method));
            }
            for (method, function) in &class.methods {
                put!(out, ".method {} = {}\n", name(method), self.function_name(*function));
            }
        }
        put!(out, ".entry {}\n", self.function_name(program.entry));
    }

    fn function(&self, index: usize, function: &Function, out: &mut String) {
        let captures = if function.captures > 0 { format!(", {} captures", function.captures) } else { String::new() };
        let header = format!("({} params{captures}, {} registers)", function.params, function.registers);
        put!(out, "\n.function @{} {header} !{}", name(&function.name), span(function.debug.span));
        put!(
            out,
            "{}  ; f{index}\n",
            if function.debug.file.0 > 0 { format!(" file {}", function.debug.file.0) } else { String::new() }
        );
        for owner in &function.owners {
            put!(out, "  .owner {}\n", owner_text(owner));
        }
        for owner in &function.owner_cells {
            put!(out, "  .owner_cell {}\n", owner_text(owner));
        }
        let labels = labels(function);
        let label = |pc: u32| labels.get(&pc).map_or_else(|| format!("L?{pc}"), |label| format!("L{label}"));
        for local in &function.debug.locals {
            let home = match local.home {
                Home::Reg(reg) => format!("r{}", reg.0),
                Home::Cell(reg) => format!("cell r{}", reg.0),
            };
            let (start, end) = (label(local.start), label(local.end));
            put!(out, "  .local {} {home} {start} {end} !{}\n", name(&local.name), span(local.span));
        }
        for handler in &function.handlers {
            let (start, end, target) = (label(handler.start), label(handler.end), label(handler.target));
            put!(out, "  .handler {start} {end} {target} r{}\n", handler.dst.0);
        }
        self.code(function, &labels, out);
    }

    fn code(&self, function: &Function, labels: &BTreeMap<u32, usize>, out: &mut String) {
        let debug = &function.debug;
        for pc in 0..=function.code.len() {
            if let Some(label) = labels.get(&(pc as u32)) {
                put!(out, "L{label}:\n");
            }
            for binding in debug.bindings.iter().filter(|binding| binding.pc as usize == pc) {
                put!(out, "  .bind {} !{}\n", binding.local, span(binding.span));
            }
            for statement in debug.statements.iter().filter(|statement| statement.pc as usize == pc) {
                put!(out, "  .statement !{}\n", span(statement.span));
            }
            let Some(instruction) = function.code.get(pc) else {
                return;
            };
            let operands: Vec<String> = instruction
                .operands()
                .into_iter()
                .map(|operand| match operand {
                    Operand::Jump(offset) => {
                        let target = pc as i64 + 1 + offset;
                        let known = u32::try_from(target).ok().and_then(|target| labels.get(&target));
                        known.map_or_else(|| format!("L?{target}"), |label| format!("L{label}"))
                    }
                    operand => self.operand(operand),
                })
                .collect();
            let text = format!("{} {}", instruction.mnemonic(), operands.join(", "));
            let source = debug.spans.get(pc).copied().unwrap_or_default();
            put!(out, "    {:<40} !{}\n", text.trim_end(), span(source));
        }
    }

    fn operand(&self, operand: Operand) -> String {
        let program = self.program;
        match operand {
            Operand::Reg(reg) => format!("r{}", reg.0),
            Operand::Const(id) => program.constants.get(id.index()).map_or(format!("k{}", id.0), constant_text),
            Operand::Func(id) => self.function_name(id),
            Operand::Name(id) => {
                program.names.get(id.index()).map_or(format!("n{}", id.0), |field| format!(".{}", name(field)))
            }
            Operand::Class(id) => self.classes.get(id.index()).cloned().unwrap_or(format!("c{}", id.0)),
            Operand::Cap(id) => {
                program.capabilities.get(id.index()).map_or(format!("p{}", id.0), |dotted| name(dotted))
            }
            Operand::Int(value) => value.to_string(),
            Operand::Flag(value) => value.to_string(),
            Operand::Jump(offset) => offset.to_string(),
        }
    }

    fn function_name(&self, id: FuncId) -> String {
        self.functions.get(id.index()).cloned().unwrap_or(format!("f{}", id.0))
    }
}

/// How the entries of a table are referred to: by name where it is theirs alone and cannot be taken for a number.
fn references<'n>(names: impl Iterator<Item = &'n str> + Clone, mark: char, short: char) -> Vec<String> {
    let mut count: FxHashMap<&str, usize> = FxHashMap::default();
    names.clone().for_each(|name| *count.entry(name).or_default() += 1);
    let refer = |(index, text): (usize, &str)| match (count.get(text), mark) {
        (Some(1), '@') => format!("@{}", name(text)),
        (Some(1), _) if !is_numbered(text, short) => name(text),
        _ => format!("{short}{index}"),
    };
    names.enumerate().map(refer).collect()
}

/// Whether a name looks like `f3`.
pub(super) fn is_numbered(name: &str, short: char) -> bool {
    name.strip_prefix(short).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The places that something refers to, numbered in order.
fn labels(function: &Function) -> BTreeMap<u32, usize> {
    let mut places = BTreeSet::new();
    for (pc, instruction) in function.code.iter().enumerate() {
        if let Some(target) = instruction.jump_offset().and_then(|offset| u32::try_from(pc as i64 + 1 + offset).ok()) {
            places.insert(target);
        }
    }
    for handler in &function.handlers {
        places.extend([handler.start, handler.end, handler.target]);
    }
    for local in &function.debug.locals {
        places.extend([local.start, local.end]);
    }
    let inside = places.into_iter().filter(|&place| place as usize <= function.code.len());
    inside.enumerate().map(|(number, place)| (place, number)).collect()
}

fn span(span: Span) -> String {
    format!("{}..{}", span.start, span.end)
}

fn owner_text(owner: &Owner) -> String {
    match &owner.role {
        OwnerRole::Variable(variable) => format!("r{} variable {}", owner.reg.0, name(variable)),
        OwnerRole::Loop => format!("r{} loop", owner.reg.0),
        OwnerRole::Temporary => format!("r{} temporary", owner.reg.0),
    }
}

fn constant_text(constant: &Constant) -> String {
    match constant {
        Constant::Int(value) => value.to_string(),
        Constant::Float(value) if value.is_finite() => format!("{value:?}"),
        Constant::Float(value) => format!("bits({})", quote(&format!("{:x}", value.to_bits()))),
        Constant::Str(text) => quote(text),
    }
}
