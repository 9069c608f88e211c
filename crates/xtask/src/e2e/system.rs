//! What the sessions need of the system: a C compiler and Python for native modules, ripgrep and a browser for the
//! workbench, fonts for the pictures.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;
use crate::dist::Editor;

struct Need {
    /// The Debian package that brings it.
    package: &'static str,
    is_there: fn() -> bool,
    workbench_only: bool,
}

const NEEDS: &[Need] = &[
    Need {
        package: "build-essential",
        is_there: || found(&["cc"]) && found(&["c++", "g++"]) && found(&["make"]),
        workbench_only: false,
    },
    Need { package: "python3", is_there: || found(&["python3"]), workbench_only: false },
    Need { package: "python3-venv", is_there: python_has_venv, workbench_only: false },
    Need { package: "procps", is_there: || found(&["pgrep"]), workbench_only: false },
    Need { package: "ripgrep", is_there: || found(&["rg"]), workbench_only: true },
    Need { package: "chromium", is_there: || super::vscode::browser().is_some(), workbench_only: true },
    Need { package: "fonts-dejavu-core", is_there: || has_font("dejavu"), workbench_only: true },
    Need { package: "fonts-noto-color-emoji", is_there: || has_font("noto"), workbench_only: true },
];

/// Installs what is missing, where that can be done without asking anybody.
pub(crate) fn install(editors: &[Editor]) -> Result<()> {
    if !found(&["node"]) || !found(&["npm"]) {
        bail!("Node.js 20 with npm is needed: https://nodejs.org");
    }
    let missing: Vec<&str> = NEEDS
        .iter()
        .filter(|need| !need.workbench_only || editors.contains(&Editor::Vscode))
        .filter(|need| !(need.is_there)())
        .map(|need| need.package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    if !found(&["apt-get"]) {
        bail!("these are needed, by their names in Debian: {packages}");
    }
    if !is_root()? {
        bail!("packages are missing, and installing them takes root. Run:\n  sudo apt-get install -y {packages}");
    }
    println!("==> apt-get install {packages}");
    command::run_quietly(Command::new("apt-get").arg("update"))?;
    command::run_quietly(
        Command::new("apt-get")
            .args(["install", "-y", "--no-install-recommends"])
            .args(&missing)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )?;
    Ok(())
}

fn found(names: &[&str]) -> bool {
    command::find(names).is_some()
}

/// Debian splits what makes a virtual environment off from Python.
fn python_has_venv() -> bool {
    Command::new("python3").args(["-c", "import venv, ensurepip"]).output().is_ok_and(|output| output.status.success())
}

/// Systems without this folder keep their fonts elsewhere and have some.
fn has_font(family: &str) -> bool {
    let fonts = Path::new("/usr/share/fonts/truetype");
    !fonts.is_dir() || fonts.join(family).is_dir()
}

fn is_root() -> Result<bool> {
    Ok(command::run_quietly(Command::new("id").arg("-u"))?.trim() == "0")
}
