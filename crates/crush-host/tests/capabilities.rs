//! Capabilities as programs call them.

use std::path::Path;

use crush_host::{Grants, Host};
use crush_library::Grant;
use crush_vm::{CancelToken, CapabilityProblem, Fault, FaultKind, Quotas, Vm, assemble, verify};

fn run_under(body: &str, grants: &Grants, quotas: Quotas, pure: bool) -> (String, Result<(), Box<Fault>>) {
    let text = format!(".function @main (8 registers)\n{body}\nreturn_null");
    let program = verify(assemble(&text).expect("CASM")).expect("well-formed");
    let mut output = Vec::new();
    let host = if pure { Host::pure(grants, &mut output) } else { Host::new(grants, &mut output) };
    let mut vm = Vm::new(&program, &host, quotas, CancelToken::new()).expect("small");
    let result = vm.run().map(|_| ());
    assert_eq!(vm.arena().live_borrows().count(), 0);
    drop(vm);
    (String::from_utf8(output).expect("text"), result)
}

fn run(body: &str, grants: &Grants) -> (String, Result<(), Box<Fault>>) {
    run_under(body, grants, Quotas::default(), false)
}

fn read(path: &str, grants: &Grants) -> Result<String, String> {
    let path = path.replace('\\', "\\\\");
    let (output, result) =
        run(&format!("load_const r0, \"{path}\"\ncall_capability r0, fs.read, r0, 1\nprint r0"), grants);
    result.map(|()| output).map_err(|fault| fault.message)
}

fn granted(dir: &Path) -> Grants {
    let mut grants = Grants::none();
    grants.allow_files(dir).expect("there");
    grants
}

#[test]
fn io_print_joins_its_arguments_and_ends_the_line() {
    let body =
        "load_const r0, \"a\"\nload_int r1, 1\nnew_array r2, r0, 2\ncall_capability r3, io.print, r0, 3\nprint r3";
    assert_eq!(run(body, &Grants::none()).0, "a1[a, 1]\nnull\n");
    assert_eq!(run("call_capability r3, io.print, r0, 0", &Grants::none()).0, "\n");
}

#[test]
fn io_print_counts_as_output() {
    let body = "load_const r0, \"four\"\nL0:\ncall_capability r1, io.print, r0, 1\njump L0";
    let (output, result) = run_under(body, &Grants::none(), Quotas { output: 12, ..Quotas::default() }, true);
    assert_eq!(output, "four\nfour\n");
    assert_eq!(result.unwrap_err().message, "the quota of output is used up: 12 allowed");
}

#[test]
fn files_are_not_there_unless_granted() {
    let body = "load_const r0, \"a.txt\"\ncall_capability r0, fs.read, r0, 1";
    let fault = run(body, &Grants::none()).1.unwrap_err();
    assert_eq!(fault.message, "`fs.read` is not granted: allow it with `fs=DIR`");
    let denied = CapabilityProblem::Denied { grant: Grant::Fs };
    assert_eq!(fault.kind, FaultKind::Capability { name: "fs.read".into(), problem: denied.clone() });
    // Background evaluation does not read files even where the user granted it for runs.
    let dir = tempfile::tempdir().expect("a directory");
    let fault = run_under(body, &granted(dir.path()), Quotas::default(), true).1.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Capability { name: "fs.read".into(), problem: denied });
}

#[test]
fn files_are_read_inside_the_granted_directory_only() {
    let outer = tempfile::tempdir().expect("a directory");
    let dir = outer.path().join("granted");
    std::fs::create_dir_all(dir.join("sub")).expect("room");
    std::fs::write(outer.path().join("secret.txt"), "secret").expect("room");
    std::fs::write(dir.join("a.txt"), "héllo").expect("room");
    std::fs::write(dir.join("sub/b.txt"), "b").expect("room");
    std::fs::write(dir.join("bytes"), [0xff, 0xfe]).expect("room");
    let grants = granted(&dir);
    let read = |path: &str| read(path, &grants);

    assert_eq!(read("a.txt").as_deref(), Ok("héllo\n"));
    assert_eq!(read("sub/../sub/b.txt").as_deref(), Ok("b\n"));
    let full = dir.canonicalize().expect("there").join("a.txt");
    assert_eq!(read(&full.display().to_string()).as_deref(), Ok("héllo\n"));

    let refused = |path: &str, cause: &str| {
        assert_eq!(read(path), Err(format!("fs.read: `{path}`: {cause}")), "{path}");
    };
    refused("nope.txt", "there is no such file");
    refused("sub", "it is a directory");
    refused("bytes", "it is not UTF-8 text");
    refused("../secret.txt", "it lies outside the granted directory");
    refused(
        &outer.path().canonicalize().expect("there").join("secret.txt").display().to_string(),
        "it lies outside the granted directory",
    );
    assert!(read("a\0.txt").is_err());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret.txt", dir.join("link")).expect("room");
        refused("link", "it lies outside the granted directory");
    }
}

#[test]
fn a_file_that_is_larger_than_the_memory_quota_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("large"), "x".repeat(100_000)).expect("room");
    let memory = crush_arena::Limits { bytes: 50_000, objects: 100 };
    let body = "load_const r0, \"large\"\ncall_capability r0, fs.read, r0, 1";
    let quotas = Quotas { memory, ..Quotas::default() };
    let fault = run_under(body, &granted(dir.path()), quotas, false).1.unwrap_err();
    assert_eq!(fault.message, "fs.read: `large`: it is larger than the memory quota of 50000 bytes");
}

#[test]
fn arguments_are_checked_and_unknown_names_get_a_proposal() {
    let dir = tempfile::tempdir().expect("a directory");
    let grants = granted(dir.path());
    let message = |body: &str| run(body, &grants).1.unwrap_err().message;
    assert_eq!(message("call_capability r0, fs.read, r0, 1"), "fs.read: `null`: there is no such file");
    assert_eq!(message("call_capability r0, fs.read, r0, 2"), "`fs.read` takes 1 argument, but 2 were given");
    assert_eq!(
        message("call_capability r0, fs.raed, r0, 1"),
        "there is no capability `fs.raed`: did you mean `fs.read`?"
    );
}
