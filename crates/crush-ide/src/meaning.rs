//! What a name means in a program: which declaration, in which file.

use std::cell::OnceCell;
use std::collections::HashMap;

use crush_hir::body::{LocalId, Name};
use crush_hir::file::{BodyId, FileHir, ImportDef, ItemKind, KindDef, KindValue};
use crush_hir::modules::ModuleId;
use crush_syntax::TextRange;

use crate::FileAnalysis;
use crate::modules::FilePlace;
use crate::names::{NameAt, What};
use crate::program_files::ProgramFileView;
use crate::values::{Shape, Values};

/// What a name means. Declarations are told by their names, so that two versions of a file have the same meanings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    /// A variable of a body.
    Local { file: ModuleId, body: BodyId, local: LocalId },
    /// A function of a file.
    Function { file: ModuleId, name: Name },
    /// A struct or trait of a file.
    Type { file: ModuleId, name: Name },
    /// A method of a struct or trait.
    Method { scope: Name, name: Name },
    /// A field of a struct.
    Field { structure: Name, name: Name },
    /// A key of maps.
    Key(Name),
    /// A file of the program.
    Module(ModuleId),
    /// A namespace of the library.
    Namespace(Name),
    /// A capability, by its dotted name.
    Capability(Name),
    /// A built-in function.
    Builtin(Name),
    /// A built-in method.
    BuiltinMethod(Name),
}

/// Finds what names mean.
pub(crate) struct Resolver<'a> {
    analysis: &'a FileAnalysis,
    values: Values<'a>,
    members: OnceCell<Members>,
}

/// What is declared inside of structs, `impl`s and traits of a program, by its name.
#[derive(Default)]
struct Members {
    /// The structs that have a field.
    fields: HashMap<Name, Vec<Name>>,
    /// The structs and traits that have a method.
    methods: HashMap<Name, Vec<Name>>,
}

impl Members {
    fn of(hir: &FileHir) -> Self {
        let mut members = Self::default();
        for item in hir.program_files().flat_map(|(_, file)| file.items()) {
            for structure in item.structs() {
                for field in &structure.fields {
                    members.fields.entry(field.name.clone()).or_default().push(structure.name.clone());
                }
            }
            if let Some(methods) = item.methods() {
                for method in &methods.methods {
                    members.methods.entry(method.name.clone()).or_default().push(methods.type_name.clone());
                }
            }
        }
        members
    }
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(analysis: &'a FileAnalysis) -> Self {
        Self { analysis, values: Values::new(analysis), members: OnceCell::new() }
    }

    /// What a name of a file means: one declaration, or several when the text does not tell which.
    pub(crate) fn meanings(&self, file: &ProgramFileView<'a>, at: &NameAt) -> Vec<Meaning> {
        let name = &at.name.name;
        let hir = file.hir;
        match &at.name.what {
            What::Local(local) => {
                let local = |body| Meaning::Local { file: file.module, body, local: *local };
                at.body.map(local).into_iter().collect()
            }
            What::Function => self.function(hir, name).into_iter().collect(),
            What::Type => type_named(hir, name).into_iter().collect(),
            What::Qualifier => self.qualifier(hir, name).into_iter().collect(),
            What::Qualified(module) => match hir.resolve_qualified(module, name) {
                Some(Ok(found)) => vec![Meaning::Function { file: found.module, name: name.clone() }],
                Some(Err(_)) => Vec::new(),
                None => {
                    let dotted = format!("{module}.{name}");
                    let known = crush_library::capability(&dotted);
                    known.map(|known| Meaning::Capability(known.name.into())).into_iter().collect()
                }
            },
            What::Member(scope) => {
                let scope = scope.rsplit("::").next().map_or_else(|| scope.clone(), Name::from);
                vec![Meaning::Method { scope, name: name.clone() }]
            }
            What::Method => self.method(file, at),
            What::Field => self.field(file, at),
            What::FieldOf(structure) => vec![Meaning::Field { structure: structure.clone(), name: name.clone() }],
            What::Key => vec![Meaning::Key(name.clone())],
            What::Module => self.module(hir, at.range).map(Meaning::Module).into_iter().collect(),
            What::Imported => self.imported(hir, at.range, name).into_iter().collect(),
            What::Nothing => Vec::new(),
        }
    }

    fn members(&self) -> &Members {
        self.members.get_or_init(|| Members::of(self.analysis.hir()))
    }

    fn function(&self, hir: &FileHir, name: &Name) -> Option<Meaning> {
        match hir.resolve_function(name) {
            Some(found) => Some(Meaning::Function { file: found.module, name: name.clone() }),
            // `main` of a module is there for nobody, and still a function that stands somewhere.
            None if hir.function(name).is_some() => Some(Meaning::Function { file: hir.module(), name: name.clone() }),
            None => match crush_library::function(name) {
                Some(_) => Some(Meaning::Builtin(name.clone())),
                // `P(1)`, of a struct that a function makes, and a struct as a value.
                None => type_named(hir, name),
            },
        }
    }

    fn qualifier(&self, hir: &FileHir, name: &Name) -> Option<Meaning> {
        let module = hir.imports().and_then(|imports| imports.qualifier(name));
        let namespace = || crush_library::namespace(name).map(|_| Meaning::Namespace(name.clone()));
        module.map(Meaning::Module).or_else(namespace)
    }

    /// The methods that a call may run: of the structs that its receiver can be, or all of the name.
    fn method(&self, file: &ProgramFileView<'a>, at: &NameAt) -> Vec<Meaning> {
        let name = &at.name.name;
        let owner = at.body.map(|body| self.values.of_owner((file.module, body), at.name.range.start));
        let mut found: Vec<Meaning> = Vec::new();
        for scope in self.members().methods.get(name).into_iter().flatten() {
            let candidate = Meaning::Method { scope: scope.clone(), name: name.clone() };
            let may_be = owner.as_ref().is_none_or(|owner| {
                owner.may_be("") || owner.structs.iter().any(|structure| has_methods_of(file.hir, structure, scope))
            });
            if may_be && !found.contains(&candidate) {
                found.push(candidate);
            }
        }
        // What a struct has of its own comes before what it has of a trait or a parent.
        let own = |owner: &Shape, candidate: &Meaning| matches!(candidate, Meaning::Method { scope, .. } if owner.structs.contains(scope));
        if let Some(owner) = owner.filter(|owner| found.iter().any(|candidate| own(owner, candidate))) {
            let has_own = |structure: &Name| {
                found.iter().any(|it| matches!(it, Meaning::Method { scope, .. } if scope == structure))
            };
            if owner.structs.iter().all(has_own) {
                found.retain(|candidate| own(&owner, candidate));
            }
        }
        if found.is_empty() && crush_library::methods_named(name).next().is_some() {
            found.push(Meaning::BuiltinMethod(name.clone()));
        }
        found
    }

    /// The fields that a name may mean, and the key when the object may be a map.
    fn field(&self, file: &ProgramFileView<'a>, at: &NameAt) -> Vec<Meaning> {
        let name = &at.name.name;
        let owner = at.body.map(|body| self.values.of_owner((file.module, body), at.name.range.start));
        let Some(owner) = owner else { return Vec::new() };
        let mut found = Vec::new();
        for structure in self.members().fields.get(name).into_iter().flatten() {
            let candidate = Meaning::Field { structure: structure.clone(), name: name.clone() };
            if owner.may_be(structure) && !found.contains(&candidate) {
                found.push(candidate);
            }
        }
        if owner.keys.contains(name) || found.is_empty() && owner.structs.is_empty() {
            found.push(Meaning::Key(name.clone()));
        }
        found
    }

    fn imported(&self, hir: &FileHir, range: TextRange, name: &Name) -> Option<Meaning> {
        let module = self.module(hir, range)?;
        let files = hir.imports()?.files();
        files.file(module)?.function(name)?;
        Some(Meaning::Function { file: module, name: name.clone() })
    }

    /// The module that the import around a name brings.
    fn module(&self, hir: &FileHir, range: TextRange) -> Option<ModuleId> {
        module_at(hir, range)
    }

    /// Where a meaning is declared.
    pub(crate) fn declarations(&self, meaning: &Meaning) -> Vec<FilePlace> {
        let analysis = self.analysis;
        match meaning {
            Meaning::Local { file, body, local } => {
                let Some(view) = analysis.file(*file) else { return Vec::new() };
                let body_of = view.hir.lower(view.tree, *body);
                let (start, end) = view.hir.body_map(*body).range_to_file(body_of[*local].range);
                vec![FilePlace { file: *file, range: TextRange::new(start as usize, end as usize) }]
            }
            Meaning::Function { file, name } => {
                let found = analysis.file(*file).and_then(|view| {
                    let (item, function) = view.hir.function(name)?;
                    Some(FilePlace { file: *file, range: view.hir.item_range(item, function.name_range) })
                });
                found.into_iter().collect()
            }
            Meaning::Type { file, name } => {
                let found = analysis.file(*file).and_then(|view| {
                    let range = match view.hir.structure(name) {
                        Some((item, structure)) => view.hir.item_range(item, structure.name_range),
                        None => {
                            let (item, methods) = view.hir.trait_named(name)?;
                            view.hir.item_range(item, methods.type_range)
                        }
                    };
                    Some(FilePlace { file: *file, range })
                });
                found.into_iter().collect()
            }
            Meaning::Method { scope, name } => self.method_declarations(scope, name),
            Meaning::Field { structure, name } => {
                let places = analysis.files().flat_map(|view| {
                    let items = view.hir.items().iter().enumerate();
                    items.flat_map(move |(index, item)| {
                        let structs = item.structs().iter().filter(|it| it.name == *structure);
                        let fields = structs.flat_map(|it| &it.fields).filter(|field| field.name == *name);
                        fields.map(move |field| FilePlace {
                            file: view.module,
                            range: view.hir.item_range(index, field.range),
                        })
                    })
                });
                places.collect()
            }
            Meaning::Module(module) => vec![FilePlace { file: *module, range: TextRange::empty(0) }],
            Meaning::Key(_)
            | Meaning::Namespace(_)
            | Meaning::Capability(_)
            | Meaning::Builtin(_)
            | Meaning::BuiltinMethod(_) => Vec::new(),
        }
    }

    /// Where `scope::name` stands: in an `impl` of the struct, in the trait, or, where the struct has none of that name, in the
    /// structs and traits that it has methods of.
    fn method_declarations(&self, scope: &Name, name: &Name) -> Vec<FilePlace> {
        let in_scope = |wanted: &dyn Fn(&str) -> bool| -> Vec<FilePlace> {
            let places = self.analysis.files().flat_map(|view| {
                let items = view.hir.items().iter().enumerate();
                items
                    .flat_map(move |(index, item)| {
                        let methods = item.methods().into_iter();
                        methods
                            .flat_map(move |methods| methods.methods.iter().map(move |method| (index, methods, method)))
                    })
                    .filter(|(_, methods, method)| wanted(&methods.type_name) && method.name == *name)
                    .map(move |(index, _, method)| FilePlace {
                        file: view.module,
                        range: view.hir.item_range(index, method.name_range),
                    })
                    .collect::<Vec<_>>()
            });
            places.collect()
        };
        let own = in_scope(&|type_name| type_name == scope);
        match self.analysis.files().next() {
            Some(root) if own.is_empty() => in_scope(&|type_name| has_methods_of(root.hir, scope, type_name)),
            _ => own,
        }
    }
}

fn type_named(hir: &FileHir, name: &Name) -> Option<Meaning> {
    let module = hir.resolve_struct(name).map(|found| found.module);
    let module = module.or_else(|| hir.resolve_trait(name).map(|found| found.module))?;
    Some(Meaning::Type { file: module, name: name.clone() })
}

/// Whether a struct has the methods of a struct or trait: its own, its parents', those of the traits that it is given.
pub(crate) fn has_methods_of(hir: &FileHir, structure: &str, scope: &str) -> bool {
    let mut open = vec![Name::from(structure)];
    let mut seen: Vec<Name> = Vec::new();
    while let Some(name) = open.pop() {
        if name == scope {
            return true;
        }
        if seen.contains(&name) {
            continue;
        }
        for (_, file) in hir.program_files() {
            let impls = file.impls_of(&name).iter();
            open.extend(impls.filter_map(|&item| file.items()[item].methods()?.trait_name.clone()));
            if let Some((_, kind)) = file.kind_def(&name) {
                open.extend(parents_of(kind));
            }
        }
        seen.push(name);
    }
    false
}

/// The structs that a `@kind(…)` names as parents.
fn parents_of(kind: &KindDef) -> impl Iterator<Item = Name> {
    let lists = kind.arguments.iter().filter(|argument| argument.key == "parents").map(|argument| &argument.value);
    lists
        .flat_map(|value| match value {
            KindValue::List(parents) => parents.as_slice(),
            _ => &[],
        })
        .filter_map(|parent| match parent {
            KindValue::Name(name) => Some(name.clone()),
            _ => None,
        })
}

/// The module that the import around a place brings.
fn module_at(hir: &FileHir, range: TextRange) -> Option<ModuleId> {
    let import = import_at(hir, range)?;
    let imports = hir.imports()?;
    let qualifier = import.alias.as_deref().or_else(|| import.path.rsplit('.').next())?;
    let of_names = || import.names.iter().find_map(|name| imports.module_of(&name.name));
    imports.qualifier(qualifier).or_else(of_names)
}

/// The module of the import in whose braces a name is being written.
pub(crate) fn import_of_names(analysis: &FileAnalysis, range: TextRange) -> Option<ModuleId> {
    module_at(analysis.hir(), range)
}

/// The import around a place.
pub(crate) fn import_at(hir: &FileHir, range: TextRange) -> Option<&ImportDef> {
    let index = hir.items().iter().rposition(|item| item.start as usize <= range.start)?;
    match &hir.items()[index].kind {
        ItemKind::Import(import) => Some(import),
        ItemKind::Function(function) => {
            function.imports.iter().find(|import| hir.item_range(index, import.range).contains(range))
        }
        _ => None,
    }
}
