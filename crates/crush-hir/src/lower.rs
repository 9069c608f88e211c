//! From the syntax tree to a [`Body`].
//!
//! Lowering never fails: what did not parse becomes `Missing`, what is not run yet becomes `Unsupported`, and both keep
//! their place. It reads the text of its own body alone; what belongs to the file is checked in [`check`](crate::check).

mod assigned;
mod construct;
mod expr;
mod literal;
mod pattern;
mod polyglot;
mod scope;
mod semantic;
mod stmt;

use std::borrow::Cow;

use crush_syntax::{Node, Tree};

use crate::body::{
    Block, BlockId, Body, BodyOwner, Expr, ExprId, ExprKind, Lambda, LambdaId, LocalId, LocalKind, Name, Problem,
    Severity, Stmt, StmtId, StmtKind, TypeName,
};
use crate::guest::GuestImport;
use crate::kinds::Facts;
use crate::source_map::{BodyMap, BodyRange};
use scope::Scopes;

/// How deep expressions and blocks may be nested in each other.
///
/// Everything that walks a body may recurse this deep; what lies deeper is a problem and `Missing`.
pub const MAX_DEPTH: u32 = 500;

/// Stack that a step of the recursion is sure to have; and how much is added when there is less.
const STACK_RED_ZONE: usize = 64 * 1024;
const STACK_GROWTH: usize = 1024 * 1024;

/// One piece of a body: a node whose text is a segment of it, and whether its statements or it itself are meant.
pub(crate) enum Part<'tree> {
    /// A statement of the top level.
    Statement(Node<'tree>),
    /// `fn main`, whose statements go on where the top level ends.
    Main(Node<'tree>),
}

/// Lowers `fn`, a method, or anything else with `parameters` and a `body`.
pub(crate) fn function<'tree>(
    tree: &'tree Tree,
    owner: BodyOwner,
    node: Node<'tree>,
    map: &'tree BodyMap,
    facts: &'tree Facts,
) -> Body {
    let mut lowering = Lowering::new(tree, owner, map, facts);
    lowering.enter_segment(node);
    let range = lowering.range(node);
    lowering.enter_root(range);
    let block_range = node.child_by_field_name("body").map_or(range, |body| lowering.range(body));
    let block = lowering.open_block(block_range);
    if let Some(parameters) = node.child_by_field_name("parameters") {
        let params = lowering.parameters(parameters);
        lowering.body.lambdas[0].params = params;
    }
    lowering.copy_receiver(block);
    if let Some(body) = node.child_by_field_name("body") {
        lowering.statements(block, body, false);
    }
    lowering.close_block();
    lowering.body.lambdas[0].block = block;
    lowering.body
}

/// Lowers the top level of a file: `parts` in the order of the text; `fn main` runs last.
pub(crate) fn top_level<'tree>(
    tree: &'tree Tree,
    parts: &[Part<'tree>],
    map: &'tree BodyMap,
    facts: &'tree Facts,
) -> Body {
    let mut lowering = Lowering::new(tree, BodyOwner::TopLevel, map, facts);
    let len = map.segments().last().map_or(0, |last| last.body_start + last.len);
    let range = BodyRange::new(0, len);
    lowering.enter_root(range);
    let block = lowering.open_block(range);
    lowering.body.lambdas[0].block = block;
    for part in parts {
        if let Part::Statement(node) = *part {
            lowering.enter_segment(node);
            lowering.statement(block, node);
        }
    }
    for part in parts {
        if let Part::Main(node) = *part {
            lowering.enter_segment(node);
            if let Some(body) = node.child_by_field_name("body") {
                lowering.statements(block, body, false);
            }
        }
    }
    lowering.close_block();
    lowering.body
}

/// A body in the making.
struct Lowering<'tree> {
    tree: &'tree Tree,
    map: &'tree BodyMap,
    facts: &'tree Facts,
    /// The text of the segment being lowered, read once: every name in it would cost a search in the rope.
    text: Cow<'tree, str>,
    /// Where that text starts in the file.
    text_start: usize,
    /// What to subtract from an offset of the file to have one of the body, in the segment being lowered.
    shift: i64,
    body: Body,
    scopes: Scopes,
    /// What the next block of another language imports.
    guests: Vec<GuestImport>,
    /// For each function being lowered, how many loops of it are open.
    loops: Vec<u32>,
    depth: u32,
    too_deep: bool,
}

impl<'tree> Lowering<'tree> {
    fn new(tree: &'tree Tree, owner: BodyOwner, map: &'tree BodyMap, facts: &'tree Facts) -> Self {
        let mut body = Body::empty(owner);
        body.blocks.clear();
        if !facts.copied.is_empty() {
            body.copied = facts.copied.as_slice().into();
        }
        Self {
            tree,
            map,
            facts,
            text: Cow::Borrowed(""),
            text_start: 0,
            shift: 0,
            body,
            scopes: Scopes::default(),
            guests: facts.guests.clone(),
            loops: vec![0],
            depth: 0,
            too_deep: false,
        }
    }

    fn enter_segment(&mut self, node: Node<'tree>) {
        self.text = self.tree.text_of(node);
        self.text_start = node.start_byte();
        let start = offset(node.start_byte());
        let in_body = self.map.from_file(start).unwrap_or(start);
        self.shift = i64::from(start) - i64::from(in_body);
    }

    fn enter_root(&mut self, range: BodyRange) {
        self.body.lambdas[0].range = range;
        self.scopes.enter_lambda(Body::ROOT);
    }

    fn range(&self, node: Node<'_>) -> BodyRange {
        let in_body = |at: usize| u32::try_from(i64::from(offset(at)) - self.shift).unwrap_or(0);
        let start = in_body(node.start_byte());
        BodyRange::new(start, in_body(node.end_byte()).max(start))
    }

    /// The text of a node in the segment.
    fn text_of(&self, node: Node<'_>) -> &str {
        let in_segment = |at: usize| at.saturating_sub(self.text_start);
        self.text.get(in_segment(node.start_byte())..in_segment(node.end_byte())).unwrap_or_default()
    }

    fn name(&self, node: Node<'_>) -> Name {
        Name::from(self.text_of(node))
    }

    /// The name in a field of `node`, with its place; `None` where it is missing.
    fn name_field(&self, node: Node<'_>, field: &str) -> Option<(Name, BodyRange)> {
        let name = node.child_by_field_name(field)?;
        (!name.is_missing() && name.start_byte() < name.end_byte()).then(|| (self.name(name), self.range(name)))
    }

    fn warning(&mut self, code: &'static str, range: BodyRange, message: impl Into<String>) {
        self.body.problems.push(Problem { code, severity: Severity::Warning, message: message.into(), range });
    }

    fn problem(&mut self, code: &'static str, range: BodyRange, message: impl Into<String>) {
        self.body.problems.push(Problem { code, severity: Severity::Error, message: message.into(), range });
    }

    fn expr(&mut self, kind: ExprKind, range: BodyRange) -> ExprId {
        self.body.exprs.push(Expr { kind, range });
        ExprId(offset(self.body.exprs.len() - 1))
    }

    fn stmt(&mut self, block: BlockId, kind: StmtKind, range: BodyRange) {
        self.body.stmts.push(Stmt { kind, range });
        let id = StmtId(offset(self.body.stmts.len() - 1));
        self.body.blocks[block.index()].stmts.push(id);
    }

    fn open_block(&mut self, range: BodyRange) -> BlockId {
        let id = BlockId(offset(self.body.blocks.len()));
        let parent = self.scopes.block();
        self.body.blocks.push(Block { stmts: Vec::new(), tail: None, parent, range });
        self.scopes.enter_block(id);
        id
    }

    fn close_block(&mut self) {
        self.scopes.leave_block();
    }

    /// A block of the source. `declare` names what is known in it from the start.
    fn block(&mut self, node: Node<'tree>, value_wanted: bool, declare: impl FnOnce(&mut Self)) -> BlockId {
        let range = self.range(node);
        let block = self.open_block(range);
        let guests = self.guests.len();
        declare(self);
        self.statements(block, node, value_wanted);
        self.guests.truncate(guests);
        self.close_block();
        block
    }

    /// A block that is not there.
    fn missing_block(&mut self, range: BodyRange) -> BlockId {
        let block = self.open_block(BodyRange::new(range.end, range.end));
        self.close_block();
        block
    }

    /// The statements of the block `node`; with `value_wanted`, its last expression is its tail.
    fn statements(&mut self, block: BlockId, node: Node<'tree>, value_wanted: bool) {
        let mut cursor = node.walk();
        let nodes: Vec<_> =
            node.named_children(&mut cursor).filter(|child| !child.is_extra() || child.is_error()).collect();
        let last = nodes.len().wrapping_sub(1);
        for (index, &child) in nodes.iter().enumerate() {
            if value_wanted && index == last && child.kind() == "expression_statement" {
                let tail = child.named_child(0).map(|inner| self.expression(inner));
                self.body.blocks[block.index()].tail = tail;
            } else {
                self.statement(block, child);
            }
        }
    }

    /// The variable that `let`, `for`, `catch` or an output names: the one it means already, or a new one.
    fn bind(&mut self, name: Name, kind: LocalKind, range: BodyRange) -> LocalId {
        match self.scopes.own(&name, &self.body.locals) {
            Some(local) => local,
            None => self.declare(name, kind, range),
        }
    }

    fn declare(&mut self, name: Name, kind: LocalKind, range: BodyRange) -> LocalId {
        self.scopes.declare(name, kind, range, &mut self.body.locals)
    }

    fn resolve(&mut self, name: &str) -> Option<LocalId> {
        self.scopes.resolve(name, &mut self.body.locals, &mut self.body.lambdas)
    }

    fn parameters(&mut self, node: Node<'_>) -> Vec<LocalId> {
        let mut cursor = node.walk();
        let parameters: Vec<_> = node.named_children(&mut cursor).filter(|child| child.kind() == "parameter").collect();
        parameters
            .into_iter()
            .filter_map(|parameter| {
                let (name, range) = self.name_field(parameter, "name")?;
                let local = self.declare(name, LocalKind::Parameter, range);
                self.annotate(local, parameter);
                Some(local)
            })
            .collect()
    }

    /// Notes the type that `node` gives to `local`, and gives it back.
    fn annotate(&mut self, local: LocalId, node: Node<'_>) -> Option<TypeName> {
        let (name, range) = self.name_field(node, "type")?;
        let annotation = TypeName { name, range };
        self.body.locals[local.index()].annotation.get_or_insert_with(|| annotation.clone());
        Some(annotation)
    }

    /// Runs `lower` one level deeper, or gives `None` when that is too deep.
    fn deeper<T>(&mut self, node: Node<'tree>, lower: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            if !self.too_deep {
                self.too_deep = true;
                let range = self.range(node);
                self.problem(
                    "nested-too-deeply",
                    range,
                    format!("nested too deeply: {MAX_DEPTH} levels are the limit"),
                );
            }
            return None;
        }
        self.depth += 1;
        let result = stacker::maybe_grow(STACK_RED_ZONE, STACK_GROWTH, || lower(self));
        self.depth -= 1;
        Some(result)
    }

    /// Lowers the inside of a lambda: names of enclosing functions are captures in it.
    fn in_lambda(&mut self, range: BodyRange, lower: impl FnOnce(&mut Self, LambdaId)) -> LambdaId {
        let id = LambdaId(offset(self.body.lambdas.len()));
        self.body.lambdas.push(Lambda {
            parent: Some(self.scopes.lambda()),
            params: Vec::new(),
            block: BlockId(0),
            result: None,
            captures: Vec::new(),
            range,
        });
        self.scopes.enter_lambda(id);
        self.loops.push(0);
        lower(self, id);
        self.loops.pop();
        self.scopes.leave_lambda();
        id
    }
}

/// Offsets and counts are 32 bits; a text beyond that is never parsed.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
