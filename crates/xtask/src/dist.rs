//! `cargo xtask dist`: what users install, in `target/dist`: the `.vsix` with the server in it, the Neovim plugin with
//! its parser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::command;

/// What to package.
#[derive(Args)]
pub(crate) struct Arguments {
    /// For which editor; both when not given
    #[arg(value_enum)]
    editor: Option<Editor>,
}

/// An editor that is served.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Editor {
    /// Visual Studio Code
    Vscode,
    /// Neovim
    Nvim,
}

impl Editor {
    /// The one asked for, else all.
    pub(crate) fn chosen(asked: Option<Self>) -> Vec<Self> {
        asked.map_or_else(|| vec![Self::Vscode, Self::Nvim], |one| vec![one])
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    for editor in Editor::chosen(arguments.editor) {
        let made = match editor {
            Editor::Vscode => vscode(&server()?)?,
            Editor::Nvim => nvim()?,
        };
        println!("{}", made.display());
    }
    Ok(())
}

/// Builds the server as it is released.
pub(crate) fn server() -> Result<PathBuf> {
    command::run(
        Command::new(env!("CARGO"))
            .args(["build", "--release", "--package", "crush-analyzer"])
            .current_dir(crate::root()),
    )?;
    let binary = target_folder().join("release").join(format!("crush-analyzer{}", std::env::consts::EXE_SUFFIX));
    anyhow::ensure!(binary.is_file(), "the build left no {}", binary.display());
    Ok(binary)
}

/// Packages the extension for this platform, with the server.
pub(crate) fn vscode(server: &Path) -> Result<PathBuf> {
    let extension = install_packages()?;
    let bundled = extension.join("server");
    command::remove_folder(&bundled)?;
    fs::create_dir_all(&bundled)?;
    let name = server.file_name().context("the server is a file")?;
    fs::copy(server, bundled.join(name)).context("copying the server into the extension")?;
    let platform = platform()?;
    let vsix = folder()?.join(format!("crush-analyzer-{platform}.vsix"));
    let packaged = package(&extension, &["--target", platform], &vsix);
    command::remove_folder(&bundled)?;
    packaged.map(|()| vsix)
}

/// Packages the extension alone, as for a platform without a server of its own.
pub(crate) fn vscode_without_server() -> Result<PathBuf> {
    let extension = install_packages()?;
    command::remove_folder(&extension.join("server"))?;
    let vsix = folder()?.join("crush-analyzer.vsix");
    package(&extension, &[], &vsix)?;
    Ok(vsix)
}

/// What packages extensions.
pub(crate) fn vsce() -> PathBuf {
    crate::root().join("editors/vscode/node_modules/@vscode/vsce/vsce")
}

fn package(extension: &Path, flags: &[&str], vsix: &Path) -> Result<()> {
    command::run_quietly(
        Command::new("node")
            .arg(vsce())
            .args(["package", "--no-dependencies", "--out"])
            .arg(vsix)
            .args(flags)
            .current_dir(extension),
    )?;
    Ok(())
}

/// `npm ci`, unless what is installed is what the lock file says.
fn install_packages() -> Result<PathBuf> {
    let extension = crate::root().join("editors").join("vscode");
    let lock = fs::read(extension.join("package-lock.json")).context("reading package-lock.json")?;
    let stamp = extension.join("node_modules").join(".installed-lock.json");
    if fs::read(&stamp).ok().as_ref() != Some(&lock) {
        command::run_quietly(npm().arg("ci").current_dir(&extension))?;
        fs::write(&stamp, lock)?;
    }
    Ok(extension)
}

/// npm is a script on Windows.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Puts the plugin together: Lua, the grammar's queries and sources, and the parser, compiled.
pub(crate) fn nvim() -> Result<PathBuf> {
    let root = crate::root();
    let plugin = folder()?.join("crush.nvim");
    command::remove_folder(&plugin)?;
    // The queries are a link in the repository, which some systems check out as a file.
    command::copy_folder(&root.join("editors").join("nvim"), &plugin, &["queries", "parser", ".gitignore", "tags"])?;
    let grammar = root.join("grammar");
    command::copy_folder(&grammar.join("queries"), &plugin.join("queries").join("crush"), &[])?;
    command::copy_folder(&grammar.join("src"), &plugin.join("grammar").join("src"), &[])?;
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(root.join(license), plugin.join(license)).with_context(|| format!("copying {license}"))?;
    }
    compile_parser(&grammar.join("src"), &plugin.join("parser"))?;
    Ok(plugin)
}

/// Neovim loads a parser as `parser/<language>.so`, on every system but Windows.
fn compile_parser(sources: &Path, into: &Path) -> Result<()> {
    fs::create_dir_all(into)?;
    let Some(compiler) = command::find(&["cc", "gcc", "clang"]) else {
        bail!("no C compiler was found (cc, gcc, clang): the parser cannot be built");
    };
    let library = into.join(if cfg!(windows) { "crush.dll" } else { "crush.so" });
    let mut build = Command::new(compiler);
    build.args(["-O2", "-fPIC", "-shared", "-I"]).arg(sources).arg(sources.join("parser.c"));
    let scanner = sources.join("scanner.c");
    if scanner.is_file() {
        build.arg(scanner);
    }
    command::run_quietly(build.arg("-o").arg(library))?;
    Ok(())
}

/// This platform by the name that VS Code has for it.
fn platform() -> Result<&'static str> {
    Ok(match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") if cfg!(target_env = "musl") => "alpine-x64",
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("linux", "arm") => "linux-armhf",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        ("windows", "x86_64") => "win32-x64",
        ("windows", "aarch64") => "win32-arm64",
        (system, processor) => bail!("VS Code has no packages for {system} on {processor}"),
    })
}

/// Where packages are put.
fn folder() -> Result<PathBuf> {
    let folder = target_folder().join("dist");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Where cargo builds.
pub(crate) fn target_folder() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => crate::root().join(folder),
        None => crate::root().join("target"),
    }
}
