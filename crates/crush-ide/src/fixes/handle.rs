//! The handle in place of the object, or the object in place of the handle.

use crush_syntax::{Node, TextEdit, TextRange};

use super::replacing;
use super::site::{Site, descendants, is_variable, range_of};
use crate::diagnostics::Fix;

/// `print(xs)` becomes `print(m)` while `m` borrows `xs` exclusively: through the handle everything is allowed.
pub(super) fn use_the_handle(site: &Site<'_>) -> Vec<Fix> {
    let exclusive = site.named_borrows().filter(|named| named.borrow.child_by_field_name("mutable").is_some());
    let used = exclusive.filter_map(|named| {
        let object = site.text(named.borrow.child_by_field_name("operand")?);
        let handle = named.variable;
        let title = format!("use the handle `{handle}`");
        if site.here.kind() == "borrow_expression" && site.here.child_by_field_name("mutable").is_some() {
            // A second exclusive borrow is what the first handle is already.
            let same = site.text(site.here.child_by_field_name("operand")?) == object;
            return same.then(|| replacing(title, range_of(site.here), handle));
        }
        let names = descendants(site.here).into_iter().filter(|node| is_variable(*node) && site.text(*node) == object);
        let edits: Vec<_> = names.map(|name| TextEdit { range: range_of(name), new_text: handle.clone() }).collect();
        (!edits.is_empty()).then_some(Fix { title, edits, is_safe: false })
    });
    used.collect()
}

/// `let r = &xs` becomes `let r = &mut xs`, when something is written through `r`.
pub(super) fn borrow_exclusively(site: &Site<'_>) -> Vec<Fix> {
    if site.report.code != "written-through-shared" {
        return Vec::new();
    }
    let shared = site.borrows().filter(|borrow| borrow.child_by_field_name("mutable").is_none());
    let widened = shared.map(|borrow| {
        let title = format!("borrow exclusively: `&mut {}`", operand_text(site, borrow));
        replacing(title, TextRange::empty(borrow.start_byte() + 1), "mut ")
    });
    widened.collect()
}

/// `let r = &xs` becomes `let r = xs`, where the handle lives longer than the borrow, or goes where no handle can.
pub(super) fn take_the_value(site: &Site<'_>) -> Vec<Fix> {
    let is_temporary = |borrow: &Node<'_>| site.named_borrows().all(|named| named.borrow.id() != borrow.id());
    let outlives =
        matches!(&*site.report.code, "borrow-outlives-scope" | "handle-sent-to-task" | "written-through-shared");
    let borrows = site.borrows().filter(|borrow| outlives || is_temporary(borrow));
    let taken = borrows.filter_map(|borrow| {
        let operand = borrow.child_by_field_name("operand")?;
        let title = format!("take `{}` itself instead of a handle", operand_text(site, borrow));
        Some(replacing(title, TextRange::new(borrow.start_byte(), operand.start_byte()), ""))
    });
    taken.collect()
}

fn operand_text(site: &Site<'_>, borrow: Node<'_>) -> String {
    borrow.child_by_field_name("operand").map_or_else(String::new, |operand| site.text(operand))
}
