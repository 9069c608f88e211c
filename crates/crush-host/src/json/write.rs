//! From values to JSON text. Values are walked without recursion: no depth is too deep.

use crush_arena::{BUFFER, Kind, Object, RuntimeValue, Step, pieces};
use crush_vm::{Call, CallError};

use crate::arguments::Building;

/// How the text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Without white space.
    Line,
    /// A line for each element, indented by two blanks a level.
    Indented,
}

/// The text of a value.
pub(super) fn text(call: &Call<'_>, value: RuntimeValue, layout: Layout) -> Result<Building, CallError> {
    let mut writer = Writer { call, layout, out: Building::default(), open: Vec::new(), after_key: false };
    let mut walk = call.objects().walk(value);
    while let Some(step) = walk.next() {
        if writer.step(step?)? == Next::SkipEntered {
            walk.skip_entered();
        }
    }
    Ok(writer.out)
}

/// What to do after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    GoOn,
    SkipEntered,
}

struct Writer<'w, 'c> {
    call: &'w Call<'c>,
    layout: Layout,
    out: Building,
    /// Whether each array or map that was entered has something in it already.
    open: Vec<bool>,
    after_key: bool,
}

impl Writer<'_, '_> {
    fn step(&mut self, step: Step<'_>) -> Result<Next, CallError> {
        match step {
            Step::Enter(_, Object::Tagged(tagged)) if &*tagged.tag == BUFFER => {}
            Step::Enter(_, Object::Tagged(_)) => {
                self.separate()?;
                self.put("\"<handle>\"")?;
                return Ok(Next::SkipEntered);
            }
            Step::Bytes(count) => {
                self.separate()?;
                self.put(&format!("\"<{count} bytes>\""))?;
            }
            Step::Enter(_, object) => {
                self.separate()?;
                self.put(if matches!(object, Object::Array(_)) { "[" } else { "{" })?;
                self.open.push(false);
            }
            Step::Leave(Kind::Tagged) => {}
            Step::Leave(kind) => {
                if self.open.pop() == Some(true) {
                    self.new_line()?;
                }
                self.put(if kind == Kind::Array { "]" } else { "}" })?;
            }
            Step::Key(key) => {
                self.separate()?;
                self.quoted(key)?;
                self.put(if self.layout == Layout::Line { ":" } else { ": " })?;
                self.after_key = true;
            }
            Step::Value(value) => {
                self.separate()?;
                self.value(value)?;
            }
            Step::Str(text) => {
                self.separate()?;
                self.quoted(text)?;
            }
            Step::Closure(closure) => {
                self.separate()?;
                self.quoted(&self.call.display(RuntimeValue::Function(closure.function))?)?;
            }
            Step::Cycle(..) => return Err("the value contains itself".into()),
        }
        Ok(Next::GoOn)
    }

    /// What stands before a value or a key.
    fn separate(&mut self) -> Result<(), CallError> {
        if std::mem::take(&mut self.after_key) {
            return Ok(());
        }
        match self.open.last_mut() {
            None => return Ok(()),
            Some(filled @ false) => *filled = true,
            Some(true) => self.put(",")?,
        }
        self.new_line()
    }

    fn new_line(&mut self) -> Result<(), CallError> {
        if self.layout == Layout::Line {
            return Ok(());
        }
        self.put("\n")?;
        for _ in 0..self.open.len() {
            self.put("  ")?;
        }
        Ok(())
    }

    fn value(&mut self, value: RuntimeValue) -> Result<(), CallError> {
        match value {
            RuntimeValue::Int(value) => self.put(&value.to_string()),
            // JSON has no such numbers.
            RuntimeValue::Float(value) if !value.is_finite() => self.put("0"),
            RuntimeValue::Float(value) => self.put(&serde_json::Value::from(value).to_string()),
            RuntimeValue::Bool(value) => self.put(if value { "true" } else { "false" }),
            RuntimeValue::Function(_) => self.quoted(&self.call.display(value)?),
            RuntimeValue::Null | RuntimeValue::Ref(_) | RuntimeValue::Borrow(_) => self.put("null"),
        }
    }

    /// A text in quotes, with what needs it escaped.
    fn quoted(&mut self, text: &str) -> Result<(), CallError> {
        self.put("\"")?;
        for piece in pieces(text) {
            self.escaped(piece)?;
        }
        self.put("\"")
    }

    fn escaped(&mut self, text: &str) -> Result<(), CallError> {
        let mut rest = text;
        while let Some(at) = rest.find(|character: char| character < ' ' || matches!(character, '"' | '\\')) {
            let (plain, after) = rest.split_at(at);
            self.put(plain)?;
            let (escaped, after) = after.split_at(1);
            self.escape(escaped)?;
            rest = after;
        }
        self.put(rest)
    }

    fn escape(&mut self, character: &str) -> Result<(), CallError> {
        self.put(match character {
            "\"" => "\\\"",
            "\\" => "\\\\",
            "\n" => "\\n",
            "\r" => "\\r",
            "\t" => "\\t",
            "\u{8}" => "\\b",
            "\u{c}" => "\\f",
            other => return self.put(&format!("\\u{:04x}", other.as_bytes()[0])),
        })
    }

    fn put(&mut self, piece: &str) -> Result<(), CallError> {
        self.out.push(self.call, piece)
    }
}
