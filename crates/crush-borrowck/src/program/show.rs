//! From drafts to reports: what lies in other functions is looked up now.

use crush_hir::file::BodyId;

use super::Analysis;
use crate::draft::{Draft, Word, Words};
use crate::report::{Cause, Entry, FunctionId, Part, Place, Related, Report, Step, Text};

/// How many calls deep a path is shown.
const DEPTH: usize = 12;

impl Analysis {
    /// Every report, in the order of the file's bodies; in one body in the order of the text.
    pub fn reports(&self) -> Vec<Report> {
        self.order.iter().flat_map(|id| self.reports_of(*id)).collect()
    }

    /// The reports of one function.
    pub fn reports_of(&self, function: FunctionId) -> Vec<Report> {
        let Some(it) = self.functions.get(function.0 as usize) else { return Vec::new() };
        if it.drafts.is_empty() {
            return Vec::new();
        }
        let called = self.callers(function).iter().any(|caller| *caller != function);
        let drafts = it.drafts.iter().filter(|draft| !(draft.only_uncalled && called));
        let mut reports: Vec<_> = drafts.map(|draft| self.show(draft)).collect();
        reports.sort_by_key(|report| (report.place.range, report.code));
        reports
    }

    /// The functions, in the order of the file's bodies.
    pub fn functions(&self) -> &[FunctionId] {
        &self.order
    }

    /// Which body of the file a function is, in the version that was analysed last.
    pub fn body_of(&self, function: FunctionId) -> Option<BodyId> {
        self.functions.get(function.0 as usize).map(|function| function.body)
    }

    fn show(&self, draft: &Draft) -> Report {
        let mut related = Vec::new();
        for (step, text) in &draft.related {
            let mut path = self.trace(step);
            // The call itself is where the report stands.
            if path.len() > 1 && path[0] == draft.place {
                path.remove(0);
            }
            let last = path.len() - 1;
            for (at, place) in path.into_iter().enumerate() {
                let message =
                    if at == last { self.words(text) } else { Text(vec![Part::Text("by way of this call".to_owned())]) };
                related.push(Related { place, message });
            }
        }
        related.dedup();
        Report {
            code: draft.code,
            severity: draft.severity,
            place: draft.place,
            message: self.words(&draft.message),
            condition: draft.condition.as_ref().map(|words| self.words(words)),
            related,
            fixes: draft.fixes.clone(),
        }
    }

    /// Fills in where the steps lead that a text names.
    fn words(&self, words: &Words) -> Text {
        let part = |word: &Word| match word {
            Word::Text(text) => Part::Text(text.clone()),
            Word::Line(step) => Part::Line(self.trace(step).pop().unwrap_or(step.place)),
        };
        Text(words.0.iter().map(part).collect())
    }

    /// The places that a step leads through, outermost first.
    fn trace(&self, step: &Step) -> Vec<Place> {
        let mut places = vec![step.place];
        let mut step = *step;
        while let Some(next) = step.cause.and_then(|cause| self.cause(cause)) {
            if places.len() >= DEPTH {
                break;
            }
            step = next;
            places.push(step.place);
        }
        places
    }

    /// What a callee's summary says of a step.
    fn cause(&self, cause: Cause) -> Option<Step> {
        let function = self.functions.get(cause.function.0 as usize)?;
        let summary = function.summary.as_ref()?.lambda(cause.lambda)?;
        Some(match cause.entry {
            Entry::Effect(number) => summary.effects.get(number as usize)?.at,
            Entry::Used(number) => summary.conditions.get(number as usize)?.at,
            Entry::Held(number) => summary.conditions.get(number as usize)?.held_at,
            Entry::Callback(number, held) => summary.callbacks.get(number as usize)?.held.get(held as usize)?.at,
            Entry::Called(number) => summary.callbacks.get(number as usize)?.at,
            Entry::Dead(number) => summary.dead.get(number as usize)?.1,
            Entry::Taken(number) => summary.taken.get(number as usize)?.at,
        })
    }
}
