//! In which order functions are looked at: callees before their callers, and those that call each other together.

/// Functions that call each other, or one that does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The functions.
    pub members: Vec<usize>,
    /// Whether they call each other, or the one itself.
    pub is_recursive: bool,
}

const UNSEEN: usize = usize::MAX;

/// The components of a call graph, callees first: `calls` says for each function which ones it calls.
///
/// This is Tarjan's algorithm with a stack of its own, for chains of calls may be as long as a program.
pub fn components(calls: &[Vec<usize>]) -> Vec<Component> {
    let mut walk = Walk {
        calls,
        order: vec![UNSEEN; calls.len()],
        lowest: vec![0; calls.len()],
        on_stack: vec![false; calls.len()],
        stack: Vec::new(),
        seen: 0,
        found: Vec::new(),
    };
    for start in 0..calls.len() {
        if walk.order[start] == UNSEEN {
            walk.from(start);
        }
    }
    walk.found
}

struct Walk<'a> {
    calls: &'a [Vec<usize>],
    order: Vec<usize>,
    lowest: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    seen: usize,
    found: Vec<Component>,
}

impl Walk<'_> {
    fn from(&mut self, start: usize) {
        let mut path = vec![(start, 0)];
        self.enter(start);
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if let Some(&callee) = self.calls[node].get(*next) {
                *next += 1;
                if self.order[callee] == UNSEEN {
                    self.enter(callee);
                    path.push((callee, 0));
                } else if self.on_stack[callee] {
                    self.lowest[node] = self.lowest[node].min(self.order[callee]);
                }
                continue;
            }
            path.pop();
            if let Some(&(caller, _)) = path.last() {
                self.lowest[caller] = self.lowest[caller].min(self.lowest[node]);
            }
            if self.lowest[node] == self.order[node] {
                self.close(node);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.order[node] = self.seen;
        self.lowest[node] = self.seen;
        self.seen += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    /// Takes the component that `node` was the first of off the stack.
    fn close(&mut self, node: usize) {
        let at = self.stack.iter().rposition(|&it| it == node).unwrap_or(0);
        let mut members = self.stack.split_off(at);
        members.iter().for_each(|&member| self.on_stack[member] = false);
        members.sort_unstable();
        let is_recursive = members.len() > 1 || self.calls[node].contains(&node);
        self.found.push(Component { members, is_recursive });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(members: &[usize], is_recursive: bool) -> Component {
        Component { members: members.to_vec(), is_recursive }
    }

    #[test]
    fn callees_come_first() {
        // 0 calls 1 and 2, 1 and 3 call each other, 2 calls itself.
        let found = components(&[vec![1, 2], vec![3], vec![2], vec![1]]);
        assert_eq!(found, [component(&[1, 3], true), component(&[2], true), component(&[0], false)]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let calls: Vec<_> = (1..=100_000).map(|next| if next < 100_000 { vec![next] } else { vec![] }).collect();
        let found = components(&calls);
        assert_eq!(found.len(), 100_000);
        assert_eq!(found[0].members, [99_999]);
    }
}
