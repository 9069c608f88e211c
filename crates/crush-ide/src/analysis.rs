//! What is known of a text without running it: its tree, its names, what is wrong in it, and its borrows.
//!
//! An edit makes the next version from this one and costs what it changed: the tree is parsed incrementally, the items that
//! the edit did not touch are taken over, and what was found out about a body is kept under the key of its text.

use std::sync::Arc;

use crush_borrowck::{self as borrow, Analysis, Code, Place, Report};
use crush_compiler::Options;
use crush_hir::file::FileHir;
use crush_hir::modules::{FileKey, ModuleId, SourceFile, Sources};
use crush_syntax::{Text, TextEdit, TextRange, Tree};
use crush_vm::VerifiedProgram;

use crate::checks::Checks;
use crate::codes;
use crate::config::Config;
use crate::diagnostics::{Diagnostic, Fix, Related, Severity};
use crate::ended;
use crate::evaluation::module;
use crate::faded;
use crate::modules::{self, FilePlace, Modules};
use crate::names::NamesCache;
use crate::program_files::ProgramFileView;
use crate::suppression::{Marks, Suppressions};
use crate::values::BodiesCache;

/// What is known of a text. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct FileAnalysis {
    tree: Tree,
    hir: Arc<FileHir>,
    checks: Arc<Checks>,
    borrows: Arc<Analysis>,
    /// Whether those are of an earlier version of the text.
    borrows_are_behind: bool,
    /// What is worked out of it.
    depth: Depth,
    marks: Marks,
    /// What the project wants of the file.
    config: Arc<Config>,
    /// The program that it is the beginning of, when it imports modules and they have been looked up.
    modules: Option<Arc<Modules>>,
    /// What it is known by, once it has a place.
    key: Option<FileKey>,
    /// The names of its bodies, and of those of its modules.
    names: NamesCache,
    /// Those of its bodies that somebody has looked into.
    bodies: BodiesCache,
}

/// What is worked out of a text beside its tree and its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    /// Nothing more.
    Names,
    /// What is wrong in its names and types.
    Checks,
    /// That, and its borrows.
    Borrows,
}

impl FileAnalysis {
    /// Analyses a text from scratch. The modules it imports are looked up by [`FileAnalysis::load_modules`].
    pub fn new(text: Text) -> Self {
        Self::with(text, Depth::Borrows)
    }

    /// Analyses a text only as far as it takes to run it: its borrows are not looked at, for the run will show.
    pub fn to_run(text: Text) -> Self {
        Self::with(text, Depth::Checks)
    }

    /// Analyses a text only as far as it takes to find what names mean: nothing is reported.
    pub fn to_navigate(text: Text) -> Self {
        Self::with(text, Depth::Names)
    }

    fn with(text: Text, depth: Depth) -> Self {
        let tree = Tree::parse(text);
        let hir = FileHir::new(&tree);
        let mut checks = Checks::default();
        if depth >= Depth::Checks {
            checks.update(&hir, &tree, &Arc::default());
        }
        let mut borrows = Analysis::new();
        if depth >= Depth::Borrows {
            borrows.update(&hir, |body| hir.lower(&tree, body));
        }
        let marks = Marks::of(tree.text());
        Self {
            tree,
            hir: Arc::new(hir),
            checks: Arc::new(checks),
            borrows: Arc::new(borrows),
            borrows_are_behind: false,
            depth,
            marks,
            config: Arc::default(),
            modules: None,
            key: None,
            names: NamesCache::default(),
            bodies: BodiesCache::default(),
        }
    }

    /// What the project wants of the file.
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Takes over what the project wants of the file. Nothing is known of a project before.
    pub fn configure(&mut self, config: Arc<Config>) {
        self.config = config;
    }

    /// Looks up the modules that the text imports, and what they import. `path` is the place of the text as people read it.
    pub fn load_modules(&mut self, key: FileKey, path: Arc<str>, sources: &dyn Sources) {
        let mut hir = self.hir.without_imports();
        self.key = Some(key.clone());
        self.modules = hir.module_imports().next().is_some().then(|| {
            let root = SourceFile { key, path, tree: self.tree.clone(), hir: Arc::new(hir.clone()) };
            let wants_checks = self.depth >= Depth::Checks;
            Arc::new(Modules::load(root, sources, self.modules.as_deref(), wants_checks))
        });
        if let Some(root) = self.modules.as_ref().and_then(|modules| modules.root()) {
            hir = FileHir::clone(root);
        }
        self.renew(hir);
        self.look_at_borrows();
    }

    /// Whether [`FileAnalysis::load_modules`] has to be called again: the imports are not what they were.
    pub fn has_other_imports(&self) -> bool {
        match &self.modules {
            Some(modules) => modules.is_outdated(&self.hir),
            None => self.hir.module_imports().next().is_some(),
        }
    }

    /// Whether the text imports modules.
    pub fn imports_modules(&self) -> bool {
        self.hir.module_imports().next().is_some()
    }

    /// Whether another version of a file may change what the imports bring: it is a module of the program, or one was not
    /// found.
    pub fn may_import(&self, file: &FileKey) -> bool {
        self.hir.imports_modules() || self.module_keys().any(|key| key == file)
    }

    /// A number that changes whenever a module of the program does.
    pub fn modules_version(&self) -> u64 {
        self.modules.as_ref().map_or(0, |modules| modules.version())
    }

    /// The text as a module of other programs, known by `key`.
    pub fn as_module(&self, key: FileKey, path: Arc<str>) -> SourceFile {
        SourceFile { key, path, tree: self.tree.clone(), hir: Arc::new(self.hir.without_imports()) }
    }

    /// What the modules of the program are known by, however far away their import is.
    pub fn module_keys(&self) -> impl Iterator<Item = &FileKey> {
        let modules = self.modules.iter().flat_map(|modules| modules.modules());
        modules.map(|(_, file)| &file.key)
    }

    /// The path, as people read it, and the text of a module of the program; `None` for the text itself.
    pub fn module(&self, file: ModuleId) -> Option<(&FileKey, &str, &Text)> {
        let file = self.modules.as_ref().filter(|_| file != ModuleId::ROOT)?.file(file)?;
        Some((&file.key, &file.path, file.tree.text()))
    }

    /// Applies `edits`, one after the other, each in terms of the text that the one before it left.
    pub fn edit(&mut self, edits: &[TextEdit]) {
        self.edit_names(edits);
        self.look_at_borrows();
    }

    /// Applies `edits` as [`FileAnalysis::edit`] does, but for the borrows: [`FileAnalysis::look_at_borrows`] brings them up to
    /// date. Whoever asks what names mean does not wait for that.
    pub fn edit_names(&mut self, edits: &[TextEdit]) {
        let tree = self.tree.edited(edits);
        let hir = self.hir.update(edits, &self.tree, &tree);
        self.marks = self.marks.updated(edits, tree.text());
        self.tree = tree;
        self.renew(hir);
        self.names.forget_others(self.files().map(|file| file.hir));
        self.follow_modules();
    }

    /// Checks again what depends on what the modules give, which may depend on the text.
    fn follow_modules(&mut self) {
        let updated = self.modules.as_ref().and_then(|modules| modules.updated(&self.tree, &self.hir));
        if let Some(updated) = updated {
            Arc::make_mut(&mut self.checks).update(&self.hir, &self.tree, updated.results());
            self.modules = Some(Arc::new(updated));
        }
    }

    /// Whether the text is understood as it would be if it were opened now. When not, a tree that is made with
    /// [`Tree::parse`], on whatever thread, settles it.
    pub fn is_settled(&self) -> bool {
        self.tree.is_settled()
    }

    /// Takes over the tree that a parse of the same text from scratch gave.
    pub fn reparsed(&mut self, tree: Tree) {
        if tree.text() != self.text() {
            return;
        }
        let hir = FileHir::new(&tree);
        let hir = match self.hir.shared_imports() {
            Some(imports) => hir.with_shared_imports(imports),
            None => hir,
        };
        self.tree = tree;
        self.renew(hir);
        self.follow_modules();
        self.look_at_borrows();
    }

    /// What it knows of names, without its borrows: nothing is reported of them.
    pub fn names_alone(&self) -> Self {
        Self {
            borrows: Arc::default(),
            borrows_are_behind: false,
            depth: self.depth.min(Depth::Checks),
            ..self.clone()
        }
    }

    /// The text after `edits`, known only as far as it takes to find what names mean: for a look at what might be.
    pub(crate) fn sketch(&self, edits: &[TextEdit]) -> Self {
        let tree = self.tree.sketched(edits);
        let hir = Arc::new(self.hir.update(edits, &self.tree, &tree));
        Self { tree, hir, depth: Depth::Names, borrows_are_behind: false, ..self.clone() }
    }

    /// The same with `edits` in one of the files of the program.
    pub(crate) fn sketch_in(&self, file: ModuleId, edits: &[TextEdit]) -> Self {
        match self.modules.as_ref().and_then(|modules| modules.sketch(file, edits)) {
            Some(modules) => Self { modules: Some(Arc::new(modules)), borrows_are_behind: false, ..self.clone() },
            None => self.sketch(edits),
        }
    }

    /// The tree of one of the files of the program.
    pub(crate) fn tree_of(&self, file: ModuleId) -> Option<&Tree> {
        if file == ModuleId::ROOT {
            return Some(&self.tree);
        }
        self.modules.as_ref()?.file(file).map(|file| &file.tree)
    }

    /// Takes over what the text declares now.
    fn renew(&mut self, hir: FileHir) {
        if self.depth >= Depth::Checks {
            let elsewhere = self.modules.as_ref().map(|modules| Arc::clone(modules.results())).unwrap_or_default();
            Arc::make_mut(&mut self.checks).update(&hir, &self.tree, &elsewhere);
        }
        self.hir = Arc::new(hir);
        self.borrows_are_behind = self.depth >= Depth::Borrows;
    }

    /// Brings the borrows up to date with the text.
    pub fn look_at_borrows(&mut self) {
        if !std::mem::take(&mut self.borrows_are_behind) {
            return;
        }
        let (hir, tree) = (&self.hir, &self.tree);
        let modules: Vec<_> = self.modules.iter().flat_map(|modules| modules.modules()).map(|(_, file)| file).collect();
        let files: Vec<&FileHir> = std::iter::once(&**hir).chain(modules.iter().map(|file| &*file.hir)).collect();
        let lower = |module: ModuleId, body| match module.index().checked_sub(1).and_then(|at| modules.get(at)) {
            Some(file) => file.hir.lower(&file.tree, body),
            None => hir.lower(tree, body),
        };
        Arc::make_mut(&mut self.borrows).update_program(&files, lower);
    }

    /// The text.
    pub fn text(&self) -> &Text {
        self.tree.text()
    }

    /// Its syntax tree.
    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What it declares.
    pub(crate) fn hir(&self) -> &FileHir {
        &self.hir
    }

    /// The names of its bodies.
    pub(crate) fn names(&self) -> &NamesCache {
        &self.names
    }

    /// Those of its bodies that somebody has looked into.
    pub(crate) fn bodies(&self) -> &BodiesCache {
        &self.bodies
    }

    /// What it is known by.
    pub(crate) fn own_key(&self) -> Option<&FileKey> {
        self.key.as_ref()
    }

    /// The modules of the program.
    pub(crate) fn module_files(&self) -> impl Iterator<Item = ProgramFileView<'_>> {
        let modules = self.modules.iter().flat_map(|modules| modules.modules());
        modules.map(|(module, file)| ProgramFileView { module, hir: &file.hir, tree: &file.tree })
    }

    /// The program, ready to run.
    ///
    /// # Errors
    ///
    /// What keeps it from being run. What the borrow analysis reports does not: the run will show.
    pub fn compile(&self) -> Result<VerifiedProgram, Vec<Diagnostic>> {
        let mut problems = self.problems();
        problems.extend(self.modules.iter().flat_map(|modules| modules.module_problems()));
        problems.retain(|problem| problem.severity == Severity::Error);
        if !problems.is_empty() {
            problems.sort_by_key(|problem| (problem.file, problem.range));
            return Err(problems);
        }
        let compiled = match &self.modules {
            Some(modules) => crush_compiler::link(&modules.program(&self.tree, &self.hir)),
            None => crush_compiler::compile(&self.hir, &self.tree, Options::default()),
        };
        let program = compiled.map_err(|problems| {
            let report = |problem: crush_compiler::Problem| {
                let report = Diagnostic::new(problem.code, Severity::Error, problem.range, problem.message);
                Diagnostic { file: module(problem.file), ..report }
            };
            problems.into_iter().map(report).collect::<Vec<_>>()
        })?;
        // The compiler makes only programs that pass; should one not, that is our mistake, and told as such.
        crush_vm::verify(program).map_err(|error| {
            let message = format!("the compiler made a program that the VM refuses: {error}; please report this");
            vec![Diagnostic::new("internal", Severity::Error, TextRange::empty(0), message)]
        })
    }

    /// Everything that is wrong in the text as far as it and its modules tell. What is wrong in a module is told at its
    /// import.
    pub(crate) fn static_diagnostics(&self) -> Vec<Diagnostic> {
        let (mut found, mut elsewhere): (Vec<_>, Vec<_>) =
            self.problems().into_iter().partition(|problem| problem.file == ModuleId::ROOT);
        if let Some(modules) = &self.modules {
            elsewhere.extend(modules.module_problems());
            elsewhere.sort_by_key(|problem| (problem.file, problem.range));
            found.extend(modules::at_imports(modules, &self.hir, &elsewhere));
        }
        let borrows = self.borrow_diagnostics().into_iter();
        found.extend(borrows.filter(|report| report.file == ModuleId::ROOT));
        found
    }

    /// Everything that is wrong in the program without a run, each report in its own file.
    pub(crate) fn all_reports(&self) -> Vec<Diagnostic> {
        let mut found = self.problems();
        found.extend(self.modules.iter().flat_map(|modules| modules.module_problems()));
        found.extend(self.borrow_diagnostics());
        found
    }

    /// What of that is wanted: everything that is wrong in the program without a run, as far as it is wanted there.
    pub(crate) fn program_diagnostics(&self, config_of: impl Fn(&FileKey) -> Arc<Config>) -> Vec<Diagnostic> {
        let (mut settled, mut elsewhere): (Vec<_>, Vec<_>) =
            self.all_reports().into_iter().partition(|report| report.file == ModuleId::ROOT);
        settled.extend(faded::unneeded(self, ModuleId::ROOT));
        self.settle(&mut settled);
        settled.retain(|report| !self.is_faded(report));
        for (module, file) in self.modules.iter().flat_map(|modules| modules.modules()) {
            let (mut here, rest) = elsewhere.into_iter().partition(|report| report.file == module);
            elsewhere = rest;
            // What a module suppresses in vain in this program may be of use in another one.
            let suppressions = Suppressions::of(&file.tree, &Marks::of(file.tree.text())).without_problems();
            here.extend(faded::unneeded(self, module));
            suppressions.apply(file.tree.text(), &mut here, false);
            let config = config_of(&file.key);
            config.apply(&mut here);
            here.retain(|report| !config.leaves_faded(report));
            settled.append(&mut here);
        }
        settled.append(&mut elsewhere);
        settled
    }

    /// Makes of all reports of the file those that are wanted: by comments in it first, then by the project.
    pub(crate) fn settle(&self, reports: &mut Vec<Diagnostic>) {
        let suppressions = Suppressions::of(&self.tree, &self.marks);
        if !suppressions.is_empty() {
            // What does not parse is not analysed, so nobody can say that there is nothing to report.
            let tells_unused = reports.iter().all(|report| report.code != "syntax");
            suppressions.apply(self.text(), reports, tells_unused);
        }
        self.config.apply(reports);
    }

    /// Whether a report is about what nothing needs, and nobody wants to be told but by a faded look.
    pub(crate) fn is_faded(&self, report: &Diagnostic) -> bool {
        self.config.leaves_faded(report)
    }

    /// Where a place of the borrow analysis is.
    fn place_of(&self, place: Place) -> FilePlace {
        let file = self.borrows.file_of(place.function);
        let module = self.modules.as_ref().and_then(|modules| modules.file(file)).filter(|_| file != ModuleId::ROOT);
        let hir = module.map_or(&self.hir, |module| &module.hir);
        let Some(body) = self.borrows.body_of(place.function) else {
            return FilePlace { file, range: TextRange::empty(0) };
        };
        let (start, end) = hir.body_map(body).range_to_file(place.range);
        FilePlace { file, range: TextRange::new(start as usize, end as usize) }
    }

    fn borrow_diagnostic(&self, report: &Report) -> Diagnostic {
        let home = self.place_of(report.place);
        let line_of = |place| {
            let FilePlace { file, range } = self.place_of(place);
            let (path, text) = match self.module(file) {
                Some((_, path, text)) => (Some(path), text),
                None => (None, self.text()),
            };
            let line = text.line_of(range.start) + 1;
            match path {
                Some(path) if file != home.file => format!("{line} of {path}"),
                _ => line.to_string(),
            }
        };
        let severity = match report.severity {
            borrow::Severity::Error => Severity::Error,
            borrow::Severity::Warning => Severity::Warning,
        };
        let message = report.render(line_of);
        let mut diagnostic =
            Diagnostic { file: home.file, ..Diagnostic::new(report.code.as_str(), severity, home.range, message) };
        let related = |related: &borrow::Related| {
            let FilePlace { file, range } = self.place_of(related.place);
            Related { file, range, message: related.message.render(line_of) }
        };
        diagnostic.related = report.related.iter().map(related).collect();
        if report.code == Code::BorrowOutlivesScope {
            self.add_ends(&mut diagnostic);
        }
        // What changes another file is not offered here.
        let is_here = |fix: &&borrow::Fix| fix.edits.iter().all(|(place, _)| self.place_of(*place).file == home.file);
        let fix = |fix: &borrow::Fix| Fix {
            title: fix.title.clone(),
            is_safe: false,
            edits: fix
                .edits
                .iter()
                .map(|(place, text)| TextEdit { range: self.place_of(*place).range, new_text: text.clone() })
                .collect(),
        };
        diagnostic.fixes = report.fixes.iter().filter(is_here).map(fix).collect();
        diagnostic
    }

    /// Says of a report about a borrow that has ended where it did, behind the place where it was taken.
    fn add_ends(&self, report: &mut Diagnostic) {
        for step in std::mem::take(&mut report.related) {
            let module = self.modules.as_ref().and_then(|modules| modules.file(step.file));
            let tree = module.filter(|_| step.file != ModuleId::ROOT).map_or(&self.tree, |module| &module.tree);
            let used = (step.file == report.file).then_some(report.range);
            let (file, taken) = (step.file, step.range);
            report.related.push(step);
            let ends = ended::ends(tree, taken, used).into_iter();
            report.related.extend(ends.map(|(range, message)| Related { file, range, message }));
        }
    }

    /// What the borrow analysis reports, in all files.
    fn borrow_diagnostics(&self) -> Vec<Diagnostic> {
        if self.borrows_are_behind {
            let mut current = self.clone();
            current.look_at_borrows();
            return current.borrow_diagnostics();
        }
        self.borrows.reports().into_iter().map(|report| self.borrow_diagnostic(&report)).collect()
    }

    /// What is wrong in syntax and names of the text, and with imports in all files.
    fn problems(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        modules::problems_of(&self.hir, &self.tree, &self.checks, &mut found);
        found.extend(self.modules.iter().flat_map(|modules| modules.import_problems(&self.hir)));
        found
    }

    /// Whether a code is one of the borrow analysis.
    pub fn is_borrow_report(code: &str) -> bool {
        codes::is_borrow_report(code)
    }
}
