//! Where a name is declared, and where what a trait declares is written out.

use crush_hir::file::ItemKind;
use crush_hir::modules::ModuleId;

use crate::meaning::{Meaning, Resolver, has_methods_of};
use crate::names::names_at;
use crate::{FilePlace, Snapshot};

/// Where the name at `offset` is declared: several places where the text does not tell which is meant, none for what no file
/// of the program declares.
pub fn definition(snapshot: &Snapshot, offset: usize) -> Vec<FilePlace> {
    places(snapshot, offset, |resolver, meaning| resolver.declarations(meaning))
}

/// Where what the name at `offset` means is declared first: of a method that a trait asks for, the trait.
pub fn declaration(snapshot: &Snapshot, offset: usize) -> Vec<FilePlace> {
    places(snapshot, offset, |resolver, meaning| match meaning {
        Meaning::Method { scope, name } => {
            let traits = traits_of(snapshot, scope, name);
            let asked: Vec<_> = traits.flat_map(|meaning| resolver.declarations(&meaning)).collect();
            if asked.is_empty() { resolver.declarations(meaning) } else { asked }
        }
        _ => resolver.declarations(meaning),
    })
}

/// Of a trait, the structs that it is written out for; of a method of one, the methods written for it; of a struct, its
/// `impl`s.
pub fn implementation(snapshot: &Snapshot, offset: usize) -> Vec<FilePlace> {
    places(snapshot, offset, |resolver, meaning| match meaning {
        Meaning::Type { name, .. } => {
            let analysis = &snapshot.analysis;
            let impls = analysis.files().flat_map(|file| {
                let items = file.hir.items().iter().enumerate();
                items.filter_map(move |(index, item)| {
                    let methods = item.methods()?;
                    let is_impl = matches!(item.kind, ItemKind::Impl(_));
                    let is_meant = methods.trait_name.as_ref() == Some(name) || methods.type_name == *name;
                    (is_impl && is_meant)
                        .then(|| FilePlace { file: file.module, range: file.hir.item_range(index, methods.type_range) })
                })
            });
            impls.collect()
        }
        Meaning::Method { scope, name } => {
            let analysis = &snapshot.analysis;
            let mut found = Vec::new();
            for file in analysis.files() {
                for (index, item) in file.hir.items().iter().enumerate() {
                    let Some(methods) = item.methods() else { continue };
                    let is_meant = methods.type_name == *scope || methods.trait_name.as_ref() == Some(scope);
                    let written = methods.methods.iter().filter(|method| method.name == *name && method.has_body);
                    if is_meant {
                        found.extend(written.map(|method| FilePlace {
                            file: file.module,
                            range: file.hir.item_range(index, method.name_range),
                        }));
                    }
                }
            }
            found
        }
        _ => resolver.declarations(meaning),
    })
}

/// The methods of traits that `scope::name` is written for.
fn traits_of<'a>(snapshot: &'a Snapshot, scope: &'a str, name: &'a str) -> impl Iterator<Item = Meaning> + 'a {
    let hir = snapshot.analysis.hir();
    let traits = snapshot.analysis.files().flat_map(|file| file.hir.items()).filter_map(move |item| {
        let ItemKind::Trait(methods) = &item.kind else { return None };
        let is_asked = methods.methods.iter().any(|method| method.name == name);
        (is_asked && has_methods_of(hir, scope, &methods.type_name)).then(|| methods.type_name.clone())
    });
    traits.map(move |scope| Meaning::Method { scope, name: name.into() })
}

/// The places that `find` gives for what the name at `offset` means, each once.
fn places(
    snapshot: &Snapshot,
    offset: usize,
    find: impl Fn(&Resolver<'_>, &Meaning) -> Vec<FilePlace>,
) -> Vec<FilePlace> {
    let analysis = &snapshot.analysis;
    let resolver = Resolver::new(analysis);
    let Some(root) = analysis.file(ModuleId::ROOT) else { return Vec::new() };
    let mut found: Vec<FilePlace> = Vec::new();
    for name in names_at(analysis, offset) {
        for meaning in resolver.meanings(&root, &name) {
            for place in find(&resolver, &meaning) {
                if !found.contains(&place) {
                    found.push(place);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::definition;
    use crate::fixture::at_cursor;

    /// The line (from 1) on which the name under the cursor is declared.
    fn declared_on(fixture: &str) -> Option<usize> {
        let (snapshot, offset) = at_cursor(fixture);
        let places = definition(&snapshot, offset);
        places.first().map(|place| snapshot.analysis.text().line_of(place.range.start) + 1)
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
