//! What the projects of open documents want: the severities in their `crush.toml`, and what is wrong in it.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use tower_lsp::ls_types::Uri;

use super::Documents;
use crate::config::ConfigFile;
use crate::convert::Positions;
use crate::guard::guarded;
use crate::uri::DocumentKey;

impl Documents {
    /// Looks up what the projects of the open documents want, and publishes what is no longer the same.
    pub(super) fn configure(&mut self) {
        let keys: Vec<_> = self.open.keys().cloned().collect();
        let mut used = HashMap::new();
        for key in keys {
            let Some(document) = self.open.get_mut(&key) else { continue };
            let nearest = self.configs.nearest(&document.file);
            let config = nearest.as_ref().map(|nearest| Arc::clone(&nearest.config)).unwrap_or_default();
            if *document.analysis.config() != config {
                document.analysis.configure(config);
                if guarded("diagnostics", || self.publish_changes(&key)).is_none() {
                    self.give_up(&key);
                }
            }
            used.extend(nearest.map(|nearest| (nearest.path.clone(), nearest)));
        }
        self.publish_configs(&used);
    }

    /// Publishes what is wrong in each `crush.toml` that an open document uses, unless the client knows it.
    fn publish_configs(&mut self, used: &HashMap<PathBuf, Arc<ConfigFile>>) {
        let mut paths: HashSet<PathBuf> = self.told_of_configs.keys().cloned().collect();
        paths.extend(used.keys().cloned());
        for path in paths {
            let Some(uri) = Uri::from_file_path(&path) else { continue };
            let diagnostics: Vec<_> = used.get(&path).map_or(Vec::new(), |file| {
                let positions = Positions { text: &file.text, encoding: self.encoding };
                file.problems.iter().map(|problem| positions.diagnostic(problem, |_| None)).collect()
            });
            let told = self.told_of_configs.remove(&path).unwrap_or_default();
            if told != diagnostics {
                self.outbox.diagnostics(&DocumentKey::from(&uri), uri, None, diagnostics.clone());
            }
            if !diagnostics.is_empty() {
                self.told_of_configs.insert(path, diagnostics);
            }
        }
    }
}
