//! What more there is to say of a completion, when somebody looks at it.

use crate::notes::code_block;

/// The documentation under [`Completion::key`](super::Completion::key), in Markdown.
pub fn documentation(key: &str) -> Option<String> {
    let (of, name) = key.split_once(':')?;
    match of {
        "library" => {
            let declaration = crush_library::capability(name).or_else(|| crush_library::function(name))?;
            let grant = match declaration.grant {
                Some(grant) => format!("\n\nNeeds the grant `{grant}`."),
                None => String::new(),
            };
            Some(format!("{}\n\n{}{grant}", code_block("crush", &declaration.signature()), declaration.summary))
        }
        "method" => {
            let methods = crush_library::methods_named(name).map(|(_, method)| {
                format!("{}\n\n{}", code_block("crush", &method.method_signature()), method.summary)
            });
            let methods: Vec<_> = methods.collect();
            (!methods.is_empty()).then(|| methods.join("\n\n"))
        }
        "namespace" => {
            let namespace = crush_library::namespace(name)?;
            let capabilities: Vec<_> = namespace.capabilities.iter().map(|it| format!("`{}`", it.name)).collect();
            Some(format!("{}\n\n{}", namespace.summary, capabilities.join(", ")))
        }
        _ => None,
    }
}
