//! Holds `docs/crush.schema.json` to what a `crush.toml` can say.

use serde_json::{Value, json};

fn schema() -> Value {
    let severity = json!({ "enum": ["off", "hint", "info", "warning", "error"] });
    let mut codes: Vec<_> = crush_ide::configurable_codes().collect();
    codes.sort_unstable();
    let properties: serde_json::Map<String, Value> =
        codes.into_iter().map(|code| (code.to_owned(), json!({ "$ref": "#/definitions/severities" }))).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "crush.toml",
        "description": "What a project wants of crush-analyzer.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "diagnostics": {
                "description": "The severity of each code.",
                "type": "object",
                "additionalProperties": false,
                "properties": properties,
            },
        },
        "definitions": {
            "severity": severity,
            "severities": {
                "description": "One severity for all reports of a code, or one for those that are certain and one for those that are possible.",
                "oneOf": [
                    { "$ref": "#/definitions/severity" },
                    {
                        "type": "object",
                        "additionalProperties": false,
                        "properties": {
                            "certain": { "$ref": "#/definitions/severity" },
                            "possible": { "$ref": "#/definitions/severity" },
                        },
                    },
                ],
            },
        },
    })
}

#[test]
fn the_schema_has_every_code_and_no_other() {
    let page: Value = serde_json::from_str(include_str!("../../docs/crush.schema.json")).expect("it is JSON");
    assert_eq!(page, schema(), "docs/crush.schema.json should be:\n{:#}", schema());
}

#[test]
fn what_the_schema_allows_is_taken() {
    for code in crush_ide::configurable_codes() {
        for value in
            ["\"off\"", "\"error\"", "{ possible = \"hint\" }", "{ certain = \"info\", possible = \"warning\" }"]
        {
            let (_, problems) = crush_ide::Config::parse(&format!("[diagnostics]\n{code} = {value}\n"));
            assert!(problems.is_empty(), "{code} = {value}: {problems:?}");
        }
    }
}
