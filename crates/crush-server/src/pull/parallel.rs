//! Programs that are not open, looked at on all processors.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, mpsc};

use super::{Cache, Found, of_closed};
use crate::config::ConfigFiles;
use crate::workspace::{Entry, Programs, unhurried};

/// So many programs are looked at with what is known of their modules.
const IN_A_GROUP: usize = 64;

/// What was found in a group of programs.
type Group<'a> = Vec<(&'a Arc<Entry>, Option<Found>)>;

/// Looks at programs that are not open on all processors, behind everything that somebody waits for, and tells of each group in
/// their order. Ends when nobody waits any more.
pub(super) fn look<'a>(
    programs: &Programs<'_>,
    cache: &Cache,
    closed: &[&'a Arc<Entry>],
    mut tell: impl FnMut(Group<'a>),
) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let groups = Mutex::new(closed.chunks(IN_A_GROUP).enumerate());
    let (sender, receiver) = mpsc::sync_channel::<(usize, Group<'a>)>(2 * threads);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(closed.len().div_ceil(IN_A_GROUP)) {
            let (mut programs, groups, sender) = (programs.another(), &groups, sender.clone());
            let look = move || {
                unhurried();
                let configs = ConfigFiles::default();
                // The lock is held only as long as it takes to take one.
                while let Some((number, group)) = groups.lock().ok().and_then(|mut groups| groups.next()) {
                    programs.forget_modules();
                    let find = |entry: &&'a Arc<Entry>| {
                        let config = configs.config(&entry.key);
                        let known = cache.get(&programs, &entry.path, &config);
                        (*entry, known.or_else(|| of_closed(&programs, &entry.path, config, cache)))
                    };
                    let found = group.iter().take_while(|_| !programs.is_cancelled()).map(find).collect();
                    if programs.is_cancelled() || sender.send((number, found)).is_err() {
                        return;
                    }
                }
            };
            // Programs nest as deeply as they like.
            let thread = std::thread::Builder::new().name("diagnostics".to_owned()).stack_size(16 << 20);
            if thread.spawn_scoped(scope, look).is_err() {
                tracing::error!("the system has no thread for the diagnostics of the workspace");
            }
        }
        drop(sender);
        let (mut waiting, mut next) = (BTreeMap::new(), 0);
        for (number, group) in receiver {
            waiting.insert(number, group);
            while let Some(group) = waiting.remove(&next) {
                next += 1;
                tell(group);
            }
        }
    });
}
