//! Go to definition.

use crush_hir::file::{BodyId, FileHir, FunctionDef};
use crush_hir::modules::{ModuleId, Resolved};
use crush_syntax::TextRange;

use crate::names::{Meaning, name_at};
use crate::{FilePlace, Snapshot};

/// Where the name at `offset` is declared; `None` for what no file of the program declares.
pub fn definition(snapshot: &Snapshot, offset: usize) -> Option<FilePlace> {
    let hir = snapshot.analysis.hir();
    let here = |range| Some(FilePlace { file: ModuleId::ROOT, range });
    match name_at(&snapshot.analysis, offset)?.meaning {
        Meaning::Local { id, body, body_id } => {
            let (start, end) = hir.body_map(body_id).range_to_file(body[id].range);
            here(TextRange::new(start as usize, end as usize))
        }
        Meaning::Function(name) => Some(function(&hir.resolve_function(&name)?)),
        Meaning::Capability(name) => {
            let (module, name) = name.split_once('.')?;
            Some(function(&hir.resolve_qualified(module, name)?.ok()?))
        }
        Meaning::Module(module) => Some(FilePlace { file: module, range: TextRange::empty(0) }),
        Meaning::Struct(name) => struct_or_trait(hir, &name),
        Meaning::Path { scope, name } => {
            let found = hir.resolve_method(&scope, &name)?;
            Some(FilePlace { file: found.module, range: method_name(found.file, found.it)? })
        }
        // With one method of that name it is this one; with several, guessing would mislead.
        Meaning::Method(name) => {
            let files = hir.program_files();
            let mut methods =
                files.flat_map(|(module, file)| file.methods_named(&name).map(move |body| (module, file, body)));
            let (module, file, only) = methods.next()?;
            let range = methods.next().is_none().then(|| method_name(file, only))??;
            Some(FilePlace { file: module, range })
        }
        Meaning::Field(name) => here(field(hir, &name)?),
        Meaning::Declaration(range) => here(range),
        Meaning::Builtin(_) => None,
    }
}

fn function(found: &Resolved<'_, &FunctionDef>) -> FilePlace {
    FilePlace { file: found.module, range: found.file.item_range(found.item, found.it.name_range) }
}

fn struct_or_trait(hir: &FileHir, name: &str) -> Option<FilePlace> {
    if let Some(found) = hir.resolve_struct(name) {
        return Some(FilePlace { file: found.module, range: found.file.item_range(found.item, found.it.name_range) });
    }
    let found = hir.resolve_trait(name)?;
    Some(FilePlace { file: found.module, range: found.file.item_range(found.item, found.it.type_range) })
}

fn method_name(hir: &FileHir, method: BodyId) -> Option<TextRange> {
    let BodyId::Method { item, .. } = method else { return None };
    Some(hir.item_range(item, hir.function_of(method)?.name_range))
}

/// A field, when one struct alone has a field of that name.
fn field(hir: &FileHir, name: &str) -> Option<TextRange> {
    let mut found = hir.items().iter().enumerate().flat_map(|(index, item)| {
        let fields = item.structs().iter().flat_map(|structure| &structure.fields);
        fields.filter(|field| field.name == name).map(move |field| hir.item_range(index, field.range))
    });
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use super::definition;
    use crate::fixture::at_cursor;

    /// The line (from 1) on which the name under the cursor is declared.
    fn declared_on(fixture: &str) -> Option<usize> {
        let (snapshot, offset) = at_cursor(fixture);
        definition(&snapshot, offset).map(|place| snapshot.analysis.text().line_of(place.range.start) + 1)
    }

    #[test]
    fn of_a_variable_it_is_its_first_declaration() {
        assert_eq!(declared_on("let x = 1\nif true { let x = 2 }\nprint($0x)"), Some(1));
        assert_eq!(declared_on("let xs = []\nfor x in xs {\n  print(x$0)\n}"), Some(2));
    }

    #[test]
    fn inside_a_lambda_it_sees_out() {
        assert_eq!(declared_on("let k = 1\nlet f = |n| { return n * $0k }"), Some(1));
        assert_eq!(declared_on("let k = 1\nlet f = |n| { return $0n * k }"), Some(2));
    }

    #[test]
    fn of_a_function_struct_method_and_field() {
        let program = "struct P { x }\nimpl P {\n  fn get(self) { return self.x }\n}\nfn f(p) { return p }\n";
        assert_eq!(declared_on(&format!("{program}$0f(1)")), Some(5));
        assert_eq!(declared_on(&format!("{program}let p = $0P {{ x: 1 }}")), Some(1));
        assert_eq!(declared_on(&format!("{program}let p = P {{ x: 1 }}\np.$0get()")), Some(3));
        assert_eq!(declared_on(&format!("{program}let p = P {{ x: 1 }}\nprint(p.$0x)")), Some(1));
        assert_eq!(declared_on(&format!("{program}let p = P {{ $0x: 1 }}")), Some(1));
    }

    #[test]
    fn of_what_the_file_does_not_declare_there_is_none() {
        assert_eq!(declared_on("$0print(1)"), None);
        assert_eq!(declared_on("print(1$0)"), None);
    }
}
