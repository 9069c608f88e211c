//! Messages over pipes: a thread that reads and one that writes, so that a test never waits for a full pipe.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::time::Instant;

use serde_json::Value;

/// What the reader thread found.
pub(crate) enum Incoming {
    /// A message, and when the whole of it had arrived.
    Message(Instant, Value),
    /// A line that belongs to no message.
    Junk(String),
    /// Bytes that are no message; nothing follows.
    Broken(String),
    /// The server closed its output.
    End,
}

/// What the writer thread does next.
pub(crate) enum Outgoing {
    /// Write these bytes.
    Bytes(Vec<u8>),
    /// Say that all bytes before this were taken by the server's pipe.
    Mark(mpsc::Sender<()>),
}

/// Holds the reader back while it is closed.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(crate) fn set_closed(&self, closed: bool) {
        *self.0.0.lock().expect("nobody panics with the gate in hand") = closed;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let closed = self.0.0.lock().expect("nobody panics with the gate in hand");
        drop(self.0.1.wait_while(closed, |closed| *closed).expect("nobody panics with the gate in hand"));
    }
}

/// Starts the thread that reads; it ends with the stream.
pub(crate) fn read(stdout: ChildStdout, gate: Gate) -> mpsc::Receiver<Incoming> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stdout);
        loop {
            gate.pass();
            let incoming = read_one(&mut stream).unwrap_or_else(|error| Incoming::Broken(error.to_string()));
            let is_last = matches!(incoming, Incoming::End | Incoming::Broken(_));
            if sender.send(incoming).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}

fn read_one(stream: &mut impl BufRead) -> std::io::Result<Incoming> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(Incoming::End);
        }
        let line = line.trim_end();
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = Some(value.parse::<usize>().map_err(std::io::Error::other)?);
        } else if let (true, Some(length)) = (line.is_empty(), length) {
            let mut body = vec![0; length];
            stream.read_exact(&mut body)?;
            let arrived = Instant::now();
            return Ok(Incoming::Message(arrived, serde_json::from_slice(&body)?));
        } else if !line.starts_with("Content-Type: ") {
            return Ok(Incoming::Junk(line.to_string()));
        }
    }
}

/// Starts the thread that writes; it closes the pipe when the sender is dropped.
pub(crate) fn write(mut stdin: ChildStdin) -> mpsc::Sender<Outgoing> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for outgoing in receiver {
            match outgoing {
                // A server that is gone shows at the reading end.
                Outgoing::Bytes(bytes) => drop(stdin.write_all(&bytes).and_then(|()| stdin.flush())),
                Outgoing::Mark(reached) => drop(reached.send(())),
            }
        }
    });
    sender
}

/// A message with its header.
pub(crate) fn framed(body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
