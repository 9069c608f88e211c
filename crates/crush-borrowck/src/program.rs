//! What is known of a program, function by function, and what an edit makes stale.

mod once;
mod order;
mod show;

use std::sync::Arc;

use crush_hir::body::{Body, BodyOwner, Callee, ExprKind, LambdaId, Name};
use crush_hir::cfg::Cfg;
use crush_hir::file::{BodyId, FileHir, ItemKey};
use crush_hir::kinds::Kind;
use crush_hir::modules::{Imports, ModuleId};
use crush_hir::source_map::BodyRange;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::draft::Draft;
use crate::lambda::{Inner, Lambda, Lookup};
use crate::report::{Code, FunctionId};
use crate::summary::{Does, FunctionSummary, Summary};

/// The analysis of a program. It keeps reports and summaries, and no bodies.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    functions: Vec<Function>,
    /// Numbers of functions that are gone, to be given again.
    free: Vec<FunctionId>,
    /// The functions in the order of the files and their bodies.
    order: Vec<FunctionId>,
    names: Names,
    /// What the imports of each file bind.
    imports: Vec<Option<Arc<Imports>>>,
    /// Who mentions a name: as a function, as a method.
    mentioned: FxHashMap<Mention, FxHashSet<FunctionId>>,
    structs: Structs,
    /// Names of methods that somebody now takes as values, or nobody any more.
    turned: Vec<Name>,
}

/// What an update did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// How many functions were analysed.
    pub analysed: usize,
}

/// What is kept of a function.
#[derive(Clone, Debug)]
struct Function {
    file: ModuleId,
    owner: BodyOwner,
    key: ItemKey,
    /// Where its body is, in the version of the file that was analysed last.
    body: BodyId,
    mentions: Arc<[Mention]>,
    /// What is written in it.
    does: Does,
    /// All of its text.
    range: BodyRange,
    /// `None` while it has not been analysed.
    summary: Option<Arc<FunctionSummary>>,
    drafts: Vec<Draft>,
}

/// A name that a function uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Mention {
    Function(ModuleId, Name),
    Method(Name),
    /// A method as a value, or called as a function is: it may be given anything as `self`.
    Taken(Name),
}

/// The structs of a program.
#[derive(Clone, Debug, Default, PartialEq)]
struct Structs {
    /// What the files declared when these were made.
    signatures: Vec<u64>,
    names: FxHashSet<Name>,
    /// Those that mean several structs, have parents or are parents: an instance of one may count as one of another.
    related: FxHashSet<Name>,
    /// Those whose instances are copied as values.
    copied: FxHashSet<Name>,
}

impl Structs {
    fn of(files: &[&FileHir], signatures: Vec<u64>) -> Self {
        let (mut names, mut related, mut copied) = <(FxHashSet<_>, FxHashSet<_>, FxHashSet<_>)>::default();
        for (file, name) in files.iter().flat_map(|file| file.struct_names().map(move |name| (file, name))) {
            if !names.insert(name.clone()) {
                related.insert(name.clone());
            }
            let Some((_, def)) = file.kind_def(name) else { continue };
            let (kind, _) = Kind::read(def, name);
            if kind.is_copied() {
                copied.insert(name.clone());
            }
            if !kind.parents.is_empty() {
                related.insert(name.clone());
                related.extend(kind.parents);
            }
        }
        Self { signatures, names, related, copied }
    }
}

impl Structs {
    /// Whether they say the same of every instance.
    fn are_like(&self, other: &Self) -> bool {
        self.names == other.names && self.related == other.related && self.copied == other.copied
    }
}

/// Which functions a name means.
#[derive(Clone, Debug, Default)]
struct Names {
    /// Of each file.
    functions: Vec<FxHashMap<Name, Vec<FunctionId>>>,
    /// Of the whole program, as structs are known in all of it.
    methods: FxHashMap<Name, Vec<(Name, FunctionId)>>,
}

/// What the analysis of a cycle of calls (most often one function) may cost, on top and for each node of its graphs. A unit
/// is about a value looked at. Functions take a few hundred; callbacks handed on through calls of oneself multiply.
const BUDGET: (u64, u64) = (2_000_000, 300);

/// How often the members of a cycle of calls are analysed before they count as too large.
const ROUNDS: usize = 30;

impl Analysis {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Brings everything up to date with a version of a program that is one file. `lower` gives a body of it.
    pub fn update(&mut self, file: &FileHir, mut lower: impl FnMut(BodyId) -> Body) -> Change {
        self.update_program(&[file], |_, body| lower(body))
    }

    /// Brings everything up to date with a version of a program of several files, the one that runs first. `lower` gives
    /// a body of a file.
    pub fn update_program(&mut self, files: &[&FileHir], mut lower: impl FnMut(ModuleId, BodyId) -> Body) -> Change {
        let of_file = |(module, file): (ModuleId, &&FileHir)| {
            let file: &FileHir = file;
            let checked = file.bodies().filter(move |body| module == ModuleId::ROOT || file.is_checked(*body));
            checked.map(move |body| (module, body)).collect::<Vec<_>>()
        };
        let bodies: Vec<(ModuleId, BodyId)> = (0..).map(ModuleId).zip(files).flat_map(of_file).collect();
        let mut stale = self.renew(files, &bodies);
        self.rebind(files, &mut stale);
        self.note_structs(files, &mut stale);
        let mut change = Change::default();
        self.analyse_stale(stale, &mut lower, &mut change);
        change
    }

    /// Compares the bodies with those known, and gives the functions that have to be analysed.
    fn renew(&mut self, files: &[&FileHir], bodies: &[(ModuleId, BodyId)]) -> FxHashSet<FunctionId> {
        let key = |(module, body): &(ModuleId, BodyId)| (*module, files[module.index()].body_key(*body));
        let keys: Vec<(ModuleId, ItemKey)> = bodies.iter().map(key).collect();
        let known = |position: usize| {
            let known = &self.functions[self.order[position].0 as usize];
            (known.file, known.key)
        };
        let shared = keys.len().min(self.order.len());
        let first = (0..shared).take_while(|at| known(*at) == keys[*at]).count();
        let last = (0..shared - first)
            .take_while(|back| known(self.order.len() - 1 - back) == keys[keys.len() - 1 - back])
            .count();
        let gone: Vec<FunctionId> = self.order[first..self.order.len() - last].to_vec();
        let mut stale = FxHashSet::default();
        let mut touched_names = FxHashSet::default();
        let mut reusable: Vec<FunctionId> = gone;
        let mut fresh = Vec::new();
        for at in first..keys.len() - last {
            let (file, body) = bodies[at];
            let key = keys[at].1;
            let owner = files[file.index()].body_owner(body);
            let same = reusable.iter().position(|id| {
                let known = &self.functions[id.0 as usize];
                known.file == file && known.owner == owner && known.key == key
            });
            let same = same.or_else(|| {
                reusable.iter().position(|id| {
                    let known = &self.functions[id.0 as usize];
                    known.file == file && known.owner == owner
                })
            });
            let id = match same {
                Some(position) => {
                    let id = reusable.remove(position);
                    let function = &mut self.functions[id.0 as usize];
                    if function.key != key {
                        function.key = key;
                        stale.insert(id);
                    }
                    id
                }
                None => {
                    let id = self.add(file, owner.clone(), key, body);
                    touched_names.extend(mentions_of_owner(file, &owner));
                    stale.insert(id);
                    id
                }
            };
            fresh.push(id);
        }
        for id in reusable {
            let gone = &self.functions[id.0 as usize];
            touched_names.extend(mentions_of_owner(gone.file, &gone.owner));
            self.remove(id);
        }
        self.order.splice(first..self.order.len() - last, fresh);
        for (id, body) in self.order.iter().zip(bodies) {
            self.functions[id.0 as usize].body = body.1;
        }
        let positions: FxHashMap<FunctionId, usize> = match touched_names.is_empty() {
            true => FxHashMap::default(),
            false => self.order.iter().copied().zip(0..).collect(),
        };
        for name in touched_names {
            // In the order of the text, whatever was added last: of several functions with one name the last counts, and of
            // several methods a report tells in order.
            match &name {
                Mention::Function(file, name) => {
                    let of_file = self.names.functions.get_mut(file.index());
                    if let Some(functions) = of_file.and_then(|names| names.get_mut(name)) {
                        functions.sort_by_key(|id| positions.get(id));
                    }
                }
                Mention::Method(name) => {
                    if let Some(methods) = self.names.methods.get_mut(name) {
                        methods.sort_by_key(|(_, id)| positions.get(id));
                    }
                }
                Mention::Taken(_) => {}
            }
            stale.extend(self.mentioned.get(&name).into_iter().flatten().copied());
        }
        stale
    }

    /// Takes over what the imports of the files bind. Every function of a file whose imports bind something else has to be
    /// analysed again.
    fn rebind(&mut self, files: &[&FileHir], stale: &mut FxHashSet<FunctionId>) {
        self.imports.resize(files.len(), None);
        let mut rebound = Vec::new();
        for (at, file) in files.iter().enumerate() {
            let (old, new) = (&self.imports[at], file.shared_imports());
            let same = match (old, &new) {
                (Some(old), Some(new)) => Arc::ptr_eq(old, new) || old.binds_like(new),
                (None, None) => true,
                // What binds nothing changes nothing.
                (Some(one), None) | (None, Some(one)) => one.binds_nothing(),
            };
            if !same {
                rebound.push(ModuleId(at as u32));
            }
            self.imports[at] = new;
        }
        if !rebound.is_empty() {
            let concerned = self.order.iter().filter(|id| rebound.contains(&self.functions[id.0 as usize].file));
            stale.extend(concerned.copied());
        }
    }

    /// Takes over which structs there are. What an instance may be depends on that everywhere.
    fn note_structs(&mut self, files: &[&FileHir], stale: &mut FxHashSet<FunctionId>) {
        let signatures: Vec<u64> = files.iter().map(|file| file.own_signature()).collect();
        if signatures == self.structs.signatures {
            return;
        }
        let structs = Structs::of(files, signatures);
        if !structs.are_like(&self.structs) {
            stale.extend(self.order.iter().copied());
        }
        self.structs = structs;
    }

    /// The body of a function.
    fn lowered(&self, id: FunctionId, lower: &mut impl FnMut(ModuleId, BodyId) -> Body) -> Body {
        let function = &self.functions[id.0 as usize];
        lower(function.file, function.body)
    }

    fn add(&mut self, file: ModuleId, owner: BodyOwner, key: ItemKey, body: BodyId) -> FunctionId {
        let function = Function {
            file,
            owner: owner.clone(),
            key,
            body,
            mentions: Arc::new([]),
            does: Does::default(),
            range: BodyRange::default(),
            summary: None,
            drafts: Vec::new(),
        };
        let id = match self.free.pop() {
            Some(id) => {
                self.functions[id.0 as usize] = function;
                id
            }
            None => {
                self.functions.push(function);
                FunctionId(self.functions.len() as u32 - 1)
            }
        };
        match owner {
            BodyOwner::TopLevel => {}
            BodyOwner::Function { name, .. } => {
                if self.names.functions.len() <= file.index() {
                    self.names.functions.resize_with(file.index() + 1, FxHashMap::default);
                }
                self.names.functions[file.index()].entry(name).or_default().push(id);
            }
            BodyOwner::Method { type_name, name, .. } => {
                self.names.methods.entry(name).or_default().push((type_name, id));
            }
        }
        id
    }

    fn remove(&mut self, id: FunctionId) {
        let function = &mut self.functions[id.0 as usize];
        function.summary = None;
        function.drafts = Vec::new();
        let mentions = std::mem::replace(&mut function.mentions, Arc::new([]));
        self.forget_mentions(id, &mentions);
        let function = &self.functions[id.0 as usize];
        match &function.owner {
            BodyOwner::TopLevel => {}
            BodyOwner::Function { name, .. } => {
                if let Some(ids) = self.names.functions[function.file.index()].get_mut(name) {
                    ids.retain(|known| *known != id);
                }
            }
            BodyOwner::Method { name, .. } => {
                if let Some(ids) = self.names.methods.get_mut(name) {
                    ids.retain(|(_, known)| *known != id);
                }
            }
        }
        self.free.push(id);
    }

    /// Analyses what is stale, callees before callers, and then whoever a changed summary concerns.
    fn analyse_stale(
        &mut self,
        mut stale: FxHashSet<FunctionId>,
        lower: &mut impl FnMut(ModuleId, BodyId) -> Body,
        change: &mut Change,
    ) {
        for round in 0.. {
            for name in std::mem::take(&mut self.turned) {
                stale.extend(self.methods(&name).iter().map(|(_, method)| *method));
            }
            if stale.is_empty() {
                break;
            }
            let mut roots: Vec<FunctionId> = stale.iter().copied().collect();
            // Most edits change no summary. Where one did, the next walk starts from everybody whom that may concern: a
            // change that runs up a long chain of calls is followed in one walk, not in one for each link.
            if round > 0 {
                self.add_callers(&mut roots);
            }
            roots.sort();
            let mut bodies = FxHashMap::default();
            let mut changed = FxHashSet::default();
            order::components(
                roots,
                self,
                &stale.clone(),
                lower,
                &mut bodies,
                &mut |analysis, lower, bodies, members| {
                    if members.iter().any(|member| stale.contains(member)) {
                        change.analysed += members.len();
                        for member in members {
                            stale.remove(member);
                        }
                        for id in analysis.analyse(members, lower, bodies) {
                            // Callers that this round comes to anyway are stale from now on.
                            for caller in analysis.callers(id) {
                                if !members.contains(&caller) {
                                    stale.insert(caller);
                                    changed.insert(caller);
                                }
                            }
                        }
                    }
                    for member in members {
                        bodies.remove(member);
                    }
                },
            );
        }
    }

    /// Adds everybody who calls one of `functions`, in however many steps.
    fn add_callers(&self, functions: &mut Vec<FunctionId>) {
        let mut known: FxHashSet<FunctionId> = functions.iter().copied().collect();
        let mut next = 0;
        while let Some(id) = functions.get(next).copied() {
            next += 1;
            functions.extend(self.callers(id).into_iter().filter(|caller| known.insert(*caller)));
        }
    }

    /// Reads off the names that a body uses.
    fn note_mentions(&mut self, id: FunctionId, body: &Body) {
        let mut mentions: Vec<Mention> = Vec::new();
        let own = self.functions[id.0 as usize].file;
        let imports = self.imports.get(own.index()).and_then(Option::as_deref);
        // A name may be the file's own now or in the next version, and is else looked for where the imports say.
        let named = |name: &Name, mentions: &mut Vec<Mention>| {
            mentions.push(Mention::Function(own, name.clone()));
            let elsewhere = imports.and_then(|imports| imports.module_of(name));
            mentions.extend(elsewhere.map(|module| Mention::Function(module, name.clone())));
        };
        let qualified = |module: &str, name: &str| {
            let module = imports?.qualifier(module)?;
            Some(Mention::Function(module, Name::from(name)))
        };
        let mut does = Does::default();
        for expr in &body.exprs {
            match &expr.kind {
                ExprKind::Borrow { .. } | ExprKind::Lambda(_) => does.leaves = true,
                ExprKind::Field { base, name, .. } => match &body[*base].kind {
                    ExprKind::Name(module) => mentions.extend(qualified(module, name)),
                    // A method read as a field.
                    _ => mentions.extend([Mention::Method(name.clone()), Mention::Taken(name.clone())]),
                },
                ExprKind::Name(name) => named(name, &mut mentions),
                ExprKind::Path { name, .. } => {
                    mentions.extend([Mention::Method(name.clone()), Mention::Taken(name.clone())]);
                }
                ExprKind::Call { callee, .. } => match callee {
                    Callee::Name(name) => {
                        does.drops |= name == "drop";
                        named(name, &mut mentions);
                    }
                    Callee::Path { name, .. } => {
                        mentions.extend([Mention::Method(name.clone()), Mention::Taken(name.clone())]);
                    }
                    Callee::Method { name, .. } => mentions.push(Mention::Method(name.clone())),
                    Callee::Capability(name) => {
                        mentions.extend(name.split_once('.').and_then(|(module, name)| qualified(module, name)));
                    }
                    Callee::Value(_) => {}
                },
                _ => {}
            }
        }
        self.functions[id.0 as usize].does = does;
        mentions.sort();
        mentions.dedup();
        let old = std::mem::replace(&mut self.functions[id.0 as usize].mentions, mentions.as_slice().into());
        for mention in &mentions {
            let who = self.mentioned.entry(mention.clone()).or_default();
            if who.is_empty()
                && let Mention::Taken(name) = mention
            {
                self.turned.push(name.clone());
            }
            who.insert(id);
        }
        let gone: Vec<Mention> = old.iter().filter(|old| mentions.binary_search(old).is_err()).cloned().collect();
        self.forget_mentions(id, &gone);
    }

    fn forget_mentions(&mut self, id: FunctionId, mentions: &[Mention]) {
        for mention in mentions {
            let Some(who) = self.mentioned.get_mut(mention) else { continue };
            if who.remove(&id)
                && who.is_empty()
                && let Mention::Taken(name) = mention
            {
                self.turned.push(name.clone());
            }
        }
    }

    /// The function that a file has under a name: of several the last.
    fn function_in(&self, file: ModuleId, name: &str) -> Option<FunctionId> {
        self.names.functions.get(file.index())?.get(name)?.last().copied()
    }

    /// The functions that a function may call or name.
    fn callees(&self, id: FunctionId) -> Vec<FunctionId> {
        let mut callees = Vec::new();
        for mention in self.functions[id.0 as usize].mentions.iter() {
            match mention {
                Mention::Function(file, name) => callees.extend(self.function_in(*file, name)),
                Mention::Method(name) => callees.extend(self.methods(name).iter().map(|(_, id)| *id)),
                Mention::Taken(_) => {}
            }
        }
        callees
    }

    /// Who may call or name a function.
    fn callers(&self, id: FunctionId) -> Vec<FunctionId> {
        let function = &self.functions[id.0 as usize];
        let names = mentions_of_owner(function.file, &function.owner);
        names.iter().filter_map(|name| self.mentioned.get(name)).flatten().copied().collect()
    }

    /// Analyses the members of a cycle of calls, or one function, until nothing changes. Gives those whose summary is not
    /// what it was before.
    fn analyse(
        &mut self,
        members: &[FunctionId],
        lower: &mut impl FnMut(ModuleId, BodyId) -> Body,
        bodies: &mut FxHashMap<FunctionId, Body>,
    ) -> Vec<FunctionId> {
        for id in members {
            if !bodies.contains_key(id) {
                bodies.insert(*id, self.lowered(*id, lower));
            }
        }
        let before: Vec<_> = members.iter().map(|id| self.functions[id.0 as usize].summary.take()).collect();
        let recursive = members.len() > 1 || members.iter().any(|id| self.callees(*id).contains(id));
        let graphs: Vec<Vec<Cfg>> = members.iter().map(|id| graphs(&bodies[id])).collect();
        let nodes: usize = graphs.iter().flatten().map(|graph| graph.nodes.len()).sum();
        let does = self.does(members);
        let mut budget = BUDGET.0 + BUDGET.1 * nodes as u64;
        for round in 0.. {
            let mut changed = false;
            for (id, graphs) in members.iter().zip(&graphs) {
                let cycle = if recursive { members } else { &[] };
                let (summary, drafts) = self.analyse_one(*id, &bodies[id], graphs, (cycle, does), &mut budget);
                let function = &mut self.functions[id.0 as usize];
                function.range = bodies[id][LambdaId(0)].range;
                changed |= function.summary.as_deref() != Some(&summary);
                function.summary = Some(Arc::new(summary));
                function.drafts = drafts;
            }
            if !recursive || !changed {
                break;
            }
            if round == ROUNDS {
                self.give_up(members, bodies, does);
                break;
            }
        }
        let unlike = members.iter().zip(before).filter(|(id, before)| self.functions[id.0 as usize].summary != *before);
        unlike.map(|(id, _)| *id).collect()
    }

    /// What the members of a cycle of calls do, by themselves or in what they call.
    fn does(&self, members: &[FunctionId]) -> Does {
        let mut does = Does::default();
        for id in members {
            does = does.and(self.functions[id.0 as usize].does);
            for callee in self.callees(*id) {
                let summary = &self.functions[callee.0 as usize].summary;
                does = does.and(summary.as_ref().map_or(Does::default(), |summary| summary.does));
            }
        }
        does
    }

    fn analyse_one(
        &self,
        id: FunctionId,
        body: &Body,
        graphs: &[Cfg],
        (cycle, does): (&[FunctionId], Does),
        budget: &mut u64,
    ) -> (FunctionSummary, Vec<Draft>) {
        let inner = Inner::new(body, graphs);
        let mut drafts = Vec::new();
        for round in 0.. {
            if round == ROUNDS {
                return Self::too_large(id, body, does);
            }
            drafts.clear();
            let mut changed = false;
            // Inner lambdas come after outer ones, and are analysed before them.
            for graph in graphs.iter().rev() {
                let outcome = Lambda::analyse(self, body, id, graph, &inner, (cycle, does), *budget);
                *budget = budget.saturating_sub(outcome.work);
                drafts.extend(outcome.drafts);
                changed |= inner.set(graph.lambda, outcome.summary);
            }
            if !changed || !inner.was_missed() {
                break;
            }
        }
        tell_once_what_is_too_large(&mut drafts);
        (FunctionSummary { lambdas: inner.into_summaries(), does }, drafts)
    }

    /// A cycle that does not settle: everything is expected of its members, and each says so.
    fn give_up(&mut self, members: &[FunctionId], bodies: &FxHashMap<FunctionId, Body>, does: Does) {
        for id in members {
            let Some(body) = bodies.get(id) else { continue };
            let (summary, drafts) = Self::too_large(*id, body, does);
            let function = &mut self.functions[id.0 as usize];
            function.summary = Some(Arc::new(summary));
            function.drafts.extend(drafts);
            tell_once_what_is_too_large(&mut function.drafts);
        }
    }

    /// What is said of a function that does not settle.
    fn too_large(id: FunctionId, body: &Body, does: Does) -> (FunctionSummary, Vec<Draft>) {
        let lambdas = vec![Summary::too_large(does); body.lambdas.len()];
        let place = crate::report::Place { function: id, range: body[LambdaId(0)].range };
        (FunctionSummary { lambdas, does }, vec![Draft::too_large(place)])
    }
}

/// Of what is too large, the lambdas inside are no news.
fn tell_once_what_is_too_large(drafts: &mut Vec<Draft>) {
    let is_large = |draft: &&Draft| draft.code == Code::TooLargeToAnalyse;
    let large: Vec<BodyRange> = drafts.iter().filter(is_large).map(|draft| draft.place.range).collect();
    let is_inside = |range: BodyRange| {
        large.iter().any(|outer| *outer != range && outer.start <= range.start && range.end <= outer.end)
    };
    drafts.retain(|draft| draft.code != Code::TooLargeToAnalyse || !is_inside(draft.place.range));
}

fn graphs(body: &Body) -> Vec<Cfg> {
    (0..body.lambdas.len()).map(|lambda| Cfg::new(body, LambdaId(lambda as u32))).collect()
}

/// The names under which a function is mentioned.
fn mentions_of_owner(file: ModuleId, owner: &BodyOwner) -> Vec<Mention> {
    match owner {
        BodyOwner::TopLevel => Vec::new(),
        BodyOwner::Function { name, .. } => vec![Mention::Function(file, name.clone())],
        BodyOwner::Method { name, .. } => vec![Mention::Method(name.clone())],
    }
}

impl Lookup for Analysis {
    fn function(&self, from: FunctionId, name: &str) -> Option<FunctionId> {
        let own = self.functions.get(from.0 as usize)?.file;
        self.function_in(own, name).or_else(|| {
            let module = self.imports.get(own.index())?.as_deref()?.module_of(name)?;
            self.function_in(module, name)
        })
    }

    fn module_function(&self, from: FunctionId, module: &str, name: &str) -> Option<FunctionId> {
        let own = self.functions.get(from.0 as usize)?.file;
        let module = self.imports.get(own.index())?.as_deref()?.qualifier(module)?;
        self.function_in(module, name)
    }

    fn methods(&self, name: &str) -> &[(Name, FunctionId)] {
        self.names.methods.get(name).map_or(&[], Vec::as_slice)
    }

    fn receiver(&self, method: FunctionId) -> Option<&Name> {
        let BodyOwner::Method { type_name, name, .. } = &self.functions.get(method.0 as usize)?.owner else {
            return None;
        };
        let is_taken = self.mentioned.get(&Mention::Taken(name.clone())).is_some_and(|who| !who.is_empty());
        let is_one = self.structs.names.contains(type_name) && !self.is_related(type_name);
        (is_one && !is_taken).then_some(type_name)
    }

    fn is_related(&self, name: &str) -> bool {
        self.structs.related.contains(name)
    }

    fn is_copied(&self, name: &str) -> bool {
        self.structs.copied.contains(name)
    }

    fn is_async(&self, function: FunctionId) -> bool {
        self.functions.get(function.0 as usize).is_some_and(|function| function.owner.is_async())
    }

    fn summary(&self, function: FunctionId) -> Option<Arc<FunctionSummary>> {
        self.functions.get(function.0 as usize)?.summary.clone()
    }
}
