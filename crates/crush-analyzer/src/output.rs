//! Where a program's output goes.

use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Stdout, Write};

/// Standard output: a line at a time to a terminal, in large pieces to anything else. It remembers when nobody reads any
/// more.
#[derive(Debug)]
pub(crate) struct Output {
    buffer: BufWriter<Stdout>,
    is_terminal: bool,
    /// Whether the other end is gone: `crush-analyzer run x | head`.
    pub(crate) is_closed: bool,
}

impl Output {
    /// Standard output.
    pub(crate) fn new() -> Self {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        Self { buffer: BufWriter::with_capacity(1 << 16, stdout), is_terminal, is_closed: false }
    }

    fn seen<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() == ErrorKind::BrokenPipe
        {
            self.is_closed = true;
        }
        result
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.buffer.write(bytes);
        let written = self.seen(written)?;
        if self.is_terminal && bytes[..written].contains(&b'\n') {
            self.flush()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.buffer.flush();
        self.seen(flushed)
    }
}
