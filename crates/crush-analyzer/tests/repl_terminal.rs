//! `crush-analyzer repl` as a person has it: in a terminal, with editing, completion, history and Ctrl-C.

#![cfg(unix)]

use std::io::{Read as _, Write};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Nothing takes as long; a test that waits for what never comes fails then.
const LONG: Duration = Duration::from_secs(120);

struct Terminal {
    keys: Box<dyn Write + Send>,
    shown: Receiver<Vec<u8>>,
    /// What was shown since the last wait.
    text: String,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    _history: tempfile::TempDir,
}

impl Terminal {
    fn open() -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: 40, cols: 200, ..PtySize::default() }).expect("a pty");
        let history = tempfile::tempdir().expect("a folder");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_crush-analyzer"));
        command.arg("repl");
        command.env("XDG_STATE_HOME", history.path());
        command.env("TERM", "xterm");
        let child = pair.slave.spawn_command(command).expect("it starts");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (send, shown) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = pair.master.take_writer().expect("a writer");
        let mut terminal = Self { keys, shown, text: String::new(), child, _master: pair.master, _history: history };
        terminal.wait_for("> ");
        terminal
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("it reads");
    }

    /// Waits until this is shown. What was shown before it is forgotten.
    fn wait_for(&mut self, wanted: &str) {
        loop {
            if let Some(at) = self.text.find(wanted) {
                self.text.drain(..at + wanted.len());
                return;
            }
            match self.shown.recv_timeout(LONG) {
                Ok(bytes) => self.text += &String::from_utf8_lossy(&bytes),
                Err(_) => panic!("`{wanted}` is never shown, but {:?}", self.text),
            }
        }
    }

    /// A line, and what comes of it. The prompt is there again then.
    fn enter(&mut self, line: &str, result: &str) {
        self.press(&format!("{line}\r"));
        self.wait_for(&format!("\n{result}\r\n"));
        self.wait_for("> ");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn an_entry_of_several_lines_runs_when_its_brackets_are_closed() {
    let mut terminal = Terminal::open();
    terminal.press("fn twice(n) {\rreturn n * 2\r}\r");
    terminal.wait_for("> ");
    terminal.enter("twice(2100)", "4200");
}

#[test]
fn the_arrow_brings_back_what_was_entered() {
    let mut terminal = Terminal::open();
    terminal.enter("1200 + 34", "1234");
    terminal.enter("\u{1b}[A + 1", "1235");
}

#[test]
fn tab_completes_names_of_the_library() {
    let mut terminal = Terminal::open();
    terminal.enter("math.sqr\t(1522756)", "1234.0");
}

#[test]
fn ctrl_c_forgets_a_line_and_stops_a_run_and_ctrl_d_leaves() {
    let mut terminal = Terminal::open();
    terminal.press("nothing like this\u{3}");
    terminal.wait_for("> ");
    terminal.press("print(\"begun\") while true { }\r");
    terminal.wait_for("\nbegun\r\n");
    terminal.press("\u{3}");
    terminal.wait_for("> ");
    terminal.enter("600 + 7", "607");
    terminal.press("\u{4}");
    assert!(terminal.child.wait().expect("it ends").success());
}
