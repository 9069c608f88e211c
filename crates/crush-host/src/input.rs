//! `io.read`, `io.read_line`: standard input, a line at a time, as it comes.

use std::io::{self, BufRead as _, Read as _};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::host::Provided;
use crate::library::Run;
use crate::wait;

pub(crate) const RUNS: &[(&str, Run)] = &[("io.read", read), ("io.read_line", read_line)];

/// What a program can read.
#[derive(Debug)]
pub struct Input(Mutex<Source>);

#[derive(Debug)]
enum Source {
    /// The lines of a text that nobody has read yet, the last one first.
    Lines(Vec<String>),
    /// The standard input of this process, which nobody has asked yet.
    Standard,
    /// The same, read by a thread of its own, so that a run that waits can be stopped.
    Asked(Reader),
}

/// Reads a line of at most so many bytes for each number it is sent.
#[derive(Debug)]
struct Reader {
    ask: Sender<u64>,
    lines: Receiver<io::Result<Vec<u8>>>,
    /// Whether a line was asked for that nobody has taken: its reader was stopped.
    owed: bool,
}

impl Input {
    /// Nothing.
    pub fn empty() -> Self {
        Self::text("")
    }

    /// The lines of a text.
    pub fn text(text: &str) -> Self {
        Self(Mutex::new(Source::Lines(text.split_inclusive('\n').rev().map(str::to_owned).collect())))
    }

    /// The standard input of this process. No more is taken from it than was read.
    pub fn standard() -> Self {
        Self(Mutex::new(Source::Standard))
    }

    /// The next line with its end, of at most `limit` bytes; empty at the end of the input.
    fn line(&self, limit: usize, provided: &Provided<'_>) -> Result<String, CallError> {
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Source::Standard = *source {
            *source = Source::Asked(Reader::start());
        }
        match &mut *source {
            Source::Lines(lines) => Ok(lines.pop().unwrap_or_default()),
            Source::Standard => Ok(String::new()),
            Source::Asked(reader) => reader.line(limit, provided),
        }
    }
}

impl Reader {
    fn start() -> Self {
        let (ask, asked) = mpsc::channel::<u64>();
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for most in asked {
                let mut line = Vec::new();
                let read = io::stdin().lock().take(most).read_until(b'\n', &mut line);
                if send.send(read.map(|_| line)).is_err() {
                    break;
                }
            }
        });
        Self { ask, lines, owed: false }
    }

    fn line(&mut self, limit: usize, provided: &Provided<'_>) -> Result<String, CallError> {
        if !self.owed {
            let _ = self.ask.send((limit as u64).saturating_add(1));
            self.owed = true;
        }
        let line = wait::receive(provided.cancel, &self.lines)?;
        self.owed = false;
        let line = line.unwrap_or(Ok(Vec::new())).map_err(|error| error.to_string())?;
        if line.len() > limit {
            return Err(format!("the line is longer than the memory quota of {limit} bytes").into());
        }
        String::from_utf8(line).map_err(|_| "the line is not UTF-8 text".into())
    }
}

/// `io.read()`: a line without its end; the empty string at the end of the input.
fn read(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let line = next_line(provided, call)?.unwrap_or_default();
    call.string(&line)
}

/// `io.read_line()`: a line without its end; `null` at the end of the input.
fn read_line(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    match next_line(provided, call)? {
        Some(line) => call.string(&line),
        None => Ok(RuntimeValue::Null),
    }
}

fn next_line(provided: &Provided<'_>, call: &mut Call<'_>) -> Result<Option<String>, CallError> {
    // Who is asked a question must see it.
    provided.flush()?;
    let limit = call.arena().limits().bytes;
    let mut line = provided.input.line(limit, provided)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.ends_with('\n') {
        line.pop();
        if line.ends_with('\r') {
            line.pop();
        }
    }
    Ok(Some(line))
}
