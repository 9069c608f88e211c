//! What a name is, and which object it held in the last run.

use crush_eval::{Held, StatementRecord};
use crush_hir::body::Local;
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
        Meaning::Function(name) => {
            let (_, function) = hir.function(name)?;
            code_block("crush", &format!("fn {name}{}", parameters(function)))
        }
        Meaning::Path { scope, name } => {
            let function = hir.function_of(hir.method(scope, name)?)?;
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
            let (_, structure) = hir.structure(name)?;
            let fields: Vec<_> = structure.fields.iter().map(|field| field.name.as_str()).collect();
            code_block("crush", &format!("struct {name} {{ {} }}", fields.join(", ")))
        }
        Meaning::Builtin(name) => built_in(name)?,
        Meaning::Capability(name) => capability(name)?,
        Meaning::Field(name) => format!("field or key {}", inline_code(name)),
        Meaning::Declaration(_) => return None,
    };
    Some(Hover { range: name.range, markdown })
}

fn declaration(local: &Local) -> String {
    match &local.annotation {
        Some(annotation) => format!("{}: {annotation}", local.name),
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
        .run()
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
        let mut later = evaluation.run().statements().iter().rev();
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
    let mut out =
        format!("**Held after line {} ran{times}:** {}", line_of(statement.range.start), inline_code(&held.preview));
    let Some(object) = &held.object else { return out };
    let kind = object.kind.map_or("object, dropped by then", crush_arena::Kind::name);
    out.push_str(&format!("\n\nslot **#{}**, {kind}", object.slot));
    if let Some(allocated) = object.allocated {
        out.push_str(&format!(", allocated on line {}", line_of(allocated.start)));
    }
    out.push_str(&borrow_text(object));
    for borrow in &object.borrows {
        let kind = match borrow.kind {
            crush_arena::BorrowKind::Shared => "shared",
            crush_arena::BorrowKind::Exclusive => "exclusive",
        };
        out.push_str(&format!("\n- {kind} borrow held by {}", holder_text(&borrow.holder)));
        if let Some(taken) = borrow.taken {
            out.push_str(&format!(", taken on line {}", line_of(taken.start)));
        }
    }
    out
}

/// Built-in functions and methods, with what they do.
const BUILT_IN: &[(&str, &str, &str)] = &[
    ("print", "print(value)", "Prints a value and a newline. Reads everything that the value reaches."),
    ("len", "len(value)", "Number of elements, entries or characters."),
    ("drop", "drop(x)", "Frees the object that `x` refers to, at once; of a borrow handle, ends the borrow."),
    ("push", "xs.push(value)", "Appends a value. Writes `xs`."),
    ("pop", "xs.pop()", "Takes the last value away and gives it. Writes `xs`."),
    ("insert", "xs.insert(index, value)", "Puts a value before the one at `index`. Writes `xs`."),
    ("remove", "xs.remove(index)", "Takes the value at an index or key away and gives it. Writes `xs`."),
    ("keys", "m.keys()", "The keys of a map, in the order in which they were added."),
];

fn built_in(name: &str) -> Option<String> {
    let (_, signature, summary) = BUILT_IN.iter().find(|(known, _, _)| *known == name)?;
    Some(format!("{}\n\n{summary}", code_block("crush", signature)))
}

fn capability(name: &str) -> Option<String> {
    let declaration = crush_host::library::declaration(name)?;
    let grant = match declaration.grant {
        Some(grant) => format!("\n\nNeeds the grant `{grant}`."),
        None => String::new(),
    };
    Some(format!("{}\n\n{}{grant}", code_block("crush", &declaration.signature()), declaration.summary))
}
