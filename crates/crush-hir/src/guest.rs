//! `use @lang …`: modules of another language for the blocks of that language. Each block is a process of its own, so each
//! makes the import anew, in the words of its language.

use crush_syntax::Node;

use crate::body::Name;

/// What a `use @lang …` gives to blocks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GuestImport {
    /// The language, by the name that the library has for it.
    pub language: Name,
    /// The import as the language writes it.
    pub text: Name,
}

/// A language by the name that the library has for it.
pub(crate) fn canonical(language: &str) -> &str {
    match language {
        "python3" | "py" => "python",
        "js" | "es6" | "ecmascript" | "node" => "javascript",
        "sh" => "bash",
        other => other,
    }
}

impl GuestImport {
    /// Reads `use @lang python "os.path" as p { "join" }`, or says why no block can have it.
    pub(crate) fn read<'text>(node: Node<'_>, text_of: impl Fn(Node<'_>) -> &'text str) -> Result<Self, String> {
        let field = |name| node.child_by_field_name(name).map_or("", &text_of);
        let unquoted = |text: &'text str| text.trim_matches('"');
        let path = unquoted(field("path"));
        let alias = Some(field("alias")).filter(|alias| !alias.is_empty());
        let mut names = Vec::new();
        if let Some(list) = node.child_by_field_name("names") {
            let strings =
                list.named_children(&mut list.walk()).filter(|child| child.kind() == "string").collect::<Vec<_>>();
            names.extend(strings.into_iter().map(|name| unquoted(text_of(name))));
        }
        if let Some(name) = names.iter().find(|name| !is_name(name)) {
            return Err(format!("`{name}` is no name that a module could give"));
        }
        let text = match canonical(field("language")) {
            "python" => python(path, alias, &names)?,
            "javascript" => javascript(path, alias, &names)?,
            "bash" => return Err("bash has no modules: write `source FILE` in the block".to_owned()),
            other => return Err(format!("@{other} is not run here: blocks are @python, @javascript or @bash")),
        };
        Ok(Self { language: canonical(field("language")).into(), text: text.into() })
    }
}

/// The module has its own name, and the alias too; with names alone it has none.
fn python(path: &str, alias: Option<&str>, names: &[&str]) -> Result<String, String> {
    if !path.split('.').all(|part| is_name(part) && !part.contains('$')) {
        return Err(format!("`{path}` is no name of a Python module: write it as `import` takes it, \"os.path\""));
    }
    let mut lines = Vec::new();
    if alias.is_some() || names.is_empty() {
        lines.push(format!("import {path}"));
    }
    lines.extend(alias.map(|alias| format!("import {path} as {alias}")));
    if !names.is_empty() {
        lines.push(format!("from {path} import {}", names.join(", ")));
    }
    Ok(lines.join("\n"))
}

/// The module has the last part of its name: `fs` of `node:fs`, `is_number` of `is-number`.
fn javascript(path: &str, alias: Option<&str>, names: &[&str]) -> Result<String, String> {
    let own = path.rsplit(['/', ':']).next().unwrap_or(path).replace(['-', '.'], "_");
    let own = Some(own).filter(|own| is_name(own));
    if own.is_none() && alias.is_none() && names.is_empty() {
        return Err(format!("no variable can be called `{path}`: say how with `as NAME`"));
    }
    let mut lines = Vec::new();
    if let Some(own) = own.filter(|own| Some(&**own) != alias && (alias.is_some() || names.is_empty())) {
        lines.push(format!("const {own} = require(\"{path}\");"));
    }
    lines.extend(alias.map(|alias| format!("const {alias} = require(\"{path}\");")));
    if !names.is_empty() {
        lines.push(format!("const {{ {} }} = require(\"{path}\");", names.join(", ")));
    }
    Ok(lines.join("\n"))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '$'))
}

#[cfg(test)]
mod tests {
    use super::{javascript, python};

    #[test]
    fn a_module_has_its_own_name_and_the_alias() {
        assert_eq!(python("os.path", None, &[]).as_deref(), Ok("import os.path"));
        assert_eq!(python("math", Some("m"), &[]).as_deref(), Ok("import math\nimport math as m"));
        assert_eq!(python("math", None, &["pi", "tau"]).as_deref(), Ok("from math import pi, tau"));
        assert_eq!(javascript("node:fs", None, &[]).as_deref(), Ok("const fs = require(\"node:fs\");"));
        assert_eq!(
            javascript("path", Some("path"), &["sep"]).as_deref(),
            Ok("const path = require(\"path\");\nconst { sep } = require(\"path\");")
        );
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(python("helpers.py; x", None, &[]).is_err());
        assert!(javascript("./1", None, &[]).is_err());
        assert!(javascript("./1", Some("one"), &[]).is_ok());
    }
}
