//! How the linker lays the released program out. What a short run holds in memory is nearly all pages of the program itself, and
//! with the functions of a run side by side these are fewer. The figures are in `docs/performance.md`.

use std::env;
use std::path::Path;
use std::process::Command;

/// The C library that takes packed relocations: they are 0.6 MB less to read at the start of a process.
const PACKED_SINCE: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is_released = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let is_gnu_linux = ["CARGO_CFG_TARGET_OS=linux", "CARGO_CFG_TARGET_ENV=gnu"].into_iter().all(|wanted| {
        let (name, value) = wanted.split_once('=').unwrap_or_default();
        env::var(name).is_ok_and(|given| given == value)
    });
    if !is_released || !is_gnu_linux {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("link/run.ld");
    println!("cargo::rerun-if-changed={}", script.display());
    println!("cargo::rustc-link-arg-bins=-Wl,-T,{}", script.display());
    // As with everything that the C library brings: what is built here runs where it is as new as here.
    let is_built_here = env::var("HOST").ok() == env::var("TARGET").ok();
    if is_built_here && c_library().is_some_and(|version| version >= PACKED_SINCE) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of the C library of this machine.
fn c_library() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    let minor = minor.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
