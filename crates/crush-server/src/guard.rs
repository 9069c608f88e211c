//! Keeps a mistake of ours about one document from taking the server, and every other document, with it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `work` gives; `None` when it panicked. The log says so.
///
/// Whoever calls this must not go on with what `work` may have left half-changed.
pub(crate) fn guarded<T>(what: &str, work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| tracing::error!(what, panic = message(&*panic), "failed")).ok()
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_is_no_more_than_a_missing_result() {
        assert_eq!(guarded("sum", || 1 + 1), Some(2));
        assert_eq!(guarded("index", || [1, 2][std::hint::black_box(2)]), None);
    }
}
