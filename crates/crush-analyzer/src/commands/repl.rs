//! `crush-analyzer repl`: a program as it is typed.

use std::io::Write as _;

use crush_ide::{CancelToken, Entered, Host, Input, Session};

use crate::arguments::{Format, Repl};
use crate::commands::run;
use crate::output::Output;
use crate::prompt::Prompt;
use crate::source::Source;
use crate::{Ending, Misuse, report, stopping};

const HELP: &str = "\
An entry is run when its brackets are closed; its value is shown. Tab completes, the arrows go through what was entered.
  :arena         the objects in the arena
  :allow GRANT   grant a capability: fs=DIR, env, time, process, crypto, net, polyglot
  :help          this
  :quit          leave (as Ctrl-D does)
Ctrl-C stops a run. An entry that faults is forgotten; the session goes on as it was before.";

/// Reads entries and runs them until there are no more.
pub(crate) fn run(arguments: &Repl) -> Result<Ending, Misuse> {
    let mut prompt = Prompt::new()?;
    let mut grants = run::grants(&arguments.grants.allowed)?;
    let quotas = run::quotas(&arguments.limits);
    let mut session = Session::default();
    let mut output = Output::new();
    let mut ending = Ending::Clean;
    if prompt.is_terminal() {
        writeln!(output, "crush-analyzer {}; :help tells what there is", env!("CARGO_PKG_VERSION"))?;
        output.flush()?;
    }
    while let Some(entry) = prompt.entry(session.text())? {
        match entry.trim() {
            "" => continue,
            ":quit" | ":q" => break,
            ":help" => writeln!(output, "{HELP}")?,
            ":arena" => print_arena(&mut output, &session)?,
            command if command.starts_with(":allow ") => {
                let grant = command.trim_start_matches(":allow ").trim();
                match grants.allow(grant) {
                    Ok(()) => writeln!(output, "granted: {grant}")?,
                    Err(error) => writeln!(output, "{error}")?,
                }
            }
            command if command.starts_with(':') => {
                writeln!(output, "there is no {command}; :help tells what there is")?
            }
            entry => {
                let cancel = CancelToken::new();
                stopping::stop_on_interrupt(&cancel);
                // A program that is read from a pipe leaves nothing there to be read by itself.
                let input = if prompt.is_terminal() { Input::standard() } else { Input::empty() };
                let host = Host::new(&grants, &mut output).with_input(input).with_cancel(cancel.clone());
                let entered = session.enter(entry, &host, quotas, &cancel);
                drop(host);
                stopping::was_interrupted();
                output.flush()?;
                match entered {
                    Entered::Ran(None) => {}
                    Entered::Ran(Some(value)) => writeln!(output, "{value}")?,
                    Entered::Exit(status) => return Ok(Ending::Status(status)),
                    Entered::Problems(analysis, problems) => {
                        print_problems(analysis, &problems)?;
                        ending = Ending::Errors;
                    }
                    Entered::Faulted(analysis, fault) => {
                        print_problems(analysis, &[crush_ide::fault_diagnostic(&fault)])?;
                        ending = Ending::Errors;
                    }
                }
            }
        }
        output.flush()?;
    }
    // A person has seen what went wrong; whoever sent a program in wants to know.
    Ok(if prompt.is_terminal() { Ending::Clean } else { ending })
}

fn print_arena(output: &mut Output, session: &Session) -> Result<(), Misuse> {
    let (slots, objects, bytes) = session.arena();
    for slot in &slots {
        writeln!(output, "{}", report::printable(slot))?;
    }
    writeln!(output, "{objects} objects, {bytes} bytes")?;
    Ok(())
}

fn print_problems(analysis: crush_ide::FileAnalysis, problems: &[crush_ide::Diagnostic]) -> Result<(), Misuse> {
    let text = analysis.text().to_string();
    let source = Source { path: "<entry>".into(), text, analysis };
    let mut err = anstream::stderr().lock();
    report::print(&mut err, &source, problems, Format::Human)?;
    Ok(())
}
