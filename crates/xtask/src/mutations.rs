//! `cargo xtask mutations`: the borrow analysis is broken in many ways, one by one, in a copy; the tests notice each.

use clap::Args;

/// Which, and how thoroughly.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Try random programs also where the rules have noticed it
    #[arg(long)]
    both: bool,

    /// How many random programs to try
    #[arg(long, default_value_t = 400)]
    programs: u64,

    /// Write the table into docs/soundness.md
    #[arg(long)]
    save: bool,

    /// Only those whose titles contain one of these
    filters: Vec<String>,
}

/// Compiled with what it needs; this one asks for it.
#[cfg(not(feature = "soundness"))]
pub(crate) fn run(_: &Arguments) -> anyhow::Result<()> {
    crate::command::again("soundness", false, "a mutation was not noticed")
}

#[cfg(feature = "soundness")]
pub(crate) use trial::run;

#[cfg(feature = "soundness")]
mod trial {
    use std::fmt::Write as _;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};

    use anyhow::{Context as _, ensure};
    use crush_tests::mutations::{Mutation, all};

    use super::Arguments;
    use crate::command::copy_folder;

    /// What is not copied: it is large, and nothing here needs it.
    const LEFT_OUT: [&str; 6] = ["target", ".git", ".cache", "editors", "node_modules", "images"];

    /// A copy of the repository, to be broken.
    struct Copy {
        root: PathBuf,
        target: PathBuf,
    }

    /// Breaks the copy in every way listed, and prints who noticed.
    pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::root().join("target"), PathBuf::from);
        let copy = Copy { root: folder.path().join("crush"), target: target.join("mutations") };
        copy_folder(crate::root(), &copy.root, &LEFT_OUT)?;
        ensure!(copy.rules_hold()?, "the rules do not hold even unbroken");
        ensure!(copy.programs_hold(arguments.programs)?, "random programs find something even unbroken");
        let is_asked_for = |mutation: &Mutation| {
            arguments.filters.is_empty() || arguments.filters.iter().any(|filter| mutation.title.contains(filter))
        };
        let mutations: Vec<_> = all().into_iter().filter(is_asked_for).collect();
        let mut survivors = Vec::new();
        let mut table = String::from("| broken | noticed by the rules | by random programs |\n| --- | --- | --- |\n");
        for mutation in &mutations {
            let (by_rules, by_programs) = copy.with(mutation, || copy.noticed(arguments))?;
            let word = |noticed: Option<bool>| noticed.map_or("", |noticed| if noticed { "yes" } else { "no" });
            let row = format!("| {} | {} | {} |", mutation.title, word(Some(by_rules)), word(by_programs));
            println!("{row}");
            writeln!(table, "{row}")?;
            if !by_rules && by_programs != Some(true) {
                survivors.push(&*mutation.title);
            }
        }
        println!("{} of {} were noticed", mutations.len() - survivors.len(), mutations.len());
        if arguments.save {
            crate::page::save(&table, "mutations", &crate::root().join("docs/soundness.md"))?;
        }
        ensure!(survivors.is_empty(), "not noticed: {}", survivors.join("; "));
        Ok(())
    }

    impl Copy {
        /// Does something while the copy is broken.
        fn with<T>(&self, mutation: &Mutation, act: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
            let path = self.root.join(&mutation.file);
            let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let broken = mutation.apply(&text).map_err(anyhow::Error::msg)?;
            std::fs::write(&path, broken)?;
            let built = self.cargo(&["build", "--package", "crush-borrowck"])?;
            let result = if built { act() } else { Err(anyhow::anyhow!("{}: does not build", mutation.title)) };
            std::fs::write(&path, text)?;
            result
        }

        /// Whether the rules notice it, and random programs, if they were asked.
        fn noticed(&self, arguments: &Arguments) -> anyhow::Result<(bool, Option<bool>)> {
            let by_rules = !self.rules_hold()?;
            let by_programs = match by_rules && !arguments.both {
                true => None,
                false => Some(!self.programs_hold(arguments.programs)?),
            };
            Ok((by_rules, by_programs))
        }

        fn rules_hold(&self) -> anyhow::Result<bool> {
            self.cargo(&["test", "--package", "crush-borrowck", "--no-fail-fast"])
        }

        fn programs_hold(&self, programs: u64) -> anyhow::Result<bool> {
            let programs = programs.to_string();
            let page = self.root.join("found.md");
            let page = page.to_string_lossy();
            let campaign = ["soundness", "--quick", "--most", "1", "--programs", &programs, "--page", &page];
            let run = ["run", "--package", "xtask", "--features", "soundness", "--"];
            self.cargo(&[&run[..], &campaign[..]].concat())
        }

        /// Whether a command of cargo succeeds in the copy.
        fn cargo(&self, arguments: &[&str]) -> anyhow::Result<bool> {
            let status = Command::new(env!("CARGO"))
                .args(arguments)
                .current_dir(&self.root as &Path)
                .env("CARGO_TARGET_DIR", &self.target)
                // Little is run, and much is built.
                .env("CARGO_PROFILE_DEV_DEBUG", "0")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()?;
            Ok(status.success())
        }
    }
}
