//! VS Code: the workbench of code-server, driven by Playwright in Chromium.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::cache;
use crate::command;
use crate::dist::{self, npm};

/// The VS Code inside is 1.100.3, for Node 20.
const CODE_SERVER: &str = "code-server@4.100.3";
const PLAYWRIGHT: &str = "playwright-core@1.65.1";
/// The modules of the workbench that are not JavaScript; the second is what output channels write with.
const NATIVE: &[&str] = &["native-watchdog", "@vscode/spdlog", "node-pty"];

pub(crate) fn run(server: &Path, only: Option<&str>) -> Result<()> {
    let workbench = setup()?;
    let bare = dist::vscode_without_server()?;
    let vsix = dist::vscode(server)?;
    println!("==> sessions in VS Code");
    let tests = crate::root().join("tests").join("editors");
    let mut session = Command::new("node");
    session
        .arg(tests.join("vscode").join("session.mjs"))
        .arg("--code-server")
        .arg(workbench)
        .arg("--chromium")
        .arg(browser().context("no Chromium was found on PATH")?)
        .arg("--vsix")
        .arg(vsix)
        .arg("--bare-vsix")
        .arg(bare)
        .arg("--fixtures")
        .arg(tests.join("fixtures"))
        .arg("--vsce")
        .arg(dist::vsce())
        .arg("--screenshots")
        .arg(cache::screenshots()?);
    if let Some(name) = only {
        session.args(["--only", name]);
    }
    command::run(&mut session)
}

pub(crate) fn browser() -> Option<PathBuf> {
    command::find(&["chromium", "chromium-browser", "google-chrome"])
}

pub(crate) fn setup() -> Result<PathBuf> {
    cache::installed("vscode", &format!("{CODE_SERVER} {PLAYWRIGHT}"), |folder| {
        fs::write(folder.join("package.json"), "{ \"private\": true }\n")?;
        command::run_quietly(
            npm().args(["install", "--save-exact", "--ignore-scripts", CODE_SERVER, PLAYWRIGHT]).current_dir(folder),
        )?;
        let workbench = folder.join("node_modules/code-server/lib/vscode");
        command::run_quietly(npm().args(["install", "--omit=dev", "--ignore-scripts"]).current_dir(&workbench))?;
        let modules = workbench.join("node_modules");
        for module in NATIVE {
            build_native(&modules.join(module))?;
        }
        let ripgrep = command::find(&["rg"]).context("ripgrep is not on PATH")?;
        let bin = modules.join("@vscode/ripgrep/bin");
        fs::create_dir_all(&bin)?;
        link(&ripgrep, &bin.join("rg"))?;
        link(Path::new("node_modules"), &workbench.join("node_modules.asar"))
    })
}

/// Builds a native module with the `node-gyp` that npm brings, so that no prebuilt binary is downloaded.
fn build_native(module: &Path) -> Result<()> {
    let npm_root = command::run_quietly(npm().args(["root", "--global"]))?;
    let gyp = Path::new(npm_root.trim()).join("npm/node_modules/node-gyp/bin/node-gyp.js");
    let mut build = Command::new("node");
    build.arg(gyp).arg("rebuild").current_dir(module);
    let prefix =
        command::run_quietly(Command::new("node").args(["-p", "path.dirname(path.dirname(process.execPath))"]))?;
    // Node's own headers where they were installed with it; else node-gyp fetches them.
    if Path::new(prefix.trim()).join("include/node/node.h").is_file() {
        build.arg(format!("--nodedir={}", prefix.trim()));
    }
    command::run_quietly(&mut build)?;
    Ok(())
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> Result<()> {
    std::os::unix::fs::symlink(to, at).with_context(|| format!("linking {}", at.display()))
}

#[cfg(not(unix))]
fn link(_to: &Path, _at: &Path) -> Result<()> {
    anyhow::bail!("the workbench of code-server is for Linux and macOS")
}
