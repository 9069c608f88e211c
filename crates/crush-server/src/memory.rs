//! Memory that is no longer used goes back to the system.
//!
//! The allocator of the GNU C library keeps what was freed, in a heap for each of many threads, because it will be wanted again
//! soon. Requests run on threads that come and go, so little of that ever is: a server that has closed its documents would
//! hold what they took for good.

/// So many heaps are made for all threads together. Those that answer requests take turns, so more would be more that is kept.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HEAPS: i32 = 2;

/// Says how memory is to be had, before there are threads.
pub(crate) fn configure() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `mallopt` only sets a number of the allocator, which takes its own lock for it.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, HEAPS);
    }
}

/// Gives back what is free. That takes some milliseconds for each hundred megabytes, and who wants memory meanwhile waits.
pub(crate) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `malloc_trim` may be called at any time on any thread (MT-Safe): it takes the lock of each heap, and touches only
    // pages in which nothing is allocated.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_stays_as_it_is_while_others_give_back() {
        configure();
        std::thread::scope(|scope| {
            for number in 0..4_u8 {
                scope.spawn(move || {
                    let mut kept: Vec<Vec<u8>> = Vec::new();
                    for round in 1..200 {
                        kept.push(vec![number; round * 100]);
                        drop(vec![number; round * 10_000]);
                        give_back();
                    }
                    assert!(kept.iter().flatten().all(|byte| *byte == number));
                });
            }
        });
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn memory_that_was_freed_goes_back() {
        let held = || {
            let status = std::fs::read_to_string("/proc/self/status").expect("the system tells");
            let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it tells that");
            line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<usize>().ok()).expect("a number")
        };
        // Small pieces with one in between that stays: nothing is given back by itself.
        let mut pieces: Vec<Box<[u8]>> = (0..200_000).map(|_| vec![1; 400].into()).collect();
        let full = held();
        pieces.drain(..pieces.len() - 1);
        give_back();
        assert!(held() + 50_000 < full, "{} of {full} KB are still held", held());
    }
}
