//! Runs of a program under many inputs, and which instructions they come to.

use std::collections::BTreeMap;

use crush_host::{Grants, Host, Input};
use crush_vm::{
    CancelToken, Fault, Moment, Program, Quotas, Recorder, SourceRange, Statement, VerifiedProgram, Vm, verify,
};

/// A program that tells when it comes to certain places.
pub(super) struct Runnable {
    program: VerifiedProgram,
    /// For each function, for each mark in it, the places of which it is the last instruction.
    marks: Vec<Vec<Vec<usize>>>,
    places: usize,
}

/// What a run came to.
pub(super) struct Run {
    /// How it ended, if not well.
    pub(super) fault: Option<Box<Fault>>,
    /// For each place, whether the run came to it, and whether the program itself did, not only a task: a fault of a task
    /// that nobody awaits is not seen (T2).
    pub(super) reached: Vec<Reached>,
}

/// How a run came to a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    #[default]
    Never,
    InTask,
    InProgram,
}

struct Marks<'a> {
    marks: &'a [Vec<Vec<usize>>],
    reached: Vec<Reached>,
}

impl Recorder for Marks<'_> {
    const BINDINGS: bool = false;

    fn statement(&mut self, moment: &Moment<'_>, statement: usize) {
        let how = if moment.task == 0 { Reached::InProgram } else { Reached::InTask };
        for place in &self.marks[moment.function.index()][statement] {
            let known = &mut self.reached[*place];
            *known = how.max(*known);
        }
    }
}

impl Runnable {
    /// The debug table of statements takes the marks: one at the last instruction of each place. When a run begins that
    /// one, what goes before it at the place has happened.
    pub(super) fn new(mut program: Program, places: &[SourceRange]) -> Result<Self, String> {
        let mut marks = Vec::new();
        for function in &mut program.functions {
            let file = function.debug.file;
            let mut of_function: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
            for (index, place) in places.iter().enumerate().filter(|(_, place)| place.file == file) {
                let is_it = |span: &crush_vm::Span| (span.start, span.end) == (place.start, place.end);
                if let Some(last) = function.debug.spans.iter().rposition(is_it) {
                    of_function.entry(last as u32).or_default().push(index);
                }
            }
            let span = function.debug.span;
            function.debug.statements = of_function.keys().map(|pc| Statement { pc: *pc, span }).collect();
            marks.push(of_function.into_values().collect());
        }
        let program = verify(program).map_err(|error| format!("{error:?}"))?;
        Ok(Self { program, marks, places: places.len() })
    }

    /// Runs it with an input.
    pub(super) fn run(&self, input: u32) -> Run {
        let grants = Grants::none();
        let mut output = std::io::sink();
        let host = Host::new(&grants, &mut output).with_input(Input::text(&format!("{input}\n")));
        let mut quotas = Quotas { instructions: 50_000, call_depth: 200, ..Quotas::default() };
        // A text that grows twofold in every turn takes long before it is too long.
        quotas.memory.bytes = 1 << 20;
        let mut marks = Marks { marks: &self.marks, reached: vec![Reached::Never; self.places] };
        let vm = Vm::new(&self.program, &host, quotas, CancelToken::new());
        let fault = vm.and_then(|mut vm| vm.run_recorded(&mut marks)).err();
        Run { fault, reached: marks.reached }
    }
}
