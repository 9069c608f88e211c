//! Document identity: one document may be spelled in several ways (`c%3A` and `C:`), and is still one.

use std::fmt::Write as _;

use tower_lsp::ls_types::Uri;

/// What a document is known by, however a client spells its URI.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DocumentKey(String);

impl From<&Uri> for DocumentKey {
    fn from(uri: &Uri) -> Self {
        let mut key = normalise_escapes(uri.as_str());
        lowercase_drive(&mut key);
        Self(key)
    }
}

/// Decodes every escape that stands for a character needing none, and writes the others in one way.
fn normalise_escapes(uri: &str) -> String {
    let bytes = uri.as_bytes();
    let mut out = String::with_capacity(uri.len());
    let mut plain_from = 0;
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%').then(|| uri.get(at + 1..at + 3)).flatten();
        let Some(value) = escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) else {
            at += 1;
            continue;
        };
        out.push_str(&uri[plain_from..at]);
        if value.is_ascii_alphanumeric() || b":-._~!$'()*,;=@".contains(&value) {
            out.push(char::from(value));
        } else {
            let _ = write!(out, "%{value:02X}");
        }
        at += 3;
        plain_from = at;
    }
    out.push_str(&uri[plain_from..]);
    out
}

/// `file:///C:/…` and `file:///c:/…` are one file.
fn lowercase_drive(key: &mut String) {
    let Some(rest) = key.strip_prefix("file:///") else { return };
    let mut chars = rest.chars();
    if let (Some(drive), Some(':')) = (chars.next(), chars.next())
        && drive.is_ascii_uppercase()
    {
        let at = "file:///".len();
        key.replace_range(at..=at, &drive.to_ascii_lowercase().to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(uri: &str) -> DocumentKey {
        DocumentKey::from(&uri.parse::<Uri>().unwrap())
    }

    #[test]
    fn spellings_of_one_document_are_one_key() {
        assert_eq!(key("file:///c%3A/a%20b.crush"), key("file:///C:/a%20b.crush"));
        assert_eq!(key("file:///tmp/%c3%a9.crush"), key("file:///tmp/%C3%A9.crush"));
        assert_eq!(key("file:///a/%61.crush"), key("file:///a/a.crush"));
    }

    #[test]
    fn different_documents_stay_different() {
        assert_ne!(key("file:///a%2Fb.crush"), key("file:///a/b.crush"));
        assert_ne!(key("untitled:Untitled-1"), key("untitled:Untitled-2"));
        assert_ne!(key("file://server/share/a.crush"), key("file:///share/a.crush"));
    }
}
