//! Which functions programs call, from callgrind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The symbols of all functions that these runs call.
pub(super) fn of(program: &Path, sources: &[PathBuf], folder: &Path) -> Result<BTreeSet<String>> {
    let profile = folder.join("calls.txt");
    let mut called = BTreeSet::new();
    for source in sources {
        eprintln!("{} …", source.display());
        // The program may end with a fault: that is a run too.
        Command::new("valgrind")
            .args(["--tool=callgrind", "--demangle=no"])
            .arg(format!("--callgrind-out-file={}", profile.display()))
            .args([program.as_os_str(), "run".as_ref(), source.as_os_str()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .context("`valgrind` tells which functions are called")?;
        let text = std::fs::read_to_string(&profile).context("valgrind left no profile")?;
        called.extend(symbols(&text).map(str::to_owned));
    }
    ensure!(!called.is_empty(), "no function was called");
    Ok(called)
}

/// The names in a profile. Each is there once with its number, `fn=(12) name`, where a function or a call of it is met first.
fn symbols(profile: &str) -> impl Iterator<Item = &str> {
    profile.lines().filter_map(|line| {
        let (_, name) = line.strip_prefix('c').unwrap_or(line).strip_prefix("fn=(")?.split_once(") ")?;
        // A function that calls itself has a mark for its depth.
        Some(name.split_once('\'').map_or(name, |(name, _)| name))
    })
}

#[cfg(test)]
mod tests {
    use super::symbols;

    #[test]
    fn functions_and_callees_are_read() {
        let profile = "ob=(2) ???\nfn=(10) main\n0 17\ncfn=(11) _ZN3run17h0E'2\ncalls=17 3350\nfn=(10)\n";
        assert_eq!(symbols(profile).collect::<Vec<_>>(), ["main", "_ZN3run17h0E"]);
    }
}
