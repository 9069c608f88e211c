//! What is typed: pieces of programs, whole and broken, and characters of every width.

use crush_tests::document::{Document, Encoding};
use fastrand::Rng;
use serde_json::Value;

const START: &str = "// 😀 e\u{301}\r\nstruct P { x, y }\nimpl P { fn go(self, n) { return self.x + n } }\r\nfn f(xs, k) {\n    let r = &xs\n    for v in xs { xs.push(v) }\n    return k\n}\nlet größe = [1, 2]\nlet p = P { x: größe, y: 'e\u{301}😀' }\nprint(f(größe, p.go(1)))\n";

const PIECES: &[&str] = &[
    "x",
    "1",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "//",
    "/*",
    "*/",
    "#",
    "&",
    "&mut ",
    ".",
    ",",
    ";",
    "::",
    "|",
    "|>",
    "=",
    "==",
    "é",
    "e\u{301}",
    "\u{301}",
    "😀",
    "👨‍👩‍👧",
    "\u{feff}",
    "ß",
    "let a = 1\n",
    "let r = &a\n",
    "fn g(a) { return a }\n",
    "struct Q { a }\n",
    "for x in xs { }\n",
    "if a { b } else { c }\n",
    "drop(a)\n",
    "@python -> z {\nz = '}'\n}\n",
    "match a { 1 => 2, _ => 3 }\n",
    "impl P { fn h(self) { return 1 } }\n",
    "trait T { fn go(self) }\n",
    "@kind(parents: [P])\nstruct R { b }\n",
    "g(a, 1)",
    "import m\n",
    "// crush-analyzer: allow(unknown-name)\n",
    "// crush-analyzer: allow-file(changed-while-iterated)\n",
    "main()\n",
    "fn main() { let b = 2\n print(b) }\n",
];

/// A text that a document is opened with: most are short, some long enough that items come in bundles.
pub(crate) fn opened(rng: &mut Rng, uri: &str) -> Document {
    let text = match rng.u8(..10) {
        0 => several(rng.usize(4..16)),
        1 => String::new(),
        _ => START.to_owned(),
    };
    with_encoding(rng, uri, &text)
}

/// A text so long that it is not parsed from scratch at every edit while it is broken.
pub(crate) fn opened_long(rng: &mut Rng, uri: &str) -> Document {
    let statements = rng.usize(260..310);
    with_encoding(rng, uri, &several(statements))
}

fn several(count: usize) -> String {
    (0..count).map(|number| START.replace("fn f(", &format!("fn f{number}("))).collect()
}

fn with_encoding(rng: &mut Rng, uri: &str, text: &str) -> Document {
    let encoding = if rng.bool() { Encoding::Utf16 } else { Encoding::Utf8 };
    Document::new(uri, text).with_encoding(encoding)
}

/// The changes of one notification, each of the text that the one before left, as the next version.
pub(crate) fn typed(rng: &mut Rng, document: &mut Document) -> Vec<Value> {
    document.next_version();
    (0..rng.usize(1..=3)).map(|_| change(rng, document)).collect()
}

fn change(rng: &mut Rng, document: &mut Document) -> Value {
    let start = place(rng, document.text());
    let text = document.text();
    let length = match rng.u8(..6) {
        0 => rng.usize(..60),
        1 => rng.usize(..4),
        _ => 0,
    };
    let end = boundary(text, (start + length).min(text.len()));
    let piece = PIECES[rng.usize(..PIECES.len())];
    // Sometimes what is there is typed once more, or taken away.
    let new_text = match rng.u8(..12) {
        0 => String::new(),
        1 => {
            let from = place(rng, text);
            text[from..boundary(text, (from + 30).min(text.len())).max(from)].to_owned()
        }
        _ => piece.to_owned(),
    };
    document.edit(start..end.max(start), &new_text)
}

/// A place that a cursor can be at.
fn place(rng: &mut Rng, text: &str) -> usize {
    boundary(text, rng.usize(..=text.len()))
}

/// The nearest place before `at` that is not inside a character, nor between the two characters of one line end.
fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) || text[..at].ends_with('\r') && text[at..].starts_with('\n') {
        at -= 1;
    }
    at
}
