//! The interpreter itself: recursion, a loop, a sieve. `cargo bench -p crush-vm --bench run`.

use crush_vm::{
    CancelToken, Constant, FileId, Function, FunctionBuilder, Instruction as I, Near, NoHost, Program, ProgramBuilder,
    Quotas, Reg, Span, Vm, verify,
};

fn main() {
    divan::main();
}

const S: Span = Span { start: 0, end: 0 };
const R: [Reg; 8] = [Reg(0), Reg(1), Reg(2), Reg(3), Reg(4), Reg(5), Reg(6), Reg(7)];

fn builder(name: &str, params: u16, registers: u16) -> FunctionBuilder {
    let mut f = FunctionBuilder::new(name, params, 0, FileId(0), S);
    f.reserve_registers(registers);
    f
}

fn finish(f: FunctionBuilder) -> Function {
    f.finish().expect("it fits")
}

/// `fib(n)`.
fn fib(n: i32) -> Program {
    let mut program = ProgramBuilder::new();
    let main = program.declare("main", 0).expect("room");
    let fib = program.declare("fib", 1).expect("room");
    let mut f = builder("fib", 1, 3);
    let recurse = f.label();
    f.emit_jump(I::JumpNotLtInt { lhs: R[0], rhs: 2, target: Near(0) }, recurse, S);
    f.emit(I::Return { src: R[0] }, S);
    f.place(recurse);
    f.emit(I::SubInt { dst: R[1], lhs: R[0], rhs: 1 }, S);
    f.emit(I::Call { dst: R[1], function: fib, first: R[1] }, S);
    f.emit(I::SubInt { dst: R[2], lhs: R[0], rhs: 2 }, S);
    f.emit(I::Call { dst: R[2], function: fib, first: R[2] }, S);
    f.emit(I::Add { dst: R[1], lhs: R[1], rhs: R[2] }, S);
    f.emit(I::Return { src: R[1] }, S);
    program.define(fib, finish(f));
    let mut f = builder("main", 0, 1);
    f.emit(I::LoadInt { dst: R[0], value: n }, S);
    f.emit(I::Call { dst: R[0], function: fib, first: R[0] }, S);
    f.emit(I::Return { src: R[0] }, S);
    program.define(main, finish(f));
    program.finish(main)
}

/// `for i in 0..n { sum = sum + i }`.
fn range_loop(n: i64) -> Program {
    let mut program = ProgramBuilder::new();
    let main = program.declare("main", 0).expect("room");
    let n = program.constant(Constant::Int(n)).expect("room");
    let mut f = builder("main", 0, 6);
    f.emit(I::LoadInt { dst: R[0], value: 0 }, S);
    f.emit(I::LoadInt { dst: R[1], value: 0 }, S);
    f.emit(I::LoadConst { dst: R[2], constant: n }, S);
    f.emit(I::RangeStart { state: R[3], start: R[1], end: R[2], inclusive: false }, S);
    let body = f.label();
    f.place(body);
    f.emit(I::Add { dst: R[0], lhs: R[0], rhs: R[3] }, S);
    f.emit_jump(I::RangeNext { counter: R[3], last: R[4], target: Near(0) }, body, S);
    f.emit(I::Return { src: R[0] }, S);
    program.define(main, finish(f));
    program.finish(main)
}

/// `i = 0; while i < n { i = i + 1 }`.
fn while_loop(n: i64) -> Program {
    let mut program = ProgramBuilder::new();
    let main = program.declare("main", 0).expect("room");
    let n = program.constant(Constant::Int(n)).expect("room");
    let mut f = builder("main", 0, 2);
    f.emit(I::LoadInt { dst: R[0], value: 0 }, S);
    f.emit(I::LoadConst { dst: R[1], constant: n }, S);
    let (head, end) = (f.label(), f.label());
    f.place(head);
    f.emit_jump(I::JumpNotLt { lhs: R[0], rhs: R[1], target: Near(0) }, end, S);
    f.emit(I::AddInt { dst: R[0], lhs: R[0], rhs: 1 }, S);
    f.emit_jump(I::Jump { target: crush_vm::Far(0) }, head, S);
    f.place(end);
    f.emit(I::Return { src: R[0] }, S);
    program.define(main, finish(f));
    program.finish(main)
}

/// An array of `n` truth values by `push`, multiples struck out, the rest counted.
fn sieve(n: i64) -> Program {
    let mut program = ProgramBuilder::new();
    let main = program.declare("main", 0).expect("room");
    let n = program.constant(Constant::Int(n)).expect("room");
    let push = program.name("push").expect("room");
    let mut f = builder("main", 0, 8);
    // r0 array, r1 n, r2 i, r3 j, r4 count, r5 true, r6 r7 temporaries
    f.emit(I::NewArray { dst: R[0], first: R[0], count: 0 }, S);
    f.emit(I::LoadConst { dst: R[1], constant: n }, S);
    f.emit(I::LoadInt { dst: R[2], value: 0 }, S);
    f.emit(I::LoadBool { dst: R[5], value: true }, S);
    let (fill, filled) = (f.label(), f.label());
    f.place(fill);
    f.emit_jump(I::JumpNotLt { lhs: R[2], rhs: R[1], target: Near(0) }, filled, S);
    f.emit(I::Move { dst: R[6], src: R[0] }, S);
    f.emit(I::LoadBool { dst: R[7], value: false }, S);
    f.emit(I::CallMethod { dst: R[6], name: push, first: R[6], count: 1 }, S);
    f.emit(I::AddInt { dst: R[2], lhs: R[2], rhs: 1 }, S);
    f.emit_jump(I::Jump { target: crush_vm::Far(0) }, fill, S);
    f.place(filled);
    f.emit(I::LoadInt { dst: R[2], value: 2 }, S);
    f.emit(I::LoadInt { dst: R[4], value: 0 }, S);
    let (outer, struck, inner, next, end) = (f.label(), f.label(), f.label(), f.label(), f.label());
    f.place(outer);
    f.emit_jump(I::JumpNotLt { lhs: R[2], rhs: R[1], target: Near(0) }, end, S);
    f.emit(I::GetIndex { dst: R[6], object: R[0], index: R[2] }, S);
    f.emit_jump(I::JumpIf { cond: R[6], target: crush_vm::Far(0) }, next, S);
    f.emit(I::Move { dst: R[3], src: R[2] }, S);
    f.place(inner);
    f.emit_jump(I::JumpNotLt { lhs: R[3], rhs: R[1], target: Near(0) }, struck, S);
    f.emit(I::SetIndex { object: R[0], index: R[3], src: R[5] }, S);
    f.emit(I::Add { dst: R[3], lhs: R[3], rhs: R[2] }, S);
    f.emit_jump(I::Jump { target: crush_vm::Far(0) }, inner, S);
    f.place(struck);
    f.emit(I::AddInt { dst: R[4], lhs: R[4], rhs: 1 }, S);
    f.place(next);
    f.emit(I::AddInt { dst: R[2], lhs: R[2], rhs: 1 }, S);
    f.emit_jump(I::Jump { target: crush_vm::Far(0) }, outer, S);
    f.place(end);
    f.emit(I::Return { src: R[4] }, S);
    program.define(main, finish(f));
    program.finish(main)
}

fn run(bencher: divan::Bencher<'_, '_>, program: Program, expected: i64) {
    let program = verify(program).expect("well-formed");
    bencher.bench_local(|| {
        let host = NoHost;
        let mut vm = Vm::new(&program, &host, Quotas::default(), CancelToken::new()).expect("fits");
        let result = vm.run().expect("no fault");
        assert_eq!(result, crush_arena::RuntimeValue::Int(expected));
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn fib_30(bencher: divan::Bencher<'_, '_>) {
    run(bencher, fib(30), 832_040);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn for_100_million(bencher: divan::Bencher<'_, '_>) {
    run(bencher, range_loop(100_000_000), 4_999_999_950_000_000);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn while_100_million(bencher: divan::Bencher<'_, '_>) {
    run(bencher, while_loop(100_000_000), 100_000_000);
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn sieve_2_million(bencher: divan::Bencher<'_, '_>) {
    run(bencher, sieve(2_000_000), 148_933);
}
