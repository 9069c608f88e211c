//! The servers that are measured: ours, and peers that are fetched into `.cache` when they can be.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use crush_tests::client::{Client, Introduction};

use super::program::Dialect;

/// The peers, in the versions that the figures are compared with.
const CRUSH_LSP: &str = "0.1.0";
const TY: &str = "0.0.105";
const RUFF: &str = "0.17.6";

/// How a server is started and spoken to.
pub(crate) struct Server {
    /// What the table calls it.
    pub(crate) name: String,
    /// What it is given to read.
    pub(crate) dialect: Dialect,
    /// Whether an edit is told as the whole text.
    pub(crate) wants_whole_text: bool,
    program: PathBuf,
    arguments: &'static [&'static str],
}

impl Server {
    /// Starts it and shakes hands.
    pub(crate) fn start(&self) -> Client {
        let mut client = self.launch();
        client.introduce(&Introduction::default());
        client
    }

    /// Starts it and says nothing to it yet.
    pub(crate) fn launch(&self) -> Client {
        let mut command = Command::new(&self.program);
        command.args(self.arguments).stderr(std::process::Stdio::null());
        Client::spawn(&mut command).tolerating_junk()
    }
}

/// The servers, and a note for each that is missing.
pub(crate) struct Servers {
    pub(crate) servers: Vec<Server>,
    pub(crate) notes: Vec<String>,
}

/// Ours, and the peers that can be had.
pub(crate) fn all(no_peers: bool) -> Servers {
    let ours = Server {
        name: "crush-analyzer".to_string(),
        dialect: Dialect::Crush,
        wants_whole_text: false,
        program: crush_tests::binary::crush_analyzer().to_path_buf(),
        arguments: &["lsp"],
    };
    let mut all = Servers { servers: vec![ours], notes: Vec::new() };
    if !no_peers {
        for (name, peer) in [("crush-lsp", crush_lsp()), ("ruff", from_pypi("ruff", RUFF)), ("ty", from_pypi("ty", TY))]
        {
            match peer {
                Ok(server) => all.servers.push(server),
                Err(error) => all.notes.push(format!("{name} is not measured: {error:#}")),
            }
        }
    }
    all
}

fn crush_lsp() -> anyhow::Result<Server> {
    let root = crate::root().join(".cache/bench/crush-lsp");
    let program = root.join("bin/crush-lsp");
    let mut install = Command::new(env!("CARGO"));
    install.args(["install", "crush-lsp", "--locked", "--version", CRUSH_LSP, "--root"]).arg(&root);
    fetch(&program, &mut install)?;
    Ok(Server {
        name: format!("crush-lsp {CRUSH_LSP}"),
        dialect: Dialect::CrushWithoutBorrows,
        wants_whole_text: true,
        program,
        arguments: &[],
    })
}

/// The server of a program for Python, from PyPI.
fn from_pypi(name: &str, version: &str) -> anyhow::Result<Server> {
    let root = crate::root().join(".cache/bench").join(name);
    let program = root.join("bin").join(name);
    let mut install = Command::new("python3");
    install.args(["-m", "pip", "install", "--quiet", "--target"]).arg(&root).arg(format!("{name}=={version}"));
    fetch(&program, &mut install)?;
    Ok(Server {
        name: format!("{name} server {version}"),
        dialect: Dialect::Python,
        wants_whole_text: false,
        program,
        arguments: &["server"],
    })
}

/// Installs `program` unless it is there.
fn fetch(program: &Path, install: &mut Command) -> anyhow::Result<()> {
    if !program.exists() {
        eprintln!("fetching {} …", program.display());
        let output = install.output().with_context(|| format!("{install:?} does not start"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}", said.lines().last().unwrap_or("it cannot be installed"));
        ensure!(program.exists(), "installing it gave no {}", program.display());
    }
    Ok(())
}
