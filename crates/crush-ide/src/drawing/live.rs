//! Where a borrow lives: the lines on which something happens while it does (B2, B4).
//!
//! Who draws wants lines, and lines hold several steps of a run, or none. So a line counts when a step on it may happen
//! while the borrow lives; one on which nothing happens (a comment, a brace) goes with its neighbours.

use std::collections::{BTreeSet, HashMap};

use crush_hir::body::{BlockId, Body, BodyOwner, Callee, ExprId, ExprKind, LambdaId, LocalId, Place, StmtKind};
use crush_hir::cfg::{Action, Cfg, Loan, LoanId, LoanOwner, NodeId};
use crush_hir::source_map::{BodyMap, BodyRange};
use crush_syntax::Text;

/// A borrow that lives longer than a statement, and where.
pub(super) struct LiveLoan {
    /// How it is taken.
    pub(super) loan: Loan,
    /// The variable that it borrows from, as far as the text tells: copies are followed.
    pub(super) root: Option<LocalId>,
    /// The lines, first and last of each stretch, from 0.
    pub(super) lines: Vec<(usize, usize)>,
}

/// The named borrows and those of loops in a body.
pub(super) fn live_loans(body: &Body, map: &BodyMap, text: &Text) -> Vec<LiveLoan> {
    let aliases = aliases(body);
    let mut found = Vec::new();
    for lambda in (0..body.lambdas.len() as u32).map(LambdaId) {
        let cfg = Cfg::new(body, lambda);
        let lasting = |loan: &Loan| !matches!(loan.owner, LoanOwner::Temporary);
        if !cfg.loans.iter().any(lasting) {
            continue;
        }
        let lines = Lines { body, map, text, aliases: &aliases, cfg: &cfg };
        let stretches = lines.of_loans();
        for (loan, lines) in cfg.loans.iter().zip(stretches).filter(|(loan, _)| lasting(loan)) {
            let root = root(body, loan.operand).map(|local| origin(&aliases, local));
            found.push(LiveLoan { loan: loan.clone(), root, lines });
        }
    }
    found
}

/// The variables whose borrow may live until they go out of scope: it was not dropped on every way there, and not replaced.
pub(crate) fn ending_with_scope(body: &Body, map: &BodyMap, text: &Text) -> BTreeSet<LocalId> {
    let until_the_end = |live: LiveLoan| {
        let LoanOwner::Local(local) = live.loan.owner else { return None };
        let end = body[body[local].scope].range.end;
        let line = text.line_of(map.to_file(end.max(1) - 1) as usize);
        live.lines.last().is_some_and(|(_, last)| *last == line).then_some(local)
    };
    live_loans(body, map, text).into_iter().filter_map(until_the_end).collect()
}

/// The variable at the root of a place: `items` of `items.first[0]`.
pub(super) fn root(body: &Body, expr: ExprId) -> Option<LocalId> {
    let mut expr = expr;
    loop {
        match &body[expr].kind {
            ExprKind::Local(local) => return Some(*local),
            ExprKind::Copy(inner) | ExprKind::Borrow { operand: inner, .. } => expr = *inner,
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => expr = *base,
            _ => return None,
        }
    }
}

/// Variables that are nothing but another name for another one: bound once, to it.
pub(super) fn aliases(body: &Body) -> HashMap<LocalId, LocalId> {
    let mut bound: HashMap<LocalId, (usize, Option<LocalId>)> = HashMap::new();
    for stmt in &body.stmts {
        let (local, value) = match &stmt.kind {
            StmtKind::Let { local, value, .. } => (*local, *value),
            StmtKind::Assign { place: Place::Local(local), value, .. } => (*local, *value),
            _ => continue,
        };
        let of = match body[value].kind {
            ExprKind::Local(of) => Some(of),
            _ => None,
        };
        let entry = bound.entry(local).or_insert((0, of));
        entry.0 += 1;
    }
    bound
        .into_iter()
        .filter_map(|(local, (times, of))| Some((local, of.filter(|of| times == 1 && *of != local)?)))
        .collect()
}

/// The variable behind its other names.
pub(super) fn origin(aliases: &HashMap<LocalId, LocalId>, local: LocalId) -> LocalId {
    let mut seen = BTreeSet::new();
    let mut local = local;
    while let Some(of) = aliases.get(&local).filter(|_| seen.insert(local)) {
        local = *of;
    }
    local
}

/// Which loans of a lambda may live.
type Living = BTreeSet<LoanId>;

struct Lines<'a> {
    body: &'a Body,
    map: &'a BodyMap,
    text: &'a Text,
    aliases: &'a HashMap<LocalId, LocalId>,
    cfg: &'a Cfg,
}

/// What is seen of a loan while the steps of its lambda are gone through.
#[derive(Clone, Default)]
struct Seen {
    alive: BTreeSet<usize>,
    dead: BTreeSet<usize>,
}

impl Lines<'_> {
    /// For each loan its stretches.
    fn of_loans(&self) -> Vec<Vec<(usize, usize)>> {
        let before = self.living();
        let mut seen = vec![Seen::default(); self.cfg.loans.len()];
        let landings: BTreeSet<NodeId> = self.cfg.nodes.iter().map(|node| node.unwind).collect();
        for node in self.cfg.reverse_postorder() {
            let mut living = before[node.index()].clone();
            for action in &self.cfg.nodes[node.index()].actions {
                let ended: Vec<LoanId> = {
                    let mut after = living.clone();
                    self.step(action, &mut after);
                    living.difference(&after).copied().collect()
                };
                // An error that passes ends borrows too, but on no line of their own.
                for loan in ended.iter().filter(|_| !landings.contains(&node)) {
                    seen[loan.index()].alive.extend(self.end_line(*loan, action));
                }
                self.note(action, &living, &mut seen);
                self.step(action, &mut living);
            }
        }
        seen.iter().zip(&self.cfg.loans).map(|(seen, loan)| self.stretches(seen, loan)).collect()
    }

    /// What may live where each node begins: joined over all ways there.
    fn living(&self) -> Vec<Living> {
        let order = self.cfg.reverse_postorder();
        let mut before = vec![Living::new(); self.cfg.nodes.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for node in &order {
                let mut living = before[node.index()].clone();
                let mut anywhere = living.clone();
                for action in &self.cfg.nodes[node.index()].actions {
                    self.step(action, &mut living);
                    anywhere.extend(&living);
                }
                let mut flow = |to: NodeId, what: &Living| {
                    let known = before[to.index()].len();
                    before[to.index()].extend(what);
                    changed |= before[to.index()].len() > known;
                };
                for next in self.cfg.successors(*node) {
                    flow(next, &living);
                }
                flow(self.cfg.nodes[node.index()].unwind, &anywhere);
            }
        }
        before
    }

    fn step(&self, action: &Action, living: &mut Living) {
        let owner = |loan: &LoanId| self.cfg.loans[loan.index()].owner;
        match action {
            Action::Take(loan) => drop(living.insert(*loan)),
            Action::End(loan) => drop(living.remove(loan)),
            Action::Release { local, keep } => {
                living.retain(|loan| owner(loan) != LoanOwner::Local(*local) || Some(*loan) == *keep);
            }
            Action::Leave(block) => living.retain(|loan| !self.is_in(owner(loan), *block)),
            Action::Call(call) => {
                if let Some(local) = self.dropped(*call) {
                    let dropped = LoanOwner::Local(origin(self.aliases, local));
                    living.retain(|loan| owner(loan) != dropped);
                }
            }
            _ => {}
        }
    }

    /// The variable that `drop(x)` drops.
    fn dropped(&self, call: ExprId) -> Option<LocalId> {
        match &self.body[call].kind {
            ExprKind::Call { callee: Callee::Name(name), args, .. } if name == "drop" => {
                root(self.body, *args.first()?)
            }
            _ => None,
        }
    }

    /// Whether a borrow ends when a block is left.
    fn is_in(&self, owner: LoanOwner, block: BlockId) -> bool {
        matches!(owner, LoanOwner::Local(local) if self.body[local].scope == block)
    }

    /// Notes on which line an action happens.
    fn note(&self, action: &Action, living: &Living, seen: &mut [Seen]) {
        let range = match action {
            Action::Evaluate(expr) => match self.body[*expr].kind {
                // What is inside has steps of its own.
                ExprKind::If { .. } | ExprKind::Match { .. } | ExprKind::Lambda(_) => return,
                _ => self.body[*expr].range,
            },
            Action::Call(expr) => self.body[*expr].range,
            Action::Access { at, .. }
            | Action::Compare { at, .. }
            | Action::Join { at, .. }
            | Action::Bind { at, .. }
            | Action::BindElement { at, .. }
            | Action::StoreField { at, .. }
            | Action::StoreIndex { at, .. } => *at,
            _ => return,
        };
        let lines = [self.line(range.start), self.last_line(range)];
        for (loan, seen) in (0..).map(LoanId).zip(seen) {
            if living.contains(&loan) { seen.alive.extend(lines) } else { seen.dead.extend(lines) }
        }
    }

    /// The line of the brace with which a borrow ends.
    fn end_line(&self, loan: LoanId, action: &Action) -> Option<usize> {
        let block = match (action, self.cfg.loans[loan.index()].owner) {
            (Action::Leave(block), _) => *block,
            (Action::End(_), LoanOwner::Loop | LoanOwner::Iterated) => self.loop_of(loan)?,
            _ => return None,
        };
        // The outermost block of the top level has no brace.
        let is_text = block == self.body.lambdas[0].block && self.body.owner == BodyOwner::TopLevel;
        (!is_text).then(|| self.last_line(self.body[block].range))
    }

    /// The body of the `for` that a loan belongs to.
    fn loop_of(&self, loan: LoanId) -> Option<BlockId> {
        let loan = &self.cfg.loans[loan.index()];
        self.body.stmts.iter().find_map(|stmt| match stmt.kind {
            StmtKind::For { iterable, body, .. } if iterable == loan.expr || iterable == loan.operand => Some(body),
            _ => None,
        })
    }

    fn line(&self, offset: u32) -> usize {
        self.text.line_of(self.map.to_file(offset) as usize)
    }

    fn last_line(&self, range: BodyRange) -> usize {
        self.line(range.end.max(range.start + 1) - 1)
    }

    /// From the line that takes the borrow to the last one on which it lives, but for those on which it does not.
    fn stretches(&self, seen: &Seen, loan: &Loan) -> Vec<(usize, usize)> {
        let first = self.line(loan.range.start);
        let last = seen.alive.last().copied().unwrap_or(first).max(first);
        let mut stretches: Vec<(usize, usize)> = Vec::new();
        // Lines on which nothing happens, since the last one on which something does.
        let mut quiet = Vec::new();
        for line in first..=last {
            if line == first || seen.alive.contains(&line) {
                for line in quiet.drain(..).chain([line]) {
                    match stretches.last_mut() {
                        Some((_, end)) if *end + 1 == line => *end = line,
                        _ => stretches.push((line, line)),
                    }
                }
            } else if seen.dead.contains(&line) {
                quiet.clear();
            } else if self.is_of_body(line) {
                quiet.push(line);
            }
        }
        stretches
    }

    /// Whether a line has text of the body on it: functions stand between the statements of the top level.
    fn is_of_body(&self, line: usize) -> bool {
        let Some(range) = self.text.line_range(line) else { return false };
        self.map.segments().iter().any(|segment| {
            let start = segment.file_start as usize;
            start <= range.end && range.start <= start + segment.len as usize
        })
    }
}
