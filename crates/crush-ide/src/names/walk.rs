//! From the syntax tree to the names in it: each identifier, with what the body or else the syntax around it says it is.

use std::borrow::Cow;

use crush_hir::body::Name;
use crush_hir::file::{BodyId, FileHir, ItemKind};
use crush_hir::source_map::BodyRange;
use crush_syntax::{Node, TextRange, Tree, TreeCursor};

use super::known::Known;
use super::{Access, BodyNames, Hidden, NameUse, Touch, What};

/// The names of a body.
pub(super) fn body_names(hir: &FileHir, tree: &Tree, body: BodyId) -> BodyNames {
    let lowered = hir.lower(tree, body);
    let known = Known::of(&lowered);
    let locals = lowered.locals.iter().map(|local| local.kind).collect();
    let map = hir.body_map(body);
    let mut walk = Walk { names: Vec::new(), known: &known, with_functions: true, ..Walk::new(tree) };
    let mut root = tree.root().walk();
    // Not from the first of thousands.
    let first = map.segments().first().map_or(0, |segment| segment.file_start as usize);
    if root.goto_first_child_for_byte(first).is_none() {
        root.goto_first_child();
    }
    for segment in map.segments() {
        let range = TextRange::new(segment.file_start as usize, (segment.file_start + segment.len) as usize);
        if let Some(mut cursor) = cursor_at(&mut root, range) {
            walk.enter(range, segment.body_start);
            walk.subtree(&mut cursor);
        }
    }
    let mut uses = walk.names;
    uses.sort_by_key(|name| name.range);
    let hidden: Vec<_> = known.hidden.iter().map(|&(local, range)| Hidden { local, range }).collect();
    let faded = super::unneeded::find(&lowered, &uses, &hidden);
    let functions = super::body::functions(&uses);
    BodyNames { locals, uses, functions, faded, hidden }
}

/// The names of a declaration outside of bodies, in offsets of the item.
pub(super) fn item_names(hir: &FileHir, tree: &Tree, index: usize) -> Vec<NameUse> {
    let item = &hir.items()[index];
    if !matches!(
        item.kind,
        ItemKind::Struct(_) | ItemKind::Impl(_) | ItemKind::Trait(_) | ItemKind::Import(_) | ItemKind::Kind(_)
    ) {
        return Vec::new();
    }
    let Some(node) = hir.node(tree, index) else { return Vec::new() };
    let known = Known::default();
    let mut walk = Walk { known: &known, ..Walk::new(tree) };
    walk.enter(item.range(), 0);
    walk.subtree(&mut node.walk());
    walk.names
}

/// The node that covers exactly `range`, below a child of the root that `root` finds from where it stands.
fn cursor_at<'tree>(root: &mut TreeCursor<'tree>, range: TextRange) -> Option<TreeCursor<'tree>> {
    while root.node().end_byte() <= range.start || !root.node().is_named() {
        if !root.goto_next_sibling() {
            // `fn main` comes last in its body and may stand anywhere.
            root.goto_parent();
            root.goto_first_child_for_byte(range.start)?;
            break;
        }
    }
    let mut node = root.node();
    while node.start_byte() != range.start || node.end_byte() != range.end {
        let mut inside = node.walk();
        inside.goto_first_child_for_byte(range.start)?;
        while !inside.node().is_named() || inside.node().end_byte() <= range.start {
            if !inside.goto_next_sibling() {
                return None;
            }
        }
        node = inside.node();
    }
    Some(node.walk())
}

struct Walk<'a> {
    tree: &'a Tree,
    known: &'a Known,
    /// Whether functions with bodies belong to what is walked.
    with_functions: bool,
    /// The text being walked, read once, and where it starts in the file and in the body.
    text: Cow<'a, str>,
    start: usize,
    body_start: u32,
    names: Vec<NameUse>,
}

impl<'a> Walk<'a> {
    fn new(tree: &'a Tree) -> Walk<'a> {
        static NOTHING: std::sync::LazyLock<Known> = std::sync::LazyLock::new(Known::default);
        let text = Cow::Borrowed("");
        Walk { tree, known: &NOTHING, with_functions: false, text, start: 0, body_start: 0, names: Vec::new() }
    }

    fn enter(&mut self, range: TextRange, body_start: u32) {
        self.text = self.tree.text().slice(range);
        (self.start, self.body_start) = (range.start, body_start);
    }

    /// Goes through a subtree without recursion: broken texts may nest as deep as they like.
    fn subtree(&mut self, cursor: &mut TreeCursor<'a>) {
        // The nodes above the cursor, the nearest last.
        let mut above: Vec<Node<'a>> = Vec::new();
        loop {
            let node = cursor.node();
            let is_name = matches!(node.kind(), "identifier" | "annotation_word");
            if is_name && node.start_byte() < node.end_byte() {
                self.name(node, &above, cursor.field_name());
            }
            let is_entered = !is_name && (self.with_functions || !is_body(node)) && !is_foreign(node);
            if is_entered && cursor.goto_first_child() {
                above.push(node);
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                above.pop();
            }
        }
    }

    fn text_of(&self, node: Node<'_>) -> &str {
        self.text.get(node.start_byte() - self.start..node.end_byte() - self.start).unwrap_or_default()
    }

    fn range(&self, node: Node<'_>) -> BodyRange {
        let offset = |at: usize| self.body_start + u32::try_from(at - self.start).unwrap_or(u32::MAX);
        BodyRange::new(offset(node.start_byte()), offset(node.end_byte()))
    }

    fn name(&mut self, node: Node<'a>, above: &[Node<'a>], field: Option<&str>) {
        let range = self.range(node);
        let text = Name::from(self.text_of(node));
        let (by_syntax, access) = self.by_syntax(node, above, field);
        let is_field = matches!(by_syntax, What::FieldOf(_));
        let (what, access) = match self.known.name(range.start) {
            // The syntax knows more: the body has the value of a shorthand at the place of the field.
            Some(_) if is_field => (by_syntax, access),
            Some((what, access)) => (what.clone(), *access),
            None if node.kind() == "annotation_word" && by_syntax == What::Nothing => return,
            None => (by_syntax, access),
        };
        let value = self.known.value(range.start).filter(|_| is_field).cloned();
        let touch = self.known.touch(range.start);
        let is_shorthand = value.is_some();
        self.names.push(NameUse { range, name: text.clone(), what, access, touch: Touch::None, is_shorthand });
        match value {
            Some(what) => {
                let access = Access::Read;
                self.names.push(NameUse { range, name: text, what, access, touch, is_shorthand });
            }
            None => self.names.last_mut().into_iter().for_each(|name| name.touch = touch),
        }
    }

    /// What a name is by the syntax around it.
    fn by_syntax(&self, node: Node<'a>, above: &[Node<'a>], field: Option<&str>) -> (What, Access) {
        use Access::{Declare, Read};
        let nth = |from_last: usize| above.len().checked_sub(from_last + 1).map(|at| above[at]);
        let kind_of = |node: Option<Node<'a>>| node.map_or("", |node| node.kind());
        let parent = nth(0);
        let name_in = |node: Option<Node<'a>>, field: &str| {
            let name = node.and_then(|node| node.child_by_field_name(field));
            name.map_or_else(Name::default, |name| Name::from(self.text_of(name)))
        };
        match (kind_of(parent), field.unwrap_or_default()) {
            ("type", _) | ("impl_block", "trait" | "type") => (What::Type, Read),
            ("struct_definition" | "trait_definition", "name") => (What::Type, Declare),
            ("struct_literal" | "new_expression" | "struct_pattern" | "tuple_pattern", "name") => (What::Type, Read),
            ("field_declaration", "name") => (What::FieldOf(name_in(nth(2), "name")), Declare),
            ("field_initializer", "name") => (What::FieldOf(name_in(nth(2), "name")), Read),
            ("field_pattern", "name") => (What::FieldOf(name_in(nth(1), "name")), Read),
            ("map_entry", "key") => (What::Key, Declare),
            ("function_definition" | "function_signature", "name") => match nth(2) {
                Some(owner) if owner.kind() == "impl_block" => (What::Member(name_in(Some(owner), "type")), Declare),
                Some(owner) if owner.kind() == "trait_definition" => {
                    (What::Member(name_in(Some(owner), "name")), Declare)
                }
                _ => match self.owner_of(node) {
                    Some(owner) => (What::Member(owner), Declare),
                    None => (What::Function, Declare),
                },
            },
            ("path_expression", "scope") => (What::Type, Read),
            ("path_expression", "name") => (What::Member(name_in(parent, "scope")), Read),
            ("field_expression", "object") => (What::Qualifier, Read),
            ("field_expression", _) => match parent.and_then(|parent| parent.child_by_field_name("object")) {
                Some(object) if object.kind() == "identifier" => {
                    (What::Qualified(Name::from(self.text_of(object))), Read)
                }
                _ => (What::Field, Read),
            },
            ("import_path", _) => (What::Module, Read),
            ("import_names", _) => (What::Imported, Read),
            ("module_import", "alias") => (What::Qualifier, Declare),
            ("call_expression" | "spawn_expression", "function") => (What::Function, Read),
            ("annotation_list" | "annotation_arguments", _) if node.kind() == "annotation_word" && is_kind(above) => {
                (What::Type, Read)
            }
            _ => (What::Nothing, Read),
        }
    }

    /// Of a method whose own node is walked: what its `impl` or `trait` is for.
    fn owner_of(&self, node: Node<'a>) -> Option<Name> {
        let function = node.parent()?;
        let owner = function.parent()?.parent()?;
        let field = match owner.kind() {
            "impl_block" => "type",
            "trait_definition" => "name",
            _ => return None,
        };
        Some(Name::from(self.tree.text_of(owner.child_by_field_name(field)?)))
    }
}

/// Whether a word stands in a list of structs in `@kind(…)`.
fn is_kind(above: &[Node<'_>]) -> bool {
    above.iter().any(|node| node.kind() == "annotation_arguments")
        && above.iter().any(|node| node.kind() == "annotation_list")
}

fn is_body(node: Node<'_>) -> bool {
    node.kind() == "function_definition"
}

fn is_foreign(node: Node<'_>) -> bool {
    matches!(node.kind(), "polyglot_body" | "string" | "comment")
}
