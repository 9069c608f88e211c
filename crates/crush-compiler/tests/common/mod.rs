//! Compiling and running a program in a test.

#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::Mutex;

use crush_compiler::{Options, compile};
use crush_hir::file::FileHir;
use crush_syntax::{Text, Tree};
use crush_vm::{Call, CallError, CancelToken, HostAdapter, Program, Quotas, Resolution, Scheduling, Vm, verify};

/// Keeps what is printed.
#[derive(Default)]
struct Printed(Mutex<String>);

impl HostAdapter for Printed {
    fn resolve(&self, _: &str) -> Resolution {
        Resolution::Unknown { nearest: None }
    }

    fn call(&self, _: u32, _: &mut Call<'_>) -> Result<crush_arena::RuntimeValue, CallError> {
        Err("there are no capabilities".into())
    }

    fn print(&self, text: &str) -> Result<(), String> {
        self.0.lock().expect("no panic").push_str(text);
        Ok(())
    }
}

/// Compiles `source`, or gives its problems, one a line.
pub(crate) fn program(source: &str) -> Result<Program, String> {
    let tree = Tree::parse(Text::from(source));
    compile(&FileHir::new(&tree), &tree, Options::default()).map_err(|problems| {
        let lines = problems.iter().map(|problem| {
            let line = tree.text().line_of(problem.range.start) + 1;
            format!("{line}: {}: {}\n", problem.code, problem.message)
        });
        lines.collect()
    })
}

/// What `source` prints, and its fault with the text it points at, if there is one.
pub(crate) fn run(source: &str) -> String {
    run_scheduled(source, Scheduling::default())
}

/// The same, with its tasks in some order.
pub(crate) fn run_scheduled(source: &str, scheduling: Scheduling) -> String {
    let program = match program(source) {
        Ok(program) => program,
        Err(problems) => return problems,
    };
    let program = verify(program).unwrap_or_else(|error| panic!("{error}\n{source}"));
    let host = Printed::default();
    let quotas = Quotas { instructions: 10_000_000, ..Quotas::default() };
    let vm = Vm::new(&program, &host, quotas, CancelToken::new());
    let ran = vm.and_then(|mut vm| {
        vm.set_scheduling(scheduling);
        vm.run()
    });
    let fault = ran.err();
    let mut output = host.0.into_inner().expect("no panic");
    if let Some(fault) = fault {
        let at = &source[fault.primary.start as usize..fault.primary.end as usize];
        output += &format!("fault: {} at `{at}`\n", fault.message);
    }
    output
}
