//! Going back and forth in a run of a document, and evaluating in it.

mod snippet;
mod view;

use crush_eval::Outside;
use crush_eval::time::{EventRecord, Replay, Timeline};
use crush_hir::modules::ModuleId;
use crush_vm::{CancelToken, HostAdapter, SourceRange, VerifiedProgram};

use crate::FileAnalysis;
use crate::arena_view::{ArenaMoment, ArenaQuery, ArenaView, moment_view};
use crate::drawing::{HeapDrawing, HeapQuery, heap_of};
use crate::evaluation::{NotRun, refusal};

pub use crush_eval::time::{Bounds, Direction, Ends, Lost, Position, Step};
pub use snippet::{AsideChange, AsideView, SnippetError};
pub use view::{FrameView, Kind, MomentView, ObjectChange, ObjectId, TaskView, VariableView};

/// A run of a document, any moment of which can be looked at.
#[derive(Debug)]
pub struct TimeTravel<'h> {
    analysis: FileAnalysis,
    timeline: Timeline<'h>,
}

/// Hands `work` a run of the program of `analysis`, of which nothing is known yet but what it got from outside: it is given
/// that again, and nothing is done outside.
///
/// # Errors
///
/// Why there is none.
pub fn travel<T>(
    analysis: &FileAnalysis,
    outside: &Outside,
    limits: crush_eval::Limits,
    cancel: &CancelToken,
    work: impl FnOnce(TimeTravel<'_>) -> T,
) -> Result<T, NotRun> {
    let program = analysis.compile().map_err(|problems| NotRun::Refused(refusal(&problems)))?;
    // A server may have several.
    let bounds = Bounds { checkpoints: 128 << 20, ..Bounds::new(limits.quotas()) };
    outside.again(|replay| travel_by(analysis, &program, replay, bounds, cancel, work))
}

/// Hands `work` a run of a program, compiled from `analysis`, with a host that provides what was granted. What it does
/// outside it does once, however often a part of it is had again.
///
/// # Errors
///
/// Why there is none.
pub fn travel_with<T>(
    analysis: &FileAnalysis,
    program: &VerifiedProgram,
    host: &dyn HostAdapter,
    bounds: Bounds,
    cancel: &CancelToken,
    work: impl FnOnce(TimeTravel<'_>) -> T,
) -> Result<T, NotRun> {
    travel_by(analysis, program, &Replay::new(host), bounds, cancel, work)
}

fn travel_by<T>(
    analysis: &FileAnalysis,
    program: &VerifiedProgram,
    replay: &Replay<'_>,
    bounds: Bounds,
    cancel: &CancelToken,
    work: impl FnOnce(TimeTravel<'_>) -> T,
) -> Result<T, NotRun> {
    let line_of = |range: SourceRange| analysis.line_number(range);
    let timeline = Timeline::new(program, replay, bounds, cancel.clone(), line_of).map_err(|lost| match lost {
        Lost::Refused(fault) => NotRun::Refused(fault.message.clone()),
        Lost::Cancelled => NotRun::Cancelled,
        Lost::Missed => NotRun::Refused("the run cannot be gone back in".to_owned()),
    })?;
    Ok(work(TimeTravel { analysis: analysis.clone(), timeline }))
}

/// The lines of a file of the program are numbered from here on.
const LINES_OF_A_FILE: u32 = 1 << 22;

fn line_number(file: ModuleId, line: usize) -> u32 {
    let line = u32::try_from(line).unwrap_or(u32::MAX).min(LINES_OF_A_FILE - 1);
    file.0.wrapping_mul(LINES_OF_A_FILE).wrapping_add(line)
}

impl FileAnalysis {
    /// A number for the line on which a range of the program begins.
    fn line_number(&self, range: SourceRange) -> u32 {
        let file = ModuleId(range.file.0);
        let text = self.module(file).map_or_else(|| self.text(), |(_, _, text)| text);
        line_number(file, text.line_of(range.start as usize))
    }
}

impl<'h> TimeTravel<'h> {
    /// The text that runs, and its modules.
    pub fn analysis(&self) -> &FileAnalysis {
        &self.analysis
    }

    /// The run itself.
    pub fn timeline(&mut self) -> &mut Timeline<'h> {
        &mut self.timeline
    }

    /// Makes the whole run known.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn run_to_end(&mut self) -> Result<(), Lost> {
        self.timeline.run_to_end()
    }

    /// Makes a step from a moment; forward, it ends where the run comes to one of the lines of `breaks` before.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn step(
        &mut self,
        from: Position,
        step: Step,
        direction: Direction,
        breaks: &[(ModuleId, usize)],
    ) -> Result<Position, Lost> {
        let breaks: Vec<u32> = breaks.iter().map(|(file, line)| line_number(*file, *line)).collect();
        self.timeline.step(from, step, direction, &breaks)
    }

    /// Goes on with a step that began at a moment, from where it was left. Tells also why it ends.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn step_on(
        &mut self,
        begun: Position,
        from: Position,
        step: Step,
        direction: Direction,
        breaks: &[(ModuleId, usize)],
    ) -> Result<(Position, Ends), Lost> {
        let breaks: Vec<u32> = breaks.iter().map(|(file, line)| line_number(*file, *line)).collect();
        self.timeline.step_on(begun, from, step, direction, &breaks)
    }

    /// Goes on to the next, or back to the last, moment at which the run comes to one of some lines (from 0).
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn go_to_line(
        &mut self,
        from: Position,
        lines: &[(ModuleId, usize)],
        direction: Direction,
    ) -> Result<Position, Lost> {
        self.go_on_to_line(from, lines, direction).map(|(there, _)| there)
    }

    /// Goes on like [`Self::go_to_line`]. Tells also why it ends.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn go_on_to_line(
        &mut self,
        from: Position,
        lines: &[(ModuleId, usize)],
        direction: Direction,
    ) -> Result<(Position, Ends), Lost> {
        let lines: Vec<u32> = lines.iter().map(|(file, line)| line_number(*file, *line)).collect();
        self.timeline.go_on_to_line(from, &lines, direction)
    }

    /// Goes to a moment, or the end where the run is over before.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn go_to(&mut self, position: Position) -> Result<Position, Lost> {
        self.timeline.go_to(position)
    }

    /// The last change of an object before a moment.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn last_change(&mut self, object: ObjectId, before: Position) -> Result<Option<ObjectChange>, Lost> {
        let found = self.timeline.last_change(object.task, object.slot, object.generation, before)?;
        Ok(found.map(ObjectChange::from))
    }

    /// When an object was last borrowed before a moment.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn last_borrow(&mut self, object: ObjectId, before: Position) -> Result<Option<ObjectChange>, Lost> {
        let found = self.timeline.last_borrow(object.task, object.slot, object.generation, before)?;
        Ok(found.map(ObjectChange::from))
    }

    /// The first change of an object on the way from one moment to another, forward or back: the moment behind it.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn change_between(
        &mut self,
        object: ObjectId,
        from: Position,
        to: Position,
        direction: Direction,
    ) -> Result<Option<Position>, Lost> {
        let object = (object.task, object.slot, object.generation);
        self.timeline.change_between(object, from, to, direction)
    }

    /// The first line (from 0) of a file, from one on, on which a statement begins.
    pub fn next_line_with_code(&self, file: ModuleId, line: usize) -> Option<usize> {
        let (first, end) = (line_number(file, line), line_number(file, 0).wrapping_add(LINES_OF_A_FILE));
        let found = self.timeline.line_from(first, end)?;
        Some((found - line_number(file, 0)) as usize)
    }

    /// The arena at a moment.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn arena(&mut self, position: Position, query: &ArenaQuery) -> Result<ArenaView, Lost> {
        let record = self.timeline.arena(position)?;
        // Which moment it is, whoever asks knows.
        Ok(moment_view(ArenaMoment::End, &record, query))
    }

    /// The picture of the heap at a moment. An object of another moment that is not there is not put in the middle.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn heap(&mut self, position: Position, query: HeapQuery) -> Result<HeapDrawing, Lost> {
        let record = self.timeline.arena(position)?;
        Ok(heap_of(ArenaMoment::End, &record, query))
    }
}

impl From<EventRecord> for ObjectChange {
    fn from(event: EventRecord) -> Self {
        Self {
            position: event.position,
            what: event.what,
            place: event.range.map(crate::FilePlace::from),
            holder: event.holder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::analysis;

    const PROGRAM: &str =
        "fn grow(xs, n) {\n  xs.push(n)\n  return len(xs)\n}\nlet xs = [1]\nlet n = grow(xs, 7)\nprint(n)\n";

    fn with<T>(text: &str, work: impl FnOnce(TimeTravel<'_>) -> T) -> T {
        travel(&analysis(text), &Outside::default(), crush_eval::Limits::default(), &CancelToken::new(), work)
            .expect("it runs")
    }

    #[test]
    fn a_moment_tells_lines_and_variables() {
        with(PROGRAM, |mut time| {
            time.run_to_end().expect("nobody cancels");
            let inside = time.go_to_line(Position::at(1), &[(ModuleId::ROOT, 2)], Direction::Forward).expect("a line");
            let moment = time.moment(inside, None).expect("it is there");
            let told: Vec<_> = moment.frames.iter().map(|frame| (frame.function.as_str(), frame.line)).collect();
            assert_eq!(told, [("grow", 2), ("main", 5)]);
            let shown: Vec<_> =
                moment.frames[0].variables.iter().map(|held| format!("{} = {}", held.name, held.text)).collect();
            assert_eq!(shown, ["xs = #0 [1, 7]", "n = 7"]);
            let object = moment.frames[0].variables[0].object.expect("an object");
            let change = time.last_change(object, inside).expect("nobody cancels").expect("it was changed");
            let line = time.analysis().text().line_of(change.place.expect("a place").range.start);
            assert_eq!((change.what, line), ("written", 1));
        });
    }

    #[test]
    fn a_snippet_is_evaluated_and_changes_nothing() {
        with(PROGRAM, |mut time| {
            let inside = time.go_to_line(Position::at(1), &[(ModuleId::ROOT, 2)], Direction::Forward).expect("a line");
            let never = CancelToken::new();
            let mut value = |snippet: &str| {
                let aside = time.evaluate(inside, 0, snippet, 100_000, &never).expect("it compiles");
                (aside.value.map(|value| value.text), aside.output, aside.changes.len())
            };
            assert_eq!(value("xs[0] + n"), (Some("8".to_owned()), String::new(), 0));
            assert_eq!(
                value("xs.push(5)\nprint(xs)\nxs"),
                (Some("#0 [1, 7, 5]".to_owned()), "[1, 7, 5]\n".to_owned(), 1)
            );
            assert_eq!(value("grow(xs, n * 2)").0, Some("3".to_owned()));
            assert_eq!(value("let ys = array.map(xs, |x| x + n)\nys").0, Some("#2 [8, 14]".to_owned()));
            assert_eq!(value("xs").0, Some("#0 [1, 7]".to_owned()), "nothing of that is left");
            let text = |snippet: &str, time: &mut TimeTravel<'_>| match time.evaluate(inside, 0, snippet, 9, &never) {
                Err(SnippetError::Problem(message)) => message,
                other => panic!("{other:?}"),
            };
            assert!(text("xs +", &mut time).contains("expected"), "{}", text("xs +", &mut time));
            assert!(text("there", &mut time).contains("there"), "{}", text("there", &mut time));
            let forever = time.evaluate(inside, 0, "while true { n = n + 1 }", 1_000, &never).expect("it compiles");
            assert!(forever.fault.is_some_and(|fault| fault.contains("instructions")));
            let conflict = "let a = &mut xs\nxs.push(1)";
            let fault = time.evaluate(inside, 0, conflict, 1_000, &never).expect("it compiles");
            assert!(fault.fault.is_some_and(|fault| fault.contains("`a`")));
        });
    }
}
