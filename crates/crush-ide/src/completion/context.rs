//! What can stand at the cursor, by the syntax around it.

use crush_hir::body::Name;
use crush_hir::modules::ModuleId;
use crush_syntax::{Node, TextRange};

use crate::halfway::Halfway;

/// What can stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Behind a dot; with the name before it, when that is no variable.
    Member { object_is_name: Option<String> },
    /// Behind `S::`.
    PathMember { scope: Name },
    /// A type behind a colon or an arrow.
    Type,
    /// A field in a literal or pattern, and those that are given already.
    FieldOf { structure: Name, given: Vec<Name> },
    /// A struct or trait.
    Struct,
    /// A function, behind `spawn`.
    Function,
    /// A name in the braces of an import.
    ImportedFrom { import: Option<ModuleId> },
    /// The path of an import.
    ImportPath,
    /// Behind `&` or `&mut`.
    Borrowed { is_exclusive: bool },
    /// A pattern of a `match`.
    Pattern,
    /// A value.
    Expression,
    /// A statement.
    Statement { is_top_level: bool, is_in_loop: bool },
}

impl Context {
    /// The context of the marker; `None` where a new name is made up, or nothing is known.
    pub(super) fn of(halfway: &Halfway) -> Option<Self> {
        if makes_up_a_name(halfway) {
            return None;
        }
        let marker = halfway.marker_node()?;
        let parent = marker.parent()?;
        let tree = halfway.analysis.tree();
        let text = |node: Node<'_>| Name::from(tree.text_of(node));
        let is = |field: &str| parent.child_by_field_name(field) == Some(marker);
        Some(match parent.kind() {
            "field_expression" if is("field") => {
                let object = parent.child_by_field_name("object")?;
                let is_name = object.kind() == "identifier";
                Self::Member { object_is_name: is_name.then(|| text(object).to_string()) }
            }
            "path_expression" if is("name") => Self::PathMember { scope: text(parent.child_by_field_name("scope")?) },
            "type" => Self::Type,
            "impl_block" | "new_expression" => Self::Struct,
            "field_initializer" if is("name") => {
                let literal = parent.parent()?.parent()?;
                let structure = text(literal.child_by_field_name("name")?);
                Self::FieldOf { structure, given: names_of(halfway, parent) }
            }
            "field_pattern" if is("name") => {
                let structure = text(parent.parent()?.child_by_field_name("name")?);
                Self::FieldOf { structure, given: names_of(halfway, parent) }
            }
            "spawn_expression" => Self::Function,
            "import_names" => {
                let import = crate::meaning::import_of_names(&halfway.analysis, halfway.marker);
                Self::ImportedFrom { import }
            }
            "import_path" => Self::ImportPath,
            "borrow_expression" => Self::Borrowed { is_exclusive: parent.child_by_field_name("mutable").is_some() },
            "match_arm" if is("pattern") => Self::Pattern,
            "field_pattern" | "tuple_pattern" => Self::Pattern,
            "expression_statement" => Self::statement(parent),
            "let_statement" if !is("value") => return None,
            "for_statement" if !is("iterable") => return None,
            "function_definition"
            | "function_signature"
            | "parameter"
            | "struct_definition"
            | "field_declaration"
            | "trait_definition"
            | "try_statement"
            | "module_import"
            | "capability_declaration"
            | "map_entry"
            | "named_argument"
            | "polyglot_outputs"
            | "annotation_entry"
                if !is("value") =>
            {
                return None;
            }
            "ERROR" | "source_file" | "block" => Self::statement(marker),
            _ => Self::Expression,
        })
    }

    fn statement(statement: Node<'_>) -> Self {
        let mut is_in_loop = false;
        let mut is_top_level = true;
        let mut node = statement;
        while let Some(parent) = node.parent() {
            match parent.kind() {
                "while_statement" | "for_statement" => is_in_loop = true,
                "lambda_expression" | "function_definition" => {
                    is_top_level = false;
                    break;
                }
                "block" => is_top_level = false,
                _ => {}
            }
            node = parent;
        }
        Self::Statement { is_top_level, is_in_loop }
    }
}

/// Whether the word before the cursor is followed by a name that is new.
fn makes_up_a_name(halfway: &Halfway) -> bool {
    let text = halfway.analysis.text();
    let Some(line) = text.line_range(text.line_of(halfway.marker.start)) else { return false };
    let before = text.slice(TextRange::new(line.start, halfway.marker.start));
    let mut words = before.split_whitespace().rev();
    match (words.next(), words.next()) {
        (Some("mut"), Some("let")) => true,
        // `impl Trait for Struct`
        (Some("for"), Some(_)) => !before.trim_start().starts_with("impl"),
        (Some("let" | "fn" | "for" | "struct" | "trait" | "catch" | "as" | "capability"), _) => {
            before.ends_with(char::is_whitespace)
        }
        _ => false,
    }
}

/// The names that are given beside `own`.
fn names_of(halfway: &Halfway, own: Node<'_>) -> Vec<Name> {
    let Some(list) = own.parent() else { return Vec::new() };
    let mut cursor = list.walk();
    let others = list.named_children(&mut cursor).filter(|child| *child != own && child.kind() == own.kind());
    let names = others.filter_map(|child| child.child_by_field_name("name"));
    names.map(|name| Name::from(halfway.analysis.tree().text_of(name))).collect()
}
