//! Calls into other files: what a function of a module does is known where it is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use crush_borrowck::{Analysis, Change};
use crush_hir::body::Name;
use crush_hir::modules::{FileKey, ModuleId, NotLoaded, Program, SourceFile, Sources};
use crush_syntax::Text;

/// Modules by their path.
struct Memory(BTreeMap<&'static str, String>);

impl Sources for Memory {
    fn load(&self, _: &SourceFile, path: &str) -> Result<SourceFile, NotLoaded> {
        let text = self.0.get(path).ok_or(NotLoaded::NotFound { searched: Vec::new(), nearest: None })?;
        Ok(source(path, text))
    }
}

fn source(path: &str, text: &str) -> SourceFile {
    SourceFile::parse(FileKey(path.into()), Arc::from(path), Text::from(text))
}

fn program(main: &str, modules: &[(&'static str, &str)]) -> Program {
    let modules = modules.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
    Program::load(source("main", main), &Memory(modules))
}

fn update(analysis: &mut Analysis, program: &Program) -> Change {
    let files: Vec<_> = program.files().iter().map(|file| &*file.hir).collect();
    analysis.update_program(&files, |module, body| {
        let file = &program.files()[module.index()];
        file.hir.lower(&file.tree, body)
    })
}

/// Every report: its file, line and code.
fn reports(analysis: &Analysis, program: &Program) -> Vec<(Name, usize, &'static str)> {
    let reports = analysis.reports().into_iter().map(|report| {
        let file = &program.files()[analysis.file_of(report.place.function).index()];
        let body = analysis.body_of(report.place.function).expect("every place has a body");
        let (start, _) = file.hir.body_map(body).range_to_file(report.place.range);
        (Name::from(&*file.path), file.tree.text().line_of(start as usize) + 1, report.code.as_str())
    });
    reports.collect()
}

fn reported(main: &str, modules: &[(&'static str, &str)]) -> Vec<(Name, usize, &'static str)> {
    let program = program(main, modules);
    assert_eq!(program.problems(), &[]);
    let mut analysis = Analysis::new();
    update(&mut analysis, &program);
    reports(&analysis, &program)
}

const M: &str = "fn grow(xs) { helper(xs) }\nfn helper(xs) { xs.push(1) }\nfn free(xs) { drop(xs) }\nfn look(xs) { return len(xs) }\n";

#[test]
fn a_change_in_a_module_is_reported_at_the_call() {
    for (import, call) in [("import m", "m.grow(x)"), ("import m { grow }", "grow(x)"), ("import m as q", "q.grow(x)")]
    {
        let main = format!("{import}\nlet x = [1]\nfor v in x {{ {call} }}\n");
        assert_eq!(reported(&main, &[("m", M)]), [("main".into(), 3, "changed-while-iterated")], "{import}");
    }
}

#[test]
fn a_drop_in_a_module_is_known() {
    let main = "import m\nlet x = [1]\nm.free(x)\nprint(x)\n";
    assert_eq!(reported(main, &[("m", M)]), [("main".into(), 4, "use-after-drop")]);
}

#[test]
fn a_function_of_a_module_as_a_value_is_known() {
    let main = "import m\nlet f = m.grow\nlet x = [1]\nfor v in x { f(x) }\n";
    assert_eq!(reported(main, &[("m", M)]), [("main".into(), 4, "changed-while-iterated")]);
}

#[test]
fn what_only_reads_is_no_conflict() {
    assert_eq!(reported("import m\nlet x = [1]\nfor v in x { m.look(x) }\n", &[("m", M)]), []);
}

#[test]
fn methods_of_structs_of_other_files_are_known() {
    let module = "struct Bag { items }\nimpl Bag { fn add(self, v) { self.items.push(v) } }\nfn bag() { return Bag { items: [1] } }\n";
    let main = "import m\nlet b = m.bag()\nfor v in b.items { b.add(v) }\n";
    assert_eq!(reported(main, &[("m", module)]), [("main".into(), 3, "changed-while-iterated")]);
}

#[test]
fn a_module_calls_the_file_that_runs() {
    let main = "import m\nfn change(xs) { xs.push(1) }\nlet x = [1]\nfor v in x { m.go(x) }\n";
    assert_eq!(reported(main, &[("m", "fn go(xs) { change(xs) }\n")]), [("main".into(), 4, "changed-while-iterated")]);
}

#[test]
fn what_is_brought_up_to_date_says_what_is_new() {
    let main = "import m\nlet x = [1]\nfor v in x { m.look(x) }\n";
    let writes = M.replace("return len(xs)", "xs.push(2)");
    let also_other = main.replace("import m\n", "import n as m\n");
    let versions = [
        (main, M.to_owned()),
        (main, writes.clone()),
        (main, M.to_owned()),
        (also_other.as_str(), writes),
        (main, M.to_owned()),
    ];
    let mut analysis = Analysis::new();
    for (main, module) in versions {
        let program = program(main, &[("m", &module), ("n", &module)]);
        update(&mut analysis, &program);
        let mut fresh = Analysis::new();
        update(&mut fresh, &program);
        assert_eq!(reports(&analysis, &program), reports(&fresh, &program), "{main}{module}");
    }
    let program = program(main, &[("m", M)]);
    assert_eq!(update(&mut analysis, &program).analysed, 0);
    assert_eq!(analysis.file_of(*analysis.functions().last().expect("there are functions")), ModuleId(1));
}
