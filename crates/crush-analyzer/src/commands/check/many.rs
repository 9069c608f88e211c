//! Many programs at once: each is checked on some processor, and told in its turn.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use crush_ide::Diagnostic;
use crush_server::{ConfigFile, ConfigFiles};

use super::{Settings, fixing};
use crate::Misuse;
use crate::arguments::Check;
use crate::source::Source;

/// So many programs are on the way at once, so that those that wait for their turn do not fill the memory.
const AHEAD: usize = 256;

/// From so many programs on, somebody who looks on is told how far it is.
const MANY: usize = 200;

/// A program and what is reported of it.
pub(super) struct Checked {
    pub(super) source: Source,
    pub(super) reports: Vec<Diagnostic>,
    /// The settings that count for it.
    pub(super) config: Option<Arc<ConfigFile>>,
}

/// Checks programs, and gives each to `tell`, in their order. The first error of `tell` ends it.
pub(super) fn check(
    programs: &[PathBuf],
    arguments: &Check,
    named: Option<&Arc<ConfigFile>>,
    mut tell: impl FnMut(Result<Checked, Misuse>) -> Result<(), Misuse>,
) -> Result<(), Misuse> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(programs.len().max(1));
    let next = AtomicUsize::new(0);
    let shows_progress = programs.len() >= MANY && std::io::stderr().is_terminal();
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(AHEAD);
        for _ in 0..threads {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                let settings = Settings { named, files: ConfigFiles::default() };
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = programs.get(index) else { return };
                    if sender.send((index, check_one(path, arguments, &settings))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = std::collections::BTreeMap::new();
        let mut turn = 0;
        for (index, checked) in receiver {
            waiting.insert(index, checked);
            while let Some(checked) = waiting.remove(&turn) {
                turn += 1;
                if shows_progress && turn % 20 == 0 {
                    eprint!("\rchecking {turn} of {} …", programs.len());
                }
                tell(checked)?;
            }
        }
        if shows_progress {
            eprint!("\r\x1b[K");
            let _ = std::io::stderr().flush();
        }
        Ok(())
    })
}

fn check_one(path: &Path, arguments: &Check, settings: &Settings<'_>) -> Result<Checked, Misuse> {
    let name = path.display().to_string();
    let mut source = Source::read(&name, &arguments.modules)?;
    let key = crush_server::key(path);
    source.analysis.configure(settings.of(&key));
    if arguments.fix && name != "-" {
        fixing::fix(path, &mut source, arguments, settings)?;
    }
    let reports = crush_ide::program_diagnostics(&source.analysis, |module| settings.of(module));
    Ok(Checked { source, reports, config: settings.file(&key) })
}
