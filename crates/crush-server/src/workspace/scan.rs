//! Finds the programs in the folders of the workspace.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

use super::Entry;
use super::entry::Stamp;

/// So many programs are known of a workspace; those beyond are not looked at.
const MOST: usize = 100_000;

/// The programs below `roots`, without what `.gitignore` leaves out. What is in `known` and has not changed is not read again.
pub(super) fn scan(roots: &[PathBuf], known: &HashMap<PathBuf, Arc<Entry>>) -> HashMap<PathBuf, Arc<Entry>> {
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
fn read(found: Vec<(PathBuf, Stamp)>, known: &HashMap<PathBuf, Arc<Entry>>) -> HashMap<PathBuf, Arc<Entry>> {
    let mut entries = HashMap::with_capacity(found.len());
    let mut unread = Vec::new();
    for (path, stamp) in found {
        match known.get(&path).filter(|entry| entry.stamp == stamp) {
            Some(entry) => _ = entries.insert(path, Arc::clone(entry)),
            None => unread.push((path, stamp)),
        }
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(unread.len().div_ceil(32));
    let unread = Mutex::new(unread.into_iter());
    let next = || unread.lock().ok().and_then(|mut unread| unread.next());
    let read_all = || std::iter::from_fn(next).filter_map(|(path, stamp)| Entry::read(path, stamp)).collect();
    let read: Vec<Vec<Entry>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads).map(|_| scope.spawn(read_all)).collect();
        let own = read_all();
        workers.into_iter().filter_map(|worker| worker.join().ok()).chain([own]).collect()
    });
    entries.extend(read.into_iter().flatten().map(|entry| (entry.path.clone(), Arc::new(entry))));
    entries
}
