//! Files as programs see them: inside the granted directory, and nowhere else.

mod support;

use std::path::Path;

use crush_host::Grants;
use support::{error, output};

/// A directory with some files, and the grant for it.
fn granted() -> (tempfile::TempDir, Grants) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path();
    std::fs::write(path.join("a.txt"), "one two\nthree\n\nfour").unwrap();
    std::fs::create_dir_all(path.join("d/e")).unwrap();
    std::fs::write(path.join("d/c.csv"), "x,y\n1,2\n").unwrap();
    let mut grants = Grants::none();
    grants.allow_files(path).expect("there");
    (dir, grants)
}

#[cfg(unix)]
fn link(dir: &Path, name: &str, target: &str) {
    std::os::unix::fs::symlink(target, dir.join(name)).unwrap();
}

#[test]
fn files_are_written_read_and_added_to() {
    let (dir, grants) = granted();
    assert_eq!(output(&grants, "fs.write", &["'w'", "[1, 'k', true]"]), "null");
    assert_eq!(output(&grants, "fs.append", &["'w'", "7"]), "null");
    assert_eq!(output(&grants, "fs.read", &["'w'"]), "[1, k, true]7");
    let full = format!("'{}'", dir.path().join("w").display());
    assert_eq!(output(&grants, "fs.cat", &[&full]), "[1, k, true]7", "by its full path");
    assert_eq!(output(&grants, "fs.write", &["'w'", "'x'"]), "null");
    assert_eq!(output(&grants, "fs.read", &["'w'"]), "x", "what was there is gone");
}

#[test]
fn files_are_looked_for() {
    let (_dir, grants) = granted();
    assert_eq!(output(&grants, "fs.exists", &["'a.txt'"]), "1");
    assert_eq!(output(&grants, "fs.exists", &["'b.txt'"]), "0");
    assert_eq!(output(&grants, "fs.is_dir", &["'d'"]), "1");
    assert_eq!(output(&grants, "fs.is_file", &["'d'"]), "0");
    assert_eq!(output(&grants, "fs.list", &["'.'"]), "[a.txt, d]");
    assert_eq!(output(&grants, "fs.ls", &[]), "[a.txt, d]");
    assert_eq!(output(&grants, "fs.find", &["'.'"]), "[a.txt, d, d/c.csv, d/e]");
    assert_eq!(output(&grants, "fs.find", &["'d'", "'*.c?v'"]), "[d/c.csv]");
    assert_eq!(output(&grants, "fs.find", &["'.'", "'*'", "'dir'"]), "[d, d/e]");
    assert!(output(&grants, "fs.stat", &["'a.txt'"]).starts_with("{type: file, size: 19, modified: "));
}

#[test]
fn directories_are_made_moved_copied_and_removed() {
    let (dir, grants) = granted();
    let there = |path: &str| dir.path().join(path).exists();
    assert_eq!(output(&grants, "fs.mkdir", &["'n/a/b'", "true"]), "null");
    assert_eq!(output(&grants, "fs.cp", &["'d'", "'n/d'", "true"]), "null");
    assert!(there("n/a/b") && there("n/d/c.csv") && there("n/d/e"));
    assert_eq!(output(&grants, "fs.mv", &["'n'", "'m'"]), "null");
    assert_eq!(output(&grants, "fs.touch", &["'m/t'"]), "null");
    assert!(there("m/t") && !there("n"));
    assert!(error(&grants, "fs.rm", &["'m'"]).contains("it is a directory; `fs.rm(path, true)`"));
    assert_eq!(output(&grants, "fs.rm", &["'m'", "true"]), "null");
    assert!(!there("m"));
    assert!(error(&grants, "fs.cp", &["'d'", "'d/x'", "true"]).contains("cannot be copied into itself"));
    assert!(error(&grants, "fs.cp", &["'a.txt'", "'./a.txt'"]).contains("the same file"));
    assert!(error(&grants, "fs.rm", &["'.'", "true"]).contains("the working directory is in it"));
    assert_eq!(error(&grants, "fs.mkdir", &["'d'"]), "fs.mkdir: `d`: it is already there");
}

#[test]
fn nothing_outside_is_reached() {
    let (dir, grants) = granted();
    let outside = "it lies outside the granted directory";
    for path in ["'/etc/passwd'", "'../x'", "'d/../../x'"] {
        assert!(error(&grants, "fs.read", &[path]).contains(outside), "{path}");
        assert!(error(&grants, "fs.write", &[path, "1"]).contains(outside), "{path}");
        assert!(error(&grants, "fs.exists", &[path]).contains(outside), "{path}");
    }
    #[cfg(unix)]
    {
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join("secret"), "s").unwrap();
        link(dir.path(), "out", &other.path().display().to_string());
        link(dir.path(), "new", &other.path().join("made").display().to_string());
        link(dir.path(), "in", "a.txt");
        assert!(error(&grants, "fs.read", &["'out/secret'"]).contains(outside));
        assert!(error(&grants, "fs.write", &["'new'", "1"]).contains(outside));
        assert!(error(&grants, "fs.cp", &["'a.txt'", "'out/x'"]).contains(outside));
        assert!(error(&grants, "fs.mv", &["'a.txt'", "'out/x'"]).contains(outside));
        assert!(error(&grants, "fs.cd", &["'out'"]).contains(outside));
        assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 1);
        assert_eq!(
            output(&grants, "text.wc", &["'in'"]),
            "{lines: 4, words: 4, chars: 19}",
            "a link inside is followed"
        );
        assert_eq!(output(&grants, "fs.rm", &["'out'"]), "null", "the link, not what it names");
        assert!(other.path().join("secret").exists());
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    let (dir, grants) = granted();
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("pipe")).status().unwrap();
    assert!(made.success());
    assert_eq!(error(&grants, "fs.read", &["'pipe'"]), "fs.read: `pipe`: it is not a file");
    assert!(error(&grants, "fs.write", &["'pipe'", "1"]).starts_with("fs.write: `pipe`: "));
    assert!(error(&grants, "fs.cp", &["'pipe'", "'x'"]).contains("not a file"));
    assert!(output(&grants, "fs.stat", &["'pipe'"]).starts_with("{type: other, size: 0"));
    assert_eq!(error(&grants, "fs.read", &["'d'"]), "fs.read: `d`: it is a directory");
    std::fs::write(dir.path().join("bin"), [0xff, 0xfe]).unwrap();
    assert_eq!(error(&grants, "fs.read", &["'bin'"]), "fs.read: `bin`: it is not UTF-8 text");
}

#[test]
fn lines_of_files() {
    let (_dir, grants) = granted();
    assert_eq!(output(&grants, "text.head", &["'a.txt'", "2"]), "[one two, three]");
    assert_eq!(output(&grants, "text.tail", &["'a.txt'", "2"]), "[, four]");
    assert_eq!(output(&grants, "text.cut", &["'d/c.csv'", "','", "2"]), "[y, 2]");
    assert_eq!(output(&grants, "text.grep", &["'^t'", "'a.txt'"]), "[{file: a.txt, line: 2, content: three}]");
    assert_eq!(
        output(&grants, "text.grep", &["'X'", "'.'", "true", "true"]),
        "[{file: d/c.csv, line: 1, content: x,y}]"
    );
    assert!(
        error(&grants, "text.grep", &["'x'", "'.'"]).contains("it is a directory; `text.grep(pattern, path, true)`")
    );
    assert!(error(&grants, "text.grep", &["'('", "'a.txt'"]).contains("the pattern `(`"));
}
