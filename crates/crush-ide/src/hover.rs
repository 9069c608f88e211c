//! What a name is, and which object it held in the last run.

use crush_eval::{Held, StatementRecord};
use crush_hir::body::Local;
use crush_hir::file::{FileHir, FunctionDef};
use crush_hir::modules::Resolved;
use crush_syntax::TextRange;

use crate::Snapshot;
use crate::evaluation::{Evaluation, borrow_text, grouped, holder_text, text_range};
use crate::names::{Meaning, local_kind, name_at, owner_name};
use crate::notes::{code_block, inline_code};
use crate::symbols::parameters;

/// A hover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub range: TextRange,
    /// What to show.
    pub markdown: String,
}

/// What stands at `offset`.
pub fn hover(snapshot: &Snapshot, offset: usize) -> Option<Hover> {
    let name = name_at(&snapshot.analysis, offset)?;
    let analysis = &snapshot.analysis;
    let hir = analysis.hir();
    let markdown = match &name.meaning {
        Meaning::Local { id, body, body_id } => {
            let local = &body[*id];
            let declared = hir.body_map(*body_id).range_to_file(local.range);
            let declared = TextRange::new(declared.0 as usize, declared.1 as usize);
            let line = analysis.text().line_of(declared.start) + 1;
            let what = format!("{} of {}, declared on line {line}", local_kind(local.kind), owner_name(&body.owner));
            let mut parts = vec![code_block("crush", &declaration(local)), what];
            parts.extend(held_here(snapshot, &local.name, declared, offset));
            parts.join("\n\n")
        }
        Meaning::Function(name) => function(hir, name, &hir.resolve_function(name)?),
        Meaning::Path { scope, name } => {
            let found = hir.resolve_method(scope, name)?;
            let function = found.file.function_of(found.it)?;
            code_block("crush", &format!("fn {scope}::{name}{}", parameters(function)))
        }
        Meaning::Method(name) => {
            let methods: Vec<_> = hir.methods_named(name).filter_map(|method| hir.function_of(method)).collect();
            match methods.as_slice() {
                [] => built_in(name)?,
                methods => {
                    let lines = methods.iter().map(|method| format!("fn {name}{}", parameters(method)));
                    code_block("crush", &lines.collect::<Vec<_>>().join("\n"))
                }
            }
        }
        Meaning::Struct(name) => {
            let structure = hir.resolve_struct(name)?.it;
            let fields: Vec<_> = structure.fields.iter().map(|field| field.name.as_str()).collect();
            code_block("crush", &format!("struct {name} {{ {} }}", fields.join(", ")))
        }
        Meaning::Builtin(name) => built_in(name)?,
        Meaning::Capability(name) => {
            match name.split_once('.').and_then(|(module, name)| hir.resolve_qualified(module, name)) {
                Some(found) => function(hir, name, &found.ok()?),
                None => capability(name)?,
            }
        }
        Meaning::Module(module) => format!("module {}", inline_code(hir.imports()?.files().path(*module)?)),
        Meaning::Field(name) => format!("field or key {}", inline_code(name)),
        Meaning::Declaration(_) => return None,
    };
    Some(Hover { range: name.range, markdown })
}

/// The head of a function, and the file it comes from, when that is another one.
fn function(hir: &FileHir, name: &str, found: &Resolved<'_, &FunctionDef>) -> String {
    let head = code_block("crush", &format!("fn {name}{}", parameters(found.it)));
    let path = hir.imports().filter(|imports| imports.own() != found.module);
    match path.and_then(|imports| imports.files().path(found.module)) {
        Some(path) => format!("{head}\n\nin {}", inline_code(path)),
        None => head,
    }
}

fn declaration(local: &Local) -> String {
    match &local.annotation {
        Some(annotation) => format!("{}: {}", local.name, annotation.name),
        None => local.name.to_string(),
    }
}

/// What the variable held in the last run, at the statement around `offset`.
fn held_here(snapshot: &Snapshot, name: &str, declared: TextRange, offset: usize) -> Option<String> {
    let evaluation = snapshot.evaluation.as_ref()?;
    if !snapshot.evaluation_is_current {
        return Some("*The text has changed since the last run: save to run it again.*".to_string());
    }
    let around = evaluation
        .statements()
        .iter()
        .filter(|statement| text_range(statement.range).touches(offset))
        .min_by_key(|statement| statement.range.end - statement.range.start);
    let is_it = |held: &&Held| {
        held.name == name
            && text_range(held.declared).start <= declared.end
            && declared.start <= text_range(held.declared).end
    };
    let found = around.and_then(|statement| Some((statement, statement.held.iter().find(is_it)?))).or_else(|| {
        let mut later = evaluation.statements().iter().rev();
        later.find_map(|statement| Some((statement, statement.held.iter().find(is_it)?)))
    });
    match found {
        Some((statement, held)) => Some(held_text(evaluation, statement, held)),
        None if around.is_none() => Some("*The last run did not come here.*".to_string()),
        None => None,
    }
}

fn held_text(evaluation: &Evaluation, statement: &StatementRecord, held: &Held) -> String {
    let text = evaluation.text();
    let line_of = |offset: u32| text.line_of(offset as usize) + 1;
    let times =
        if statement.hits > 1 { format!(", the last of {} times", grouped(statement.hits)) } else { String::new() };
    let line = line_of(statement.range.start);
    let when = if statement.completed { format!("after line {line} ran") } else { format!("when line {line} began") };
    let mut out = format!("**Held {when}{times}:** {}", inline_code(&held.preview));
    let Some(object) = &held.object else { return out };
    let kind = object.kind.map_or("object, dropped by then", crush_arena::Kind::name);
    out.push_str(&format!("\n\nslot **#{}**, {kind}", object.slot));
    if let Some(allocated) = object.allocated {
        out.push_str(&format!(", allocated {}", evaluation.place_text(allocated)));
    }
    out.push_str(&borrow_text(object));
    for borrow in &object.borrows {
        let kind = match borrow.kind {
            crush_arena::BorrowKind::Shared => "shared",
            crush_arena::BorrowKind::Exclusive => "exclusive",
        };
        out.push_str(&format!("\n- {kind} borrow held by {}", holder_text(&borrow.holder)));
        if let Some(taken) = borrow.taken {
            out.push_str(&format!(", taken {}", evaluation.place_text(taken)));
        }
    }
    out
}

/// A built-in function, or the methods of this name that arrays, maps and strings have.
fn built_in(name: &str) -> Option<String> {
    if let Some(function) = crush_library::function(name) {
        return Some(format!("{}\n\n{}", code_block("crush", &function.signature()), function.summary));
    }
    let methods: Vec<_> = crush_library::methods_named(name)
        .map(|(_, method)| format!("{}\n\n{}", code_block("crush", &method.method_signature()), method.summary))
        .collect();
    (!methods.is_empty()).then(|| methods.join("\n\n"))
}

fn capability(name: &str) -> Option<String> {
    let declaration = crush_library::capability(name)?;
    let grant = match declaration.grant {
        Some(grant) => format!("\n\nNeeds the grant `{grant}`."),
        None => String::new(),
    };
    Some(format!("{}\n\n{}{grant}", code_block("crush", &declaration.signature()), declaration.summary))
}

#[cfg(test)]
mod tests {
    use super::hover;
    use crate::fixture::{after_run, at_cursor, slice};

    fn text(fixture: &str) -> String {
        let (snapshot, offset) = at_cursor(fixture);
        hover(&snapshot, offset).map(|hover| hover.markdown).unwrap_or_default()
    }

    fn text_after_run(fixture: &str) -> String {
        let (snapshot, offset) = after_run(fixture);
        hover(&snapshot, offset).map(|hover| hover.markdown).unwrap_or_default()
    }

    #[test]
    fn a_variable_says_what_it_is_and_where_it_was_declared() {
        assert_eq!(
            text("fn f(a) {\n  let b = a\n  return $0b\n}"),
            "```crush\nb\n```\n\nvariable of `f`, declared on line 2"
        );
        let (snapshot, offset) = at_cursor("let abc = 1\nprint(ab$0c)");
        let range = hover(&snapshot, offset).unwrap().range;
        assert_eq!(slice(&snapshot, range), "abc");
    }

    #[test]
    fn after_a_run_it_says_which_object_it_held_and_who_borrowed_it() {
        let shown = text_after_run("let xs = [1, 2]\nlet r = &xs\nprint($0xs[0])\n");
        assert!(shown.contains("**Held after line 3 ran:** `[1, 2]`"), "{shown}");
        assert!(shown.contains("array, allocated on line 1 · shared ×1"), "{shown}");
        assert!(shown.contains("shared borrow held by `r`, taken on line 2"), "{shown}");
    }

    #[test]
    fn the_last_line_of_a_block_still_sees_the_borrows_of_the_block() {
        let shown = text_after_run("let xs = [1]\nif true {\n  let r = &xs\n  print($0r[0])\n}\nprint(xs)\n");
        assert!(shown.contains("shared borrow held by `r`, taken on line 3"), "{shown}");
    }

    #[test]
    fn a_line_that_faults_shows_what_was_there_when_it_began() {
        let shown = text_after_run("let xs = [1]\nfor x in xs {\n  $0xs.push(x)\n}\n");
        assert!(shown.contains("**Held when line 3 began:** `[1]`"), "{shown}");
        assert!(shown.contains("held by the `for`"), "{shown}");
    }

    #[test]
    fn the_value_is_that_of_the_last_time() {
        let shown = text_after_run("let sum = 0\nfor i in 0..4 {\n  sum$0 = sum + i\n}\n");
        assert!(shown.contains("**Held after line 3 ran, the last of 4 times:** `6`"), "{shown}");
    }

    #[test]
    fn built_ins_and_capabilities_are_explained() {
        assert!(text("let xs = []\nxs.pu$0sh(1)").contains("array.push(value: Any)"));
        assert!(text("let xs = []\ndr$0op(xs)").contains("drop(value: Any)"));
        assert!(text("fs.re$0ad(\"a\")").contains("Needs the grant `fs=DIR`"));
    }

    #[test]
    fn it_answers_at_every_offset_of_a_broken_program() {
        let program = "struct P { x }\nlet p = P { x: [1, {a: 2}] }\nfor v in p.x { let q = &mut v\n if (v == } \nfn f(a, { return a.";
        for offset in 0..=program.len() {
            let marked = format!("{}$0{}", &program[..offset], &program[offset..]);
            let (snapshot, offset) = at_cursor(&marked);
            let _ = hover(&snapshot, offset);
            let _ = crate::definition(&snapshot, offset);
        }
    }
}
