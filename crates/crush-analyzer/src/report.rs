//! Reports: for people, with the source underlined, and for programs, one JSON object a line.

use std::io::{self, Write};

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use crush_ide::{Diagnostic, Fix, Severity, TextEdit, TextRange};
use serde::Serialize;

use crate::arguments::Format;
use crate::source::{Files, Quoted};

/// A report as `--format json` prints it.
#[derive(Serialize)]
struct JsonReport<'a> {
    file: &'a str,
    code: &'a str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    range: JsonRange,
    message: &'a str,
    related: Vec<JsonRelated<'a>>,
}

#[derive(Serialize)]
struct JsonRelated<'a> {
    file: &'a str,
    range: JsonRange,
    message: &'a str,
}

/// Lines and columns from 1, columns in Unicode scalars, the end one past the last.
#[derive(Serialize)]
pub(crate) struct JsonRange {
    start: JsonPosition,
    end: JsonPosition,
}

#[derive(Serialize)]
struct JsonPosition {
    line: u32,
    column: u32,
}

impl JsonRange {
    /// The range of a file in lines and columns.
    pub(crate) fn new(source: Quoted<'_>, range: TextRange) -> Self {
        let position = |offset| {
            let at = source.position(offset);
            JsonPosition { line: at.line, column: at.column }
        };
        Self { start: position(range.start), end: position(range.end) }
    }
}

/// So many reports of one program are shown to a person: the rest most often follows from them, and each is drawn from all of
/// the text.
const SHOWN: usize = 100;

/// Prints `diagnostics` of the files of `source`.
pub(crate) fn print(
    out: &mut dyn Write,
    source: &dyn Files,
    diagnostics: &[Diagnostic],
    format: Format,
) -> io::Result<()> {
    match format {
        Format::Human => {
            for diagnostic in diagnostics.iter().take(SHOWN) {
                print_human(out, source, diagnostic)?;
            }
            match diagnostics.len().saturating_sub(SHOWN) {
                0 => Ok(()),
                more => writeln!(out, "… and {more} more (`--format json` has all)\n"),
            }
        }
        Format::Json => diagnostics.iter().try_for_each(|diagnostic| print_json(out, source, diagnostic)),
    }
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
        Severity::Hint => "hint",
    }
}

fn print_json(out: &mut dyn Write, source: &dyn Files, diagnostic: &Diagnostic) -> io::Result<()> {
    let file = source.file(diagnostic.file);
    let report = JsonReport {
        file: file.path,
        code: &diagnostic.code,
        severity: severity_name(diagnostic.severity),
        kind: diagnostic.fault_kind,
        range: JsonRange::new(file, diagnostic.range),
        message: &diagnostic.message,
        related: diagnostic
            .related
            .iter()
            .map(|related| {
                let file = source.file(related.file);
                JsonRelated { file: file.path, range: JsonRange::new(file, related.range), message: &related.message }
            })
            .collect(),
    };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

fn print_human(out: &mut dyn Write, source: &dyn Files, diagnostic: &Diagnostic) -> io::Result<()> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
        Severity::Hint => Level::HELP,
    };
    // Paths, messages and labels may hold anything; only tabs and newlines may move the cursor.
    let file = source.file(diagnostic.file);
    let title = printable(&diagnostic.message);
    let mut snippet = snippet(file).annotation(AnnotationKind::Primary.span(file.clamp(diagnostic.range)));
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        diagnostic.related.iter().partition(|related| related.file == diagnostic.file);
    for related in here {
        snippet = snippet
            .annotation(AnnotationKind::Context.span(file.clamp(related.range)).label(printable(&related.message)));
    }
    let mut group = Group::with_title(level.primary_title(title).id(diagnostic.code.to_string())).element(snippet);
    for related in elsewhere {
        let file = source.file(related.file);
        let label = AnnotationKind::Context.span(file.clamp(related.range)).label(printable(&related.message));
        group = group.element(self::snippet(file).annotation(label));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(printable(note)));
    }
    let mut groups = vec![group];
    groups.extend(source.fixes(diagnostic).iter().map(|fix| suggestion(file, fix)));
    writeln!(out, "{}\n", Renderer::styled().render(&groups))
}

/// What a fix makes of the text.
fn suggestion<'a>(file: Quoted<'_>, fix: &Fix) -> Group<'a> {
    let patch = |edit: &TextEdit| Patch::new(file.clamp(edit.range), printable(&edit.new_text));
    let snippet =
        Snippet::source(file.text.to_string()).path(printable(file.path)).patches(fix.edits.iter().map(patch));
    Group::with_title(Level::HELP.secondary_title(printable(&fix.title))).element(snippet)
}

fn snippet<'a>(file: Quoted<'_>) -> Snippet<'a, Annotation<'a>> {
    Snippet::source(file.text.to_string()).path(printable(file.path))
}

/// The same text without what could take over a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{FFFD}' } else { c }).collect()
}
