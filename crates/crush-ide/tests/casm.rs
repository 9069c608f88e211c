//! CASM text stands for its program without loss, and no text is more than refused.
#![allow(clippy::disallowed_methods, reason = "the programs are files")]

use std::path::{Path, PathBuf};

use crush_ide::{FileAnalysis, Text, assembled, assembly};
use proptest::prelude::*;

/// Every program of the workspace's tests.
fn programs() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).expect("the tests are there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "crush") {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn every_program_is_the_same_after_a_round_trip() {
    let mut compiled = 0;
    for path in programs() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let Ok(program) = FileAnalysis::new(Text::from(text.as_str())).compile() else { continue };
        let written = assembly(&program);
        let again = assembled(&written).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
        assert_eq!(*again, *program, "{}", path.display());
        assert_eq!(assembly(&again), written, "{}", path.display());
        compiled += 1;
    }
    assert!(compiled > 500, "only {compiled} programs compile");
}

#[test]
fn what_does_not_verify_is_told_with_its_line() {
    let line = |text: &str| assembled(text).expect_err("it is refused").line;
    assert_eq!(line(".function @main (1 registers)\n  load_null r0\n\nload_int r7, 1\nreturn_null\n"), Some(4));
    assert_eq!(line("nonsense\n"), Some(1));
}

proptest! {
    #[test]
    fn any_text_is_refused_or_verified(text in "[ -~\\n]{0,200}") {
        let _ = assembled(&text);
    }

    #[test]
    fn any_change_of_a_program_is_refused_or_verified(at in any::<prop::sample::Index>(), with in "[ -~\\n]{0,4}", cut in 0_usize..4) {
        let text = "fn f(a) { for x in a { if x > 1 { return &a } } return [a, {k: 1}] }\ntry { f([1, 2]) } catch e { print(e) }\n";
        let program = FileAnalysis::new(Text::from(text)).compile().expect("it compiles");
        let mut written = assembly(&program);
        let start = at.index(written.len());
        let end = (start + cut).min(written.len());
        if written.is_char_boundary(start) && written.is_char_boundary(end) {
            written.replace_range(start..end, &with);
            let _ = assembled(&written);
        }
    }
}
