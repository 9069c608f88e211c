//! The words of reports.

use crush_hir::body::{Callee, ExprId, ExprKind, Literal};

use super::access::{Conflict, Obstacle, Usage};
use super::{FoundCondition, Lambda};
use crate::draft::{Draft, Words};
use crate::report::{Code, Fix, Place, Severity, Step};
use crate::summary::Use;
use crate::table::Owner;

impl Lambda<'_> {
    /// An expression as the program writes it, when it is short enough to be named.
    pub(super) fn describe(&self, expr: ExprId) -> Option<String> {
        let body = self.body;
        match &body.exprs.get(expr.index())?.kind {
            ExprKind::Local(local) => Some(body[*local].name.to_string()),
            ExprKind::Field { base, name, .. } => Some(format!("{}.{name}", self.describe(*base)?)),
            ExprKind::Index { base, index } => {
                let base = self.describe(*base)?;
                Some(match &body[*index].kind {
                    ExprKind::Literal(Literal::Int(index)) => format!("{base}[{index}]"),
                    ExprKind::Literal(Literal::Str(key)) => format!("{base}[\"{key}\"]"),
                    ExprKind::Local(local) => format!("{base}[{}]", body[*local].name),
                    _ => format!("{base}[…]"),
                })
            }
            ExprKind::Borrow { operand, .. } => self.describe(*operand),
            ExprKind::Call { callee: Callee::Name(name), .. } => Some(format!("{name}(…)")),
            _ => None,
        }
    }

    /// The report of a conflict.
    pub(super) fn word(&self, conflict: &Conflict, usage: &Usage, severity: Severity) -> Draft {
        let place = usage.at.place;
        let used = quoted(usage.name.as_deref(), "this");
        let mut related = Vec::new();
        let mut fixes = Vec::new();
        let mut message = Words::default();
        let act = match (&usage.callee, usage.usage) {
            (None, usage) => format!("{used} is {} here", verb(usage)),
            (Some(callee), usage) => format!("calling `{callee}` {} {used}", third_person(usage)),
        };
        match &conflict.obstacle {
            Obstacle::Freed(at) => {
                message = message.text(format!("{act}, but it was dropped on ")).line(*at);
                related.push((*at, Words::default().text("dropped here")));
            }
            Obstacle::Loan(loan) => {
                let info = &self.table.loans[*loan as usize];
                let taken = info.place;
                let holder = self.owner_name(info.owner);
                let held = quoted(info.name.as_deref(), "it");
                let kind = if info.exclusive { "exclusively " } else { "" };
                message = match conflict.code {
                    Code::BorrowOutlivesScope => message
                        .text(format!("{used} is used here, but the borrow of {held} taken on "))
                        .line(taken)
                        .text(" has ended"),
                    Code::HandleSentToTask => message
                        .text(format!("a task gets a copy of {used}, but the borrow of {held} taken on "))
                        .line(taken)
                        .text(" cannot go with it"),
                    Code::WrittenThroughShared => message
                        .text(format!("{act}, but the borrow of {held} taken on "))
                        .line(taken)
                        .text(" is for reading only"),
                    Code::BorrowedTwice if conflict.through && usage.callee.is_none() => message
                        .text(format!("{used} already is a borrow of {held}, taken on "))
                        .line(taken)
                        .text(": pass it on as it is"),
                    _ => {
                        let message = message.text(format!("{act}, while "));
                        match (info.owner, holder) {
                            (Owner::Loop, _) => {
                                let over = if info.name == usage.name { "it".to_owned() } else { held.clone() };
                                message.text("the `for` on ").line(taken).text(format!(" is still running over {over}"))
                            }
                            (Owner::Argument, _) => message
                                .text(format!("{held} is an argument of the call on "))
                                .line(taken)
                                .text(", which is still running"),
                            (_, Some(holder)) => {
                                let what = if info.name == usage.name { "it".to_owned() } else { held.clone() };
                                message
                                    .text(format!("`{holder}` (taken on "))
                                    .line(taken)
                                    .text(format!(") still borrows {what} {kind}").trim_end().to_owned())
                            }
                            (_, None) => message
                                .text(format!("a borrow of {held} taken {kind}on "))
                                .line(taken)
                                .text(" still lives"),
                        }
                    }
                };
                let label = match info.owner {
                    Owner::Loop => format!("{held} is iterated here"),
                    _ => format!("{held} is borrowed {kind}here"),
                };
                related.push((taken, Words::default().text(label)));
            }
        }
        if conflict.code == Code::BorrowedTwice && conflict.through {
            fixes.extend(self.pass_the_handle_on(usage));
        }
        if usage.at.cause.is_some() {
            related.push((usage.at, Words::default().text(format!("{} here", verb(usage.usage)))));
        }
        let condition = (severity == Severity::Warning).then(|| self.on_condition(conflict, usage));
        Draft { code: conflict.code, severity, place, message, condition, related, fixes, only_uncalled: false }
    }

    /// What a warning rests on (S2).
    fn on_condition(&self, conflict: &Conflict, usage: &Usage) -> Words {
        let name = match &conflict.obstacle {
            Obstacle::Loan(loan) => self.table.loans[*loan as usize].name.clone(),
            Obstacle::Freed(_) => None,
        };
        match (name, &usage.name) {
            (Some(held), Some(used)) if held != *used && conflict.may_differ && !conflict.through => {
                Words::default().text(format!("if `{held}` and `{used}` are the same object"))
            }
            _ => match (&conflict.obstacle, conflict.code, &usage.callee) {
                (_, _, Some(callee)) => Words::default().text(format!("if `{callee}` gets that far")),
                (Obstacle::Freed(at), ..) => Words::default().text("if ").line(*at).text(" has run for this object"),
                (Obstacle::Loan(loan), Code::BorrowOutlivesScope, _) => Words::default()
                    .text("if this is that borrow, taken on ")
                    .line(self.table.loans[*loan as usize].place),
                (Obstacle::Loan(loan), ..) => Words::default()
                    .text("if the borrow taken on ")
                    .line(self.table.loans[*loan as usize].place)
                    .text(" lives then and is of the same object"),
            },
        }
    }

    /// `&mut m` becomes `m`, where `m` is a handle (B6).
    fn pass_the_handle_on(&self, usage: &Usage) -> Option<Fix> {
        let range = usage.at.place.range;
        let loan = self.cfg.loans.iter().find(|loan| loan.exclusive && loan.range == range)?;
        let operand = self.body[loan.operand].range;
        if usage.at.cause.is_some() || self.describe(loan.operand).is_none() {
            return None;
        }
        let before = crush_hir::source_map::BodyRange::new(range.start, operand.start);
        Some(Fix {
            title: "pass the handle on as it is".to_owned(),
            edits: vec![(Place { function: self.function, range: before }, String::new())],
        })
    }

    /// The report of a condition that rests on two parameters of a function nobody calls.
    pub(super) fn word_condition(
        &self,
        condition: &FoundCondition,
        at: Step,
        severity: Severity,
        only_uncalled: bool,
    ) -> Draft {
        let (held, used) = (&condition.names.0, &condition.names.1);
        let used_text = quoted(used.as_deref(), "this");
        let held_text = quoted(held.as_deref(), "it");
        let message = Words::default();
        let taken = condition.held_at[0];
        let message = match condition.code {
            Code::UseAfterDrop => {
                message.text(format!("{used_text} is used here, but {held_text} was dropped on ")).line(taken)
            }
            Code::ChangedWhileIterated => message
                .text(format!("{used_text} is changed here, while the `for` on "))
                .line(taken)
                .text(format!(" is still running over {held_text}")),
            code => message
                .text(format!("{used_text} is {} here, while {held_text} is borrowed on ", acts(code)))
                .line(taken),
        };
        let condition_text = match (held, used) {
            (Some(a), Some(b)) if a != b => format!("if `{a}` and `{b}` are the same object"),
            _ => "if both are the same object".to_owned(),
        };
        Draft {
            code: condition.code,
            severity,
            place: at.place,
            message,
            condition: (severity == Severity::Warning).then(|| Words::default().text(condition_text)),
            related: condition
                .held_at
                .iter()
                .map(|step| (*step, Words::default().text(format!("{held_text} is taken here"))))
                .collect(),
            fixes: Vec::new(),
            only_uncalled,
        }
    }

    /// The report of a condition that a call makes true, or may.
    pub(super) fn word_call(
        &self,
        code: Code,
        (held, used): (Step, Step),
        callee: &str,
        severity: Severity,
        names: (Option<String>, Option<String>),
    ) -> Draft {
        let message = match (&names.0, &names.1) {
            (Some(a), Some(b)) if a == b => {
                Words::default().text(format!("calling `{callee}` with `{a}` in both places"))
            }
            (Some(a), Some(b)) => Words::default().text(format!("calling `{callee}` with `{a}` and `{b}`")),
            _ => Words::default().text(format!("calling `{callee}` with these arguments")),
        };
        let message = message.text(format!(": {}", consequence(code)));
        let condition = match (&names.0, &names.1) {
            (Some(a), Some(b)) if a != b => format!("if `{a}` and `{b}` are, or hold, the same object there"),
            _ => format!("if `{callee}` gets that far"),
        };
        Draft {
            code,
            severity,
            place: used.place,
            message,
            condition: (severity == Severity::Warning).then(|| Words::default().text(condition)),
            related: vec![
                (
                    held,
                    Words::default().text(if code == Code::UseAfterDrop { "dropped here" } else { "borrowed here" }),
                ),
                (used, Words::default().text(format!("{} here", acts(code)))),
            ],
            fixes: Vec::new(),
            only_uncalled: false,
        }
    }
}

fn quoted(name: Option<&str>, otherwise: &str) -> String {
    name.map_or_else(|| otherwise.to_owned(), |name| format!("`{name}`"))
}

fn verb(usage: Use) -> &'static str {
    match usage {
        Use::Read | Use::DeepRead => "read",
        Use::Write => "changed",
        Use::Drop => "dropped",
        Use::Share => "borrowed",
        Use::Exclude => "borrowed exclusively",
        Use::Send => "copied into a task",
    }
}

fn third_person(usage: Use) -> &'static str {
    match usage {
        Use::Read | Use::DeepRead => "reads",
        Use::Write => "changes",
        Use::Drop => "drops",
        Use::Share => "borrows",
        Use::Exclude => "exclusively borrows",
        Use::Send => "copies into a task",
    }
}

fn acts(code: Code) -> &'static str {
    match code {
        Code::ChangedWhileIterated | Code::ChangedWhileBorrowed | Code::CallbackChangesArgument => "changed",
        Code::DroppedWhileBorrowed => "dropped",
        Code::BorrowedTwice => "borrowed again",
        _ => "used",
    }
}

fn consequence(code: Code) -> &'static str {
    match code {
        Code::ChangedWhileIterated => "what it iterates is changed meanwhile",
        Code::ChangedWhileBorrowed => "what it borrows is changed meanwhile",
        Code::CallbackChangesArgument => "the argument is changed meanwhile",
        Code::DroppedWhileBorrowed => "what it borrows is dropped meanwhile",
        Code::BorrowedTwice => "what it borrows is borrowed again meanwhile",
        Code::ReadWhileExclusive => "what it borrows exclusively is read meanwhile",
        _ => "what it drops is used afterwards",
    }
}
