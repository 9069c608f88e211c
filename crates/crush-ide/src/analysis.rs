//! What is known of a text without running it: its tree, its names, what is wrong in it, and its borrows.
//!
//! An edit makes the next version from this one and costs what it changed: the tree is parsed incrementally, the items that
//! the edit did not touch are taken over, and what was found out about a body is kept under the key of its text.

use std::collections::HashMap;
use std::sync::Arc;

use crush_hir::body::{Problem, Severity as ProblemSeverity};
use crush_hir::file::{FileHir, ItemKey};
use crush_hir::{check, syntax};
use crush_syntax::{Text, TextEdit, TextRange, Tree};
use crush_vm::VerifiedProgram;

use crate::diagnostics::{Diagnostic, Severity};

/// What is known of a text. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct FileAnalysis {
    tree: Tree,
    hir: Arc<FileHir>,
    checks: Arc<Checks>,
}

/// What is wrong in the bodies of a file, by the keys of their texts.
#[derive(Clone, Debug, Default)]
struct Checks {
    /// What the names of the file were when the bodies were checked.
    signature: u64,
    problems: HashMap<ItemKey, Arc<[Problem]>>,
}

impl FileAnalysis {
    /// Analyses a text from scratch.
    pub fn new(text: Text) -> Self {
        let tree = Tree::parse(text);
        let hir = FileHir::new(&tree);
        let mut checks = Checks::default();
        checks.update(&hir, &tree);
        Self { tree, hir: Arc::new(hir), checks: Arc::new(checks) }
    }

    /// Applies `edits`, one after the other, each in terms of the text that the one before it left.
    pub fn edit(&mut self, edits: &[TextEdit]) {
        let tree = self.tree.edited(edits);
        let hir = self.hir.update(edits, &self.tree, &tree);
        Arc::make_mut(&mut self.checks).update(&hir, &tree);
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
        Err(problems) //SHIM
    }

    /// Everything that is wrong as far as the text tells, by its place.
    pub(crate) fn static_diagnostics(&self) -> Vec<Diagnostic> {
        self.problems()
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
            let Some(problems) = self.checks.problems.get(&self.hir.body_key(body)) else { continue };
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
        let _ = code;
        false //SHIM
    }
}

fn diagnostic(problem: &Problem, range: TextRange) -> Diagnostic {
    let severity = match problem.severity {
        ProblemSeverity::Error => Severity::Error,
        ProblemSeverity::Warning => Severity::Warning,
    };
    Diagnostic::new(problem.code, severity, range, problem.message.clone())
}

impl Checks {
    /// Checks the bodies that are not known yet; all of them when a name changed that they can see.
    fn update(&mut self, hir: &FileHir, tree: &Tree) {
        if self.signature != hir.signature() {
            self.signature = hir.signature();
            self.problems.clear();
        }
        let mut bodies = 0;
        for id in hir.bodies() {
            bodies += 1;
            let check = || check::body(hir, &hir.lower(tree, id)).into();
            self.problems.entry(hir.body_key(id)).or_insert_with(check);
        }
        // What is known of texts that are gone is forgotten from time to time.
        if self.problems.len() > 2 * bodies + 64 {
            let used: std::collections::HashSet<_> = hir.bodies().map(|id| hir.body_key(id)).collect();
            self.problems.retain(|key, _| used.contains(key));
        }
    }
}
