//! What is reported, in the formats of those who read it: people, scripts, code scanning, GitHub, and what shows tests.

use std::io::Write;

use crush_ide::{Diagnostic, Severity};
use serde_json::{Value, json};

use crate::Misuse;
use crate::arguments::{Format, ReportFormat};
use crate::report;
use crate::source::Files;

/// What was reported so far.
pub(super) struct Reports<W: Write> {
    out: W,
    format: ReportFormat,
    tally: Tally,
    /// What is only printed as a whole.
    collected: Vec<Value>,
}

/// How much was reported.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally([usize; 4]);

impl Tally {
    /// How many reports of a severity.
    pub(super) fn of(self, severity: Severity) -> usize {
        self.0[severity as usize]
    }
}

impl<W: Write> Reports<W> {
    pub(super) fn new(out: W, format: ReportFormat) -> Self {
        Self { out, format, tally: Tally::default(), collected: Vec::new() }
    }

    /// Reports of one program.
    pub(super) fn print(&mut self, files: &dyn Files, reports: &[Diagnostic]) -> Result<(), Misuse> {
        reports.iter().for_each(|report| self.tally.0[report.severity as usize] += 1);
        match self.format {
            ReportFormat::Human => report::print(&mut self.out, files, reports, Format::Human)?,
            ReportFormat::Json => report::print(&mut self.out, files, reports, Format::Json)?,
            ReportFormat::Github => {
                for report in reports {
                    writeln!(self.out, "{}", github(files, report))?;
                }
            }
            ReportFormat::Sarif => self.collected.extend(reports.iter().map(|report| sarif(files, report))),
            ReportFormat::Junit => self.collected.push(junit(files, reports)),
        }
        Ok(())
    }

    /// Prints what is printed at the end; gives how much there was.
    pub(super) fn end(mut self) -> Result<Tally, Misuse> {
        match self.format {
            ReportFormat::Human => {
                let (errors, warnings) = (self.tally.of(Severity::Error), self.tally.of(Severity::Warning));
                writeln!(self.out, "{}", summary(errors, warnings))?;
            }
            ReportFormat::Json | ReportFormat::Github => {}
            ReportFormat::Sarif => {
                let log = sarif_log(std::mem::take(&mut self.collected));
                writeln!(self.out, "{log:#}")?;
            }
            ReportFormat::Junit => write_junit(&mut self.out, &self.collected)?,
        }
        self.out.flush()?;
        Ok(self.tally)
    }
}

fn summary(errors: usize, warnings: usize) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "no problems found".to_string(),
        (0, w) => count(w, "warning"),
        (e, 0) => count(e, "error"),
        (e, w) => format!("{}, {}", count(e, "error"), count(w, "warning")),
    }
}

/// `::error file=…,line=…::message`, which GitHub shows beside the change.
fn github(files: &dyn Files, report: &Diagnostic) -> String {
    let level = match report.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "notice",
    };
    let file = files.file(report.file);
    let (start, end) = (file.position(report.range.start), file.position(report.range.end));
    let value = |text: &str| message(text).replace(':', "%3A").replace(',', "%2C");
    let message = message(&report.message);
    format!(
        "::{level} file={},line={},col={},endLine={},endColumn={},title={}::{message}",
        value(file.path),
        start.line,
        start.column,
        end.line,
        end.column,
        value(&report.code),
    )
}

/// A text as GitHub's commands take it.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A result of SARIF 2.1.0.
fn sarif(files: &dyn Files, report: &Diagnostic) -> Value {
    let level = match report.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    };
    let location = |file, range: crush_ide::TextRange, text: Option<&str>| {
        let file = files.file(file);
        let (start, end) = (file.position(range.start), file.position(range.end));
        let mut location = json!({ "physicalLocation": {
            "artifactLocation": { "uri": file.path.replace('\\', "/").replace(' ', "%20") },
            "region": {
                "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
            },
        } });
        if let Some(text) = text {
            location["message"] = json!({ "text": text });
        }
        location
    };
    let related: Vec<_> =
        report.related.iter().map(|related| location(related.file, related.range, Some(&related.message))).collect();
    json!({
        "ruleId": report.code,
        "level": level,
        "message": { "text": report.message },
        "locations": [location(report.file, report.range, None)],
        "relatedLocations": related,
    })
}

fn sarif_log(results: Vec<Value>) -> Value {
    let mut codes: Vec<_> = results.iter().filter_map(|result| result["ruleId"].as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<_> = codes.iter().map(|code| json!({ "id": code, "helpUri": crush_ide::page_of(code) })).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "crush-analyzer", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// A program as a test suite: each report is a test that failed, and one without reports is a test that passed.
fn junit(files: &dyn Files, reports: &[Diagnostic]) -> Value {
    let cases: Vec<_> = reports
        .iter()
        .map(|report| {
            let file = files.file(report.file);
            let at = file.position(report.range.start);
            json!({
                "name": format!("{} {}:{}:{}", report.code, file.path, at.line, at.column),
                "code": report.code,
                "message": report.message,
            })
        })
        .collect();
    json!({ "name": files.file(crush_ide::ModuleId::ROOT).path, "cases": cases })
}

fn write_junit(out: &mut impl Write, suites: &[Value]) -> std::io::Result<()> {
    let text = |value: &Value| escaped(value.as_str().unwrap_or_default());
    let cases_of = |suite: &Value| suite["cases"].as_array().cloned().unwrap_or_default();
    let failures: usize = suites.iter().map(|suite| cases_of(suite).len()).sum();
    let tests: usize = suites.iter().map(|suite| cases_of(suite).len().max(1)).sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"crush-analyzer\" tests=\"{tests}\" failures=\"{failures}\">")?;
    for suite in suites {
        let (name, cases) = (text(&suite["name"]), cases_of(suite));
        let (tests, failures) = (cases.len().max(1), cases.len());
        writeln!(out, "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\">")?;
        if cases.is_empty() {
            writeln!(out, "    <testcase name=\"{name}\" classname=\"crush-analyzer\"/>")?;
        }
        for case in cases {
            let (case_name, code, message) = (text(&case["name"]), text(&case["code"]), text(&case["message"]));
            writeln!(out, "    <testcase name=\"{case_name}\" classname=\"{name}\">")?;
            writeln!(out, "      <failure type=\"{code}\" message=\"{message}\"/>")?;
            writeln!(out, "    </testcase>")?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// A text inside an attribute of XML, without what XML has no way to say.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c if c.is_control() && c != '\t' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
