//! What is wrong with the imports of a program, in words.

use crush_library::nearest;
use crush_syntax::TextRange;

use super::{ModuleId, NotLoaded};
use crate::body::Name;
use crate::file::FileHir;

/// Something wrong with an import, or with a file that is imported. It keeps the program from running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleProblem {
    /// Where.
    pub place: ModulePlace,
    /// Its stable code.
    pub code: &'static str,
    /// What to tell the user.
    pub message: String,
    /// Other places that explain it.
    pub related: Vec<RelatedPlace>,
}

/// A place that explains a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedPlace {
    /// Where.
    pub place: ModulePlace,
    /// What is there.
    pub message: String,
}

/// A place in a file of a program that an edit elsewhere in the file does not change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ModulePlace {
    /// The file.
    pub file: ModuleId,
    /// Where in it.
    pub at: PlaceInFile,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PlaceInFile {
    /// This import of a module, counted from 0.
    Import(usize),
    /// A name in the braces of an import.
    ImportedName {
        /// The import, counted from 0.
        import: usize,
        /// The name, counted from 0.
        name: usize,
    },
    /// The name of a function.
    Function(Name),
    /// This item.
    Item(usize),
}

impl PlaceInFile {
    /// Where it is in a version of the file.
    pub fn range(&self, file: &FileHir) -> TextRange {
        let import = |index: usize| file.module_imports().nth(index);
        let found = match self {
            Self::Import(index) => import(*index).map(|(item, import)| file.item_range(item, import.range)),
            Self::ImportedName { import: index, name } => import(*index).and_then(|(item, import)| {
                let name = import.names.get(*name)?;
                Some(file.item_range(item, name.range))
            }),
            Self::Function(name) => {
                file.function(name).map(|(item, function)| file.item_range(item, function.name_range))
            }
            Self::Item(item) => file.items().get(*item).map(|item| item.range()),
        };
        found.unwrap_or(TextRange::empty(0))
    }
}

/// `no module …`, with the places looked in and the nearest name.
pub(super) fn not_loaded(path: &str, why: &NotLoaded) -> (&'static str, String) {
    match why {
        NotLoaded::NotFound { searched, nearest } => {
            let file = format!("{}.crush", path.replace('.', "/"));
            let places = match searched.as_slice() {
                [] => ": this text has no place on disk to look from".to_owned(),
                [only] => format!(": there is no `{file}` in {only}"),
                several => format!(": there is no `{file}` in any of {}", several.join(", ")),
            };
            let nearest = nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            ("module-not-found", format!("module `{path}` is not found{places}{nearest}"))
        }
        NotLoaded::Unreadable { path: file, reason } => {
            ("module-not-found", format!("module `{path}` cannot be read: {file}: {reason}"))
        }
    }
}

/// That a file has no such function, with the nearest name, or all the names when they are few.
pub(super) fn not_exported(file: &FileHir, path: &str, name: &str) -> String {
    // Two underscores in front say: not for others.
    let mut names: Vec<&Name> =
        file.function_names().filter(|name| !name.starts_with("__") && *name != "main").collect();
    names.sort_unstable();
    let known = match nearest(name, names.iter().map(|name| name.as_str())) {
        Some(nearest) => format!("; did you mean `{nearest}`?"),
        None if names.is_empty() => "; it has none".to_owned(),
        None if names.len() <= 8 => {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("; it has {}", names.join(", "))
        }
        None => String::new(),
    };
    let what = match file.structure(name) {
        Some(_) => {
            "is a struct, which every file of the program knows without importing it: only functions are imported"
        }
        None => "",
    };
    match what {
        "" => format!("{path} has no function `{name}`{known}"),
        what => format!("`{name}` {what}"),
    }
}
