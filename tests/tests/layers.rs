//! The architecture's directions: which crate may know which.

use std::collections::BTreeMap;
use std::process::Command;

/// Each crate with the crates of the workspace that it may depend on.
const LAYERS: &[(&str, &[&str])] = &[
    ("tree-sitter-crush", &[]),
    ("crush-arena", &[]),
    ("crush-library", &[]),
    ("crush-vm", &["crush-arena", "crush-library"]),
    ("crush-host", &["crush-arena", "crush-library", "crush-vm"]),
    ("crush-syntax", &["tree-sitter-crush"]),
    ("crush-fmt", &["crush-syntax"]),
    ("crush-hir", &["crush-library", "crush-syntax"]),
    ("crush-compiler", &["crush-arena", "crush-hir", "crush-library", "crush-syntax", "crush-vm"]),
    // The analysis does not know the VM: that they agree is tested, not arranged.
    ("crush-borrowck", &["crush-hir", "crush-library", "crush-syntax"]),
    ("crush-eval", &["crush-arena", "crush-compiler", "crush-hir", "crush-host", "crush-syntax", "crush-vm"]),
    (
        "crush-ide",
        &[
            "crush-arena",
            "crush-borrowck",
            "crush-compiler",
            "crush-eval",
            "crush-fmt",
            "crush-hir",
            "crush-host",
            "crush-library",
            "crush-syntax",
            "crush-vm",
        ],
    ),
    ("crush-server", &["crush-ide"]),
    ("crush-dap", &["crush-ide"]),
    ("crush-analyzer", &["crush-dap", "crush-ide", "crush-library", "crush-server"]),
];

/// External crates that only some crates may use, with the crates that may.
const CONFINED: &[(&str, &[&str])] = &[
    ("tower-lsp-server", &["crush-server"]),
    ("tokio", &["crush-server"]),
    ("cap-std", &["crush-host"]),
    ("clap", &["crush-analyzer", "xtask"]),
    ("tree-sitter", &["crush-syntax", "tree-sitter-crush", "xtask", "crush-tests"]),
];

/// The normal dependencies of every crate of the workspace.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let name = |value: &serde_json::Value| value["name"].as_str().expect("packages have names").to_string();
    let packages = metadata["packages"].as_array().expect("there are packages");
    packages
        .iter()
        .map(|package| {
            let all = package["dependencies"].as_array().expect("packages list dependencies");
            let normal = all.iter().filter(|dependency| dependency["kind"].is_null());
            (name(package), normal.map(name).collect())
        })
        .collect()
}

#[test]
fn every_crate_knows_only_what_it_may() {
    let dependencies = dependencies();
    for (package, allowed) in LAYERS {
        let inner = dependencies[*package].iter().filter(|name| dependencies.contains_key(*name));
        for dependency in inner {
            assert!(allowed.contains(&dependency.as_str()), "`{package}` may not depend on `{dependency}`");
        }
    }
}

#[test]
fn every_crate_has_its_place() {
    let outside = ["xtask", "crush-tests"];
    for package in dependencies().keys().filter(|package| !outside.contains(&package.as_str())) {
        assert!(LAYERS.iter().any(|(name, _)| name == package), "`{package}` has no place in the layers");
    }
}

#[test]
fn some_libraries_stay_in_their_rooms() {
    for (package, dependencies) in dependencies() {
        for (library, allowed) in CONFINED {
            let uses = dependencies.iter().any(|dependency| dependency == library);
            assert!(!uses || allowed.contains(&package.as_str()), "`{package}` may not use `{library}`");
        }
    }
}
