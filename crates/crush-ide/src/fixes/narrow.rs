//! A borrow that lives no longer than it is used.

use crush_syntax::{Node, TextEdit, TextRange};

use super::replacing;
use super::site::{Named, Site, ancestors, descendants, is_variable, statement_in};
use crate::diagnostics::Fix;

/// The borrow is taken after the change, when its handle is only used there.
pub(super) fn borrow_later(site: &Site<'_>) -> Vec<Fix> {
    let later = site.named_borrows().filter_map(|named| {
        let change = change_after(site, &named)?;
        let (mut uses, is_let) = (uses(site, &named)?.into_iter(), named.statement.kind() == "let_statement");
        let is_later = uses.len() > 0 && uses.all(|used| used.start_byte() >= change.end_byte());
        let (_, indent) = site.line_start(named.statement).filter(|_| is_later && is_let)?;
        let end = site.end_of(named.statement);
        let moved = format!("\n{indent}{}", site.tree.text().slice(TextRange::new(named.statement.start_byte(), end)));
        let edits = vec![
            TextEdit { range: site.whole(named.statement), new_text: String::new() },
            TextEdit { range: TextRange::empty(site.end_of(change)), new_text: moved },
        ];
        Some(Fix { title: format!("take the borrow `{}` after this", named.variable), edits, is_safe: false })
    });
    later.collect()
}

/// `drop(r)` before the change, when its handle is not used any more: that ends the borrow and keeps the object (B4).
pub(super) fn end_the_borrow(site: &Site<'_>) -> Vec<Fix> {
    let ended = site.named_borrows().filter_map(|named| {
        let change = change_after(site, &named)?;
        let is_over = uses(site, &named)?.into_iter().all(|used| used.end_byte() <= change.start_byte());
        let variable = is_over.then_some(named.variable)?;
        let separator = site.line_start(change).map_or("; ".to_owned(), |(_, indent)| format!("\n{indent}"));
        let title = format!("end the borrow first: `drop({variable})`");
        let new_text = format!("drop({variable}){separator}");
        // Nothing is done with the handle any more, nor with a copy of it: that would be reported.
        Some(replacing(title, TextRange::empty(change.start_byte()), new_text).safely())
    });
    ended.collect()
}

/// `drop(r)` before the change and `r = &xs` behind it, when its handle is used before and after.
pub(super) fn interrupt_the_borrow(site: &Site<'_>) -> Vec<Fix> {
    let interrupted = site.named_borrows().filter_map(|named| {
        let outer = change_after(site, &named)?;
        let uses = uses(site, &named)?;
        let is_before = |used: &Node<'_>| used.start_byte() < outer.end_byte();
        let is_after = |used: &Node<'_>| used.end_byte() > outer.start_byte();
        // When it is used on one side alone there are simpler ways.
        if !uses.iter().any(is_before) || !uses.iter().any(is_after) {
            return None;
        }
        let change = ancestors(site.here)
            .find(|node| node.parent().is_some_and(|parent| matches!(parent.kind(), "block" | "source_file")))?;
        let (_, indent) = site.line_start(change)?;
        let (variable, borrow) = (named.variable, site.text(named.borrow));
        let before =
            TextEdit { range: TextRange::empty(change.start_byte()), new_text: format!("drop({variable})\n{indent}") };
        let after = format!("\n{indent}{variable} = {borrow}");
        let after = TextEdit { range: TextRange::empty(site.end_of(change)), new_text: after };
        Some(Fix {
            title: format!("end the borrow `{variable}` for this, and take it again"),
            edits: vec![before, after],
            is_safe: false,
        })
    });
    interrupted.collect()
}

/// The statement with the change, in the block in which the borrow is taken, after that.
fn change_after<'a>(site: &Site<'a>, named: &Named<'a>) -> Option<Node<'a>> {
    let change = statement_in(named.statement.parent()?, site.here)?;
    (change.start_byte() >= named.statement.end_byte()).then_some(change)
}

/// Where the variable is used behind its statement; none when it is declared anew there.
fn uses<'a>(site: &Site<'a>, named: &Named<'a>) -> Option<Vec<Node<'a>>> {
    let block = named.statement.parent()?;
    let behind = descendants(block).into_iter().filter(|node| node.start_byte() >= named.statement.end_byte());
    let named_so: Vec<_> = behind.filter(|node| is_variable(*node) && site.text(*node) == named.variable).collect();
    let is_declared_anew = |node: &Node<'_>| {
        node.parent().is_some_and(|parent| {
            parent.kind() == "let_statement"
                && parent.child_by_field_name("name").is_some_and(|name| name.id() == node.id())
        })
    };
    (!named_so.iter().any(is_declared_anew)).then_some(named_so)
}
