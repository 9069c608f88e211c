//! Where the run is to stop: lines, changes of objects, faults.

use crush_ide::ModuleId;
use crush_ide::time::{ObjectId, Position, SnippetError};
use serde_json::{Value, json};

use crate::debuggee::{Debuggee, lost};
use crate::request::{
    DataBreakpointInfo, SetBreakpoints, SetDataBreakpoints, SetExceptionBreakpoints, SourceBreakpoint,
};

/// How many instructions a condition may take.
const INSTRUCTIONS: u64 = 1_000_000;

/// Where the run is to stop.
#[derive(Debug, Default)]
pub(crate) struct Breakpoints {
    pub(crate) lines: Vec<LineBreakpoint>,
    pub(crate) objects: Vec<ObjectId>,
    /// Whether it stops at a `BorrowError`, and at any fault.
    pub(crate) at_borrow_error: bool,
    pub(crate) at_fault: bool,
}

/// A line where the run is to stop.
#[derive(Debug)]
pub(crate) struct LineBreakpoint {
    pub(crate) file: ModuleId,
    /// From 0.
    pub(crate) line: usize,
    wanted: SourceBreakpoint,
    /// When it was hit, in the order of the run: going back and forth does not count a hit twice.
    hits: Vec<Position>,
}

impl LineBreakpoint {
    /// Which hit it is that happens at a moment.
    fn hit(&mut self, at: Position) -> u64 {
        let index = self.hits.binary_search(&at).unwrap_or_else(|index| {
            self.hits.insert(index, at);
            index
        });
        index as u64 + 1
    }
}

/// What a breakpoint says.
pub(crate) enum Verdict {
    Stop,
    GoOn,
    /// To be shown, and gone on.
    Log(String),
}

impl Breakpoints {
    /// The lines where the run may have to stop.
    pub(crate) fn places(&self) -> Vec<(ModuleId, usize)> {
        self.lines.iter().map(|at| (at.file, at.line)).collect()
    }
}

impl Debuggee<'_, '_> {
    /// `setBreakpoints`: those of one file replace what there was.
    pub(crate) fn set_breakpoints(&mut self, set: SetBreakpoints) -> Result<Value, String> {
        let path = set.source.path.unwrap_or_default();
        let Some(file) = self.file(&path) else {
            let none = |at: &SourceBreakpoint| json!({ "verified": false, "line": at.line, "message": "this file is no part of the program" });
            return Ok(json!({ "breakpoints": set.breakpoints.iter().map(none).collect::<Vec<_>>() }));
        };
        let (mut before, others) =
            std::mem::take(&mut self.breakpoints.lines).into_iter().partition::<Vec<_>, _>(|known| known.file == file);
        self.breakpoints.lines = others;
        let mut told = Vec::new();
        for wanted in set.breakpoints {
            // With the line that was asked for: clients find by it which of theirs it is.
            let refused =
                json!({ "verified": false, "line": wanted.line, "message": "no statement begins here or below" });
            let asked = usize::try_from(wanted.line.saturating_sub(self.first.0)).unwrap_or(usize::MAX);
            match self.time.next_line_with_code(file, asked) {
                Some(line) => {
                    told.push(json!({ "verified": true, "line": line as u64 + self.first.0 }));
                    // One that was there before is the same one: its hits count on.
                    let same = before.iter().position(|known| known.line == line && known.wanted == wanted);
                    let hits = same.map(|same| before.swap_remove(same).hits).unwrap_or_default();
                    self.breakpoints.lines.push(LineBreakpoint { file, line, wanted, hits });
                }
                None => told.push(refused),
            }
        }
        Ok(json!({ "breakpoints": told }))
    }

    /// `setExceptionBreakpoints`
    pub(crate) fn set_exception_breakpoints(&mut self, set: &SetExceptionBreakpoints) -> Value {
        self.breakpoints.at_borrow_error = set.filters.iter().any(|filter| filter == "borrow");
        self.breakpoints.at_fault = set.filters.iter().any(|filter| filter == "fault");
        json!({})
    }

    /// `dataBreakpointInfo`: a change of the object that a variable holds.
    pub(crate) fn data_breakpoint_info(&mut self, of: &DataBreakpointInfo) -> Result<Value, String> {
        let known = self.variables_of(of.variables_reference, of.frame_id)?;
        let found = known.into_iter().find(|held| held.name == of.name).and_then(|held| held.object);
        let Some(object) = found else {
            return Ok(json!({ "dataId": null, "description": "only objects can be watched for a change" }));
        };
        Ok(json!({
            "dataId": format!("{}:{}:{}", object.task, object.slot, object.generation),
            "description": format!("a change of #{} (`{}`)", object.slot, of.name),
            "accessTypes": ["write"],
        }))
    }

    /// `setDataBreakpoints`
    pub(crate) fn set_data_breakpoints(&mut self, set: &SetDataBreakpoints) -> Value {
        self.breakpoints.objects.clear();
        let told: Vec<_> = set
            .breakpoints
            .iter()
            .map(|wanted| match object(&wanted.data_id) {
                Some(object) => {
                    self.breakpoints.objects.push(object);
                    json!({ "verified": true })
                }
                None => json!({ "verified": false }),
            })
            .collect();
        json!({ "breakpoints": told })
    }

    /// What the breakpoints of the line say where the run is.
    pub(crate) fn judge(&mut self) -> Result<Verdict, String> {
        let view = self.moment(None)?;
        let Some(frame) = view.frames.first() else { return Ok(Verdict::GoOn) };
        let (file, line) = (frame.place.file, frame.line);
        let mut verdict = Verdict::GoOn;
        for index in 0..self.breakpoints.lines.len() {
            let at = &self.breakpoints.lines[index];
            if (at.file, at.line) != (file, line) {
                continue;
            }
            let wanted = at.wanted.clone();
            if let Some(condition) = wanted.condition.as_deref().filter(|condition| !condition.trim().is_empty())
                && !self.is_true(condition)?
            {
                continue;
            }
            let hits = self.breakpoints.lines[index].hit(self.position);
            if !wanted.hit_condition.as_deref().is_none_or(|condition| is_met(condition, hits)) {
                continue;
            }
            match wanted.log_message {
                Some(message) => verdict = Verdict::Log(self.filled_in(&message)),
                None => return Ok(Verdict::Stop),
            }
        }
        Ok(verdict)
    }

    /// A condition that cannot be evaluated stops the run, and is told.
    fn is_true(&mut self, condition: &str) -> Result<bool, String> {
        match self.value(condition) {
            Ok(value) => Ok(value == "true"),
            Err(reason) => {
                self.wire.output("stderr", &format!("the condition `{condition}`: {reason}\n"));
                Ok(true)
            }
        }
    }

    /// A message with the values of what stands in braces.
    fn filled_in(&mut self, message: &str) -> String {
        let mut out = String::new();
        let mut rest = message;
        while let Some((before, behind)) = rest.split_once('{') {
            out.push_str(before);
            match behind.split_once('}') {
                Some((expression, after)) => {
                    let value = self.value(expression);
                    out.push_str(&value.unwrap_or_else(|reason| format!("{{{reason}}}")));
                    rest = after;
                }
                None => {
                    out.push('{');
                    rest = behind;
                }
            }
        }
        out.push_str(rest);
        out.push('\n');
        out
    }

    /// The value of an expression where the run is, as text.
    fn value(&mut self, expression: &str) -> Result<String, String> {
        let never = crush_ide::CancelToken::new();
        match self.time.evaluate(self.position, 0, expression, INSTRUCTIONS, &never) {
            Ok(aside) => match (aside.value, aside.fault) {
                (Some(value), None) => Ok(value.text),
                (_, fault) => Err(fault.unwrap_or_default()),
            },
            Err(SnippetError::Problem(message)) => Err(message),
            Err(SnippetError::Lost(reason)) => Err(lost(reason)),
        }
    }
}

/// `5`, `>= 5`, `== 5`, `% 5`: whether so many hits are meant.
fn is_met(condition: &str, hits: u64) -> bool {
    let condition = condition.trim();
    let split = condition.find(|c: char| c.is_ascii_digit()).unwrap_or(condition.len());
    let (sign, number) = condition.split_at(split);
    let Ok(number) = number.trim().parse::<u64>() else { return true };
    match sign.trim() {
        ">" => hits > number,
        ">=" | "" => hits >= number,
        "<" => hits < number,
        "<=" => hits <= number,
        "%" => number > 0 && hits.is_multiple_of(number),
        _ => hits == number,
    }
}

fn object(id: &str) -> Option<ObjectId> {
    let mut numbers = id.split(':').map(|number| number.parse().ok());
    let object = ObjectId { task: numbers.next()??, slot: numbers.next()??, generation: numbers.next()?? };
    numbers.next().is_none().then_some(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hit_conditions_count() {
        let met = |condition: &str| (1..=6).filter(|hits| is_met(condition, *hits)).collect::<Vec<_>>();
        assert_eq!(met("3"), [3, 4, 5, 6]);
        assert_eq!(met("== 3"), [3]);
        assert_eq!(met("> 4"), [5, 6]);
        assert_eq!(met("%2"), [2, 4, 6]);
        assert_eq!(met("often"), [1, 2, 3, 4, 5, 6], "what makes no sense does not hide the line");
    }

    #[test]
    fn objects_have_names() {
        assert_eq!(object("0:4:1"), Some(ObjectId { task: 0, slot: 4, generation: 1 }));
        assert_eq!((object("0:4"), object("0:4:1:2"), object("x:1:1")), (None, None, None));
    }
}
