//! From a node under the root to an item.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crush_syntax::{Node, Tree};
use rustc_hash::FxHasher;

use super::item::{
    FieldDef, FunctionDef, ImportDef, ImportedName, Item, ItemKey, ItemKind, MethodsDef, ParameterDef, StructDef,
};
use super::kind::{KindArgument, KindDef, KindValue};
use crate::body::Name;
use crate::guest::GuestImport;
use crate::source_map::BodyRange;

/// An import for the blocks of another language.
const GUEST_FORM: &str = "use @lang";

/// What other bodies can see of an item, as a number.
pub(super) fn signature(item: &Item) -> u64 {
    let mut hasher = FxHasher::default();
    for structure in item.structs() {
        structure.name.hash(&mut hasher);
        structure.fields.iter().for_each(|field| (&field.name, &field.annotation).hash(&mut hasher));
    }
    let function = |function: &FunctionDef, hasher: &mut FxHasher| {
        function.name.hash(hasher);
        function.params.iter().for_each(|param| (&param.name, &param.annotation).hash(hasher));
        (function.params.len(), function.has_body, function.is_async).hash(hasher);
    };
    let import = |it: &ImportDef, hasher: &mut FxHasher| {
        (&it.path, it.form, &it.alias, &it.guest).hash(hasher);
        it.names.iter().for_each(|imported| imported.name.hash(hasher));
    };
    match &item.kind {
        ItemKind::Function(it) => {
            function(it, &mut hasher);
            it.imports.iter().for_each(|it| import(it, &mut hasher));
        }
        ItemKind::Impl(it) | ItemKind::Trait(it) => {
            (&it.type_name, &it.trait_name, item.kind.is_trait()).hash(&mut hasher);
            it.methods.iter().for_each(|method| function(method, &mut hasher));
        }
        ItemKind::Import(it) => import(it, &mut hasher),
        ItemKind::Kind(it) => {
            it.arguments.iter().for_each(|argument| (&argument.key, &argument.value).hash(&mut hasher));
        }
        _ => {}
    }
    hasher.finish()
}

impl ItemKind {
    fn is_trait(&self) -> bool {
        matches!(self, Self::Trait(_))
    }
}

/// Makes the item of `node`.
pub(super) fn item(tree: &Tree, node: Node<'_>) -> Item {
    let text = tree.text_of(node);
    let collector = Collector { text: &text, start: node.start_byte() };
    Item {
        start: narrow(node.start_byte()),
        len: narrow(node.end_byte() - node.start_byte()),
        key: key(&("", node.kind_id(), broken_structure(node), &*text)),
        kind: collector.kind(node),
        has_error: node.has_error(),
        node_kind: node.kind_id(),
    }
}

/// How the parser understood broken text, which depends on what stands around it; 0 for text without an error.
fn broken_structure(node: Node<'_>) -> u64 {
    let origin = node.start_byte();
    let mut hasher = FxHasher::default();
    let mut broken: Vec<Node<'_>> = node.has_error().then_some(node).into_iter().collect();
    while let Some(node) = broken.pop() {
        for child in node.children(&mut node.walk()) {
            // One without an error is the same whenever its text and its kind are.
            (child.kind_id(), child.start_byte() - origin, child.end_byte() - origin).hash(&mut hasher);
            broken.extend(child.has_error().then_some(child));
        }
    }
    hasher.finish()
}

fn key(of: &impl Hash) -> ItemKey {
    let mut hasher = FxHasher::default();
    of.hash(&mut hasher);
    ItemKey(hasher.finish())
}

pub(super) fn narrow(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

struct Collector<'text> {
    /// The text of the item.
    text: &'text str,
    /// Where the item starts.
    start: usize,
}

impl Collector<'_> {
    fn kind(&self, node: Node<'_>) -> ItemKind {
        match node.kind() {
            "function_definition" => match self.function(node, "") {
                Some(mut function) => {
                    function.structs = self.nested_structs(node);
                    function.imports = self.imports_of_main(&function, node);
                    ItemKind::Function(Arc::new(function))
                }
                None => ItemKind::Error,
            },
            "struct_definition" => match self.structure(node) {
                Some(structure) => ItemKind::Struct(Arc::new(structure)),
                None => ItemKind::Error,
            },
            "impl_block" => self.methods(node, "type").map_or(ItemKind::Error, ItemKind::Impl),
            "trait_definition" => self.methods(node, "name").map_or(ItemKind::Error, ItemKind::Trait),
            "module_import" => self.import(node, "import"),
            "capability_import" => self.import(node, "use @cap"),
            "mcp_import" => self.import(node, "use @mcp"),
            "language_import" => self.import(node, GUEST_FORM),
            "external_import" => self.import(node, "import @"),
            "capability_declaration" => {
                ItemKind::Capability(self.name(node, "name").map(|(name, _)| name).unwrap_or_default())
            }
            "annotation" => match self.kind_def(node) {
                Some(def) => ItemKind::Kind(Arc::new(def)),
                None => ItemKind::Annotation,
            },
            "comment" => ItemKind::Comment,
            "expression_statement" if self.is_main_call(node) => ItemKind::MainCall,
            kind if kind.ends_with("_statement") || kind == "polyglot_block" => {
                let structs = self.nested_structs(node);
                ItemKind::Statement((!structs.is_empty()).then(|| Arc::new(structs)))
            }
            _ => ItemKind::Error,
        }
    }

    fn range(&self, node: Node<'_>) -> BodyRange {
        let from_start = |at: usize| narrow(at.saturating_sub(self.start));
        BodyRange::new(from_start(node.start_byte()), from_start(node.end_byte()))
    }

    fn text_of(&self, node: Node<'_>) -> &str {
        let in_item = |at: usize| at.saturating_sub(self.start);
        self.text.get(in_item(node.start_byte())..in_item(node.end_byte())).unwrap_or_default()
    }

    fn text(&self, node: Node<'_>) -> Name {
        Name::from(self.text_of(node))
    }

    fn name(&self, node: Node<'_>, field: &str) -> Option<(Name, BodyRange)> {
        let name = node.child_by_field_name(field)?;
        (name.start_byte() < name.end_byte()).then(|| (self.text(name), self.range(name)))
    }

    fn function(&self, node: Node<'_>, owner: &str) -> Option<FunctionDef> {
        let (name, name_range) = self.name(node, "name")?;
        let mut params = Vec::new();
        if let Some(parameters) = node.child_by_field_name("parameters") {
            let mut cursor = parameters.walk();
            for parameter in parameters.named_children(&mut cursor).filter(|child| child.kind() == "parameter") {
                if let Some((name, range)) = self.name(parameter, "name") {
                    let annotation = self.name(parameter, "type").map(|(annotation, _)| annotation);
                    params.push(ParameterDef { name, range, annotation });
                }
            }
        }
        let is_async =
            node.children(&mut node.walk()).take_while(|child| !child.is_named()).any(|c| c.kind() == "async");
        Some(FunctionDef {
            name,
            name_range,
            range: self.range(node),
            params,
            return_type: self.name(node, "return_type").map(|(name, _)| name),
            is_async,
            has_body: node.child_by_field_name("body").is_some(),
            key: key(&(owner, node.kind_id(), broken_structure(node), self.text_of(node))),
            structs: Vec::new(),
            imports: Vec::new(),
        })
    }

    /// The imports among the statements of `fn main`: it is the top level, written differently.
    fn imports_of_main(&self, function: &FunctionDef, node: Node<'_>) -> Vec<ImportDef> {
        let Some(body) = node.child_by_field_name("body").filter(|_| function.name == "main") else {
            return Vec::new();
        };
        let mut cursor = body.walk();
        let imports = body.named_children(&mut cursor).filter(|child| child.kind() == "module_import");
        imports.map(|import| self.import_def(import, "import")).collect()
    }

    fn structure(&self, node: Node<'_>) -> Option<StructDef> {
        let (name, name_range) = self.name(node, "name")?;
        let mut fields = Vec::new();
        if let Some(body) = node.child_by_field_name("body") {
            let mut cursor = body.walk();
            for field in body.named_children(&mut cursor).filter(|child| child.kind() == "field_declaration") {
                if let Some((name, range)) = self.name(field, "name") {
                    let annotation = self.name(field, "type").map(|(annotation, _)| annotation);
                    fields.push(FieldDef { name, range, annotation });
                }
            }
        }
        Some(StructDef { name, name_range, range: self.range(node), fields })
    }

    fn kind_def(&self, node: Node<'_>) -> Option<KindDef> {
        self.name(node, "name").filter(|(name, _)| name == "kind")?;
        let mut cursor = node.walk();
        let list = node.named_children(&mut cursor).find(|child| child.kind() == "annotation_arguments")?;
        let (mut arguments, mut key) = (Vec::new(), None);
        let mut cursor = list.walk();
        let mut more = cursor.goto_first_child();
        while more {
            let child = cursor.node();
            match (cursor.field_name(), key) {
                (Some("key"), _) => key = Some(child),
                (Some("value"), Some(key)) => arguments.push(KindArgument {
                    key: self.text(key),
                    key_range: self.range(key),
                    value: self.kind_value(child),
                    value_range: self.range(child),
                }),
                _ => {}
            }
            more = cursor.goto_next_sibling();
        }
        Some(KindDef { range: self.range(node), arguments })
    }

    fn kind_value(&self, node: Node<'_>) -> KindValue {
        let mut cursor = node.walk();
        let parts = node.named_children(&mut cursor).filter(|part| part.kind() != "comment");
        match node.kind() {
            "annotation_word" => KindValue::Name(self.text(node)),
            "annotation_list" => KindValue::List(parts.map(|part| self.kind_value(part)).collect()),
            "annotation_call" => {
                let name = self.name(node, "name").map(|(name, _)| name).unwrap_or_default();
                KindValue::Apply(name, parts.skip(1).map(|part| self.kind_value(part)).collect())
            }
            _ => KindValue::Other(self.text(node)),
        }
    }

    fn methods(&self, node: Node<'_>, type_field: &str) -> Option<Arc<MethodsDef>> {
        let (type_name, type_range) = self.name(node, type_field)?;
        let mut methods = Vec::new();
        if let Some(body) = node.child_by_field_name("body") {
            let mut cursor = body.walk();
            for child in body.named_children(&mut cursor) {
                if matches!(child.kind(), "function_definition" | "function_signature") {
                    methods.extend(self.function(child, &type_name));
                }
            }
        }
        Some(Arc::new(MethodsDef {
            type_name,
            type_range,
            trait_name: self.name(node, "trait").map(|(name, _)| name),
            methods,
            structs: self.nested_structs(node),
        }))
    }

    fn is_main_call(&self, node: Node<'_>) -> bool {
        let call = node.named_child(0).filter(|call| call.kind() == "call_expression");
        let function = call.and_then(|call| call.child_by_field_name("function"));
        let arguments = call.and_then(|call| call.child_by_field_name("arguments"));
        function.is_some_and(|function| self.text_of(function) == "main")
            && arguments.is_some_and(|arguments| arguments.named_child_count() == 0)
    }

    fn import(&self, node: Node<'_>, form: &'static str) -> ItemKind {
        ItemKind::Import(Arc::new(self.import_def(node, form)))
    }

    fn import_def(&self, node: Node<'_>, form: &'static str) -> ImportDef {
        let path = node.child_by_field_name("path").or_else(|| node.child_by_field_name("uri"));
        let mut names = Vec::new();
        if let Some(list) = node.child_by_field_name("names") {
            let mut cursor = list.walk();
            let listed = list.named_children(&mut cursor).filter(|child| child.kind() == "identifier");
            names.extend(listed.map(|name| ImportedName { name: self.text(name), range: self.range(name) }));
        }
        ImportDef {
            path: path.map(|path| self.import_path(path)).unwrap_or_default(),
            form,
            range: self.range(node),
            alias: self.name(node, "alias").map(|(alias, _)| alias),
            names,
            guest: (form == GUEST_FORM).then(|| GuestImport::read(node, |node| self.text_of(node))),
        }
    }

    /// `a.b`, however it is spaced; of an import with a string, the string.
    fn import_path(&self, path: Node<'_>) -> Name {
        let mut cursor = path.walk();
        let parts: Vec<_> = path.named_children(&mut cursor).filter(|part| part.kind() == "identifier").collect();
        if parts.is_empty() {
            return self.text(path);
        }
        Name::from(parts.into_iter().map(|part| self.text_of(part)).collect::<Vec<_>>().join("."))
    }

    /// The structs declared inside `node`. They are rare, so the tree is searched only where the word stands.
    fn nested_structs(&self, node: Node<'_>) -> Vec<StructDef> {
        let mut structs = Vec::new();
        for (at, word) in self.text.match_indices("struct") {
            let at = node.start_byte() + at;
            let found = node.descendant_for_byte_range(at, at + word.len()).and_then(|inner| inner.parent());
            if let Some(definition) =
                found.filter(|found| found.kind() == "struct_definition" && found.start_byte() == at)
            {
                structs.extend(self.structure(definition));
            }
        }
        structs
    }
}
