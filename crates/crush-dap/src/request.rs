//! Requests of the debug adapter protocol, as far as they are used.

use serde::Deserialize;
use serde_json::Value;

/// A request.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) seq: u64,
    pub(crate) command: String,
    #[serde(default)]
    pub(crate) arguments: Value,
}

impl Request {
    /// Its arguments.
    pub(crate) fn arguments<T: for<'de> Deserialize<'de>>(&self) -> Result<T, String> {
        let arguments =
            if self.arguments.is_null() { Value::Object(Default::default()) } else { self.arguments.clone() };
        serde_json::from_value(arguments).map_err(|error| format!("{}: {error}", self.command))
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Initialize {
    #[serde(default = "yes")]
    pub(crate) lines_start_at1: bool,
    #[serde(default = "yes")]
    pub(crate) columns_start_at1: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cancel {
    /// The request; a client may name something that goes on instead, of which there is nothing here.
    #[serde(default)]
    pub(crate) request_id: Option<u64>,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Launch {
    /// The path of the program.
    #[serde(default)]
    pub(crate) program: String,
    /// What `sys.args()` gives.
    #[serde(default)]
    pub(crate) args: Vec<String>,
    /// What it reads from its standard input.
    #[serde(default)]
    pub(crate) input: String,
    /// Whether it stops before the first line.
    #[serde(default)]
    pub(crate) stop_on_entry: bool,
    /// Whether it stops at its end, to go back from there.
    #[serde(default)]
    pub(crate) stop_at_end: bool,
    /// Whether breakpoints count for nothing.
    #[serde(default)]
    pub(crate) no_debug: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Source {
    pub(crate) path: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SetBreakpoints {
    pub(crate) source: Source,
    #[serde(default)]
    pub(crate) breakpoints: Vec<SourceBreakpoint>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SourceBreakpoint {
    pub(crate) line: u64,
    pub(crate) condition: Option<String>,
    pub(crate) hit_condition: Option<String>,
    pub(crate) log_message: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SetExceptionBreakpoints {
    #[serde(default)]
    pub(crate) filters: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DataBreakpointInfo {
    pub(crate) variables_reference: Option<u64>,
    pub(crate) frame_id: Option<u64>,
    pub(crate) name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SetDataBreakpoints {
    #[serde(default)]
    pub(crate) breakpoints: Vec<DataBreakpoint>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DataBreakpoint {
    pub(crate) data_id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StackTrace {
    pub(crate) thread_id: u64,
    #[serde(default)]
    pub(crate) start_frame: usize,
    pub(crate) levels: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Scopes {
    pub(crate) frame_id: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Variables {
    pub(crate) variables_reference: u64,
    pub(crate) start: Option<usize>,
    pub(crate) count: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Completions {
    pub(crate) frame_id: Option<u64>,
    pub(crate) text: String,
    pub(crate) column: u64,
    pub(crate) line: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Evaluate {
    pub(crate) expression: String,
    pub(crate) frame_id: Option<u64>,
    pub(crate) context: Option<String>,
}
