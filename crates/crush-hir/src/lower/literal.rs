//! The values of literals.

use crush_syntax::Node;
use smol_str::SmolStr;

use super::Lowering;

/// The value of an integer literal; `None` when it does not fit.
pub(super) fn integer(text: &str) -> Option<i64> {
    let radix = |digits: &str, radix| i64::from_str_radix(digits, radix).ok();
    match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => radix(&text[2..], 16),
        [b'0', b'b' | b'B', ..] => radix(&text[2..], 2),
        _ => text.parse().ok(),
    }
}

impl Lowering<'_> {
    /// The value of a string literal, escapes resolved.
    pub(super) fn string(&self, node: Node<'_>) -> SmolStr {
        let mut value = String::new();
        let mut cursor = node.walk();
        for part in node.named_children(&mut cursor) {
            let text = self.text_of(part);
            match part.kind() {
                "string_content" => value.push_str(text),
                "escape_sequence" => value.push_str(escaped(text)),
                _ => {}
            }
        }
        value.into()
    }
}

/// What an escape stands for; an unknown one stands for the character after the backslash.
fn escaped(escape: &str) -> &str {
    match escape {
        "\\n" => "\n",
        "\\t" => "\t",
        "\\r" => "\r",
        other => other.strip_prefix('\\').unwrap_or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::integer;

    #[test]
    fn integers_of_every_base_and_what_does_not_fit() {
        assert_eq!(integer("42"), Some(42));
        assert_eq!(integer("0xfF"), Some(255));
        assert_eq!(integer("0b101"), Some(5));
        assert_eq!(integer("9223372036854775807"), Some(i64::MAX));
        assert_eq!(integer("9223372036854775808"), None);
        assert_eq!(integer("0xffffffffffffffff"), None);
    }
}
