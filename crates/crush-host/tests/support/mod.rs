//! Calling one capability the way a program does.
#![allow(dead_code, reason = "each test file uses its part")]

use crush_host::{Grants, Host};
use crush_vm::{CancelToken, Fault, Quotas, Vm, assemble, verify};

/// A program that calls a capability and prints the result. Arguments: `'text'`, a whole number, `true`, `null`, or an array
/// of these in brackets.
pub(crate) fn program(name: &str, arguments: &[&str]) -> String {
    let (mut body, mut next) = (String::new(), arguments.len());
    for (register, argument) in arguments.iter().enumerate() {
        load(&mut body, register, argument, &mut next);
    }
    let call = format!("call_capability r0, {name}, r0, {}\nprint r0\nreturn_null", arguments.len());
    format!(".function @main ({} registers)\n{body}{call}", next + 1)
}

fn load(body: &mut String, register: usize, argument: &str, next: &mut usize) {
    let line = if let Some(text) = argument.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        format!("load_const r{register}, {text:?}\n")
    } else if let Some(elements) = argument.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let elements: Vec<&str> = elements.split(", ").filter(|element| !element.is_empty()).collect();
        let first = *next;
        *next += elements.len();
        for (index, element) in elements.iter().enumerate() {
            load(body, first + index, element, next);
        }
        format!("new_array r{register}, r{first}, {}\n", elements.len())
    } else {
        match argument {
            "true" | "false" => format!("load_bool r{register}, {argument}\n"),
            "null" => format!("load_null r{register}\n"),
            number => format!("load_const r{register}, {number}\n"),
        }
    };
    body.push_str(&line);
}

/// What a call prints, and how it ended.
pub(crate) fn run(
    grants: &Grants,
    cancel: CancelToken,
    quotas: Quotas,
    program: &str,
) -> (String, Result<(), Box<Fault>>) {
    let program = verify(assemble(program).expect("CASM")).expect("well-formed");
    let mut output = Vec::new();
    let host = Host::new(grants, &mut output).with_cancel(cancel.clone());
    let mut vm = Vm::new(&program, &host, quotas, cancel).expect("small");
    let result = vm.run().map(|_| ());
    assert_eq!(vm.arena().live_borrows().count(), 0);
    drop(vm);
    drop(host);
    (String::from_utf8(output).expect("text"), result)
}

/// The result of a capability, printed, without the end of the line.
pub(crate) fn output(grants: &Grants, name: &str, arguments: &[&str]) -> String {
    let (output, result) = run(grants, CancelToken::new(), Quotas::default(), &program(name, arguments));
    result.unwrap_or_else(|fault| panic!("{name}{arguments:?}: {}", fault.message));
    output.strip_suffix('\n').unwrap_or(&output).to_owned()
}

/// The message of the fault that a capability gives.
pub(crate) fn error(grants: &Grants, name: &str, arguments: &[&str]) -> String {
    let (_, result) = run(grants, CancelToken::new(), Quotas::default(), &program(name, arguments));
    result.expect_err("it fails").message
}
