//! What stands at an offset: which name, and what it means there.

use crush_hir::body::{Body, BodyOwner, Callee, ExprKind, LocalId, LocalKind, Name, Place, StmtKind};
use crush_hir::file::{BodyId, FileHir, ImportDef, ItemKind};
use crush_hir::modules::ModuleId;
use crush_hir::source_map::BodyRange;
use crush_syntax::TextRange;

use crate::FileAnalysis;

/// A name in the text, and what it means.
pub(crate) struct NameAt {
    /// Where it stands.
    pub(crate) range: TextRange,
    /// What it means.
    pub(crate) meaning: Meaning,
}

/// What a name means.
pub(crate) enum Meaning {
    /// A variable of a body.
    Local { id: LocalId, body: Box<Body>, body_id: BodyId },
    /// A function of the file.
    Function(Name),
    /// A built-in function.
    Builtin(Name),
    /// A capability.
    Capability(Name),
    /// A module that is imported.
    Module(ModuleId),
    /// A struct.
    Struct(Name),
    /// `Type::name`.
    Path { scope: Name, name: Name },
    /// A method of an unknown receiver.
    Method(Name),
    /// A field of a struct or key of a map.
    Field(Name),
    /// A name that is declared right here, of something that has no body.
    Declaration(TextRange),
}

/// The name at `offset`, if there is one.
pub(crate) fn name_at(analysis: &FileAnalysis, offset: usize) -> Option<NameAt> {
    let node = analysis.tree().node_at(offset);
    if node.kind() != "identifier" {
        return None;
    }
    let range = TextRange::new(node.start_byte(), node.end_byte());
    in_body(analysis, range).or_else(|| in_declaration(analysis, range)).map(|meaning| NameAt { range, meaning })
}

fn in_body(analysis: &FileAnalysis, range: TextRange) -> Option<Meaning> {
    let body_id = analysis.hir().body_at(range.start)?;
    let map = analysis.hir().body_map(body_id);
    let start = map.from_file(u32::try_from(range.start).ok()?)?;
    let name_range = BodyRange::new(start, start + u32::try_from(range.len()).ok()?);
    let body = analysis.hir().lower(analysis.tree(), body_id);
    let local = |id| Meaning::Local { id, body: Box::new(body.clone()), body_id };
    if let Some(id) = local_named_at(&body, name_range) {
        return Some(local(id));
    }
    let text = analysis.text().slice(range);
    let found = body.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Name(name) if expr.range == name_range => Some(function_or_builtin(analysis, name)),
        ExprKind::Struct { name, name_range: at, .. } if *at == name_range => Some(Meaning::Struct(name.clone())),
        ExprKind::Struct { fields, .. } => {
            fields.iter().find(|(_, at, _)| *at == name_range).map(|(field, _, _)| Meaning::Field(field.clone()))
        }
        ExprKind::Field { name, name_range: at, .. } if *at == name_range => Some(Meaning::Field(name.clone())),
        ExprKind::Path { scope, name } if covers(expr.range, name_range) => Some(path(scope, name, &text)),
        ExprKind::Call { callee, callee_range, .. } if covers(*callee_range, name_range) => match callee {
            Callee::Name(name) if *name == *text => Some(function_or_builtin(analysis, name)),
            Callee::Capability(name) => Some(Meaning::Capability(name.clone())),
            Callee::Path { scope, name } => Some(path(scope, name, &text)),
            Callee::Method { name, .. } if *name == *text && callee_range.end == name_range.end => {
                Some(Meaning::Method(name.clone()))
            }
            _ => None,
        },
        _ => None,
    });
    found.or_else(|| place_field(&body, name_range))
}

fn covers(outer: BodyRange, inner: BodyRange) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn path(scope: &Name, name: &Name, text: &str) -> Meaning {
    if scope == text && name != text {
        Meaning::Struct(scope.clone())
    } else {
        Meaning::Path { scope: scope.clone(), name: name.clone() }
    }
}

fn function_or_builtin(analysis: &FileAnalysis, name: &Name) -> Meaning {
    match analysis.hir().resolve_function(name) {
        Some(_) => Meaning::Function(name.clone()),
        None => Meaning::Builtin(name.clone()),
    }
}

fn place_field(body: &Body, at: BodyRange) -> Option<Meaning> {
    body.stmts.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Assign { place: Place::Field { name, name_range, .. }, .. } if *name_range == at => {
            Some(Meaning::Field(name.clone()))
        }
        _ => None,
    })
}

/// The variable whose name stands exactly at `at`: a use, a declaration, or a place that assigns it.
fn local_named_at(body: &Body, at: BodyRange) -> Option<LocalId> {
    let id = |index: usize| u32::try_from(index).ok().map(LocalId);
    if let Some(index) = body.locals.iter().position(|local| local.range == at) {
        return id(index);
    }
    let used = body.exprs.iter().find_map(|expr| match expr.kind {
        ExprKind::Local(local) if expr.range == at => Some(local),
        _ => None,
    });
    used.or_else(|| {
        body.stmts.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Let { local, name_range, .. } if *name_range == at => Some(*local),
            StmtKind::For { variable, name_range, .. } if *name_range == at => Some(*variable),
            StmtKind::Assign { place: Place::Local(local), place_range, .. } if *place_range == at => Some(*local),
            StmtKind::Try { error: Some((local, range)), .. } if *range == at => Some(*local),
            _ => None,
        })
    })
}

/// Names in declarations outside bodies.
fn in_declaration(analysis: &FileAnalysis, range: TextRange) -> Option<Meaning> {
    let hir = analysis.hir();
    let text = analysis.text().slice(range);
    let index = hir.items().iter().rposition(|item| item.start as usize <= range.start)?;
    let is_here = |at: BodyRange| hir.item_range(index, at) == range;
    let item = &hir.items()[index];
    if let ItemKind::Import(import) = &item.kind {
        return in_import(hir, import, is_here);
    }
    if let Some(function) = item.function()
        && is_here(function.name_range)
    {
        return Some(Meaning::Function(function.name.clone()));
    }
    if let Some(methods) = item.methods() {
        if let Some(method) = methods.methods.iter().find(|method| is_here(method.name_range)) {
            return Some(Meaning::Path { scope: methods.type_name.clone(), name: method.name.clone() });
        }
        if methods.type_name == *text || methods.trait_name.as_ref().is_some_and(|name| *name == *text) {
            return Some(Meaning::Struct(Name::from(text.as_ref())));
        }
    }
    item.structs().iter().find_map(|structure| {
        if is_here(structure.name_range) {
            return Some(Meaning::Struct(structure.name.clone()));
        }
        let field = structure.fields.iter().find(|field| is_here(field.range))?;
        Some(Meaning::Declaration(hir.item_range(index, field.range)))
    })
}

/// What a name of an import means: a function of the module, or the module.
fn in_import(hir: &FileHir, import: &ImportDef, is_here: impl Fn(BodyRange) -> bool) -> Option<Meaning> {
    if let Some(name) = import.names.iter().find(|name| is_here(name.range)) {
        return Some(Meaning::Function(name.name.clone()));
    }
    let imports = hir.imports()?;
    let qualifier = import.alias.as_deref().or_else(|| import.path.rsplit('.').next())?;
    let of_names = || import.names.iter().find_map(|name| imports.module_of(&name.name));
    imports.qualifier(qualifier).or_else(of_names).map(Meaning::Module)
}

/// What a variable is, in words.
pub(crate) fn local_kind(kind: LocalKind) -> &'static str {
    match kind {
        LocalKind::Parameter => "parameter",
        LocalKind::Let => "variable",
        LocalKind::LoopVariable => "loop variable",
        LocalKind::CatchName => "caught error",
        LocalKind::MatchBinding => "match binding",
        LocalKind::PolyglotOutput => "output of a polyglot block",
    }
}

/// What a body is called, in words.
pub(crate) fn owner_name(owner: &BodyOwner) -> String {
    match owner {
        BodyOwner::TopLevel => "the top level".to_string(),
        BodyOwner::Function { name, .. } => format!("`{name}`"),
        BodyOwner::Method { type_name, name, .. } => format!("`{type_name}::{name}`"),
    }
}
