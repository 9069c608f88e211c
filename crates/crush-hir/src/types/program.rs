//! The functions of a file together: what each gives depends on what those give that it calls.

use rustc_hash::FxHashMap;

use super::{Component, Elsewhere, Inferred, Results, Type, components, infer};
use crate::body::{Body, BodyOwner, Callee, ExprKind, Name, Problem};
use crate::file::{BodyId, FileHir};

/// So often the functions of a recursive component are looked at again; the types of most are settled after two rounds.
const ROUNDS: usize = 12;

/// By which name calls mean a body: `f`, `S::f`, and `main` for the top level.
fn full_name(owner: &BodyOwner) -> Name {
    match owner {
        BodyOwner::TopLevel => Name::new_static("main"),
        BodyOwner::Function { name, .. } => name.clone(),
        BodyOwner::Method { type_name, name, .. } => format!("{type_name}::{name}").into(),
    }
}

/// The same, but for a function that a later one of its name replaces: no call means it.
pub fn name_in(file: &FileHir, id: BodyId, owner: &BodyOwner) -> Name {
    let name = full_name(owner);
    match id {
        BodyId::Function(item) if file.replaced_functions().contains(&item) => format!("{name}#{item}").into(),
        _ => name,
    }
}

/// The names by which a body calls functions, each once.
pub fn callees(body: &Body) -> Vec<Name> {
    let mut names: Vec<_> = body
        .exprs
        .iter()
        .filter_map(|expr| match &expr.kind {
            ExprKind::Call { callee: Callee::Name(name), .. } => Some(name.clone()),
            ExprKind::Call { callee: Callee::Path { scope, name }, .. } => Some(format!("{scope}::{name}").into()),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The types of functions that call each other, given those that they call besides, in their file and elsewhere; what they
/// give is added to `results`.
pub fn infer_component(
    file: &FileHir,
    members: &[(Name, &Body)],
    is_recursive: bool,
    results: &mut Results,
    elsewhere: &Elsewhere,
) -> Vec<Inferred> {
    if is_recursive {
        // What is not known yet goes with everything, so that the cases which do not recur decide.
        results.extend(members.iter().map(|(name, _)| (name.clone(), Type::Any)));
    }
    for round in 0.. {
        let mut is_settled = true;
        let mut inferred = Vec::with_capacity(members.len());
        for (name, body) in members {
            let found = infer(file, body, results, elsewhere);
            let before = results.insert(name.clone(), found.result.clone());
            is_settled &= before.as_ref() == Some(&found.result);
            inferred.push(found);
        }
        if is_settled || !is_recursive || round == ROUNDS {
            return inferred;
        }
    }
    Vec::new()
}

/// What is wrong with the types in `bodies`, which are all of a program of one file, for each of them.
pub fn check(file: &FileHir, bodies: &[(BodyId, &Body)]) -> Vec<Vec<Problem>> {
    let names: Vec<_> = bodies.iter().map(|(id, body)| name_in(file, *id, &body.owner)).collect();
    let by_name: FxHashMap<_, _> = names.iter().enumerate().map(|(index, name)| (name, index)).collect();
    let calls = |body: &Body| callees(body).iter().filter_map(|name| by_name.get(name).copied()).collect();
    let calls: Vec<Vec<usize>> = bodies.iter().map(|(_, body)| calls(body)).collect();
    let mut results = Results::default();
    let mut problems = vec![Vec::new(); bodies.len()];
    for Component { members, is_recursive } in components(&calls) {
        let part: Vec<_> = members.iter().map(|&index| (names[index].clone(), bodies[index].1)).collect();
        let inferred = infer_component(file, &part, is_recursive, &mut results, &Elsewhere::default());
        for (index, found) in members.into_iter().zip(inferred) {
            problems[index] = found.problems;
        }
    }
    problems
}
