//! From files to a program: what is declared, then each body.

use std::sync::Arc;

use crush_hir::body::{Body, BodyOwner, ExprId, LambdaId, LocalId, Name, Problem as BodyProblem, Severity};
use crush_hir::check;
use crush_hir::file::{BodyId, FileHir};
use crush_hir::kinds::{self, Equality, Kind, Receiver, Resolution};
use crush_hir::modules::{self, ModuleId};
use crush_hir::source_map::{BodyMap, BodyRange};
use crush_hir::syntax;
use crush_syntax::{TextRange, Tree};
use crush_vm::{
    BuildError, CapId, ClassId, ConstId, Constant, FileId, FuncId, FunctionBuilder, NameId, Program, ProgramBuilder,
    Reg, Span,
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
    let source = Source { file, tree, prefix: "", id: options.file };
    compile_files(&[source], unresolved_imports(&source))
}

/// Compiles a program of several files. Source ranges name a file by its place in [`modules::Program::files`].
///
/// # Errors
///
/// Everything that keeps the program from running, file by file, in the order of the text.
pub fn link(program: &modules::Program) -> Result<Program, Vec<Problem>> {
    let sources = (0..).zip(program.files()).map(|(id, file)| Source {
        file: &file.hir,
        tree: &file.tree,
        prefix: &file.prefix,
        id: FileId(id),
    });
    let problems = program.problems().iter().map(|problem| {
        let file = problem.place.file;
        let range = program.file(file).map(|file| problem.place.at.range(&file.hir));
        Problem {
            code: problem.code,
            severity: Severity::Error,
            message: problem.message.clone(),
            file: FileId(file.0),
            range: range.unwrap_or(TextRange::empty(0)),
        }
    });
    compile_files(&sources.collect::<Vec<_>>(), problems.collect())
}

/// A file that is part of the program.
#[derive(Clone, Copy)]
struct Source<'a> {
    file: &'a FileHir,
    tree: &'a Tree,
    /// What the names of its functions begin with.
    prefix: &'a str,
    id: FileId,
}

fn compile_files(sources: &[Source<'_>], mut problems: Vec<Problem>) -> Result<Program, Vec<Problem>> {
    let mut lowered = Vec::with_capacity(sources.len());
    for source in sources {
        let Source { file, tree, id: file_id, .. } = *source;
        problems.extend(syntax_problems(source));
        let bodies = file.running_bodies().map(|id| (id, file.lower(tree, id), file.body_map(id)));
        let bodies: Vec<_> = bodies.collect();
        for problem in check::declarations(file) {
            let range = file.item_range(problem.item, problem.problem.range);
            problems.push(located(problem.problem, file_id, range));
        }
        for (_, body, map) in &bodies {
            for problem in check::body(file, body) {
                let range = in_file(map, problem.range);
                problems.push(located(problem, file_id, range));
            }
        }
        lowered.push(bodies);
    }
    problems.retain(|problem| problem.severity == Severity::Error);
    if let Some(first) = sources.first().filter(|_| problems.is_empty()) {
        let mut shared = Shared::new(*first);
        for source in sources {
            shared.declare(*source);
        }
        for source in sources {
            shared.declare_classes(*source, sources);
        }
        for (source, bodies) in sources.iter().zip(&lowered) {
            shared.enter(*source);
            for (id, body, map) in bodies {
                shared.body(*id, body, map);
            }
        }
        problems = shared.problems;
        if problems.is_empty() {
            return Ok(shared.builder.finish(shared.entry));
        }
    }
    problems.sort_by_key(|problem| (problem.file, problem.range));
    Err(problems)
}

/// The imports of a file that nobody has looked up.
fn unresolved_imports(source: &Source<'_>) -> Vec<Problem> {
    let imports = source.file.module_imports().filter(|_| source.file.imports().is_none());
    let problem = |item: usize| Problem {
        code: "module-not-found",
        severity: Severity::Error,
        message: "this text has no place from which modules could be looked for".to_owned(),
        file: source.id,
        range: source.file.items()[item].range(),
    };
    imports.map(|(item, _)| problem(item)).collect()
}

fn syntax_problems(source: &Source<'_>) -> Vec<Problem> {
    let errors = syntax::errors(source.file, source.tree).into_iter();
    let problem = |error: syntax::SyntaxError| Problem {
        code: "syntax",
        severity: Severity::Error,
        message: error.message,
        file: source.id,
        range: error.range,
    };
    errors.map(problem).collect()
}

fn located(problem: BodyProblem, file: FileId, range: TextRange) -> Problem {
    Problem { code: problem.code, severity: problem.severity, message: problem.message, file, range }
}

fn in_file(map: &BodyMap, range: BodyRange) -> TextRange {
    let (start, end) = map.range_to_file(range);
    TextRange::new(start as usize, end.max(start) as usize)
}

/// What all bodies of a program share.
pub(crate) struct Shared<'a> {
    /// The file that is being compiled.
    pub(crate) file: &'a FileHir,
    tree: &'a Tree,
    file_id: FileId,
    builder: ProgramBuilder,
    functions: FxHashMap<(ModuleId, BodyId), FuncId>,
    classes: FxHashMap<(ModuleId, &'a str), ClassId>,
    /// The structs that have another as an ancestor.
    descendants: FxHashMap<(ModuleId, Name), Vec<ClassId>>,
    entry: FuncId,
    problems: Vec<Problem>,
}

impl<'a> Shared<'a> {
    fn new(source: Source<'a>) -> Self {
        Self {
            file: source.file,
            tree: source.tree,
            file_id: source.id,
            builder: ProgramBuilder::new(),
            functions: FxHashMap::default(),
            classes: FxHashMap::default(),
            descendants: FxHashMap::default(),
            entry: FuncId(0),
            problems: Vec::new(),
        }
    }

    /// Turns to a file: names mean what they mean in it.
    fn enter(&mut self, source: Source<'a>) {
        self.file = source.file;
        self.tree = source.tree;
        self.file_id = source.id;
    }

    /// How many lines there are before the one of an offset.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.tree.text().line_of(offset)
    }

    fn declare(&mut self, source: Source<'a>) {
        self.enter(source);
        let file = source.file;
        for id in file.running_bodies() {
            let name = match file.body_owner(id) {
                BodyOwner::TopLevel => "main".to_owned(),
                BodyOwner::Function { name, .. } => format!("{}{name}", source.prefix),
                BodyOwner::Method { type_name, name, .. } => match file.trait_of_method(id) {
                    Some(of) => format!("{type_name}::{of}::{name}"),
                    None => format!("{type_name}::{name}"),
                },
            };
            let function = file.function_of(id);
            let params = function.map_or(0, |function| narrow(function.params.len()));
            let declared = self.builder.declare(&name, params);
            let declared = self.built(declared, self.whole(id));
            self.functions.insert((file.module(), id), declared);
            if id == BodyId::TopLevel {
                self.entry = declared;
            }
        }
    }

    fn declare_classes(&mut self, source: Source<'a>, sources: &[Source<'a>]) {
        self.enter(source);
        let file = source.file;
        let mut names: Vec<_> = file.struct_names().map(|name| name.as_str()).collect();
        names.sort_unstable_by_key(|name| file.structure(name).map(|(item, structure)| (item, structure.range)));
        for name in names {
            self.declare_class(name, sources);
        }
    }

    fn declare_class(&mut self, name: &'a str, sources: &[Source<'a>]) {
        let Some((item, structure)) = self.file.structure(name) else { return };
        let range = self.file.item_range(item, structure.name_range);
        let fields: Vec<Arc<str>> = structure.fields.iter().map(|field| field.name.as_str().into()).collect();
        let class = self.builder.class(name, fields);
        let class = self.built(class, range);
        self.classes.insert((self.file.module(), name), class);
        let kind = Kind::of(self.file, &structure.name);
        self.builder.set_identity(class, kind.equality == Equality::Identity);
        self.builder.set_copied(class, kind.is_copied());
        let order = kinds::order(self.file, &structure.name).unwrap_or_else(|_| vec![structure.name.clone()]);
        for ancestor in &order[1..] {
            self.descendants.entry((self.file.module(), ancestor.clone())).or_default().push(class);
        }
        // What is nearer in the order replaces what is farther, and a field hides the methods of that name.
        let mut methods: Vec<(&Name, FuncId)> = Vec::new();
        let mut bound: Vec<&Name> = Vec::new();
        for of in order.iter().rev() {
            if let Some((_, ancestor)) = self.file.structure(of) {
                methods.retain(|(method, _)| ancestor.fields.iter().all(|field| field.name != **method));
            }
            // What is static is the struct's alone there.
            let with_static = kind.resolution != Resolution::PrototypeChain;
            // What is read as a value has a receiver of its own there.
            let is_bound = matches!(Kind::of(self.file, of).receiver, Receiver::BoundSelf | Receiver::DynamicThis);
            for (name, function, has_self) in self.methods_of(of, sources) {
                if !has_self && !with_static {
                    continue;
                }
                methods.retain(|(method, _)| *method != name);
                methods.push((name, function));
                bound.retain(|method| *method != name);
                bound.extend((is_bound && has_self).then_some(name));
            }
        }
        for (name, function) in methods {
            self.builder.method(class, name, function);
            if bound.contains(&name) {
                self.builder.set_bound(class, name);
            }
        }
    }

    /// The methods that a struct has without its ancestors, those that count last. What a trait gives comes first, so that
    /// what the struct has for it replaces it, and what the struct has by itself replaces both; what the file that runs gives
    /// comes last. With each, whether it takes a receiver.
    fn methods_of(&self, name: &str, sources: &[Source<'a>]) -> Vec<(&'a Name, FuncId, bool)> {
        let (root, modules) = sources.split_at(sources.len().min(1));
        let files = modules.iter().chain(root).map(|source| source.file);
        let impls = files.flat_map(|file| {
            let own = move |item: usize| Some((file, item, file.items()[item].methods()?));
            file.impls_of(name).iter().filter_map(move |&item| own(item))
        });
        let impls: Vec<_> = impls.collect();
        let mut methods = Vec::new();
        for (file, _, methods_of) in &impls {
            let found = methods_of.trait_name.as_ref().and_then(|name| file.resolve_trait(name));
            methods.extend(found.map(|found| (found.module, found.item, found.it)));
        }
        let (for_traits, own): (Vec<_>, Vec<_>) =
            impls.into_iter().partition(|(_, _, methods)| methods.trait_name.is_some());
        let impls = for_traits.into_iter().chain(own);
        methods.extend(impls.map(|(file, item, methods)| (file.module(), item, methods)));
        let mut found = Vec::new();
        for (module, item, methods) in methods {
            for (method, function) in methods.methods.iter().enumerate().filter(|(_, function)| function.has_body) {
                let id = self.functions.get(&(module, BodyId::Method { item, method }));
                found.extend(id.map(|&id| (&function.name, id, function.has_self())));
            }
        }
        found
    }

    /// The whole text of a body.
    fn whole(&self, id: BodyId) -> TextRange {
        let map = self.file.body_map(id);
        let len = map.segments().last().map_or(0, |last| last.body_start + last.len);
        in_file(&map, BodyRange::new(0, len))
    }

    fn body(&mut self, id: BodyId, body: &Body, map: &BodyMap) {
        let Some(&function) = self.functions.get(&(self.file.module(), id)) else { return };
        let range = body[Body::ROOT].range;
        let facts = Facts::of(body);
        let name = self.builder.function(function).name.clone();
        let params = body[Body::ROOT].params.len();
        let function = match body.owner.is_async() {
            true => self.async_function(function, &name, params, span(map, range), in_file(map, range)),
            false => function,
        };
        let frame = self.frame(&name, params, 0, span(map, range));
        let mut compiler = Compiler {
            shared: self,
            body,
            map,
            facts: &facts,
            frame,
            lambda: Body::ROOT,
            homes: FxHashMap::default(),
            debug_locals: FxHashMap::default(),
            constants: FxHashMap::default(),
        };
        compiler.function_body();
        let frame = compiler.frame;
        self.define(function, frame, in_file(map, range));
    }

    pub(crate) fn frame(&self, name: &str, params: usize, captures: usize, span: Span) -> Frame {
        let (params, captures) = (narrow(params), narrow(captures));
        let builder = FunctionBuilder::new(name, params, captures, self.file_id, span);
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
        let file = self.file_id;
        self.problems.push(Problem { code, severity: Severity::Error, message, file, range });
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

    /// The function that `name(…)` calls here, unless it is one that is built in.
    pub(crate) fn function_named(&self, name: &str) -> Option<FuncId> {
        let found = self.file.resolve_function(name);
        let (module, body) = match found {
            Some(found) => (found.module, found.file.function_body(name)?),
            None => (ModuleId::ROOT, self.file.function_body(name)?),
        };
        self.functions.get(&(module, body)).copied()
    }

    /// The function that `m.f` is, where `m` is a module.
    pub(crate) fn function_of_module(&self, module: &str, name: &str) -> Option<FuncId> {
        let found = self.file.resolve_qualified(module, name)?.ok()?;
        self.functions.get(&(found.module, BodyId::Function(found.item))).copied()
    }

    /// What `S::f` is.
    pub(crate) fn method(&self, scope: &str, name: &str) -> Option<FuncId> {
        let found = self.file.resolve_method(scope, name)?;
        self.functions.get(&(found.module, found.it)).copied()
    }

    pub(crate) fn class(&self, name: &str) -> Option<ClassId> {
        let module = self.file.resolve_struct(name)?.module;
        self.classes.get(&(module, name)).copied()
    }

    /// The structs that have this one as an ancestor.
    pub(crate) fn descendants(&self, name: &str) -> &[ClassId] {
        let of = self.file.resolve_struct(name).map(|found| (found.module, Name::from(name)));
        of.and_then(|of| self.descendants.get(&of)).map_or(&[], Vec::as_slice)
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
    /// The literals that are in a register while the loop around them runs.
    pub(crate) constants: FxHashMap<ExprId, Reg>,
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
