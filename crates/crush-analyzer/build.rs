//! How the program is linked.

use std::env;

/// The program is linked to a fixed address. At any other, 25,000 pointers in its tables have to be changed before it begins:
/// about a megabyte more for each process, half of it memory of its own. The system still chooses where the heap, the stacks
/// and the shared libraries lie.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
