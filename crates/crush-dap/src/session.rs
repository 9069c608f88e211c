//! A session, from `initialize` to `disconnect`.

use std::collections::BTreeSet;
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};

use crush_ide::time::{Bounds, Direction, Lost, Position, Step, travel_with};
use crush_ide::{CancelToken, Host, Input, NotRun, Quotas};
use serde_json::{Value, json};

use crate::Setup;
use crate::breakpoints::Breakpoints;
use crate::cancel::Cancellations;
use crate::debuggee::{Debuggee, lost};
use crate::look::Handles;
use crate::request::{Cancel, Initialize, Launch, Request};
use crate::stops::Went;
use crate::wire::{self, Wire};

/// How a run that goes on is reached from outside.
#[derive(Clone, Default)]
struct Reach {
    cancel: CancelToken,
    /// Set when a request has come, which a run that goes on then stops for.
    interrupt: Arc<Mutex<Option<Arc<AtomicBool>>>>,
    /// Single requests.
    requests: Cancellations,
}

impl Reach {
    fn interrupt(&self) {
        if let Some(flag) = &*self.interrupt.lock().unwrap_or_else(PoisonError::into_inner) {
            flag.store(true, Ordering::Relaxed);
        }
    }

    fn set(&self, flag: Arc<AtomicBool>) {
        *self.interrupt.lock().unwrap_or_else(PoisonError::into_inner) = Some(flag);
    }
}

pub(crate) fn serve(
    setup: &Setup<'_>,
    mut input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
) -> std::io::Result<()> {
    let wire = Wire::new(output);
    let reach = Reach::default();
    let (asked, requests) = mpsc::channel();
    let outside = reach.clone();
    std::thread::Builder::new().name("requests".to_owned()).spawn(move || {
        while let Some(message) = wire::read(&mut input) {
            let Ok(request) = serde_json::from_value::<Request>(message) else { continue };
            if matches!(request.command.as_str(), "terminate" | "disconnect") {
                outside.cancel.cancel();
            }
            if request.command == "cancel"
                && let Some(unwanted) = request.arguments::<Cancel>().ok().and_then(|cancel| cancel.request_id)
            {
                outside.requests.cancel(unwanted);
            }
            if asked.send(request).is_err() {
                return;
            }
            outside.interrupt();
        }
        // The client is gone.
        outside.cancel.cancel();
    })?;
    Session { setup, wire, reach, first: (1, 1) }.serve(&requests);
    Ok(())
}

struct Session<'s, 'a> {
    setup: &'s Setup<'a>,
    wire: Wire,
    reach: Reach,
    first: (u64, u64),
}

/// What to do after a request.
enum Next {
    Answer(Value),
    /// To answer, and then go on.
    GoOn(Value, Move),
    /// To answer, and stop what goes on.
    Pause,
    End,
}

#[derive(Clone, Copy)]
enum Move {
    Start,
    On(Direction),
    /// A step that began at a moment.
    Step(Step, Direction, Position),
}

impl Session<'_, '_> {
    /// Until there is a program.
    fn serve(&mut self, requests: &Receiver<Request>) {
        for request in requests {
            let answer = |result| self.wire.response(request.seq, &request.command, result);
            match request.command.as_str() {
                "initialize" => match request.arguments::<Initialize>() {
                    Ok(initialize) => {
                        answer(Ok(capabilities()));
                        self.first = (u64::from(initialize.lines_start_at1), u64::from(initialize.columns_start_at1));
                    }
                    Err(reason) => answer(Err(reason)),
                },
                "launch" => match request.arguments::<Launch>() {
                    Ok(launch) => {
                        if let Err(reason) = self.launched(launch, &request, requests) {
                            answer(Err(reason));
                        } else {
                            return;
                        }
                    }
                    Err(reason) => answer(Err(reason)),
                },
                "disconnect" | "terminate" => {
                    answer(Ok(json!({})));
                    return;
                }
                "cancel" => answer(Ok(json!({}))),
                "attach" => answer(Err("a program that runs elsewhere cannot be attached to: launch it".to_owned())),
                _ => answer(Err("there is no program yet".to_owned())),
            }
        }
    }

    /// The program is there, until the end of the session. An error is one of the launch, which may be tried again.
    fn launched(&self, launch: Launch, request: &Request, requests: &Receiver<Request>) -> Result<(), String> {
        if launch.program.is_empty() {
            return Err("the launch says no `program`: the path of the file to debug".to_owned());
        }
        let path = std::fs::canonicalize(&launch.program)
            .map_err(|error| format!("cannot read `{}`: {error}", launch.program))?;
        let analysis = (self.setup.load)(Path::new(&launch.program))?;
        let program = analysis.compile().map_err(|problems| {
            problems.first().map_or_else(
                || "the program does not compile".to_owned(),
                |first| {
                    let line = analysis.text().line_of(first.range.start) + 1;
                    format!("the program has an error, line {line}: {}", first.message)
                },
            )
        })?;
        let mut sink = self.wire.clone();
        let host = Host::new(self.setup.grants, &mut sink)
            .with_input(Input::text(&launch.input))
            .with_arguments(launch.args.clone())
            .with_cancel(self.reach.cancel.clone());
        let refused = crush_ide::refused_capabilities(&program, &host);
        if let Some(fault) = refused.first() {
            return Err(fault.message.clone());
        }
        let bounds = Bounds::new(Quotas::default());
        let ran = travel_with(&analysis, &program, &host, bounds, &self.reach.cancel, |mut time| {
            let interrupt = time.timeline().pause_flag();
            self.reach.set(interrupt.clone());
            self.wire.response(request.seq, &request.command, Ok(json!({})));
            self.wire.event("initialized", json!({}));
            let mut debuggee = Debuggee {
                time: &mut time,
                wire: self.wire.clone(),
                requests: self.reach.requests.clone(),
                path: path.to_string_lossy().into_owned(),
                launch,
                position: Position::default(),
                breakpoints: Breakpoints::default(),
                handles: Handles::default(),
                threads: BTreeSet::new(),
                first: self.first,
            };
            debug(&mut debuggee, requests, &interrupt);
        });
        match ran {
            Ok(()) => Ok(()),
            Err(NotRun::Refused(reason)) => Err(reason),
            Err(NotRun::Cancelled) => Ok(()),
        }
    }
}

/// Answers requests about a program until the end of the session; those that come while it goes on, in between.
fn debug(debuggee: &mut Debuggee<'_, '_>, requests: &Receiver<Request>, interrupt: &AtomicBool) {
    let wire = debuggee.wire.clone();
    let mut way = None;
    loop {
        let request = match way {
            None => requests.recv().map_err(|_| TryRecvError::Disconnected),
            Some(_) => {
                // What comes behind this sets it again.
                interrupt.store(false, Ordering::Relaxed);
                requests.try_recv()
            }
        };
        match (request, way) {
            (Ok(request), _) => {
                let answer = |result| wire.response(request.seq, &request.command, result);
                match next(debuggee, &request, way.is_some()) {
                    Ok(Next::Answer(body)) => answer(Ok(body)),
                    Ok(Next::GoOn(body, on)) => {
                        answer(Ok(body));
                        way = Some(on);
                    }
                    Ok(Next::Pause) => {
                        answer(Ok(json!({})));
                        if way.take().is_some() {
                            debuggee.paused();
                        }
                    }
                    Ok(Next::End) => {
                        answer(Ok(json!({})));
                        if request.command != "terminate" {
                            return;
                        }
                        wire.event("terminated", json!({}));
                        way = None;
                    }
                    Err(reason) => answer(Err(reason)),
                }
            }
            (Err(TryRecvError::Empty), Some(on)) => way = go(debuggee, on),
            (Err(_), _) => return,
        }
    }
}

/// Goes on until it stops, or until a request has come: then it is told how to go on behind that.
fn go(debuggee: &mut Debuggee<'_, '_>, way: Move) -> Option<Move> {
    let went = match way {
        Move::Start => start(debuggee),
        Move::On(direction) => debuggee.go_on(direction),
        Move::Step(step, direction, begun) => debuggee.step(step, direction, begun),
    };
    let wire = &debuggee.wire;
    match went {
        Ok(Went::Stopped) => {}
        Ok(Went::Interrupted) => {
            return Some(match way {
                Move::Start => Move::On(Direction::Forward),
                way => way,
            });
        }
        Ok(Went::Over) => {
            let wire = wire.clone();
            let status = i32::from(debuggee.moment(None).is_ok_and(|view| view.fault.is_some()));
            wire.event("exited", json!({ "exitCode": status }));
            wire.event("terminated", json!({}));
        }
        // The request that stopped it is there to be answered.
        Err(reason) if reason == lost(Lost::Cancelled) => {}
        Err(reason) => {
            wire.output("stderr", &format!("{reason}\n"));
            wire.event("terminated", json!({}));
        }
    }
    None
}

fn start(debuggee: &mut Debuggee<'_, '_>) -> Result<Went, String> {
    if debuggee.launch.no_debug {
        debuggee.breakpoints = Breakpoints::default();
    }
    debuggee.tell_main_thread();
    if debuggee.launch.stop_on_entry && !debuggee.launch.no_debug {
        debuggee.position = debuggee.time.go_to(Position::at(1)).map_err(lost)?;
        return Ok(debuggee.stopped("entry"));
    }
    debuggee.go_on(Direction::Forward)
}

fn next(debuggee: &mut Debuggee<'_, '_>, request: &Request, goes_on: bool) -> Result<Next, String> {
    debuggee.requests.begin(request.seq)?;
    let all = || json!({ "allThreadsContinued": true });
    let begun = debuggee.position;
    let step = |step, direction| Next::GoOn(json!({}), Move::Step(step, direction, begun));
    let is_move = matches!(
        request.command.as_str(),
        "configurationDone" | "continue" | "reverseContinue" | "next" | "stepIn" | "stepOut" | "stepBack"
    );
    if goes_on && is_move {
        return Err("the program goes on already: pause it first".to_owned());
    }
    Ok(match request.command.as_str() {
        "setBreakpoints" => Next::Answer(debuggee.set_breakpoints(request.arguments()?)?),
        "setExceptionBreakpoints" => Next::Answer(debuggee.set_exception_breakpoints(&request.arguments()?)),
        "dataBreakpointInfo" => Next::Answer(debuggee.data_breakpoint_info(&request.arguments()?)?),
        "setDataBreakpoints" => Next::Answer(debuggee.set_data_breakpoints(&request.arguments()?)),
        "configurationDone" => Next::GoOn(json!({}), Move::Start),
        "threads" => Next::Answer(debuggee.threads()?),
        "stackTrace" => Next::Answer(debuggee.stack_trace(&request.arguments()?)?),
        "scopes" => Next::Answer(debuggee.scopes(&request.arguments()?)?),
        "variables" => Next::Answer(debuggee.variables(&request.arguments()?)?),
        "evaluate" => Next::Answer(debuggee.evaluate(&request.arguments()?)?),
        "completions" => Next::Answer(debuggee.completions(&request.arguments()?)?),
        "exceptionInfo" => Next::Answer(exception(debuggee)?),
        "continue" => Next::GoOn(all(), Move::On(Direction::Forward)),
        "reverseContinue" => Next::GoOn(all(), Move::On(Direction::Back)),
        "next" => step(Step::Over, Direction::Forward),
        "stepIn" => step(Step::Into, Direction::Forward),
        "stepOut" => step(Step::Out, Direction::Forward),
        "stepBack" => step(Step::Over, Direction::Back),
        "pause" => Next::Pause,
        "cancel" => Next::Answer(json!({})),
        "disconnect" | "terminate" => Next::End,
        "setVariable" | "setExpression" => {
            return Err("variables cannot be changed; statements in the console are tried on a copy".to_owned());
        }
        other => return Err(format!("`{other}` is not there")),
    })
}

fn exception(debuggee: &mut Debuggee<'_, '_>) -> Result<Value, String> {
    let view = debuggee.moment(None)?;
    let fault = view.fault.ok_or("nothing has faulted here")?;
    let mut description = fault.message.clone();
    for (_, related) in &fault.related {
        description.push('\n');
        description.push_str(related);
    }
    let frames: Vec<_> = view.frames.iter().map(|frame| debuggee.line_of_trace(frame)).collect();
    Ok(json!({
        "exceptionId": fault.kind.name(),
        "description": description,
        "breakMode": "always",
        "details": { "message": fault.message, "typeName": fault.kind.name(), "stackTrace": frames.join("\n") },
    }))
}

fn capabilities() -> Value {
    let filter = |filter: &str, label: &str, description: &str| json!({ "filter": filter, "label": label, "description": description, "default": true });
    json!({
        "supportsConfigurationDoneRequest": true,
        "supportsConditionalBreakpoints": true,
        "supportsHitConditionalBreakpoints": true,
        "supportsLogPoints": true,
        "supportsDataBreakpoints": true,
        "supportsStepBack": true,
        "supportsEvaluateForHovers": true,
        "supportsCompletionsRequest": true,
        "supportsTerminateRequest": true,
        "supportsCancelRequest": true,
        "supportsExceptionInfoRequest": true,
        "exceptionBreakpointFilters": [
            filter("borrow", "BorrowError", "Stops where a borrow is in the way of an access"),
            filter("fault", "Any fault", "Stops where whatever fault halts the program"),
        ],
    })
}
