//! Functions that only some programs need, each written when something calls it.

use super::function::texts;
use super::program::Line;
use super::scope::Generator;

/// What a helper does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    /// Gives a new array of whatever object it is given, perhaps with that in it.
    Node,
    /// The same, and drops it.
    Spend,
    /// Calls a function with what it has just made or borrowed, and reads it after.
    Lend,
    /// Puts something into a field while a function runs.
    Keep,
}

struct Helper {
    does: Does,
    head: &'static str,
    lines: &'static [&'static str],
}

const fn helper(does: Does, head: &'static str, lines: &'static [&'static str]) -> Helper {
    Helper { does, head, lines }
}

const HELPERS: &[Helper] = &[
    helper(Does::Node, "node0(x)", &["print(x)", "return [x]"]),
    helper(Does::Node, "node1(x)", &["let r = &x", "print(r)", "return [x]"]),
    helper(Does::Node, "node2(x)", &["let r = &x", "return [json.stringify(r)]"]),
    helper(Does::Node, "node3(x)", &["return [x][:]"]),
    helper(Does::Node, "node4(x)", &["return [&x]"]),
    helper(Does::Node, "node5(x)", &["let r = &x", "return [r]"]),
    helper(Does::Node, "node6(x)", &["print(x == [1])", "return [1]"]),
    helper(Does::Node, "node7(x)", &["let m = &mut x", "print(m)", "return [x]"]),
    helper(Does::Spend, "spent0(x)", &["drop(x)", "return [3]"]),
    helper(Does::Spend, "spent1(x)", &["drop(x)", "return [x]"]),
    helper(Does::Spend, "spent2(x)", &["let y = [x]", "print(y)", "drop(x)", "return [y]"]),
    helper(Does::Lend, "lend0(g, x)", &["let y = [1, 2]", "g(y)", "print(y)", "return y"]),
    helper(Does::Lend, "lend1(g, x)", &["let y = [x]", "g(y)", "print(y)", "return x"]),
    helper(Does::Lend, "lend2(g, x)", &["let r = &x", "g(r)", "print(r)", "return x"]),
    helper(Does::Lend, "lend3(g, x)", &["let y = [1, 2]", "let r = &y", "g(r)", "print(r)", "return y"]),
    helper(Does::Lend, "lend4(g, x)", &["let y = [1, 2]", "let m = &mut y", "g(m)", "m.push(1)", "return y"]),
    helper(Does::Lend, "lend5(g, x)", &["g(&x)", "g(x)", "return x[:]"]),
    helper(
        Does::Keep,
        "keep0(r, x, g)",
        &["let old = r.p", "r.p = x", "try { g(x) } catch e { print(0) }", "r.p = old"],
    ),
    helper(
        Does::Keep,
        "keep1(r, x, g)",
        &["let old = r.p", "r.p = &x", "try { g(old) } catch e { r.p = old }", "r.p = old"],
    ),
    helper(
        Does::Keep,
        "keep2(r, x, g)",
        &["let old = r.p", "r.p = x", "drop(x)", "try { g(old); throw [1] } catch e { r.p = old }"],
    ),
    helper(
        Does::Keep,
        "keep3(r, x, g)",
        &[
            "let y = [1]",
            "let b = &y",
            "let old = r.q",
            "r.q = b",
            "try { g(x) } catch e { r.q = old; throw e }",
            "r.q = old",
        ],
    ),
];

impl Generator {
    /// The name of a helper that does this.
    pub(super) fn helper(&mut self, does: Does) -> &'static str {
        let of: Vec<usize> = (0..HELPERS.len()).filter(|index| HELPERS[*index].does == does).collect();
        let index = of[self.random.usize(0..of.len())];
        self.helpers[usize::from(self.place.in_module)].insert(index);
        HELPERS[index].head.split('(').next().unwrap_or_default()
    }

    /// The helpers that a file needs.
    pub(super) fn needed_helpers(&self, in_module: bool) -> Vec<Line> {
        let needed = self.helpers[usize::from(in_module)].iter().map(|index| &HELPERS[*index]);
        needed.map(|helper| Line::block(format!("fn {} {{", helper.head), texts(helper.lines))).collect()
    }
}
