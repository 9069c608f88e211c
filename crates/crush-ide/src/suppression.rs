//! Comments that suppress reports: `// crush-analyzer: allow(changed-while-iterated): why it is fine here`.
//!
//! At the end of a line it is about that line, on a line of its own about the next one that has code; `allow-file` is about
//! the whole file. What suppresses nothing is reported, and so is what cannot be meant.

use crush_hir::modules::ModuleId;
use crush_syntax::{Text, TextEdit, TextRange, Tree};

use crate::FileAnalysis;
use crate::codes::{self, INVALID_SUPPRESSION, UNKNOWN_CODE, UNUSED_SUPPRESSION};
use crate::diagnostics::{Diagnostic, Fix, Severity};

/// What such a comment begins with.
const MARKER: &str = "crush-analyzer:";

/// Where the marker stands in a text, in a comment or elsewhere. Most texts have none, and an edit costs them nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks(Vec<usize>);

impl Marks {
    /// Looks through a text.
    pub(crate) fn of(text: &Text) -> Self {
        Self(text.find_all(MARKER))
    }

    /// The marks of `text`, which `edits` made from the text of these.
    pub(crate) fn updated(&self, edits: &[TextEdit], text: &Text) -> Self {
        if let ([edit], true) = (edits, self.0.is_empty()) {
            let start = edit.range.start.saturating_sub(MARKER.len());
            let end = edit.range.start + edit.new_text.len() + MARKER.len();
            if !text.slice(TextRange::new(start, end)).contains(MARKER) {
                return Self::default();
            }
        }
        Self::of(text)
    }
}

/// A code that a comment suppresses.
#[derive(Clone, Debug)]
struct Suppression {
    code: String,
    /// Where the code stands.
    range: TextRange,
    /// The line it is about, from 0; none for the whole file.
    line: Option<usize>,
    /// What to take away when it is of no use.
    removed: TextRange,
}

/// The comments of a file that suppress something, and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    /// Those of one line before those of the whole file.
    found: Vec<Suppression>,
    problems: Vec<Diagnostic>,
}

impl Suppressions {
    /// Reads the comments of a file.
    pub(crate) fn of(tree: &Tree, marks: &Marks) -> Self {
        let mut suppressions = Self::default();
        for mark in &marks.0 {
            if let Some(comment) = Comment::at(tree, *mark) {
                suppressions.read(tree, &comment);
            }
        }
        suppressions.found.sort_by_key(|suppression| suppression.line.is_none());
        suppressions
    }

    /// The same without what is wrong with the comments.
    pub(crate) fn without_problems(self) -> Self {
        Self { problems: Vec::new(), ..self }
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.problems.is_empty()
    }

    /// Leaves out the reports of the file that are suppressed, and adds what is wrong with the comments. `tells_unused` is
    /// whether all reports are there that there may be.
    pub(crate) fn apply(self, text: &Text, reports: &mut Vec<Diagnostic>, tells_unused: bool) {
        let mut used = vec![false; self.found.len()];
        reports.retain(|report| {
            let last = report.range.end.saturating_sub(1).max(report.range.start);
            let lines = [text.line_of(report.range.start), text.line_of(last)];
            let by = self.found.iter().position(|suppression| suppression.is_about(report, lines));
            by.map(|by| used[by] = true).is_none()
        });
        reports.extend(self.problems);
        if tells_unused {
            let unused = self.found.iter().zip(used).filter(|(_, used)| !used);
            reports.extend(unused.map(|(suppression, _)| suppression.unused()));
        }
    }

    fn read(&mut self, tree: &Tree, comment: &Comment) {
        let Some(allow) = Allow::parse(&comment.text) else {
            let message = format!("write `{MARKER} allow(CODE)` or `{MARKER} allow-file(CODE)`, and why, if you like");
            self.problems.push(Diagnostic::new(INVALID_SUPPRESSION, Severity::Warning, comment.range, message));
            return;
        };
        let line = (!allow.is_for_file).then(|| comment.line(tree));
        for (at, piece) in allow.codes.iter().enumerate() {
            let range = comment.place(*piece);
            let code = &comment.text[piece.start..piece.end];
            if codes::suppressible().any(|known| known == code) {
                let removed = match allow.codes.as_slice() {
                    [_] => comment.all(tree),
                    [first, second, ..] if at == 0 => comment.place(TextRange::new(first.start, second.start)),
                    codes => comment.place(TextRange::new(codes[at - 1].end, piece.end)),
                };
                self.found.push(Suppression { code: code.to_owned(), range, line, removed });
            } else {
                self.problems.push(not_suppressible(code, range));
            }
        }
    }
}

/// The change that puts a comment above a report, which suppresses it; none for what cannot be suppressed.
pub fn suppress(analysis: &FileAnalysis, report: &Diagnostic) -> Option<Fix> {
    let code = codes::suppressible().find(|code| *code == report.code)?;
    if !report.is_negotiable() || report.file != ModuleId::ROOT {
        return None;
    }
    let (tree, text) = (analysis.tree(), analysis.text());
    let line = text.line_range(text.line_of(report.range.start))?;
    // Where a line begins inside a text of several lines, a comment would be part of that.
    let around = tree.root().descendant_for_byte_range(line.start, line.start)?;
    if around.start_byte() < line.start && around.child_count() == 0 {
        return None;
    }
    let here = text.slice(line);
    let indent = &here[..here.len() - here.trim_start().len()];
    let new_text = format!("{indent}// {MARKER} allow({code})\n");
    let edits = vec![TextEdit { range: TextRange::empty(line.start), new_text }];
    Some(Fix { title: format!("suppress `{code}` here by a comment"), edits, is_safe: false })
}

/// The report of a code that no comment can suppress.
fn not_suppressible(code: &str, range: TextRange) -> Diagnostic {
    if codes::is_refusal(code) {
        let message = format!("`{code}` keeps a program from running, so it cannot be suppressed");
        return Diagnostic::new(INVALID_SUPPRESSION, Severity::Warning, range, message);
    }
    if codes::configurable_codes().any(|known| known == code) {
        let message = format!("`{code}` is about comments like this one: only `crush.toml` can turn it off");
        return Diagnostic::new(INVALID_SUPPRESSION, Severity::Warning, range, message);
    }
    let (message, near) = codes::unknown_code(code, codes::suppressible());
    let mut report = Diagnostic::new(UNKNOWN_CODE, Severity::Warning, range, message);
    report.fixes.extend(near.map(|near| Fix {
        title: format!("write `{near}`"),
        edits: vec![TextEdit { range, new_text: near.to_owned() }],
        is_safe: false,
    }));
    report
}

impl Suppression {
    /// Whether it suppresses a report that begins and ends on these lines.
    fn is_about(&self, report: &Diagnostic, lines: [usize; 2]) -> bool {
        report.code == self.code && report.is_negotiable() && self.line.is_none_or(|line| lines.contains(&line))
    }

    fn unused(&self) -> Diagnostic {
        let place = self.line.map_or("in this file".to_owned(), |line| format!("on line {}", line + 1));
        let message = format!("`{}` is not reported {place}: there is nothing to suppress", self.code);
        let fix = Fix {
            title: "remove what suppresses nothing".to_owned(),
            edits: vec![TextEdit { range: self.removed, new_text: String::new() }],
            is_safe: true,
        };
        Diagnostic {
            fixes: vec![fix],
            is_unused: true,
            ..Diagnostic::new(UNUSED_SUPPRESSION, Severity::Warning, self.range, message)
        }
    }
}

/// A comment with the marker.
struct Comment {
    range: TextRange,
    /// What follows the marker.
    text: String,
    /// Where that begins in the file.
    start: usize,
}

impl Comment {
    /// The comment that the marker at `mark` begins, if it does.
    fn at(tree: &Tree, mark: usize) -> Option<Self> {
        let node = tree.root().descendant_for_byte_range(mark, mark + MARKER.len())?;
        if node.kind() != "comment" {
            return None;
        }
        let range = TextRange::new(node.start_byte(), node.end_byte());
        let whole = tree.text().slice(range);
        let opening = whole[..mark - range.start].trim_end();
        if !["//", "#", "/*"].contains(&opening) {
            return None;
        }
        let start = mark + MARKER.len();
        let rest = &whole[start - range.start..];
        let text = if opening == "/*" { rest.strip_suffix("*/").unwrap_or(rest) } else { rest };
        Some(Self { range, text: text.to_owned(), start })
    }

    /// A piece of the text, as a place in the file.
    fn place(&self, piece: TextRange) -> TextRange {
        TextRange::new(self.start + piece.start, self.start + piece.end)
    }

    /// The line it is about: its own, if there is code on it, or the next that has some.
    fn line(&self, tree: &Tree) -> usize {
        let text = tree.text();
        let last = text.line_of(self.range.end.saturating_sub(1));
        if !self.is_alone(text) {
            return last;
        }
        let mut line = last + 1;
        while let Some(range) = text.line_range(line) {
            let here = text.slice(range);
            let code = range.start + here.len() - here.trim_start().len();
            let Some(node) = tree.root().descendant_for_byte_range(code, code).filter(|_| code < range.end) else {
                line += 1;
                continue;
            };
            if node.kind() != "comment" {
                return line;
            }
            line = line.max(text.line_of(node.end_byte().saturating_sub(1))) + 1;
        }
        last
    }

    /// Whether there is nothing else on its lines.
    fn is_alone(&self, text: &Text) -> bool {
        let (before, after) = self.surroundings(text);
        text.slice(before).trim().is_empty() && text.slice(after).trim().is_empty()
    }

    /// The rest of its first and its last line.
    fn surroundings(&self, text: &Text) -> (TextRange, TextRange) {
        let (first, last) = (text.line_of(self.range.start), text.line_of(self.range.end));
        let before = text.line_range(first).map_or(self.range.start, |line| line.start);
        let after = text.line_range(last).map_or(self.range.end, |line| line.end.max(self.range.end));
        (TextRange::new(before, self.range.start), TextRange::new(self.range.end, after))
    }

    /// What to take away so that nothing of the comment is left: its line, if there is nothing else on it.
    fn all(&self, tree: &Tree) -> TextRange {
        let text = tree.text();
        let (before, after) = self.surroundings(text);
        if self.is_alone(text) {
            let next = text.line_range(text.line_of(self.range.end) + 1).map_or(after.end, |line| line.start);
            return TextRange::new(before.start, next);
        }
        let code = text.slice(before);
        TextRange::new(before.start + code.trim_end().len(), self.range.end)
    }
}

/// `allow(a, b)` or `allow-file(a)`.
struct Allow {
    is_for_file: bool,
    /// Where in the text the codes stand.
    codes: Vec<TextRange>,
}

impl Allow {
    fn parse(text: &str) -> Option<Self> {
        let open = text.find('(')?;
        let is_for_file = match text[..open].trim() {
            "allow" => false,
            "allow-file" => true,
            _ => return None,
        };
        let close = open + text[open..].find(')')?;
        let (mut codes, mut start) = (Vec::new(), open + 1);
        for piece in text[start..close].split(',') {
            let code = piece.trim();
            if !code.is_empty() {
                let at = start + piece.len() - piece.trim_start().len();
                codes.push(TextRange::new(at, at + code.len()));
            }
            start += piece.len() + 1;
        }
        (!codes.is_empty()).then_some(Self { is_for_file, codes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::analysis;
    use crate::{Snapshot, diagnostics};

    fn reports(text: &str) -> Vec<Diagnostic> {
        diagnostics(&Snapshot::unevaluated(analysis(text)))
    }

    /// What is reported, a line each, and the text after the first fix of each report.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let line = |report: &Diagnostic| text[..report.range.start].matches('\n').count() + 1;
        let shown: Vec<_> = reports(text).iter().map(|report| format!("{}: {}", line(report), report.code)).collect();
        assert_eq!(shown, expected, "{text}");
    }

    const CHANGE: &str = "changed-while-iterated";

    /// A loop with `comment` at the end of the line that changes what it runs over.
    fn at_the_end(comment: &str) -> String {
        format!("let xs = [1]\nfor x in xs {{\n    xs.push(x){comment}\n}}\n")
    }

    #[test]
    fn a_comment_is_about_its_line_or_the_next() {
        for comment in ["// crush-analyzer: allow", "# crush-analyzer:allow", "/*crush-analyzer: allow"] {
            let end = if comment.starts_with("/*") { " */" } else { "" };
            check(&at_the_end(&format!(" {comment}({CHANGE}): it is fine{end}")), &[]);
            let above =
                format!("let xs = [1]\nfor x in xs {{\n  {comment}({CHANGE}){end}\n\n  // why\n  xs.push(x)\n}}\n");
            check(&above, &[]);
        }
        check(&format!("let xs = [1]\nfor x in xs {{ /* crush-analyzer: allow({CHANGE}) */ xs.push(x) }}\n"), &[]);
    }

    #[test]
    fn it_is_about_no_other_line_and_no_other_code() {
        let text = format!("let xs = [1] // crush-analyzer: allow({CHANGE})\nfor x in xs {{\n  xs.push(x)\n}}\n");
        check(&text, &["1: unused-suppression", "3: changed-while-iterated"]);
        check(
            &at_the_end(" // crush-analyzer: allow(use-after-drop)"),
            &["3: changed-while-iterated", "3: unused-suppression"],
        );
        check("let s = \"// crush-analyzer: allow(nope)\"\n// see crush-analyzer: allow(nope)\n", &[]);
    }

    #[test]
    fn a_report_of_several_lines_is_about_its_first_and_its_last() {
        let program = |first: &str, last: &str| {
            format!("fn f(a, b) {{ for x in a {{ b.push(x) }} }}\nlet xs = [1]\nf({first}\n  xs,\n  xs){last}\n")
        };
        let allow = format!(" // crush-analyzer: allow({CHANGE})");
        check(&program("", ""), &["3: changed-while-iterated"]);
        check(&program(&allow, ""), &[]);
        check(&program("", &allow), &[]);
    }

    #[test]
    fn a_file_can_be_excepted_as_a_whole() {
        let text = format!("// crush-analyzer: allow-file({CHANGE}, use-after-drop)\n{}", at_the_end(""));
        check(&text, &["1: unused-suppression"]);
    }

    #[test]
    fn what_suppresses_nothing_can_be_removed() {
        let fixed = |text: &str| {
            let report = reports(text).into_iter().find(|report| report.code == UNUSED_SUPPRESSION);
            let edit = report.expect("it is unused").fixes.remove(0).edits.remove(0);
            let mut fixed = text.to_owned();
            fixed.replace_range(edit.range.start..edit.range.end, &edit.new_text);
            fixed
        };
        let used = at_the_end(&format!(" // crush-analyzer: allow({CHANGE}) why"));
        for (from, to) in [("({", "(use-after-drop, {"), ("})", "}, use-after-drop)")] {
            let template = " // crush-analyzer: allow({CHANGE}) why".replace(from, to);
            assert_eq!(fixed(&at_the_end(&template.replace("{CHANGE}", CHANGE))), used);
        }
        assert_eq!(fixed("let a = 1  # crush-analyzer: allow(use-after-drop)\nlet b = 2\n"), "let a = 1\nlet b = 2\n");
        assert_eq!(
            fixed("if true {\n  // crush-analyzer: allow(use-after-drop)\n  let b = 2\n}\n"),
            "if true {\n  let b = 2\n}\n"
        );
        assert_eq!(fixed("let a = 1\n/* crush-analyzer:\nallow(use-after-drop) */\n"), "let a = 1\n");
    }

    #[test]
    fn what_cannot_be_meant_is_reported() {
        let messages = |text: &str| -> Vec<_> {
            reports(text).into_iter().map(|report| format!("{}: {}", report.code, report.message)).collect()
        };
        assert_eq!(
            messages("// crush-analyzer: allow(change-while-iterated)\n// crush-analyzer: allow(what)\n"),
            [
                "unknown-code: there is no code `change-while-iterated`: did you mean `changed-while-iterated`?",
                "unknown-code: there is no code `what`",
            ]
        );
        assert_eq!(
            messages("// crush-analyzer: allow(wrong-type)\n# crush-analyzer: allow(unused-suppression)\n"),
            [
                "invalid-suppression: `wrong-type` keeps a program from running, so it cannot be suppressed",
                "invalid-suppression: `unused-suppression` is about comments like this one: only `crush.toml` can turn it \
                 off",
            ]
        );
        for comment in ["alow(x)", "allow", "allow()", "allow(", "ignore", ""] {
            check(&format!("// crush-analyzer: {comment}\n"), &["1: invalid-suppression"]);
        }
    }

    #[test]
    fn nothing_is_called_unused_while_the_text_does_not_parse() {
        check("let a = 1 // crush-analyzer: allow(use-after-drop)\nlet = = 1\n", &["2: syntax"]);
    }

    #[test]
    fn an_edit_finds_what_a_fresh_look_finds() {
        let allow = format!(" // crush-analyzer: allow({CHANGE})");
        for (before, old, new) in [
            (at_the_end(""), "push(x)", format!("push(x){allow}")),
            (at_the_end(&allow), allow.as_str(), String::new()),
            (at_the_end(&allow.replace("-analyzer:", "-analyzer")), "analyzer", "analyzer:".to_owned()),
            (at_the_end(&allow), "let xs", "\n\nlet xs".to_owned()),
        ] {
            let mut edited = analysis(&before);
            let start = before.find(old).expect("the text to replace is there");
            let edit = TextEdit { range: TextRange::new(start, start + old.len()), new_text: new.clone() };
            edited.edit(&[edit]);
            assert_eq!(diagnostics(&Snapshot::unevaluated(edited)), reports(&before.replacen(old, &new, 1)));
        }
    }
}
