//! `crush-analyzer check` over folders, in all formats, with fixes and baselines; `explain` and `completions`.

use std::path::Path;
use std::process::{Command, Output};

use crush_tests::binary::crush_analyzer;
use crush_tests::files::folder;
use serde_json::Value;

const CONFLICT: &str = "let xs = [1]\nfor x in xs {\n    xs.push(x)\n}\n";
const CLEAN: &str = "print(1)\n";

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(crush_analyzer()).args(arguments).current_dir(folder).output().expect("crush-analyzer starts")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn folders_are_checked_in_order_but_for_what_is_ignored() {
    let mut files = vec![(".gitignore", "build/\n"), ("build/made.crush", CONFLICT), ("notes.txt", "let = =")];
    let names: Vec<String> = (0..60).map(|n| format!("deep/{n:02}.crush")).collect();
    files.extend(names.iter().map(|name| (name.as_str(), CONFLICT)));
    let folder = folder(&files);
    let first = run(folder.path(), &["check", ".", "--format", "json"]);
    assert_eq!(first.status.code(), Some(1));
    let reports: Vec<Value> = out(&first).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let found: Vec<_> = reports.iter().map(|report| report["file"].as_str().expect("a file").to_owned()).collect();
    assert_eq!(found, names);
    assert_eq!(out(&run(folder.path(), &["check", ".", "--format", "json"])), out(&first));
}

#[test]
fn the_exit_status_says_how_it_went() {
    let config = "[diagnostics]\nchanged-while-iterated = \"warning\"\n";
    let folder = folder(&[
        ("clean.crush", CLEAN),
        ("bad.crush", CONFLICT),
        ("calm/warning.crush", CONFLICT),
        ("calm/crush.toml", config),
    ]);
    let status = |arguments: &[&str]| run(folder.path(), arguments).status.code();
    assert_eq!(status(&["check", "clean.crush"]), Some(0));
    assert_eq!(status(&["check", "bad.crush", "clean.crush"]), Some(1));
    assert_eq!(status(&["check", "calm/warning.crush"]), Some(0));
    assert_eq!(status(&["check", "calm/warning.crush", "--error-on-warning"]), Some(1));
    assert_eq!(status(&["check", "nowhere.crush"]), Some(2));
    assert_eq!(status(&["check"]), Some(2));
    assert_eq!(status(&["check", "clean.crush", "--baseline", "nowhere.json"]), Some(2));
}

#[test]
fn code_scanning_gets_sarif() {
    let folder = folder(&[("a b.crush", CONFLICT), ("clean.crush", CLEAN)]);
    let output = run(folder.path(), &["check", ".", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&out(&output)).expect("one JSON document");
    assert_eq!(log["version"], "2.1.0");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "changed-while-iterated");
    assert_eq!(result["level"], "error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.crush");
    assert_eq!(place["region"]["startLine"], 3);
    let rules = &log["runs"][0]["tool"]["driver"]["rules"];
    assert_eq!(rules[0]["id"], "changed-while-iterated");
    let clean = run(folder.path(), &["check", "clean.crush", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&out(&clean)).expect("one JSON document");
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn github_gets_a_command_a_report() {
    let folder = folder(&[("a,b.crush", CONFLICT)]);
    let output = out(&run(folder.path(), &["check", ".", "--format", "github"]));
    assert!(output.starts_with("::error file=a%2Cb.crush,line=3,col=5,"), "{output}");
    assert!(output.contains("title=changed-while-iterated::"), "{output}");
    assert_eq!(output.lines().count(), 1);
}

#[test]
fn what_shows_tests_gets_junit() {
    let folder = folder(&[("a.crush", CONFLICT), ("b.crush", CLEAN)]);
    let output = out(&run(folder.path(), &["check", ".", "--format", "junit"]));
    assert!(output.starts_with("<?xml version=\"1.0\""), "{output}");
    assert!(output.contains("<testsuites name=\"crush-analyzer\" tests=\"2\" failures=\"1\">"), "{output}");
    assert!(output.contains("<testcase name=\"b.crush\" classname=\"crush-analyzer\"/>"), "{output}");
    assert_eq!(output.matches('<').count(), output.matches('>').count());
}

#[test]
fn a_baseline_takes_what_it_knows_and_no_more() {
    let folder = folder(&[("a.crush", CONFLICT)]);
    let check = |more: &[&str]| {
        let mut arguments = vec!["check", "a.crush", "--baseline", "known.json", "--format", "json"];
        arguments.extend(more);
        run(folder.path(), &arguments)
    };
    let written = check(&["--write-baseline"]);
    assert_eq!((written.status.code(), out(&written)), (Some(0), String::new()));
    assert_eq!(check(&[]).status.code(), Some(0));
    // The line has moved, and another one has come.
    let more = format!("// moved\n{CONFLICT}let ys = [1]\nfor y in ys {{\n    ys.pop()\n}}\n");
    std::fs::write(folder.path().join("a.crush"), more).expect("the file can be written");
    let new = check(&[]);
    assert_eq!(new.status.code(), Some(1));
    assert_eq!(out(&new).lines().count(), 1, "{}", out(&new));
    assert!(out(&new).contains("\"line\":7"), "{}", out(&new));
}

#[test]
fn safe_fixes_are_applied_and_others_are_counted() {
    let ended =
        "let xs = [1]\nlet m = &mut xs\nm.push(2)\nxs.push(3)\nlet ys = [1]\nlet n = &mut ys\nn.push(2)\nys.push(3)\n";
    let both = format!("{ended}{CONFLICT}");
    let folder =
        folder(&[("a.crush", &both), ("b.crush", CONFLICT), ("clean.crush", CLEAN), ("broken.crush", "let = = 1\n")]);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("the file is there");
    let fix = |names: &[&str]| {
        let output = run(folder.path(), &[&["check", "--fix"], names].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let left = "left whose fixes may change what the program does";
    assert_eq!(fix(&["a.crush", "clean.crush"]), (Some(1), format!("a.crush: 2 fixed; 1 {left}\n")));
    let dropped = ended.replace("xs.push(3)", "drop(m)\nxs.push(3)").replace("ys.push(3)", "drop(n)\nys.push(3)");
    assert_eq!(read("a.crush"), format!("{dropped}{CONFLICT}"));
    assert_eq!(fix(&["b.crush"]), (Some(1), format!("b.crush: 0 fixed; 1 {left}\n")));
    assert_eq!((read("b.crush").as_str(), read("clean.crush").as_str()), (CONFLICT, CLEAN));
    std::fs::write(folder.path().join("a.crush"), ended).expect("the file can be written");
    assert_eq!(fix(&["a.crush"]), (Some(0), "a.crush: 2 fixed\n".to_owned()));
    assert_eq!(fix(&["a.crush"]), (Some(0), String::new()));
    assert_eq!(fix(&["broken.crush"]).0, Some(1));
    assert_eq!(read("broken.crush"), "let = = 1\n");
}

#[test]
fn codes_are_explained() {
    let here = Path::new(".");
    let page = out(&run(here, &["explain", "changed-while-iterated"]));
    assert!(page.starts_with("# changed-while-iterated\n"), "{page}");
    let all = out(&run(here, &["explain"]));
    assert!(all.lines().any(|line| line.starts_with("use-after-drop ")), "{all}");
    let unknown = run(here, &["explain", "changed-while-iterate"]);
    assert_eq!(unknown.status.code(), Some(2));
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(said.contains("did you mean `changed-while-iterated`?"), "{said}");
}

#[test]
fn shells_get_their_scripts() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(Path::new("."), &["completions", shell]);
        assert_eq!(script.status.code(), Some(0));
        assert!(out(&script).contains("crush-analyzer") && out(&script).contains("explain"), "{shell}");
    }
}

#[test]
fn what_nothing_needs_is_told_where_a_project_wants_it() {
    let text = "fn f(x) {\n    return 1\n    print(2)\n}\nprint(f(1))\n";
    let allowed = text.replace("fn f(x) {", "fn f(x) { // crush-analyzer: allow(unused-name): a callback");
    let folder = folder(&[("a.crush", text), ("b.crush", &allowed)]);
    let check = |file: &str| {
        let output = run(folder.path(), &["check", file, "--format", "json"]);
        let told = out(&output);
        let codes = told.lines().map(|line| {
            let report: Value = serde_json::from_str(line).expect("JSON");
            format!(
                "{} {}",
                report["severity"].as_str().unwrap_or_default(),
                report["code"].as_str().unwrap_or_default()
            )
        });
        (output.status.code(), codes.collect::<Vec<_>>())
    };
    assert_eq!(check("a.crush"), (Some(0), vec![]));
    assert_eq!(check("b.crush"), (Some(0), vec![]), "what suppresses a hint is of use");
    let wanted = "[diagnostics]\nunused-name = \"warning\"\nunreachable-code = \"error\"\n";
    std::fs::write(folder.path().join("crush.toml"), wanted).expect("it can be written");
    let both = vec!["warning unused-name".to_owned(), "error unreachable-code".to_owned()];
    assert_eq!(check("a.crush"), (Some(1), both));
    assert_eq!(check("b.crush"), (Some(1), vec!["error unreachable-code".to_owned()]));
    let page = run(folder.path(), &["explain", "unused-name"]);
    assert!(out(&page).contains("nothing reads it"), "{}", out(&page));
}

#[test]
fn progress_is_for_terminals() {
    let names: Vec<String> = (0..220).map(|n| format!("{n:03}.crush")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), CLEAN)).collect();
    let folder = folder(&files);
    let output = run(folder.path(), &["check", "."]);
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
