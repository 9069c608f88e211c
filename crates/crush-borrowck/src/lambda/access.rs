//! Uses of objects: which of them a live borrow, or a drop, stands in the way of (the table of the memory model).

use crush_hir::body::LocalId;

use super::{FoundCondition, Lambda};
use crate::draft::Draft;
use crate::report::{Code, Severity, Step};
use crate::state::{Barrier, Freed, Home, Live, State};
use crate::summary::Use;
use crate::table::{Alias, Owner, Shape};
use crate::value::{Target, Value};

/// A use of a value.
#[derive(Clone)]
pub(super) struct Usage {
    pub(super) usage: Use,
    pub(super) at: Step,
    /// The value, as the program writes it.
    pub(super) name: Option<String>,
    /// It happens in every run that reaches the place.
    pub(super) certain: bool,
    /// The function that does it, when the place is a call.
    pub(super) callee: Option<String>,
    /// Where the value was read, and still is.
    pub(super) source: Option<Home>,
}

impl Usage {
    /// The variable that holds the value.
    fn variable(&self) -> Option<LocalId> {
        self.source.and_then(Home::variable)
    }
}

/// What stands in the way.
#[derive(Clone)]
pub(super) struct Conflict {
    pub(super) code: Code,
    pub(super) surely: bool,
    pub(super) obstacle: Obstacle,
    /// The used object and the one in the way have been found the same, but by different names.
    pub(super) may_differ: bool,
    /// It is used through the handle of the very borrow that is in the way.
    pub(super) through: bool,
}

#[derive(Clone)]
pub(super) enum Obstacle {
    /// A borrow.
    Loan(u32),
    /// A drop.
    Freed(Step),
}

impl Lambda<'_> {
    /// Uses whatever a value is: looks for conflicts, notes what callers must know, and does what the use does.
    pub(super) fn access(&mut self, state: &mut State, value: &Value, usage: &Usage) {
        let concerned = match usage.usage {
            Use::ClonedIn => Some(references(value)),
            Use::Copy => Some(self.maybe_copied(value)),
            _ => None,
        };
        let value = concerned.as_ref().unwrap_or(value);
        self.spend(value.targets().len());
        if self.is_exhausted() {
            return;
        }
        self.note_effects(state, value, usage);
        if self.reporting {
            self.check(state, value, usage);
        }
        // What a callee does, in which order, is not known: that it passed is known when all of it is through.
        if usage.callee.is_none() {
            self.assume_passed(state, value, usage);
            self.assume_others(state, value, usage);
        }
        match usage.usage {
            Use::DeepRead | Use::Send => self.access_below(state, value, usage),
            Use::Clone | Use::ClonedIn | Use::Copy => self.access_cloned(state, value, usage),
            Use::Drop => self.drop_value(state, value, usage),
            Use::Read | Use::Write | Use::Share | Use::Exclude => {}
        }
    }

    pub(super) fn note_effects(&mut self, state: &mut State, value: &Value, usage: &Usage) {
        if self.in_task {
            // A handle in what another task gives is found by those who know that task (T3).
            self.asks_caller |=
                usage.usage == Use::Send && value.objects().any(|object| self.table.is_callers_business(object));
            return;
        }
        let sole = usage.certain && value.only().is_some();
        for object in value.objects() {
            if self.table.is_callers_business(object) {
                let effect = self.effect(state, object, usage.usage, usage.at);
                if sole {
                    state.done.insert(effect, ());
                }
            }
        }
        if usage.usage == Use::Write && state.phase.after {
            self.note_written_through(state, value, usage.at);
        }
        self.drops |= usage.usage == Use::Drop;
    }

    /// What is written through an exclusive handle, a function that nobody knows may have borrowed through it (B6), and so may be in
    /// the way.
    fn note_written_through(&mut self, state: &State, value: &Value, at: Step) {
        for target in value.targets() {
            let Target::Handle(loan) = target else { continue };
            let Some(live) = state.loans.get(*loan) else { continue };
            if !self.table.loans[*loan as usize].exclusive {
                continue;
            }
            for object in live.of.objects() {
                if self.table.is_callers_business(object) {
                    self.effect(state, object, Use::Write, at);
                }
            }
        }
    }

    /// What goes on after a use has passed: no borrow of just this object was in its way, it had not been dropped, and a
    /// handle was alive. So one mistake is reported once, not at each use that follows.
    pub(super) fn assume_passed(&self, state: &mut State, value: &Value, usage: &Usage) {
        if !usage.certain || self.in_task {
            return;
        }
        match value.only() {
            Some(Target::Object(object)) if self.table.objects[object as usize].single => {
                state.freed.remove(object);
                let mut over = Vec::new();
                state.loans.for_each(|loan, live| {
                    let info = &self.table.loans[loan as usize];
                    let is_of_this = !live.surely && live.of.only() == Some(Target::Object(object));
                    if is_of_this && obstructs(info.exclusive, info.owner, usage.usage).is_some() {
                        over.push(loan);
                    }
                });
                over.into_iter().for_each(|loan| drop(state.loans.remove(loan)));
            }
            // Each of the loans that this text takes is one borrow, the last one taken there.
            Some(Target::Handle(loan)) if usage.usage != Use::Send && (loan as usize) < self.cfg.loans.len() => {
                state.proved_alive(loan);
            }
            _ => {}
        }
    }

    /// A variable whose use has passed is none of the handles through which that surely stops the run.
    pub(super) fn assume_others(&mut self, state: &mut State, value: &Value, usage: &Usage) {
        let Some(source) = usage.source else { return };
        if !usage.certain || self.in_task || matches!(usage.usage, Use::Drop | Use::Copy | Use::ClonedIn) {
            return;
        }
        let mut others = value.clone();
        others.retain(|target| match target {
            Target::Handle(loan) => {
                let is_alive = state.loans.get(loan).is_some() || self.is_held_by_its_owner(loan, usage);
                let allows = match usage.usage {
                    Use::Write => self.table.loans[loan as usize].exclusive,
                    Use::Exclude => false,
                    _ => true,
                };
                is_alive && allows
            }
            Target::Object(_) | Target::Function(_) => true,
        });
        if others.is_empty() {
            return;
        }
        if let Home::Local(local) = source
            && others != *value
            && self.is_own(local)
            && self.variable(state, local) == *value
        {
            self.narrow(state, local, &others);
        }
        if !matches!(source, Home::Value(_)) {
            state.pass(source, others);
        }
    }

    /// Whether what is used is known to be neither dropped nor a dead handle.
    fn has_passed(&self, state: &State, usage: &Usage) -> bool {
        !self.in_task && usage.source.is_some_and(|source| state.has_passed(source))
    }

    fn check(&mut self, state: &State, value: &Value, usage: &Usage) {
        let mut found: Option<Conflict> = None;
        let mut all_surely = value.other() == 0 && usage.certain;
        for target in value.targets() {
            if self.is_exhausted() {
                return;
            }
            let conflict = match target {
                // What came from elsewhere may be a handle, and then `drop` ends its borrow alone (B4).
                Target::Object(object) if usage.usage == Use::Drop && self.table.objects[*object as usize].symbolic => {
                    let conflict = self.check_object(state, *object, None, usage);
                    conflict.map(|conflict| Conflict { surely: false, ..conflict })
                }
                Target::Object(object) => self.check_object(state, *object, None, usage),
                Target::Handle(loan) => self.check_handle(state, *loan, usage),
                Target::Function(_) => None,
            };
            all_surely &= conflict.as_ref().is_some_and(|conflict| conflict.surely);
            found = match (found, conflict) {
                (Some(a), Some(b)) if self.tells_more(&b, &a) => Some(b),
                (None, b) => b,
                (a, _) => a,
            };
        }
        if let Some(mut conflict) = found {
            conflict.may_differ |= value.targets().len() > 1;
            let severity = if all_surely { Severity::Error } else { Severity::Warning };
            let draft = self.word(&conflict, usage, severity);
            self.report(draft);
        }
    }

    /// Whether a conflict tells more than another: what is only expected of a function too large to analyse tells less.
    fn tells_more(&self, one: &Conflict, other: &Conflict) -> bool {
        match (self.is_expected(one), self.is_expected(other)) {
            (false, true) => true,
            (true, false) => false,
            _ => one.surely && !other.surely,
        }
    }

    /// Whether what is in the way is only expected of a function too large to analyse.
    fn is_expected(&self, conflict: &Conflict) -> bool {
        let at = match conflict.obstacle {
            Obstacle::Loan(loan) => self.table.loans[loan as usize].place,
            Obstacle::Freed(at) => at,
        };
        at.too_large().is_some()
    }

    fn check_handle(&mut self, state: &State, loan: u32, usage: &Usage) -> Option<Conflict> {
        let info = self.table.loans[loan as usize].clone();
        let conflict = |code, surely| {
            Some(Conflict { code, surely, obstacle: Obstacle::Loan(loan), may_differ: false, through: true })
        };
        let lives = self.is_held_by_its_owner(loan, usage);
        let Some(live) = state.loans.get(loan) else {
            return if lives { None } else { conflict(Code::BorrowOutlivesScope, true) };
        };
        if usage.usage == Use::Send {
            return conflict(Code::HandleSentToTask, true);
        }
        let live = live.clone();
        let through = match usage.usage {
            // Of a string alone: that it cannot be changed is an error of its own.
            Use::Write | Use::Exclude if live.of.targets().is_empty() => None,
            Use::Write if !info.exclusive => conflict(Code::WrittenThroughShared, true),
            // Through an exclusive handle too: pass the handle itself on (B6).
            Use::Exclude => conflict(Code::BorrowedTwice, true),
            // Through the live exclusive handle, a write is allowed when no shared borrow was taken through it.
            Use::Write => {
                let mut worst = None;
                for object in live.of.objects() {
                    let found = self.check_object(state, object, Some(loan), usage);
                    worst = worst.or(found);
                }
                if live.of.only().is_none() {
                    worst = worst.map(|conflict| Conflict { surely: false, ..conflict });
                }
                worst
            }
            Use::Read | Use::DeepRead | Use::Clone | Use::ClonedIn | Use::Copy | Use::Share | Use::Drop | Use::Send => {
                None
            }
        };
        match through {
            None if self.has_passed(state, usage) => None,
            None if state.may_have_ended(loan) && !lives => conflict(Code::BorrowOutlivesScope, false),
            None if state.is_lent(loan) && !self.in_task => {
                self.note_later_use(loan, usage.at);
                None
            }
            other => other,
        }
    }

    /// `through`: the handle that the object is used through.
    fn check_object(&mut self, state: &State, object: u32, through: Option<u32>, usage: &Usage) -> Option<Conflict> {
        let mut worst: Option<Conflict> = None;
        let mut keep = |conflict: Conflict| {
            if worst.as_ref().is_none_or(|worst| conflict.surely && !worst.surely) {
                worst = Some(conflict);
            }
        };
        let deep = matches!(usage.usage, Use::DeepRead | Use::Send | Use::Clone | Use::ClonedIn | Use::Copy);
        // What was dropped is not read where a copy would be made: it is passed on as it is.
        let is_read = usage.usage != Use::Copy;
        if is_read && through.is_none() && !state.freed.is_empty() && !self.has_passed(state, usage) {
            let mut freed = Vec::new();
            state.freed.for_each(|object, it| freed.push((object, it.clone())));
            self.spend(freed.len());
            for (other, it) in
                freed.into_iter().filter(|(other, _)| !state.is_apart(Barrier::Freed(*other), usage.source))
            {
                match self.alias_below(other, object, usage.usage) {
                    Alias::No => {}
                    Alias::Unknown => self.condition(Code::UseAfterDrop, other, (it.at, None), object, deep, usage),
                    alias => keep(Conflict {
                        code: Code::UseAfterDrop,
                        surely: alias == Alias::Must && it.surely,
                        obstacle: Obstacle::Freed(it.at),
                        may_differ: false,
                        through: false,
                    }),
                }
            }
        }
        let mut loans = Vec::new();
        state.loans.for_each(|loan, live| {
            if Some(loan) != through && !self.alive.contains(&loan) {
                loans.push((loan, live.clone()));
            }
        });
        self.spend(loans.len());
        for (loan, live) in loans {
            let info = &self.table.loans[loan as usize];
            // What was written through an exclusive handle is stopped by shared borrows alone (B6).
            if through.is_some() && info.exclusive {
                continue;
            }
            let Some(code) = obstructs(info.exclusive, info.owner, usage.usage) else { continue };
            let is_of_other = || state.is_apart(Barrier::Loan(loan), usage.source);
            if through.is_none() && (self.has_ended_where_it_is_used(loan, usage) || is_of_other()) {
                continue;
            }
            let held_at = info.place;
            let name = info.name.clone();
            let Live { surely, of } = live;
            for other in of.objects() {
                match self.alias_below(other, object, usage.usage) {
                    Alias::No => {}
                    Alias::Unknown => self.condition(code, other, (held_at, name.clone()), object, deep, usage),
                    alias => keep(Conflict {
                        code,
                        surely: surely && alias == Alias::Must && of.only().is_some(),
                        obstacle: Obstacle::Loan(loan),
                        may_differ: alias != Alias::Must,
                        through: false,
                    }),
                }
            }
        }
        worst
    }

    /// Whether a borrow has ended where its object itself is what a variable holds: while the variable owns the borrow, it
    /// holds the handle (B4).
    fn has_ended_where_it_is_used(&self, loan: u32, usage: &Usage) -> bool {
        self.is_of_its_variable(loan, usage)
    }

    /// Whether a handle is what the variable that owns its borrow holds: then it lives (B4), unless it was dropped there, or
    /// has come back to the variable later.
    fn is_held_by_its_owner(&self, loan: u32, usage: &Usage) -> bool {
        self.is_of_its_variable(loan, usage)
            && !self.loose.contains(&loan)
            && usage.variable().is_none_or(|local| !self.regained.contains(&local))
    }

    fn is_of_its_variable(&self, loan: u32, usage: &Usage) -> bool {
        let Some(local) = usage.variable() else { return false };
        if self.in_cell(local) && self.inner.declared_twice.contains(&local) {
            return false;
        }
        let is_its = self.table.loans[loan as usize].owner == Owner::Local(local);
        is_its && ((loan as usize) < self.cfg.loans.len() || self.is_the_one(local))
    }

    /// Whether a variable of this lambda is one variable of the run, whoever knows it: not declared again, nor in other calls.
    pub(super) fn is_the_one(&self, local: LocalId) -> bool {
        self.is_own(local) && (!self.in_cell(local) || self.cycle.is_empty() && !self.declared_again.contains(&local))
    }

    /// Whether two objects are one, or, where a use is deep, the one may lie below the other: below a captured variable lies
    /// what only a caller knows.
    fn alias_below(&self, held: u32, used: u32, usage: Use) -> Alias {
        let deep = matches!(usage, Use::DeepRead | Use::Send);
        let (above, below) = (&self.table.objects[used as usize], &self.table.objects[held as usize]);
        match self.table.alias(held, used) {
            Alias::No if deep && above.shape == Shape::Cell && above.symbolic && below.symbolic => Alias::Unknown,
            alias => alias,
        }
    }

    /// What lies below an object that is read through a handle, where only a caller knows that.
    fn check_below_borrowed(&mut self, state: &State, object: u32, usage: &Usage) {
        let mut freed = Vec::new();
        state.freed.for_each(|other, it| freed.push((other, it.at)));
        self.spend(freed.len());
        for (other, at) in freed.into_iter().filter(|(other, _)| *other != object) {
            if self.table.alias(other, object) == Alias::Unknown {
                self.condition(Code::UseAfterDrop, other, (at, None), object, true, usage);
            }
        }
        let mut loans = Vec::new();
        state.loans.for_each(|loan, live| {
            if !self.alive.contains(&loan) {
                loans.push((loan, live.of.clone()));
            }
        });
        self.spend(loans.len());
        for (loan, of) in loans {
            let info = &self.table.loans[loan as usize];
            let (held_at, name) = (info.place, info.name.clone());
            let Some(code) = obstructs(info.exclusive, info.owner, usage.usage) else { continue };
            for other in of.objects().filter(|other| *other != object) {
                if self.table.alias(other, object) == Alias::Unknown {
                    self.condition(code, other, (held_at, name.clone()), object, true, usage);
                }
            }
        }
    }

    /// Two objects of which only a caller knows whether they are one.
    fn condition(
        &mut self,
        code: Code,
        held: u32,
        (held_at, held_name): (Step, Option<String>),
        used: u32,
        deep: bool,
        usage: &Usage,
    ) {
        self.note_condition(FoundCondition {
            code,
            held,
            held_at: vec![held_at],
            used,
            deep,
            at: vec![usage.at],
            names: (held_name, usage.name.clone()),
        });
    }

    /// A deep read reads every object it reaches; dead handles among them are used too, and none may go to a task.
    fn access_below(&mut self, state: &mut State, value: &Value, usage: &Usage) {
        let reached = self.reach(state, value);
        let top = value.targets();
        // What a live handle borrows may be read; what callers borrow inside of it, only they know.
        for object in &reached.borrowed {
            let inner = Usage { certain: false, source: None, ..usage.clone() };
            self.note_effects(state, &Value::of(Target::Object(*object)), &inner);
            if self.reporting {
                self.check_below_borrowed(state, *object, &inner);
            }
        }
        let mut below = Value::default();
        below.extend(reached.objects.into_iter().map(Target::Object));
        below.extend(reached.handles.into_iter().map(Target::Handle));
        let again = match usage.source {
            Some(_) => self.top_inside(state, value),
            None => Vec::new(),
        };
        for target in below.targets() {
            // What a variable owns lives where that holds it, and what it holds may have passed there, and not where it is reached
            // otherwise.
            if top.contains(target) && !again.contains(target) {
                continue;
            }
            let inner = Usage { certain: false, source: None, ..usage.clone() };
            let one = Value::of(*target);
            self.note_effects(state, &one, &inner);
            if self.reporting {
                self.check(state, &one, &inner);
            }
        }
    }

    /// What of a value may be an instance of a struct that is copied as a value.
    fn maybe_copied(&self, value: &Value) -> Value {
        let mut copied = value.clone();
        copied.retain(|target| match target {
            Target::Object(object) => match &self.table.objects[object as usize].shape {
                Shape::Unknown => true,
                Shape::Struct(name) => self.lookup.is_copied(name),
                Shape::Array | Shape::Map | Shape::Closure(..) | Shape::Cell | Shape::Task => false,
            },
            Target::Handle(_) | Target::Function(_) => false,
        });
        copied
    }

    /// A clone reads what it copies: all that is reached by references. Handles in it are shared.
    fn access_cloned(&mut self, state: &mut State, value: &Value, usage: &Usage) {
        let mut below = self.reach_by_references(state, value);
        // By a reference to what the handle borrows it may be come to once more.
        for target in value.targets().iter().filter(|target| matches!(target, Target::Handle(_))) {
            for object in self.underlying(state, &Value::of(*target)).objects() {
                if let Some(deep) = self.deep(object) {
                    below.add(Target::Object(deep));
                }
            }
        }
        let inner = match usage.usage {
            Use::Copy => Use::Copy,
            _ => Use::ClonedIn,
        };
        let below = if inner == Use::Copy { self.maybe_copied(&below) } else { below };
        let inner = Usage { usage: inner, certain: false, source: None, name: None, ..usage.clone() };
        for object in below.objects() {
            let one = Value::of(Target::Object(object));
            self.note_effects(state, &one, &inner);
            if self.reporting {
                self.check(state, &one, &inner);
            }
        }
    }

    /// `drop(x)`: frees an object, or ends the borrow of a handle (A6, B4).
    fn drop_value(&mut self, state: &mut State, value: &Value, usage: &Usage) {
        let sole = usage.certain && value.targets().len() == 1;
        if usage.certain
            && let Some(owner) = self.owner_of_all(value)
        {
            // A variable owns one borrow at a time, and one that lived has just ended.
            for loan in self.loans_of.get(&owner).into_iter().flatten() {
                state.end(*loan);
                self.loose.insert(*loan);
            }
            return;
        }
        for target in value.targets() {
            match target {
                Target::Object(object) => {
                    let surely = sole && self.table.objects[*object as usize].single;
                    let known = state.freed.get(*object).is_some_and(|freed| freed.surely);
                    if !known {
                        state.free(*object, Freed { surely, at: usage.at }, &self.table);
                    }
                }
                Target::Handle(loan) => {
                    self.loose.insert(*loan);
                    if sole && !self.several.contains(loan) {
                        state.end(*loan);
                    } else {
                        state.end_perhaps(*loan);
                    }
                }
                Target::Function(_) => {}
            }
        }
    }

    /// The variable of this lambda that owns the borrow, whichever of these handles a value is.
    fn owner_of_all(&self, value: &Value) -> Option<LocalId> {
        let owner = |target: &Target| match target {
            Target::Handle(loan) => match self.table.loans[*loan as usize].owner {
                Owner::Local(local) if self.is_own(local) && !self.in_cell(local) => Some(local),
                _ => None,
            },
            Target::Object(_) | Target::Function(_) => None,
        };
        let first = owner(value.targets().first()?)?;
        let same = value.targets().iter().all(|target| owner(target) == Some(first));
        (same && value.other() == 0).then_some(first)
    }

    /// Keeps a report, one for each code and place.
    pub(super) fn report(&mut self, draft: Draft) {
        let same = self.drafts.iter_mut().find(|known| {
            known.code == draft.code && known.place == draft.place && known.only_uncalled == draft.only_uncalled
        });
        match same {
            // What leads to the one leads to a fault too.
            Some(known) => {
                let (mut kept, other) = (draft, std::mem::replace(known, Draft::too_large(known.place)));
                let (first, second) = if other.severity >= kept.severity { (other, kept) } else { (kept, other) };
                kept = first;
                for (step, words) in second.related {
                    let is_known =
                        kept.related.iter().any(|(known, _)| known.place == step.place && known.cause == step.cause);
                    if !is_known {
                        kept.related.push((step, words));
                    }
                }
                kept.obstacles.extend(second.obstacles);
                *known = kept;
            }
            None => self.drafts.push(draft),
        }
    }
}

/// What a value may be besides a handle.
pub(super) fn references(value: &Value) -> Value {
    let mut references = value.clone();
    references.retain(|target| !matches!(target, Target::Handle(_)));
    references
}

/// Whether a live borrow is in the way of a use not through its handle, and what the fault is called.
pub(super) fn obstructs(exclusive: bool, owner: Owner, usage: Use) -> Option<Code> {
    match usage {
        Use::Read | Use::DeepRead | Use::Clone | Use::ClonedIn | Use::Copy | Use::Send if exclusive => {
            Some(Code::ReadWhileExclusive)
        }
        Use::Read | Use::DeepRead | Use::Clone | Use::ClonedIn | Use::Copy | Use::Send => None,
        Use::Share => exclusive.then_some(Code::BorrowedTwice),
        Use::Exclude | Use::Write | Use::Drop if owner == Owner::Argument => Some(Code::CallbackChangesArgument),
        Use::Exclude if owner == Owner::Loop => Some(Code::ChangedWhileIterated),
        Use::Exclude => Some(Code::BorrowedTwice),
        Use::Write if owner == Owner::Loop => Some(Code::ChangedWhileIterated),
        Use::Write => Some(Code::ChangedWhileBorrowed),
        Use::Drop => Some(Code::DroppedWhileBorrowed),
    }
}
