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
            ExprKind::Borrow { operand, .. } | ExprKind::Copy(operand) => self.describe(*operand),
            ExprKind::Call { callee: Callee::Name(name), .. } => Some(format!("{name}(…)")),
            _ => None,
        }
    }

    /// The report of a conflict.
    pub(super) fn word(&self, conflict: &Conflict, usage: &Usage, severity: Severity) -> Draft {
        let is_possible = severity == Severity::Warning;
        let message = match &conflict.obstacle {
            Obstacle::Freed(at) => {
                let was = if is_possible { "may have been" } else { "was" };
                Words::default().text(format!("{}, but it {was} dropped on ", act(usage))).line(*at)
            }
            Obstacle::Loan(loan) => self.word_loan(conflict, *loan, usage, is_possible),
        };
        let mut related = vec![match &conflict.obstacle {
            Obstacle::Freed(at) => (*at, Words::default().text("dropped here")),
            Obstacle::Loan(loan) => self.word_taken(*loan),
        }];
        if usage.at.cause.is_some() {
            related.push((usage.at, Words::default().text(format!("{} here", verb(usage.usage)))));
        }
        let mut fixes = Vec::new();
        if conflict.code == Code::BorrowedTwice && conflict.through {
            fixes.extend(self.pass_the_handle_on(usage));
        }
        let condition = is_possible.then(|| self.on_condition(conflict, usage));
        let place = usage.at.place;
        let obstacles = vec![related[0].0];
        Draft {
            code: conflict.code,
            severity,
            place,
            message,
            condition,
            related,
            obstacles,
            fixes,
            only_uncalled: false,
        }
    }

    /// The report of a callback that may end a borrow whose handle the callee uses afterwards.
    pub(super) fn word_ended(&self, loan: u32, later: Step, callee: &str) -> Draft {
        let info = &self.table.loans[loan as usize];
        let held = quoted(info.name.as_deref(), "it");
        let message = Words::default().text(format!("calling `{callee}` uses a borrow of {held} taken on "));
        Draft {
            code: Code::BorrowOutlivesScope,
            severity: Severity::Warning,
            place: later.place,
            message: message.line(info.place).text(" that the function it is given may have ended"),
            condition: Some(Words::default().text("if the call gets that far")),
            related: vec![self.word_taken(loan), (later, Words::default().text("used here"))],
            obstacles: vec![info.place],
            fixes: Vec::new(),
            only_uncalled: false,
        }
    }

    /// What is wrong with a use that a borrow is in the way of.
    fn word_loan(&self, conflict: &Conflict, loan: u32, usage: &Usage, is_possible: bool) -> Words {
        let info = &self.table.loans[loan as usize];
        let (taken, message) = (info.place, Words::default());
        let (used, held) = (quoted(usage.name.as_deref(), "this"), quoted(info.name.as_deref(), "it"));
        match conflict.code {
            Code::BorrowOutlivesScope => {
                let has = if is_possible { "may have" } else { "has" };
                let with = match info.owner {
                    _ if taken.cause.is_some() => " with the function that took it",
                    Owner::Temporary => " with the statement that took it",
                    _ => "",
                };
                let use_of = match usage.usage {
                    Use::Send => format!("a task gets a copy of {used}"),
                    _ => format!("{used} is used here"),
                };
                message
                    .text(format!("{use_of}, but the borrow of {held} taken on "))
                    .line(taken)
                    .text(format!(" {has} ended{with}"))
            }
            Code::HandleSentToTask => message
                .text(format!("a task gets a copy of {used}, but the borrow of {held} taken on "))
                .line(taken)
                .text(" cannot go with it"),
            Code::WrittenThroughShared => message
                .text(format!("{}, but the borrow of {held} taken on ", act(usage)))
                .line(taken)
                .text(" is for reading only"),
            Code::BorrowedTwice if conflict.through && usage.callee.is_none() => message
                .text(format!("{used} already is a borrow of {held}, taken on "))
                .line(taken)
                .text(": pass it on as it is"),
            _ => {
                // Where it is asked whether two names are one object, or how far a call gets, the borrow lives.
                let is_asked = self.may_be_one(conflict, usage).is_some() || usage.callee.is_some();
                let may_be_over = is_possible && !is_asked;
                self.word_holder(loan, usage, may_be_over)
            }
        }
    }

    /// What is done, and who holds the borrow meanwhile.
    fn word_holder(&self, loan: u32, usage: &Usage, may_be_over: bool) -> Words {
        let info = &self.table.loans[loan as usize];
        let taken = info.place;
        let held = quoted(info.name.as_deref(), "it");
        let it = if info.name == usage.name { "it".to_owned() } else { held.clone() };
        let kind = if info.exclusive { " exclusively" } else { "" };
        let message = Words::default().text(format!("{}, while ", act(usage)));
        match (info.owner, self.owner_name(info.owner)) {
            (Owner::Loop, _) => message.text("the `for` on ").line(taken).text(format!(" is still running over {it}")),
            (Owner::Argument, _) if usage.callee.is_some() => message.text(format!("it is still working on {held}")),
            (Owner::Argument, _) => message.text("the call on ").line(taken).text(format!(" is still working on {it}")),
            (_, Some(holder)) => {
                let borrows = if may_be_over { "may still borrow" } else { "still borrows" };
                let message = message.text(format!("`{holder}` (taken on ")).line(taken);
                message.text(format!(") {borrows} {it}{kind}"))
            }
            (_, None) => {
                let lives = if may_be_over { "may still live" } else { "still lives" };
                message.text(format!("a borrow of {held} taken{kind} on ")).line(taken).text(format!(" {lives}"))
            }
        }
    }

    /// Where a borrow was taken, and how.
    fn word_taken(&self, loan: u32) -> (Step, Words) {
        let info = &self.table.loans[loan as usize];
        let held = quoted(info.name.as_deref(), "it");
        let label = match info.owner {
            Owner::Loop => format!("{held} is iterated here"),
            Owner::Argument => format!("{held} is given to the call here"),
            _ if info.exclusive => format!("{held} is borrowed exclusively here"),
            _ => format!("{held} is borrowed here"),
        };
        (info.place, Words::default().text(label))
    }

    /// What a warning rests on (S2).
    fn on_condition(&self, conflict: &Conflict, usage: &Usage) -> Words {
        let used = quoted(usage.name.as_deref(), "this");
        let text = match (&conflict.obstacle, conflict.code) {
            _ if let Some((held, used)) = self.may_be_one(conflict, usage) => {
                format!("if `{held}` and `{used}` are the same object")
            }
            _ if usage.callee.is_some() => "if the call gets that far".to_owned(),
            (Obstacle::Freed(_), _) => "if that line ran before, for the same object".to_owned(),
            (_, Code::BorrowOutlivesScope) => format!("if it ended before, and {used} is that borrow here"),
            (_, Code::HandleSentToTask) => format!("if {used} is that borrow, or holds it"),
            (_, Code::WrittenThroughShared) => format!("if {used} is that borrow here"),
            _ if conflict.may_differ => {
                "if that line ran before, for the same object, and its borrow still lives".to_owned()
            }
            _ => "if that line ran before, and its borrow still lives".to_owned(),
        };
        Words::default().text(text)
    }

    /// The names of the borrowed and of the used object, when the question is whether they are one object.
    fn may_be_one<'n>(&'n self, conflict: &Conflict, usage: &'n Usage) -> Option<(&'n str, &'n str)> {
        let Obstacle::Loan(loan) = &conflict.obstacle else { return None };
        let (held, used) = (self.table.loans[*loan as usize].name.as_deref()?, usage.name.as_deref()?);
        (held != used && conflict.may_differ && !conflict.through).then_some((held, used))
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
                .map(|step| (*step, Words::default().text(format!("{held_text} is {} here", taken_as(condition.code)))))
                .collect(),
            obstacles: condition.held_at.clone(),
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
            _ => "if the call gets that far".to_owned(),
        };
        Draft {
            code,
            severity,
            place: used.place,
            message,
            condition: (severity == Severity::Warning).then(|| Words::default().text(condition)),
            related: vec![
                (held, Words::default().text(format!("{} here", taken_as(code)))),
                (used, Words::default().text(format!("{} here", acts(code)))),
            ],
            obstacles: vec![held],
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
        Use::Read | Use::DeepRead | Use::Clone | Use::ClonedIn | Use::Copy => "read",
        Use::Write => "changed",
        Use::Drop => "dropped",
        Use::Share => "borrowed",
        Use::Exclude => "borrowed exclusively",
        Use::Send => "copied into a task",
    }
}

fn third_person(usage: Use) -> &'static str {
    match usage {
        Use::Read | Use::DeepRead | Use::Clone | Use::ClonedIn | Use::Copy => "reads",
        Use::Write => "changes",
        Use::Drop => "drops",
        Use::Share => "borrows",
        Use::Exclude => "exclusively borrows",
        Use::Send => "copies into a task",
    }
}

/// What is done: `xs` is changed here, calling `f` changes `xs`.
fn act(usage: &Usage) -> String {
    let used = quoted(usage.name.as_deref(), "this");
    match &usage.callee {
        None => format!("{used} is {} here", verb(usage.usage)),
        Some(callee) => format!("calling `{callee}` {} {used}", third_person(usage.usage)),
    }
}

/// How what is in the way came to be.
fn taken_as(code: Code) -> &'static str {
    match code {
        Code::UseAfterDrop | Code::BorrowOutlivesScope => "dropped",
        Code::ChangedWhileIterated => "iterated",
        _ => "borrowed",
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
