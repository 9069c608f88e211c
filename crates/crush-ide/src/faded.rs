//! What nothing needs: names that nobody reads, statements that nothing reaches, imports that nobody uses. No mistakes: an
//! editor shows them faded, and a project that wants more gives them a severity in its `crush.toml`.

use crush_hir::body::Name;
use crush_hir::modules::ModuleId;
use crush_syntax::TextRange;

use crate::codes::{UNREACHABLE_CODE, UNUSED_NAME};
use crate::diagnostics::{Diagnostic, Severity, diagnostics_and_faded};
use crate::names::{What, declaration_names};
use crate::{FileAnalysis, Snapshot};

/// What is faded, in the order of the text, without what a comment or the project does not want.
pub fn faded(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut found = diagnostics_and_faded(snapshot);
    found.retain(|report| snapshot.analysis.is_faded(report));
    found
}

/// What nothing needs in a file of a program, in the order of its text. Where something does not parse, nothing is called unused:
/// it is being written.
pub(crate) fn unneeded(analysis: &FileAnalysis, module: ModuleId) -> Vec<Diagnostic> {
    let Some(file) = analysis.file(module) else { return Vec::new() };
    let (hir, tree) = (file.hir, file.tree);
    let mut found = Vec::new();
    if tree.root().has_error() {
        return found;
    }
    // Most texts import nothing, and then there is nothing to look through.
    let with_imports = hir.module_imports().next().map(|_| TextRange::new(0, tree.text().len()));
    let declared = with_imports.into_iter().flat_map(|whole| declaration_names(hir, tree, whole));
    let mut imported: Vec<(Name, TextRange)> =
        declared.filter(|at| at.name.what == What::Imported).map(|at| (at.name.name, at.range)).collect();
    for body in hir.bodies() {
        let names = analysis.names().of_body(hir, tree, body);
        let map = hir.body_map(body);
        for (range, message) in &names.faded {
            let (start, end) = map.range_to_file(*range);
            let code = if message.starts_with('`') { UNUSED_NAME } else { UNREACHABLE_CODE };
            found.push(hint(code, TextRange::new(start as usize, end as usize), message.clone()));
        }
        if !imported.is_empty() {
            imported.retain(|(name, _)| !names.uses.iter().any(|it| it.what == What::Function && it.name == *name));
        }
    }
    let unused = imported.into_iter().map(|(name, range)| hint(UNUSED_NAME, range, format!("`{name}` is never used")));
    found.extend(unused);
    found.iter_mut().for_each(|hint| hint.file = module);
    found.sort_by_key(|hint| hint.range);
    found
}

fn hint(code: &'static str, range: TextRange, message: String) -> Diagnostic {
    let hint = Diagnostic::new(code, Severity::Hint, range, message);
    Diagnostic { is_unused: true, ..hint }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{at_cursor, slice};

    fn shown(fixture: &str) -> Vec<String> {
        let (snapshot, _) = at_cursor(fixture);
        let found = super::faded(&snapshot);
        found.into_iter().map(|hint| format!("{} · {}", slice(&snapshot, hint.range), hint.message)).collect()
    }

    #[test]
    fn what_nobody_reads_is_faded() {
        assert_eq!(
            shown(
                "let a = 1\nlet b = 2\nlet _c = 3\nlet d = [1]\nd.push(b)\nfn f(x, y) { return x }\nf(1, 2)\nfor i in [1] { print(1) }$0"
            ),
            ["a · `a` is never read", "y · `y` is never read", "i · `i` is never read"]
        );
        assert_eq!(shown("let a = 1\na = 2\n$0"), ["a · `a` is never read"]);
        assert_eq!(shown("let a = 1\nlet g = |n| { return a }\ng(1)\n$0"), ["n · `n` is never read"]);
    }

    #[test]
    fn what_others_may_need_is_not() {
        assert_eq!(shown("struct P { x }\nimpl P { fn go(self, n) { return 1 } }\n$0"), [""; 0]);
        assert_eq!(shown("struct P { y }\nlet y = 1\nprint(P { y })\n$0"), [""; 0]);
        assert_eq!(shown("let x = 1\n@python -> y {\ny = x\n}\nprint(y)\n$0"), [""; 0]);
        assert_eq!(shown("let a = 1\nlet b = (\n$0"), [""; 0]);
    }

    #[test]
    fn what_nothing_reaches_is_faded() {
        assert_eq!(
            shown("fn f(x) {\n  if x { return 1\n    print(1)\n    print(2) }\n  return 2\n}\nf(true)\n$0"),
            ["print(1)\n    print(2) · this is never reached"]
        );
    }
}
