//! What the variables of a body are given, and what is written into what they refer to.

use std::collections::HashMap;

use crush_hir::body::{Body, Callee, ExprId, ExprKind, Literal, LocalId, Name, Pattern, Place, StmtKind};

/// One step from an object to what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Some element, or the value under some key.
    Element,
    /// What a field, or a key, has.
    Field(Name),
}

impl Step {
    /// Whether the step may lead to what `key` has.
    pub(super) fn may_be(&self, key: &Name) -> bool {
        match self {
            Self::Element => true,
            Self::Field(name) => name == key,
        }
    }
}

/// What the variables of a body are given.
#[derive(Debug, Default)]
pub(super) struct Sources {
    given: HashMap<LocalId, Vec<(ExprId, Vec<Step>)>>,
    written: HashMap<LocalId, Vec<(Vec<Step>, ExprId)>>,
    owners: HashMap<u32, ExprId>,
    calls: HashMap<Name, Vec<ExprId>>,
}

impl Sources {
    pub(super) fn of(body: &Body) -> Self {
        let mut sources = Self::default();
        for stmt in &body.stmts {
            match &stmt.kind {
                StmtKind::Let { local, value, .. } => sources.give(*local, *value, Vec::new()),
                StmtKind::For { variable, iterable, .. } => sources.give(*variable, *iterable, vec![Step::Element]),
                StmtKind::Assign { place, value, op, .. } => sources.assign(body, place, *value, op.is_some()),
                _ => {}
            }
        }
        for (id, expr) in (0..).map(ExprId).zip(&body.exprs) {
            match &expr.kind {
                ExprKind::Call { callee: Callee::Name(name), .. } => sources.call(name, id),
                ExprKind::Spawn { function, .. } => {
                    if let ExprKind::Name(name) = &body[*function].kind {
                        sources.call(name, id);
                    }
                }
                ExprKind::Field { base, name_range, .. } => {
                    sources.owners.insert(name_range.start, *base);
                }
                ExprKind::Call { callee: Callee::Method { receiver, name }, callee_range, args } => {
                    sources.owners.insert(callee_range.start, *receiver);
                    let added = match (name.as_str(), args.as_slice()) {
                        ("push" | "append", [value]) | ("insert", [_, value]) => Some(*value),
                        _ => None,
                    };
                    if let (Some(value), ExprKind::Local(local)) = (added, &body[*receiver].kind) {
                        sources.write(*local, vec![Step::Element], value);
                    }
                }
                ExprKind::Match { scrutinee, arms } => {
                    for arm in arms {
                        sources.matched(&arm.pattern, *scrutinee, Vec::new());
                    }
                }
                _ => {}
            }
        }
        sources
    }

    /// What a variable is given: an expression, and the steps from there.
    pub(super) fn of_local(&self, local: LocalId) -> &[(ExprId, Vec<Step>)] {
        self.given.get(&local).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is written into the object of a variable, by the steps to the place.
    pub(super) fn written_into(&self, local: LocalId) -> &[(Vec<Step>, ExprId)] {
        self.written.get(&local).map(Vec::as_slice).unwrap_or_default()
    }

    /// What the name of a field or method that starts at `start` is asked of.
    pub(super) fn owner_at(&self, start: u32) -> Option<ExprId> {
        self.owners.get(&start).copied()
    }

    /// The calls of a function by its name, and the tasks that run it, in the order of the text.
    pub(super) fn calls_of(&self, name: &Name) -> &[ExprId] {
        self.calls.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    fn call(&mut self, name: &Name, call: ExprId) {
        self.calls.entry(name.clone()).or_default().push(call);
    }

    fn give(&mut self, local: LocalId, value: ExprId, steps: Vec<Step>) {
        self.given.entry(local).or_default().push((value, steps));
    }

    fn write(&mut self, local: LocalId, steps: Vec<Step>, value: ExprId) {
        self.written.entry(local).or_default().push((steps, value));
    }

    fn assign(&mut self, body: &Body, place: &Place, value: ExprId, is_update: bool) {
        let (base, step) = match place {
            Place::Local(local) if !is_update => return self.give(*local, value, Vec::new()),
            Place::Field { base, name, name_range } => {
                self.owners.insert(name_range.start, *base);
                (*base, Step::Field(name.clone()))
            }
            Place::Index { base, index } => match &body[*index].kind {
                ExprKind::Literal(Literal::Str(key)) => (*base, Step::Field(key.clone())),
                _ => (*base, Step::Element),
            },
            _ => return,
        };
        if let ExprKind::Local(local) = body[base].kind {
            self.write(local, vec![step], value);
        }
    }

    /// What the names of a pattern are given.
    fn matched(&mut self, pattern: &Pattern, value: ExprId, steps: Vec<Step>) {
        match pattern {
            Pattern::Binding(local) => self.give(*local, value, steps),
            Pattern::Struct { fields, .. } => {
                for (field, inner) in fields {
                    let deeper = steps.iter().cloned().chain([Step::Field(field.clone())]).collect();
                    self.matched(inner, value, deeper);
                }
            }
            Pattern::Wildcard | Pattern::Literal(_) | Pattern::Missing => {}
        }
    }
}
