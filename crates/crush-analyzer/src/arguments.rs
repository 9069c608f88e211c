//! The arguments, as `--help` shows them.

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Shows borrow conflicts, values and the arena of CRUSH programs.
///
/// Exit status: 0 clean or warnings only, 1 errors or a fault, 2 misuse; of `run` also what `sys.exit` says, and 130 after
/// Ctrl-C.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report syntax errors, unknown names and borrow conflicts, without running anything
    ///
    /// Exit status: 0 clean, or nothing worse than warnings; 1 errors (with `--error-on-warning` also warnings) that no baseline has; 2 a
    /// file could not be read or written, or an argument makes no sense.
    Check(Check),
    /// Print the page of a code: what it means, why, and the ways out; without a code, the codes there are
    Explain {
        /// The code, as reports show it in brackets
        code: Option<String>,
    },
    /// Print the script that completes commands and options in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print programs as everybody prints them: one style, nothing to choose
    ///
    /// Exit status: 0 formatted, 1 with `--check` something would change, or a statement did not parse and was left as it is, 2 a
    /// file could not be read or written.
    Fmt(Fmt),
    /// Run a program, or a CASM file; its output goes to standard output, a fault to standard error
    Run(Run),
    /// Run a program and print its arena: at the end, at the fault, or when a line last ran
    Arena(Arena),
    /// Print the CASM instructions that a program compiles to
    Disasm(Input),
    /// Check a CASM file, and print the program as `disasm` does
    Asm(Assembly),
    /// Print the syntax tree of a program
    Parse(Input),
    /// Run a program as it is typed, an entry at a time
    Repl(Repl),
    /// Speak the debug adapter protocol on standard input and output
    Dap(Dap),
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

/// One CASM file.
#[derive(Args, Debug)]
pub(crate) struct Assembly {
    /// The file; `-` reads standard input
    pub(crate) file: String,
    /// How to print what is wrong
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Where modules are looked for.
#[derive(Args, Debug, Default)]
pub(crate) struct Modules {
    /// Look for imported modules in DIR too, after the directory of the importing file and before those of the environment
    /// variable CRUSH_PATH; may be given again
    #[arg(short = 'L', value_name = "DIR")]
    pub(crate) library: Vec<std::path::PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Programs, and folders with the `.crush` files in them, but for what `.gitignore` leaves out; `-` reads standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<std::path::PathBuf>,
    #[command(flatten)]
    pub(crate) modules: Modules,
    /// Take the severity of each code from FILE, rather than from the nearest `crush.toml` upwards from each program
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<std::path::PathBuf>,
    /// Exit with status 1 when there are warnings, too
    #[arg(long)]
    pub(crate) error_on_warning: bool,
    /// Apply the safe fixes, as long as that leaves less to report, and report the rest; a fix that may change what the program
    /// does is left to you
    #[arg(long)]
    pub(crate) fix: bool,
    /// Do not report what FILE has: reports of old code, known by file, code and the text of the line
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<std::path::PathBuf>,
    /// Write what is reported into the file of `--baseline`, and report nothing
    #[arg(long, requires = "baseline")]
    pub(crate) write_baseline: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReportFormat,
}

#[derive(Args, Debug)]
pub(crate) struct Fmt {
    /// Files, and folders with the `.crush` files in them, but for what `.gitignore` leaves out; `-` reads standard input and
    /// writes to standard output
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<std::path::PathBuf>,
    /// Write nothing; print what would change
    #[arg(long)]
    pub(crate) check: bool,
    /// Read standard input and write to standard output
    #[arg(long, conflicts_with = "paths")]
    pub(crate) stdin: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Dap {
    #[command(flatten)]
    pub(crate) grants: Grants,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Arguments of the program, which `sys.args()` gives; after `--` when one begins with `-`
    #[arg(value_name = "ARGUMENT")]
    pub(crate) arguments: Vec<String>,
    #[command(flatten)]
    pub(crate) grants: Grants,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) bounds: Bounds,
    /// Tell on standard error what the run took
    #[arg(long)]
    pub(crate) stats: bool,
    /// Let tasks take turns in an order that N decides
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Run tasks on all processors, in whatever order they come
    #[arg(long, conflicts_with = "seed")]
    pub(crate) parallel: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Repl {
    #[command(flatten)]
    pub(crate) grants: Grants,
    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// What a program may do to the world.
#[derive(Args, Debug)]
pub(crate) struct Grants {
    /// Grant a capability; may be given again: fs=DIR, env, env=NAME,NAME, time, process, crypto, net, net=HOST, polyglot,
    /// polyglot=python
    #[arg(long = "allow", value_name = "GRANT")]
    pub(crate) allowed: Vec<String>,
}

/// Quotas that only a run has that prints and waits.
#[derive(Args, Debug)]
pub(crate) struct Bounds {
    /// Most bytes printed
    #[arg(long, value_name = "N")]
    pub(crate) max_output: Option<usize>,
    /// Longest time; no limit unless given
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<std::time::Duration>,
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.trim_end_matches('s').parse().map_err(|_| "it is no number of seconds".to_string())?;
    std::time::Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
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
    #[arg(long, value_name = "N", visible_alias = "max-memory")]
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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people: with the source, underlined
    #[default]
    Human,
    /// For programs: one JSON object a line
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For GitHub: commands that annotate the change
    Github,
    /// For what shows tests: JUnit XML, a suite for each program
    Junit,
}
