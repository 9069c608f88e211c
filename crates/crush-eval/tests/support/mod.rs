//! The programs of the tests, for what must hold of every one.

use std::path::{Path, PathBuf};

use crush_hir::file::FileHir;
use crush_syntax::{Text, Tree};
use crush_vm::{VerifiedProgram, verify};

/// The code of a program, if it has any.
pub(crate) fn compiled(source: &str) -> Option<VerifiedProgram> {
    let tree = Tree::parse(Text::from(source));
    let file = FileHir::new(&tree);
    let program = crush_compiler::compile(&file, &tree, crush_compiler::Options::default()).ok()?;
    verify(program).ok()
}

/// Hands every program below `tests` to `compare`, with its name, and adds up what that counts.
pub(crate) fn over_every_program(compare: impl Fn(&str, &str) -> usize) -> usize {
    let mut found = Vec::new();
    programs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests"), &mut found);
    let compared = found
        .iter()
        .map(|path| compare(&std::fs::read_to_string(path).unwrap_or_default(), &path.display().to_string()));
    compared.sum()
}

fn programs(below: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(below).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            programs(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "crush") {
            found.push(path);
        }
    }
}
