//! Finds the `crush-analyzer` program that belongs to the running test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Names the program to test instead of the one that is built here.
pub const OVERRIDE: &str = "CRUSH_ANALYZER";

/// The `crush-analyzer` program, up to date with its sources.
///
/// It lies in the target directory of the running test and has its profile. Cargo makes sure of that: it builds what is
/// missing or stale, and a build with nothing to do takes a fraction of a second.
///
/// # Panics
///
/// When the program does not build.
pub fn crush_analyzer() -> &'static Path {
    static PROGRAM: LazyLock<Result<PathBuf, String>> =
        LazyLock::new(|| std::env::var_os(OVERRIDE).map_or_else(build, |path| Ok(path.into())));
    match &*PROGRAM {
        Ok(program) => program,
        Err(errors) => panic!("crush-analyzer does not build:\n{errors}"),
    }
}

fn build() -> Result<PathBuf, String> {
    let test = std::env::current_exe().expect("a running test has a path");
    // The test is `TARGET/PROFILE/deps/NAME`, another program `TARGET/PROFILE/NAME`.
    let mut folders = test.ancestors().skip(1).skip_while(|folder| folder.ends_with("deps"));
    let profile_dir = folders.next().expect("programs lie in a folder");
    let profile = match profile_dir.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let target_dir = profile_dir.parent().expect("the profile's folder lies in the target directory");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "crush-analyzer", "--bin", "crush-analyzer"])
        .args(["--message-format", "json-render-diagnostics", "--profile", profile, "--target-dir"])
        .arg(target_dir)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let messages = String::from_utf8_lossy(&output.stdout);
    executable(&messages).ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The executable that cargo's messages, one JSON object a line, speak of.
fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back()
}
