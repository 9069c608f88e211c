//! Runs programs as users do: by the reference's program, and by ours.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use wait_timeout::ChildExt as _;

use crate::conformance::{Case, Ending, Outcome};

/// A program that runs CRUSH.
#[derive(Clone, Debug)]
pub enum Runner {
    /// `crush-run`.
    Reference(PathBuf),
    /// `crush-analyzer`.
    Ours(PathBuf),
}

/// No program of ours takes as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// The status of a program in Rust that panicked.
const PANICKED: i32 = 101;

impl Runner {
    /// Runs a program of the suite.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn run(&self, case: &Case) -> std::io::Result<Outcome> {
        let files = case.fixture()?;
        let files = files.as_ref().map(tempfile::TempDir::path);
        let mut command = self.command(&case.path, &case.grants, files);
        if !case.arguments.is_empty() {
            command.arg("--").args(&case.arguments);
        }
        self.outcome(&mut command, case.input.as_bytes())
    }

    /// Runs the program at `path` without grants.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn run_file(&self, path: &Path) -> std::io::Result<Outcome> {
        self.outcome(&mut self.command(path, &[], None), b"")
    }

    fn command(&self, path: &Path, grants: &[String], files: Option<&Path>) -> Command {
        let mut command = match self {
            Self::Reference(program) => {
                let mut command = Command::new(program);
                command.args(["run", "--message-format", "json"]);
                command.args(grants.iter().map(|grant| format!("--{grant}")));
                if let Some(files) = files {
                    command.arg("--fs-root").arg(files);
                }
                command
            }
            Self::Ours(program) => {
                let mut command = Command::new(program);
                command.args(["run", "--format", "json"]);
                for grant in grants {
                    command.arg("--allow").arg(match (grant.as_str(), files) {
                        ("fs", Some(files)) => format!("fs={}", files.display()),
                        _ => grant.clone(),
                    });
                }
                command
            }
        };
        command.arg(path).env("CRUSH_CONFORMANCE", "a value").env("HOME", "/home/someone");
        command
    }

    fn outcome(&self, command: &mut Command, input: &[u8]) -> std::io::Result<Outcome> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // It need not read it.
            let _ = stdin.write_all(input);
        }
        let (output, errors, status) = wait(child)?;
        let ending = match status {
            None => Ending::Hangs,
            Some(status) if status.success() => Ending::Finished,
            Some(status) if matches!(status.code(), None | Some(PANICKED)) => Ending::Crash,
            Some(_) => self.ending(&errors),
        };
        Ok(Outcome { output, ending })
    }

    /// What the reports on standard error, one JSON object a line, say.
    fn ending(&self, errors: &str) -> Ending {
        let reports = errors.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut lines = BTreeSet::new();
        for report in reports {
            let (faulted, line) = match self {
                Self::Reference(_) if report["level"] != "error" => continue,
                Self::Ours(_) if report["severity"] != "error" => continue,
                Self::Reference(_) => {
                    let code = report["code"].as_str().unwrap_or_default();
                    (code.starts_with("E-RT"), &report["line"])
                }
                Self::Ours(_) => (report.get("kind").is_some() && !refused(&report), &report["range"]["start"]["line"]),
            };
            if faulted {
                // Programs of the reference end after a million instructions, or a mebibyte of output.
                let quotas = ["instruction quota", "output quota"];
                let message = report["message"].as_str().unwrap_or_default();
                let stopped = quotas.iter().any(|quota| message.starts_with(quota));
                return if stopped { Ending::Hangs } else { Ending::Fault };
            }
            lines.extend(line.as_u64().and_then(|line| u32::try_from(line).ok()));
            if matches!(self, Self::Reference(_)) {
                // What follows its first error is often a consequence of that.
                break;
            }
        }
        Ending::Rejected(lines)
    }
}

/// Whether a fault says that a capability is missing: the program did not start.
fn refused(report: &Value) -> bool {
    let message = report["message"].as_str().unwrap_or_default();
    report["kind"] == "Capability" && (message.starts_with("there is no ") || message.contains("is not granted"))
}

/// Reads both pipes to their ends, side by side; no status when its time is up.
fn wait(mut child: Child) -> std::io::Result<(String, String, Option<ExitStatus>)> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let errors = std::thread::spawn(move || text(stderr));
    let output = std::thread::spawn(move || text(stdout));
    let status = child.wait_timeout(PATIENCE)?;
    if status.is_none() {
        child.kill()?;
        child.wait()?;
    }
    Ok((output.join().unwrap_or_default(), errors.join().unwrap_or_default(), status))
}

fn text(pipe: Option<impl std::io::Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // A program that prints for ever is cut off.
        let _ = pipe.take(1 << 20).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
