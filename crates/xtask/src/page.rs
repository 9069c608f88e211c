//! Pages with tables that commands write.

use std::path::Path;

use anyhow::Context as _;

/// Writes the table of `cargo xtask command` between its two marks of the page.
///
/// # Errors
///
/// When the page is not there or has no marks.
pub(crate) fn save(table: &str, command: &str, page: &Path) -> anyhow::Result<()> {
    let start = format!("<!-- cargo xtask {command} --save: start -->\n");
    let end = format!("<!-- cargo xtask {command} --save: end -->");
    let old = std::fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let (before, rest) = old.split_once(&start).context("the page has no mark where the table starts")?;
    let (_, after) = rest.split_once(&end).context("the page has no mark where the table ends")?;
    std::fs::write(page, format!("{before}{start}{table}{end}{after}"))?;
    Ok(())
}
