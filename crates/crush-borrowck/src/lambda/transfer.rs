//! What each action does to the state.

use crush_hir::body::{BinaryOp, BlockId, ExprId, ExprKind, Literal, LocalId, UnaryOp};
use crush_hir::cfg::{Access, Action, Cfg, Combined, LoanId, LoanOwner, Next, NodeId};

use super::Lambda;
use super::access::Usage;
use crate::state::{Home, Live, State};
use crate::summary::Use;
use crate::table::{Alias, Field, Owner, Shape};
use crate::value::{Target, Value};

/// How the program calls a value, and where it still is.
type Named = (Option<String>, Option<Home>);

/// Where a state goes on.
pub(super) type Flow<'f, 'a> = &'f mut dyn FnMut(&mut Lambda<'a>, NodeId, &State);

/// Where a compound assignment keeps what its place held, with the values of expressions: no expression has such a number.
fn kept_for(value: ExprId) -> ExprId {
    ExprId(u32::MAX - value.0)
}

impl<'a> Lambda<'a> {
    /// Runs the actions of a node, and hands the state to what follows.
    pub(super) fn node(&mut self, node: NodeId, mut state: State, flow: Flow<'_, 'a>) {
        let cfg: &'a Cfg = self.cfg;
        let it = &cfg.nodes[node.index()];
        for action in &it.actions {
            if !self.action(action, &mut state, it.unwind, flow) {
                return;
            }
        }
        match (it.actions.last(), it.next) {
            (Some(Action::Test { expr, arm }), Next::Branch(matched, other)) => {
                for (next, matches) in [(matched, true), (other, false)] {
                    if let Some(state) = self.tested(&state, *expr, *arm, matches) {
                        flow(self, next, &state);
                    }
                }
            }
            _ => {
                for next in cfg.successors(node) {
                    flow(self, next, &state);
                }
            }
        }
    }

    /// Runs one action; `false`: nothing comes after it.
    #[expect(clippy::too_many_lines, reason = "one arm for each action")]
    fn action(&mut self, action: &'a Action, state: &mut State, unwind: NodeId, flow: Flow<'_, 'a>) -> bool {
        match action {
            Action::Evaluate(expr) => self.evaluate(*expr, state),
            Action::Copy { from, to } => {
                let value = state.take_value(*from);
                state.set_value(*to, value);
            }
            Action::Null(expr) => state.set_value(*expr, Value::plain()),
            Action::Discard(expr) => {
                state.take_value(*expr);
            }
            Action::Access { access, object, at } => {
                let usage = match access {
                    Access::Read => Use::Read,
                    Access::DeepRead => Use::DeepRead,
                    Access::Write => Use::Write,
                    Access::Drop => Use::Drop,
                };
                let value = state.value(*object);
                let (name, source) = (self.describe(*object), state.read_from(*object));
                let usage = Usage { usage, at: self.step(*at), name, certain: true, callee: None, source };
                self.access(state, &value, &usage);
            }
            Action::Compare { lhs, rhs, at } => {
                let (a, b) = (state.value(*lhs), state.value(*rhs));
                let is_object = |value: &Value| !value.targets().is_empty() || value.may_be_text();
                // Only two objects are read; what may be a number or a function is no certain reader.
                let certain = self.is_surely_read(&a) && self.is_surely_read(&b);
                if is_object(&a) && is_object(&b) {
                    // One object equals itself at once, and a string nothing that has parts.
                    let both = !a.targets().is_empty() && !b.targets().is_empty();
                    let deep = both && !self.are_one(state, (&a, *lhs), (&b, *rhs));
                    for (value, expr) in [(&a, lhs), (&b, rhs)] {
                        self.read(state, value, Use::Read, *expr, *at, certain);
                        if deep {
                            self.read(state, value, Use::DeepRead, *expr, *at, false);
                        }
                    }
                }
            }
            Action::Join { lhs, rhs, at } => {
                let (a, b) = (state.value(*lhs), state.value(*rhs));
                let [lhs, rhs] = [*lhs, *rhs].map(|expr| (self.describe(expr), state.read_from(expr)));
                self.join_values(state, (&a, lhs), (&b, rhs), *at);
            }
            Action::Keep { place, value } => {
                let held = self.held_in(state, place);
                state.set_value(kept_for(*value), held);
            }
            Action::Combine { place, value, at } => {
                self.begin_again(state, *value);
                let new = state.take_value(*value);
                let old = match place {
                    Combined::Local(_) => self.held_in(state, place),
                    Combined::Field(..) | Combined::Index(..) => state.take_value(kept_for(*value)),
                };
                let of_place = match place {
                    Combined::Local(local) => (Some(self.body[*local].name.to_string()), Some(Home::Local(*local))),
                    Combined::Field(..) | Combined::Index(..) => (None, None),
                };
                self.join_values(state, (&old, of_place), (&new, (self.describe(*value), None)), *at);
                let sum = self.sum(state, *value, &old, &new);
                state.set_value(*value, sum);
            }
            Action::Take(loan) => self.take(state, *loan),
            Action::End(loan) => {
                state.end(loan.0);
            }
            Action::Release { local, keep } => self.release(state, *local, *keep),
            Action::Bind { local, value, declares, .. } => {
                let expr = *value;
                let source = state.read_from(expr);
                let value = state.take_value(expr);
                if *declares {
                    self.declare(state, *local);
                }
                // Its own borrow, taken for it right now.
                let taken_here = |loan: u32| self.cfg.loans.get(loan as usize).is_some_and(|loan| loan.expr == expr);
                self.note_loose(*local, &value, taken_here);
                self.bind(state, *local, &value, source);
            }
            Action::Declare(local) => self.declare(state, *local),
            Action::BindElement { local, iterable, loan, .. } => {
                let mut iterated = state.value(*iterable);
                // Where that is a handle whose borrow ends with the head of the loop, it still runs over what it borrowed.
                if let Some(live) = state.loans.get(loan.0) {
                    iterated.join(&live.of);
                }
                let element = self.iterated(state, &iterated);
                self.note_loose(*local, &element, |_| false);
                self.bind(state, *local, &element, None);
            }
            Action::Catch { name } => {
                let thrown = std::mem::take(&mut state.thrown);
                if let Some((local, _)) = name {
                    self.declare(state, *local);
                    self.note_loose(*local, &thrown, |_| false);
                    self.bind(state, *local, &thrown, None);
                }
            }
            Action::Test { expr, arm } => {
                if let Some((scrutinee, arm)) = self.arm(*expr, *arm) {
                    let value = state.value(scrutinee);
                    self.test(state, &value, scrutinee, arm);
                }
            }
            Action::BindArm { expr, arm } => {
                if let Some((scrutinee, arm)) = self.arm(*expr, *arm) {
                    let value = state.value(scrutinee);
                    self.bind_pattern(state, &value, &arm.pattern);
                }
            }
            Action::StoreField { base, value, name, .. } => {
                let value = state.take_value(*value);
                let base = state.take_value(*base);
                self.store(state, &base, &Field::Named(name.clone()), &value, true);
            }
            Action::StoreIndex { base, index, value, .. } => {
                let field = self.index_field(*index);
                let value = state.take_value(*value);
                state.take_value(*index);
                let base = state.take_value(*base);
                self.store(state, &base, &field, &value, true);
            }
            Action::Call(expr) => {
                self.begin_again(state, *expr);
                let before = state.clone();
                let called = self.call(*expr, state);
                state.forget_reads(|local| self.in_cell(local));
                self.throws_itself |= called.throws_itself;
                if called.throws {
                    // The callee may have done any part of what it does.
                    let mut thrown = state.clone();
                    // First, for what was dropped and thrown counts as dropped as long as something leads to it.
                    thrown.thrown.join(&called.thrown);
                    thrown.join(&before, &self.table);
                    flow(self, unwind, &thrown);
                }
                if !called.returns {
                    return false;
                }
                state.set_value(*expr, called.value);
            }
            Action::Return(value) => {
                state.returned = match value {
                    Some(value) => state.take_value(*value),
                    None => Value::plain(),
                };
            }
            Action::Throw(value) => {
                self.throws_itself = true;
                state.thrown = state.take_value(*value);
                flow(self, unwind, state);
                return false;
            }
            Action::Leave(block) => self.leave(state, *block),
        }
        true
    }

    /// What a place holds that is assigned to.
    fn held_in(&mut self, state: &State, place: &Combined) -> Value {
        match place {
            Combined::Local(local) => self.variable(state, *local),
            Combined::Field(base, name) => {
                let base = state.value(*base);
                self.load(state, &base, &Field::Named(name.clone()))
            }
            Combined::Index(base, index) => {
                let (base, field) = (state.value(*base), self.index_field(*index));
                self.load(state, &base, &field)
            }
        }
    }

    /// What a `for` runs over: elements of arrays, names of fields and keys of maps.
    fn iterated(&mut self, state: &State, value: &Value) -> Value {
        let mut elements = Value::flags(value.other() & Value::TEXT);
        for object in self.underlying(state, value).objects() {
            let shape = self.table.objects[object as usize].shape.clone();
            if matches!(shape, Shape::Map | Shape::Struct(_) | Shape::Unknown) {
                elements.join(&Value::flags(Value::TEXT));
            }
            if !matches!(shape, Shape::Map | Shape::Struct(_)) {
                elements.join(&self.load_object(state, object, &Field::Element));
            }
        }
        if elements.is_empty() { Value::plain() } else { elements }
    }

    pub(super) fn read(
        &mut self,
        state: &mut State,
        value: &Value,
        usage: Use,
        expr: ExprId,
        at: crush_hir::source_map::BodyRange,
        certain: bool,
    ) {
        let (name, source) = (self.describe(expr), state.read_from(expr));
        let usage = Usage { usage, at: self.step(at), name, certain, callee: None, source };
        self.access(state, value, &usage);
    }

    /// Whether a comparison surely reads it: an object, or a string, and no function, of which some are none.
    fn is_surely_read(&self, value: &Value) -> bool {
        let is_function = |target: &Target| match target {
            Target::Object(object) => matches!(self.table.objects[*object as usize].shape, Shape::Closure(..)),
            Target::Function(_) => true,
            Target::Handle(_) => false,
        };
        let is_one = if value.targets().is_empty() { value.other() == Value::TEXT } else { value.other() == 0 };
        is_one && !self.maybe_plain(value) && !value.targets().iter().any(is_function)
    }

    /// Whether a symbolic value, of which nothing is known, may be no object.
    pub(super) fn maybe_plain(&self, value: &Value) -> bool {
        value.objects().any(|object| self.table.objects[object as usize].symbolic)
    }

    fn evaluate(&mut self, expr: ExprId, state: &mut State) {
        let body = self.body;
        self.begin_again(state, expr);
        let value = match &body[expr].kind {
            ExprKind::Literal(Literal::Str(_)) => Value::flags(Value::TEXT),
            ExprKind::Literal(_)
            | ExprKind::Missing
            | ExprKind::Unsupported(_)
            | ExprKind::Yield
            | ExprKind::Logical { .. } => Value::plain(),
            ExprKind::Local(local) => self.variable(state, *local),
            ExprKind::Name(name) => match self.lookup.function(self.function, name) {
                Some(function) => Value::of(self.table.function(function)),
                None => Value::plain(),
            },
            ExprKind::Path { scope, name } => {
                let mut value = Value::plain();
                for function in self.path_functions(scope, name) {
                    let target = self.table.function(function);
                    value.add(target);
                }
                value
            }
            ExprKind::Array(elements) => {
                let values: Vec<_> = elements.iter().map(|element| state.take_value(*element)).collect();
                let array = self.allocate(state, expr, 0, Shape::Array);
                let array = Value::of(Target::Object(array));
                for (position, value) in values.iter().enumerate() {
                    self.store(state, &array, &Field::index(position), value, true);
                }
                array
            }
            ExprKind::Map(entries) => {
                let values: Vec<_> =
                    entries.iter().map(|(name, value)| (name.clone(), state.take_value(*value))).collect();
                self.new_record(state, expr, Shape::Map, values)
            }
            ExprKind::Struct { name, fields, .. } => {
                let values: Vec<_> =
                    fields.iter().map(|(name, _, value)| (name.clone(), state.take_value(*value))).collect();
                self.new_record(state, expr, Shape::Struct(name.clone()), values)
            }
            ExprKind::Range { start, end, .. } => {
                state.take_value(*start);
                state.take_value(*end);
                let array = self.allocate(state, expr, 0, Shape::Array);
                let array = Value::of(Target::Object(array));
                self.store(state, &array, &Field::Element, &Value::plain(), true);
                array
            }
            ExprKind::Unary { op, operand } => {
                if *op == UnaryOp::Negate {
                    self.assume_number(state, *operand);
                }
                state.take_value(*operand);
                Value::plain()
            }
            ExprKind::Binary { op, lhs, rhs } => {
                self.assume_numbers(state, *op, *lhs, *rhs);
                let (a, b) = (state.take_value(*lhs), state.take_value(*rhs));
                match op {
                    BinaryOp::Add => self.sum(state, expr, &a, &b),
                    _ => Value::plain(),
                }
            }
            ExprKind::Field { base, name, .. } => {
                let module = match &self.body[*base].kind {
                    ExprKind::Name(module) => self.lookup.module_function(self.function, module, name),
                    _ => None,
                };
                let base = state.take_value(*base);
                match module {
                    Some(function) => Value::of(self.table.function(function)),
                    None => {
                        let methods = self.method_values(state, &base, name);
                        self.load_of(state, &base, &Field::Named(name.clone()), expr).joined(&methods)
                    }
                }
            }
            ExprKind::Copy(operand) => {
                let value = state.take_value(*operand);
                let usage = Usage {
                    usage: Use::Read,
                    at: self.step(body[expr].range),
                    name: self.describe(*operand),
                    certain: true,
                    callee: None,
                    source: None,
                };
                self.copied_value(state, &value, expr, &usage)
            }
            ExprKind::Index { base, index } => {
                let field = self.index_field(*index);
                state.take_value(*index);
                let base = state.take_value(*base);
                self.load_of(state, &base, &field, expr)
            }
            ExprKind::Slice { base, start, end, step } => {
                for bound in [start, end, step].into_iter().flatten() {
                    state.take_value(*bound);
                }
                let base = state.take_value(*base);
                let elements = self.load(state, &base, &Field::Element);
                let array = self.allocate(state, expr, 0, Shape::Array);
                let array = Value::of(Target::Object(array));
                self.store(state, &array, &Field::Element, &elements, true);
                if base.may_be_text() || self.maybe_plain(&base) {
                    array.joined(&Value::flags(Value::TEXT))
                } else {
                    array
                }
            }
            ExprKind::Lambda(lambda) => {
                let closure = self.allocate(state, expr, 0, Shape::Closure(self.function, *lambda));
                let closure = Value::of(Target::Object(closure));
                for local in &body[*lambda].captures {
                    let cell = Value::of(Target::Object(self.cell(*local)));
                    self.store(state, &closure, &Field::Variable(*local), &cell, true);
                }
                closure
            }
            // These get their values from actions of their own.
            ExprKind::Borrow { .. }
            | ExprKind::Call { .. }
            | ExprKind::Spawn { .. }
            | ExprKind::Await(_)
            | ExprKind::If { .. }
            | ExprKind::Match { .. } => return,
        };
        if let ExprKind::Local(local) = body[expr].kind {
            state.note_read(expr, Home::Local(local));
        }
        state.set_value(expr, value);
    }

    fn new_record(
        &mut self,
        state: &mut State,
        expr: ExprId,
        shape: Shape,
        values: Vec<(crush_hir::body::Name, Value)>,
    ) -> Value {
        let object = self.allocate(state, expr, 0, shape);
        let object = Value::of(Target::Object(object));
        for (name, value) in values {
            self.store(state, &object, &Field::Named(name), &value, true);
        }
        object
    }

    /// The field that an index names: a constant key its own, anything else some element.
    pub(super) fn index_field(&self, index: ExprId) -> Field {
        match &self.body[index].kind {
            ExprKind::Literal(Literal::Str(key)) => Field::Named(key.clone()),
            ExprKind::Literal(Literal::Int(index)) => usize::try_from(*index).map_or(Field::Element, Field::index),
            _ => Field::Element,
        }
    }

    /// `a + b` reads both when they are arrays, and deeply what is joined to a string.
    fn join_values(
        &mut self,
        state: &mut State,
        (a, lhs): (&Value, Named),
        (b, rhs): (&Value, Named),
        at: crush_hir::source_map::BodyRange,
    ) {
        let at = self.step(at);
        for (value, (name, source), other) in [(a, lhs, b), (b, rhs, a)] {
            if value.targets().is_empty() {
                continue;
            }
            let usage = |usage, certain| Usage { usage, at, name: name.clone(), certain, callee: None, source };
            if other.may_be_text() || self.maybe_plain(other) {
                let certain = other.other() == Value::TEXT && other.targets().is_empty();
                let usage = usage(Use::DeepRead, certain);
                self.access(state, value, &usage);
            }
            if !other.targets().is_empty() {
                let certain = !self.maybe_plain(value) && !self.maybe_plain(other) && other.other() == 0;
                let usage = usage(Use::Read, certain);
                self.access(state, value, &usage);
            }
        }
    }

    /// Whether both are surely one object: a variable that has not been bound in between, or a value that is nothing else.
    fn are_one(&self, state: &State, (a, lhs): (&Value, ExprId), (b, rhs): (&Value, ExprId)) -> bool {
        let source = state.read_from(lhs);
        if source.is_some() && source == state.read_from(rhs) {
            return true;
        }
        match (a.only(), b.only()) {
            (Some(Target::Object(a)), Some(Target::Object(b))) => self.table.alias(a, b) == Alias::Must,
            _ => false,
        }
    }

    /// A run in which an operand of `-`, `*`, `/` or `%`, or what is compared with a number, is none, stops there.
    fn assume_numbers(&mut self, state: &mut State, op: BinaryOp, lhs: ExprId, rhs: ExprId) {
        let is_number = |state: &State, expr| {
            let value = state.value(expr);
            value.targets().is_empty() && value.other() == Value::PLAIN
        };
        let (of_lhs, of_rhs) = match op {
            BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => (true, true),
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                (is_number(state, rhs), is_number(state, lhs))
            }
            BinaryOp::Add | BinaryOp::Equal | BinaryOp::NotEqual => (false, false),
        };
        for (operand, is_one) in [(lhs, of_lhs), (rhs, of_rhs)] {
            if is_one {
                self.assume_number(state, operand);
            }
        }
    }

    /// The variable that an operand was read from holds a number.
    fn assume_number(&mut self, state: &mut State, operand: ExprId) {
        if let Some(Home::Local(local)) = state.read_from(operand)
            && self.is_own(local)
            && !state.value(operand).targets().is_empty()
        {
            self.narrow(state, local, &Value::plain());
        }
    }

    /// What a value holds in a field, as an expression reads it.
    fn load_of(&mut self, state: &mut State, base: &Value, field: &Field, expr: ExprId) -> Value {
        let loaded = self.load(state, base, field);
        if base.other() == 0
            && !field.is_many()
            && let Some(Target::Object(object)) = self.underlying(state, base).only()
            && self.table.objects[object as usize].single
        {
            let field = self.table.field(field.clone());
            let slot = self.table.slot(object, field);
            state.note_read(expr, Home::Slot(slot));
        }
        loaded
    }

    /// What `a + b` gives: a number, a string, or a new array with the elements of both.
    fn sum(&mut self, state: &mut State, expr: ExprId, a: &Value, b: &Value) -> Value {
        if a.targets().is_empty() || b.targets().is_empty() {
            let may_be_text = a.may_be_text() || b.may_be_text() || self.maybe_plain(a) || self.maybe_plain(b);
            let flags = if may_be_text { Value::PLAIN | Value::TEXT } else { Value::PLAIN };
            return Value::flags(flags);
        }
        let elements = self.load(state, a, &Field::Element).joined(&self.load(state, b, &Field::Element));
        let array = self.allocate(state, expr, 0, Shape::Array);
        let array = Value::of(Target::Object(array));
        self.store(state, &array, &Field::Element, &elements, true);
        if self.maybe_plain(a) || self.maybe_plain(b) || a.other() != 0 || b.other() != 0 {
            array.joined(&Value::flags(Value::PLAIN | Value::TEXT))
        } else {
            array
        }
    }

    // ---- borrows

    fn take(&mut self, state: &mut State, id: LoanId) {
        let cfg = self.cfg;
        let loan = &cfg.loans[id.index()];
        let is_loop = loan.owner == LoanOwner::Loop;
        let source = state.read_from(loan.operand);
        let value = if is_loop { state.value(loan.operand) } else { state.take_value(loan.operand) };
        let usage = if loan.exclusive { Use::Exclude } else { Use::Share };
        let usage = Usage {
            usage,
            at: self.step(loan.range),
            name: self.describe(loan.operand),
            certain: true,
            callee: None,
            source,
        };
        self.access(state, &value, &usage);
        // A string may be what is borrowed instead.
        let of = self.underlying(state, &value).joined(&Value::flags(value.other() & Value::TEXT));
        if !is_loop {
            state.taken_again(id.0, self.stale[id.index()]);
            let text = if of.targets().is_empty() { value.other() & Value::TEXT } else { 0 };
            state.set_value(loan.expr, Value::of(Target::Handle(id.0)).joined(&Value::flags(text)));
        }
        if !value.targets().is_empty() || value.may_be_text() {
            // What the borrow is of is an object, or a string: `&1` is an error of its own, and a `for` over a number too.
            state.take(id.0, Live { surely: true, of });
        } else {
            state.loans.remove(id.0);
        }
    }

    /// Ends what a variable owns, but for the borrow just taken for it.
    fn release(&mut self, state: &mut State, local: LocalId, keep: Option<LoanId>) {
        if !self.is_own(local) {
            self.released.insert(local);
            state.phase.rebound = true;
        }
        for loan in
            self.loans_of.get(&local).into_iter().flatten().filter(|loan| keep.is_none_or(|keep| keep.0 != **loan))
        {
            // What a lambda has borrowed may be owned by an older variable, which the lambda has captured.
            if self.is_taken_elsewhere(*loan) && self.declared_again.contains(&local) {
                state.end_perhaps(*loan);
            } else {
                state.end(*loan);
            }
        }
    }

    /// Whether it is no loan of this text, nor the stale twin of one.
    fn is_taken_elsewhere(&self, loan: u32) -> bool {
        loan as usize >= 2 * self.cfg.loans.len()
    }

    pub(super) fn leave(&mut self, state: &mut State, block: BlockId) {
        let Some(locals) = self.locals_of.get(&block).cloned() else { return };
        for local in locals.iter() {
            self.release(state, *local, None);
            state.locals.remove(local.0);
            state.forget_passed(*local);
            if self.in_cell(*local) {
                state.leave(*local);
            }
        }
    }

    /// The owner of a loan, in words that fit "while … borrows it".
    pub(super) fn owner_name(&self, owner: Owner) -> Option<String> {
        match owner {
            Owner::Local(local) => self.body.locals.get(local.index()).map(|local| local.name.to_string()),
            _ => None,
        }
    }
}
