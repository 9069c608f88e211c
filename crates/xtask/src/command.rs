//! Running other programs: what goes wrong names the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs it; a failure is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = display(command);
    let status = command.status().with_context(|| format!("`{shown}` does not start"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs this same command in a build of `xtask` with a feature, optimised or not; `failed` is what a failure means.
#[cfg(not(all(feature = "bench", feature = "oracle", feature = "soundness")))]
pub(crate) fn again(feature: &str, optimised: bool, failed: &'static str) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet"])
        .args(optimised.then_some("--release"))
        .args(["--package", "xtask", "--features", feature, "--"])
        .args(std::env::args_os().skip(1))
        .current_dir(crate::root())
        .status()?;
    anyhow::ensure!(status.success(), failed);
    Ok(())
}

/// Runs it without a word; what it said is shown when it fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result<String> {
    let shown = display(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("`{shown}` does not start"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("`{shown}` failed ({}):\n{said}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}

/// Where the first of these programs on `PATH` is.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| {
            folders.iter().map(move |folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        })
        .find(|file| file.is_file())
}

/// Copies a folder with what links in it point to, but for entries whose names are in `except`.
pub(crate) fn copy_folder(from: &Path, to: &Path, except: &[&str]) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("creating {}", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if except.iter().any(|other| name == *other) {
            continue;
        }
        let (source, target) = (entry.path(), to.join(&name));
        if source.is_dir() {
            copy_folder(&source, &target, except)?;
        } else {
            std::fs::copy(&source, &target).with_context(|| format!("copying {}", source.display()))?;
        }
    }
    Ok(())
}

/// Removes the folder if it is there.
pub(crate) fn remove_folder(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn display(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
