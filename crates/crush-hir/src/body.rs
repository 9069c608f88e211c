//! The body: expressions, statements, patterns and locals, as plain data in flat arrays.
//!
//! The tree is desugared only where nothing is lost for a reader: `a |> f(b)` is the call `f(a, b)`, parentheses are gone,
//! `and` is `&&`. What a name means inside the body is resolved here; names of functions, structs and capabilities stay
//! names, for they belong to the file ([`Callee`]).

use std::ops::Index;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::source_map::BodyRange;

/// A name as the program writes it.
pub type Name = SmolStr;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in its array.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// An expression of a body.
    ExprId;
    /// A statement of a body.
    StmtId;
    /// A block of a body.
    BlockId;
    /// A variable of a body: parameter, `let`, loop variable, `catch` name, match binding.
    LocalId;
    /// A lambda of a body; lambda 0 is the body itself.
    LambdaId;
}

/// What runs as one piece: a function, a method, or the top level of a file, with every lambda inside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// What the body belongs to.
    pub owner: BodyOwner,
    /// All expressions.
    pub exprs: Vec<Expr>,
    /// All statements.
    pub stmts: Vec<Stmt>,
    /// All blocks.
    pub blocks: Vec<Block>,
    /// All variables.
    pub locals: Vec<Local>,
    /// The body itself (0) and the lambdas in it, outer before inner.
    pub lambdas: Vec<Lambda>,
    /// What is wrong in the body as far as its own text tells.
    pub problems: Vec<Problem>,
    /// The structs of the file that are copied when they are assigned, passed or returned.
    pub copied: Arc<[Name]>,
}

/// What a body belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BodyOwner {
    /// The top-level statements of a file.
    TopLevel,
    /// `fn name`.
    Function {
        /// Its name.
        name: Name,
        /// `async fn`.
        is_async: bool,
    },
    /// A method in an `impl` or a default method in a `trait`; called `Type::name` from outside.
    Method {
        /// The struct or trait.
        type_name: Name,
        /// Its name.
        name: Name,
        /// `async fn`.
        is_async: bool,
    },
}

impl BodyOwner {
    /// Whether a call starts a task (T1).
    pub fn is_async(&self) -> bool {
        matches!(self, Self::Function { is_async: true, .. } | Self::Method { is_async: true, .. })
    }
}

/// A function value: the body itself, or a lambda in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lambda {
    /// The lambda that this one is written in; `None` for the body itself.
    pub parent: Option<LambdaId>,
    /// Parameters, in order.
    pub params: Vec<LocalId>,
    /// What it runs.
    pub block: BlockId,
    /// For `|x| e`: the expression whose value is the result; `block` is then empty.
    pub result: Option<ExprId>,
    /// Variables of enclosing lambdas that it uses, by reference (B9).
    pub captures: Vec<LocalId>,
    /// The whole text of it.
    pub range: BodyRange,
}

/// A variable.
///
/// As the reference has it, a `let` of a name that is already visible in the same function names the *same* variable
/// again; a name first declared in a block is gone after it. (A `for` variable and a `catch` name behave like `let`; a
/// match binding is always a variable of its own.) A variable declared in the body of a loop is a fresh one in every
/// round, but the loop variable is one for all rounds, though its scope is the body too.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// Its name.
    pub name: Name,
    /// How it came to be.
    pub kind: LocalKind,
    /// The lambda whose frame it lives in.
    pub lambda: LambdaId,
    /// The block at whose end it goes out of scope (B4).
    pub scope: BlockId,
    /// Where its name stands in its first declaration.
    pub range: BodyRange,
    /// Whether a lambda inside uses it: it lives in a cell then.
    pub captured: bool,
    /// The type written at its first declaration, if any.
    pub annotation: Option<TypeName>,
}

/// A type as the program writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// The name.
    pub name: Name,
    /// Where it stands.
    pub range: BodyRange,
}

/// How a variable came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LocalKind {
    /// A parameter of a function or lambda.
    Parameter,
    /// `let x`.
    Let,
    /// `for x in …`.
    LoopVariable,
    /// `catch x`.
    CatchName,
    /// A name in a match pattern.
    MatchBinding,
    /// A name that a polyglot block hands out (`@python -> x`).
    PolyglotOutput,
}

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub range: BodyRange,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// Something that did not parse, or is not there yet while typing.
    Missing,
    /// A construct that is parsed but not yet run; the text names it.
    Unsupported(Name),
    /// A constant.
    Literal(Literal),
    /// A variable.
    Local(LocalId),
    /// A name that is no variable here: a function of the file, a built-in, or nothing.
    Name(Name),
    /// `S::f` as a value.
    Path {
        /// The struct or trait.
        scope: Name,
        /// The function in it.
        name: Name,
    },
    /// `[a, b]`.
    Array(Vec<ExprId>),
    /// `{a: 1, "b c": 2}`.
    Map(Vec<(Name, ExprId)>),
    /// `P { x: 1, y }`, `new P { … }`, `new P()` (no fields given).
    Struct {
        /// The struct.
        name: Name,
        /// Where its name stands.
        name_range: BodyRange,
        /// Fields given, in order, with the place of each name.
        fields: Vec<(Name, BodyRange, ExprId)>,
        /// `new P()`: fields not given are null instead of an error.
        is_new: bool,
    },
    /// `a..b`, `a..=b`.
    Range {
        /// First value.
        start: ExprId,
        /// Last or one past the last.
        end: ExprId,
        /// `..=`.
        inclusive: bool,
    },
    /// `-a`, `!a`.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// What it works on.
        operand: ExprId,
    },
    /// Arithmetic and comparison: both sides are evaluated, left first.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left side.
        lhs: ExprId,
        /// Right side.
        rhs: ExprId,
    },
    /// `&&`, `||`: the right side only when it matters.
    Logical {
        /// `&&` or `||`.
        op: LogicalOp,
        /// Left side.
        lhs: ExprId,
        /// Right side.
        rhs: ExprId,
    },
    /// `&e`, `&mut e` (B3).
    Borrow {
        /// `&mut`.
        exclusive: bool,
        /// What is borrowed.
        operand: ExprId,
    },
    /// The value of an expression that is assigned, passed or returned, in a file with structs that are copied then:
    /// an instance of one of them is copied, anything else is itself.
    Copy(ExprId),
    /// `e.name`, read.
    Field {
        /// The object.
        base: ExprId,
        /// The field or map key.
        name: Name,
        /// Where the name stands.
        name_range: BodyRange,
    },
    /// `e[i]`, read.
    Index {
        /// The object.
        base: ExprId,
        /// The index or key.
        index: ExprId,
    },
    /// `e[i:j:k]`.
    Slice {
        /// The object.
        base: ExprId,
        /// First index.
        start: Option<ExprId>,
        /// End index.
        end: Option<ExprId>,
        /// Step.
        step: Option<ExprId>,
    },
    /// A call.
    Call {
        /// What is called.
        callee: Callee,
        /// Where the callee's name (or expression) stands.
        callee_range: BodyRange,
        /// Arguments in order; a pipeline's left side comes first.
        args: Vec<ExprId>,
    },
    /// `|x| …`.
    Lambda(LambdaId),
    /// `if c { … } else { … }`, as statement or value (D11). The value of a branch is that of its block.
    If {
        /// The condition.
        condition: ExprId,
        /// Then.
        then_block: BlockId,
        /// Else; `else if` is a block whose tail is an `If`.
        else_block: Option<BlockId>,
    },
    /// `match e { … }`.
    Match {
        /// What is matched.
        scrutinee: ExprId,
        /// The arms in order.
        arms: Vec<MatchArm>,
    },
    /// `await e`.
    Await(ExprId),
    /// `spawn f(a…)`.
    Spawn {
        /// The function: a name, or a variable.
        function: ExprId,
        /// Its arguments.
        args: Vec<ExprId>,
    },
    /// `yield`.
    Yield,
}

/// What a call calls.
#[derive(Clone, Debug, PartialEq)]
pub enum Callee {
    /// `f(…)` where `f` is no variable: a function of the file, or a built-in (`print`, `len`, `drop`, …).
    Name(Name),
    /// `ns.name(…)` where `ns` is no variable: a capability.
    Capability(Name),
    /// `S::f(…)`.
    Path {
        /// The struct or trait.
        scope: Name,
        /// The function.
        name: Name,
    },
    /// `e.name(…)`.
    Method {
        /// The receiver, evaluated before the arguments.
        receiver: ExprId,
        /// The method.
        name: Name,
    },
    /// Any other value.
    Value(ExprId),
}

/// One arm of a `match`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchArm {
    /// The pattern.
    pub pattern: Pattern,
    /// What it gives; the block's tail is the value.
    pub body: BlockId,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// `_`.
    Wildcard,
    /// `10`, `"a"`, `null`, …
    Literal(Literal),
    /// A name that takes the value.
    Binding(LocalId),
    /// `P { x: 10, y }`, `P(…)` (only the struct is looked at).
    Struct {
        /// The struct.
        name: Name,
        /// Where its name stands.
        name_range: BodyRange,
        /// Fields and their patterns.
        fields: Vec<(Name, Pattern)>,
    },
    /// What did not parse.
    Missing,
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string, escapes resolved.
    Str(SmolStr),
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`.
    Negate,
    /// `!`, `not`.
    Not,
}

/// Operators that evaluate both operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named by its operator")]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Operators that may skip their right operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogicalOp {
    /// `&&`, `and`.
    And,
    /// `||`, `or`.
    Or,
}

/// A block: statements, and the expression at its end when the block is used as a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The statements.
    pub stmts: Vec<StmtId>,
    /// The last expression, when the block stands where a value is wanted.
    pub tail: Option<ExprId>,
    /// The block it is written in, across lambdas; `None` for the outermost.
    pub parent: Option<BlockId>,
    /// The block with its braces.
    pub range: BodyRange,
}

/// A statement and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where it stands.
    pub range: BodyRange,
}

/// What a statement is.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `let x = e`, also where `x` was visible already (then it is assigned again, B4).
    ///
    /// A captured variable gets a new cell every time: a closure made before keeps what it had.
    Let {
        /// The variable.
        local: LocalId,
        /// Where its name stands here.
        name_range: BodyRange,
        /// The type written here.
        annotation: Option<TypeName>,
        /// The value.
        value: ExprId,
    },
    /// `place = e`, `place += e`.
    Assign {
        /// What is assigned.
        place: Place,
        /// The place as written.
        place_range: BodyRange,
        /// `+=` and its kin.
        op: Option<BinaryOp>,
        /// The value.
        value: ExprId,
    },
    /// An expression for its effect; its temporaries end with it (B4).
    Expr(ExprId),
    /// `while c { … }`.
    While {
        /// The condition: a full expression of its own, every time.
        condition: ExprId,
        /// The body.
        body: BlockId,
    },
    /// `for x in e { … }` (B2).
    For {
        /// The loop variable.
        variable: LocalId,
        /// Where its name stands here.
        name_range: BodyRange,
        /// What is iterated.
        iterable: ExprId,
        /// The body.
        body: BlockId,
    },
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `return e`.
    Return(Option<ExprId>),
    /// `throw e`.
    Throw(ExprId),
    /// `try { … } catch e { … }`.
    Try {
        /// What is tried.
        body: BlockId,
        /// The name of what was thrown, with its place here.
        error: Option<(LocalId, BodyRange)>,
        /// What handles it.
        handler: BlockId,
    },
    /// A construct that is parsed but not yet run (`use @mcp`); the text names it.
    Unsupported(Name),
    /// What did not parse.
    Missing,
}

/// What an assignment assigns to. Target and index are evaluated before the value; the write comes last.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// A variable: binding is not writing (B8).
    Local(LocalId),
    /// A name that is no variable here: the value is lost, as the reference has it.
    Unresolved(Name),
    /// `e.name = …`.
    Field {
        /// The object written.
        base: ExprId,
        /// The field or key.
        name: Name,
        /// Where the name stands.
        name_range: BodyRange,
    },
    /// `e[i] = …`.
    Index {
        /// The object written.
        base: ExprId,
        /// The index or key.
        index: ExprId,
    },
    /// Anything else: an error.
    Invalid,
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The program runs, but hardly does what was meant.
    Warning,
    /// The program is not run.
    Error,
}

/// Something wrong that a body's own text, or the names of its file, tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its stable code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What to tell the user.
    pub message: String,
    /// Where.
    pub range: BodyRange,
}

macro_rules! index {
    ($($id:ident => $field:ident: $item:ty;)*) => {$(
        impl Index<$id> for Body {
            type Output = $item;
            fn index(&self, id: $id) -> &$item {
                &self.$field[id.index()]
            }
        }
    )*};
}

index! {
    ExprId => exprs: Expr;
    StmtId => stmts: Stmt;
    BlockId => blocks: Block;
    LocalId => locals: Local;
    LambdaId => lambdas: Lambda;
}

impl Body {
    /// The body itself, as opposed to the lambdas in it.
    pub const ROOT: LambdaId = LambdaId(0);

    /// A body that does nothing.
    pub fn empty(owner: BodyOwner) -> Self {
        let range = BodyRange::default();
        let root =
            Lambda { parent: None, params: Vec::new(), block: BlockId(0), result: None, captures: Vec::new(), range };
        Self {
            owner,
            exprs: Vec::new(),
            stmts: Vec::new(),
            blocks: vec![Block { stmts: Vec::new(), tail: None, parent: None, range }],
            locals: Vec::new(),
            lambdas: vec![root],
            problems: Vec::new(),
            copied: Arc::default(),
        }
    }
}
