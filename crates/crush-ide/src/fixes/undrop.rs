//! No `drop` at all.

use super::replacing;
use super::site::{Site, is_field};
use crate::diagnostics::Fix;

/// Takes a `drop(xs)` away: what nothing reaches is collected by itself.
pub(super) fn do_not_drop(site: &Site<'_>) -> Vec<Fix> {
    if !matches!(&*site.report.code, "use-after-drop" | "dropped-while-borrowed") {
        return Vec::new();
    }
    let drops = site.steps.iter().chain([&site.here]).filter_map(|node| {
        let function = node.child_by_field_name("function").filter(|_| node.kind() == "call_expression")?;
        let statement = node.parent().filter(|parent| parent.kind() == "expression_statement")?;
        let is_drop = site.text(function) == "drop" && !is_field(statement, "lambda_expression", "body");
        let title = format!("leave out `{}`: what nothing reaches is collected by itself", site.text(*node));
        is_drop.then(|| replacing(title, site.whole(statement), ""))
    });
    drops.collect()
}
