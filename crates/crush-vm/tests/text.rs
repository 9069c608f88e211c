//! The text form: nothing is lost, nothing bad is accepted, and the page says what the code does.

mod support;

use crush_vm::{
    Binding, CancelToken, Constant, Debug, Far, FuncId, Function, INSTRUCTIONS, Instruction, NoHost, OperandKind,
    Program, Quotas, Reg, Span, Vm, assemble, disassemble, verify,
};
use proptest::prelude::*;

const PROGRAM: &str = include_str!("programs/tour.casm");

#[test]
fn golden_listing() {
    let program = assemble(PROGRAM).unwrap();
    insta::assert_snapshot!("tour", disassemble(&program));
    let ran = support::run(PROGRAM);
    assert!(ran.result.is_ok(), "{:?}", ran.result);
    insta::assert_snapshot!("tour-output", ran.output);
}

#[test]
fn the_text_form_loses_nothing() {
    let program = assemble(PROGRAM).unwrap();
    assert_eq!(assemble(&disassemble(&program)).unwrap(), program);
}

#[test]
fn names_and_constants_of_any_content_survive() {
    let function = Function {
        name: "<lambda> \"x\"\n".into(),
        registers: 1,
        code: vec![Instruction::ReturnNull {}],
        debug: Debug { spans: vec![Span::new(0, 3)], ..Debug::default() },
        ..Function::default()
    };
    let program = Program {
        constants: vec![
            Constant::Float(f64::NAN),
            Constant::Float(-0.0),
            Constant::Float(f64::NEG_INFINITY),
            Constant::Float(1e300),
            Constant::Int(i64::MIN),
            Constant::Str("a\\\"\u{1}\u{2028};!1..2 é".into()),
        ],
        names: vec!["12".into(), "a b".into(), "ünï".into(), "".into()],
        functions: vec![function.clone(), function],
        entry: FuncId(1),
        ..Program::default()
    };
    let text = disassemble(&program);
    assert_eq!(assemble(&text).unwrap_or_else(|error| panic!("{error}\n{text}")), program);
}

#[test]
fn errors_name_the_line_and_the_way_out() {
    let error = |text: &str| assemble(text).unwrap_err().to_string();
    assert_eq!(
        error("\n.function @f (1 registers)\nlaod_int r0, 1"),
        "line 3: there is no instruction `laod_int`: `load_int`?"
    );
    assert_eq!(
        error(".function @f (1 registers)\nload_int r0, 1 2"),
        "line 2: there is more on the line than belongs there"
    );
    assert_eq!(
        error(".function @f (1 registers)\nadd_int r0, r0, 40000"),
        "line 2: an operand of `add_int` (dst, lhs, rhs) is out of bounds"
    );
    assert!(error(".function @f (1 registers)\njump L0").contains("there is no label `L0` in `@f`"));
    assert_eq!(error("return_null"), "line 1: an instruction stands outside a function");
    assert!(assemble("").is_err());
}

#[test]
fn the_verifier_rejects_what_would_misbehave() {
    let problem = |text: &str| verify(assemble(text).unwrap()).unwrap_err().to_string();
    let main = |body: &str| format!(".function @main (2 registers)\n.owner r1 loop\n{body}");
    for (body, expected) in [
        ("move r0, r2\nreturn_null", "instruction 0: r2 is outside the 2 registers"),
        ("move r0, r1", "control runs off the end"),
        ("load_null r1\nreturn_null", "r1 is an owner: only a borrow may be put there"),
        ("borrow_shared r0, r0\nreturn_null", "r0 is no owner"),
        ("call r0, f7, r0\nreturn_null", "there is no function 7"),
        ("load_const r0, k3\nreturn_null", "there is no constant 3"),
        ("call_value r0, r0, r0, 3\nreturn_null", "r2 is outside"),
        ("slice r0, r0, r0\nreturn_null", "r2 is outside"),
        ("iter_start r1, r0\nreturn_null", "r2 is outside"),
    ] {
        assert!(problem(&main(body)).contains(expected), "{body}: {}", problem(&main(body)));
    }
    assert!(
        problem(".function @main (1 params, 1 registers)\nreturn_null").contains("the entry function takes parameters")
    );
    assert!(problem(".function @main (2 params, 1 registers)\nreturn_null").contains("the entry"));
    let mut program = assemble(".function @main (1 registers)\nreturn_null").unwrap();
    program.functions[0].code.insert(0, Instruction::Jump { target: Far(5) });
    program.functions[0].debug.spans.push(Span::default());
    assert!(verify(program.clone()).unwrap_err().problem.contains("it jumps to 6"));
    program.functions[0].code.remove(0);
    program.functions[0].debug.spans.pop();
    program.functions[0].debug.bindings.push(Binding { pc: 0, local: 0, span: Span::default() });
    assert!(verify(program).is_err());
}

/// `docs/casm.md` lists every instruction with its operands, and no other.
#[test]
fn the_page_and_the_instructions_agree() {
    let page = include_str!("../../../docs/casm.md");
    let listed: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(form, _)| form)).collect();
    let declared: Vec<String> = INSTRUCTIONS
        .iter()
        .map(|info| {
            let operands: Vec<&str> = info.operands.iter().map(|(name, _)| *name).collect();
            format!("{} {}", info.mnemonic, operands.join(", ")).trim_end().to_owned()
        })
        .collect();
    assert_eq!(listed, declared);
}

/// Any instruction, with operands that are mostly, but not always, in range.
fn any_instruction() -> impl Strategy<Value = Instruction> {
    (0..INSTRUCTIONS.len(), proptest::collection::vec(0i64..9, 4), any::<i64>()).prop_map(|(index, numbers, wild)| {
        let info = &INSTRUCTIONS[index];
        let operands: Vec<_> = info
            .operands
            .iter()
            .zip(numbers)
            .map(|((_, kind), number)| {
                use crush_vm::Operand as O;
                let small = number as u16;
                match kind {
                    OperandKind::Reg => O::Reg(Reg(small)),
                    OperandKind::Const => O::Const(crush_vm::ConstId(small.into())),
                    OperandKind::Func => O::Func(FuncId(small % 3)),
                    OperandKind::Name => O::Name(crush_vm::NameId(small)),
                    OperandKind::Class => O::Class(crush_vm::ClassId(small % 2)),
                    OperandKind::Cap => O::Cap(crush_vm::CapId(small)),
                    OperandKind::Int(low, high) => {
                        O::Int(if wild % 4 == 0 { wild.clamp(*low, *high) } else { number % 3 })
                    }
                    OperandKind::Flag => O::Flag(number % 2 == 0),
                    OperandKind::Near | OperandKind::Far => O::Jump(number - 5),
                }
            })
            .collect();
        Instruction::from_operands(info.mnemonic, &operands).expect("operands of its kinds")
    })
}

fn any_program() -> impl Strategy<Value = Program> {
    let function = (proptest::collection::vec(any_instruction(), 1..24), any::<bool>());
    proptest::collection::vec(function, 3).prop_map(|functions| {
        let mut program = assemble(
            ".const 1\n.const \"text\"\n.const 2.5\n.name push\n.name x\n.name len\n.capability io.none\n.class A (x)\n.class B ()\n\
             .method push = @b\n.entry @main\n.function @main (10 registers)\n.owner r8 variable s\n.owner r7 loop\n.owner_cell r6 variable c\n\
             return_null\n.function @b (2 params, 10 registers)\n.owner r8 temporary\nreturn_null\n.function @c (1 params, 2 captures, 10 registers)\n.owner r8 loop\nreturn_null",
        )
        .expect("well-formed");
        for (function, (mut code, caught)) in program.functions.iter_mut().zip(functions) {
            code.push(Instruction::Return { src: Reg(0) });
            if caught {
                function.handlers.push(crush_vm::Handler { start: 0, end: code.len() as u32, target: 0, dst: Reg(1) });
            }
            function.debug.spans = vec![Span::default(); code.len()];
            function.code = code;
        }
        program
    })
}

/// Instructions of a function that the verifier refuses are replaced, so that most programs run for a while.
fn repaired(mut program: Program) -> Option<Program> {
    for _ in 0..200 {
        match verify(program.clone()) {
            Ok(_) => return Some(program),
            Err(error) => {
                let (function, pc) = (error.function?.0, error.pc? as usize);
                program.functions[function.index()].code[pc] = Instruction::LoadInt { dst: Reg(2), value: 1 };
            }
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_verified_runs_to_an_end_or_a_fault(program in any_program()) {
        if let Some(program) = repaired(program) {
            prop_assert_eq!(&assemble(&disassemble(&program)).expect("its own text"), &program);
            let verified = verify(program).expect("repaired");
            let quotas = Quotas {
                memory: crush_arena::Limits { bytes: 1 << 20, objects: 2000 },
                instructions: 5000,
                call_depth: 50,
                output: 2000,
            };
            let host = NoHost;
            let mut vm = Vm::new(&verified, &host, quotas, CancelToken::new()).expect("small");
            // A fault is as good as a result: neither a panic nor a hang is.
            if let Err(fault) = vm.run() {
                prop_assert!(!fault.message.is_empty());
            }
        }
    }

    #[test]
    fn any_text_assembles_or_is_refused(text in "(\\.[a-z]{1,8}|[a-z_]{1,10}|r[0-9]|L[0-9]:?|[ ,!@().\"\\n]|-?[0-9]{1,20}){0,40}") {
        if let Ok(program) = assemble(&text) {
            let _ = verify(program);
        }
    }
}
