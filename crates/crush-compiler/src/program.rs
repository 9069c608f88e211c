//! From a file to a program: what is declared, then each body.

use std::sync::Arc;

use crush_hir::body::{Body, BodyOwner, LambdaId, LocalId, Problem as BodyProblem, Severity};
use crush_hir::check;
use crush_hir::file::{BodyId, FileHir};
use crush_hir::source_map::{BodyMap, BodyRange};
use crush_hir::syntax;
use crush_syntax::{TextRange, Tree};
use crush_vm::{
    BuildError, CapId, ClassId, ConstId, Constant, FileId, FuncId, FunctionBuilder, NameId, Program, ProgramBuilder,
    Span,
};
use rustc_hash::FxHashMap;

use crate::facts::Facts;
use crate::frame::Frame;
use crate::problem::Problem;
use crate::variables::Home;

/// What a program is compiled for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The number that source ranges give the file.
    pub file: FileId,
}

/// Compiles `file`, which was made from `tree`.
///
/// # Errors
///
/// Everything that keeps the file from running, in the order of the text.
pub fn compile(file: &FileHir, tree: &Tree, options: Options) -> Result<Program, Vec<Problem>> {
    let mut problems = syntax_problems(file, tree);
    let bodies: Vec<_> = file.bodies().map(|id| (id, file.lower(tree, id), file.body_map(id))).collect();
    for problem in check::declarations(file) {
        let range = file.item_range(problem.item, problem.problem.range);
        problems.push(located(problem.problem, range));
    }
    for (_, body, map) in &bodies {
        for problem in check::body(file, body) {
            let range = in_file(map, problem.range);
            problems.push(located(problem, range));
        }
    }
    problems.retain(|problem| problem.severity == Severity::Error);
    let mut shared = Shared::new(file, options);
    if problems.is_empty() {
        shared.declare(file);
        let replaced = file.replaced_functions();
        for (id, body, map) in &bodies {
            if !matches!(id, BodyId::Function(item) if replaced.contains(item)) {
                shared.body(*id, body, map);
            }
        }
        problems = shared.problems;
    }
    if problems.is_empty() {
        return Ok(shared.builder.finish(shared.entry));
    }
    problems.sort_by_key(|problem| problem.range);
    Err(problems)
}

fn syntax_problems(file: &FileHir, tree: &Tree) -> Vec<Problem> {
    let errors = syntax::errors(file, tree).into_iter();
    let problem = |error: syntax::SyntaxError| Problem {
        code: "syntax",
        severity: Severity::Error,
        message: error.message,
        range: error.range,
    };
    errors.map(problem).collect()
}

fn located(problem: BodyProblem, range: TextRange) -> Problem {
    Problem { code: problem.code, severity: problem.severity, message: problem.message, range }
}

fn in_file(map: &BodyMap, range: BodyRange) -> TextRange {
    let (start, end) = map.range_to_file(range);
    TextRange::new(start as usize, end.max(start) as usize)
}

/// What all bodies of a program share.
pub(crate) struct Shared<'a> {
    pub(crate) file: &'a FileHir,
    options: Options,
    builder: ProgramBuilder,
    functions: FxHashMap<BodyId, FuncId>,
    classes: FxHashMap<&'a str, ClassId>,
    entry: FuncId,
    problems: Vec<Problem>,
}

impl<'a> Shared<'a> {
    fn new(file: &'a FileHir, options: Options) -> Self {
        Self {
            file,
            options,
            builder: ProgramBuilder::new(),
            functions: FxHashMap::default(),
            classes: FxHashMap::default(),
            entry: FuncId(0),
            problems: Vec::new(),
        }
    }

    fn declare(&mut self, file: &'a FileHir) {
        let replaced = file.replaced_functions();
        for id in file.bodies().filter(|id| !matches!(id, BodyId::Function(item) if replaced.contains(item))) {
            let name = match file.body_owner(id) {
                BodyOwner::TopLevel => "main".to_owned(),
                BodyOwner::Function { name, .. } => name.to_string(),
                BodyOwner::Method { type_name, name, .. } => format!("{type_name}::{name}"),
            };
            let function = file.function_of(id);
            if function.is_some_and(|function| function.is_async) {
                self.not_supported("async fn", self.whole(id));
            }
            let params = function.map_or(0, |function| narrow(function.params.len()));
            let declared = self.builder.declare(&name, params);
            let declared = self.built(declared, self.whole(id));
            self.functions.insert(id, declared);
        }
        self.entry = self.functions.get(&BodyId::TopLevel).copied().unwrap_or_default();
        let mut names: Vec<_> = file.struct_names().map(|name| name.as_str()).collect();
        names.sort_unstable_by_key(|name| file.structure(name).map(|(item, structure)| (item, structure.range)));
        for name in names {
            self.declare_class(name);
        }
    }

    fn declare_class(&mut self, name: &'a str) {
        let Some((item, structure)) = self.file.structure(name) else { return };
        let range = self.file.item_range(item, structure.name_range);
        let fields: Vec<Arc<str>> = structure.fields.iter().map(|field| field.name.as_str().into()).collect();
        let class = self.builder.class(name, fields);
        let class = self.built(class, range);
        self.classes.insert(name, class);
        // What a trait gives comes first, so that a method of the struct itself replaces it.
        let own = |item: usize| self.file.items()[item].methods();
        let impls: Vec<_> = self.file.impls_of(name).iter().filter_map(|&item| Some((item, own(item)?))).collect();
        let mut methods = Vec::new();
        for (_, methods_of) in &impls {
            let trait_item = methods_of.trait_name.as_ref().and_then(|name| self.file.trait_named(name));
            methods.extend(trait_item);
        }
        methods.extend(impls);
        for (item, methods) in methods {
            for (method, function) in methods.methods.iter().enumerate().filter(|(_, function)| function.has_body) {
                if let Some(&id) = self.functions.get(&BodyId::Method { item, method }) {
                    self.builder.method(class, &function.name, id);
                }
            }
        }
    }

    /// The whole text of a body.
    fn whole(&self, id: BodyId) -> TextRange {
        let map = self.file.body_map(id);
        let len = map.segments().last().map_or(0, |last| last.body_start + last.len);
        in_file(&map, BodyRange::new(0, len))
    }

    fn body(&mut self, id: BodyId, body: &Body, map: &BodyMap) {
        let Some(&function) = self.functions.get(&id) else { return };
        let range = body[Body::ROOT].range;
        let facts = Facts::of(body);
        let name = self.builder.function(function).name.clone();
        let frame = self.frame(&name, body[Body::ROOT].params.len(), 0, span(map, range));
        let mut compiler = Compiler {
            shared: self,
            body,
            map,
            facts: &facts,
            frame,
            lambda: Body::ROOT,
            homes: FxHashMap::default(),
            debug_locals: FxHashMap::default(),
        };
        compiler.function_body();
        let frame = compiler.frame;
        self.define(function, frame, in_file(map, range));
    }

    pub(crate) fn frame(&self, name: &str, params: usize, captures: usize, span: Span) -> Frame {
        let (params, captures) = (narrow(params), narrow(captures));
        let builder = FunctionBuilder::new(name, params, captures, self.options.file, span);
        Frame::new(builder, params.saturating_add(captures))
    }

    pub(crate) fn define(&mut self, id: FuncId, mut frame: Frame, range: TextRange) {
        if frame.overflowed {
            self.problem("too-large", "this function needs more registers than there are".into(), range);
            return;
        }
        let registers = frame.registers();
        frame.builder.reserve_registers(registers);
        match frame.builder.finish() {
            Ok(function) => self.builder.define(id, function),
            Err(error) => self.problem("too-large", error.to_string(), range),
        }
    }

    pub(crate) fn declare_lambda(&mut self, name: &str, params: usize, range: TextRange) -> FuncId {
        let declared = self.builder.declare(name, narrow(params));
        self.built(declared, range)
    }

    pub(crate) fn problem(&mut self, code: &'static str, message: String, range: TextRange) {
        self.problems.push(Problem { code, severity: Severity::Error, message, range });
    }

    pub(crate) fn not_supported(&mut self, what: &str, range: TextRange) {
        self.problem("not-supported", format!("`{what}` is not run yet"), range);
    }

    /// What was built, or a problem and anything.
    fn built<T: Default>(&mut self, result: Result<T, BuildError>, range: TextRange) -> T {
        result.unwrap_or_else(|error| {
            self.problem("too-large", error.to_string(), range);
            T::default()
        })
    }

    pub(crate) fn function(&self, id: BodyId) -> Option<FuncId> {
        self.functions.get(&id).copied()
    }

    pub(crate) fn class(&self, name: &str) -> Option<ClassId> {
        self.classes.get(name).copied()
    }
}

fn narrow(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

fn span(map: &BodyMap, range: BodyRange) -> Span {
    let (start, end) = map.range_to_file(range);
    Span::new(start, end.max(start))
}

/// Compiles one body.
pub(crate) struct Compiler<'c, 'a> {
    pub(crate) shared: &'c mut Shared<'a>,
    pub(crate) body: &'c Body,
    map: &'c BodyMap,
    pub(crate) facts: &'c Facts,
    /// The function being compiled.
    pub(crate) frame: Frame,
    pub(crate) lambda: LambdaId,
    /// Where each variable lives in the frame.
    pub(crate) homes: FxHashMap<LocalId, Home>,
    /// Each variable's entry in the debug table, once it has been bound.
    pub(crate) debug_locals: FxHashMap<LocalId, u32>,
}

impl Compiler<'_, '_> {
    pub(crate) fn span(&self, range: BodyRange) -> Span {
        span(self.map, range)
    }

    pub(crate) fn range(&self, range: BodyRange) -> TextRange {
        in_file(self.map, range)
    }

    pub(crate) fn constant(&mut self, constant: Constant, range: BodyRange) -> ConstId {
        let result = self.shared.builder.constant(constant);
        let range = self.range(range);
        self.shared.built(result, range)
    }

    pub(crate) fn name(&mut self, name: &str, range: BodyRange) -> NameId {
        let result = self.shared.builder.name(name);
        let range = self.range(range);
        self.shared.built(result, range)
    }

    pub(crate) fn capability(&mut self, name: &str, range: BodyRange) -> CapId {
        let result = self.shared.builder.capability(name);
        let range = self.range(range);
        self.shared.built(result, range)
    }

    pub(crate) fn not_supported(&mut self, what: &str, range: BodyRange) {
        let range = self.range(range);
        self.shared.not_supported(what, range);
    }

    /// What did not parse, and was not reported as such.
    pub(crate) fn not_understood(&mut self, range: BodyRange) {
        let range = self.range(range);
        self.shared.problem("syntax", "this is not understood".into(), range);
    }
}
