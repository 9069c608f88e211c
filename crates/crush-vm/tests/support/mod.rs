//! Running CASM text.

#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::Mutex;

use crush_vm::{
    Call, CallError, CancelToken, Fault, HostAdapter, Quotas, Resolution, Scheduling, VerifiedProgram, Vm, assemble,
    verify,
};

use crush_arena::{Object, ObjectMut, RuntimeValue};
use crush_library::{Declaration, Effect, Grant, Parameter, Type, nearest};

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) output: String,
    pub(crate) result: Result<RuntimeValue, Box<Fault>>,
    /// Borrows that were live at the end.
    pub(crate) live_borrows: usize,
}

const VALUE: Parameter = Parameter::new("value", Type::Any);
const ARRAY: Parameter = Parameter::new("array", Type::Array).with(Effect::Write);
const FUNCTION: Parameter = Parameter::new("function", Type::Function).with(Effect::Call);

const fn declaration(name: &'static str, params: &'static [Parameter]) -> Declaration {
    Declaration::new(name, params, Type::Any, "A test.")
}

/// `test.echo(value)`, `test.append(array, value)`, `test.fail(value)`, `test.write(array)` (which changes what it did
/// not declare), `test.exit(value)`, `test.map(array, function)`, `test.secret()` (denied).
static DECLARATIONS: &[Declaration] = &[
    declaration("test.echo", &[VALUE]),
    declaration("test.append", &[ARRAY, VALUE]),
    declaration("test.fail", &[VALUE]),
    declaration("test.write", &[VALUE]),
    declaration("test.exit", &[VALUE]),
    declaration("test.map", &[Parameter::new("array", Type::Array), FUNCTION]),
];

/// A host with capabilities to test with, which keeps what is printed.
#[derive(Debug, Default)]
pub(crate) struct TestHost {
    output: Mutex<String>,
}

impl TestHost {
    /// What was printed.
    pub(crate) fn printed(self) -> String {
        self.output.into_inner().expect("no panic")
    }
}

impl HostAdapter for TestHost {
    fn resolve(&self, name: &str) -> Resolution {
        if name == "test.secret" {
            return Resolution::Denied { grant: Grant::Env };
        }
        match DECLARATIONS.iter().position(|declaration| declaration.name == name) {
            Some(id) => Resolution::Granted { declaration: &DECLARATIONS[id], id: id as u32 },
            None => Resolution::Unknown {
                nearest: nearest(name, DECLARATIONS.iter().map(|declaration| declaration.name)).map(str::to_owned),
            },
        }
    }

    fn call(&self, id: u32, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
        let arguments = call.arguments();
        match id {
            0 => Ok(arguments[0]),
            1 | 3 => {
                let value = *arguments.last().expect("declared");
                match call.arena().write_value(arguments[0])? {
                    ObjectMut::Array(mut array) => array.push(value)?,
                    _ => return Err(call.wrong_type(0, "an array")),
                }
                Ok(arguments[0])
            }
            4 => Err(CallError::Exit(3)),
            5 => {
                let Object::Array(elements) = call.objects().read_value(arguments[0])? else {
                    return Err(call.wrong_type(0, "an array"));
                };
                let elements = elements.clone();
                let results = elements.iter().map(|element| call.invoke(arguments[1], &[*element]));
                let results = results.collect::<Result<_, _>>()?;
                Ok(call.alloc(Object::Array(results))?.into())
            }
            _ => Err("it always fails".into()),
        }
    }

    fn print(&self, text: &str) -> Result<(), String> {
        self.output.lock().expect("no panic").push_str(text);
        Ok(())
    }
}

/// The program that a text describes.
pub(crate) fn program(text: &str) -> VerifiedProgram {
    let program = assemble(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    verify(program).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Runs a program under quotas.
pub(crate) fn run_under(text: &str, quotas: Quotas) -> Ran {
    run_scheduled(text, Scheduling::default(), quotas, CancelToken::new())
}

/// Runs a program.
pub(crate) fn run(text: &str) -> Ran {
    run_under(text, Quotas::default())
}

/// Runs the body of a main function with 16 registers, of which r8 and r9 own borrows as the variables `s` and `m`, and
/// r10 as a loop (r11 is its position).
pub(crate) fn run_body(body: &str) -> Ran {
    run(&format!(".function @main (16 registers)\n{OWNERS}\n{body}\n"))
}

pub(crate) const OWNERS: &str = ".owner r8 variable s\n.owner r9 variable m\n.owner r10 loop";

/// What a body prints; it must not fault, and leave no borrow.
pub(crate) fn printed(body: &str) -> String {
    let ran = run_body(body);
    if let Err(fault) = &ran.result {
        panic!("{fault:#?}\n{body}");
    }
    assert_eq!(ran.live_borrows, 0, "{body}");
    ran.output
}

/// The fault of a body: its kind and message.
pub(crate) fn fault(body: &str) -> (String, String) {
    let fault = run_body(body).result.expect_err("a fault");
    (fault.kind.name().to_owned(), fault.message.clone())
}

/// Runs a program whose tasks run in this order.
pub(crate) fn run_scheduled(text: &str, scheduling: Scheduling, quotas: Quotas, cancel: CancelToken) -> Ran {
    let host = TestHost::default();
    let program = program(text);
    let mut vm = Vm::new(&program, &host, quotas, cancel).expect("room for the constants");
    vm.set_scheduling(scheduling);
    let result = vm.run();
    let live_borrows = vm.arena().live_borrows().count();
    drop(vm);
    Ran { output: host.printed(), result, live_borrows }
}
