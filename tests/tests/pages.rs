//! Holds pages for users and the code together.

const FAULTS_PAGE: &str = include_str!("../../docs/faults.md");
const FAULTS_CODE: &str = include_str!("../../crates/crush-vm/src/fault.rs");
const SETTINGS_PAGE: &str = include_str!("../../docs/settings.md");
const PROTOCOL_PAGE: &str = include_str!("../../docs/protocol.md");
const EXTENSION: &str = include_str!("../../editors/vscode/package.json");

#[test]
fn every_fault_has_a_row() {
    let strings: Vec<_> = FAULTS_CODE.split('"').skip(1).step_by(2).collect();
    let codes: Vec<_> = strings.iter().filter(|text| text.starts_with("E-")).collect();
    assert!(codes.len() >= 14, "found only {codes:?}");
    for code in codes {
        assert!(FAULTS_PAGE.contains(&format!("| `{code}` |")), "docs/faults.md has no row for `{code}`");
    }
}

#[test]
fn every_setting_of_the_server_is_explained_and_can_be_set_in_vs_code() {
    let (_, settings) = PROTOCOL_PAGE.split_once("```json Settings\n").expect("the protocol page shows the settings");
    let (settings, _) = settings.split_once("```").expect("the example ends");
    let settings: serde_json::Value = serde_json::from_str(settings).expect("the example is JSON");
    let names = settings.as_object().expect("settings are an object").keys();
    // Trust is asked for, not set.
    for name in names.filter(|name| *name != "trusted") {
        let row = SETTINGS_PAGE.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/settings.md does not explain `{name}`"));
        let in_vs_code = row.split('`').nth(3).expect("the row names the setting of VS Code");
        assert!(EXTENSION.contains(&format!("\"{in_vs_code}\"")), "the extension has no setting `{in_vs_code}`");
    }
}
