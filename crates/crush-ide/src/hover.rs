//! What a name is, and which object it held in the last run.

use crush_eval::{Held, StatementRecord};
use crush_hir::body::Local;
use crush_hir::modules::ModuleId;
use crush_syntax::TextRange;

use crate::Snapshot;
use crate::evaluation::{Evaluation, borrow_text, grouped, holder_text, text_range};
use crate::meaning::{Meaning, Resolver, has_methods_of};
use crate::names::{local_kind, name_at, owner_name};
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
    let analysis = &snapshot.analysis;
    let at = name_at(analysis, offset)?;
    let resolver = Resolver::new(analysis);
    let meanings = resolver.meanings(&analysis.file(ModuleId::ROOT)?, &at);
    let mut parts: Vec<String> = Vec::new();
    for meaning in &meanings {
        if let Some(part) = about(snapshot, meaning, offset).filter(|part| !parts.contains(part)) {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then(|| Hover { range: at.range, markdown: parts.join("\n\n") })
}

/// What is to be said of a meaning.
fn about(snapshot: &Snapshot, meaning: &Meaning, offset: usize) -> Option<String> {
    let analysis = &snapshot.analysis;
    let hir = analysis.hir();
    Some(match meaning {
        Meaning::Local { body: body_id, local: id, .. } => {
            let body = hir.lower(analysis.tree(), *body_id);
            let local = &body[*id];
            let declared = hir.body_map(*body_id).range_to_file(local.range);
            let declared = TextRange::new(declared.0 as usize, declared.1 as usize);
            let line = analysis.text().line_of(declared.start) + 1;
            let what = format!("{} of {}, declared on line {line}", local_kind(local.kind), owner_name(&body.owner));
            let mut parts = vec![code_block("crush", &declaration(local)), what];
            parts.extend(held_here(snapshot, &local.name, declared, offset));
            parts.join("\n\n")
        }
        Meaning::Function { file, name } => {
            let file = analysis.file(*file)?;
            let (_, it) = file.hir.function(name)?;
            let head = code_block("crush", &format!("fn {name}{}", parameters(it)));
            match analysis.module(file.module) {
                Some((_, path, _)) => format!("{head}\n\nin {}", inline_code(path)),
                None => head,
            }
        }
        Meaning::Method { scope, name } => {
            let files = analysis.files().flat_map(|file| file.hir.items()).filter_map(|item| item.methods());
            let of_scope = files.filter(|methods| methods.type_name == *scope);
            let found = of_scope.flat_map(|methods| &methods.methods).find(|method| method.name == *name);
            let found = match found {
                Some(method) => method,
                None => {
                    let inherited = analysis.files().find_map(|file| {
                        let methods = file.hir.items().iter().filter_map(|item| item.methods());
                        let with = methods.filter(|methods| has_methods_of(hir, scope, &methods.type_name));
                        with.flat_map(|methods| &methods.methods).find(|method| method.name == *name)
                    });
                    inherited?
                }
            };
            code_block("crush", &format!("fn {scope}::{name}{}", parameters(found)))
        }
        Meaning::Type { file, name } => {
            let file = analysis.file(*file)?;
            match file.hir.structure(name) {
                Some((_, structure)) => {
                    let fields: Vec<_> = structure.fields.iter().map(|field| field.name.as_str()).collect();
                    code_block("crush", &format!("struct {name} {{ {} }}", fields.join(", ")))
                }
                None => {
                    let (_, methods) = file.hir.trait_named(name)?;
                    let methods: Vec<_> = methods.methods.iter().map(|method| method.name.as_str()).collect();
                    code_block("crush", &format!("trait {name} {{ {} }}", methods.join(", ")))
                }
            }
        }
        Meaning::Builtin(name) | Meaning::BuiltinMethod(name) => built_in(name)?,
        Meaning::Capability(name) => capability(name)?,
        Meaning::Namespace(name) => crush_library::namespace(name)?.summary.to_owned(),
        Meaning::Module(module) => format!("module {}", inline_code(analysis.module(*module)?.1)),
        Meaning::Field { structure, name } => {
            format!("field {} of {}", inline_code(name), inline_code(structure))
        }
        Meaning::Key(name) => format!("key {}", inline_code(name)),
    })
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
    if let Some(others) = crate::drawing::referrers_text(evaluation, object, &held.name) {
        out.push_str(&format!("\n\n{others}"));
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
