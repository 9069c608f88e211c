//! Control-flow graphs: where jumps go, and what they end on the way.

use crush_hir::body::LambdaId;
use crush_hir::cfg::{Access, Action, Cfg, LoanOwner, NodeId};
use crush_hir::file::{BodyId, FileHir};
use crush_syntax::{Text, Tree};

fn graph(source: &str) -> Cfg {
    let tree = Tree::parse(Text::from(source));
    let file = FileHir::new(&tree);
    Cfg::new(&file.lower(&tree, BodyId::TopLevel), LambdaId(0))
}

/// The actions along every path without a loop from the entry to `to`, errors taken or not.
fn paths(cfg: &Cfg, to: NodeId) -> Vec<Vec<&Action>> {
    fn go<'a>(cfg: &'a Cfg, at: NodeId, to: NodeId, path: &mut Vec<NodeId>, found: &mut Vec<Vec<&'a Action>>) {
        if path.contains(&at) {
            return;
        }
        path.push(at);
        if at == to {
            found.push(path.iter().flat_map(|node| &cfg.nodes[node.index()].actions).collect());
        }
        for next in cfg.successors(at) {
            go(cfg, next, to, path, found);
        }
        path.pop();
    }
    let mut found = Vec::new();
    go(cfg, Cfg::ENTRY, to, &mut Vec::new(), &mut found);
    found
}

fn ends(path: &[&Action]) -> usize {
    path.iter().filter(|action| matches!(action, Action::End(_))).count()
}

#[test]
fn a_loop_is_left_by_one_way_that_ends_its_borrow() {
    let cfg =
        graph("let xs = [1]\nfor x in xs {\n    if x == 1 { break }\n    if x == 2 { continue }\n    print(x)\n}\n");
    assert_eq!(cfg.loans.len(), 1);
    assert_eq!(cfg.loans[0].owner, LoanOwner::Loop);
    let paths = paths(&cfg, Cfg::EXIT);
    assert!(paths.len() >= 2, "by the end and by `break`");
    for path in paths {
        assert_eq!(ends(&path), 1, "{path:#?}");
    }
}

#[test]
fn a_return_ends_the_borrows_of_every_loop_around_it() {
    let cfg = graph("let xs = [1]\nfor x in xs {\n    for y in &xs {\n        return y\n    }\n}\n");
    let most = paths(&cfg, Cfg::EXIT).iter().map(|path| ends(path)).max();
    assert_eq!(most, Some(3), "both loops and the borrow that is iterated");
}

#[test]
fn an_error_arrives_at_the_nearest_catch() {
    let cfg = graph("try {\n    let r = &[1]\n    print(1)\n} catch e {\n    print(e)\n}\nprint(2)\n");
    let calls: Vec<_> = cfg
        .nodes
        .iter()
        .flat_map(|node| {
            let calls = node.actions.iter().filter(|action| matches!(action, Action::Call(_))).count();
            std::iter::repeat_n(node.unwind, calls)
        })
        .collect();
    assert_eq!(calls.iter().filter(|unwind| **unwind == Cfg::UNWOUND).count(), 2, "{calls:?}");
    let landing = calls.iter().find(|unwind| **unwind != Cfg::UNWOUND).expect("the call inside lands in the handler");
    let actions = &cfg.nodes[landing.index()].actions;
    assert!(matches!(actions[0], Action::Leave(_)), "the scope of the body is left first: {actions:#?}");
    assert!(actions.iter().any(|action| matches!(action, Action::Catch { name: Some(_) })));
}

#[test]
fn the_right_side_runs_only_when_it_matters() {
    let cfg = graph("let xs = [1]\nlet y = xs[0] == 1 && xs[1] == 2\n");
    let reads = |path: &Vec<&Action>| {
        path.iter().filter(|action| matches!(action, Action::Access { access: Access::Read, .. })).count()
    };
    let mut counts: Vec<_> = paths(&cfg, Cfg::EXIT).iter().map(reads).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2]);
}

#[test]
fn a_new_borrow_is_taken_before_the_old_one_ends() {
    let cfg = graph("let xs = [1]\nlet r = &xs\nr = &xs\n");
    let path = paths(&cfg, Cfg::EXIT).remove(0);
    let order: Vec<_> = path
        .iter()
        .filter_map(|action| match action {
            Action::Take(loan) => Some(format!("take {}", loan.0)),
            Action::Release { keep: Some(loan), .. } => Some(format!("release all but {}", loan.0)),
            _ => None,
        })
        .collect();
    assert_eq!(order, ["take 0", "release all but 0", "take 1", "release all but 1"]);
}

#[test]
fn the_write_comes_last() {
    let cfg = graph("let xs = [1]\nlet i = 0\nxs[i] = len(xs)\n");
    let path = paths(&cfg, Cfg::EXIT).remove(0);
    let call = path.iter().position(|action| matches!(action, Action::Call(_)));
    let write = path.iter().position(|action| matches!(action, Action::Access { access: Access::Write, .. }));
    assert!(call < write, "{path:#?}");
}

#[test]
fn only_break_leaves_an_endless_loop() {
    let endless = graph("while true { print(1) }\n");
    assert!(paths(&endless, Cfg::EXIT).is_empty());
    let left = graph("while true { break }\n");
    assert_eq!(paths(&left, Cfg::EXIT).len(), 1);
}
