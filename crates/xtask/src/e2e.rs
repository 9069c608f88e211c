//! `cargo xtask e2e`: the packaged extension and plugin in the real editors, driven as a user would. What this needs it
//! installs by itself, once, into `.cache/e2e`.

mod cache;
mod nvim;
pub(crate) mod system;
mod vscode;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::dist::{self, Editor};
use crate::page;

/// Which sessions to run.
#[derive(Args)]
pub(crate) struct Arguments {
    /// In which editor; both when not given
    #[arg(value_enum)]
    editor: Option<Editor>,

    /// Only the session of that name
    #[arg(long)]
    only: Option<String>,

    /// This server, rather than one that is built for it
    #[arg(long)]
    server: Option<PathBuf>,

    /// Run the session with nvim-dap too, which lies there
    #[arg(long, value_name = "FOLDER")]
    nvim_dap: Option<PathBuf>,

    /// Write the figures that were measured into docs/performance.md
    #[arg(long)]
    save: bool,

    /// Install what the sessions need, and run none
    #[arg(long)]
    setup: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let editors = Editor::chosen(arguments.editor);
    system::install(&editors)?;
    if arguments.setup {
        for editor in editors {
            match editor {
                Editor::Vscode => drop(vscode::setup()?),
                Editor::Nvim => drop(nvim::setup()?),
            }
        }
        return Ok(());
    }
    let server = match &arguments.server {
        Some(server) => server.clone(),
        None => dist::server()?,
    };
    for editor in editors {
        match editor {
            Editor::Vscode => vscode::run(&server, arguments.only.as_deref())?,
            Editor::Nvim => nvim::run(&server, arguments.only.as_deref(), arguments.nvim_dap.as_deref())?,
        }
    }
    let screenshots = cache::screenshots()?;
    if arguments.save {
        let table = std::fs::read_to_string(screenshots.join("figures.md")).context("no figures were measured")?;
        page::save(&table, "e2e", &crate::root().join("docs/performance.md"))?;
    }
    println!("screenshots: {}", screenshots.display());
    Ok(())
}
