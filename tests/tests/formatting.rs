//! The formatter, over every program of the repository and generated ones: the tree stays the same, comments stay, a second
//! pass changes nothing, and the program does what it did.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crush_compiler::{Options, compile};
use crush_fmt::{format, format_checked, format_edits, format_range_edits};
use crush_hir::file::FileHir;
use crush_host::{Grants, Host};
use crush_syntax::{Text, TextRange, Tree};
use crush_tests::binary::crush_analyzer;
use crush_tests::{generate, soundness};
use crush_vm::{CancelToken, Quotas, Vm, verify};

fn tree(source: &str) -> Tree {
    Tree::parse(Text::from(source))
}

/// Every program of the repository by where it is: files, and what stands in pages.
fn programs() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in the repository");
    let mut programs = BTreeMap::new();
    for folder in ["docs", "editors", "examples", "grammar", "tests"] {
        collect(root, &root.join(folder), &mut programs);
    }
    programs
}

fn collect(root: &Path, folder: &Path, programs: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path: PathBuf = entry.expect("it can be listed").path();
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        if path.is_dir() {
            if !path.ends_with("node_modules") {
                collect(root, &path, programs);
            }
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        // Some of the corpus is no text.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        match extension {
            Some("crush") => {
                programs.insert(name, text);
            }
            Some("md") => {
                for (index, block) in text.split("```crush\n").skip(1).enumerate() {
                    let program = block.split("```").next().unwrap_or_default();
                    // Marks of a selection are not part of the program.
                    programs.insert(format!("{name}#{index}"), program.replace("$0", ""));
                }
            }
            _ => {}
        }
    }
}

/// What a tree says, without places, `;`, commas and what is white space: a line a node.
fn shape(tree: &Tree) -> String {
    let mut shape = String::new();
    let mut cursor = tree.root().walk();
    let mut depth = 0;
    loop {
        let node = cursor.node();
        let skipped = matches!(node.kind(), "comment" | "\n" | ";" | ",");
        let is_text = node.child_count() == 0 || node.kind() == "string";
        if !skipped {
            let text = if is_text { tree.text_of(node) } else { "".into() };
            let missing = if node.is_missing() { "missing " } else { "" };
            writeln!(shape, "{}{missing}{} {text:?}", " ".repeat(depth), node.kind())
                .expect("a string takes everything");
        }
        if !skipped && !is_text && cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return shape;
            }
            depth -= 1;
        }
    }
}

fn comments(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = tree.root().walk();
    loop {
        let node = cursor.node();
        if node.kind() == "comment" {
            found.push(tree.text_of(node).trim_end().to_owned());
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

/// What is wrong with the formatted text of a program, as far as reading it tells.
fn fault_of_formatting(source: &str) -> Option<String> {
    let before = tree(source);
    let formatted = format(&before);
    let after = tree(&formatted);
    let (was, is) = (shape(&before), shape(&after));
    if was != is {
        let line = was.lines().zip(is.lines()).position(|(was, is)| was != is).unwrap_or_default();
        let [was, is] = [&was, &is].map(|shape| shape.lines().skip(line).take(3).collect::<Vec<_>>().join("\n"));
        return Some(format!("the tree changed from\n{was}\nto\n{is}\nin\n{formatted}"));
    }
    if comments(&before) != comments(&after) {
        return Some(format!("comments changed: {:?} to {:?}", comments(&before), comments(&after)));
    }
    let mut edited = source.to_owned();
    for edit in format_edits(&before).iter().rev() {
        edited.replace_range(edit.range.start..edit.range.end, &edit.new_text);
    }
    if edited != formatted {
        return Some(format!("the edits make\n{edited}\nbut not\n{formatted}"));
    }
    let again = format(&after);
    if again != formatted {
        let line = again.lines().zip(formatted.lines()).position(|(again, first)| again != first).unwrap_or_default();
        let from = line.saturating_sub(3);
        let [first, again] =
            [&formatted, &again].map(|text| text.lines().skip(from).take(8).collect::<Vec<_>>().join("\n"));
        return Some(format!("a second pass makes\n{again}\nof\n{first}"));
    }
    None
}

/// What a program prints and how it ends; nothing if it does not compile.
fn run(source: &str) -> Option<String> {
    let tree = tree(source);
    let program = compile(&FileHir::new(&tree), &tree, Options::default()).ok()?;
    let program = verify(program).expect("the compiler makes valid programs");
    let grants = Grants::none();
    let mut output = Vec::new();
    let host = Host::new(&grants, &mut output);
    let quotas = Quotas { instructions: 300_000, ..Quotas::default() };
    let fault = Vm::new(&program, &host, quotas, CancelToken::new()).and_then(|mut vm| vm.run()).err();
    let mut output = String::from_utf8_lossy(&output).into_owned();
    if let Some(fault) = fault {
        write!(output, "({})", fault.kind.code()).expect("a string takes everything");
    }
    Some(output)
}

fn check(faults: Vec<(String, String)>, of: usize) {
    let mut report = String::new();
    for (name, fault) in faults.iter().take(20) {
        writeln!(report, "== {name}\n{fault}\n").expect("a string takes everything");
    }
    assert!(faults.is_empty(), "{} of {of} programs:\n{report}", faults.len());
}

#[test]
fn every_program_of_the_repository_keeps_its_tree_and_its_comments() {
    let programs = programs();
    assert!(programs.len() > 1500, "only {} programs were found", programs.len());
    let faults = programs.iter().filter_map(|(name, source)| Some((name.clone(), fault_of_formatting(source)?)));
    check(faults.collect(), programs.len());
}

#[test]
fn every_program_of_the_repository_does_what_it_did() {
    let mut ran = 0;
    let mut faults = Vec::new();
    for (name, source) in programs() {
        let formatted = format(&tree(&source));
        let (was, is) = (run(&source), run(&formatted));
        ran += usize::from(was.is_some());
        if was != is {
            faults.push((name, format!("{was:?}\n{is:?}\n{formatted}")));
        }
    }
    check(faults, ran);
    assert!(ran > 1000, "only {ran} programs ran");
}

#[test]
fn generated_programs_keep_their_trees_and_do_what_they_did() {
    let mut faults = Vec::new();
    for seed in 0..150 {
        let mut random = fastrand::Rng::with_seed(seed);
        let wide = generate::program(&mut generate::Tape::random(&mut random, 400));
        let sound = soundness::program(seed).texts();
        for source in sound.into_iter().chain([wide]) {
            if let Some(fault) = fault_of_formatting(&source) {
                faults.push((format!("seed {seed}"), fault));
            } else if run(&source) != run(&format(&tree(&source))) {
                faults.push((format!("seed {seed}"), format!("runs differently:\n{source}")));
            }
        }
    }
    check(faults, 300);
}

/// `tests/formatting/NAME.before.crush` becomes `NAME.after.crush`. `CRUSH_BLESS=1` writes what came out, for a person to look
/// at.
#[test]
fn every_golden_program_is_printed_as_it_should() {
    let bless = std::env::var_os("CRUSH_BLESS").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("formatting");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        let name = path.to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".before.crush") else { continue };
        let formatted = format(&tree(&fs::read_to_string(&path).expect("it can be read")));
        let golden = format!("{stem}.after.crush");
        if bless {
            fs::write(&golden, &formatted).expect("it can be written");
        }
        assert_eq!(formatted, fs::read_to_string(&golden).unwrap_or_default(), "{golden}");
        count += 1;
    }
    assert!(count >= 8, "only {count} were found");
}

#[test]
fn line_ends_and_the_byte_order_mark_stay_and_the_last_line_ends() {
    let format = |source: &str| format(&tree(source));
    assert_eq!(format("let  a=1"), "let a = 1\n");
    assert_eq!(format("let  a=1\r\nlet b=2"), "let a = 1\r\nlet b = 2\r\n");
    assert_eq!(format("\u{feff}let  a=1\n"), "\u{feff}let a = 1\n");
    assert_eq!(format("let s = \"\"\"\r\na\n\"\"\"\r\n"), "let s = \"\"\"\r\na\n\"\"\"\r\n");
    assert_eq!(format(""), "");
    assert_eq!(format("\n\n  \n"), "");
    assert_eq!(format("\n\n// only\n\n"), "// only\n");
}

#[test]
fn a_program_nested_as_deep_as_it_can_be_is_formatted() {
    let deep = |open: &str, close: &str| format!("let x = {}1{}\n", open.repeat(5_000), close.repeat(5_000));
    for source in [deep("(", ")"), deep("[", "]"), deep("f(", ")"), deep("-", ""), deep("1 + ", ""), deep("|x| ", "")] {
        let formatted = format(&tree(&source));
        assert_eq!(format(&tree(&formatted)), formatted);
    }
}

/// Random cuts and doublings leave broken programs behind: whatever they are, comments stay, and so does every word.
#[test]
fn broken_programs_keep_their_words() {
    let programs: Vec<String> = programs().into_values().filter(|source| source.len() < 2_000).collect();
    let mut random = fastrand::Rng::with_seed(7);
    let words = |text: &str| text.replace(|c: char| c.is_whitespace() || c == ',' || c == ';', "");
    let mut faults = Vec::new();
    for round in 0..600 {
        let source = &programs[random.usize(..programs.len())];
        let mut broken: Vec<char> = source.chars().collect();
        for _ in 0..random.usize(1..4) {
            if broken.is_empty() {
                break;
            }
            let start = random.usize(..broken.len());
            let end = (start + random.usize(1..6)).min(broken.len());
            let piece: Vec<char> = broken.drain(start..end).collect();
            let place = random.usize(..=broken.len());
            if random.bool() {
                broken.splice(place..place, piece);
            }
        }
        let broken: String = broken.into_iter().collect();
        let Ok(formatted) = format_checked(&tree(&broken)) else { continue };
        if words(&broken) != words(&formatted) {
            faults.push((format!("round {round}"), format!("{broken}\n-- becomes\n{formatted}")));
        } else if let Ok(again) = format_checked(&tree(&formatted))
            && again != formatted
        {
            faults.push((format!("round {round}"), format!("{formatted}\n-- becomes\n{again}\n-- at first\n{broken}")));
        }
    }
    check(faults, 600);
}

#[test]
fn a_formatted_part_says_what_it_said() {
    let mut random = fastrand::Rng::with_seed(3);
    let mut faults = Vec::new();
    let programs = programs();
    for (name, source) in programs.iter().filter(|(_, source)| !source.is_empty()).step_by(4) {
        let before = tree(source);
        let (a, b) = (random.usize(..source.len()), random.usize(..source.len()));
        let mut edited = source.clone();
        for edit in format_range_edits(&before, TextRange::new(a.min(b), a.max(b))).iter().rev() {
            edited.replace_range(edit.range.start..edit.range.end, &edit.new_text);
        }
        if shape(&before) != shape(&tree(&edited)) {
            faults.push((name.clone(), edited));
        }
    }
    check(faults, programs.len() / 4);
}

#[test]
fn the_command_writes_what_changes_and_says_how_it_went() {
    let folder = tempfile::tempdir().expect("there is room");
    let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).expect("it can be written");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it can be read");
    let fmt = |arguments: &[&str]| {
        let mut command = std::process::Command::new(crush_analyzer());
        let output = command.arg("fmt").args(arguments).current_dir(folder.path()).output().expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    fs::create_dir(folder.path().join("sub")).expect("it can be made");
    write(".gitignore", b"ignored.crush\n");
    for name in ["a.crush", "sub/b.crush", "ignored.crush", "other.txt"] {
        write(name, b"let  a=1\n");
    }
    let (status, diff) = fmt(&["--check"]);
    assert_eq!(status, Some(1));
    assert!(diff.starts_with("--- a.crush\n") && diff.contains("-let  a=1\n+let a = 1\n"), "{diff}");
    assert!(diff.contains("--- sub/b.crush\n") && !diff.contains("ignored"), "{diff}");
    assert_eq!(read("a.crush"), "let  a=1\n");

    assert_eq!(fmt(&[]), (Some(0), String::new()));
    let texts = ["a.crush", "sub/b.crush", "ignored.crush", "other.txt"].map(read);
    assert_eq!(texts, ["let a = 1\n", "let a = 1\n", "let  a=1\n", "let  a=1\n"]);
    assert_eq!(fmt(&["--check"]), (Some(0), String::new()));

    // What is named is formatted, ignored or not; what does not parse stays.
    write("broken.crush", b"let  b = = 1\nlet  c=1\n");
    assert_eq!(fmt(&["ignored.crush", "broken.crush"]), (Some(1), String::new()));
    assert_eq!(read("ignored.crush"), "let a = 1\n");
    assert_eq!(read("broken.crush"), "let  b = = 1\nlet c = 1\n");

    write("not_text.crush", b"\xff");
    assert_eq!(fmt(&["nowhere.crush"]).0, Some(2));
    assert_eq!(fmt(&["not_text.crush", "a.crush"]).0, Some(2));
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions_and_a_link_stays_one() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().expect("there is room");
    let (file, link) = (folder.path().join("a.crush"), folder.path().join("link.crush"));
    fs::write(&file, "#!/usr/bin/env crush-analyzer run\nprint( 1 )\n").expect("it can be written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o751)).expect("they can be set");
    symlink(&file, &link).expect("it can be linked");
    let status = std::process::Command::new(crush_analyzer()).arg("fmt").arg(&link).status().expect("it starts");
    assert!(status.success());
    assert!(fs::read_to_string(&file).expect("it can be read").ends_with("\nprint(1)\n"));
    assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o751);
    assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
    assert_eq!(fs::read_dir(folder.path()).expect("it can be read").count(), 2);
}
