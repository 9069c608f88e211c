//! Words of the language, and what they introduce, where the grammar allows them.

use super::item::{CompletionKind, Items};

const WORDS: u32 = 1_500;

pub(super) fn add_mut(items: &mut Items) {
    items.add("mut", CompletionKind::Keyword, WORDS, "borrow exclusively".to_owned());
}

pub(super) fn add_pattern_words(items: &mut Items) {
    for word in ["_", "true", "false"] {
        items.add(word, CompletionKind::Keyword, WORDS, String::new());
    }
}

pub(super) fn add_expression_words(items: &mut Items) {
    for word in ["true", "false", "null", "not", "await", "new"] {
        items.add(word, CompletionKind::Keyword, WORDS, String::new());
    }
    items.add_snippet("if", "if ${1:condition} {\n\t$0\n}", "if condition { … }", WORDS);
    items.add_snippet("match", "match ${1:value} {\n\t${2:_} => $0\n}", "match value { … }", WORDS);
    items.add_snippet("spawn", "spawn ${1:function}($0)", "spawn function(…)", WORDS);
}

pub(super) fn add_statement_words(items: &mut Items, is_top_level: bool, is_in_loop: bool) {
    items.add_snippet("let", "let ${1:name} = $0", "let name = value", WORDS);
    items.add_snippet("while", "while ${1:condition} {\n\t$0\n}", "while condition { … }", WORDS);
    items.add_snippet("for", "for ${1:item} in ${2:items} {\n\t$0\n}", "for item in items { … }", WORDS);
    items.add_snippet("try", "try {\n\t$1\n} catch ${2:error} {\n\t$0\n}", "try { … } catch error { … }", WORDS);
    for word in ["throw", "yield", "struct"] {
        items.add(word, CompletionKind::Keyword, WORDS, String::new());
    }
    if is_in_loop {
        for word in ["break", "continue"] {
            items.add(word, CompletionKind::Keyword, WORDS, String::new());
        }
    }
    if !is_top_level {
        items.add("return", CompletionKind::Keyword, WORDS, String::new());
        return;
    }
    items.add_snippet("fn", "fn ${1:name}($2) {\n\t$0\n}", "fn name(…) { … }", WORDS);
    items.add_snippet("impl", "impl ${1:Struct} {\n\t$0\n}", "impl Struct { … }", WORDS);
    items.add_snippet("trait", "trait ${1:Name} {\n\t$0\n}", "trait Name { … }", WORDS);
    for word in ["async", "import", "use", "export", "capability"] {
        items.add(word, CompletionKind::Keyword, WORDS, String::new());
    }
}
