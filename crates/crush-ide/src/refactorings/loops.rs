//! `for i in 0..len(xs)` becomes `for x in xs`, and the other way round.

use crush_hir::body::{Body, Callee, ExprId, ExprKind, Literal, LocalId, LocalKind, StmtKind};
use crush_hir::modules::ModuleId;
use crush_syntax::{Node, TextEdit, TextRange};

use super::place::Place;
use super::{Refactoring, RefactoringKind, variables, wording};
use crate::nodes::{ancestors, range_of};
use crate::values::{Kind, Values};

/// A loop at whose head the cursor is.
struct Loop<'a> {
    variable: LocalId,
    iterable: ExprId,
    /// The name of the variable, in the text.
    name: Node<'a>,
    /// What is iterated, in the text.
    iterated: Node<'a>,
    body: Node<'a>,
}

impl<'a> Loop<'a> {
    fn of(place: &Place<'a>) -> Option<Self> {
        let node = ancestors(place.node()).find(|node| node.kind() == "for_statement")?;
        let part = |field| node.child_by_field_name(field);
        let (name, iterated, body) = (part("variable")?, part("iterable")?, part("body")?);
        let is_at_head = place.selected.start >= node.start_byte() && place.selected.end <= body.start_byte();
        let statement = place.statement(node).filter(|_| is_at_head && !place.copies_values())?;
        let StmtKind::For { variable, iterable, .. } = place.body()[statement].kind else { return None };
        // One variable for all rounds; a lambda would tell it from one of each round. And one that was there before is
        // there behind the loop.
        let it = &place.body()[variable];
        let is_its_own =
            it.kind == LocalKind::LoopVariable && place.in_file(it.range) == range_of(name) && !it.captured;
        let is_used_only_inside = variables::of_local(place.body(), variable).iter().all(|it| {
            let range = place.in_file(it.range);
            range == range_of(name) || range_of(body).contains(range)
        });
        (is_its_own && is_used_only_inside).then_some(Self { variable, iterable, name, iterated, body })
    }

    /// Whether a variable is the same object in all rounds.
    fn keeps(&self, place: &Place<'_>, object: LocalId) -> bool {
        let body = place.body();
        !variables::is_shared(body, object)
            && variables::of_local(body, object)
                .iter()
                .all(|it| !it.writes || !range_of(self.body).contains(place.in_file(it.range)))
    }
}

/// `for i in 0..len(xs) { … xs[i] … }` becomes `for x in xs { … x … }`. Right where the index is used for nothing else, and
/// `xs` is not changed meanwhile: the analysis reports that it is, for the loop borrows it (B2).
pub(super) fn over_values(place: &Place<'_>) -> Option<Refactoring> {
    let it = Loop::of(place)?;
    let body = place.body();
    let object = counted(body, it.iterable)?;
    if !it.keeps(place, object) || !may_be_iterated(place, object) {
        return None;
    }
    let uses: Vec<_> = variables::of_local(body, it.variable).into_iter().filter(|it| it.reads || it.writes).collect();
    let mut elements = Vec::new();
    for used in uses.iter().filter(|used| place.in_file(used.range) != range_of(it.name)) {
        let node = place.tree.node_at(place.in_file(used.range).start);
        let element = node.parent().filter(|parent| parent.kind() == "index_expression")?;
        let is_read = body.exprs.iter().any(|expr| {
            place.in_file(expr.range) == range_of(element)
                && matches!(expr.kind, ExprKind::Index { base, index }
                    if matches!(body[base].kind, ExprKind::Local(local) if local == object) && body[index].range == used.range)
        });
        if used.writes || !is_read {
            return None;
        }
        elements.push(element);
    }
    let declaration = elements.first().and_then(|element| declared_first(&it, *element));
    let (name, edits) = match declaration.filter(|_| elements.len() == 1) {
        // `let x = xs[i]` at the beginning says what the value is called.
        Some((name, statement)) => {
            let name = place.text(name);
            if !is_free_for_loop(place, &name, statement) {
                return None;
            }
            (name, vec![TextEdit { range: crate::nodes::whole(place.tree, statement), new_text: String::new() }])
        }
        None if elements.is_empty() => return None,
        None => {
            let name = wording::free_name(place.tree, &[&singular(&body[object].name), "item"]);
            let edits = elements.iter().map(|element| TextEdit { range: range_of(*element), new_text: name.clone() });
            let edits = edits.collect();
            (name, edits)
        }
    };
    let head = TextRange::new(it.name.start_byte(), it.iterated.end_byte());
    let mut edits: Vec<TextEdit> = edits;
    edits.push(TextEdit { range: head, new_text: format!("{name} in {}", body[object].name) });
    Refactoring::tried(place, RefactoringKind::Rewrite, "iterate over the values".to_owned(), edits)
}

/// `for x in xs { … }` becomes `for i in 0..len(xs) { let x = xs[i] … }`. Right where `xs` is surely an array or a string.
pub(super) fn over_indexes(place: &Place<'_>) -> Option<Refactoring> {
    let it = Loop::of(place)?;
    let body = place.body();
    let ExprKind::Local(object) = body[it.iterable].kind else { return None };
    if !it.keeps(place, object) || !is_indexed(place, object) || it.iterated.kind() != "identifier" {
        return None;
    }
    // While the loop runs over it, nothing changes it without a fault; afterwards nothing would stop that.
    let is_reported = place
        .analysis
        .all_reports()
        .iter()
        .any(|report| report.file == ModuleId::ROOT && range_of(it.body).contains(report.range));
    if is_reported {
        return None;
    }
    let index = wording::free_name(place.tree, &["i", "index"]);
    let (name, object) = (place.text(it.name), place.text(it.iterated));
    let head = TextRange::new(it.name.start_byte(), it.iterated.end_byte());
    let inside = TextRange::new(it.body.start_byte() + 1, it.body.end_byte() - 1);
    let first = it.body.named_child(0).filter(|_| place.tree.text().slice(inside).contains('\n'));
    let declaration = format!("let {name} = {object}[{index}]");
    let declaration = match first {
        Some(first) => {
            let (start, indentation) = crate::nodes::line_start(place.tree, first)?;
            TextEdit { range: TextRange::empty(start), new_text: format!("{indentation}{declaration}\n") }
        }
        None if place.tree.text().slice(inside).trim().is_empty() => {
            TextEdit { range: inside, new_text: format!(" {declaration} ") }
        }
        None => TextEdit { range: TextRange::empty(inside.start), new_text: format!(" {declaration};") },
    };
    let edits = vec![TextEdit { range: head, new_text: format!("{index} in 0..len({object})") }, declaration];
    Refactoring::tried(place, RefactoringKind::Rewrite, "iterate over the indexes".to_owned(), edits)
}

/// `xs` of `0..len(xs)`.
fn counted(body: &Body, iterable: ExprId) -> Option<LocalId> {
    let ExprKind::Range { start, end, inclusive: false } = body[iterable].kind else { return None };
    let (ExprKind::Literal(Literal::Int(0)), ExprKind::Call { callee: Callee::Name(name), args, .. }) =
        (&body[start].kind, &body[end].kind)
    else {
        return None;
    };
    match args.as_slice() {
        [only] if name == "len" => match body[*only].kind {
            ExprKind::Local(object) => Some(object),
            _ => None,
        },
        _ => None,
    }
}

/// `let x = xs[i]` at the beginning of the loop: the name, and the statement.
fn declared_first<'a>(it: &Loop<'a>, element: Node<'a>) -> Option<(Node<'a>, Node<'a>)> {
    let statement = element.parent().filter(|parent| parent.kind() == "let_statement")?;
    let is_first = it.body.named_child(0).is_some_and(|first| first.id() == statement.id());
    let name = statement.child_by_field_name("name").filter(|_| is_first)?;
    Some((name, statement))
}

/// Whether the variable that a statement declares can be the loop's own: it is given no other value, and seen nowhere else.
fn is_free_for_loop(place: &Place<'_>, name: &str, statement: Node<'_>) -> bool {
    let body = place.body();
    let declared = body.locals.iter().filter(|local| local.name == name);
    let is_it = |range| range_of(statement).contains(place.in_file(range));
    let has_type = statement.child_by_field_name("type").is_some();
    declared.clone().count() == 1
        && declared.into_iter().all(|local| is_it(local.range) && !local.captured)
        && !has_type
}

/// Whether an object that is indexed by numbers can be iterated for the same values: not a map, by what is known.
fn may_be_iterated(place: &Place<'_>, object: LocalId) -> bool {
    let shape = Values::new(place.analysis).of_local((ModuleId::ROOT, place.id), object);
    shape.structs.is_empty()
        && shape.keys.is_empty()
        && shape.kinds.iter().all(|kind| matches!(kind, Kind::Array | Kind::String))
}

/// Whether an object surely is an array or a string.
fn is_indexed(place: &Place<'_>, object: LocalId) -> bool {
    variables::surely_holds(place.body(), object, |value| match value {
        ExprKind::Array(_) | ExprKind::Literal(Literal::Str(_)) => true,
        call => variables::gives(call, &["Array", "String"]),
    })
}

/// `item` of `items`.
fn singular(name: &str) -> String {
    let one = name.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let one = one.or_else(|| name.strip_suffix('s').map(str::to_owned));
    one.filter(|one| one.chars().count() > 1 && crate::check_name(one).is_ok()).unwrap_or_else(|| "item".to_owned())
}
