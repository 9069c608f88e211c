//! Reports as they are kept: what lies in other functions is looked up when they are shown.

use crate::report::{Code, Fix, Place, Severity, Step};

/// A text that names the lines of steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words(pub(crate) Vec<Word>);

#[derive(Clone, Debug)]
pub(crate) enum Word {
    Text(String),
    Line(Step),
}

impl Words {
    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Word::Text(text.into()));
        self
    }

    pub(crate) fn line(mut self, step: Step) -> Self {
        self.0.push(Word::Line(step));
        self
    }
}

/// A report whose steps in other functions are still entries of their summaries.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) place: Place,
    pub(crate) message: Words,
    pub(crate) condition: Option<Words>,
    pub(crate) related: Vec<(Step, Words)>,
    /// The borrows and the drops in the way.
    pub(crate) obstacles: Vec<Step>,
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
            message: Words::default().text("this is too large to analyse: a borrow in it may be in the way of any use"),
            condition: None,
            related: Vec::new(),
            obstacles: Vec::new(),
            fixes: Vec::new(),
            only_uncalled: false,
        }
    }
}
