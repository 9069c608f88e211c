//! Words and signs that other languages have, and what is written for them here.
//!
//! They are looked at only where something is wrong anyway: a program may have a variable called `loop`.

/// Words, and what to write for them.
const WORDS: &[(&[&str], &str)] = &[
    (&["const", "var", "val", "auto", "local"], "a variable is declared with `let`"),
    (&["function", "def", "func", "fun", "sub"], "a function is declared with `fn`"),
    (&["lambda"], "a function value is written `|x| x + 1`"),
    (&["class", "enum", "record"], "declare a `struct`, and its methods in an `impl`"),
    (&["interface", "protocol"], "declare a `trait`"),
    (&["nil", "None", "undefined", "NULL", "nullptr", "void"], "it is written `null`"),
    (&["True", "TRUE"], "it is written `true`"),
    (&["False", "FALSE"], "it is written `false`"),
    (&["elif", "elsif", "elseif"], "write `else if`"),
    (&["unless"], "write `if !…`"),
    (&["until"], "write `while !…`"),
    (&["loop", "do", "repeat"], "write `while true { … }`, and `break` where it ends"),
    (&["foreach"], "write `for value in values { … }`"),
    (&["switch", "case", "when"], "write `match value { 1 => …, _ => … }`"),
    (&["raise"], "write `throw`"),
    (&["except", "rescue"], "write `try { … } catch error { … }`"),
    (&["this"], "a method's first parameter is `self`"),
    (&["require", "include"], "write `import name`"),
    (&["println", "printf", "puts", "echo", "console", "fmt", "System"], "write `print(value)`"),
    (&["str", "String", "tostring"], "write `conv.to_str(value)`"),
    (&["int", "parseInt", "tonumber"], "write `conv.to_int(value)`"),
    (&["float", "parseFloat"], "write `conv.to_float(value)`"),
    (&["typeof", "type"], "write `conv.type_of(value)`"),
    (&["Math"], "it is written `math`"),
    (&["JSON"], "it is written `json`"),
];

/// What to write for a word, when other languages have it.
pub(crate) fn word(word: &str) -> Option<&'static str> {
    WORDS.iter().find(|(words, _)| words.contains(&word)).map(|(_, instead)| *instead)
}

/// What to write for what did not parse: it begins with `text`, and `before` stands before it.
pub(crate) fn sign(before: &str, text: &str) -> Option<&'static str> {
    let is_word = |word: &str| {
        let rest = text.strip_prefix(word);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    Some(match text {
        _ if text.starts_with("++") || text.starts_with("--") => "write `x = x + 1` or `x = x - 1`",
        _ if text.starts_with('?') => "write `if a { b } else { c }`",
        _ if text.starts_with('=') && (before.ends_with("==") || before.ends_with("!=")) => {
            "values are compared with `==` and `!=`"
        }
        _ if text.starts_with("=>") => "a function value is written `|x| x + 1`",
        _ if text.starts_with('`') => "a string stands between `\"`",
        _ if is_word("for") && text[3..].trim_start().starts_with('(') => "write `for i in 0..10 { … }`",
        _ if ["for", "while", "if", "try"].into_iter().any(is_word) && text.contains(':') && !text.contains('{') => {
            "a block stands between `{` and `}`"
        }
        _ if is_word("import") && text[6..].trim_start().starts_with(['"', '\'']) => {
            "write `import name`, without the ending"
        }
        _ if is_word("let") && text[3..].trim_start().starts_with(['[', '{', '(']) => {
            "each variable has a `let` of its own"
        }
        _ if is_word("export") => "every function of a file can be imported by others: leave `export` out",
        _ if is_word("fn") => {
            "a function value is written `|x| x + 1`, and a function with a name stands at the top of the file"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_words() {
        assert_eq!(word("const"), Some("a variable is declared with `let`"));
        assert_eq!(word("constant"), None);
        assert!(sign("", "fn(x)").is_some() && sign("", "fnord").is_none());
    }

    #[test]
    fn every_word_stands_once() {
        let mut words: Vec<_> = WORDS.iter().flat_map(|(words, _)| *words).collect();
        words.sort_unstable();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
