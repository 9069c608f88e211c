//! Inlay hints: what a name borrows, where that borrow ends, and what a variable was seen to hold.

use std::collections::{BTreeSet, HashMap};

use crush_eval::Held;
use crush_hir::body::{Body, Callee, ExprId, ExprKind, LocalId, LocalKind, Name, StmtKind};
use crush_hir::file::FileHir;
use crush_hir::source_map::{BodyMap, BodyRange};
use crush_syntax::TextRange;

use crate::Snapshot;
use crate::drawing::ending_with_scope;
use crate::evaluation::text_range;

/// Which hints to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HintOptions {
    /// What named borrows borrow, and where they end (B4).
    pub borrow_ends: bool,
    /// What kind of value variables held in the last run.
    pub held_values: bool,
    /// The names of parameters, before arguments that do not say what they are.
    pub parameters: bool,
}

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlayHint {
    /// Where it stands.
    pub offset: usize,
    /// What it says.
    pub label: String,
    /// The same at length.
    pub tooltip: String,
    /// What it is about.
    pub kind: HintKind,
}

/// What a hint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintKind {
    /// A named borrow.
    Borrow,
    /// What a variable held.
    HeldValue,
    /// The name of a parameter.
    Parameter,
}

/// The hints in `range`, in the order of the text.
pub fn inlay_hints(snapshot: &Snapshot, range: TextRange, options: HintOptions) -> Vec<InlayHint> {
    let analysis = &snapshot.analysis;
    let hir = analysis.hir();
    let kinds = if options.held_values { kinds_held(snapshot) } else { HashMap::new() };
    let mut hints = Vec::new();
    for body_id in hir.bodies().filter(|body| overlaps(&hir.body_map(*body), range)) {
        let map = hir.body_map(body_id);
        let body = hir.lower(analysis.tree(), body_id);
        let mut collect = Collect { body: &body, map: &map, kinds: &kinds, hints: &mut hints };
        collect.declarations(options);
        if options.borrow_ends {
            collect.borrow_ends(&ending_with_scope(&body, &map, analysis.text()));
        }
        if options.parameters {
            collect.parameters(hir);
        }
    }
    hints.retain(|hint| range.touches(hint.offset));
    hints.sort_by_key(|hint| hint.offset);
    hints
}

fn overlaps(map: &BodyMap, range: TextRange) -> bool {
    map.segments().iter().any(|segment| {
        let start = segment.file_start as usize;
        start <= range.end && range.start <= start + segment.len as usize
    })
}

/// For each declaration, by where it starts, the kind of value that its variable held last.
fn kinds_held(snapshot: &Snapshot) -> HashMap<usize, String> {
    let Some(evaluation) = snapshot.evaluation.as_ref().filter(|_| snapshot.evaluation_is_current) else {
        return HashMap::new();
    };
    let mut kinds = HashMap::new();
    for held in evaluation.statements().iter().flat_map(|statement| &statement.held) {
        if let Some(kind) = kind_of(held) {
            kinds.insert(text_range(held.declared).start, kind);
        }
    }
    kinds
}

/// The kind of object that a variable held; of values that are no objects the code tells enough.
fn kind_of(held: &Held) -> Option<String> {
    let object = held.object.as_ref()?;
    let kind = object.class.as_deref().unwrap_or(object.kind?.name());
    Some(match object.handle {
        Some(crush_arena::BorrowKind::Shared) => format!("&{kind}"),
        Some(crush_arena::BorrowKind::Exclusive) => format!("&mut {kind}"),
        None => kind.to_string(),
    })
}

struct Collect<'a> {
    body: &'a Body,
    map: &'a BodyMap,
    kinds: &'a HashMap<usize, String>,
    hints: &'a mut Vec<InlayHint>,
}

impl Collect<'_> {
    fn at(&self, offset: u32) -> usize {
        self.map.to_file(offset) as usize
    }

    /// `let r` → what it borrows, or what it held.
    fn declarations(&mut self, options: HintOptions) {
        for stmt in &self.body.stmts {
            let StmtKind::Let { local, name_range, value, .. } = &stmt.kind else { continue };
            let borrowed = self.borrowed(*value);
            if let Some((exclusive, operand)) = borrowed
                && options.borrow_ends
            {
                let kind = if exclusive { "exclusive" } else { "shared" };
                let label = format!(": {kind} borrow{}", of(&self.name_of(operand)));
                let tooltip = format!("`{}` owns this borrow (B3, B4)", self.body[*local].name);
                self.push(name_range.end, label, tooltip, HintKind::Borrow);
            } else if options.held_values {
                self.held(*local, *name_range);
            }
        }
        if options.held_values {
            for stmt in &self.body.stmts {
                if let StmtKind::For { variable, name_range, .. } = &stmt.kind {
                    self.held(*variable, *name_range);
                }
            }
        }
    }

    fn held(&mut self, local: LocalId, name_range: BodyRange) {
        let local = &self.body[local];
        // A variable that is declared twice is one variable: one hint, at its first name.
        let is_first = local.range == name_range;
        if !is_first || local.annotation.is_some() || local.kind == LocalKind::Parameter {
            return;
        }
        if let Some(kind) = self.kinds.get(&self.at(name_range.start)).cloned() {
            let tooltip = format!("`{}` held this in the last run", local.name);
            self.push(name_range.end, format!(": {kind}"), tooltip, HintKind::HeldValue);
        }
    }

    /// At the end of a scope: which named borrows end there (B4).
    fn borrow_ends(&mut self, ending_with_scope: &BTreeSet<LocalId>) {
        let mut ending: HashMap<u32, Vec<String>> = HashMap::new();
        for stmt in &self.body.stmts {
            let StmtKind::Let { local, value, .. } = &stmt.kind else { continue };
            if self.borrowed(*value).is_none() || !ending_with_scope.contains(local) {
                continue;
            }
            let scope = &self.body[self.body[*local].scope];
            // The top level has no brace to put a hint beside.
            if scope.parent.is_some() || self.body.lambdas[0].range != scope.range {
                let name = self.body[*local].name.to_string();
                let names = ending.entry(scope.range.end).or_default();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        for (end, names) in ending {
            let (noun, verb) = if names.len() == 1 { ("borrow", "ends") } else { ("borrows", "end") };
            let label = format!("{noun} {} {verb}", names.join(", "));
            let tooltip = "the borrow ends where its variable goes out of scope (B4)".to_string();
            self.push(end, label, tooltip, HintKind::Borrow);
        }
    }

    /// Before a literal or a lambda among the arguments of a known function: what it is for.
    fn parameters(&mut self, hir: &FileHir) {
        for expr in &self.body.exprs {
            let ExprKind::Call { callee, args, .. } = &expr.kind else { continue };
            let names: Vec<Name> = match callee {
                Callee::Name(name) => match hir.resolve_function(name) {
                    Some(found) => found.it.params.iter().map(|param| param.name.clone()).collect(),
                    None => continue,
                },
                Callee::Capability(name) => match name.split_once('.') {
                    Some((module, function)) => {
                        match (crush_library::capability(name), hir.resolve_qualified(module, function)) {
                            (Some(declared), _) => declared.params.iter().map(|param| param.name.into()).collect(),
                            (None, Some(Ok(found))) => found.it.params.iter().map(|param| param.name.clone()).collect(),
                            _ => continue,
                        }
                    }
                    None => continue,
                },
                _ => continue,
            };
            // One argument to a function of one parameter is what the function is about.
            if names.len() < 2 {
                continue;
            }
            for (arg, name) in args.iter().zip(&names) {
                let arg = &self.body[*arg];
                let says_nothing = matches!(
                    arg.kind,
                    ExprKind::Literal(_)
                        | ExprKind::Array(_)
                        | ExprKind::Map(_)
                        | ExprKind::Lambda(_)
                        | ExprKind::Unary { .. }
                );
                // A name of one letter says nothing either.
                if says_nothing
                    && (name.len() > 1 || !matches!(callee, Callee::Capability(_)))
                    && arg.range.start >= expr.range.start
                {
                    let tooltip = format!("the parameter `{name}`");
                    let offset = self.at(arg.range.start);
                    self.hints.push(InlayHint {
                        offset,
                        label: format!("{name}:"),
                        tooltip,
                        kind: HintKind::Parameter,
                    });
                }
            }
        }
    }

    /// Whether an expression is itself a borrow expression, and of what.
    fn borrowed(&self, value: ExprId) -> Option<(bool, ExprId)> {
        match self.body[value].kind {
            ExprKind::Borrow { exclusive, operand } => Some((exclusive, operand)),
            _ => None,
        }
    }

    fn name_of(&self, expr: ExprId) -> Option<String> {
        match &self.body[expr].kind {
            ExprKind::Local(local) => Some(self.body[*local].name.to_string()),
            ExprKind::Field { base, name, .. } => Some(format!("{}.{name}", self.name_of(*base)?)),
            ExprKind::Index { base, .. } => Some(format!("{}[…]", self.name_of(*base)?)),
            _ => None,
        }
    }

    fn push(&mut self, offset: u32, label: String, tooltip: String, kind: HintKind) {
        // The end of a range belongs to the byte before it: the next one may lie in another segment.
        let offset = if offset == 0 { self.at(0) } else { self.at(offset - 1) + 1 };
        self.hints.push(InlayHint { offset, label, tooltip, kind });
    }
}

fn of(name: &Option<String>) -> String {
    name.as_ref().map(|name| format!(" of {name}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{after_run, at_cursor};

    const ALL: HintOptions = HintOptions { borrow_ends: true, held_values: true, parameters: true };

    /// The program with its hints in it, between angle quotes.
    fn drawn(snapshot: &Snapshot) -> String {
        let mut text = snapshot.analysis.text().to_string();
        let all = TextRange::new(0, text.len());
        for hint in inlay_hints(snapshot, all, ALL).into_iter().rev() {
            text.insert_str(hint.offset, &format!("‹{}›", hint.label));
        }
        text
    }

    #[test]
    fn a_named_borrow_shows_what_it_borrows_and_where_it_ends() {
        let (snapshot, _) = at_cursor("fn f(xs) {\n  if true {\n    let r = &xs\n    print(r)\n  }\n}$0");
        let wanted =
            "fn f(xs) {\n  if true {\n    let r‹: shared borrow of xs› = &xs\n    print(r)\n  }‹borrow r ends›\n}";
        assert_eq!(drawn(&snapshot), wanted);
    }

    #[test]
    fn a_borrow_that_was_dropped_does_not_end_again() {
        let (snapshot, _) = at_cursor("fn f(xs) {\n  let r = &xs\n  drop(r)\n  let m = &mut xs\n  m.push(1)\n}$0");
        assert!(drawn(&snapshot).ends_with("}‹borrow m ends›"), "{}", drawn(&snapshot));
    }

    #[test]
    fn after_a_run_a_variable_shows_what_it_held() {
        let (snapshot, _) = after_run("fn make() { return [1] }\nlet xs = make()\nlet n = 1\n$0");
        assert_eq!(drawn(&snapshot), "fn make() { return [1] }\nlet xs‹: array› = make()\nlet n = 1\n");
    }

    #[test]
    fn arguments_that_do_not_say_what_they_are_get_the_name_of_their_parameter() {
        let (snapshot, _) =
            at_cursor("fn f(n, from) { return n }\nlet from = 1\nf(1, from)\nprint(1)\nmath.pow(2, 3)$0");
        assert_eq!(
            drawn(&snapshot),
            "fn f(n, from) { return n }\nlet from = 1\nf(‹n:›1, from)\nprint(1)\nmath.pow(2, 3)"
        );
    }

    #[test]
    fn only_hints_in_the_range_are_given() {
        let (snapshot, _) = at_cursor("let a = [1]\nlet r = &a\nlet s = &a\n$0");
        let hints = inlay_hints(&snapshot, TextRange::new(12, 22), ALL);
        assert_eq!(hints.len(), 1);
    }
}
