//! `crush.toml` and the command line: which one counts, what is told of it, and the exit status.

use std::path::Path;
use std::process::Command;

use crush_tests::binary::crush_analyzer;
use crush_tests::files::folder;

const CERTAIN: &str = "let xs = [1]\nfor x in xs { xs.push(x) }\n";

/// What `check` says of each report, and its exit status.
fn check(folder: &Path, arguments: &[&str]) -> (Vec<String>, Option<i32>) {
    let mut command = Command::new(crush_analyzer());
    let output = command.args(["check", "--format", "json"]).args(arguments).current_dir(folder).output();
    let output = output.expect("crush-analyzer starts");
    let report = |line: &str| {
        let report: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let text = |field: &str| report[field].as_str().unwrap_or_default().to_owned();
        format!("{}:{}: {} {}", text("file"), report["range"]["start"]["line"], text("severity"), text("code"))
    };
    (String::from_utf8_lossy(&output.stdout).lines().map(report).collect(), output.status.code())
}

#[test]
fn the_nearest_file_upwards_counts() {
    let folder = folder(&[
        ("crush.toml", "[diagnostics]\nchanged-while-iterated = \"off\"\n"),
        ("a/deep/main.crush", CERTAIN),
        ("b/crush.toml", "[diagnostics]\nchanged-while-iterated = \"info\"\n"),
        ("b/deep/main.crush", CERTAIN),
    ]);
    assert_eq!(check(folder.path(), &["a/deep/main.crush"]), (vec![], Some(0)));
    let told = vec!["b/deep/main.crush:2: info changed-while-iterated".to_owned()];
    assert_eq!(check(folder.path(), &["b/deep/main.crush"]), (told.clone(), Some(0)));
    assert_eq!(check(folder.path(), &["a/deep/main.crush", "b/deep/main.crush"]), (told, Some(0)));
}

#[test]
fn a_named_file_counts_in_place_of_all_others() {
    let folder = folder(&[
        ("crush.toml", "[diagnostics]\nchanged-while-iterated = \"off\"\n"),
        ("strict.toml", "[diagnostics]\nchanged-while-iterated = \"error\"\n"),
        ("main.crush", CERTAIN),
    ]);
    let told = vec!["main.crush:2: error changed-while-iterated".to_owned()];
    assert_eq!(check(folder.path(), &["--config", "strict.toml", "main.crush"]), (told, Some(1)));
    assert_eq!(check(folder.path(), &["--config", "none.toml", "main.crush"]), (vec![], Some(2)));
}

#[test]
fn the_exit_status_follows_the_severities() {
    let settings = "[diagnostics]\nchanged-while-iterated = \"warning\"\n";
    let folder = folder(&[("crush.toml", settings), ("main.crush", CERTAIN)]);
    let told = vec!["main.crush:2: warning changed-while-iterated".to_owned()];
    assert_eq!(check(folder.path(), &["main.crush"]), (told.clone(), Some(0)));
    assert_eq!(check(folder.path(), &["--error-on-warning", "main.crush"]), (told, Some(1)));
}

#[test]
fn what_is_wrong_in_the_settings_is_told_once_and_at_its_place() {
    let folder = folder(&[
        ("crush.toml", "# ours\n[diagnostics]\nuse-after-dorp = \"off\"\nborrowed-twice = \"no\"\n"),
        ("a.crush", "let a = 1\n"),
        ("b.crush", "let b = 1\n"),
    ]);
    let told = ["crush.toml:3: warning unknown-code", "crush.toml:4: error invalid-settings"].map(str::to_owned);
    assert_eq!(check(folder.path(), &["a.crush", "b.crush"]), (told.to_vec(), Some(1)));
}

#[test]
fn settings_that_cannot_be_read_are_told_of() {
    let folder = folder(&[("main.crush", "let a = 1\n")]);
    std::fs::write(folder.path().join("crush.toml"), b"\xff").expect("it can be written");
    let told = vec!["crush.toml:1: error invalid-settings".to_owned()];
    assert_eq!(check(folder.path(), &["main.crush"]), (told, Some(1)));
}

#[test]
fn a_module_keeps_what_its_own_folder_and_its_own_comments_say() {
    let module = "fn f(xs) {\n  for x in xs { xs.push(x) }\n}\n";
    let folder = folder(&[
        ("main.crush", "import lib.m\nimport n\nm.f([1])\nn.f([1])\n"),
        ("lib/m.crush", module),
        ("lib/crush.toml", "[diagnostics]\nchanged-while-iterated = \"off\"\n"),
        (
            "n.crush",
            &module.replace("  for", "  // crush-analyzer: allow(changed-while-iterated, use-after-drop)\n  for"),
        ),
    ]);
    assert_eq!(check(folder.path(), &["main.crush"]), (vec![], Some(0)));
    let told = vec!["n.crush:2: warning unused-suppression".to_owned()];
    assert_eq!(check(folder.path(), &["n.crush"]), (told, Some(0)));
}
