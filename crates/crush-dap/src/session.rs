//! A session, from `initialize` to `disconnect`.

use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};

use crush_ide::time::{Bounds, Direction, Position, Step, travel_with};
use crush_ide::{CancelToken, Host, Input, NotRun, Quotas};
use serde_json::{Value, json};

use crate::Setup;
use crate::breakpoints::Breakpoints;
use crate::debuggee::Debuggee;
use crate::look::Handles;
use crate::request::{Initialize, Launch, Request};
use crate::stops::Went;
use crate::wire::{self, Wire};

/// How a run that goes on is reached from outside.
#[derive(Clone, Default)]
struct Reach {
    cancel: CancelToken,
    pause: Arc<Mutex<Option<Arc<AtomicBool>>>>,
}

impl Reach {
    fn pause(&self) {
        if let Some(flag) = &*self.pause.lock().unwrap_or_else(PoisonError::into_inner) {
            flag.store(true, Ordering::Relaxed);
        }
    }

    fn set(&self, flag: Arc<AtomicBool>) {
        *self.pause.lock().unwrap_or_else(PoisonError::into_inner) = Some(flag);
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
            match request.command.as_str() {
                "pause" => outside.pause(),
                "terminate" | "disconnect" => outside.cancel.cancel(),
                _ => {}
            }
            if asked.send(request).is_err() {
                return;
            }
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
    End,
}

#[derive(Clone, Copy)]
enum Move {
    Start,
    On(Direction),
    Step(Step, Direction),
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
                "attach" => answer(Err("a program that runs elsewhere cannot be attached to: launch it".to_owned())),
                _ => answer(Err("there is no program yet".to_owned())),
            }
        }
    }

    /// The program is there, until the end of the session. An error is one of the launch, which may be tried again.
    fn launched(&self, launch: Launch, request: &Request, requests: &Receiver<Request>) -> Result<(), String> {
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
            self.reach.set(time.timeline().pause_flag());
            self.wire.response(request.seq, &request.command, Ok(json!({})));
            self.wire.event("initialized", json!({}));
            let mut debuggee = Debuggee {
                time: &mut time,
                wire: self.wire.clone(),
                path: path.to_string_lossy().into_owned(),
                launch,
                position: Position::default(),
                breakpoints: Breakpoints::default(),
                handles: Handles::default(),
                first: self.first,
            };
            debug(&mut debuggee, requests);
        });
        match ran {
            Ok(()) => Ok(()),
            Err(NotRun::Refused(reason)) => Err(reason),
            Err(NotRun::Cancelled) => Ok(()),
        }
    }
}

/// Answers requests about a program until the end of the session.
fn debug(debuggee: &mut Debuggee<'_, '_>, requests: &Receiver<Request>) {
    let wire = debuggee.wire.clone();
    for request in requests {
        let answer = |result| wire.response(request.seq, &request.command, result);
        let way = match next(debuggee, &request) {
            Ok(Next::Answer(body)) => {
                answer(Ok(body));
                continue;
            }
            Ok(Next::GoOn(body, way)) => {
                answer(Ok(body));
                way
            }
            Ok(Next::End) => {
                answer(Ok(json!({})));
                if request.command == "terminate" {
                    wire.event("terminated", json!({}));
                    continue;
                }
                return;
            }
            Err(reason) => {
                answer(Err(reason));
                continue;
            }
        };
        let went = match way {
            Move::Start => start(debuggee),
            Move::On(direction) => debuggee.go_on(direction),
            Move::Step(step, direction) => debuggee.step(step, direction),
        };
        match went {
            Ok(Went::Stopped) => {}
            Ok(Went::Over) => {
                let status = i32::from(debuggee.moment(None).is_ok_and(|view| view.fault.is_some()));
                wire.event("exited", json!({ "exitCode": status }));
                wire.event("terminated", json!({}));
            }
            Err(reason) => {
                wire.output("stderr", &format!("{reason}\n"));
                wire.event("terminated", json!({}));
            }
        }
    }
}

fn start(debuggee: &mut Debuggee<'_, '_>) -> Result<Went, String> {
    if debuggee.launch.no_debug {
        debuggee.breakpoints = Breakpoints::default();
    }
    if debuggee.launch.stop_on_entry && !debuggee.launch.no_debug {
        debuggee.position = debuggee.time.go_to(Position::at(1)).map_err(crate::debuggee::lost)?;
        return Ok(debuggee.stopped("entry"));
    }
    debuggee.go_on(Direction::Forward)
}

fn next(debuggee: &mut Debuggee<'_, '_>, request: &Request) -> Result<Next, String> {
    let all = || json!({ "allThreadsContinued": true });
    let step = |step, direction| Next::GoOn(json!({}), Move::Step(step, direction));
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
        "exceptionInfo" => Next::Answer(exception(debuggee)?),
        "continue" => Next::GoOn(all(), Move::On(Direction::Forward)),
        "reverseContinue" => Next::GoOn(all(), Move::On(Direction::Back)),
        "next" => step(Step::Over, Direction::Forward),
        "stepIn" => step(Step::Into, Direction::Forward),
        "stepOut" => step(Step::Out, Direction::Forward),
        "stepBack" => step(Step::Over, Direction::Back),
        // The thread that reads requests has passed it on already.
        "pause" => Next::Answer(json!({})),
        "disconnect" | "terminate" => Next::End,
        other => return Err(format!("`{other}` is not there")),
    })
}

fn exception(debuggee: &mut Debuggee<'_, '_>) -> Result<Value, String> {
    let fault = debuggee.moment(None)?.fault.ok_or("nothing has faulted here")?;
    let related: Vec<_> = fault.related.iter().map(|(_, message)| message.as_str()).collect();
    Ok(json!({
        "exceptionId": fault.kind.name(),
        "description": fault.message,
        "breakMode": "always",
        "details": { "message": fault.message, "stackTrace": related.join("\n") },
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
        "supportsTerminateRequest": true,
        "supportsExceptionInfoRequest": true,
        "exceptionBreakpointFilters": [
            filter("borrow", "BorrowError", "Stops where a borrow is in the way of an access"),
            filter("fault", "Any fault", "Stops where whatever fault halts the program"),
        ],
    })
}
