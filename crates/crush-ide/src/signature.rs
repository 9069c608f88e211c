//! Signature help: what the call around the cursor takes, and which argument is being written.

use crush_hir::body::{ExprKind, StmtKind};
use crush_hir::modules::ModuleId;
use crush_library::Declaration;
use crush_syntax::Node;

use crate::Snapshot;
use crate::halfway::Halfway;
use crate::meaning::{Meaning, Resolver};
use crate::names::names_at;

/// What a call takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// The whole of it: `f(a, b: int)`.
    pub label: String,
    /// Where each parameter stands in the label, in bytes.
    pub parameters: Vec<(usize, usize)>,
    /// The parameter that is being written, if there is one for it.
    pub active: Option<usize>,
    /// What it does.
    pub documentation: Option<String>,
}

/// What the call around `offset` takes: several where the text does not tell what is called.
pub fn signature_help(snapshot: &Snapshot, offset: usize) -> Vec<SignatureHelp> {
    let Some(halfway) = Halfway::at(&snapshot.analysis, offset) else { return Vec::new() };
    found(&halfway).unwrap_or_default()
}

fn found(halfway: &Halfway) -> Option<Vec<SignatureHelp>> {
    let (call, position) = call_around(halfway.marker_node()?)?;
    let function = call.child_by_field_name("function")?;
    // The name of what is called: the last one of `a`, `a.b`, `a::b`.
    let name = match function.kind() {
        "field_expression" => function.child_by_field_name("field")?,
        "path_expression" => function.child_by_field_name("name")?,
        _ => function,
    };
    let piped = call.parent().is_some_and(|parent| {
        parent.kind() == "pipeline_expression" && parent.child_by_field_name("right") == Some(call)
    });
    let position = position + usize::from(piped);
    let analysis = &halfway.analysis;
    let root = analysis.file(ModuleId::ROOT)?;
    let resolver = Resolver::new(analysis);
    let mut signatures = Vec::new();
    for at in names_at(analysis, name.start_byte()) {
        let is_method = at.name.what == crate::names::What::Method;
        for meaning in resolver.meanings(&root, &at) {
            signatures.extend(signature_of(halfway, &meaning, is_method, position));
        }
    }
    signatures.dedup();
    Some(signatures)
}

/// The call in whose arguments a node stands, and how many arguments are before it.
fn call_around(marker: Node<'_>) -> Option<(Node<'_>, usize)> {
    let mut node = marker;
    loop {
        let parent = node.parent()?;
        match parent.kind() {
            "arguments" => {
                let mut cursor = parent.walk();
                let before = parent.children(&mut cursor).filter(|child| child.end_byte() <= node.start_byte());
                let position = before.filter(|child| child.kind() == ",").count();
                return Some((parent.parent()?, position));
            }
            // Inside these, the call around is out of sight.
            "block" | "function_definition" => return None,
            _ => node = parent,
        }
    }
}

fn signature_of(halfway: &Halfway, meaning: &Meaning, is_method: bool, position: usize) -> Option<SignatureHelp> {
    let analysis = &halfway.analysis;
    let declared = |declaration: &Declaration, skipped: usize| {
        let params: Vec<_> = (skipped..declaration.params.len()).map(|at| shown(declaration, at)).collect();
        let name = declaration.name.to_owned();
        let mut help = SignatureHelp::new(&name, &params, position, Some(declaration.result.to_string()));
        help.documentation = Some(declaration.summary.to_owned());
        if declaration.variadic && position >= params.len() {
            help.active = params.len().checked_sub(1);
        }
        help
    };
    let of_function = |name: &str, function: &crush_hir::file::FunctionDef| {
        let skipped = usize::from(is_method && function.has_self());
        let params: Vec<_> = function.params[skipped..]
            .iter()
            .map(|param| match &param.annotation {
                Some(annotation) => format!("{}: {annotation}", param.name),
                None => param.name.to_string(),
            })
            .collect();
        SignatureHelp::new(name, &params, position, function.return_type.as_ref().map(ToString::to_string))
    };
    match meaning {
        Meaning::Function { file, name } => {
            let file = analysis.file(*file)?;
            Some(of_function(name, file.hir.function(name)?.1))
        }
        Meaning::Method { scope, name } => {
            let hir = analysis.hir();
            let function = analysis.files().find_map(|file| {
                let methods = file.hir.items().iter().filter_map(|item| item.methods());
                let with = methods.filter(|it| crate::meaning::has_methods_of(hir, scope, &it.type_name));
                with.flat_map(|it| &it.methods).find(|method| method.name == *name)
            });
            Some(of_function(&format!("{scope}::{name}"), function?))
        }
        Meaning::Builtin(name) => Some(declared(crush_library::function(name)?, 0)),
        Meaning::Capability(name) => Some(declared(crush_library::capability(name)?, 0)),
        Meaning::BuiltinMethod(name) => Some(declared(crush_library::methods_named(name).next()?.1, 1)),
        Meaning::Local { body, local, .. } => {
            let body = analysis.hir().lower(analysis.tree(), *body);
            let lambda = body.stmts.iter().rev().find_map(|stmt| match stmt.kind {
                StmtKind::Let { local: given, value, .. } if given == *local => match body[value].kind {
                    ExprKind::Lambda(lambda) => Some(lambda),
                    _ => None,
                },
                _ => None,
            })?;
            let params: Vec<_> = body[lambda].params.iter().map(|param| body[*param].name.to_string()).collect();
            Some(SignatureHelp::new(&body[*local].name, &params, position, None))
        }
        _ => None,
    }
}

/// A parameter as a signature shows it.
fn shown(declaration: &Declaration, at: usize) -> String {
    let param = &declaration.params[at];
    let mark = match (declaration.variadic && at + 1 == declaration.params.len(), at >= declaration.required) {
        (true, _) => "…",
        (false, true) => "?",
        (false, false) => "",
    };
    format!("{}{mark}: {}", param.name, param.ty)
}

impl SignatureHelp {
    fn new(name: &str, params: &[String], position: usize, result: Option<String>) -> Self {
        let mut label = format!("{name}(");
        let mut parameters = Vec::with_capacity(params.len());
        for (index, param) in params.iter().enumerate() {
            if index > 0 {
                label.push_str(", ");
            }
            parameters.push((label.len(), label.len() + param.len()));
            label.push_str(param);
        }
        label.push(')');
        if let Some(result) = result {
            label.push_str(" -> ");
            label.push_str(&result);
        }
        let active = (position < parameters.len()).then_some(position);
        Self { label, parameters, active, documentation: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at_cursor;

    /// The signatures, with the active parameter in brackets.
    fn shown(fixture: &str) -> Vec<String> {
        let (snapshot, offset) = at_cursor(fixture);
        let help = signature_help(&snapshot, offset);
        let mark = |help: SignatureHelp| {
            let mut label = help.label;
            if let Some((start, end)) = help.active.map(|active| help.parameters[active]) {
                label.insert(end, ']');
                label.insert(start, '[');
            }
            label
        };
        help.into_iter().map(mark).collect()
    }

    #[test]
    fn the_argument_at_the_cursor_is_the_active_parameter() {
        let head = "fn add(a, b: int) -> int { return a }\n";
        assert_eq!(shown(&format!("{head}add($0")), ["add([a], b: int) -> int"]);
        assert_eq!(shown(&format!("{head}add(1, $0")), ["add(a, [b: int]) -> int"]);
        assert_eq!(shown(&format!("{head}add([1, 2], add(3, $0))")), ["add(a, [b: int]) -> int"]);
        assert_eq!(shown(&format!("{head}add(add(1, 2), $0)\nadd(1, 2)")), ["add(a, [b: int]) -> int"]);
        assert_eq!(shown(&format!("{head}add(1, 2, $0)")), ["add(a, b: int) -> int"]);
        assert_eq!(shown(&format!("{head}1 |> add($0)")), ["add(a, [b: int]) -> int"]);
        assert_eq!(shown(&format!("{head}if add($0")), ["add([a], b: int) -> int"]);
    }

    #[test]
    fn lambdas_methods_and_the_library_have_signatures() {
        assert_eq!(shown("let f = |x, y| x\nf(1, $0"), ["f(x, [y])"]);
        let head = "struct P { x }\nimpl P { fn go(self, n) { return n } }\nlet p = P { x: 1 }\n";
        assert_eq!(shown(&format!("{head}p.go($0")), ["P::go([n])"]);
        assert_eq!(shown(&format!("{head}P::go(p, $0")), ["P::go(self, [n])"]);
        assert_eq!(shown("fs.read($0"), ["fs.read([path: Any]) -> String"]);
        assert!(shown("let xs = [1]\nxs.insert(0, $0")[0].contains("[value: Any]"));
        assert!(shown("print(1, 2, $0").len() == 1);
    }

    #[test]
    fn outside_of_arguments_there_is_none() {
        for program in ["print$0(1)", "print(1)$0", "print(|x| { $0 })", "print(\"$0\")", "nothing($0"] {
            assert_eq!(shown(program), [""; 0], "{program}");
        }
    }
}
