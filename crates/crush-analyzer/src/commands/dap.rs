//! `crush-analyzer dap`: debugging, on standard input and output.

use std::io::{BufReader, stdin, stdout};
use std::path::Path;

use crush_dap::Setup;

use crate::arguments::Dap;
use crate::commands::run;
use crate::source::Source;
use crate::{Ending, Misuse};

/// Speaks the protocol until the client is gone.
pub(crate) fn run(arguments: &Dap) -> Result<Ending, Misuse> {
    let grants = run::grants(&arguments.grants.allowed)?;
    let load = |path: &Path| {
        let source = Source::read_to_run(&path.to_string_lossy(), &arguments.modules);
        source.map(|source| source.analysis).map_err(|misuse| misuse.to_string())
    };
    crush_dap::serve(&Setup { load: &load, grants: &grants }, BufReader::new(stdin()), stdout())?;
    Ok(Ending::Clean)
}
