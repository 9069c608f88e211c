//! From drafts to reports: what lies in other functions is looked up now.

use crush_hir::file::BodyId;
use crush_hir::modules::ModuleId;
use rustc_hash::FxHashSet;

use super::Analysis;
use super::once::tell_once;
use crate::draft::{Draft, Word, Words};
use crate::report::{Cause, Code, Entry, FunctionId, Part, Place, Related, Report, Severity, Step, Text};

/// The most places that one step is traced to.
const MOST: usize = 200;

impl Analysis {
    /// Every report, in the order of the files and their bodies; in one body in the order of the text.
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
        let drafts = drafts.filter(|draft| self.rests_on(draft).is_none());
        let mut reports: Vec<_> = drafts.map(|draft| self.show(draft)).collect();
        reports.sort_by_key(|report| (report.place.range, report.code));
        tell_once(reports)
    }

    /// The functions, in the order of the files and their bodies.
    pub fn functions(&self) -> &[FunctionId] {
        &self.order
    }

    /// Which body of its file a function is, in the version that was analysed last.
    pub fn body_of(&self, function: FunctionId) -> Option<BodyId> {
        self.functions.get(function.0 as usize).map(|function| function.body)
    }

    /// Which file of the program a function is in, counted as in [`Analysis::update_program`].
    pub fn file_of(&self, function: FunctionId) -> ModuleId {
        self.functions.get(function.0 as usize).map_or(ModuleId::ROOT, |function| function.file)
    }

    fn show(&self, draft: &Draft) -> Report {
        let mut related: Vec<Related> = Vec::new();
        for (step, text) in &draft.related {
            for (place, is_last) in self.trace(step) {
                // The call itself is where the report stands.
                if !is_last && place == draft.place || related.iter().any(|known| known.place == place) {
                    continue;
                }
                let message =
                    if is_last { self.words(text) } else { Text(vec![Part::Text("by way of this call".to_owned())]) };
                related.push(Related { place, message });
            }
        }
        if draft.code == Code::TooLargeToAnalyse {
            related = self.called_from(draft.place.function);
            related.extend(self.resting_on(draft.place.function));
        }
        Report {
            code: draft.code,
            also: Vec::new(),
            severity: draft.severity,
            place: draft.place,
            message: self.words(&draft.message),
            condition: draft.condition.as_ref().map(|words| self.words(words)),
            related,
            fixes: draft.fixes.clone(),
        }
    }

    /// All that a function calls, by whatever way: what it gives to them is not known.
    fn called_from(&self, function: FunctionId) -> Vec<Related> {
        let mut seen = FxHashSet::from_iter([function]);
        let (mut waiting, mut related) = (self.callees(function), Vec::new());
        while let Some(callee) = waiting.pop() {
            if seen.insert(callee) && related.len() < MOST {
                let place = Place { function: callee, range: self.functions[callee.0 as usize].range };
                let message = Text(vec![Part::Text("or in this, which it may call".to_owned())]);
                related.push(Related { place, message });
                waiting.extend(self.callees(callee));
            }
        }
        related
    }

    /// The function too large to analyse that all in the way is only expected of: its own report tells this too.
    fn rests_on(&self, draft: &Draft) -> Option<FunctionId> {
        if draft.severity == Severity::Error {
            return None;
        }
        let (mut waiting, mut seen) = (draft.obstacles.clone(), FxHashSet::default());
        let mut found = None;
        while let Some(step) = waiting.pop() {
            match (step.too_large(), step.cause) {
                (Some(function), _) => found = Some(function),
                (None, Some(cause)) => {
                    if seen.insert(cause) {
                        let deeper = self.cause(cause);
                        if deeper.is_empty() || seen.len() > MOST {
                            return None;
                        }
                        waiting.extend(deeper);
                    }
                }
                (None, None) => return None,
            }
        }
        let is_told = |function: &FunctionId| {
            self.functions[function.0 as usize].drafts.iter().any(|draft| draft.code == Code::TooLargeToAnalyse)
        };
        found.filter(is_told)
    }

    /// The places at which something goes wrong only because of what a function may do that is too large to analyse.
    fn resting_on(&self, function: FunctionId) -> Vec<Related> {
        let drafts = self.order.iter().flat_map(|id| &self.functions[id.0 as usize].drafts);
        let mut related: Vec<Related> = Vec::new();
        for draft in drafts.filter(|draft| self.rests_on(draft) == Some(function)) {
            let message = Text(vec![Part::Text("or here, because of what it may have done".to_owned())]);
            let report = self.show(draft);
            for step in std::iter::once(Related { place: draft.place, message }).chain(report.related) {
                if related.iter().all(|known| known.place != step.place) {
                    related.push(step);
                }
            }
        }
        related
    }

    /// Fills in where the steps lead that a text names.
    fn words(&self, words: &Words) -> Text {
        let part = |word: &Word| match word {
            Word::Text(text) => Part::Text(text.clone()),
            Word::Line(step) => Part::Line(self.leaf(step)),
        };
        Text(words.0.iter().map(part).collect())
    }

    /// The first place at which a step really happens.
    fn leaf(&self, step: &Step) -> Place {
        self.trace(step).into_iter().find(|(_, is_last)| *is_last).map_or(step.place, |(place, _)| place)
    }

    /// The places that a step leads through, each before those it leads to; and whether nothing lies deeper.
    fn trace(&self, step: &Step) -> Vec<(Place, bool)> {
        let (mut places, mut seen) = (Vec::new(), FxHashSet::default());
        let mut waiting = vec![*step];
        while let Some(step) = waiting.pop() {
            let mut deeper = match step.cause {
                Some(cause) if cause.entry == Entry::TooLarge => Vec::new(),
                Some(cause) if seen.insert(cause) => self.cause(cause),
                Some(_) => continue,
                None => Vec::new(),
            };
            places.push((step.place, step.too_large().is_some() || step.cause.is_none()));
            if places.len() >= MOST {
                break;
            }
            // In the order of the text: that in which functions were analysed is another one after an edit.
            deeper.sort_by_key(|step| {
                (self.file_of(step.place.function), self.body_of(step.place.function), step.place.range)
            });
            waiting.extend(deeper.into_iter().rev());
        }
        places
    }

    /// What a callee's summary says of a step.
    fn cause(&self, cause: Cause) -> Vec<Step> {
        let steps = || {
            let summary = self.functions.get(cause.function.0 as usize)?.summary.as_ref()?.lambda(cause.lambda)?;
            Some(match cause.entry {
                Entry::Effect(number) => summary.effects.get(number as usize)?.at.clone(),
                Entry::Used(number) => summary.conditions.get(number as usize)?.at.clone(),
                Entry::Held(number) => summary.conditions.get(number as usize)?.held_at.clone(),
                Entry::Callback(number, held) => {
                    vec![summary.callbacks.get(number as usize)?.held.get(held as usize)?.at]
                }
                Entry::Later(number, held) => {
                    summary.callbacks.get(number as usize)?.held.get(held as usize)?.used_later.clone()
                }
                Entry::Called(number) => summary.callbacks.get(number as usize)?.at.clone(),
                Entry::Dead(number) => vec![summary.dead.get(number as usize)?.1],
                Entry::Freed(number) => vec![summary.freed.get(number as usize)?.2],
                Entry::Taken(number) => vec![summary.taken.get(number as usize)?.at],
                Entry::TooLarge => return None,
            })
        };
        steps().unwrap_or_default()
    }
}
