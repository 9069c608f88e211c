//! What goes in and out of a part of a body that becomes a function: the variables on both sides of its borders.

use std::collections::BTreeMap;

use crush_hir::body::{ExprKind, LocalId, Place as Target, StmtKind};
use crush_hir::source_map::BodyRange;
use crush_syntax::{Node, TextRange};

use super::place::Place;
use super::variables::{self, Occurrence};
use crate::codes;
use crate::names::{Touch, What};
use crate::nodes::{ancestors, is_field};

/// What becomes a function: statements that follow each other, or an expression.
pub(super) struct Selection<'a> {
    pub(super) range: TextRange,
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) is_expression: bool,
}

/// The variables that are needed on both sides.
pub(super) struct Outside {
    /// Those that are read inside and have their values from outside.
    pub(super) taken: Vec<LocalId>,
    /// Those that are given values inside and read outside.
    pub(super) given: Vec<Given>,
}

/// A variable that is given a value inside and read outside.
pub(super) struct Given {
    pub(super) local: LocalId,
    pub(super) is_declared_inside: bool,
}

/// How an argument is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passing {
    AsIs,
    Shared,
    Exclusive,
}

impl Passing {
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::AsIs => "",
            Self::Shared => "&",
            Self::Exclusive => "&mut ",
        }
    }
}

impl Outside {
    /// `None` where a variable would not be the same on both sides.
    pub(super) fn of(place: &Place<'_>, selection: &Selection<'_>) -> Option<Self> {
        let body = place.body();
        let inside = place.in_body(selection.range)?;
        let mut occurrences: BTreeMap<LocalId, Vec<Occurrence>> = BTreeMap::new();
        for it in variables::occurrences(body) {
            occurrences.entry(it.local).or_default().push(it);
        }
        let (mut taken, mut given) = (Vec::new(), Vec::new());
        for (local, all) in occurrences {
            let (here, elsewhere): (Vec<Occurrence>, Vec<Occurrence>) =
                all.into_iter().partition(|it| inside.start <= it.range.start && it.range.end <= inside.end);
            if here.is_empty() || elsewhere.is_empty() {
                continue;
            }
            // A lambda that is on one side would no longer see what is done on the other.
            if variables::is_shared(body, local) {
                return None;
            }
            let is_declared_inside = !elsewhere.iter().any(|it| it.range < inside);
            let is_written = here.iter().any(|it| it.writes);
            let is_first = is_written_first(place, selection, &here);
            let comes_back = !is_declared_inside
                && !is_first
                && here.iter().any(|it| it.reads)
                && is_carried(selection, place.in_file(body[local].range));
            let is_read_later = is_written && (comes_back || reads_later(place, selection, inside, &elsewhere));
            if is_read_later && holds_borrow(place, selection, local) {
                return None;
            }
            // What was written before a throw would be lost with it.
            if is_read_later && !is_declared_inside && is_tried(selection) {
                return None;
            }
            if is_read_later {
                given.push(Given { local, is_declared_inside });
            }
            let is_needed = here.iter().any(|it| it.reads) || is_read_later;
            if !is_declared_inside && is_needed && !is_first {
                taken.push(local);
            }
        }
        // An expression gives its value, and nothing else.
        (given.is_empty() || !selection.is_expression).then_some(Self { taken, given })
    }

    /// How each argument is passed best.
    pub(super) fn passings(&self, place: &Place<'_>, selection: &Selection<'_>) -> Vec<Passing> {
        let touched = self.touched(place, selection);
        // To take a borrow is an access. Where something is wrong with accesses already, one more may be the first.
        let is_clean = place.analysis.all_reports().iter().all(|report| !codes::is_borrow_report(&report.code));
        let passing = |local: &LocalId| {
            let is_object = is_clean
                && variables::surely_holds(place.body(), *local, |value| match value {
                    ExprKind::Array(_) | ExprKind::Map(_) | ExprKind::Struct { .. } => true,
                    call => variables::gives(call, &["Array", "Map"]),
                });
            let is_written = self.given.iter().any(|given| given.local == *local)
                || variables::of_local(place.body(), *local)
                    .iter()
                    .any(|it| it.writes && selection.range.contains(place.in_file(it.range)));
            match touched.get(local) {
                _ if !is_object || is_written => Passing::AsIs,
                // Through a handle `drop` ends the borrow, not the object (B4).
                Some(Touch::Drop) => Passing::AsIs,
                Some(Touch::Change | Touch::BorrowExclusive) => Passing::Exclusive,
                _ => Passing::Shared,
            }
        };
        self.taken.iter().map(passing).collect()
    }

    /// The most that is done inside with the object of each variable.
    fn touched(&self, place: &Place<'_>, selection: &Selection<'_>) -> BTreeMap<LocalId, Touch> {
        let names = place.analysis.names().of_body(place.analysis.hir(), place.tree, place.id);
        let rank = |touch: Touch| match touch {
            Touch::None | Touch::Borrow => 0,
            Touch::Change | Touch::BorrowExclusive => 1,
            Touch::Drop => 2,
        };
        let mut touched = BTreeMap::new();
        for name in names.uses.iter().filter(|name| selection.range.contains(place.in_file(name.range))) {
            let What::Local(local) = name.what else { continue };
            let known = touched.entry(local).or_insert(Touch::None);
            if rank(name.touch) > rank(*known) {
                *known = name.touch;
            }
        }
        touched
    }
}

/// Whether a variable is read behind the selection, or in front of it when a loop around both comes back.
fn reads_later(place: &Place<'_>, selection: &Selection<'_>, inside: BodyRange, elsewhere: &[Occurrence]) -> bool {
    let repeated = ancestors(selection.nodes[0])
        .skip(1)
        .take_while(|node| !matches!(node.kind(), "lambda_expression" | "function_definition"))
        .filter(|node| matches!(node.kind(), "while_statement" | "for_statement"))
        .last();
    let repeated = repeated.and_then(|node| place.in_body(crate::nodes::range_of(node)));
    elsewhere.iter().filter(|it| it.reads).any(|it| {
        it.range.start >= inside.end
            || repeated.is_some_and(|repeated| repeated.start <= it.range.start && it.range.end <= repeated.end)
    })
}

/// Whether a loop around the selection, but not around the declaration of a variable, brings its value back to the beginning.
fn is_carried(selection: &Selection<'_>, declared: TextRange) -> bool {
    ancestors(selection.nodes[0])
        .skip(1)
        .take_while(|node| !matches!(node.kind(), "lambda_expression" | "function_definition"))
        .filter(|node| matches!(node.kind(), "while_statement" | "for_statement"))
        .any(|node| !crate::nodes::range_of(node).contains(declared))
}

/// Whether a variable is given a borrow inside: that would end with the function (B4).
fn holds_borrow(place: &Place<'_>, selection: &Selection<'_>, local: LocalId) -> bool {
    let body = place.body();
    body.stmts.iter().filter(|stmt| selection.range.contains(place.in_file(stmt.range))).any(|stmt| match &stmt.kind {
        StmtKind::Let { local: it, value, .. } | StmtKind::Assign { place: Target::Local(it), value, op: None, .. } => {
            *it == local && matches!(body[*value].kind, ExprKind::Borrow { .. })
        }
        _ => false,
    })
}

/// Whether the selection stands in what a `try` tries.
fn is_tried(selection: &Selection<'_>) -> bool {
    ancestors(selection.nodes[0]).skip(1).any(|node| is_field(node, "try_statement", "body"))
}

/// Whether a variable is given a value inside, by a statement that surely runs, before anything reads it there.
fn is_written_first(place: &Place<'_>, selection: &Selection<'_>, here: &[Occurrence]) -> bool {
    let body = place.body();
    let written = selection.nodes.iter().find_map(|node| {
        let stmt = &body[place.statement(*node)?];
        let local = match &stmt.kind {
            StmtKind::Let { local, .. } | StmtKind::Assign { place: Target::Local(local), op: None, .. } => *local,
            _ => return None,
        };
        here.iter().any(|it| it.local == local).then_some(stmt.range.end)
    });
    written.is_some_and(|end| here.iter().filter(|it| it.reads).all(|it| it.range.start >= end))
}
