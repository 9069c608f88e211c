//! `cargo xtask client`: sessions of pytest-lsp, a client from PyPI that knows the protocol and nothing of us.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::dist::Editor;
use crate::{command, e2e};

/// Arguments of `cargo xtask client`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// This server, rather than one that is built for it
    #[arg(long)]
    server: Option<PathBuf>,

    /// What to hand on to pytest
    #[arg(last = true)]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let python = installed()?;
    let server = match &arguments.server {
        Some(server) => fs::canonicalize(server).with_context(|| format!("finding {}", server.display()))?,
        None => {
            let build = ["build", "--quiet", "--package", "crush-analyzer"];
            command::run(Command::new(env!("CARGO")).args(build).current_dir(crate::root()))?;
            crate::binary("crush-analyzer")
        }
    };
    let mut pytest = Command::new(python);
    pytest
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .args(&arguments.rest)
        .env("CRUSH_ANALYZER", server)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(sessions());
    command::run(&mut pytest)
}

/// Where the sessions are.
fn sessions() -> PathBuf {
    crate::root().join("tests").join("clients")
}

/// The Python that has what the sessions need, in `.cache/clients`. It is installed once for each list of versions.
fn installed() -> Result<PathBuf> {
    let requirements = sessions().join("requirements.txt");
    let versions = fs::read_to_string(&requirements).with_context(|| format!("reading {}", requirements.display()))?;
    let folder = crate::root().join(".cache").join("clients");
    let (python, stamp) = (folder.join("bin").join("python"), folder.join("installed"));
    if fs::read_to_string(&stamp).ok().as_deref() != Some(&versions) {
        println!("==> installing pytest-lsp");
        // Python's own environments are a package of the system.
        e2e::system::install(&[Editor::Nvim])?;
        command::remove_folder(&folder)?;
        command::run_quietly(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
        command::run_quietly(Command::new(&python).args(install).arg(&requirements))?;
        fs::write(&stamp, &versions)?;
    }
    Ok(python)
}
