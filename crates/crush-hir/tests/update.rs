//! A file updated by edits is the file that a fresh look at the text gives.

use crush_hir::file::{BodyId, FileHir};
use crush_syntax::{Text, TextEdit, TextRange, Tree};
use proptest::prelude::*;

const SOURCE: &str = r#"// a program
let limit = 10;
struct P { x, y }
fn first(a) { let b = a + 1; return b }

impl P { fn get(self) { return self.x }
fn set(self, v) { self.x = v } }
/* é */ let s = "text"
fn second(xs) {
    for x in xs { print(x) }
    struct Inner { z }
}
first(1); second([1, 2])
fn first(a, b) { return a }
trait T { fn hi(self) { return "😀" } }
fn main() { print(limit) }
main()
"#;

const PIECES: &[&str] = &[
    "\n",
    "x",
    "fn new() { }\n",
    "let y = 2\n",
    "\"",
    "'",
    "\"\"\"",
    "{",
    "}",
    "(",
    ")",
    "/*",
    "*/",
    "// ",
    ";",
    "é",
    "struct Q { w }\n",
    "main()\n",
    " |> f",
    "first",
    "@python { ",
    "impl Q { }\n",
    "😀",
    "import a.b { c }\n",
    "&mut ",
];

fn edit() -> impl Strategy<Value = (usize, usize, usize)> {
    (0..600_usize, prop_oneof![4 => Just(0_usize), 2 => 1..4_usize, 1 => 0..60_usize], 0..=PIECES.len())
}

fn edit_of((at, len, piece): (usize, usize, usize), text: &Text) -> TextEdit {
    let start = at % (text.len() + 1);
    let end = (start + len).min(text.len());
    TextEdit { range: TextRange::new(start, end), new_text: PIECES.get(piece).unwrap_or(&"").to_string() }
}

fn same_everywhere(updated: &FileHir, tree: &Tree) {
    let fresh = FileHir::new(tree);
    assert_eq!(updated, &fresh, "{}", tree.text());
    for body in fresh.bodies() {
        assert_eq!(updated.lower(tree, body), fresh.lower(tree, body));
    }
}

/// Makes the edits, batch after batch, and looks after each.
fn follow(batches: impl IntoIterator<Item = Vec<(usize, usize, usize)>>) {
    let mut tree = Tree::parse(Text::from(SOURCE));
    let mut file = FileHir::new(&tree);
    for batch in batches {
        let mut text = tree.text().clone();
        let edits: Vec<_> = batch
            .into_iter()
            .map(|drawn| {
                let edit = edit_of(drawn, &text);
                text.apply(&edit);
                edit
            })
            .collect();
        let next = tree.edited(&edits);
        file = file.update(&edits, &tree, &next);
        tree = next;
        same_everywhere(&file, &tree);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn an_updated_file_equals_a_fresh_one(batches in prop::collection::vec(prop::collection::vec(edit(), 1..4), 1..8)) {
        follow(batches);
    }
}

#[test]
fn an_edit_may_change_how_broken_text_far_behind_it_is_understood() {
    let drawn: [&[(usize, usize, usize)]; 7] = [
        &[(0, 0, 18), (135, 28, 4), (135, 0, 18)],
        &[(306, 0, 2)],
        &[(135, 0, 0)],
        &[(0, 0, 7)],
        &[(383, 0, 22)],
        &[(325, 0, 0)],
        &[(0, 0, 18), (9, 22, 4), (124, 0, 6)],
    ];
    follow(drawn.iter().map(|batch| batch.to_vec()));
}

#[test]
fn an_edit_leaves_the_keys_of_everything_else() {
    let tree = Tree::parse(Text::from(SOURCE));
    let file = FileHir::new(&tree);
    let at = SOURCE.find("print(x)").expect("it is there");
    let edits = [TextEdit { range: TextRange::empty(at), new_text: "print(1); ".into() }];
    let next = tree.edited(&edits);
    let updated = file.update(&edits, &tree, &next);
    let changed: Vec<_> =
        file.bodies().zip(updated.bodies()).filter(|(a, b)| file.body_key(*a) != updated.body_key(*b)).collect();
    let second = file.function_body("second").expect("it is there");
    assert_eq!(changed, [(second, second)]);
    assert_eq!(file.signature(), updated.signature());
}

#[test]
fn offsets_lead_to_the_body_that_holds_them() {
    let tree = Tree::parse(Text::from(SOURCE));
    let file = FileHir::new(&tree);
    let body_at = |text: &str| file.body_at(SOURCE.find(text).expect("it is there"));
    assert_eq!(body_at("limit = 10"), Some(BodyId::TopLevel));
    assert_eq!(body_at("print(x)"), file.function_body("second"));
    assert_eq!(body_at("self.x = v"), file.method("P", "set"));
    assert_eq!(body_at("print(limit)"), Some(BodyId::TopLevel));
    assert_eq!(body_at("// a program"), None);
}
