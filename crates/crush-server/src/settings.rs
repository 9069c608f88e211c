//! What the user wants, as the client tells it: in the handshake, in a notification, or when it is asked.
//!
//! Later words count before earlier ones, key by key: what the handshake says, what a notification of a change carries, and
//! what the client answers when it is asked for its configuration. Trust is in the handshake and in a message of its own only,
//! for a configuration may come from the workspace itself.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;
use tower_lsp::ls_types::{ClientCapabilities, ConfigurationItem, Registration};

use crate::backend::Backend;
use crate::documents::Event;
use crate::protocol::Settings;

/// The section of an editor's configuration that is ours.
const SECTION: &str = "crush";

/// Each option by its name, and where VS Code has it below our section.
const OPTIONS: &[(&str, &[&str])] = &[
    ("evaluateOnSave", &["evaluation", "onSave"]),
    ("instructions", &["evaluation", "instructions"]),
    ("milliseconds", &["evaluation", "milliseconds"]),
    ("borrowHints", &["inlayHints", "borrows"]),
    ("typeHints", &["inlayHints", "types"]),
    ("parameterHints", &["inlayHints", "parameters"]),
    ("codeLenses", &["codeLenses"]),
];

impl Settings {
    /// These, with what is said in `told` in place of what was known. What is said of nothing, or makes no sense, is left out.
    pub(crate) fn with(&self, told: &Value) -> Self {
        let mut settings = self.clone();
        for (name, path) in OPTIONS {
            let nested = path.iter().try_fold(told, |value, key| value.get(key));
            let Some(value) = told.get(name).or(nested).filter(|value| !value.is_null()) else { continue };
            let Ok(mut all) = serde_json::to_value(&settings) else { continue };
            all[*name] = value.clone();
            match serde_json::from_value(all) {
                Ok(changed) => settings = changed,
                Err(error) => tracing::warn!(option = name, %error, "an option that makes no sense"),
            }
        }
        settings
    }
}

/// What was told of settings so far, and how the client tells of them.
#[derive(Debug, Default)]
pub(crate) struct Configuration {
    known: Mutex<Settings>,
    /// Whether the client answers when it is asked.
    is_pulled: AtomicBool,
    /// Whether the client wants to be asked to tell of changes.
    is_registered: AtomicBool,
    /// How often it was asked: only the last answer counts.
    asked: AtomicU64,
}

impl Configuration {
    /// Takes over what the handshake says.
    pub(crate) fn start(&self, capabilities: &ClientCapabilities, settings: &Settings) {
        let workspace = capabilities.workspace.as_ref();
        let is_pulled = workspace.and_then(|workspace| workspace.configuration).unwrap_or(false);
        self.is_pulled.store(is_pulled, Ordering::Relaxed);
        let changes = workspace.and_then(|workspace| workspace.did_change_configuration.as_ref());
        let is_registered = changes.and_then(|changes| changes.dynamic_registration).unwrap_or(false);
        self.is_registered.store(is_registered, Ordering::Relaxed);
        if let Ok(mut known) = self.known.lock() {
            known.clone_from(settings);
        }
    }

    /// Takes over what is said in `told`; gives what is known then.
    fn hear(&self, told: &Value) -> Option<Settings> {
        let mut known = self.known.lock().ok()?;
        *known = known.with(told);
        Some(known.clone())
    }

    /// What the client has to be asked to tell of, where it can.
    pub(crate) fn registration(&self) -> Option<Registration> {
        self.is_registered.load(Ordering::Relaxed).then(|| Registration {
            id: "crush-configuration".to_string(),
            method: "workspace/didChangeConfiguration".to_string(),
            register_options: Some(serde_json::json!({ "section": SECTION })),
        })
    }
}

impl Backend {
    /// Follows a change of which the client has told something, or nothing.
    pub(crate) fn configuration_changed(&self, told: &Value) {
        if let Some(settings) = told.get(SECTION).and_then(|told| self.configuration.hear(told)) {
            self.queue.send(Event::Settings(settings));
        }
        self.ask_for_configuration();
    }

    /// Asks the client for its configuration, where it answers that. Nobody waits for it.
    pub(crate) fn ask_for_configuration(&self) {
        let configuration = std::sync::Arc::clone(&self.configuration);
        if !configuration.is_pulled.load(Ordering::Relaxed) {
            return;
        }
        let this_time = configuration.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let (client, queue) = (self.client.clone(), self.queue.clone());
        tokio::spawn(async move {
            let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_string()) };
            let Ok(answer) = client.configuration(vec![item]).await else { return };
            let is_last = configuration.asked.load(Ordering::Relaxed) == this_time;
            if let Some(told) = answer.first().filter(|_| is_last)
                && let Some(settings) = configuration.hear(told)
            {
                queue.send(Event::Settings(settings));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_option_is_heard_by_both_its_names_and_nothing_else_changes() {
        let known = Settings { trusted: true, ..Settings::default() };
        let flat = known.with(&json!({ "borrowHints": false, "milliseconds": 7, "trusted": false }));
        assert_eq!(flat, Settings { borrow_hints: false, milliseconds: 7, ..known.clone() });
        let nested = known.with(&json!({ "inlayHints": { "borrows": false }, "evaluation": { "milliseconds": 7 } }));
        assert_eq!(nested, flat);
        assert_eq!(flat.with(&json!({ "borrowHints": true })).milliseconds, 7);
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let known = Settings::default();
        assert_eq!(known.with(&json!({ "milliseconds": "long", "codeLenses": null, "other": 1 })), known);
        assert_eq!(known.with(&Value::Null), known);
        assert!(!known.with(&json!({ "milliseconds": -1, "typeHints": false })).type_hints);
    }

    #[test]
    fn every_option_but_trust_can_be_told() {
        let all = serde_json::to_value(Settings::default()).unwrap();
        let names: Vec<_> = all.as_object().unwrap().keys().filter(|name| *name != "trusted").collect();
        assert_eq!(names.len(), OPTIONS.len());
        assert!(names.iter().all(|name| OPTIONS.iter().any(|(known, _)| known == name)), "{names:?}");
    }
}
