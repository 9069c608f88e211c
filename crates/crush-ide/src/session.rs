//! A program that grows by entries, as the interactive prompt has it.
//!
//! The session is one program: the entries so far, one after the other. Running it again for each entry brings the arena to
//! where it was, object by object and borrow by borrow, since a run depends on nothing but the text and on what the
//! capabilities gave. That is remembered: until a run comes to the new entry, nothing outside is touched and nothing is
//! printed. An entry that faults is no part of the session, and leaves nothing behind in it.

use crush_arena::{FunctionId, Resource, RuntimeValue, SlotView, Stats, TextLimit};
use crush_eval::time::{Past, Replay};
use crush_host::Host;
use crush_syntax::Text;
use crush_vm::{CancelToken, Fault, FaultKind, Quotas, SourceRange, Vm};

use crate::FileAnalysis;
use crate::diagnostics::Diagnostic;

/// What makes an expression the result of an entry.
const RETURN: &str = "return ";
/// Most bytes of a value that are shown.
const SHOWN: usize = 10_000;
/// Most slots that are shown.
const SLOTS: usize = 200;

/// The entries so far.
#[derive(Debug, Default)]
pub struct Session {
    text: String,
    /// What the entries got from outside, and how much they printed.
    past: Past,
    stats: Stats,
    slots: Vec<SlotView>,
}

/// What came of an entry.
#[derive(Debug)]
pub enum Entered {
    /// It ran to its end: its value as text, when it has one.
    Ran(Option<String>),
    /// It cannot be run.
    Problems(FileAnalysis, Vec<Diagnostic>),
    /// It faulted.
    Faulted(FileAnalysis, Box<Fault>),
    /// It ended the session, with this exit status.
    Exit(u8),
}

impl Session {
    /// The text of the session.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The objects in the arena, the first of them as text, and how many bytes they take.
    pub fn arena(&self) -> (Vec<String>, usize, usize) {
        let line = |slot: &SlotView| format!("#{} {} {}", slot.object.slot(), slot.kind, slot.preview);
        (self.slots.iter().map(line).collect(), self.stats.objects, self.stats.bytes)
    }

    /// Checks, compiles and runs an entry.
    pub fn enter(&mut self, entry: &str, host: &Host<'_>, quotas: Quotas, cancel: &CancelToken) -> Entered {
        let begins = self.text.len();
        let whole = format!("{}{entry}\n", self.text);
        let analysis = FileAnalysis::new(Text::from(whole.as_str()));
        if let Err(problems) = analysis.compile() {
            return Entered::Problems(analysis, problems);
        }
        // Its last expression is what it returns.
        let result = last_expression(&analysis, begins);
        let with_return = result.map(|at| format!("{}{RETURN}{}", &whole[..at], &whole[at..]));
        let returning = with_return.and_then(|text| FileAnalysis::new(Text::from(text.as_str())).compile().ok());
        let (program, inserted) = match (returning, analysis.compile()) {
            (Some(program), _) => (program, result),
            (None, Ok(program)) => (program, None),
            (None, Err(problems)) => return Entered::Problems(analysis, problems),
        };
        let replay = Replay::going_on(host, &self.past);
        let ended = run(&program, &replay, quotas, cancel);
        let (ran, stats, slots) = match ended {
            Ok(ended) => ended,
            Err(fault) => (Err(fault), self.stats.clone(), std::mem::take(&mut self.slots)),
        };
        match ran {
            Ok(shown) => {
                (self.text, self.past, self.stats, self.slots) = (whole, replay.into_past(), stats, slots);
                Entered::Ran(shown)
            }
            Err(mut fault) => {
                if let FaultKind::Exit { status } = fault.kind {
                    return Entered::Exit(status);
                }
                take_back(&mut fault, inserted);
                Entered::Faulted(analysis, fault)
            }
        }
    }
}

type Ran = (Result<Option<String>, Box<Fault>>, Stats, Vec<SlotView>);

fn run(
    program: &crush_vm::VerifiedProgram,
    replay: &Replay<'_>,
    quotas: Quotas,
    cancel: &CancelToken,
) -> Result<Ran, Box<Fault>> {
    let mut vm = Vm::new(program, replay, quotas, cancel.clone())?;
    let result = vm.run();
    let shown = result.map(|value| match value {
        RuntimeValue::Null => None,
        value => {
            let names = |function: FunctionId| vm.function_name(function);
            let limit = TextLimit { bytes: SHOWN, resource: Resource::Bytes };
            Some(vm.arena().text(value, &names, limit).unwrap_or_else(|_| "…".to_owned()))
        }
    });
    Ok((shown, vm.arena().stats(), vm.arena().page(0, SLOTS).slots))
}

/// Where the last statement of an entry begins, when it is an expression.
fn last_expression(analysis: &FileAnalysis, begins: usize) -> Option<usize> {
    let root = analysis.tree().root();
    let mut cursor = root.walk();
    let last = root.named_children(&mut cursor).filter(|child| !child.is_extra()).last()?;
    (last.kind() == "expression_statement" && last.start_byte() >= begins).then(|| last.start_byte())
}

/// Places of the text that ran, as places of the text that was entered.
fn take_back(fault: &mut Fault, inserted: Option<usize>) {
    let Some(inserted) = inserted.and_then(|at| u32::try_from(at).ok()) else { return };
    let back = |range: &mut SourceRange| {
        for end in [&mut range.start, &mut range.end] {
            if *end > inserted {
                *end -= (RETURN.len() as u32).min(*end - inserted);
            }
        }
    };
    back(&mut fault.primary);
    fault.related.iter_mut().for_each(|(range, _)| back(range));
    fault.call_stack.iter_mut().for_each(|call| back(&mut call.range));
}
