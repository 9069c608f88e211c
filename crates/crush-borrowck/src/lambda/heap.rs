//! Reading and writing slots, allocation, and what a value reaches.

use crush_hir::body::{Body, ExprId, ExprKind, LocalId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Lambda;
use crate::state::{Home, State};
use crate::table::{Family, Field, Origin, Owner, Shape};
use crate::value::{Target, Value};

/// Everything that a value reaches.
#[derive(Default)]
pub(super) struct Reached {
    /// Reached by a reference.
    pub(super) objects: Vec<u32>,
    /// Reached by a handle.
    pub(super) borrowed: Vec<u32>,
    pub(super) handles: Vec<u32>,
    pub(super) functions: Vec<Target>,
    seen: FxHashSet<Target>,
}

/// How many elements of an array literal are objects of their own.
const LITERALS: usize = 16;

/// For each expression in the later elements of long array literals, the expression of the first such element that stands
/// for it.
///
/// Loss: the objects of a long table count as possibly the same. Otherwise every use of an element would look at each.
pub(super) fn shared_sites(body: &Body) -> FxHashMap<ExprId, ExprId> {
    let mut shared = FxHashMap::default();
    for expr in &body.exprs {
        let ExprKind::Array(elements) = &expr.kind else { continue };
        if elements.len() <= LITERALS {
            continue;
        }
        let mut first = Vec::new();
        literals(body, elements[LITERALS], &mut first);
        for element in &elements[LITERALS..] {
            let mut inside = Vec::new();
            literals(body, *element, &mut inside);
            // Literals of another form stay as they are.
            if inside.len() == first.len() {
                shared.extend(inside.iter().copied().zip(first.iter().copied()));
            }
        }
    }
    shared
}

/// The literals that make objects in an expression, itself included, in order.
fn literals(body: &Body, expr: ExprId, found: &mut Vec<ExprId>) {
    match &body[expr].kind {
        ExprKind::Array(elements) => elements.iter().for_each(|element| literals(body, *element, found)),
        ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| literals(body, *value, found)),
        ExprKind::Struct { fields, .. } => fields.iter().for_each(|(_, _, value)| literals(body, *value, found)),
        _ => return,
    }
    found.push(expr);
}

impl Lambda<'_> {
    /// The objects that a value refers to, through live handles too.
    pub(super) fn underlying(&self, state: &State, value: &Value) -> Value {
        let mut objects = Value::default();
        self.spend(value.targets().len());
        for target in value.targets() {
            match target {
                Target::Object(_) => {
                    objects.add(*target);
                }
                Target::Handle(loan) => {
                    if let Some(live) = state.loans.get(*loan) {
                        objects.join(&live.of);
                    }
                }
                Target::Function(_) => {}
            }
        }
        objects
    }

    /// What a value holds in a field.
    pub(super) fn load(&mut self, state: &State, value: &Value, field: &Field) -> Value {
        let mut loaded = Value::flags(value.other() & Value::TEXT);
        for object in self.underlying(state, value).objects() {
            if self.is_exhausted() {
                break;
            }
            let one = self.load_object(state, object, field);
            self.spend(1 + one.targets().len());
            loaded.join(&one);
        }
        loaded
    }

    pub(super) fn load_object(&mut self, state: &State, object: u32, field: &Field) -> Value {
        let key = self.table.field(field.clone());
        let slot = self.table.slot(object, key);
        let mut value = state.slot(slot, &self.table);
        let symbolic = self.table.is_known_elsewhere(object);
        match field {
            Field::Variable(_) => return value,
            // A key that the program computes may be any.
            Field::Element => {
                for slot in &self.table.objects[object as usize].slots {
                    if let Some(written) = state.written(*slot) {
                        value.join(written);
                    }
                }
                if symbolic {
                    for family in self.table.families(object) {
                        state.for_each_stored(family, &self.table, |stored| {
                            value.join(stored);
                        });
                    }
                }
            }
            Field::Appended | Field::Moved => {}
            Field::Named(_) => {
                self.join_field(state, object, Field::Element, &mut value);
                if self.may_lack(state, object, slot) {
                    value.join(&Value::plain());
                }
            }
            Field::Index(index) => {
                let assigned = self.join_field(state, object, Field::Element, &mut value);
                let moved = self.join_field(state, object, Field::Moved, &mut value);
                if assigned || moved || !self.is_in_literal(object, *index) {
                    self.join_field(state, object, Field::Appended, &mut value);
                }
            }
        }
        if value.is_empty() { Value::plain() } else { value }
    }

    /// Whether an object may have no such key, and so null: where nothing was put under it by this name, and in maps of which some
    /// may have it and others not.
    fn may_lack(&self, state: &State, object: u32, slot: u32) -> bool {
        let it = &self.table.objects[object as usize];
        let of_several = !it.single && matches!(it.shape, Shape::Map | Shape::Unknown);
        !it.symbolic && (of_several || state.written(slot).is_none())
    }

    /// Joins what was put in another field of an object, or of one that may be the same, and tells whether anything was.
    fn join_field(&mut self, state: &State, object: u32, field: Field, value: &mut Value) -> bool {
        let field = self.table.field(field);
        let slot = self.table.slot(object, field);
        let mut put = Value::default();
        if let Some(written) = state.written(slot) {
            put.join(written);
        }
        if self.table.is_known_elsewhere(object) {
            state.join_stored(slot, &mut put, &self.table);
        }
        value.join(&put);
        !put.is_empty()
    }

    /// Whether an array literal made the element of that number. It is still there as long as nothing moved the elements.
    fn is_in_literal(&self, object: u32, index: u32) -> bool {
        let Origin::Site { expr, part: 0, old: false } = self.table.objects[object as usize].origin else {
            return false;
        };
        let literal = self.body.exprs.get(expr.index()).map(|expr| &expr.kind);
        matches!(literal, Some(ExprKind::Array(elements)) if (index as usize) < elements.len())
    }

    /// Appends a value to whatever `base` refers to.
    pub(super) fn append(&mut self, state: &mut State, base: &Value, value: &Value) {
        for object in self.underlying(state, base).objects() {
            self.spend(1 + value.targets().len());
            let field = self.table.field(Field::Appended);
            let slot = self.table.slot(object, field);
            state.store(slot, value, false, &self.table);
        }
    }

    /// The elements of an array move: each may be at any place now.
    pub(super) fn shift(&mut self, state: &mut State, base: &Value) {
        for object in self.underlying(state, base).objects() {
            let any = self.load_object(state, object, &Field::Element).joined(&Value::plain());
            self.spend(1 + any.targets().len());
            let moved = self.table.field(Field::Moved);
            let slot = self.table.slot(object, moved);
            state.store(slot, &any, false, &self.table);
            // A key of a map may be gone.
            for slot in self.table.objects[object as usize].slots.clone() {
                let field = &self.table.fields[self.table.slots[slot as usize].field as usize];
                if matches!(field, Field::Named(_)) && state.written(slot).is_some() {
                    state.store(slot, &Value::plain(), false, &self.table);
                }
            }
            if self.table.is_callers_business(object) && !self.in_task {
                self.shifted.insert(object);
            }
        }
    }

    /// Puts a value in a field of whatever `base` refers to.
    pub(super) fn store(&mut self, state: &mut State, base: &Value, field: &Field, value: &Value, certain: bool) {
        let objects = self.underlying(state, base);
        self.spend(objects.targets().len() * (1 + value.targets().len()));
        let sole = certain && objects.targets().len() == 1;
        for object in objects.objects() {
            let key = self.table.field(field.clone());
            let slot = self.table.slot(object, key);
            let replaces = sole && !field.is_many() && self.table.objects[object as usize].single;
            if !self.table.entry(slot).targets().iter().any(|entry| value.has(*entry)) {
                state.store(slot, value, replaces, &self.table);
                continue;
            }
            // It may hold nothing new, and is written all the same: through another name, something else may have been put there.
            self.put_back.insert(slot);
            let all = if replaces { value.clone() } else { state.slot(slot, &self.table).joined(value) };
            state.store(slot, &all, true, &self.table);
        }
    }

    /// A new object made at an expression.
    pub(super) fn allocate(&mut self, state: &mut State, expr: ExprId, part: u32, shape: Shape) -> u32 {
        if let Some(site) = self.inner.shared_sites.get(&expr).copied() {
            return self.older(site, part, shape);
        }
        let new = self.table.object(Origin::Site { expr, part, old: false }, shape.clone());
        let old = state.was_born(new).then(|| self.older(expr, part, shape));
        state.born_again(new, old, &self.table);
        new
    }

    /// What an expression has made before is no longer what it made last: it is about to be evaluated again. Whatever it works with
    /// is still in the state, and is renamed with the rest. Gives what is now another.
    pub(super) fn begin_again(&mut self, state: &mut State, expr: ExprId) -> Vec<(Target, Target)> {
        let mut renamed = Vec::new();
        for new in self.table.made_at(expr).to_vec() {
            let Origin::Site { part, .. } = self.table.objects[new as usize].origin else { continue };
            if state.was_born(new) {
                let old = self.older(expr, part, self.table.objects[new as usize].shape.clone());
                state.age(new, old, &self.table);
                state.not_born(new);
                renamed.push((Target::Object(new), Target::Object(old)));
            }
        }
        renamed
    }

    /// The object that stands for all that a site has made but the last.
    pub(super) fn older(&mut self, expr: ExprId, part: u32, shape: Shape) -> u32 {
        let old = self.table.object(Origin::Site { expr, part, old: true }, shape);
        if let Some(new) = self.table.find(&Origin::Site { expr, part, old: false }) {
            for slot in self.table.objects[new as usize].slots.clone() {
                let field = self.table.slots[slot as usize].field;
                self.table.slot(old, field);
            }
            if self.table.exposed[new as usize] {
                self.table.exposed[old as usize] = true;
            }
        }
        old
    }

    /// The slot that holds a variable shared with lambdas.
    pub(super) fn cell_slot(&mut self, local: LocalId) -> u32 {
        let object = self.cell(local);
        let field = self.table.field(Field::Variable(local));
        self.table.slot(object, field)
    }

    pub(super) fn cell(&mut self, local: LocalId) -> u32 {
        let origin = if self.is_own(local) { Origin::Cell { local, old: false } } else { Origin::Captured(local) };
        self.table.object(origin, Shape::Cell)
    }

    /// A variable is declared: one that lambdas share gets a new cell, and they keep those of earlier rounds.
    pub(super) fn declare(&mut self, state: &mut State, local: LocalId) {
        state.forget_passed(local);
        if !self.in_cell(local) || !self.is_own(local) {
            return;
        }
        let cell = self.cell(local);
        if !state.was_born(cell) {
            state.born_again(cell, None, &self.table);
            return;
        }
        // What was left out because it seemed to be one variable comes now.
        self.table.reshaped |= self.declared_again.insert(local);
        let old = self.table.object(Origin::Cell { local, old: true }, Shape::Cell);
        for slot in self.table.objects[cell as usize].slots.clone() {
            let field = self.table.slots[slot as usize].field;
            self.table.slot(old, field);
        }
        self.table.exposed[old as usize] |= self.table.exposed[cell as usize];
        state.age(cell, old, &self.table);
    }

    pub(super) fn variable(&mut self, state: &State, local: LocalId) -> Value {
        if !self.in_cell(local) {
            return state.local(local);
        }
        let slot = self.cell_slot(local);
        state.slot(slot, &self.table)
    }

    /// A variable that gets the handle of a borrow of its own in another way than by taking it may hold it when it has ended.
    pub(super) fn note_loose(&mut self, local: LocalId, value: &Value, is_taken: impl Fn(u32) -> bool) {
        // `r = r` ends what `r` owns.
        if !self.is_own(local) {
            let slot = self.cell_slot(local);
            if value.targets().iter().any(|target| self.table.entry(slot).has(*target)) {
                self.regained.insert(local);
            }
        }
        for target in value.targets() {
            if let Target::Handle(loan) = target
                && self.table.loans[*loan as usize].owner == Owner::Local(local)
                && !is_taken(*loan)
            {
                self.loose.insert(*loan);
            }
        }
    }

    /// Binds a variable to a value, and, where that is known, to what is at a place.
    pub(super) fn bind(&mut self, state: &mut State, local: LocalId, value: &Value, source: Option<Home>) {
        state.forget_reads(|read| read == local);
        state.forget_passed(local);
        if self.in_cell(local) {
            let slot = self.cell_slot(local);
            state.store(slot, value, true, &self.table);
            if self.is_own(local) {
                let cell = self.cell(local);
                state.born_again(cell, None, &self.table);
            }
        } else {
            state.set_local(local, value.clone(), source);
        }
    }

    /// Everything that a deep read of a value comes to here. What lies below a symbolic object untouched is its caller's to
    /// know; and the result of a task is not read through its handle.
    pub(super) fn reach(&self, state: &State, value: &Value) -> Reached {
        self.reach_where(state, value, |shape| *shape != Shape::Task)
    }

    /// The same, with the results of tasks: what one who gets the value may come to.
    pub(super) fn reach_all(&self, state: &State, value: &Value) -> Reached {
        self.reach_where(state, value, |_| true)
    }

    fn reach_where(&self, state: &State, value: &Value, opens: impl Fn(&Shape) -> bool) -> Reached {
        let mut reached = Reached::default();
        let mut waiting: Vec<Target> = value.targets().to_vec();
        let mut stored = Vec::new();
        let mut opened = FxHashSet::default();
        while let Some(target) = waiting.pop() {
            if !reached.seen.insert(target) {
                continue;
            }
            match target {
                Target::Function(_) => reached.functions.push(target),
                Target::Handle(loan) => {
                    reached.handles.push(loan);
                    if let Some(live) = state.loans.get(loan) {
                        for object in live.of.objects() {
                            reached.borrowed.push(object);
                            if opened.insert(object) && opens(&self.table.objects[object as usize].shape) {
                                self.open(state, object, &mut waiting, &mut stored);
                            }
                        }
                    }
                }
                Target::Object(object) => {
                    reached.objects.push(object);
                    if opened.insert(object) && opens(&self.table.objects[object as usize].shape) {
                        self.open(state, object, &mut waiting, &mut stored);
                    }
                }
            }
        }
        self.spend(reached.seen.len());
        reached
    }

    /// What lies below a value by references alone: the value itself only where it is part of a cycle. Functions and
    /// handles that are met are in it, and not followed.
    pub(super) fn reach_by_references(&self, state: &State, value: &Value) -> Value {
        let (mut waiting, mut opened) = (Vec::new(), Vec::new());
        let mut seen = FxHashSet::default();
        let open = |object: u32, waiting: &mut Vec<Target>, opened: &mut Vec<Family>| {
            if !matches!(self.table.objects[object as usize].shape, Shape::Closure(..) | Shape::Task | Shape::Cell) {
                self.open(state, object, waiting, opened);
            }
        };
        for object in self.underlying(state, value).objects() {
            open(object, &mut waiting, &mut opened);
        }
        while let Some(target) = waiting.pop() {
            if seen.insert(target)
                && let Target::Object(object) = target
            {
                open(object, &mut waiting, &mut opened);
            }
        }
        self.spend(seen.len());
        Value::one_of(seen.into_iter().collect(), 0)
    }

    /// What a value may be that a deep read of it comes to in another way, too.
    pub(super) fn top_inside(&self, state: &State, value: &Value) -> Vec<Target> {
        let mut inside = Value::default();
        for object in self.underlying(state, value).objects() {
            let mut held = Vec::new();
            self.open(state, object, &mut held, &mut Vec::new());
            inside.extend(held);
        }
        let reached = self.reach(state, &inside).seen;
        value.targets().iter().filter(|target| reached.contains(target)).copied().collect()
    }

    /// Adds what an object holds; what may have been put in any symbolic object of a family only once.
    fn open(&self, state: &State, object: u32, waiting: &mut Vec<Target>, opened: &mut Vec<Family>) {
        let it = &self.table.objects[object as usize];
        let is_new = self.table.family(object).is_some();
        for slot in &it.slots {
            match state.written(*slot) {
                Some(written) => {
                    self.spend(written.targets().len());
                    waiting.extend_from_slice(written.targets());
                }
                // What lies in a tree of new objects is no caller's to know.
                None if is_new => waiting.extend_from_slice(self.table.entry(*slot).targets()),
                None => {}
            }
        }
        if is_new && let Some(deep) = self.table.find(&Origin::Deep { base: object }) {
            waiting.push(Target::Object(deep));
        }
        for family in self.table.families(object) {
            if self.table.is_known_elsewhere(object) && !opened.contains(&family) {
                opened.push(family);
                state.for_each_stored(family, &self.table, |stored| waiting.extend_from_slice(stored.targets()));
            }
        }
        // Of what nothing was put in here, the caller finds what is in it after the callbacks.
        let is_untouched = it.symbolic && it.slots.iter().all(|slot| state.written(*slot).is_none());
        if self.table.is_known_elsewhere(object) && !is_untouched {
            waiting.extend_from_slice(state.havoc.targets());
        }
    }

    /// Everything that lies below the objects of a value. They are among it only where they are part of a cycle.
    pub(super) fn anything_below(&mut self, state: &State, value: &Value) -> Value {
        let (mut held, mut opened) = (Vec::new(), Vec::new());
        for object in self.underlying(state, value).objects() {
            self.open(state, object, &mut held, &mut opened);
            held.extend(self.deep(object).map(Target::Object));
        }
        self.spend(held.len());
        self.anything_in(state, &Value::one_of(held, Value::TEXT | Value::PLAIN))
    }

    /// What lies below a symbolic object, and was there at entry.
    pub(super) fn deep(&mut self, object: u32) -> Option<u32> {
        let it = &self.table.objects[object as usize];
        match it.origin {
            _ if !it.symbolic => None,
            Origin::Deep { .. } | Origin::Havoc => Some(object),
            _ => Some(self.table.object(Origin::Deep { base: object }, Shape::Unknown)),
        }
    }

    /// Everything that a value reaches, as a value: for what a function nobody knows may hand back.
    pub(super) fn anything_in(&mut self, state: &State, value: &Value) -> Value {
        let reached = self.reach_all(state, value);
        self.spend(2 * reached.objects.len());
        let mut anything = value.targets().to_vec();
        for object in reached.objects.into_iter().chain(reached.borrowed) {
            anything.push(Target::Object(object));
            anything.extend(self.deep(object).map(Target::Object));
        }
        anything.extend(reached.handles.into_iter().map(Target::Handle));
        anything.extend(reached.functions);
        Value::one_of(anything, Value::TEXT | Value::PLAIN)
    }
}
