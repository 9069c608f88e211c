//! Programs of several files print what the reference prints, and are refused at the line at which it refuses them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crush_tests::binary::crush_analyzer;
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("modules")
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn command(program: &Path, what: &str) -> Output {
    let mut command = Command::new(crush_analyzer());
    command.current_dir(program).args([what, "--format", "json", "main.crush"]).env_remove("CRUSH_PATH");
    command.args(read(&program.join("arguments")).unwrap_or_default().lines());
    if let Some(path) = read(&program.join("crush_path")) {
        command.env("CRUSH_PATH", path.trim());
    }
    command.output().expect("crush-analyzer runs")
}

/// `FILE:LINE` of every error that was reported.
fn errors(reports: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(reports);
    let reports = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a report is JSON"));
    let errors = reports.filter(|report| report["severity"] == "error");
    let place =
        |report: Value| format!("{}:{}", report["file"].as_str().unwrap_or("?"), report["range"]["start"]["line"]);
    errors.map(place).collect()
}

/// What is wrong with a program's results.
fn mistakes(program: &Path) -> Vec<String> {
    let mut mistakes = Vec::new();
    let run = command(program, "run");
    let printed = String::from_utf8_lossy(&run.stdout).into_owned();
    let expected = read(&program.join("output")).unwrap_or_default();
    if printed != expected {
        let errors = String::from_utf8_lossy(&run.stderr);
        mistakes.push(format!("printed {printed:?} instead of {expected:?}\n{errors}"));
    }
    let refused = read(&program.join("rejected"));
    let place = refused.clone().or_else(|| read(&program.join("faulted")));
    match place.as_deref().map(str::trim) {
        Some(place) => {
            let found = errors(&run.stderr);
            if !found.iter().any(|found| found == place) {
                mistakes.push(format!("halted at {found:?} instead of {place}"));
            }
        }
        None if !run.status.success() => mistakes.push(format!("ended with {}", run.status)),
        None => {}
    }
    let checked = errors(&command(program, "check").stdout);
    match refused.as_deref().map(str::trim) {
        Some(place) if !checked.iter().any(|found| found == place) => {
            mistakes.push(format!("`check` reports {checked:?} instead of {place}"));
        }
        None if !checked.is_empty() => mistakes.push(format!("`check` reports {checked:?}")),
        _ => {}
    }
    mistakes
}

#[test]
fn programs_of_several_files_do_what_the_reference_does() {
    let entries = std::fs::read_dir(folder()).expect("the folder is there");
    let programs: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect();
    assert!(programs.len() > 40, "found only {}", programs.len());
    let mut wrong = Vec::new();
    for program in programs {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        wrong.extend(mistakes(&program).into_iter().map(|mistake| format!("{name}: {mistake}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_fault_in_a_module_shows_the_text_of_the_module() {
    let program = folder().join("divided_by_zero_in_a_module");
    let output = Command::new(crush_analyzer()).current_dir(program).args(["run", "main.crush"]).output();
    let output = output.expect("crush-analyzer runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("m.crush:2"), "{told}");
    assert!(told.contains("return 1 / x"), "{told}");
    assert!(told.contains("main.crush:3"), "{told}");
}
