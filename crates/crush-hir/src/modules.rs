//! Programs of several files: which files a program is made of, and what names of one file mean in another.
//!
//! `import a.b as c { d }` brings the functions of `a/b.crush` into a file, by a qualifier (`c.f(…)`) or by their bare names
//! (`d(…)`). Structs, traits and their methods are known in the whole program, whichever file declares them, and a module
//! may call the functions of the file that runs. A module has no code of its own that runs: it declares.
//!
//! A [`Program`] is plain data. What it is made from comes through [`Sources`], for nothing here reads a file.

mod imports;
mod load;
mod problem;
mod source;

pub use imports::{Files, Imports, Resolved};
pub use load::{Program, ProgramFile};
pub use problem::{ModulePlace, ModuleProblem, PlaceInFile, RelatedPlace};
pub use source::{FileKey, NoSources, NotLoaded, SourceFile, Sources};

/// A file of a program, by its place in [`Program::files`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleId(pub u32);

impl ModuleId {
    /// The file that runs.
    pub const ROOT: Self = Self(0);

    /// The position in its array.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
