//! Whether two trees say the same.

use crate::syntax::{Kind, NodeId, Syntax};

/// Whether two trees differ only in places, comments, `,` and `;`.
pub(crate) fn say_the_same((one, text): (&Syntax, &str), (other, other_text): (&Syntax, &str)) -> bool {
    let mut pairs = vec![(Syntax::ROOT, Syntax::ROOT)];
    while let Some((a, b)) = pairs.pop() {
        if one.kind(a) != other.kind(b) || one.is_error(a) != other.is_error(b) || one.is_leaf(a) != other.is_leaf(b) {
            return false;
        }
        let (here, there) = (one.span(a), other.span(b));
        if one.is_leaf(a) && text[here.start..here.end] != other_text[there.start..there.end] {
            return false;
        }
        let (mut parts, mut other_parts) = (says(one, a), says(other, b));
        loop {
            match (parts.next(), other_parts.next()) {
                (Some(part), Some(other_part)) => pairs.push((part, other_part)),
                (None, None) => break,
                _ => return false,
            }
        }
    }
    true
}

fn says(syntax: &Syntax, id: NodeId) -> impl Iterator<Item = NodeId> {
    syntax.children(id).filter(|part| !matches!(syntax.kind(*part), Kind::Comma | Kind::Semicolon))
}
