//! Child processes: bounded in what they write, and gone with all of theirs when the run is to stop.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};

use crush_vm::{CallError, CancelToken};

use crate::wait;

/// What a child left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// Why there is no result of a child.
#[derive(Debug)]
pub(crate) enum ChildError {
    /// It did not start.
    NotStarted(io::Error),
    /// It was ended: it wrote too much, or the run is to stop.
    Ended(CallError),
}

/// Runs a command in a process group of its own, with `input` as its standard input, until it has ended and nobody holds
/// its output any more. It may write `limit` bytes.
pub(crate) fn run(
    command: &mut Command,
    input: Vec<u8>,
    limit: usize,
    cancel: &CancelToken,
) -> Result<Finished, ChildError> {
    let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    own_group(command);
    let mut group = Group(command.spawn().map_err(ChildError::NotStarted)?);
    if let Some(mut pipe) = group.0.stdin.take() {
        // A child that does not want its input may close it.
        std::thread::spawn(move || drop(pipe.write_all(&input)));
    }
    let (sender, receiver) = mpsc::channel();
    let room = Arc::new(AtomicUsize::new(limit));
    let streams = [
        group.0.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        group.0.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
    ];
    for (index, stream) in streams.into_iter().enumerate() {
        let (sender, room) = (sender.clone(), room.clone());
        std::thread::spawn(move || read(stream, index, &room, &sender));
    }
    drop(sender);
    let mut texts = [Vec::new(), Vec::new()];
    // Each reader sends one word: all that there was, or that it is too much.
    while let Some((index, bytes)) = wait::receive(cancel, &receiver).map_err(ChildError::Ended)? {
        let too_much = || ChildError::Ended(format!("it wrote more than the memory quota of {limit} bytes").into());
        texts[index] = bytes.ok_or_else(too_much)?;
    }
    let status = loop {
        match group.0.try_wait().map_err(ChildError::NotStarted)? {
            Some(status) => break status,
            None => wait::sleep(cancel, wait::LOOK).map_err(ChildError::Ended)?,
        }
    };
    group.leave();
    let [stdout, stderr] = texts;
    Ok(Finished { status, stdout, stderr })
}

/// Reads a stream to its end, as long as there is room.
fn read(
    stream: Option<Box<dyn Read + Send>>,
    index: usize,
    room: &AtomicUsize,
    sender: &Sender<(usize, Option<Vec<u8>>)>,
) {
    let (mut bytes, mut chunk) = (Vec::new(), vec![0; 1 << 16]);
    if let Some(mut stream) = stream {
        while let Ok(count @ 1..) = stream.read(&mut chunk) {
            let taken = room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(count));
            if taken.is_err() {
                let _ = sender.send((index, None));
                return;
            }
            bytes.extend_from_slice(&chunk[..count]);
        }
    }
    let _ = sender.send((index, Some(bytes)));
}

/// A child and all that it started: dropping it ends them.
struct Group(Child);

impl Group {
    /// The child has ended by itself, and so its group is left alone.
    fn leave(self) {
        std::mem::forget(self);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            // Before the child is reaped, so that its number still stands for its group.
            let _ = rustix::process::kill_process_group(
                rustix::process::Pid::from_child(&self.0),
                rustix::process::Signal::KILL,
            );
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_child_gets_its_input_and_gives_its_output() {
        let finished = run(&mut shell("cat; echo e >&2; exit 3"), b"in".to_vec(), 100, &CancelToken::new()).unwrap();
        assert_eq!((finished.status.code(), &*finished.stdout, &*finished.stderr), (Some(3), &b"in"[..], &b"e\n"[..]));
    }

    #[test]
    fn a_child_that_writes_without_end_is_ended() {
        let result = run(&mut shell("yes"), Vec::new(), 1 << 20, &CancelToken::new());
        let Err(ChildError::Ended(CallError::Failed(cause))) = result else { panic!("{result:?}") };
        assert!(cause.contains("1048576 bytes"), "{cause}");
    }

    #[test]
    fn what_a_child_started_ends_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let pid_file = dir.path().join("pid");
        let script = format!("sleep 3600 & echo $! > {0}.new; mv {0}.new {0}; wait", pid_file.display());
        let cancel = CancelToken::new();
        let stopper = cancel.clone();
        let thread = std::thread::spawn(move || run(&mut shell(&script), Vec::new(), 100, &cancel));
        let pid = loop {
            if let Ok(text) = std::fs::read_to_string(&pid_file) {
                break text.trim().parse::<i32>().unwrap();
            }
            std::thread::yield_now();
        };
        stopper.cancel();
        let result = thread.join().unwrap();
        assert!(matches!(result, Err(ChildError::Ended(CallError::Arena(crush_arena::Fault::Interrupted)))));
        // Killed, it may stay as a zombie until somebody reaps it, but it runs no more.
        let runs = || {
            let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with(['S', 'R', 'D']))
        };
        while runs() {
            std::thread::yield_now();
        }
    }
}
