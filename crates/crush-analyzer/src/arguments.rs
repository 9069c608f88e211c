//! The arguments, as `--help` shows them.

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Shows borrow conflicts, values and the arena of CRUSH programs.
///
/// Exit status: 0 clean or warnings only, 1 errors or a fault, 2 misuse.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report syntax errors, unknown names and borrow conflicts, without running anything
    Check(Check),
    /// Run a program; its output goes to standard output, a fault to standard error
    Run(Run),
    /// Run a program and print its arena: at the end, at the fault, or when a line last ran
    Arena(Arena),
    /// Print the CASM instructions that a program compiles to
    Disasm(Input),
    /// Print the syntax tree of a program
    Parse(Input),
    /// Speak the language server protocol on standard input and output
    Lsp,
}

/// One program.
#[derive(Args, Debug)]
pub(crate) struct Input {
    /// The program; `-` reads standard input
    pub(crate) file: String,
    #[command(flatten)]
    pub(crate) modules: Modules,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Where modules are looked for.
#[derive(Args, Debug)]
pub(crate) struct Modules {
    /// Look for imported modules in DIR too, after the directory of the importing file and before those of the environment
    /// variable CRUSH_PATH; may be given again
    #[arg(short = 'L', value_name = "DIR")]
    pub(crate) library: Vec<std::path::PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The programs; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    #[command(flatten)]
    pub(crate) modules: Modules,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) limits: Limits,
    /// Grant a capability: `fs=DIR` lets the program read files in DIR and below; may be given again
    #[arg(long = "allow", value_name = "GRANT")]
    pub(crate) grants: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Arena {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) limits: Limits,
    /// The arena as it was when this line last ran
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) line: Option<u32>,
    /// Print at most this many slots
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) most: usize,
}

/// Quotas of a run; reaching one is a fault that names it.
#[derive(Args, Debug)]
pub(crate) struct Limits {
    /// Most instructions; no limit unless given
    #[arg(long, value_name = "N")]
    pub(crate) max_instructions: Option<u64>,
    /// Most bytes in the arena
    #[arg(long, value_name = "N")]
    pub(crate) max_bytes: Option<usize>,
    /// Most objects in the arena
    #[arg(long, value_name = "N")]
    pub(crate) max_objects: Option<usize>,
    /// Deepest nesting of calls
    #[arg(long, value_name = "N")]
    pub(crate) max_depth: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: with the source, underlined
    #[default]
    Human,
    /// For programs: one JSON object a line
    Json,
}
