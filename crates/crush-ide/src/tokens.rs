//! Semantic tokens: what each name is, and what is done with what it names. Words, strings and numbers are left to the grammar
//! that the editor colours by.

use crush_hir::body::LocalKind;
use crush_hir::file::FileHir;
use crush_syntax::TextRange;

use crate::Snapshot;
use crate::names::{Access, BodyNames, NameUse, Touch, What, declaration_names};

/// A name, and how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SemanticToken {
    /// Where it stands.
    pub range: TextRange,
    /// What it is.
    pub kind: TokenKind,
    /// What is done with it.
    pub modifiers: TokenModifiers,
}

/// What a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named by what it is")]
pub enum TokenKind {
    Variable,
    Parameter,
    Function,
    Method,
    Property,
    Struct,
    Interface,
    Namespace,
}

/// What is done with what a name names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TokenModifiers {
    /// It is declared here.
    pub declaration: bool,
    /// The object is changed through it.
    pub mutable: bool,
    /// The object is borrowed, shared.
    pub borrowed: bool,
    /// The object is borrowed exclusively.
    pub exclusively_borrowed: bool,
    /// The object is dropped.
    pub dropped: bool,
    /// It comes with the language.
    pub library: bool,
}

/// The names in `range`, in the order of the text.
pub fn semantic_tokens(snapshot: &Snapshot, range: TextRange) -> Vec<SemanticToken> {
    let analysis = &snapshot.analysis;
    let (hir, tree) = (analysis.hir(), analysis.tree());
    let mut tokens = Vec::new();
    for body in hir.bodies() {
        let map = hir.body_map(body);
        let touches = map.segments().iter().any(|segment| {
            let start = segment.file_start as usize;
            start <= range.end && range.start <= start + segment.len as usize
        });
        if !touches {
            continue;
        }
        let names = analysis.names().of_body(hir, tree, body);
        for name in &names.uses {
            let (start, end) = map.range_to_file(name.range);
            let at = TextRange::new(start as usize, end as usize);
            if range.start <= at.end && at.start <= range.end {
                tokens.extend(token(hir, Some(&names), name, at));
            }
        }
    }
    for at in declaration_names(hir, tree, range) {
        tokens.extend(token(hir, None, &at.name, at.range));
    }
    tokens.sort_by_key(|token| token.range);
    // Of the two names of a shorthand the field comes first, and the value is shown.
    tokens.reverse();
    tokens.dedup_by_key(|token| token.range);
    tokens.reverse();
    tokens
}

fn token(hir: &FileHir, names: Option<&BodyNames>, name: &NameUse, range: TextRange) -> Option<SemanticToken> {
    let mut library = false;
    let kind = match &name.what {
        What::Local(local) => match names.and_then(|names| names.locals.get(local.index())) {
            Some(LocalKind::Parameter) => TokenKind::Parameter,
            _ => TokenKind::Variable,
        },
        What::Function if hir.resolve_function(&name.name).is_some() => TokenKind::Function,
        What::Function if crush_library::function(&name.name).is_some() => {
            library = true;
            TokenKind::Function
        }
        What::Function => match hir.resolve_struct(&name.name) {
            Some(_) => TokenKind::Struct,
            None => return None,
        },
        What::Type => match hir.resolve_trait(&name.name) {
            Some(_) => TokenKind::Interface,
            None => {
                library = hir.resolve_struct(&name.name).is_none();
                TokenKind::Struct
            }
        },
        What::Qualifier | What::Module => {
            library = crush_library::namespace(&name.name).is_some();
            TokenKind::Namespace
        }
        What::Qualified(module) => {
            library = hir.imports().and_then(|imports| imports.qualifier(module)).is_none();
            TokenKind::Function
        }
        What::Imported => TokenKind::Function,
        What::Member(_) | What::Method => TokenKind::Method,
        What::Field | What::FieldOf(_) | What::Key => TokenKind::Property,
        What::Nothing => return None,
    };
    let modifiers = TokenModifiers {
        declaration: name.access == Access::Declare,
        mutable: name.touch == Touch::Change,
        borrowed: name.touch == Touch::Borrow,
        exclusively_borrowed: name.touch == Touch::BorrowExclusive,
        dropped: name.touch == Touch::Drop,
        library,
    };
    Some(SemanticToken { range, kind, modifiers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at_cursor;

    fn drawn(fixture: &str) -> String {
        let (snapshot, _) = at_cursor(fixture);
        let text = snapshot.analysis.text();
        let mut out = String::new();
        for token in semantic_tokens(&snapshot, TextRange::new(0, text.len())) {
            let SemanticToken { range, kind, modifiers } = token;
            out += &format!("{} {kind:?}", text.slice(range));
            let TokenModifiers { declaration, mutable, borrowed, exclusively_borrowed, dropped, library } = modifiers;
            for (is_set, name) in [
                (declaration, "declaration"),
                (mutable, "mutable"),
                (borrowed, "borrowed"),
                (exclusively_borrowed, "exclusivelyBorrowed"),
                (dropped, "dropped"),
                (library, "library"),
            ] {
                if is_set {
                    out += " ";
                    out += name;
                }
            }
            out += "\n";
        }
        out
    }

    #[test]
    fn what_is_done_with_the_object_of_a_name_is_told() {
        assert_eq!(
            drawn("let xs = [1]\nlet r = &xs\nlet w = &mut xs\nxs.push(1)\nxs[0] = 2\ndrop(xs)\nprint(xs)$0"),
            "xs Variable declaration\nr Variable declaration\nxs Variable borrowed\nw Variable declaration\n\
             xs Variable exclusivelyBorrowed\nxs Variable mutable\npush Method\nxs Variable mutable\n\
             drop Function library\nxs Variable dropped\nprint Function library\nxs Variable\n"
        );
    }

    #[test]
    fn declarations_and_members_are_told_apart() {
        assert_eq!(
            drawn("struct P { x }\ntrait T { fn go(self) }\nfn f(a: P) { return P { x: a.x } }\nstr.trim(\"\")$0"),
            "P Struct declaration\nx Property declaration\nT Interface declaration\ngo Method declaration\n\
             f Function declaration\na Parameter declaration\nP Struct\nP Struct\nx Property\na Parameter\nx Property\n\
             str Namespace library\ntrim Function library\n"
        );
    }
}
