//! The other files of a program, and what is wrong in them.
//!
//! They are checked as parts of this program: a module may use a struct that another file declares. What was found out about
//! a body of a module is kept from version to version, as it is for the file itself.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crush_hir::body::Problem;
use crush_hir::file::FileHir;
use crush_hir::modules::{FileKey, ModuleId, ModulePlace, Program, ProgramFile, SourceFile, Sources};
use crush_hir::types::Elsewhere;
use crush_hir::{check, syntax};
use crush_syntax::{TextEdit, TextRange, Tree};
use crush_vm::SourceRange;

use crate::checks::Checks;
use crate::diagnostics::{Diagnostic, Related, Severity};
use crate::evaluation::{module, text_range};

/// A place in one of the files of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilePlace {
    /// The file.
    pub file: ModuleId,
    /// Where in it.
    pub range: TextRange,
}

impl From<SourceRange> for FilePlace {
    fn from(range: SourceRange) -> Self {
        Self { file: module(range.file), range: text_range(range) }
    }
}

/// The files of a program, the one that runs among them, as it was when they were loaded.
#[derive(Clone, Debug)]
pub(crate) struct Modules {
    program: Program,
    /// What is wrong in the bodies of each file; nothing for the one that runs, which has its own.
    checks: Vec<Arc<Checks>>,
    /// What the functions of the modules give.
    results: Arc<Elsewhere>,
    /// [`FileHir::imports_signature`] of the file that runs.
    imports: u64,
    /// [`FileHir::own_signature`] of the file that runs.
    declared: u64,
}

impl Modules {
    /// Loads what `root` imports, and checks it if that is wanted. `before` is what was loaded last, of which is kept what is
    /// the same.
    pub(crate) fn load(root: SourceFile, sources: &dyn Sources, before: Option<&Self>, wants_checks: bool) -> Self {
        let (imports, declared) = (root.hir.imports_signature(), root.hir.own_signature());
        let program = Program::load(root, sources);
        let checks = vec![Arc::default(); program.files().len()];
        let mut modules = Self { checks, results: Arc::default(), program, imports, declared };
        for (file, checks) in modules.program.files().iter().zip(&mut modules.checks).skip(1) {
            let known = before.and_then(|before| before.checks_of(&file.key));
            *checks = known.cloned().unwrap_or_default();
        }
        if wants_checks {
            modules.check();
        }
        modules
    }

    fn checks_of(&self, key: &FileKey) -> Option<&Arc<Checks>> {
        let index = self.program.files().iter().skip(1).position(|file| file.key == *key)? + 1;
        self.checks.get(index)
    }

    /// Checks the modules, each after those that it imports: what their functions give is known to it then. What the file
    /// that runs gives, which they may call too, is not.
    fn check(&mut self) {
        self.results = Arc::default();
        for module in self.imported_first() {
            let (Some(file), Some(checks)) = (self.program.file(module), self.checks.get_mut(module.index())) else {
                continue;
            };
            let checks = Arc::make_mut(checks);
            checks.update(&file.hir, &file.tree, &self.results);
            Arc::make_mut(&mut self.results).add(module, checks.results());
        }
    }

    /// What the functions of the modules give.
    pub(crate) fn results(&self) -> &Arc<Elsewhere> {
        &self.results
    }

    /// The modules, each after those that it imports.
    fn imported_first(&self) -> Vec<ModuleId> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.program.files().len()];
        for (module, _) in self.modules() {
            self.add_imported_first(module, &mut seen, &mut order);
        }
        order
    }

    /// Imports nest no deeper than the loader allows, so the recursion does not either.
    fn add_imported_first(&self, module: ModuleId, seen: &mut [bool], order: &mut Vec<ModuleId>) {
        let is_new = seen.get_mut(module.index()).is_some_and(|seen| !std::mem::replace(seen, true));
        if module == ModuleId::ROOT || !is_new {
            return;
        }
        let imports = self.file(module).and_then(|file| file.hir.imports());
        let mut imported: Vec<_> = imports.into_iter().flat_map(|imports| imports.modules()).collect();
        imported.sort_unstable();
        imported.into_iter().for_each(|module| self.add_imported_first(module, seen, order));
        order.push(module);
    }

    /// The file that runs, knowing what its imports bring.
    pub(crate) fn root(&self) -> Option<&Arc<FileHir>> {
        self.program.files().first().map(|file| &file.hir)
    }

    /// Whether the imports of the file that runs have to be looked up again for this version of it.
    pub(crate) fn is_outdated(&self, root: &FileHir) -> bool {
        let is_concerned = || self.program.problems().iter().any(|problem| problem.place.file == ModuleId::ROOT);
        self.imports != root.imports_signature() || (self.declared != root.own_signature() && is_concerned())
    }

    /// Tells the modules what this version of the file that runs declares, if that is not what it was.
    #[must_use]
    pub(crate) fn updated(&self, tree: &Tree, root: &Arc<FileHir>) -> Option<Self> {
        if self.declared == root.own_signature() {
            return None;
        }
        let program = self.program(tree, root);
        let mut modules = Self { program, declared: root.own_signature(), ..self.clone() };
        modules.check();
        Some(modules)
    }

    /// The text of a module after `edits`, known only as far as it takes to find what names mean; nothing for what is no module.
    pub(crate) fn sketch(&self, module: ModuleId, edits: &[TextEdit]) -> Option<Self> {
        let file = self.file(module).filter(|_| module != ModuleId::ROOT)?;
        let tree = file.tree.sketched(edits);
        let hir = Arc::new(file.hir.update(edits, &file.tree, &tree));
        Some(Self { program: self.program.with_file(module, tree, hir), ..self.clone() })
    }

    /// The program with this version of the file that runs.
    pub(crate) fn program(&self, tree: &Tree, root: &Arc<FileHir>) -> Program {
        self.program.with_root(tree.clone(), Arc::clone(root))
    }

    /// A number that changes whenever a module does, or what is wrong with an import.
    pub(crate) fn version(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (_, file) in self.modules() {
            file.key.hash(&mut hasher);
            file.hir.items().iter().for_each(|item| (item.key, item.start).hash(&mut hasher));
        }
        self.program.problems().iter().for_each(|problem| problem.message.hash(&mut hasher));
        hasher.finish()
    }

    /// A file of the program.
    pub(crate) fn file(&self, module: ModuleId) -> Option<&ProgramFile> {
        self.program.file(module)
    }

    /// The files that others import.
    pub(crate) fn modules(&self) -> impl Iterator<Item = (ModuleId, &ProgramFile)> {
        (0..).map(ModuleId).zip(self.program.files()).skip(1)
    }

    fn place(&self, place: &ModulePlace, root: &FileHir) -> FilePlace {
        let range = match place.file {
            ModuleId::ROOT => place.at.range(root),
            other => self.file(other).map_or(TextRange::empty(0), |file| place.at.range(&file.hir)),
        };
        FilePlace { file: place.file, range }
    }

    /// What is wrong with imports, in all files.
    pub(crate) fn import_problems(&self, root: &FileHir) -> Vec<Diagnostic> {
        let problems = self.program.problems().iter().map(|problem| {
            let at = self.place(&problem.place, root);
            let message = problem.message.clone();
            let mut diagnostic = Diagnostic::new(problem.code, Severity::Error, at.range, message);
            diagnostic.file = at.file;
            diagnostic.related = problem
                .related
                .iter()
                .map(|related| {
                    let FilePlace { file, range } = self.place(&related.place, root);
                    Related { file, range, message: related.message.clone() }
                })
                .collect();
            diagnostic
        });
        problems.collect()
    }

    /// What is wrong in the text of the modules.
    pub(crate) fn module_problems(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for ((module, file), checks) in self.modules().zip(&self.checks[1..]) {
            let from = found.len();
            problems_of(&file.hir, &file.tree, checks, &mut found);
            found[from..].iter_mut().for_each(|diagnostic| diagnostic.file = module);
        }
        found
    }

    /// The import of the file that runs by which a module came into the program.
    pub(crate) fn import_of(&self, module: ModuleId, root: &FileHir) -> Option<TextRange> {
        let mut at = self.file(module)?.imported.as_ref()?;
        while at.file != ModuleId::ROOT {
            at = self.file(at.file)?.imported.as_ref()?;
        }
        Some(at.at.range(root))
    }
}

/// What is wrong in syntax and names of one file.
pub(crate) fn problems_of(hir: &FileHir, tree: &Tree, checks: &Checks, found: &mut Vec<Diagnostic>) {
    let errors = syntax::errors(hir, tree).into_iter();
    found.extend(errors.map(|error| Diagnostic::new("syntax", Severity::Error, error.range, error.message)));
    for declared in check::declarations(hir) {
        let range = hir.item_range(declared.item, declared.problem.range);
        found.push(diagnostic(&declared.problem, range));
    }
    for body in hir.bodies() {
        let problems = checks.problems(hir.body_key(body));
        if problems.is_empty() || !hir.is_checked(body) {
            continue;
        }
        let map = hir.body_map(body);
        found.extend(problems.iter().map(|problem| {
            let (start, end) = map.range_to_file(problem.range);
            diagnostic(problem, TextRange::new(start as usize, end as usize))
        }));
    }
}

fn diagnostic(problem: &Problem, range: TextRange) -> Diagnostic {
    use crush_hir::body::Severity as ProblemSeverity;
    let severity = match problem.severity {
        ProblemSeverity::Error => Severity::Error,
        ProblemSeverity::Warning => Severity::Warning,
    };
    Diagnostic::new(problem.code, severity, range, problem.message.clone())
}

/// Says at the imports of the file that runs that a file they bring has errors. `found` are the errors of modules.
pub(crate) fn at_imports(modules: &Modules, root: &FileHir, found: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut reports: Vec<Diagnostic> = Vec::new();
    for (module, file) in modules.modules() {
        let mut errors = found.iter().filter(|found| found.file == module && found.severity == Severity::Error);
        let (Some(first), Some(at)) = (errors.next(), modules.import_of(module, root)) else { continue };
        let line = file.tree.text().line_of(first.range.start) + 1;
        let more = match errors.count() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let message = format!("{} has an error on line {line}: {}{more}", file.path, first.message);
        let mut report = Diagnostic::new("module-has-errors", Severity::Error, at, message);
        report.related = vec![Related { file: module, range: first.range, message: first.message.clone() }];
        reports.push(report);
    }
    reports
}
