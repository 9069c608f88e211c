//! What a body knows of the names in its text, by where they start.

use std::collections::HashMap;

use crush_hir::body::{Body, Callee, ExprId, ExprKind, LocalId, Place, StmtKind};
use crush_hir::source_map::BodyRange;
use crush_library::Effect;

use super::{Access, Touch, What};

/// What is known of the names of a body.
#[derive(Default)]
pub(super) struct Known {
    names: HashMap<u32, (What, Access)>,
    /// The values of shorthands, `y` in `P { y }`, by where they start.
    values: HashMap<u32, What>,
    touched: HashMap<u32, Touch>,
    /// Variables that something reads of which the text is none of ours.
    pub(super) hidden: Vec<(LocalId, BodyRange)>,
}

impl Known {
    pub(super) fn of(body: &Body) -> Self {
        let mut known = Self::default();
        known.add_exprs(body);
        known.add_stmts(body);
        for (index, local) in (0..).zip(&body.locals) {
            // A struct that a function makes is a variable of no name in the text.
            let is_made = matches!(known.names.get(&local.range.start), Some((What::Type, _)));
            if !is_made {
                known.names.insert(local.range.start, (What::Local(LocalId(index)), Access::Declare));
            }
        }
        known
    }

    /// What the name is that starts at `start`.
    pub(super) fn name(&self, start: u32) -> Option<&(What, Access)> {
        self.names.get(&start)
    }

    /// What the value of a shorthand is that starts at `start`.
    pub(super) fn value(&self, start: u32) -> Option<&What> {
        self.values.get(&start)
    }

    /// What is done with the object of the variable whose name starts at `start`.
    pub(super) fn touch(&self, start: u32) -> Touch {
        self.touched.get(&start).copied().unwrap_or_default()
    }

    fn read(&mut self, range: BodyRange, what: What) {
        self.names.entry(range.start).or_insert((what, Access::Read));
    }

    fn add_exprs(&mut self, body: &Body) {
        for expr in &body.exprs {
            if let ExprKind::Struct { name_range, fields, .. } = &expr.kind {
                self.names.insert(name_range.start, (What::Type, Access::Read));
                for (_, range, value) in fields {
                    // The walk knows which struct it is; here it only matters that the value stands at the same place.
                    if body[*value].range == *range {
                        self.add_value(body, *value, *range);
                    }
                }
            }
        }
        for expr in &body.exprs {
            match &expr.kind {
                ExprKind::Local(local) => self.read(expr.range, What::Local(*local)),
                ExprKind::Name(_) => self.read(expr.range, What::Function),
                ExprKind::Field { name_range, .. } => self.read(*name_range, What::Field),
                ExprKind::Borrow { exclusive, operand } => {
                    let touch = if *exclusive { Touch::BorrowExclusive } else { Touch::Borrow };
                    self.touch_root(body, *operand, touch);
                }
                ExprKind::Call { callee, callee_range, args } => {
                    match callee {
                        Callee::Name(_) => self.read(*callee_range, What::Function),
                        Callee::Method { .. } => self.read(*callee_range, What::Method),
                        _ => {}
                    }
                    self.touch_arguments(body, callee, args);
                    self.hide_inputs(body, callee, args);
                }
                _ => {}
            }
        }
    }

    fn add_value(&mut self, body: &Body, value: ExprId, range: BodyRange) {
        let value = match body[value].kind {
            ExprKind::Copy(inner) => inner,
            _ => value,
        };
        let what = match body[value].kind {
            ExprKind::Local(local) => What::Local(local),
            _ => What::Function,
        };
        self.values.insert(range.start, what);
    }

    fn add_stmts(&mut self, body: &Body) {
        for stmt in &body.stmts {
            match &stmt.kind {
                StmtKind::Let { local, name_range, .. } | StmtKind::For { variable: local, name_range, .. } => {
                    self.names.insert(name_range.start, (What::Local(*local), Access::Write));
                }
                StmtKind::Try { error: Some((local, range)), .. } => {
                    self.names.insert(range.start, (What::Local(*local), Access::Write));
                }
                StmtKind::Assign { place, place_range, .. } => match place {
                    Place::Local(local) => {
                        self.names.insert(place_range.start, (What::Local(*local), Access::Write));
                    }
                    Place::Field { base, name_range, .. } => {
                        self.names.insert(name_range.start, (What::Field, Access::Write));
                        self.touch_root(body, *base, Touch::Change);
                    }
                    Place::Index { base, .. } => self.touch_root(body, *base, Touch::Change),
                    Place::Unresolved(_) | Place::Invalid => {}
                },
                _ => {}
            }
        }
    }

    /// Notes what is done with the object of the variable that the place `expr` begins with.
    fn touch_root(&mut self, body: &Body, mut expr: ExprId, touch: Touch) {
        loop {
            match &body[expr].kind {
                ExprKind::Local(_) => {
                    self.touched.insert(body[expr].range.start, touch);
                    return;
                }
                ExprKind::Field { base, .. }
                | ExprKind::Index { base, .. }
                | ExprKind::Slice { base, .. }
                | ExprKind::Copy(base) => expr = *base,
                _ => return,
            }
        }
    }

    fn touch_arguments(&mut self, body: &Body, callee: &Callee, args: &[ExprId]) {
        let declaration = match callee {
            Callee::Name(name) => crush_library::function(name),
            Callee::Capability(name) => crush_library::capability(name),
            Callee::Method { receiver, name } => {
                let changes = |declaration: &crush_library::Declaration| {
                    declaration.params.first().is_some_and(|receiver| receiver.effect == Effect::Write)
                };
                if crush_library::methods_named(name).any(|(_, method)| changes(method)) {
                    self.touch_root(body, *receiver, Touch::Change);
                }
                None
            }
            Callee::Path { .. } | Callee::Value(_) => None,
        };
        let Some(declaration) = declaration else { return };
        for (index, arg) in args.iter().enumerate() {
            if declaration.parameter(index).is_some_and(|parameter| parameter.effect == Effect::Write) {
                let touch = if declaration.name == "drop" { Touch::Drop } else { Touch::Change };
                self.touch_root(body, *arg, touch);
            }
        }
    }

    /// A polyglot block takes variables by the words in its text.
    fn hide_inputs(&mut self, body: &Body, callee: &Callee, args: &[ExprId]) {
        let Callee::Capability(name) = callee else { return };
        if !name.starts_with("polyglot.") {
            return;
        }
        for &arg in args {
            if let ExprKind::Local(local) = body[arg].kind {
                self.hidden.push((local, body[arg].range));
            }
        }
    }
}
