//! Finds the programs in the folders of the workspace.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::entry::Stamp;
use super::{Entries, Entry};

/// So many programs are known of a workspace; those beyond are not looked at.
const MOST: usize = 100_000;

/// What a look at the disk found.
pub(super) struct Found {
    pub(super) entries: Entries,
    /// Whether that is all there is: nobody ended the look.
    pub(super) is_whole: bool,
}

/// The programs below `roots`, without what `.gitignore` leaves out. What is in `known` and has not changed is not read again.
/// `is_over` ends it; what was read until then is kept, so that the next look goes on from there.
pub(super) fn scan(roots: &[PathBuf], known: &Entries, is_over: &(dyn Fn() -> bool + Sync)) -> Found {
    let mut found: Vec<(PathBuf, Stamp)> = Vec::new();
    for root in roots {
        let walk = ignore::WalkBuilder::new(root).require_git(false).build();
        for entry in walk.flatten() {
            if is_over() {
                return Found { entries: Arc::clone(known), is_whole: false };
            }
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
    read(found, known, is_over)
}

/// Reads what is not known, on all processors.
fn read(found: Vec<(PathBuf, Stamp)>, known: &[Arc<Entry>], is_over: &(dyn Fn() -> bool + Sync)) -> Found {
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
    let next = || unread.lock().ok().filter(|_| !is_over()).and_then(|mut unread| unread.next());
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
    let is_whole = unread.into_inner().is_ok_and(|mut unread| unread.next().is_none());
    Found { entries: entries.into(), is_whole }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_look_that_was_ended_goes_on_where_it_was() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        for number in 0..200 {
            std::fs::write(folder.path().join(format!("{number}.crush")), "fn f() { }").expect("it can be written");
        }
        let roots = [folder.path().to_owned()];
        let after = |calls: usize| {
            let left = AtomicUsize::new(calls);
            move || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
        };
        let nothing = scan(&roots, &Entries::from([]), &after(100));
        assert!(!nothing.is_whole && nothing.entries.is_empty(), "it was ended while it looked for files");
        let some = scan(&roots, &nothing.entries, &after(300));
        assert!(!some.is_whole && (1..200).contains(&some.entries.len()), "{} were read", some.entries.len());
        let all = scan(&roots, &some.entries, &|| false);
        assert!(all.is_whole && all.entries.len() == 200);
        let is_again = |entry: &Arc<Entry>| all.entries.iter().any(|other| Arc::ptr_eq(entry, other));
        assert!(some.entries.iter().all(is_again), "what was read was read again");
    }
}
