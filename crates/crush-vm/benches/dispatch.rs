//! Two small machines over the same values, measured before the real one was built (`docs/decisions/0001`): a stack
//! machine, and a register machine with eight-byte instructions and fused compare-and-jump. Both are a `match` in a loop,
//! both check integer overflow, both are safe code. `cargo bench -p crush-vm --bench dispatch`.

use crush_arena::RuntimeValue::{self as Value, Bool, Int, Null};

fn main() {
    divan::main();
}

const FIB: i64 = 25;
const SIDE: i64 = 1000;
const SIEVE: i64 = 100_000;

mod stack {
    use super::*;

    #[derive(Clone, Copy)]
    pub(crate) enum Op {
        Push(i32),
        PushBool(bool),
        Load(u16),
        Store(u16),
        Add,
        Lt,
        Jump(i32),
        JumpIfNot(i32),
        Call(u16),
        Return,
        Get,
        Set,
        Not,
    }
    const _: () = assert!(size_of::<Op>() == 8);

    pub(crate) struct Function {
        pub(crate) params: usize,
        pub(crate) locals: usize,
        pub(crate) code: Vec<Op>,
    }

    pub(crate) fn run(functions: &[Function], arg: i64, array: &mut [Value]) -> Value {
        let mut stack: Vec<Value> = Vec::with_capacity(4096);
        let mut frames: Vec<(usize, usize, usize)> = Vec::new();
        let (mut function, mut pc, mut base) = (0usize, 0usize, 0usize);
        stack.push(Int(arg));
        stack.resize(functions[0].locals, Null);
        let mut code = &functions[0].code[..];
        loop {
            let op = code[pc];
            pc += 1;
            match op {
                Op::Push(value) => stack.push(Int(value.into())),
                Op::PushBool(value) => stack.push(Bool(value)),
                Op::Load(local) => stack.push(stack[base + local as usize]),
                Op::Store(local) => stack[base + local as usize] = stack.pop().unwrap_or(Null),
                Op::Add | Op::Lt => {
                    let (Some(Int(b)), Some(Int(a))) = (stack.pop(), stack.pop()) else {
                        return Null;
                    };
                    stack.push(if matches!(op, Op::Lt) {
                        Bool(a < b)
                    } else {
                        let Some(sum) = a.checked_add(b) else {
                            return Null;
                        };
                        Int(sum)
                    });
                }
                Op::Not => {
                    let Some(Bool(value)) = stack.pop() else {
                        return Null;
                    };
                    stack.push(Bool(!value));
                }
                Op::Jump(offset) => pc = pc.wrapping_add_signed(offset as isize),
                Op::JumpIfNot(offset) => {
                    let Some(Bool(condition)) = stack.pop() else {
                        return Null;
                    };
                    if !condition {
                        pc = pc.wrapping_add_signed(offset as isize);
                    }
                }
                Op::Call(callee) => {
                    frames.push((function, pc, base));
                    function = callee as usize;
                    base = stack.len() - functions[function].params;
                    stack.resize(base + functions[function].locals, Null);
                    code = &functions[function].code;
                    pc = 0;
                }
                Op::Return => {
                    let value = stack.pop().unwrap_or(Null);
                    stack.truncate(base);
                    let Some(frame) = frames.pop() else {
                        return value;
                    };
                    (function, pc, base) = frame;
                    code = &functions[function].code;
                    stack.push(value);
                }
                Op::Get => {
                    let Some(Int(index)) = stack.pop() else {
                        return Null;
                    };
                    stack.push(array[index as usize]);
                }
                Op::Set => {
                    let (Some(value), Some(Int(index))) = (stack.pop(), stack.pop()) else {
                        return Null;
                    };
                    array[index as usize] = value;
                }
            }
        }
    }

    pub(crate) fn fib() -> Vec<Function> {
        use Op::*;
        vec![Function {
            params: 1,
            locals: 1,
            code: vec![
                Load(0),
                Push(2),
                Lt,
                JumpIfNot(2),
                Load(0),
                Return,
                Load(0),
                Push(-1),
                Add,
                Call(0),
                Load(0),
                Push(-2),
                Add,
                Call(0),
                Add,
                Return,
            ],
        }]
    }

    /// `i = 0; while i < n { j = 0; while j < n { sum = sum + j; j = j + 1 }; i = i + 1 }`
    pub(crate) fn nested() -> Vec<Function> {
        use Op::*;
        vec![Function {
            params: 1,
            locals: 4,
            code: vec![
                Push(0),
                Store(3),
                Push(0),
                Store(1),
                Load(1),
                Load(0),
                Lt,
                JumpIfNot(20), // to 28
                Push(0),
                Store(2),
                Load(2),
                Load(0),
                Lt,
                JumpIfNot(9), // to 23
                Load(3),
                Load(2),
                Add,
                Store(3),
                Load(2),
                Push(1),
                Add,
                Store(2),
                Jump(-13), // to 10
                Load(1),
                Push(1),
                Add,
                Store(1),
                Jump(-24), // to 4
                Load(3),
                Return,
            ],
        }]
    }

    /// `while i < n { if !struck[i] { j = i; while j < n { struck[j] = true; j = j + i }; count = count + 1 }; i = i + 1 }`
    pub(crate) fn sieve() -> Vec<Function> {
        use Op::*;
        vec![Function {
            params: 1,
            locals: 4,
            code: vec![
                Push(2),
                Store(1),
                Push(0),
                Store(3),
                Load(1),
                Load(0),
                Lt,
                JumpIfNot(27), // to 35
                Load(1),
                Get,
                Not,
                JumpIfNot(18),
                Load(1),
                Store(2), // to 30
                Load(2),
                Load(0),
                Lt,
                JumpIfNot(8), // to 26
                Load(2),
                PushBool(true),
                Set,
                Load(2),
                Load(1),
                Add,
                Store(2),
                Jump(-12), // to 14
                Load(3),
                Push(1),
                Add,
                Store(3),
                Load(1),
                Push(1),
                Add,
                Store(1),
                Jump(-31), // to 4
                Load(3),
                Return,
            ],
        }]
    }
}

mod register {
    use super::*;
    use crush_vm::{Far, FuncId, Instruction as I, Near, Reg};

    pub(crate) struct Function {
        pub(crate) params: usize,
        pub(crate) registers: usize,
        pub(crate) code: Vec<I>,
    }

    pub(crate) fn run(functions: &[Function], arg: i64, array: &mut [Value]) -> Value {
        let mut stack: Vec<Value> = vec![Null; 4096];
        let mut frames: Vec<(usize, usize, usize, Reg)> = Vec::new();
        let (mut function, mut pc, mut base) = (0usize, 0usize, 0usize);
        stack[0] = Int(arg);
        let mut code = &functions[0].code[..];
        macro_rules! r {
            ($reg:expr) => {
                stack[base + $reg.index()]
            };
        }
        loop {
            let instruction = code[pc];
            pc += 1;
            match instruction {
                I::Move { dst, src } => r!(dst) = r!(src),
                I::LoadInt { dst, value } => r!(dst) = Int(value.into()),
                I::LoadBool { dst, value } => r!(dst) = Bool(value),
                I::Add { dst, lhs, rhs } => {
                    let (Int(a), Int(b)) = (r!(lhs), r!(rhs)) else {
                        return Null;
                    };
                    let Some(sum) = a.checked_add(b) else {
                        return Null;
                    };
                    r!(dst) = Int(sum);
                }
                I::AddInt { dst, lhs, rhs } => {
                    let Int(a) = r!(lhs) else { return Null };
                    let Some(sum) = a.checked_add(rhs.into()) else {
                        return Null;
                    };
                    r!(dst) = Int(sum);
                }
                I::Jump { target: Far(offset) } => pc = pc.wrapping_add_signed(offset as isize),
                I::JumpIf { cond, target: Far(offset) } => {
                    let Bool(condition) = r!(cond) else {
                        return Null;
                    };
                    if condition {
                        pc = pc.wrapping_add_signed(offset as isize);
                    }
                }
                I::JumpNotLt { lhs, rhs, target: Near(offset) } => {
                    let (Int(a), Int(b)) = (r!(lhs), r!(rhs)) else {
                        return Null;
                    };
                    if a >= b {
                        pc = pc.wrapping_add_signed(offset as isize);
                    }
                }
                I::JumpNotLtInt { lhs, rhs, target: Near(offset) } => {
                    let Int(a) = r!(lhs) else { return Null };
                    if a >= rhs.into() {
                        pc = pc.wrapping_add_signed(offset as isize);
                    }
                }
                I::Call { dst, function: callee, first } => {
                    let (from, to) = (base + first.index(), base + functions[function].registers);
                    frames.push((function, pc, base, dst));
                    function = callee.index();
                    let callee = &functions[function];
                    if stack.len() < to + callee.registers {
                        stack.resize(2 * (to + callee.registers), Null);
                    }
                    stack[to..to + callee.registers].fill(Null);
                    for argument in 0..callee.params {
                        stack[to + argument] = stack[from + argument];
                    }
                    base = to;
                    code = &callee.code;
                    pc = 0;
                }
                I::Return { src } => {
                    let value = r!(src);
                    let Some((caller, at, window, dst)) = frames.pop() else {
                        return value;
                    };
                    (function, pc, base) = (caller, at, window);
                    code = &functions[function].code;
                    r!(dst) = value;
                }
                I::GetIndex { dst, index, .. } => {
                    let Int(index) = r!(index) else { return Null };
                    r!(dst) = array[index as usize];
                }
                I::SetIndex { index, src, .. } => {
                    let Int(index) = r!(index) else { return Null };
                    array[index as usize] = r!(src);
                }
                _ => return Null,
            }
        }
    }

    const R: [Reg; 6] = [Reg(0), Reg(1), Reg(2), Reg(3), Reg(4), Reg(5)];

    pub(crate) fn fib() -> Vec<Function> {
        let f = FuncId(0);
        vec![Function {
            params: 1,
            registers: 3,
            code: vec![
                I::JumpNotLtInt { lhs: R[0], rhs: 2, target: Near(1) },
                I::Return { src: R[0] },
                I::AddInt { dst: R[1], lhs: R[0], rhs: -1 },
                I::Call { dst: R[1], function: f, first: R[1] },
                I::AddInt { dst: R[2], lhs: R[0], rhs: -2 },
                I::Call { dst: R[2], function: f, first: R[2] },
                I::Add { dst: R[1], lhs: R[1], rhs: R[2] },
                I::Return { src: R[1] },
            ],
        }]
    }

    pub(crate) fn nested() -> Vec<Function> {
        vec![Function {
            params: 1,
            registers: 4,
            code: vec![
                I::LoadInt { dst: R[3], value: 0 },
                I::LoadInt { dst: R[1], value: 0 },
                I::JumpNotLt { lhs: R[1], rhs: R[0], target: Near(7) },
                I::LoadInt { dst: R[2], value: 0 },
                I::JumpNotLt { lhs: R[2], rhs: R[0], target: Near(3) },
                I::Add { dst: R[3], lhs: R[3], rhs: R[2] },
                I::AddInt { dst: R[2], lhs: R[2], rhs: 1 },
                I::Jump { target: Far(-4) },
                I::AddInt { dst: R[1], lhs: R[1], rhs: 1 },
                I::Jump { target: Far(-8) },
                I::Return { src: R[3] },
            ],
        }]
    }

    pub(crate) fn sieve() -> Vec<Function> {
        vec![Function {
            params: 1,
            registers: 6,
            code: vec![
                I::LoadInt { dst: R[1], value: 2 },
                I::LoadInt { dst: R[3], value: 0 },
                I::JumpNotLt { lhs: R[1], rhs: R[0], target: Near(11) },
                I::GetIndex { dst: R[4], object: R[5], index: R[1] },
                I::JumpIf { cond: R[4], target: Far(7) },
                I::Move { dst: R[2], src: R[1] },
                I::LoadBool { dst: R[4], value: true },
                I::JumpNotLt { lhs: R[2], rhs: R[0], target: Near(3) },
                I::SetIndex { object: R[5], index: R[2], src: R[4] },
                I::Add { dst: R[2], lhs: R[2], rhs: R[1] },
                I::Jump { target: Far(-4) },
                I::AddInt { dst: R[3], lhs: R[3], rhs: 1 },
                I::AddInt { dst: R[1], lhs: R[1], rhs: 1 },
                I::Jump { target: Far(-12) },
                I::Return { src: R[3] },
            ],
        }]
    }
}

fn strikes() -> Vec<Value> {
    vec![Bool(false); SIEVE as usize]
}

/// Both machines give the right answers, or there is nothing to measure.
fn agree(a: Value, b: Value, expected: i64) -> Value {
    assert_eq!((a, b), (Int(expected), Int(expected)));
    a
}

#[divan::bench_group]
mod fib {
    use super::*;

    #[divan::bench]
    fn stack(bencher: divan::Bencher<'_, '_>) {
        let (a, b) = (super::stack::fib(), super::register::fib());
        agree(super::stack::run(&a, 20, &mut []), super::register::run(&b, 20, &mut []), 6765);
        bencher.bench_local(|| super::stack::run(&a, FIB, &mut []));
    }

    #[divan::bench]
    fn register(bencher: divan::Bencher<'_, '_>) {
        let functions = super::register::fib();
        bencher.bench_local(|| super::register::run(&functions, FIB, &mut []));
    }
}

#[divan::bench_group]
mod nested_loop {
    use super::*;

    #[divan::bench]
    fn stack(bencher: divan::Bencher<'_, '_>) {
        let (a, b) = (super::stack::nested(), super::register::nested());
        agree(super::stack::run(&a, 10, &mut []), super::register::run(&b, 10, &mut []), 450);
        bencher.bench_local(|| super::stack::run(&a, SIDE, &mut []));
    }

    #[divan::bench]
    fn register(bencher: divan::Bencher<'_, '_>) {
        let functions = super::register::nested();
        bencher.bench_local(|| super::register::run(&functions, SIDE, &mut []));
    }
}

#[divan::bench_group]
mod sieve {
    use super::*;

    #[divan::bench]
    fn stack(bencher: divan::Bencher<'_, '_>) {
        let (a, b) = (super::stack::sieve(), super::register::sieve());
        agree(super::stack::run(&a, SIEVE, &mut strikes()), super::register::run(&b, SIEVE, &mut strikes()), 9592);
        bencher.with_inputs(strikes).bench_local_values(|mut array| super::stack::run(&a, SIEVE, &mut array));
    }

    #[divan::bench]
    fn register(bencher: divan::Bencher<'_, '_>) {
        let functions = super::register::sieve();
        bencher
            .with_inputs(strikes)
            .bench_local_values(|mut array| super::register::run(&functions, SIEVE, &mut array));
    }
}
