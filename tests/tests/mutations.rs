//! Every way to break the borrow analysis that is listed can be tried: `cargo xtask mutations` does.

use std::path::Path;

use crush_tests::mutations;

#[test]
fn every_mutation_finds_its_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository");
    let mutations = mutations::all();
    let wrong: Vec<String> = mutations
        .iter()
        .filter_map(|mutation| {
            let text = std::fs::read_to_string(root.join(&mutation.file));
            text.map_err(|error| error.to_string()).and_then(|text| mutation.apply(&text)).err()
        })
        .collect();
    assert!(wrong.is_empty(), "bring tests/mutations.md up to date:\n{}", wrong.join("\n"));
    assert!(mutations.len() >= 20, "only {} mutations are listed", mutations.len());
}
