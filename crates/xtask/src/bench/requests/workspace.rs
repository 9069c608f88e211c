//! A workspace of many files, and how long it takes to open it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::typist::{self, Opened};
use crate::bench::program::{self, Dialect, IN_A_FOLDER};
use crate::bench::servers::Server;

/// How long the document is in which somebody types.
const LINES: usize = 1_000;
/// How long somebody who types fast waits between two keys.
const BETWEEN_KEYS: Duration = Duration::from_millis(50);
/// So long is waited for the diagnostics of all files.
const LONGEST: Duration = Duration::from_secs(180);

/// The same programs in CRUSH and in Python, in two folders that are removed with it.
pub(super) struct Folders {
    _all: TempDir,
    crush: PathBuf,
    python: PathBuf,
}

/// How a workspace was opened.
pub(super) struct Opening {
    /// From the start of the server to the first diagnostics of a document.
    pub(super) opened: Duration,
    /// From then until a symbol of the workspace is found.
    pub(super) symbol: Option<Duration>,
    /// From then until the diagnostics of all files are known.
    pub(super) diagnostics: Option<Duration>,
    /// Of how many files they are.
    pub(super) reported: Option<usize>,
    /// What edits took meanwhile, up to their diagnostics.
    pub(super) meanwhile: Vec<Duration>,
}

impl Folders {
    /// Writes `files` files for each.
    pub(super) fn write(files: usize) -> anyhow::Result<Self> {
        let all = TempDir::new().context("no folder for the workspace")?;
        let root = all.path().canonicalize()?;
        let folders = Self { crush: root.join("crush"), python: root.join("python"), _all: all };
        for (root, dialect, extension) in
            [(&folders.crush, Dialect::Crush, "crush"), (&folders.python, Dialect::Python, "py")]
        {
            for number in 0..files {
                let folder = root.join(format!("part{}", number / IN_A_FOLDER));
                if number % IN_A_FOLDER == 0 {
                    fs::create_dir_all(&folder)?;
                }
                fs::write(folder.join(format!("unit{number}.{extension}")), program::file(dialect, number))?;
            }
        }
        Ok(folders)
    }

    /// Opens the workspace and a document in it.
    pub(super) fn open<'a>(&self, server: &'a Server) -> anyhow::Result<(Opened<'a>, Opening)> {
        let (root, extension) = match server.dialect {
            Dialect::Python => (&self.python, "py"),
            _ => (&self.crush, "crush"),
        };
        // Written to the disk, too, as what is open usually is.
        let text = program::importing(server.dialect, LINES);
        let path = root.join("part0").join(format!("main.{extension}"));
        fs::write(&path, &text)?;
        let started = Instant::now();
        let mut client = server.launch();
        typist::introduce(&mut client, Some(root));
        let mut opened = Opened::open(server, client, uri(&path), &text);
        let mut opening = Opening {
            opened: started.elapsed(),
            symbol: None,
            diagnostics: None,
            reported: None,
            meanwhile: Vec::new(),
        };
        let started = Instant::now();
        if opened
            .client
            .try_request("workspace/symbol", json!({ "query": "rstock" }))
            .is_ok_and(|found| !found.is_null())
        {
            opening.symbol = Some(started.elapsed());
        }
        opening.ask_for_all(&mut opened);
        Ok((opened, opening))
    }
}

impl Opening {
    /// Asks for the diagnostics of all files, and types until they are there.
    fn ask_for_all(&mut self, opened: &mut Opened<'_>) {
        let asked = Instant::now();
        let id = opened.client.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
        let is_answer = |value: &Value| value.get("method").is_none() && value["id"] == id;
        let mut version = 0;
        loop {
            std::thread::sleep(BETWEEN_KEYS);
            version += 1;
            let (sent, edit) = (Instant::now(), opened.edit_back_and_forth(version));
            opened.client.notify("textDocument/didChange", edit);
            let uri = opened.uri.clone();
            let told = opened.client.wait_for("diagnostics", |message| typist::published(message, &uri, version));
            self.meanwhile.push(told - sent);
            let answer = opened
                .client
                .received()
                .iter()
                .find(|message| is_answer(&message.value))
                .map(|message| (message.at - asked, message.value.clone()));
            if answer.is_none() && asked.elapsed() > LONGEST && version % 2 == 0 {
                opened.client.notify("$/cancelRequest", json!({ "id": id }));
                opened.version = version;
                return;
            }
            if let Some((took, answer)) = answer
                && version % 2 == 0
            {
                if let Some(items) = answer["result"]["items"].as_array() {
                    self.diagnostics = Some(took);
                    self.reported = Some(items.len());
                }
                opened.version = version;
                opened.client.forget();
                return;
            }
        }
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
