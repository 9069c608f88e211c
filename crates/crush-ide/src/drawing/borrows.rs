//! The borrows around the variable under the cursor, where each lives, and the conflicts of the text.
//!
//! What is drawn is what the analysis knows before any run (B2, B3, B4); the last run adds what it saw: the object, and
//! borrows of it that were taken by another name (S4).

use std::collections::BTreeSet;

use crush_eval::{Held, HeldObject};
use crush_hir::body::{Body, ExprId, ExprKind, LocalId, Place, StmtKind};
use crush_hir::cfg::LoanOwner;
use crush_hir::file::BodyId;
use crush_hir::modules::ModuleId;
use crush_hir::source_map::{BodyMap, BodyRange};
use crush_syntax::TextRange;

use super::live::{LiveLoan, aliases, live_loans, origin};
use crate::evaluation::{Evaluation, grouped, in_root, text_range};
use crate::{FileAnalysis, Severity, Snapshot, diagnostics};

/// Most borrows that are drawn at once.
const MOST_BORROWS: usize = 500;

/// What to draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BorrowDrawing {
    /// The variable under the cursor.
    pub variable: Option<String>,
    /// Borrows of it and by it, and those that are in the way in a conflict; all borrows of the text when there is no cursor.
    /// In the order of the text.
    pub borrows: Vec<DrawnBorrow>,
    /// All conflicts of the text.
    pub conflicts: Vec<BorrowConflict>,
}

/// A borrow that lives longer than its statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnBorrow {
    /// `&mut`.
    pub exclusive: bool,
    /// What is borrowed, as the text names it; empty for what has no name.
    pub of: String,
    /// The variable that owns it, or `the for`.
    pub owner: String,
    /// The text that takes it.
    pub taken: TextRange,
    /// The lines on which it may live, first and last of each stretch, from 0.
    pub lines: Vec<(usize, usize)>,
    /// Whether it is about the variable under the cursor.
    pub asked: bool,
    /// The conflict in which it is in the way, by its position.
    pub conflict: Option<usize>,
    /// What the last run saw of it.
    pub seen: Option<String>,
}

/// A place that the analysis reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BorrowConflict {
    /// The place.
    pub range: TextRange,
    /// Whether every run that comes here faults (S2).
    pub certain: bool,
    /// The report.
    pub message: String,
    /// The places of the borrows in the way.
    pub with: Vec<TextRange>,
}

/// The borrows to draw for a cursor at `offset`; all of the text without one.
pub fn borrows(snapshot: &Snapshot, offset: Option<usize>) -> BorrowDrawing {
    let conflicts = conflicts(snapshot);
    let run = snapshot.evaluation.as_deref().filter(|_| snapshot.evaluation_is_current);
    let variable = offset.and_then(|offset| Variable::at(&snapshot.analysis, offset));
    let held = match (&variable, run) {
        (Some(variable), Some(run)) => variable.taken_in(run),
        _ => Vec::new(),
    };
    let wanted =
        Wanted { everything: offset.is_none(), variable: variable.as_ref(), held: &held, conflicts: &conflicts };
    let mut borrows = wanted.borrows(&snapshot.analysis);
    borrows.sort_by_key(|borrow| borrow.taken);
    borrows.truncate(MOST_BORROWS);
    for borrow in &mut borrows {
        borrow.seen = run.and_then(|run| seen(run, borrow.taken));
    }
    BorrowDrawing { variable: variable.map(|variable| variable.name), borrows, conflicts }
}

/// The borrow reports of the text itself.
fn conflicts(snapshot: &Snapshot) -> Vec<BorrowConflict> {
    let is_conflict = |report: &&crate::Diagnostic| {
        FileAnalysis::is_borrow_report(&report.code) && report.file == ModuleId::ROOT && report.fault_kind.is_none()
    };
    let here = |report: &crate::Diagnostic| {
        let with = report.related.iter().filter(|related| related.file == ModuleId::ROOT).map(|related| related.range);
        BorrowConflict {
            range: report.range,
            certain: report.severity == Severity::Error,
            message: report.message.clone(),
            with: with.collect(),
        }
    };
    diagnostics(snapshot).iter().filter(is_conflict).map(here).collect()
}

/// A variable, where the cursor is on one of its names.
struct Variable {
    body: BodyId,
    local: LocalId,
    name: String,
    declared: TextRange,
}

impl Variable {
    fn at(analysis: &FileAnalysis, offset: usize) -> Option<Self> {
        let hir = analysis.hir();
        let at = u32::try_from(offset).ok()?;
        hir.bodies().find_map(|id| {
            let map = hir.body_map(id);
            let at = map.from_file(at)?;
            let body = hir.lower(analysis.tree(), id);
            let local = local_at(&body, at)?;
            let (name, declared) = (body[local].name.to_string(), range_in_file(&map, body[local].range));
            Some(Self { body: id, local, name, declared })
        })
    }

    /// Where the borrows of the objects that it held in a run were taken.
    fn taken_in(&self, run: &Evaluation) -> Vec<TextRange> {
        let is_it = |held: &&Held| {
            let declared = text_range(held.declared);
            held.name == self.name && declared.start <= self.declared.end && self.declared.start <= declared.end
        };
        let objects = run.statements().iter().flat_map(|statement| &statement.held).filter(is_it);
        let taken: BTreeSet<TextRange> = objects.filter_map(|held| held.object.as_ref()).flat_map(taken_of).collect();
        taken.into_iter().collect()
    }
}

/// The places in the file that runs where the borrows of an object were taken.
fn taken_of(object: &HeldObject) -> impl Iterator<Item = TextRange> {
    object.borrows.iter().filter_map(|borrow| borrow.taken).filter(in_root).map(text_range)
}

/// The variable whose name stands at `at`.
fn local_at(body: &Body, at: u32) -> Option<LocalId> {
    let used = body.exprs.iter().find_map(|expr| match expr.kind {
        ExprKind::Local(local) if expr.range.touches(at) => Some(local),
        _ => None,
    });
    let bound = || {
        body.stmts.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Let { local, name_range, .. } if name_range.touches(at) => Some(*local),
            StmtKind::For { variable, name_range, .. } if name_range.touches(at) => Some(*variable),
            StmtKind::Assign { place: Place::Local(local), place_range, .. } if place_range.touches(at) => Some(*local),
            _ => None,
        })
    };
    let declared = || (0..).map(LocalId).zip(&body.locals).find(|(_, local)| local.range.touches(at)).map(|(id, _)| id);
    used.or_else(bound).or_else(declared)
}

/// Which borrows are to be drawn.
struct Wanted<'a> {
    everything: bool,
    variable: Option<&'a Variable>,
    /// Where borrows of the variable's objects were taken in the last run.
    held: &'a [TextRange],
    conflicts: &'a [BorrowConflict],
}

impl Wanted<'_> {
    fn borrows(&self, analysis: &FileAnalysis) -> Vec<DrawnBorrow> {
        let hir = analysis.hir();
        let mut found = Vec::new();
        for id in hir.bodies() {
            let map = hir.body_map(id);
            if !self.concerns(id, &map) {
                continue;
            }
            let body = hir.lower(analysis.tree(), id);
            let asked = self.variable.filter(|variable| variable.body == id).map(|variable| variable.local);
            let asked = asked.map(|local| (local, origin(&aliases(&body), local)));
            for live in live_loans(&body, &map, analysis.text()) {
                found.extend(self.drawn(&body, &map, asked, live));
            }
        }
        found
    }

    /// Whether a body can have a borrow that is wanted: to look at each for every move of the cursor would take too long.
    fn concerns(&self, id: BodyId, map: &BodyMap) -> bool {
        let has = |range: &TextRange| u32::try_from(range.start).is_ok_and(|start| map.from_file(start).is_some());
        self.everything
            || self.variable.is_some_and(|variable| variable.body == id)
            || self.held.iter().any(has)
            || self.conflicts.iter().flat_map(|conflict| &conflict.with).any(has)
    }

    /// A borrow, if it is wanted. `asked`: the variable under the cursor, and what it is another name of.
    fn drawn(
        &self,
        body: &Body,
        map: &BodyMap,
        asked: Option<(LocalId, LocalId)>,
        live: LiveLoan,
    ) -> Option<DrawnBorrow> {
        let LiveLoan { loan, root, lines } = live;
        // A `for` over `&xs` takes two: the one of the text is drawn.
        if loan.owner == LoanOwner::Loop && matches!(body[loan.operand].kind, ExprKind::Borrow { .. }) {
            return None;
        }
        let taken = range_in_file(map, loan.range);
        let is_owner = |local: LocalId| loan.owner == LoanOwner::Local(local);
        let is_asked = self.everything
            || asked.is_some_and(|(local, origin)| root == Some(origin) || is_owner(local) || is_owner(origin))
            || self.held.contains(&taken);
        let conflict = self.conflicts.iter().position(|conflict| conflict.with.contains(&taken));
        (is_asked || conflict.is_some()).then(|| DrawnBorrow {
            exclusive: loan.exclusive,
            of: place_text(body, loan.operand).unwrap_or_default(),
            owner: match loan.owner {
                LoanOwner::Local(local) => body[local].name.to_string(),
                LoanOwner::Loop | LoanOwner::Iterated | LoanOwner::Temporary => "the for".to_string(),
            },
            taken,
            lines,
            asked: is_asked,
            conflict,
            seen: None,
        })
    }
}

/// What the last run saw of the borrow that is taken at `taken`.
fn seen(run: &Evaluation, taken: TextRange) -> Option<String> {
    let around = run.statements().iter().filter(|statement| text_range(statement.range).contains(taken));
    let Some(statement) = around.min_by_key(|statement| statement.range.end - statement.range.start) else {
        return Some("the last run did not come here".to_string());
    };
    let objects = run.statements().iter().flat_map(|statement| &statement.held).filter_map(|held| held.object.as_ref());
    let slots: BTreeSet<u32> =
        objects.filter(|object| taken_of(object).any(|range| range == taken)).map(|object| object.slot).collect();
    let times = match statement.hits {
        1 => "once".to_string(),
        hits => format!("{} times", grouped(hits)),
    };
    Some(match (slots.len(), slots.first()) {
        (1, Some(slot)) => format!("taken {times} in the last run, of #{slot}"),
        (0, _) | (_, None) => format!("taken {times} in the last run"),
        (many, _) => format!("taken {times} in the last run, of {many} objects"),
    })
}

/// `items`, `shop.items`, `rows[…]`.
fn place_text(body: &Body, expr: ExprId) -> Option<String> {
    match &body[expr].kind {
        ExprKind::Local(local) => Some(body[*local].name.to_string()),
        ExprKind::Copy(inner) | ExprKind::Borrow { operand: inner, .. } => place_text(body, *inner),
        ExprKind::Field { base, name, .. } => Some(format!("{}.{name}", place_text(body, *base)?)),
        ExprKind::Index { base, .. } => Some(format!("{}[…]", place_text(body, *base)?)),
        _ => None,
    }
}

fn range_in_file(map: &BodyMap, range: BodyRange) -> TextRange {
    let (start, end) = map.range_to_file(range);
    TextRange::new(start as usize, end as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{after_run, at_cursor, slice};

    /// The text with a bar beside each line on which a borrow lives: `&` shared, `m` exclusive, `x` in a conflict.
    fn drawn(snapshot: &Snapshot, offset: Option<usize>) -> String {
        let drawing = borrows(snapshot, offset);
        let text = snapshot.analysis.text();
        let line = |line: usize| {
            let bars =
                drawing.borrows.iter().filter(|borrow| borrow.lines.iter().any(|(a, b)| (*a..=*b).contains(&line)));
            let bar = |borrow: &DrawnBorrow| match (borrow.conflict, borrow.exclusive) {
                (Some(_), _) => 'x',
                (None, true) => 'm',
                (None, false) => '&',
            };
            let bars: String = bars.map(bar).collect();
            format!("{bars:2}|{}", slice(snapshot, text.line_range(line).expect("it exists")))
        };
        (0..text.line_count()).map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_borrows_of_the_variable_under_the_cursor_and_where_they_live() {
        let (snapshot, offset) = at_cursor(
            "fn f(x$0s, ys) {\n  print(xs)\n  let r = &xs\n  // one more\n  let s = &ys\n  print(r)\n}\nf([1], [2])",
        );
        assert_eq!(
            drawn(&snapshot, Some(offset)),
            "  |fn f(xs, ys) {\n  |  print(xs)\n& |  let r = &xs\n& |  // one more\n& |  let s = &ys\n& |  print(r)\n& |}\n  |f([1], [2])"
        );
        let drawing = borrows(&snapshot, Some(offset));
        assert_eq!(drawing.variable.as_deref(), Some("xs"));
        assert_eq!((drawing.borrows[0].of.as_str(), drawing.borrows[0].owner.as_str()), ("xs", "r"));
        assert_eq!(slice(&snapshot, drawing.borrows[0].taken), "&xs");
    }

    #[test]
    fn a_borrow_ends_where_it_is_dropped() {
        let (snapshot, offset) =
            at_cursor("let x$0s = [1]\nlet m = &mut xs\nm.push(2)\ndrop(m)\n\n// free\nxs.push(3)\nprint(xs)");
        assert_eq!(
            drawn(&snapshot, Some(offset)),
            "  |let xs = [1]\nm |let m = &mut xs\nm |m.push(2)\nm |drop(m)\n  |\n  |// free\n  |xs.push(3)\n  |print(xs)"
        );
    }

    #[test]
    fn a_borrow_that_was_dropped_does_not_come_back_with_the_brace() {
        let (snapshot, offset) = at_cursor("fn f(x$0s) {\n  let m = &mut xs\n  drop(m)\n  print(1)\n}");
        assert_eq!(
            drawn(&snapshot, Some(offset)),
            "  |fn f(xs) {\nm |  let m = &mut xs\nm |  drop(m)\n  |  print(1)\n  |}"
        );
    }

    #[test]
    fn a_loop_borrows_for_as_long_as_it_runs() {
        let (snapshot, offset) = at_cursor("let xs = [1]\nfor x in x$0s {\n  print(x)\n}\nxs.push(2)");
        assert_eq!(
            drawn(&snapshot, Some(offset)),
            "  |let xs = [1]\n& |for x in xs {\n& |  print(x)\n& |}\n  |xs.push(2)"
        );
    }

    #[test]
    fn functions_between_the_statements_of_the_top_level_are_left_out() {
        let (snapshot, offset) = at_cursor("let xs = [1]\nlet $0r = &xs\nfn f() {\n  return 1\n}\nprint(r)");
        assert_eq!(
            drawn(&snapshot, Some(offset)),
            "  |let xs = [1]\n& |let r = &xs\n  |fn f() {\n  |  return 1\n  |}\n& |print(r)"
        );
    }

    #[test]
    fn conflicts_are_drawn_wherever_the_cursor_is() {
        let (snapshot, offset) = at_cursor("let n$0 = 1\nlet xs = [n]\nlet r = &xs\nxs.push(2)\nprint(r)");
        assert_eq!(
            drawn(&snapshot, Some(offset)),
            "  |let n = 1\n  |let xs = [n]\nx |let r = &xs\nx |xs.push(2)\nx |print(r)"
        );
        let drawing = borrows(&snapshot, Some(offset));
        assert_eq!(slice(&snapshot, drawing.conflicts[0].range), "xs.push(2)");
        assert!(drawing.conflicts[0].certain && !drawing.borrows[0].asked);
    }

    #[test]
    fn another_name_of_the_variable_counts() {
        let (snapshot, offset) = at_cursor("let x$0s = [1]\nlet ys = xs\nlet r = &ys\nprint(r)");
        assert_eq!(borrows(&snapshot, Some(offset)).borrows.len(), 1);
    }

    #[test]
    fn the_last_run_adds_what_it_saw() {
        let (snapshot, offset) =
            after_run("fn look(list$0) {\n  print(list)\n}\nlet xs = [1]\nlet r = &xs\nlook(xs)\nprint(r)\n");
        let drawing = borrows(&snapshot, Some(offset));
        let seen: Vec<_> = drawing.borrows.iter().map(|borrow| (borrow.owner.as_str(), borrow.seen.clone())).collect();
        assert_eq!(seen.len(), 1, "the parameter held the object that r borrows: {seen:?}");
        assert_eq!(seen[0].0, "r");
        assert!(
            seen[0].1.as_deref().is_some_and(|text| text.starts_with("taken once in the last run, of #")),
            "{seen:?}"
        );
    }

    #[test]
    fn without_a_cursor_all_are_drawn() {
        let (snapshot, _) = at_cursor("let xs = [1]\nlet r = &xs\nfor x in xs {\n  print(x)\n}\nprint(r)$0");
        assert_eq!(borrows(&snapshot, None).borrows.len(), 2);
    }

    #[test]
    fn it_answers_at_every_offset_of_a_broken_program() {
        let program =
            "fn f(a, { let r = &a\nfor v in r.x { let q = &mut v\n if (v == } \nlet k = |y| { let z = &y } print(&";
        for offset in 0..=program.len() {
            let (snapshot, offset) = at_cursor(&format!("{}$0{}", &program[..offset], &program[offset..]));
            let _ = borrows(&snapshot, Some(offset));
        }
    }
}
