//! What a project's `crush.toml` means: the severity of each code.
//!
//! Reading the file is somebody else's business. Whatever is wrong in it is reported at its place, and the rest of it counts.

use std::collections::BTreeMap;
use std::fmt::Display;

use crush_syntax::TextRange;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::codes::{self, INVALID_SETTINGS, UNKNOWN_CODE};
use crate::diagnostics::{Diagnostic, Severity};

/// The table of severities.
const DIAGNOSTICS: &str = "diagnostics";
/// What a severity can be.
const LEVELS: &[(&str, Level)] = &[
    ("off", Level::Off),
    ("hint", Level::As(Severity::Hint)),
    ("info", Level::As(Severity::Info)),
    ("warning", Level::As(Severity::Warning)),
    ("error", Level::As(Severity::Error)),
];

/// What a `crush.toml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    levels: BTreeMap<&'static str, Levels>,
}

/// How the reports of one code are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Levels {
    /// Those that are certain (S2).
    certain: Option<Level>,
    /// Those that rest on a condition.
    possible: Option<Level>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// Not at all.
    Off,
    As(Severity),
}

impl Config {
    /// Reads the text of a `crush.toml`. Gives also what is wrong in it, at the places of this text.
    pub fn parse(text: &str) -> (Self, Vec<Diagnostic>) {
        let mut reader = Reader::default();
        let (table, errors) = DeTable::parse_recoverable(text);
        reader.root(table.get_ref());
        if let Some(error) = errors.first() {
            // All else that seems wrong may follow from it.
            reader.problems.clear();
            let range = error.span().map_or(TextRange::empty(0), |span| TextRange::new(span.start, span.end));
            reader.error(range, format!("this is no TOML: {}", error.message()));
        }
        let Reader { config, mut problems } = reader;
        config.apply(&mut problems);
        problems.sort_by_key(|problem| problem.range);
        (config, problems)
    }

    /// What there is when a `crush.toml` cannot be read.
    pub fn unreadable(reason: &str) -> (Self, Vec<Diagnostic>) {
        let mut reader = Reader::default();
        reader.error(TextRange::empty(0), format!("this file cannot be read: {reason}"));
        (reader.config, reader.problems)
    }

    /// Gives reports the severity that is wanted of them, and leaves out those that are not wanted.
    pub(crate) fn apply(&self, reports: &mut Vec<Diagnostic>) {
        if self.levels.is_empty() {
            return;
        }
        reports.retain_mut(|report| {
            let Some(levels) = self.levels.get(&*report.code).filter(|_| report.is_negotiable()) else { return true };
            let level = if report.severity == Severity::Error { levels.certain } else { levels.possible };
            match level {
                None => true,
                Some(Level::Off) => false,
                Some(Level::As(severity)) => {
                    report.severity = severity;
                    true
                }
            }
        });
    }
}

impl Config {
    /// Whether a report is about what nothing needs, and this says nothing of it.
    pub(crate) fn leaves_faded(&self, report: &Diagnostic) -> bool {
        codes::is_unneeded(&report.code) && !self.levels.contains_key(&*report.code)
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    config: Config,
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn root(&mut self, root: &DeTable<'_>) {
        for (key, value) in root {
            match (key.get_ref().as_ref(), value.get_ref()) {
                (DIAGNOSTICS, DeValue::Table(table)) => self.diagnostics(table),
                (DIAGNOSTICS, _) => self.error(range(value), "`diagnostics` is a table: `[diagnostics]`"),
                (other, _) => self.unknown_key(range(key), other, &[DIAGNOSTICS]),
            }
        }
    }

    fn diagnostics(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let levels = self.levels(value);
            match codes::configurable_codes().find(|code| *code == name) {
                Some(code) => _ = self.config.levels.insert(code, levels),
                None if codes::is_refusal(name) => {
                    let message = format!("`{name}` keeps a program from running, and always is an error");
                    self.warning(INVALID_SETTINGS, range(key), message);
                }
                None => {
                    let (message, _) = codes::unknown_code(name, codes::configurable_codes());
                    self.warning(UNKNOWN_CODE, range(key), message);
                }
            }
        }
    }

    fn levels(&mut self, value: &Spanned<DeValue<'_>>) -> Levels {
        match value.get_ref() {
            DeValue::Table(table) => {
                let mut levels = Levels::default();
                for (key, value) in table {
                    match key.get_ref().as_ref() {
                        "certain" => levels.certain = self.level(value),
                        "possible" => levels.possible = self.level(value),
                        other => self.unknown_key(range(key), other, &["certain", "possible"]),
                    }
                }
                levels
            }
            _ => {
                let level = self.level(value);
                Levels { certain: level, possible: level }
            }
        }
    }

    fn level(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Level> {
        let found = value.get_ref().as_str();
        let level = found.and_then(|found| LEVELS.iter().find(|(name, _)| *name == found));
        if level.is_none() {
            let names: Vec<_> = LEVELS.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            self.error(range(value), format!("a severity is one of {}", names.join(", ")));
        }
        level.map(|(_, level)| *level)
    }

    fn unknown_key(&mut self, range: TextRange, key: &str, known: &[&str]) {
        let hint = match crush_library::nearest(key, known.iter().copied()) {
            Some(near) => format!(": did you mean `{near}`?"),
            None => {
                format!(": there is {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and "))
            }
        };
        self.warning(INVALID_SETTINGS, range, format!("there is no setting `{key}` here{hint}"));
    }

    fn error(&mut self, range: TextRange, message: impl Display) {
        self.problems.push(Diagnostic::new(INVALID_SETTINGS, Severity::Error, range, message.to_string()));
    }

    fn warning(&mut self, code: &'static str, range: TextRange, message: String) {
        self.problems.push(Diagnostic::new(code, Severity::Warning, range, message));
    }
}

fn range<T>(spanned: &Spanned<T>) -> TextRange {
    let span = spanned.span();
    TextRange::new(span.start, span.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at_cursor;
    use crate::{Snapshot, diagnostics};

    /// Each problem as the text it stands at, its severity and its message.
    fn problems(text: &str) -> Vec<String> {
        let shown = |problem: &Diagnostic| {
            let Diagnostic { severity, range, message, .. } = problem;
            format!("{severity:?} {:?}: {message}", &text[range.start..range.end])
        };
        Config::parse(text).1.iter().map(shown).collect()
    }

    fn reported(program: &str, config: &str) -> Vec<(Severity, String)> {
        let (Snapshot { mut analysis, .. }, _) = at_cursor(&format!("{program}$0"));
        let (config, problems) = Config::parse(config);
        assert_eq!(problems, []);
        analysis.configure(config.into());
        let reports = diagnostics(&Snapshot::unevaluated(analysis)).into_iter();
        reports.map(|report| (report.severity, report.code.into_owned())).collect()
    }

    const CERTAIN: &str = "let xs = [1]\nfor x in xs { xs.push(x) }\n";
    const POSSIBLE: &str = "fn f(a, b) {\n  for x in a { b.push(x) }\n}\n";
    const CODE: &str = "changed-while-iterated";

    #[test]
    fn a_code_has_the_severity_that_is_wanted() {
        for (wanted, severity) in [
            ("hint", Severity::Hint),
            ("info", Severity::Info),
            ("warning", Severity::Warning),
            ("error", Severity::Error),
        ] {
            let config = format!("[diagnostics]\n{CODE} = \"{wanted}\"\n");
            for program in [CERTAIN, POSSIBLE] {
                assert_eq!(reported(program, &config), [(severity, CODE.to_owned())]);
            }
        }
        assert_eq!(reported(CERTAIN, &format!("diagnostics.{CODE} = 'off'")), []);
    }

    #[test]
    fn what_is_possible_can_be_told_from_what_is_certain() {
        let config = format!("[diagnostics]\n\"{CODE}\" = {{ possible = \"hint\" }}\n");
        assert_eq!(reported(CERTAIN, &config), [(Severity::Error, CODE.to_owned())]);
        assert_eq!(reported(POSSIBLE, &config), [(Severity::Hint, CODE.to_owned())]);
    }

    #[test]
    fn what_keeps_a_program_from_running_stays_an_error() {
        let config = "[diagnostics]\nunknown-name = \"off\"\n";
        assert_eq!(reported("print(nope)\n", config), [(Severity::Error, "unknown-name".to_owned())]);
        assert_eq!(reported("fn f() { return fs.nope() }\n", config), []);
    }

    #[test]
    fn what_is_wrong_is_told_at_its_place() {
        assert_eq!(
            problems("[diagnostics]\nchanged-while-iterate = 'off'\nborrowed-twice = 'of'\nuse-after-drop = 1\n"),
            [
                "Warning \"changed-while-iterate\": there is no code `changed-while-iterate`: did you mean \
                 `changed-while-iterated`?",
                "Error \"'of'\": a severity is one of \"off\", \"hint\", \"info\", \"warning\", \"error\"",
                "Error \"1\": a severity is one of \"off\", \"hint\", \"info\", \"warning\", \"error\"",
            ]
        );
        assert_eq!(
            problems("diagnostic = 1\n[diagnostics]\nwrong-type = 'off'\nborrowed-twice = { posible = 'off' }"),
            [
                "Warning \"diagnostic\": there is no setting `diagnostic` here: did you mean `diagnostics`?",
                "Warning \"wrong-type\": `wrong-type` keeps a program from running, and always is an error",
                "Warning \"posible\": there is no setting `posible` here: did you mean `possible`?",
            ]
        );
        assert_eq!(problems("diagnostics = 3"), ["Error \"3\": `diagnostics` is a table: `[diagnostics]`"]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_much(pieces in proptest::collection::vec(0usize..18, 0..40)) {
            const PIECES: [&str; 18] = [
                "[diagnostics]", "\n", "changed-while-iterated", " = ", "\"off\"", "'hint'", "{", "}", "certain", ",", "\u{feff}", "é😀", "#",
                "[[", "\"", ".", "1979-05-27", "\r",
            ];
            let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
            for problem in Config::parse(&text).1 {
                assert!(text.get(problem.range.start..problem.range.end).is_some(), "{problem:?} in {text:?}");
            }
        }
    }

    #[test]
    fn the_rest_of_a_broken_file_counts() {
        let text = format!("[diagnostics]\nborrowed-twice = = 1\n{CODE} = 'off'\n");
        assert_eq!(problems(&text), ["Error \"=\": this is no TOML: extra `=`, expected nothing"]);
        let (config, _) = Config::parse(&text);
        assert_eq!(config.levels.get(CODE).and_then(|levels| levels.certain), Some(Level::Off));
    }
}
