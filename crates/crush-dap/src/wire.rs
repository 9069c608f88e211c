//! Messages on the wire: a head that says how long each is, and JSON.

use std::io::{BufRead, Read as _, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

/// No message is longer.
const MOST_BYTES: u64 = 64 << 20;

/// Reads a message. `None` at the end, and where what comes is no message.
pub(crate) fn read(input: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.by_ref().take(4096).read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        match line.split_once(':') {
            _ if line.is_empty() => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok(),
            Some(_) => {}
            None => return None,
        }
    }
    let length: u64 = length.filter(|length| *length <= MOST_BYTES)?;
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// Where messages go, each whole and numbered.
#[derive(Clone)]
pub(crate) struct Wire {
    out: Arc<Mutex<Out>>,
}

struct Out {
    output: Box<dyn Write + Send>,
    seq: u64,
}

impl Wire {
    pub(crate) fn new(output: impl Write + Send + 'static) -> Self {
        Self { out: Arc::new(Mutex::new(Out { output: Box::new(output), seq: 0 })) }
    }

    fn send(&self, mut message: Value) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.seq += 1;
        message["seq"] = out.seq.into();
        let body = message.to_string();
        // A client that is gone is noticed where its requests end.
        let _ = write!(out.output, "Content-Length: {}\r\n\r\n{body}", body.len());
        let _ = out.output.flush();
    }

    pub(crate) fn event(&self, event: &str, body: Value) {
        self.send(json!({ "type": "event", "event": event, "body": body }));
    }

    /// Text that the program printed, or that the debugger says.
    pub(crate) fn output(&self, category: &str, text: &str) {
        self.event("output", json!({ "category": category, "output": text }));
    }

    pub(crate) fn response(&self, request: u64, command: &str, result: Result<Value, String>) {
        let mut message = json!({ "type": "response", "request_seq": request, "command": command });
        match result {
            Ok(body) => {
                message["success"] = true.into();
                message["body"] = body;
            }
            Err(reason) => {
                message["success"] = false.into();
                message["message"] = reason.as_str().into();
                message["body"] = json!({ "error": { "id": 1, "format": reason, "showUser": true } });
            }
        }
        self.send(message);
    }
}

/// Standard output of the program.
impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.output("stdout", &String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_one_by_one() {
        let text = "Content-Length: 7\r\nOther: x\r\n\r\n{\"a\":1}content-length: 2\r\n\r\n{}no head\r\n\r\n";
        let mut input = text.as_bytes();
        assert_eq!(read(&mut input), Some(json!({ "a": 1 })));
        assert_eq!(read(&mut input), Some(json!({})));
        assert_eq!(read(&mut input), None);
        assert_eq!(read(&mut "Content-Length: 99999999999\r\n\r\n".as_bytes()), None);
    }
}
