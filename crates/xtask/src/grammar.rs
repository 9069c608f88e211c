//! `cargo xtask grammar`: generates the parser with the generator as a library. No CLI and no Node are needed.

use clap::Args;

/// What to do with the grammar; without a flag, generate the parser.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Fail when the committed parser is not what grammar.js generates; change nothing.
    #[arg(long)]
    check: bool,

    /// Parse every program of the published crates that the reference accepts; DIR holds crush-run and crushc.
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    published: Option<std::path::PathBuf>,
}

/// Without the generator built in, runs itself again with it.
#[cfg(not(feature = "grammar"))]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut command = std::process::Command::new(env!("CARGO"));
    command
        .args(["run", "--quiet", "--package", "xtask", "--features", "grammar", "--", "grammar"])
        .current_dir(crate::root());
    if arguments.check {
        command.arg("--check");
    }
    if let Some(oracle) = &arguments.published {
        command.arg("--published").arg(std::path::absolute(oracle)?);
    }
    let status = command.status()?;
    anyhow::ensure!(status.success(), "the grammar command failed");
    Ok(())
}

#[cfg(feature = "grammar")]
pub(crate) use generating::run;

#[cfg(feature = "grammar")]
mod generating {
    use std::fs;
    use std::path::Path;

    use anyhow::{Context, ensure};
    use tree_sitter_generate::{OptLevel, generate_parser_in_directory};

    use super::Arguments;

    /// What the generator writes into `src/`.
    const GENERATED: &[&str] = &[
        "grammar.json",
        "node-types.json",
        "parser.c",
        "tree_sitter/alloc.h",
        "tree_sitter/array.h",
        "tree_sitter/parser.h",
    ];

    pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
        let grammar = crate::root().join("grammar");
        if let Some(oracle) = &arguments.published {
            return crate::published::run(oracle);
        }
        if arguments.check {
            let fresh = crate::root().join("target/grammar-check");
            generate(&grammar, &fresh)?;
            return compare(&grammar.join("src"), &fresh);
        }
        generate(&grammar, &grammar.join("src"))
    }

    fn generate(grammar: &Path, out: &Path) -> anyhow::Result<()> {
        const ABI: usize = 15; // what tree-sitter 0.25 and later read: Neovim 0.11, Helix, Zed
        let mut diagnostics = Vec::new();
        let result = generate_parser_in_directory(
            grammar,
            Some(out),
            Some(grammar.join("grammar.js")),
            ABI,
            None,
            Some("native"),
            true,
            OptLevel::default(),
            &mut diagnostics,
        );
        for diagnostic in &diagnostics {
            eprintln!("warning: {diagnostic}");
        }
        result.context("grammar.js does not generate a parser")?;
        let parser = fs::read_to_string(out.join("parser.c"))?;
        let states = parser.lines().find_map(|line| line.strip_prefix("#define STATE_COUNT ")).unwrap_or("?");
        println!("parser.c: {states} states, {} bytes", parser.len());
        Ok(())
    }

    fn compare(committed: &Path, fresh: &Path) -> anyhow::Result<()> {
        let stale: Vec<_> = GENERATED
            .iter()
            .filter(|file| fs::read(committed.join(file)).ok() != fs::read(fresh.join(file)).ok())
            .copied()
            .collect();
        ensure!(stale.is_empty(), "not what grammar.js generates: {}; run `cargo xtask grammar`", stale.join(", "));
        Ok(())
    }
}
