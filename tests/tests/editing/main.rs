//! Random edits, in both encodings, with emoji, combining marks and every kind of line end, several at a time and several
//! notifications before anybody looks: afterwards a document is like one that is opened with that text.
//!
//! `cargo xtask edits` makes a million of them in each of the two ways.

mod analysis;
mod pieces;
mod server;

use std::path::Path;

/// Says how many edits are made.
const COUNT: &str = "CRUSH_EDITS";
/// Says from where.
const SEED: &str = "CRUSH_SEED";
/// Names one round to play alone.
const ROUND: &str = "CRUSH_EDITS_ROUND";
/// Names a file to which every so often a line is written that says how far it is.
const PROGRESS: &str = "CRUSH_EDITS_PROGRESS";

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// How many edits were made, in how many notifications, how often what came of them was compared, and what was found.
#[derive(Default)]
struct Campaign {
    edits: u64,
    notifications: u64,
    comparisons: u64,
    found: Vec<String>,
    /// When the next line is written.
    next_word: u64,
}

impl Campaign {
    /// So many that differ are told; then it is enough.
    const MOST: usize = 5;

    /// Plays rounds until there have been enough edits. What differs ends a round.
    fn run(way: &str, few: u64, mut round: impl FnMut(u64, &mut Self)) {
        let (count, seed) = (number(COUNT, few), number(SEED, 1));
        let mut campaign = Self::default();
        let mut number = 0;
        let alone = std::env::var(ROUND).ok().and_then(|round| round.parse().ok());
        if let Some(alone) = alone {
            round(alone, &mut campaign);
        }
        while alone.is_none() && campaign.edits < count && campaign.found.len() < Self::MOST {
            // Each round begins anew, so that it can be played again alone.
            round(seed.wrapping_mul(1_000_003).wrapping_add(number), &mut campaign);
            number += 1;
            if campaign.edits >= campaign.next_word {
                campaign.next_word = campaign.edits + 10_000;
                campaign.tell(way, seed);
            }
        }
        campaign.tell(way, seed);
        let found = &campaign.found;
        assert!(found.is_empty(), "{way}, seed {seed}: {} differ:\n{}", found.len(), found.join("\n\n"));
    }

    fn tell(&self, way: &str, seed: u64) {
        let Self { edits, notifications, comparisons, found, .. } = self;
        let line = format!(
            "{way}, seed {seed}: {edits} edits in {notifications} notifications, compared {comparisons} times, {} differ\n",
            found.len()
        );
        if let Some(path) = std::env::var_os(PROGRESS) {
            let path = Path::new(&path).with_extension(way.replace(' ', "-"));
            // Nothing depends on it.
            let _ = std::fs::write(path, &line);
        }
        print!("{line}");
    }
}

#[test]
fn an_edited_text_is_analysed_like_one_that_is_opened() {
    Campaign::run("analysis", 4_000, analysis::round);
}

#[test]
fn an_edited_document_is_told_of_like_one_that_is_opened() {
    let mut servers = server::Servers::start();
    Campaign::run("server", 2_000, |seed, campaign| servers.round(seed, campaign));
}
