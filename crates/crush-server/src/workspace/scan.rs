//! Finds the programs in the folders of the workspace.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::entry::Stamp;
use super::{Entries, Entry};

/// So many programs are known of a workspace; those beyond are not looked at.
const MOST: usize = 100_000;

/// The programs below `roots`, without what `.gitignore` leaves out. What is in `known` and has not changed is not read again.
pub(super) fn scan(roots: &[PathBuf], known: &[Arc<Entry>]) -> Entries {
    let mut found: Vec<(PathBuf, Stamp)> = Vec::new();
    for root in roots {
        let walk = ignore::WalkBuilder::new(root).require_git(false).build();
        for entry in walk.flatten() {
            let is_program = entry.path().extension().is_some_and(|extension| extension == "crush");
            if is_program
                && let Ok(metadata) = entry.metadata()
                && metadata.is_file()
            {
                found.push((entry.into_path(), (metadata.modified().ok(), metadata.len())));
            }
        }
    }
    // Roots may lie in each other.
    found.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    found.dedup_by(|(left, _), (right, _)| left == right);
    found.truncate(MOST);
    read(found, known)
}

/// Reads what is not known, on all processors.
fn read(found: Vec<(PathBuf, Stamp)>, known: &[Arc<Entry>]) -> Entries {
    let known: HashMap<&Path, &Arc<Entry>> = known.iter().map(|entry| (entry.path.as_path(), entry)).collect();
    let mut entries = Vec::with_capacity(found.len());
    let mut unread = Vec::new();
    for (path, stamp) in found {
        match known.get(&*path).filter(|entry| entry.stamp == stamp) {
            Some(entry) => entries.push(Arc::clone(entry)),
            None => unread.push((path, stamp)),
        }
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(unread.len().div_ceil(32));
    let unread = Mutex::new(unread.into_iter());
    let next = || unread.lock().ok().and_then(|mut unread| unread.next());
    let read_all = || std::iter::from_fn(next).filter_map(|(path, stamp)| Entry::read(path, stamp)).collect();
    let read: Vec<Vec<Entry>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads)
            .map(|_| {
                scope.spawn(|| {
                    super::unhurried();
                    read_all()
                })
            })
            .collect();
        let own = read_all();
        workers.into_iter().filter_map(|worker| worker.join().ok()).chain([own]).collect()
    });
    entries.extend(read.into_iter().flatten().map(Arc::new));
    entries.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    entries.into()
}
