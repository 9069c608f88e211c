//! What is known of a text without running it: its tree, its names, what is wrong in it, and its borrows.
//!
//! An edit makes the next version from this one and costs what it changed: the tree is parsed incrementally, the items that
//! the edit did not touch are taken over, and what was found out about a body is kept under the key of its text.

use std::sync::Arc;

use crush_borrowck::{self as borrow, Analysis, Code, Place, Report};
use crush_compiler::Options;
use crush_hir::body::{Problem, Severity as ProblemSeverity};
use crush_hir::file::FileHir;
use crush_hir::{check, syntax};
use crush_syntax::{Text, TextEdit, TextRange, Tree};
use crush_vm::VerifiedProgram;

use crate::checks::{Checks, NOT_THERE_YET};
use crate::diagnostics::{Diagnostic, Fix, Related, Severity};

/// What is known of a text. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct FileAnalysis {
    tree: Tree,
    hir: Arc<FileHir>,
    checks: Arc<Checks>,
    borrows: Arc<Analysis>,
}

impl FileAnalysis {
    /// Analyses a text from scratch.
    pub fn new(text: Text) -> Self {
        let tree = Tree::parse(text);
        let hir = FileHir::new(&tree);
        let mut checks = Checks::default();
        checks.update(&hir, &tree);
        let mut borrows = Analysis::new();
        borrows.update(&hir, |body| hir.lower(&tree, body));
        Self { tree, hir: Arc::new(hir), checks: Arc::new(checks), borrows: Arc::new(borrows) }
    }

    /// Applies `edits`, one after the other, each in terms of the text that the one before it left.
    pub fn edit(&mut self, edits: &[TextEdit]) {
        let tree = self.tree.edited(edits);
        let hir = self.hir.update(edits, &self.tree, &tree);
        Arc::make_mut(&mut self.checks).update(&hir, &tree);
        Arc::make_mut(&mut self.borrows).update(&hir, |body| hir.lower(&tree, body));
        self.hir = Arc::new(hir);
        self.tree = tree;
    }

    /// The text.
    pub fn text(&self) -> &Text {
        self.tree.text()
    }

    /// Its syntax tree.
    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What it declares.
    pub(crate) fn hir(&self) -> &FileHir {
        &self.hir
    }

    /// The program, ready to run.
    ///
    /// # Errors
    ///
    /// What keeps it from being run. What the borrow analysis reports does not: the run will show.
    pub fn compile(&self) -> Result<VerifiedProgram, Vec<Diagnostic>> {
        let mut problems = self.problems();
        problems.retain(|problem| problem.severity == Severity::Error);
        if !problems.is_empty() {
            return Err(problems);
        }
        let program = crush_compiler::compile(&self.hir, &self.tree, Options::default()).map_err(|problems| {
            let report = |problem: crush_compiler::Problem| {
                Diagnostic::new(problem.code, Severity::Error, problem.range, problem.message)
            };
            problems.into_iter().map(report).collect::<Vec<_>>()
        })?;
        // The compiler makes only programs that pass; should one not, that is our mistake, and told as such.
        crush_vm::verify(program).map_err(|error| {
            let message = format!("the compiler made a program that the VM refuses: {error}; please report this");
            vec![Diagnostic::new("internal", Severity::Error, TextRange::empty(0), message)]
        })
    }

    /// Everything that is wrong as far as the text tells, by its place.
    pub(crate) fn static_diagnostics(&self) -> Vec<Diagnostic> {
        let mut found = self.problems();
        found.extend(self.borrows.reports().into_iter().map(|report| self.borrow_diagnostic(&report)));
        found
    }

    /// Where a place of the borrow analysis is in the file.
    fn range_of(&self, place: Place) -> TextRange {
        let Some(body) = self.borrows.body_of(place.function) else { return TextRange::empty(0) };
        let (start, end) = self.hir.body_map(body).range_to_file(place.range);
        TextRange::new(start as usize, end as usize)
    }

    fn borrow_diagnostic(&self, report: &Report) -> Diagnostic {
        let line_of = |place| {
            let line = self.text().line_of(self.range_of(place).start);
            u32::try_from(line + 1).unwrap_or(u32::MAX)
        };
        let severity = match report.severity {
            borrow::Severity::Error => Severity::Error,
            borrow::Severity::Warning => Severity::Warning,
        };
        let range = self.range_of(report.place);
        let mut diagnostic = Diagnostic::new(report.code.as_str(), severity, range, report.render(line_of));
        diagnostic.related = report
            .related
            .iter()
            .map(|related| Related { range: self.range_of(related.place), message: related.message.render(line_of) })
            .collect();
        let fix = |fix: &borrow::Fix| Fix {
            title: fix.title.clone(),
            edits: fix
                .edits
                .iter()
                .map(|(place, text)| TextEdit { range: self.range_of(*place), new_text: text.clone() })
                .collect(),
        };
        diagnostic.fixes = report.fixes.iter().map(fix).collect();
        diagnostic
    }

    /// What is wrong in syntax and names.
    fn problems(&self) -> Vec<Diagnostic> {
        let mut found: Vec<_> = syntax::errors(&self.hir, &self.tree)
            .into_iter()
            .map(|error| Diagnostic::new("syntax", Severity::Error, error.range, error.message))
            .collect();
        for declared in check::declarations(&self.hir) {
            let range = self.hir.item_range(declared.item, declared.problem.range);
            found.push(diagnostic(&declared.problem, range));
        }
        for body in self.hir.bodies() {
            let problems = self.checks.problems(self.hir.body_key(body));
            if problems.is_empty() {
                continue;
            }
            let map = self.hir.body_map(body);
            found.extend(problems.iter().map(|problem| {
                let (start, end) = map.range_to_file(problem.range);
                diagnostic(problem, TextRange::new(start as usize, end as usize))
            }));
        }
        found
    }

    /// Whether a code is one of the borrow analysis.
    pub(crate) fn is_borrow_report(code: &str) -> bool {
        Code::ALL.iter().any(|known| known.as_str() == code)
    }
}

fn diagnostic(problem: &Problem, range: TextRange) -> Diagnostic {
    let severity = match problem.severity {
        ProblemSeverity::Error => Severity::Error,
        // No mistake of the program: it shall not shout.
        ProblemSeverity::Warning if problem.code == NOT_THERE_YET => Severity::Hint,
        ProblemSeverity::Warning => Severity::Warning,
    };
    Diagnostic::new(problem.code, severity, range, problem.message.clone())
}
