//! The syntax tree as the formatter walks it: flat, without white space, its comments in a list of their own.

use std::ops::Range;

use crush_syntax::{Node, Tree};

/// A node, by its place in [`Syntax`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(u32);

/// A piece of the source, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

macro_rules! kinds {
    ($($(#[$comment:meta])* $kind:ident = $name:literal,)*) => {
        /// What a node is, as far as it matters to its layout.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($(#[$comment])* $kind,)*
            /// Any other rule of the grammar.
            OtherRule,
            /// Any other token.
            OtherToken,
        }

        impl Kind {
            fn named(name: &str, is_named: bool) -> Self {
                match name {
                    $($name => Self::$kind,)*
                    _ if is_named => Self::OtherRule,
                    _ => Self::OtherToken,
                }
            }
        }
    };
}

kinds! {
    Annotation = "annotation",
    AnnotationArguments = "annotation_arguments",
    AnnotationBlock = "annotation_block",
    AnnotationCall = "annotation_call",
    AnnotationList = "annotation_list",
    Arguments = "arguments",
    Array = "array",
    BinaryExpression = "binary_expression",
    Block = "block",
    BorrowExpression = "borrow_expression",
    CallExpression = "call_expression",
    Comment = "comment",
    FieldDeclarations = "field_declarations",
    FieldInitializer = "field_initializer",
    FieldInitializers = "field_initializers",
    Float = "float",
    IfExpression = "if_expression",
    ImportNames = "import_names",
    IndexExpression = "index_expression",
    Integer = "integer",
    LambdaExpression = "lambda_expression",
    LambdaParameters = "lambda_parameters",
    Map = "map",
    MatchArm = "match_arm",
    MatchArms = "match_arms",
    MatchExpression = "match_expression",
    MethodList = "method_list",
    Parameter = "parameter",
    Parameters = "parameters",
    ParenthesizedExpression = "parenthesized_expression",
    PipelineExpression = "pipeline_expression",
    PolyglotBlock = "polyglot_block",
    PolyglotBody = "polyglot_body",
    PolyglotDependencies = "polyglot_dependencies",
    PolyglotOutputs = "polyglot_outputs",
    RangeExpression = "range_expression",
    SemanticCase = "semantic_case",
    SemanticFallback = "semantic_fallback",
    SemanticSwitch = "semantic_switch_statement",
    SliceExpression = "slice_expression",
    SourceFile = "source_file",
    String = "string",
    StructLiteral = "struct_literal",
    StructPattern = "struct_pattern",
    TryStatement = "try_statement",
    TuplePattern = "tuple_pattern",
    UnaryExpression = "unary_expression",
    /// What did not parse.
    Error = "ERROR",
    And = "&",
    At = "@",
    Bang = "!",
    Bar = "|",
    CloseBrace = "}",
    CloseBracket = "]",
    CloseParen = ")",
    Colon = ":",
    Comma = ",",
    Dot = ".",
    Else = "else_clause",
    Minus = "-",
    Newline = "\n",
    OpenBrace = "{",
    OpenBracket = "[",
    OpenParen = "(",
    PathSeparator = "::",
    Semicolon = ";",
}

impl Kind {
    fn is_brace_or_comma(self) -> bool {
        matches!(self, Self::OpenBrace | Self::CloseBrace | Self::Semicolon | Self::Comma)
    }
}

/// A node without its place in the tree.
#[derive(Debug)]
struct SyntaxNode {
    kind: Kind,
    span: Span,
    first_child: Option<NodeId>,
    next: Option<NodeId>,
    /// Whether it is there although the text does not have it.
    is_missing: bool,
    /// Whether something in it did not parse.
    has_error: bool,
    /// Whether its lines stay as they are.
    is_kept: bool,
}

/// A syntax tree.
#[derive(Debug)]
pub(crate) struct Syntax {
    nodes: Vec<SyntaxNode>,
    /// The comments, in order.
    pub(crate) comments: Vec<Span>,
}

impl Syntax {
    /// The tree of `tree`, without its comments. What is inside strings is left out.
    pub(crate) fn new(tree: &Tree) -> Self {
        Self::of_part(tree, 0..tree.text().len())
    }

    /// As [`Self::new`]; of what is on top of the file, only what begins in `part`.
    pub(crate) fn of_part(tree: &Tree, part: Range<usize>) -> Self {
        let root = tree.root();
        let reaches_end = part.end == tree.text().len();
        let language = root.language();
        let kinds: Vec<Kind> = (0..=u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX))
            .map(|id| Kind::named(language.node_kind_for_id(id).unwrap_or_default(), language.node_kind_is_named(id)))
            .collect();
        let kind = |node: Node<'_>| kinds.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Error);
        let mut syntax = Self { nodes: Vec::new(), comments: Vec::new() };
        let mut cursor = root.walk();
        // What the cursor last went past, and the nodes above it, each with its last child so far.
        let mut last = syntax.push(root, kind(root));
        let mut parents: Vec<(NodeId, Option<NodeId>)> = Vec::new();
        let mut goes_down = true;
        loop {
            let is_down = match (goes_down, parents.is_empty() && part.start > 0) {
                (true, true) => cursor.goto_first_child_for_byte(part.start).is_some(),
                (goes_down, _) => goes_down && cursor.goto_first_child(),
            };
            if is_down {
                parents.push((last, None));
            } else {
                while !cursor.goto_next_sibling() {
                    if !cursor.goto_parent() {
                        return syntax;
                    }
                    parents.pop();
                }
            }
            let node = cursor.node();
            if parents.len() == 1 && node.start_byte() >= part.end && !reaches_end {
                return syntax;
            }
            let kind = kind(node);
            goes_down = false;
            if kind == Kind::Comment {
                syntax.comments.push(Span { start: node.start_byte(), end: node.end_byte() });
                continue;
            }
            if kind == Kind::Newline && !node.has_error() {
                continue;
            }
            last = syntax.push(node, kind);
            if let Some((parent, before)) = parents.last_mut() {
                match before.replace(last) {
                    None => syntax.nodes[parent.0 as usize].first_child = Some(last),
                    Some(before) => syntax.nodes[before.0 as usize].next = Some(last),
                }
            }
            goes_down = kind != Kind::String;
        }
    }

    fn push(&mut self, node: Node<'_>, kind: Kind) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(SyntaxNode {
            kind,
            span: Span { start: node.start_byte(), end: node.end_byte() },
            first_child: None,
            next: None,
            is_missing: node.is_missing(),
            has_error: node.has_error(),
            is_kept: false,
        });
        id
    }

    /// The whole file.
    pub(crate) const ROOT: NodeId = NodeId(0);

    fn node(&self, id: NodeId) -> &SyntaxNode {
        &self.nodes[id.0 as usize]
    }

    /// What it is.
    pub(crate) fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// Where it is.
    pub(crate) fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    /// Whether it is something that did not parse, or that is missing.
    pub(crate) fn is_error(&self, id: NodeId) -> bool {
        let node = self.node(id);
        node.kind == Kind::Error || node.is_missing
    }

    /// Whether something in it did not parse.
    pub(crate) fn has_error(&self, id: NodeId) -> bool {
        self.node(id).has_error
    }

    /// Whether its lines stay as they are.
    pub(crate) fn is_kept(&self, id: NodeId) -> bool {
        self.node(id).is_kept
    }

    /// Says that its lines stay as they are.
    pub(crate) fn keep(&mut self, id: NodeId) {
        self.nodes[id.0 as usize].is_kept = true;
    }

    /// Whether it has no parts.
    pub(crate) fn is_leaf(&self, id: NodeId) -> bool {
        self.node(id).first_child.is_none()
    }

    /// Its parts.
    pub(crate) fn children(&self, id: NodeId) -> Children<'_> {
        Children { syntax: self, next: self.node(id).first_child }
    }

    /// What stands between its braces.
    pub(crate) fn items(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        self.children(id).filter(|part| !(self.kind(*part).is_brace_or_comma() && self.is_leaf(*part)))
    }

    /// Its first part of a kind.
    pub(crate) fn child(&self, id: NodeId, kind: Kind) -> Option<NodeId> {
        self.children(id).find(|child| self.kind(*child) == kind)
    }
}

/// The parts of a node, in order.
#[derive(Clone, Debug)]
pub(crate) struct Children<'s> {
    syntax: &'s Syntax,
    next: Option<NodeId>,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.next?;
        self.next = self.syntax.node(id).next;
        Some(id)
    }
}
