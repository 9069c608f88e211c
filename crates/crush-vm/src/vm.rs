//! One VM instance: its arena (A1), its value stack and frames, and the way to run, stop and look at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crush_arena::{
    Arena, Bulk, FunctionId, Limits, Object, OwnerId, Resource, RuntimeValue, SiteId, TextLimit, pieces,
};

use crate::fault::{Fault, FaultKind, HolderName};
use crate::host::{HostAdapter, Output, Resolution};
use crate::image::Image;
use crate::operand::{FuncId, Reg};
use crate::program::{Constant, Function};
use crate::quota::{CancelReason, CancelToken, Quotas};
use crate::record::{Moment, NoRecorder, Recorder};
use crate::source::SourceRange;
use crate::tasks::{Crew, Results, Scheduling, TaskId, run_on_threads};
use crate::tell::Told;
use crate::trap::{Pause, Trap};
use crate::verify::VerifiedProgram;

/// One VM instance. Its state stays as it was when a run ends or faults, to be looked at.
pub struct Vm<'h> {
    pub(crate) image: Arc<Image>,
    pub(crate) arena: Arena,
    pub(crate) host: &'h dyn HostAdapter,
    /// The registers of all frames, one window after the other.
    pub(crate) stack: Vec<RuntimeValue>,
    /// The callers of the running function, outermost first.
    pub(crate) callers: Vec<Frame>,
    /// The running function: `pc` is the instruction after the one that runs.
    pub(crate) current: Frame,
    /// The program's constants; its strings are objects that stay.
    pub(crate) constants: Vec<RuntimeValue>,
    pub(crate) output: Output,
    pub(crate) quotas: Quotas,
    pub(crate) cancel: CancelToken,
    pub(crate) stop: Arc<AtomicBool>,
    /// Instructions that were run, less the place of the running one in its function: so that only jumps and calls
    /// have to count.
    pub(crate) credit: u64,
    /// What long operations count for as instructions, beyond the one that each of them is.
    pub(crate) charged: u64,
    /// How many safe points are passed before the run looks whether to stop.
    pub(crate) patience: u32,
    /// Where the code of the running function begins, while the interpreter runs.
    pub(crate) code: usize,
    /// How many callers lie below the frame that this run of the interpreter began with: none but in a callback (H3).
    pub(crate) floor: usize,
    /// How many callbacks are running, one inside the other.
    pub(crate) nesting: usize,
    /// What running capabilities keep alive (H3).
    pub(crate) kept: Vec<RuntimeValue>,
    pub(crate) scheduling: Scheduling,
    /// Which task it runs.
    pub(crate) task: TaskId,
    /// The tasks of the program, once there was one.
    pub(crate) crew: Option<Arc<Crew<'h>>>,
    /// What came of the tasks that were awaited here.
    pub(crate) results: Results,
    /// After so many instructions it is looked what comes next.
    pub(crate) until: u64,
    /// After so many instructions the quota is used up.
    pub(crate) share_end: u64,
    /// How many instructions the crew has counted.
    pub(crate) counted: u64,
    /// How many instructions other tasks have run.
    pub(crate) elsewhere: u64,
    /// What of its memory the crew has counted, and what the crew lets it have.
    pub(crate) held: Limits,
    pub(crate) lent: Limits,
    /// How many bytes the crew has counted as printed.
    pub(crate) printed_before: usize,
    pub(crate) told: Told,
    /// After so many instructions of the program and its tasks the part of the run that was asked for is over.
    pub(crate) part_end: u64,
    /// How the program itself paused where the part was over.
    pub(crate) waits: Option<Pause>,
    pub(crate) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Ready,
    Running,
    Ended,
}

/// The frame of a function: where it is, and which window of the value stack is its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) function: FuncId,
    /// Where it goes on.
    pub(crate) pc: u32,
    /// Where its registers begin.
    pub(crate) base: u32,
    /// The register of its caller that takes its result.
    pub(crate) dst: Reg,
}

impl Frame {
    /// A copy, loaded field by field, as it was stored, often just before: one load of several fields would wait until the
    /// stores are through.
    #[inline(always)]
    pub(crate) fn copied(&self) -> Self {
        // Safety: fields of a reference; `volatile` only keeps the loads apart.
        unsafe {
            Self {
                function: (&raw const self.function).read_volatile(),
                pc: (&raw const self.pc).read_volatile(),
                base: (&raw const self.base).read_volatile(),
                dst: (&raw const self.dst).read_volatile(),
            }
        }
    }
}

impl<'h> Vm<'h> {
    /// A VM that is ready to run the program. The names of its capabilities are resolved here (H1); calling one that is
    /// not granted is a fault at the call, and [`Vm::unresolved`] tells before. A fault here is a memory quota that is
    /// too small for the program's own strings.
    pub fn new(
        program: &VerifiedProgram,
        host: &'h dyn HostAdapter,
        quotas: Quotas,
        cancel: CancelToken,
    ) -> Result<Self, Box<Fault>> {
        let image = Arc::new(Image::new(program.clone(), host));
        let mut vm = Self::with_image(image, host, quotas, cancel);
        vm.load().map_err(|trap| vm.report(trap))?;
        Ok(vm)
    }

    /// A VM that has loaded nothing yet.
    pub(crate) fn with_image(
        image: Arc<Image>,
        host: &'h dyn HostAdapter,
        quotas: Quotas,
        cancel: CancelToken,
    ) -> Self {
        let mut arena = Arena::new(quotas.memory);
        let stop = cancel.flag();
        arena.interrupt_when(stop.clone());
        Self {
            current: Frame { function: image.program.entry, pc: 0, base: 0, dst: Reg(0) },
            image,
            arena,
            host,
            stack: Vec::new(),
            callers: Vec::new(),
            constants: Vec::new(),
            output: Output { limit: quotas.output, ..Output::default() },
            quotas,
            cancel,
            stop,
            credit: 0,
            charged: 0,
            patience: 1,
            code: 0,
            floor: 0,
            nesting: 0,
            kept: Vec::new(),
            scheduling: Scheduling::default(),
            task: TaskId::MAIN,
            crew: None,
            results: Results::default(),
            until: quotas.instructions,
            share_end: quotas.instructions,
            counted: 0,
            elsewhere: 0,
            held: Limits { bytes: 0, objects: 0 },
            lent: Limits { bytes: 0, objects: 0 },
            printed_before: 0,
            told: Told::default(),
            part_end: u64::MAX,
            waits: None,
            state: State::Ready,
        }
    }

    /// Says in which order tasks run.
    pub fn set_scheduling(&mut self, scheduling: Scheduling) {
        self.scheduling = scheduling;
    }

    pub(crate) fn load(&mut self) -> Result<(), Trap> {
        let image = self.image.clone();
        // The program's own strings were made nowhere in it.
        let site = SiteId(u32::MAX);
        for constant in &image.program.constants {
            let value = match constant {
                Constant::Int(value) => RuntimeValue::Int(*value),
                Constant::Float(value) => RuntimeValue::Float(*value),
                Constant::Str(text) => self.arena.alloc(Object::str(text.clone()), site)?.into(),
            };
            self.constants.push(value);
        }
        let registers = self.function().registers;
        self.grow_stack(registers.into())
    }

    /// Runs the program to its end: the value that its entry returns.
    pub fn run(&mut self) -> Result<RuntimeValue, Box<Fault>> {
        self.run_recorded(&mut NoRecorder)
    }

    /// Runs the program to its end, and tells a recorder what happens. A VM runs once: another run is a fault.
    pub fn run_recorded<R: Recorder>(&mut self, recorder: &mut R) -> Result<RuntimeValue, Box<Fault>> {
        if self.state != State::Ready {
            return Err(self.report(Trap::malformed("this VM has already run")));
        }
        self.state = State::Running;
        if R::ENABLED && R::CALLS {
            recorder.entered(&self.moment());
        }
        let run = match self.scheduling {
            // A run that is recorded is one that can be had again.
            Scheduling::Pool { workers } if !R::ENABLED => run_on_threads(self, workers),
            _ => self.execute(recorder),
        };
        let result = run.map_err(|trap| self.report(trap));
        // Tasks that nobody awaited end with the program.
        self.crew = None;
        self.state = State::Ended;
        result
    }

    /// Goes on after each `throw` that is caught, and each pause.
    pub(crate) fn execute<R: Recorder>(&mut self, recorder: &mut R) -> Result<RuntimeValue, Trap> {
        loop {
            self.forget_left_frames();
            let run = self.interpret(recorder);
            let unwound = match run {
                Err(Trap::Throw(value)) => self.unwind(value),
                Err(trap) => Err(trap),
                Ok(value) => return Ok(value),
            };
            match unwound {
                Err(Trap::Pause(pause)) => self.pause(pause, recorder)?,
                gone_on => gone_on?,
            }
        }
    }

    /// The arena.
    pub fn arena(&self) -> &Arena {
        &self.arena
    }

    /// The arena, to switch its recording of events on (A8).
    pub fn arena_mut(&mut self) -> &mut Arena {
        &mut self.arena
    }

    /// The program that it runs.
    pub fn program(&self) -> &VerifiedProgram {
        &self.image.program
    }

    /// The capabilities that the program calls but may not: their names, and what the host said of them.
    pub fn unresolved(&self) -> impl Iterator<Item = (&str, &Resolution)> {
        let all = self.image.program.capabilities.iter().zip(&self.image.capabilities);
        all.filter(|(_, found)| !matches!(found, Resolution::Granted { .. })).map(|(name, found)| (&**name, found))
    }

    /// The text that an instruction, named by an event or an object of the arena, came from.
    pub fn range_of(&self, site: SiteId) -> Option<SourceRange> {
        self.image.range(site)
    }

    /// Who holds a borrow, as an event or a borrow of the arena names it.
    pub fn holder(&self, owner: OwnerId) -> HolderName {
        self.image.holder(owner)
    }

    /// The name of a function value.
    pub fn function_name(&self, function: FunctionId) -> Option<String> {
        self.image.program.functions.get(function.0 as usize).map(|function| function.name.to_string())
    }

    /// How many instructions were run, by tasks too.
    pub fn instructions(&self) -> u64 {
        self.executed() + self.elsewhere
    }

    pub(crate) fn executed(&self) -> u64 {
        self.clock().wrapping_add(self.charged)
    }

    /// How many instructions were run, each counted as one.
    pub(crate) fn clock(&self) -> u64 {
        self.credit.wrapping_add(self.current.pc.into())
    }

    /// How many bytes were printed.
    pub fn printed(&self) -> usize {
        self.output.printed
    }

    /// Where the run is: after its end or a fault, where it stopped.
    pub fn moment(&self) -> Moment<'_> {
        Moment { running: self.running_statement(), ..self.moment_of(self.current, self.callers.len() + 1) }
    }

    /// The moments of all running functions, innermost first.
    pub fn moments(&self) -> impl Iterator<Item = Moment<'_>> {
        let callers = self.callers.iter().enumerate().rev().map(|(depth, frame)| self.moment_of(*frame, depth + 1));
        std::iter::once(self.moment()).chain(callers)
    }

    /// The moment at the instruction that runs (of a caller: at its call).
    fn moment_of(&self, frame: Frame, depth: usize) -> Moment<'_> {
        let function = self.image.program.function(frame.function);
        let pc = (frame.pc as usize).saturating_sub(1).min(function.code.len() - 1);
        self.moment_at(frame, pc, depth)
    }

    pub(crate) fn moment_at(&self, frame: Frame, pc: usize, depth: usize) -> Moment<'_> {
        let function = self.image.program.function(frame.function);
        let base = frame.base as usize;
        Moment {
            program: &self.image.program,
            function: frame.function,
            pc: pc as u32,
            site: self.image.site(frame.function, pc),
            registers: self.stack.get(base..base + usize::from(function.registers)).unwrap_or_default(),
            arena: &self.arena,
            depth,
            task: self.task.0,
            running: None,
        }
    }

    pub(crate) fn function(&self) -> &Function {
        self.image.program.function(self.current.function)
    }

    /// Makes the value stack reach up to `top`; it counts as memory (A7).
    #[cold]
    pub(crate) fn grow_stack(&mut self, top: usize) -> Result<(), Trap> {
        let len = top.max(2 * self.stack.len()).max(256);
        self.arena.charge((len - self.stack.len()) * size_of::<RuntimeValue>())?;
        self.stack.resize(len, RuntimeValue::Null);
        Ok(())
    }

    /// Takes a step in collecting what is no longer reached (A5): the roots are the registers of all frames, the constants, and what running
    /// capabilities and awaited tasks keep; live borrows are roots of the arena itself.
    #[cold]
    #[inline(never)]
    pub(crate) fn collect(&mut self) -> Result<(), Trap> {
        let top = self.current.base as usize + usize::from(self.function().registers);
        let (stack, constants, kept) = (&self.stack[..top.min(self.stack.len())], &self.constants, &self.kept);
        let results: Vec<_> = self.results.values().collect();
        self.arena.collect_step(|marker| {
            marker.roots(stack);
            marker.roots(constants);
            marker.roots(kept);
            marker.roots(&results);
        })?;
        Ok(())
    }

    pub(crate) fn collect_if_due(&mut self) -> Result<(), Trap> {
        if self.arena.collection_due() { self.collect() } else { Ok(()) }
    }

    /// The text of a value, as `print` shows it, of at most so many bytes.
    pub(crate) fn text(&self, value: RuntimeValue, out: &mut String, limit: TextLimit) -> Result<(), Trap> {
        Ok(self.arena.write_text(value, &|function| self.function_name(function), limit, out)?)
    }

    /// Prints a value and a newline.
    #[inline(never)]
    pub(crate) fn print<R: Recorder>(&mut self, value: RuntimeValue, recorder: &mut R) -> Result<(), Trap> {
        let mut text = Bulk::from(std::mem::take(&mut self.output.text));
        let room = self.output.limit.saturating_sub(self.output.printed);
        // The newline counts too; of a text that is too long nothing is printed.
        let limit = TextLimit { bytes: room.saturating_sub(1), resource: Resource::OutputBytes };
        match self.text(value, &mut text, limit) {
            Ok(()) if room > 0 => {}
            Err(Trap::Arena(crush_arena::Fault::Quota(_))) | Ok(()) => {
                return Err(self.quota(Resource::OutputBytes, self.output.limit as u64));
            }
            other => return other,
        }
        text.push('\n');
        self.output.text = text.take();
        self.flush(recorder)
    }

    /// Hands what was printed to the host.
    pub(crate) fn flush<R: Recorder>(&mut self, recorder: &mut R) -> Result<(), Trap> {
        /// A longer buffer is not kept for what is printed next.
        const LONG: usize = 1 << 16;
        if self.output.text.is_empty() {
            return Ok(());
        }
        let mut text = Bulk::from(std::mem::take(&mut self.output.text));
        self.output.printed += text.len();
        if R::ENABLED {
            recorder.printed(&self.moment(), &text);
        }
        self.hand_over(&text)?;
        if text.capacity() <= LONG {
            text.clear();
            self.output.text = text.take();
        }
        Ok(())
    }

    /// Prints a text, a piece at a time where it is long.
    fn hand_over(&self, text: &str) -> Result<(), Trap> {
        for piece in pieces(text) {
            self.host.print(piece).map_err(|cause| {
                let problem = crate::fault::CapabilityProblem::Failed { cause: cause.clone() };
                Trap::fault(FaultKind::Capability { name: "io.print".into(), problem }, format!("io.print: {cause}"))
            })?;
            if piece.len() < text.len() {
                self.look_whether_to_stop()?;
            }
        }
        Ok(())
    }

    #[cold]
    pub(crate) fn quota(&self, resource: Resource, limit: u64) -> Trap {
        let message = format!("the quota of {} is used up: {limit} allowed", resource.name());
        Trap::fault(FaultKind::Quota { resource, limit: Some(limit) }, message)
    }

    /// Fails when the run is to stop.
    pub(crate) fn look_whether_to_stop(&self) -> Result<(), Trap> {
        if self.stop.load(Ordering::Relaxed) { Err(self.stopped()) } else { Ok(()) }
    }

    /// Called at the safe point where the patience is used up: why to stop, if that is so. If not, patience is set so
    /// that the run cannot pass its quota before it is asked again: from one safe point to the next it runs no more
    /// instructions than the longest function has. Far from the quota that spares all safe points but a few the question,
    /// and the flag, which another thread writes, is still looked at some thousand times in ten milliseconds.
    #[cold]
    #[inline(never)]
    pub(crate) fn out_of_patience(&mut self) -> Option<Trap> {
        const MOST: u64 = 256;
        let executed = self.executed();
        if self.stop.load(Ordering::Relaxed) || executed > self.until {
            self.patience = 1;
            return Some(self.stopped());
        }
        self.patience = ((self.until - executed) / self.image.longest).clamp(1, MOST) as u32;
        None
    }

    /// Called where the run was told to stop, is past its quota of instructions, or has had its turn.
    #[cold]
    pub(crate) fn stopped(&self) -> Trap {
        match self.cancel.reason() {
            Some(CancelReason::Deadline) => {
                let kind = FaultKind::Quota { resource: Resource::WallTime, limit: None };
                Trap::fault(kind, format!("the quota of {} is used up", Resource::WallTime.name()))
            }
            Some(CancelReason::Cancelled) => Trap::fault(FaultKind::Cancelled, "the run was cancelled"),
            None if self.stop.load(Ordering::Relaxed) => Trap::fault(FaultKind::Cancelled, "the program has ended"),
            None if self.until < self.share_end => Trap::Pause(Pause::Turn),
            None => self.quota(Resource::Instructions, self.quotas.instructions),
        }
    }
}

impl std::fmt::Debug for Vm<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vm").field("current", &self.current).field("state", &self.state).finish_non_exhaustive()
    }
}
