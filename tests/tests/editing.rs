//! Random edits, in both encodings, with emoji, combining marks and every kind of line end, several at a time: afterwards text,
//! tree, diagnostics, tokens and symbols are those of a document that is opened with that text.
//!
//! `cargo xtask edits` makes a million of them.

use crush_ide::{
    FileAnalysis, LineColumn, PositionEncoding, Snapshot, Text, TextEdit, TextRange, diagnostics, semantic_tokens,
    symbols, syntax_nodes,
};
use fastrand::Rng;

/// Says how many edits are made.
const COUNT: &str = "CRUSH_EDITS";
/// Says from where.
const SEED: &str = "CRUSH_SEED";

const START: &str = "// 😀 e\u{301}\r\nstruct P { x, y }\nimpl P { fn go(self, n) { return self.x + n } }\r\nfn f(xs, k) {\n    let r = &xs\n    for v in xs { xs.push(v) }\n    return k\n}\nlet größe = [1, 2]\nlet p = P { x: größe, y: 'e\u{301}😀' }\nprint(f(größe, p.go(1)))\n";

/// Pieces of programs, whole and broken, and characters of every width.
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
    "g(a, 1)",
    "import m\n",
    "// crush-analyzer: allow(unknown-name)\n",
    "main()\n",
    "fn main() { let b = 2\n print(b) }\n",
];

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A document on both sides: as the client has it, and as it is analysed.
struct Both {
    client: String,
    encoding: PositionEncoding,
    analysis: FileAnalysis,
}

impl Both {
    fn open(text: &str, encoding: PositionEncoding) -> Self {
        Self { client: text.to_owned(), encoding, analysis: FileAnalysis::new(Text::from(text)) }
    }

    /// A place between two characters of the client's text.
    fn place(&self, rng: &mut Rng) -> usize {
        let mut at = rng.usize(..=self.client.len());
        while !self.client.is_char_boundary(at) {
            at -= 1;
        }
        // No editor puts its cursor between the two characters of one line end.
        let bytes = self.client.as_bytes();
        if at > 0 && bytes[at - 1] == b'\r' && bytes.get(at) == Some(&b'\n') { at - 1 } else { at }
    }

    /// The line and column of a byte, counted by hand.
    fn position(&self, at: usize) -> LineColumn {
        let before = &self.client[..at];
        let breaks = before
            .char_indices()
            .filter(|(index, c)| *c == '\n' || *c == '\r' && self.client.as_bytes().get(index + 1) != Some(&b'\n'));
        let starts: Vec<_> = breaks.map(|(index, _)| index + 1).collect();
        let line = &before[starts.last().copied().unwrap_or(0)..];
        let column = match self.encoding {
            PositionEncoding::Utf16 => line.encode_utf16().count(),
            _ => line.len(),
        };
        LineColumn { line: u32::try_from(starts.len()).expect("few"), column: u32::try_from(column).expect("few") }
    }

    /// One notification: several changes, each of the text that the one before left.
    fn change(&mut self, rng: &mut Rng) {
        let mut text = self.analysis.text().clone();
        let mut edits = Vec::new();
        for _ in 0..rng.usize(1..=3) {
            let start = self.place(rng);
            let end = if rng.u8(..3) == 0 { self.place(rng) } else { start };
            let (start, end) = (start.min(end), start.max(end).min(start.min(end) + 60));
            let end = (end..=self.client.len()).find(|at| self.client.is_char_boundary(*at)).unwrap_or(start);
            let new_text = PIECES[rng.usize(..PIECES.len())].to_owned();
            let offset = |at| text.offset_of(self.position(at), self.encoding).expect("the place is there");
            let edit = TextEdit { range: TextRange::new(offset(start), offset(end)), new_text };
            self.client.replace_range(start..end, &edit.new_text);
            text.apply(&edit);
            edits.push(edit);
        }
        self.analysis.edit(&edits);
    }

    /// Says what is not as if the text had just been opened.
    fn difference(&self) -> Option<&'static str> {
        if self.analysis.text().to_string() != self.client {
            return Some("the text");
        }
        let fresh = FileAnalysis::new(Text::from(self.client.as_str()));
        if syntax_nodes(&self.analysis) != syntax_nodes(&fresh) {
            return Some("the tree");
        }
        let (edited, fresh) = (Snapshot::unevaluated(self.analysis.clone()), Snapshot::unevaluated(fresh));
        if symbols(&edited) != symbols(&fresh) {
            return Some("the symbols");
        }
        let whole = TextRange::new(0, self.client.len());
        if semantic_tokens(&edited, whole) != semantic_tokens(&fresh, whole) {
            return Some("the tokens");
        }
        (diagnostics(&edited) != diagnostics(&fresh)).then_some("the diagnostics")
    }
}

#[test]
fn an_edited_document_is_like_one_that_is_opened() {
    let (count, seed) = (number(COUNT, 2_000), number(SEED, 1));
    let mut rng = Rng::with_seed(seed);
    let mut made = 0;
    let mut found = Vec::new();
    for round in 0.. {
        let encoding = if round % 2 == 0 { PositionEncoding::Utf16 } else { PositionEncoding::Utf8 };
        let mut both = Both::open(START, encoding);
        for _ in 0..40 {
            let before = both.client.clone();
            both.change(&mut rng);
            made += 1;
            // Several notifications may come before anybody looks.
            if rng.u8(..3) == 0
                && let Some(what) = both.difference()
            {
                found.push(format!("{what} after edit {made}:\n{before:?}\n{:?}", both.client));
                break;
            }
            if made >= count {
                assert!(
                    found.is_empty(),
                    "{} of {made}, seed {seed}:\n{}",
                    found.len(),
                    found[..found.len().min(5)].join("\n\n")
                );
                return;
            }
        }
    }
}
