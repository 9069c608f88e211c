//! Reports as they are kept: what lies in other functions is looked up when they are shown.

use crate::report::{Code, Fix, Place, Severity, Step, Text};

/// A report whose steps in other functions are still entries of their summaries.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) place: Place,
    pub(crate) message: Text,
    pub(crate) condition: Option<Text>,
    pub(crate) related: Vec<(Step, Text)>,
    pub(crate) fixes: Vec<Fix>,
    /// Rests on two parameters being the same object: shown only while nobody calls the function, for otherwise the calls
    /// tell.
    pub(crate) only_uncalled: bool,
}

impl Draft {
    pub(crate) fn too_large(place: Place) -> Self {
        Self {
            code: Code::TooLargeToAnalyse,
            severity: Severity::Warning,
            place,
            message: Text::default().text("this is too large to analyse: a borrow in it may be in the way of any use"),
            condition: None,
            related: Vec::new(),
            fixes: Vec::new(),
            only_uncalled: false,
        }
    }
}
