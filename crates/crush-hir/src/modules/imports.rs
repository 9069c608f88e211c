//! What names mean in a file of a program, beyond what the file itself declares.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use super::ModuleId;
use crate::body::Name;
use crate::file::{BodyId, FileHir, FunctionDef, MethodsDef, StructDef};

/// The files of a program, each as it declares, without what its imports bring.
#[derive(Clone, Debug, Default)]
pub struct Files {
    files: Vec<(Name, Arc<FileHir>)>,
}

/// What the imports of one file bring into it.
#[derive(Clone, Debug)]
pub struct Imports {
    own: ModuleId,
    files: Arc<Files>,
    bound: Bound,
    /// Changes whenever something does that the file can see through its imports.
    signature: u64,
}

/// The names that the imports of one file bind.
#[derive(Clone, Debug, Default)]
pub(super) struct Bound {
    /// Functions under their bare names: `import m { f }`.
    pub(super) functions: FxHashMap<Name, ModuleId>,
    /// Modules by the name before the dot: `m.f(…)`.
    pub(super) qualifiers: FxHashMap<Name, ModuleId>,
    /// Whether an import failed, so that names are missing.
    pub(super) incomplete: bool,
}

/// A declaration, and the file it stands in.
#[derive(Clone, Copy, Debug)]
pub struct Resolved<'a, T> {
    /// The file.
    pub module: ModuleId,
    /// The file's own declarations.
    pub file: &'a FileHir,
    /// The item.
    pub item: usize,
    /// What was found.
    pub it: T,
}

/// A function that a name means.
pub(super) type ResolvedFunction<'a> = Resolved<'a, &'a FunctionDef>;

impl Files {
    /// The files of a program, in the order of [`Program::files`](super::Program::files), each with the path as people read it.
    pub(super) fn new(files: Vec<(Name, Arc<FileHir>)>) -> Self {
        // Without what their imports bring, or the versions of all files would keep each other alive.
        let bare = |(path, file): (Name, Arc<FileHir>)| match file.imports() {
            Some(_) => (path, Arc::new(file.without_imports())),
            None => (path, file),
        };
        Self { files: files.into_iter().map(bare).collect() }
    }

    /// A file.
    pub fn file(&self, module: ModuleId) -> Option<&FileHir> {
        self.files.get(module.index()).map(|(_, file)| &**file)
    }

    /// The path of a file, as people read it.
    pub fn path(&self, module: ModuleId) -> Option<&Name> {
        self.files.get(module.index()).map(|(path, _)| path)
    }

    /// That a module has no function of that name, in words.
    pub(crate) fn not_exported(&self, module: ModuleId, name: &str) -> String {
        self.files
            .get(module.index())
            .map(|(path, file)| super::problem::not_exported(file, path, name))
            .unwrap_or_default()
    }

    fn others(&self, own: ModuleId) -> impl Iterator<Item = (ModuleId, &FileHir)> {
        // The file that runs counts last, and what counts last wins: it is looked at first.
        let all = (0u32..).zip(&self.files).map(|(at, (_, file))| (ModuleId(at), &**file));
        let (root, modules): (Vec<_>, Vec<_>) = all.partition(|(module, _)| *module == ModuleId::ROOT);
        root.into_iter().chain(modules.into_iter().rev()).filter(move |(module, _)| *module != own)
    }
}

impl Imports {
    pub(super) fn new(own: ModuleId, files: Arc<Files>, bound: Bound) -> Self {
        let mut hasher = FxHasher::default();
        (own, bound.incomplete).hash(&mut hasher);
        for (at, (path, file)) in files.files.iter().enumerate() {
            // What a file declares itself is its own business.
            (path, (at != own.index()).then(|| file.own_signature())).hash(&mut hasher);
        }
        for names in [&bound.functions, &bound.qualifiers] {
            let mut names: Vec<_> = names.iter().collect();
            names.sort_unstable();
            names.hash(&mut hasher);
        }
        Self { own, files, bound, signature: hasher.finish() }
    }

    /// The same names, bound to other versions of the files.
    pub(super) fn with_files(&self, files: Arc<Files>) -> Self {
        Self::new(self.own, files, self.bound.clone())
    }

    /// Changes whenever something does that the file can see through its imports.
    pub fn signature(&self) -> u64 {
        self.signature
    }

    /// Which file of the program this one is.
    pub fn own(&self) -> ModuleId {
        self.own
    }

    /// The files of the program.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Whether an import failed, so that names are missing.
    pub fn is_incomplete(&self) -> bool {
        self.bound.incomplete
    }

    /// The module that `m` in `m.f(…)` means.
    pub fn qualifier(&self, name: &str) -> Option<ModuleId> {
        self.bound.qualifiers.get(name).copied()
    }

    /// Where a bare name is looked for that the file does not declare itself.
    pub fn module_of(&self, name: &str) -> Option<ModuleId> {
        let bound = self.bound.functions.get(name).copied();
        bound.or((self.own != ModuleId::ROOT).then_some(ModuleId::ROOT))
    }

    /// Whether these imports bind the same names to the same modules.
    pub fn binds_like(&self, other: &Self) -> bool {
        self.own == other.own
            && self.bound.functions == other.bound.functions
            && self.bound.qualifiers == other.bound.qualifiers
    }

    /// Whether no name is bound, and none is looked for elsewhere.
    pub fn binds_nothing(&self) -> bool {
        self.own == ModuleId::ROOT && self.bound.functions.is_empty() && self.bound.qualifiers.is_empty()
    }

    /// The modules whose functions have names here.
    pub fn modules(&self) -> impl Iterator<Item = ModuleId> {
        self.bound.functions.values().chain(self.bound.qualifiers.values()).copied()
    }

    /// The names before the dot.
    pub fn qualifiers(&self) -> impl Iterator<Item = &Name> {
        self.bound.qualifiers.keys()
    }

    /// The bare names that stand for functions of modules.
    pub fn function_names(&self) -> impl Iterator<Item = &Name> {
        self.bound.functions.keys()
    }
}

/// Two files with the same imports see the same: what the other files declare is compared by signature.
impl PartialEq for Imports {
    fn eq(&self, other: &Self) -> bool {
        self.signature == other.signature
    }
}

impl FileHir {
    /// Which file of its program this is.
    pub fn module(&self) -> ModuleId {
        self.imports().map_or(ModuleId::ROOT, Imports::own)
    }

    fn found<'a, T>(&'a self, (item, it): (usize, T)) -> Resolved<'a, T> {
        Resolved { module: self.module(), file: self, item, it }
    }

    /// The function that `name` means here: the file's own, one imported by that name, or, in a module, one of the file
    /// that runs.
    pub fn resolve_function(&self, name: &str) -> Option<ResolvedFunction<'_>> {
        if self.is_own_function(name) {
            return self.function(name).map(|found| self.found(found));
        }
        let imports = self.imports()?;
        let module = imports.module_of(name)?;
        exported(imports, module, name).or_else(|| {
            // `main` of the file that runs can be called as any function of it.
            let root = imports.files.file(module).filter(|_| module == ModuleId::ROOT && name == "main")?;
            root.function(name).map(|(item, it)| Resolved { module, file: root, item, it })
        })
    }

    /// A module's `main` is not there for anybody, itself included.
    fn is_own_function(&self, name: &str) -> bool {
        self.function(name).is_some() && (name != "main" || self.module() == ModuleId::ROOT)
    }

    /// The function that `module.name` means; the module, when it has no such function; `None` where it is no module.
    pub fn resolve_qualified(&self, module: &str, name: &str) -> Option<Result<ResolvedFunction<'_>, ModuleId>> {
        let imports = self.imports()?;
        let module = imports.qualifier(module)?;
        Some(exported(imports, module, name).ok_or(module))
    }

    /// The bodies that belong to the program: of a module, those of its functions and methods; not those that a later
    /// function of the same name replaces.
    pub fn running_bodies(&self) -> impl Iterator<Item = BodyId> {
        let is_replaced =
            |body: &BodyId| matches!(body, BodyId::Function(item) if self.replaced_functions().contains(item));
        self.bodies().filter(move |body| self.is_checked(*body) && !is_replaced(body))
    }

    /// Whether a body has to be right: what would run in a module is no part of the program.
    pub fn is_checked(&self, body: BodyId) -> bool {
        let is_main = |function: &FunctionDef| function.name == "main";
        match body {
            _ if self.module() == ModuleId::ROOT => true,
            BodyId::TopLevel => false,
            BodyId::Function(_) => !self.function_of(body).is_some_and(is_main),
            BodyId::Method { .. } => true,
        }
    }

    /// The files of the program that this one is in, this one first.
    pub fn program_files(&self) -> impl Iterator<Item = (ModuleId, &FileHir)> {
        let others = self.imports().into_iter().flat_map(|imports| imports.files.others(imports.own));
        std::iter::once((self.module(), self)).chain(others)
    }

    /// The struct called `name`, in whichever file of the program it is declared.
    pub fn resolve_struct(&self, name: &str) -> Option<Resolved<'_, &StructDef>> {
        if let Some(own) = self.structure(name) {
            return Some(self.found(own));
        }
        let imports = self.imports()?;
        imports.files.others(imports.own).find_map(|(module, file)| {
            let (item, it) = file.structure(name)?;
            Some(Resolved { module, file, item, it })
        })
    }

    /// The trait called `name`, in whichever file of the program it is declared.
    pub fn resolve_trait(&self, name: &str) -> Option<Resolved<'_, &MethodsDef>> {
        if let Some(own) = self.trait_named(name) {
            return Some(self.found(own));
        }
        let imports = self.imports()?;
        imports.files.others(imports.own).find_map(|(module, file)| {
            let (item, it) = file.trait_named(name)?;
            Some(Resolved { module, file, item, it })
        })
    }

    /// What `type_name::name` is, in whichever file of the program it is declared.
    pub fn resolve_method(&self, type_name: &str, name: &str) -> Option<Resolved<'_, BodyId>> {
        let in_file = |module, file: &FileHir| {
            let body = file.method(type_name, name)?;
            let BodyId::Method { item, .. } = body else { return None };
            Some((module, item, body))
        };
        if let Some((module, item, it)) = in_file(self.module(), self) {
            return Some(Resolved { module, file: self, item, it });
        }
        let imports = self.imports()?;
        imports.files.others(imports.own).find_map(|(module, file)| {
            let (module, item, it) = in_file(module, file)?;
            Some(Resolved { module, file, item, it })
        })
    }
}

fn exported<'a>(imports: &'a Imports, module: ModuleId, name: &str) -> Option<ResolvedFunction<'a>> {
    let file = imports.files.file(module)?;
    let (item, it) = file.function(name).filter(|_| name != "main")?;
    Some(Resolved { module, file, item, it })
}
