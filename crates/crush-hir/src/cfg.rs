//! Control-flow graphs: what a body does, in the order in which it does it.
//!
//! There is one graph for each lambda of a body (lambda 0 is the body itself). A node is a run of [`Action`]s without a
//! jump in it; edges are real: `break`, `continue`, `return` and `throw` go where they go at run time, `&&`, `||`, `if`,
//! `match` and loops branch, and every node names the place where an error that is thrown inside it arrives
//! ([`Node::unwind`]), so that a call in the middle of a node has an edge of its own.
//!
//! Values of expressions are named by their [`ExprId`]. Each is made once and used up once, so that whoever interprets the
//! graph can forget it then. Accesses to objects are actions of their own, for they are what borrows are about; their
//! order is that of the memory model: operands left to right, target and index of an assignment before its value, the
//! access last, a new borrow taken before the old one of the same variable ends.

mod build;

use crate::body::{BlockId, Body, ExprId, LambdaId, LocalId, Name};
use crate::source_map::BodyRange;

/// A node of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The position in [`Cfg::nodes`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A place in a body that takes a borrow: `&e`, `&mut e` (B3) or a `for` (B2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LoanId(pub u32);

impl LoanId {
    /// The position in [`Cfg::loans`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What one lambda does.
#[derive(Clone, Debug, PartialEq)]
pub struct Cfg {
    /// Which lambda of the body.
    pub lambda: LambdaId,
    /// The nodes; the first three are [`Cfg::ENTRY`], [`Cfg::EXIT`] and [`Cfg::UNWOUND`].
    pub nodes: Vec<Node>,
    /// The places that take a borrow, in the order in which they were met.
    pub loans: Vec<Loan>,
}

/// A run of actions, and where it goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What happens, in order.
    pub actions: Vec<Action>,
    /// Where it goes on.
    pub next: Next,
    /// Where an error thrown by one of the actions arrives: the landing of the nearest `catch`, or [`Cfg::UNWOUND`].
    pub unwind: NodeId,
}

/// How a node goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nowhere: the exits, and what follows a `return`, `break`, `continue` or `throw`.
    Stop,
    /// To one node.
    Goto(NodeId),
    /// To one of two.
    Branch(NodeId, NodeId),
}

/// A place that takes a borrow.
#[derive(Clone, Debug, PartialEq)]
pub struct Loan {
    /// `&mut`.
    pub exclusive: bool,
    /// Who holds it, and so when it ends (B4).
    pub owner: LoanOwner,
    /// What is borrowed.
    pub operand: ExprId,
    /// The expression whose value is the handle; for the borrow that a `for` takes, the iterated expression.
    pub expr: ExprId,
    /// The text that takes it; for a `for`, the iterated expression.
    pub range: BodyRange,
}

/// Who holds a borrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoanOwner {
    /// A variable: until it goes out of scope or is bound again.
    Local(LocalId),
    /// Nobody: until the end of the full expression.
    Temporary,
    /// A `for` over `&e`: the handle lives as long as the loop.
    Iterated,
    /// A `for`: the borrow of what it iterates (B2).
    Loop,
}

/// How an object is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    /// The object alone is read.
    Read,
    /// The object and everything that it reaches is read.
    DeepRead,
    /// The object is changed.
    Write,
    /// The object is freed, or the borrow ended when it is a handle (A6, B4).
    Drop,
}

/// What a compound assignment reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Combined {
    /// A variable.
    Local(LocalId),
    /// A field of an object.
    Field(ExprId, Name),
    /// An element of an object.
    Index(ExprId, ExprId),
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Makes the value of an expression from the values of its operands, which are used up. Accesses have been made.
    Evaluate(ExprId),
    /// Makes the value of `to` that of `from`: how branches give their value.
    Copy {
        /// The branch's value, used up.
        from: ExprId,
        /// The whole expression.
        to: ExprId,
    },
    /// Makes the value `null`: a branch without a value.
    Null(ExprId),
    /// Forgets a value that nobody uses.
    Discard(ExprId),
    /// Uses the object that a value refers to. The value stays.
    Access {
        /// How.
        access: Access,
        /// The value.
        object: ExprId,
        /// Where.
        at: BodyRange,
    },
    /// Compares two values, which reads them when both are objects. The values stay.
    Compare {
        /// Left side.
        lhs: ExprId,
        /// Right side.
        rhs: ExprId,
        /// Where.
        at: BodyRange,
    },
    /// Adds two values: reads deeply when one is joined to a string, shallowly when both are arrays. The values stay.
    Join {
        /// Left side.
        lhs: ExprId,
        /// Right side.
        rhs: ExprId,
        /// Where.
        at: BodyRange,
    },
    /// Keeps what a field or an element holds for [`Action::Combine`]: it is read before the right side is evaluated.
    Keep {
        /// The place; its object has been accessed.
        place: Combined,
        /// The right side.
        value: ExprId,
    },
    /// `place += value`: makes the value that of the place, as it was, and it together. What holds the place stays.
    Combine {
        /// The place. A variable is read now, what is in an object has been kept.
        place: Combined,
        /// The right side.
        value: ExprId,
        /// The place as written.
        at: BodyRange,
    },
    /// Takes a borrow of the value of its operand, and makes the handle. The operand stays for a `for`.
    Take(LoanId),
    /// Ends the borrow taken there last, if it still lives.
    End(LoanId),
    /// Ends the borrows that a variable owns, but for the one just taken for it: it is about to be bound (B4).
    Release {
        /// The variable.
        local: LocalId,
        /// The new borrow, when the new value is one.
        keep: Option<LoanId>,
    },
    /// Binds a variable to a value, which is used up.
    Bind {
        /// The variable.
        local: LocalId,
        /// The value.
        value: ExprId,
        /// Where the name stands.
        at: BodyRange,
        /// A `let`: the name stands for a new variable, also in a second round, while lambdas keep the one they have captured.
        declares: bool,
    },
    /// Makes the variable of a `for`: one for all rounds, which lambdas of all rounds share.
    Declare(LocalId),
    /// Binds the variable of a `for` to the next element. The iterated value stays.
    BindElement {
        /// The variable.
        local: LocalId,
        /// The iterated value.
        iterable: ExprId,
        /// The borrow that the loop itself holds of it (B2).
        loan: LoanId,
        /// Where the name stands.
        at: BodyRange,
    },
    /// Binds the name of a `catch` to what was thrown, if it has one.
    Catch {
        /// The variable and where its name stands.
        name: Option<(LocalId, BodyRange)>,
    },
    /// Reads what an arm of a `match` has to see of the matched value.
    Test {
        /// The `match`.
        expr: ExprId,
        /// Which arm.
        arm: usize,
    },
    /// Binds the names of the arm that matched.
    BindArm {
        /// The `match`.
        expr: ExprId,
        /// Which arm.
        arm: usize,
    },
    /// Puts a value in a field; the object has been accessed. Both are used up.
    StoreField {
        /// The object.
        base: ExprId,
        /// The value.
        value: ExprId,
        /// The place as written.
        at: BodyRange,
        /// Which field.
        name: Name,
    },
    /// Puts a value in an element; the object has been accessed. All are used up.
    StoreIndex {
        /// The object.
        base: ExprId,
        /// The index or key.
        index: ExprId,
        /// The value.
        value: ExprId,
        /// The place as written.
        at: BodyRange,
    },
    /// Calls: the accesses are those of the callee. Receiver and arguments are used up, the result is made.
    Call(ExprId),
    /// Leaves what a `return` gives; the value is used up.
    Return(Option<ExprId>),
    /// Leaves what a `throw` gives; the value is used up.
    Throw(ExprId),
    /// The variables of a block go out of scope: the borrows that they own end, latest first.
    Leave(BlockId),
}

impl Cfg {
    /// Where it starts.
    pub const ENTRY: NodeId = NodeId(0);
    /// Where `return` and the end of the text arrive, after every scope has been left.
    pub const EXIT: NodeId = NodeId(1);
    /// Where an error arrives that nothing here catches. The scopes of the lambda have been left, but for what
    /// [`Action::Leave`] of its outermost block does: that is the node's only action.
    pub const UNWOUND: NodeId = NodeId(2);

    /// The graph of one lambda of a body.
    pub fn new(body: &Body, lambda: LambdaId) -> Self {
        build::build(body, lambda)
    }

    /// Where `node` goes on, `unwind` left out.
    pub fn successors(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let (first, second) = match self.nodes[node.index()].next {
            Next::Stop => (None, None),
            Next::Goto(to) => (Some(to), None),
            Next::Branch(a, b) => (Some(a), Some(b)),
        };
        first.into_iter().chain(second)
    }

    /// The nodes in reverse postorder, edges of errors included: each before what follows it, loops aside. Nodes that
    /// nothing reaches are left out.
    pub fn reverse_postorder(&self) -> Vec<NodeId> {
        let mut seen = vec![false; self.nodes.len()];
        let mut order = Vec::with_capacity(self.nodes.len());
        // The stack holds a node and how many of its successors were visited.
        let mut stack = vec![(Self::ENTRY, 0)];
        seen[Self::ENTRY.index()] = true;
        while let Some((node, visited)) = stack.last_mut() {
            let next = self.successors(*node).chain([self.nodes[node.index()].unwind]).nth(*visited);
            *visited += 1;
            match next {
                Some(next) if !seen[next.index()] => {
                    seen[next.index()] = true;
                    stack.push((next, 0));
                }
                Some(_) => {}
                None => {
                    order.push(*node);
                    stack.pop();
                }
            }
        }
        order.reverse();
        order
    }
}
