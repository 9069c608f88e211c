//! `cargo xtask library`: writes the page of the library from its table.

use anyhow::Context as _;

/// Writes `docs/library.md`.
pub(crate) fn run() -> anyhow::Result<()> {
    let path = crate::root().join("docs/library.md");
    std::fs::write(&path, crush_library::page()).with_context(|| format!("cannot write {}", path.display()))
}
