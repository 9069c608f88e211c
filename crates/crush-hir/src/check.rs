//! What is wrong in a body as far as the names of its file tell, and in the declarations of a file.
//!
//! The result depends on the body and on [`FileHir::signature`] alone, so it can be kept under both.

mod kinds;
mod members;

use rustc_hash::FxHashSet;

use crate::body::{Body, Callee, Expr, ExprId, ExprKind, Name, Pattern, Place, Problem, Severity, StmtKind};
use crate::file::{FileHir, ItemKind, StructDef};
use crate::habits;
use crate::modules::{ModuleId, Resolved};
use crate::source_map::BodyRange;
use crush_library::Declaration;

/// The capabilities whose arguments the reference counts before it runs a program (L1).
const COUNTED_BEFORE_A_RUN: &[&str] = &[
    "array.pop",
    "array.push",
    "math.abs",
    "math.ceil",
    "math.floor",
    "math.pow",
    "math.round",
    "math.sqrt",
    "str.contains",
    "str.ends_with",
    "str.join",
    "str.replace",
    "str.split",
    "str.starts_with",
    "str.to_lower",
    "str.to_upper",
    "str.trim",
];

/// A name that every program has: the arguments it was started with.
const ARGUMENTS: &str = "args";

/// Everything wrong in `body`: what its own text tells, and what the names of `file` tell.
pub fn body(file: &FileHir, body: &Body) -> Vec<Problem> {
    let others = names_of_no_value(file, body);
    let mut checker = Checker { file, body, problems: body.problems.clone() };
    for (id, expr) in (0..).map(ExprId).zip(&body.exprs) {
        if !others.contains(&id) {
            checker.expr(expr);
        }
    }
    for stmt in &body.stmts {
        if let StmtKind::Assign { place: Place::Unresolved(name), place_range, .. } = &stmt.kind {
            let message = format!("there is no variable `{name}` here, so the value is lost: declare it with `let`");
            checker.report("unknown-name", Severity::Warning, *place_range, message);
        }
    }
    checker.problems.sort_by_key(|problem| problem.range);
    checker.problems
}

/// Something wrong in a declaration; its range counts from the start of the item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemProblem {
    /// The item.
    pub item: usize,
    /// What is wrong, and where in the item.
    pub problem: Problem,
}

/// Everything wrong in the declarations of `file`.
pub fn declarations(file: &FileHir) -> Vec<ItemProblem> {
    let mut problems = members::members(file);
    problems.extend(kinds::kinds(file));
    let mut report = |item, code, severity, range, message| {
        problems.push(ItemProblem { item, problem: Problem { code, severity, message, range } });
    };
    for &item in file.replaced_functions() {
        if let Some(function) = file.items()[item].function() {
            let message = format!("a later function is called `{}` too, so this one is never called", function.name);
            report(item, "duplicate-function", Severity::Warning, function.name_range, message);
        }
    }
    if file.module() == ModuleId::ROOT
        && let Some((item, main)) = file.function("main")
        && !main.params.is_empty()
    {
        let message = "`main` is started without arguments, so it cannot have parameters".to_owned();
        report(item, "main-parameters", Severity::Error, main.name_range, message);
    }
    for (item, it) in file.items().iter().enumerate() {
        if let ItemKind::Import(import) = &it.kind
            && let Some(Err(message)) = &import.guest
        {
            report(item, "unsupported-import", Severity::Error, import.range, message.clone());
        }
    }
    for (item, methods) in file.items().iter().enumerate() {
        if let ItemKind::Impl(methods) = &methods.kind
            && !file.imports_modules()
            && file.resolve_struct(&methods.type_name).is_none()
        {
            let suggestion = suggest(nearest(&methods.type_name, file.struct_names()));
            let message = format!("there is no struct `{}`{suggestion}", methods.type_name);
            report(item, "unknown-struct", Severity::Error, methods.type_range, message);
        }
    }
    problems
}

/// The names that stand for no value: of modules in `m.f`, a function as a value, and of functions in `spawn f()`.
fn names_of_no_value(file: &FileHir, body: &Body) -> FxHashSet<ExprId> {
    let is_name = |id: &ExprId| matches!(body[*id].kind, ExprKind::Name(_));
    let is_module = |id: &ExprId| match &body[*id].kind {
        ExprKind::Name(name) => file.imports().is_some_and(|imports| imports.qualifier(name).is_some()),
        _ => false,
    };
    let named = body.exprs.iter().filter_map(|expr| match expr.kind {
        ExprKind::Field { base, .. } => Some(base).filter(is_module),
        ExprKind::Spawn { function, .. } => Some(function).filter(is_name),
        _ => None,
    });
    named.collect()
}

/// The name that was probably meant.
fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n Name>) -> Option<&'n str> {
    crush_library::nearest(name, names.into_iter().map(Name::as_str))
}

fn suggest(name: Option<&str>) -> String {
    name.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// What to write for a name that nothing declares: what other languages call so, or the nearest name.
fn instead(name: &str, near: Option<&str>) -> String {
    habits::word(name).map_or_else(|| suggest(near), |instead| format!(": {instead}"))
}

/// How an instance is written down.
fn literal_of(structure: &StructDef) -> String {
    let fields: Vec<_> = structure.fields.iter().map(|field| format!("{}: …", field.name)).collect();
    format!("{} {{ {} }}", structure.name, fields.join(", "))
}

struct Checker<'a> {
    file: &'a FileHir,
    body: &'a Body,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, code: &'static str, severity: Severity, range: BodyRange, message: String) {
        self.problems.push(Problem { code, severity, message, range });
    }

    fn error(&mut self, code: &'static str, range: BodyRange, message: String) {
        self.report(code, Severity::Error, range, message);
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, expr.range),
            ExprKind::Path { scope, name } => {
                self.path(scope, name, expr.range);
            }
            ExprKind::Struct { name, name_range, fields, is_new } => {
                self.struct_literal(name, *name_range, fields, *is_new);
            }
            ExprKind::Field { base, name, .. } => {
                if let ExprKind::Name(module) = &self.body[*base].kind {
                    self.module_function(module, name, expr.range);
                }
            }
            ExprKind::Call { callee, callee_range, args } => self.call(callee, *callee_range, args.len()),
            ExprKind::Match { arms, .. } => arms.iter().for_each(|arm| self.pattern(&arm.pattern)),
            ExprKind::Spawn { function, args } => {
                if let ExprKind::Name(name) = &self.body[*function].kind {
                    self.spawned(name, self.body[*function].range, expr.range, args.len());
                }
            }
            _ => {}
        }
    }

    /// A name as a value.
    fn name(&mut self, name: &Name, range: BodyRange) {
        if self.is_function(name) || name == ARGUMENTS {
            return;
        }
        if let Some(builtin) = crush_library::function(name) {
            let params = &builtin.params[..builtin.required];
            let params = params.iter().map(|param| param.name).collect::<Vec<_>>().join(", ");
            let message = format!(
                "`{name}` is built in and no value: call it, `{name}({params})`, or write `|{params}| {name}({params})`"
            );
            return self.error("unknown-name", range, message);
        }
        let locals = self.body.locals.iter().map(|local| &local.name);
        let suggestion = instead(name, nearest(name, locals.chain(self.file.function_names())));
        self.error("unknown-name", range, format!("there is no variable `{name}` here{suggestion}"));
    }

    fn is_function(&self, name: &str) -> bool {
        self.file.function_body(name).is_some() || self.file.resolve_function(name).is_some() || self.is_imported(name)
    }

    fn is_imported(&self, name: &str) -> bool {
        self.file.imports_modules()
            && self.file.items().iter().any(|item| match &item.kind {
                ItemKind::Import(import) => import.names.iter().any(|imported| imported.name == name),
                _ => false,
            })
    }

    fn call(&mut self, callee: &Callee, range: BodyRange, count: usize) {
        match callee {
            Callee::Name(name) => self.function_call(name, range, count),
            Callee::Capability(name) => self.capability(name, range, count),
            Callee::Path { scope, name } => {
                if let Some(params) = self.path(scope, name, range) {
                    self.arity(&format!("{scope}::{name}"), params, range, count);
                }
            }
            // What a variable holds is looked at with the types.
            Callee::Value(_) | Callee::Method { .. } => {}
        }
    }

    fn function_call(&mut self, name: &Name, range: BodyRange, count: usize) {
        if let Some(function) = self.file.resolve_function(name) {
            self.arity(name, function.it.params.len(), range, count);
        } else if let Some(builtin) = crush_library::function(name) {
            self.declared_arity(builtin, Severity::Error, range, count);
        } else if !self.is_function(name) {
            let locals = self.body.locals.iter().map(|local| &local.name);
            let builtins: Vec<_> =
                crush_library::FUNCTIONS.iter().map(|builtin| Name::new_static(builtin.name)).collect();
            let candidates = locals.chain(self.file.function_names()).chain(&builtins);
            let suggestion = match self.file.resolve_struct(name) {
                Some(structure) => format!(": {name} is a struct, write `{}`", literal_of(structure.it)),
                None => instead(name, nearest(name, candidates)),
            };
            self.error("unknown-name", range, format!("there is no function `{name}`{suggestion}"));
        }
    }

    /// The function of a task: one of the program's, for what is built in runs in no task by itself.
    fn spawned(&mut self, name: &Name, name_range: BodyRange, range: BodyRange, count: usize) {
        match self.file.resolve_function(name) {
            Some(function) => self.arity(name, function.it.params.len(), range, count),
            None if crush_library::function(name).is_some() => self.name(name, name_range),
            None => self.function_call(name, name_range, count),
        }
    }

    fn arity(&mut self, name: &str, params: usize, range: BodyRange, count: usize) {
        if params != count {
            let message = format!("`{name}` takes {}, not {count}", crush_library::arguments(params));
            self.error("wrong-arity", range, message);
        }
    }

    /// The number of arguments of what the library declares.
    fn declared_arity(&mut self, declaration: &Declaration, severity: Severity, range: BodyRange, count: usize) {
        if !declaration.takes(count) {
            let message = format!("`{}` takes {}, not {count}", declaration.name, declaration.arity());
            self.report("wrong-arity", severity, range, message);
        }
    }

    fn capability(&mut self, name: &Name, range: BodyRange, count: usize) {
        let (namespace, function) = name.split_once('.').unwrap_or((name, ""));
        if let Some(params) = self.module_function(namespace, function, range) {
            self.arity(name, params, range, count);
        } else if self.file.imports().is_some_and(|imports| imports.qualifier(namespace).is_some()) {
            // That the module has no such function is reported already.
        } else if let Some(declaration) = crush_library::capability(name) {
            // The reference counts the arguments of the others when a run comes to the call, which then ends there.
            let counted = COUNTED_BEFORE_A_RUN.contains(&declaration.name);
            let severity = if counted { Severity::Error } else { Severity::Warning };
            self.declared_arity(declaration, severity, range, count);
        } else if self.file.imports_modules() {
            // A module that was not found may have it.
        } else if crush_library::namespace(namespace).is_some() {
            let near = crush_library::meant(name).map(|near| format!("; did you mean `{near}`?"));
            let message = format!("there is no capability `{name}`{}", near.unwrap_or_default());
            // A run that never comes there is not disturbed, as in the reference.
            self.report("unknown-name", Severity::Warning, range, message);
        } else {
            let locals = self.body.locals.iter().map(|local| &local.name);
            let near = nearest(namespace, locals).or_else(|| crush_library::meant(name));
            let suggestion = instead(namespace, near);
            let message = format!("there is no variable `{namespace}` here, nor a capability `{name}`{suggestion}");
            self.error("unknown-name", range, message);
        }
    }

    /// How many parameters `module.name` has; reports when the module has no such function. `None` where it is no module.
    fn module_function(&mut self, module: &str, name: &str, range: BodyRange) -> Option<usize> {
        let imports = self.file.imports()?;
        let imported = imports.qualifier(module)?;
        match self.file.resolve_qualified(module, name)? {
            Ok(function) => Some(function.it.params.len()),
            Err(_) => {
                let message = imports.files().not_exported(imported, name);
                self.error("not-exported", range, message);
                None
            }
        }
    }

    /// How many parameters the method has that a path names; reports when there is none.
    fn path(&mut self, scope: &Name, name: &Name, range: BodyRange) -> Option<usize> {
        let found = self.file.resolve_method(scope, name);
        let found = found.and_then(|found| Some(found.file.function_of(found.it)?.params.len()));
        if found.is_none() && !self.file.imports_modules() {
            let known = self.file.resolve_struct(scope).is_some() || self.file.resolve_trait(scope).is_some();
            let message = if known {
                let elsewhere = self.file.program_files().find_map(|(_, file)| file.trait_with(scope, name));
                let way_out = elsewhere.map(|of| format!(": it has one for `{of}`, write `{scope}::{of}::{name}`"));
                format!("`{scope}` has no function `{name}`{}", way_out.unwrap_or_default())
            } else {
                format!("there is no struct `{scope}`{}", suggest(nearest(scope, self.file.struct_names())))
            };
            self.error(if known { "unknown-name" } else { "unknown-struct" }, range, message);
        }
        found
    }

    fn struct_literal(&mut self, name: &Name, range: BodyRange, fields: &[(Name, BodyRange, ExprId)], is_new: bool) {
        let Some(Resolved { module, it: structure, .. }) = self.file.resolve_struct(name) else {
            return self.unknown_struct(name, range);
        };
        if module != self.file.module() && !is_new {
            // As the reference has it: only the file of a struct knows how to write one down.
            let path =
                self.file.imports().and_then(|imports| imports.files().path(module)).cloned().unwrap_or_default();
            let message = format!(
                "`{name} {{ … }}` can be written only where the struct is declared, in {path}: call a function of it that makes \
                 one, or write `new {name}()`"
            );
            return self.error("unknown-struct", range, message);
        }
        let known: Vec<_> = structure.fields.iter().map(|field| &field.name).collect();
        for (index, (field, field_range, _)) in fields.iter().enumerate() {
            if !known.contains(&field) {
                let suggestion = suggest(nearest(field, known.iter().copied()));
                let message = format!("`{name}` has no field `{field}`{suggestion}");
                self.error("unknown-field", *field_range, message);
            } else if fields[..index].iter().any(|(before, ..)| before == field) {
                self.error("duplicate-field", *field_range, format!("the field `{field}` is given twice"));
            }
        }
        let given = |field: &&Name| fields.iter().any(|(name, ..)| name == *field);
        let missing: Vec<_> = known.iter().filter(|field| !given(field)).map(|field| format!("`{field}`")).collect();
        if !is_new && !missing.is_empty() {
            self.error("missing-field", range, format!("`{name}` needs {} as well", missing.join(", ")));
        }
    }

    fn unknown_struct(&mut self, name: &Name, range: BodyRange) {
        if !self.file.imports_modules() {
            let suggestion = instead(name, nearest(name, self.file.struct_names()));
            self.error("unknown-struct", range, format!("there is no struct `{name}`{suggestion}"));
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        if let Pattern::Struct { name, name_range, fields } = pattern {
            if self.file.resolve_struct(name).is_none() {
                self.unknown_struct(name, *name_range);
            }
            fields.iter().for_each(|(_, pattern)| self.pattern(pattern));
        }
    }
}
