//! From a file to the program that it is the beginning of.

use std::sync::Arc;

use crush_syntax::Tree;
use rustc_hash::{FxHashMap, FxHashSet};

use super::imports::{Bound, Files, Imports};
use super::problem::{self, ModulePlace, ModuleProblem, PlaceInFile, RelatedPlace};
use super::{FileKey, ModuleId, SourceFile, Sources};
use crate::body::Name;
use crate::file::{FileHir, ImportDef, ItemKind};

/// How deep imports may nest.
const MAX_DEPTH: usize = 64;

/// A program: the file that runs, and the modules it imports, in the order in which they are met.
#[derive(Clone, Debug)]
pub struct Program {
    files: Vec<ProgramFile>,
    problems: Vec<ModuleProblem>,
}

/// A file of a program.
#[derive(Clone, Debug)]
pub struct ProgramFile {
    /// What it is known by.
    pub key: FileKey,
    /// Its path as people read it.
    pub path: Arc<str>,
    /// What the names of its functions begin with: `a::b::`; empty for the file that runs.
    pub prefix: Name,
    /// The import by which it came into the program first; none for the file that runs.
    pub imported: Option<ModulePlace>,
    /// Its tree.
    pub tree: Tree,
    /// What it declares, and what its imports bring.
    pub hir: Arc<FileHir>,
}

impl Program {
    /// Loads the program that `root` is the beginning of. What is wrong with its imports is in [`Program::problems`].
    pub fn load(root: SourceFile, sources: &dyn Sources) -> Self {
        let mut loader = Loader::new(sources);
        loader.add(root, Name::default(), None);
        loader.bind(ModuleId::ROOT);
        loader.finish()
    }

    /// The files: the one that runs, then its modules.
    pub fn files(&self) -> &[ProgramFile] {
        &self.files
    }

    /// A file.
    pub fn file(&self, module: ModuleId) -> Option<&ProgramFile> {
        self.files.get(module.index())
    }

    /// What is wrong with the imports.
    pub fn problems(&self) -> &[ModuleProblem] {
        &self.problems
    }

    /// The same program with another version of the file that runs, which has the same imports.
    #[must_use]
    pub fn with_root(&self, tree: Tree, hir: Arc<FileHir>) -> Self {
        self.with_file(ModuleId::ROOT, tree, hir)
    }

    /// The same program with another version of one of its files, which has the same imports.
    #[must_use]
    pub fn with_file(&self, module: ModuleId, tree: Tree, hir: Arc<FileHir>) -> Self {
        let mut files = self.files.clone();
        let Some(file) = files.get_mut(module.index()) else { return self.clone() };
        (file.tree, file.hir) = (tree, hir);
        let declared =
            Arc::new(Files::new(files.iter().map(|file| (Name::from(&*file.path), Arc::clone(&file.hir))).collect()));
        for file in &mut files {
            if let Some(imports) = file.hir.imports() {
                let imports = imports.with_files(Arc::clone(&declared));
                file.hir = Arc::new(file.hir.with_imports(imports));
            }
        }
        Self { files, problems: self.problems.clone() }
    }
}

/// The names that the imports of one file bind.
#[derive(Default)]
struct Bindings {
    functions: FxHashMap<Name, (ModuleId, PlaceInFile)>,
    qualifiers: FxHashMap<Name, (ModuleId, PlaceInFile)>,
    incomplete: bool,
}

struct Loader<'s> {
    sources: &'s dyn Sources,
    files: Vec<SourceFile>,
    prefixes: Vec<Name>,
    imported: Vec<Option<ModulePlace>>,
    bindings: Vec<Bindings>,
    /// Modules whose imports are bound; the file that runs is none of them, for it may be imported too.
    done: FxHashMap<FileKey, ModuleId>,
    /// Modules that are being bound, the outermost first.
    open: Vec<ModuleId>,
    problems: Vec<ModuleProblem>,
}

impl<'s> Loader<'s> {
    fn new(sources: &'s dyn Sources) -> Self {
        Self {
            sources,
            files: Vec::new(),
            prefixes: Vec::new(),
            imported: Vec::new(),
            bindings: Vec::new(),
            done: FxHashMap::default(),
            open: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn add(&mut self, file: SourceFile, prefix: Name, imported: Option<ModulePlace>) -> ModuleId {
        self.files.push(file);
        self.prefixes.push(prefix);
        self.imported.push(imported);
        self.bindings.push(Bindings::default());
        ModuleId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    fn report(&mut self, file: ModuleId, at: PlaceInFile, code: &'static str, message: String) {
        self.report_with(file, at, code, message, Vec::new());
    }

    fn report_with(
        &mut self,
        file: ModuleId,
        at: PlaceInFile,
        code: &'static str,
        message: String,
        related: Vec<RelatedPlace>,
    ) {
        self.problems.push(ModuleProblem { place: ModulePlace { file, at }, code, message, related });
    }

    /// Loads what `module` imports, and binds the names.
    fn bind(&mut self, module: ModuleId) {
        let hir = Arc::clone(&self.files[module.index()].hir);
        for (index, (_, import)) in hir.module_imports().enumerate().filter(|(_, (_, import))| !import.path.is_empty())
        {
            match self.module(module, import, index) {
                Some(imported) => self.bind_import(module, &hir, (index, import), imported),
                None => self.bindings[module.index()].incomplete = true,
            }
        }
    }

    /// The module that an import means.
    fn module(&mut self, importer: ModuleId, import: &ImportDef, index: usize) -> Option<ModuleId> {
        let path = &import.path;
        let at = PlaceInFile::Import(index);
        let file = match self.sources.load(&self.files[importer.index()], path) {
            Ok(file) => file,
            Err(why) => {
                let (code, message) = problem::not_loaded(path, &why);
                self.report(importer, at, code, message);
                return None;
            }
        };
        if let Some(known) = self.done.get(&file.key) {
            return Some(*known);
        }
        if let Some(first) = self.open.iter().position(|open| self.files[open.index()].key == file.key) {
            self.cycle(first, importer, at);
            return None;
        }
        if self.open.len() >= MAX_DEPTH {
            let message = format!("`import {path}`: imports nest deeper than {MAX_DEPTH} levels");
            self.report(importer, at, "import-cycle", message);
            return None;
        }
        let prefix = self.prefix(path);
        let place = ModulePlace { file: importer, at };
        let module = self.add(file, prefix, Some(place.clone()));
        self.open.push(module);
        self.declares_only(module, path, place);
        self.bind(module);
        self.open.pop();
        self.done.insert(self.files[module.index()].key.clone(), module);
        Some(module)
    }

    /// What the names of a module's functions begin with; a second file of the same path gets a number.
    fn prefix(&self, path: &str) -> Name {
        let base = path.replace('.', "::");
        let mut prefix = Name::from(format!("{base}::"));
        let mut number = 2;
        while self.prefixes.contains(&prefix) {
            prefix = Name::from(format!("{base}#{number}::"));
            number += 1;
        }
        prefix
    }

    fn cycle(&mut self, first: usize, importer: ModuleId, at: PlaceInFile) {
        let mut chain: Vec<&str> = self.open[first..].iter().map(|open| &*self.files[open.index()].path).collect();
        chain.extend(chain.first().copied());
        let message =
            format!("these files import each other: {}; move what both need into a file of its own", chain.join(" → "));
        self.report(importer, at, "import-cycle", message);
    }

    /// Reports what would run in a module, for nothing in it does.
    fn declares_only(&mut self, module: ModuleId, path: &str, imported: ModulePlace) {
        let hir = Arc::clone(&self.files[module.index()].hir);
        let stray = hir.items().iter().enumerate().find_map(|(index, item)| match &item.kind {
            ItemKind::Import(import) if import.form != "import" => Some((index, format!("`{}`", import.form))),
            ItemKind::Statement(_) | ItemKind::MainCall => Some((index, "a statement".to_owned())),
            _ => None,
        });
        let Some((item, what)) = stray else { return };
        let message = format!(
            "{what} in a file that is imported as module `{path}`: nothing in a module runs by itself; move it into a function"
        );
        let related = vec![RelatedPlace { place: imported, message: "imported here".to_owned() }];
        self.report_with(module, PlaceInFile::Item(item), "module-statement", message, related);
    }

    fn bind_import(
        &mut self,
        module: ModuleId,
        hir: &FileHir,
        (index, import): (usize, &ImportDef),
        imported: ModuleId,
    ) {
        let qualifier = match &import.alias {
            Some(alias) => Some(alias.clone()),
            None if import.names.is_empty() => import.path.rsplit('.').next().map(Name::from),
            None => None,
        };
        if let Some(qualifier) = qualifier {
            let at = PlaceInFile::Import(index);
            let bound = &mut self.bindings[module.index()].qualifiers;
            let before = bound.insert(qualifier.clone(), (imported, at.clone()));
            if let Some(before) = before.filter(|(other, _)| *other != imported) {
                self.clash((module, at), &qualifier, before, imported, "give one of them another name with `as`");
            }
        }
        for (number, name) in import.names.iter().enumerate() {
            let (name, at) = (&name.name, PlaceInFile::ImportedName { import: index, name: number });
            let file = Arc::clone(&self.files[imported.index()].hir);
            if name == "main" || file.function(name).is_none() {
                let message = problem::not_exported(&file, &self.files[imported.index()].path, name);
                self.report(module, at, "not-exported", message);
                self.bindings[module.index()].incomplete = true;
                continue;
            }
            if hir.function(name).is_some() {
                let message = format!("`{name}` is imported, and this file has a function of that name too");
                let place = ModulePlace { file: module, at: PlaceInFile::Function(name.clone()) };
                let related = vec![RelatedPlace { place, message: "the file's own function".to_owned() }];
                self.report_with(module, at, "name-clash", message, related);
                continue;
            }
            let bound = &mut self.bindings[module.index()].functions;
            let before = bound.insert(name.clone(), (imported, at.clone()));
            if let Some(before) = before.filter(|(other, _)| *other != imported) {
                self.clash((module, at), name, before, imported, "import one of them as a whole and call `m.f(…)`");
            }
        }
    }

    fn clash(
        &mut self,
        (module, at): (ModuleId, PlaceInFile),
        name: &str,
        (other, first): (ModuleId, PlaceInFile),
        imported: ModuleId,
        way_out: &str,
    ) {
        let path = |module: ModuleId| &self.files[module.index()].path;
        let message = format!("`{name}` would mean both {} and {}: {way_out}", path(other), path(imported));
        let place = ModulePlace { file: module, at: first };
        let related = vec![RelatedPlace { place, message: format!("`{name}` is imported here already") }];
        self.report_with(module, at, "name-clash", message, related);
    }

    fn finish(self) -> Program {
        let names = self.files.iter().map(|file| (Name::from(&*file.path), Arc::clone(&file.hir)));
        let files = Arc::new(Files::new(names.collect()));
        let plain = |names: FxHashMap<Name, (ModuleId, PlaceInFile)>| {
            names.into_iter().map(|(name, (module, _))| (name, module)).collect()
        };
        let told = self.prefixes.into_iter().zip(self.imported).zip(self.bindings);
        let files = self.files.into_iter().zip(told).zip(0u32..).map(|((file, ((prefix, imported), bindings)), at)| {
            let bound = Bound {
                functions: plain(bindings.functions),
                qualifiers: plain(bindings.qualifiers),
                incomplete: bindings.incomplete,
            };
            let hir = Arc::new(file.hir.with_imports(Imports::new(ModuleId(at), Arc::clone(&files), bound)));
            ProgramFile { key: file.key, path: file.path, prefix, imported, tree: file.tree, hir }
        });
        let files = files.collect();
        let mut problems = self.problems;
        // A file that is imported twice on the way to a cycle may be told of twice.
        let mut seen = FxHashSet::default();
        problems.retain(|problem| seen.insert((problem.place.clone(), problem.message.clone())));
        Program { files, problems }
    }
}
