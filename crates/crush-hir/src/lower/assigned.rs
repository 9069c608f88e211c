//! Which variable a block of another language gives a value last, at its own top level: without `->`, that one comes out.
//!
//! The text is not parsed: a pass over strings, comments and brackets finds where its statements begin.

/// The last name that a block in `language` (by its canonical name) gives a value at its top level.
pub(super) fn last_assigned<'t>(language: &str, text: &'t str) -> Option<&'t str> {
    let statements = statements(language, text);
    match language {
        "python" => {
            // Blocks are indented as the program around them is; what is deeper belongs to an `if` or a `def`.
            let base = statements.iter().map(|statement| indentation(text, statement)).min()?;
            let at_base = statements.iter().filter(|statement| indentation(text, statement) == base);
            at_base
                .filter_map(|statement| assigned(statement).filter(|(_, value)| assigned(value).is_none()))
                .next_back()
        }
        "javascript" => {
            statements.iter().filter_map(|statement| declared(statement).or_else(|| assigned(statement))).next_back()
        }
        _ => None,
    }
    .map(|(name, _)| name)
}

/// The statements of a text that are inside no bracket, as far as they go without one, without the blanks before them.
fn statements<'t>(language: &str, text: &'t str) -> Vec<&'t str> {
    let is_python = language == "python";
    let (mut found, mut start) = (Vec::new(), 0);
    for mark in marks(text, is_python) {
        let is_end = match mark.char {
            '\n' | ';' => mark.depth == 0,
            '}' => mark.depth == 0 && !is_python,
            _ => false,
        };
        if is_end {
            found.push(text[start..mark.start].trim());
            start = mark.end;
        }
    }
    found.push(text[start..].trim());
    found.retain(|statement| !statement.is_empty());
    found
}

/// A character outside strings and comments.
struct Mark {
    char: char,
    start: usize,
    /// Where the text goes on.
    end: usize,
    /// How many brackets are open around it; it is outside those that it opens or closes.
    depth: usize,
}

/// The characters of a text outside strings and comments. A comment that ends with its line stands for that end.
fn marks(text: &str, is_python: bool) -> impl Iterator<Item = Mark> {
    let line_comment = if is_python { "#" } else { "//" };
    let (mut at, mut open) = (0, 0_usize);
    std::iter::from_fn(move || {
        loop {
            let (start, rest) = (at, &text[at..]);
            let mut char = rest.chars().next()?;
            if matches!(char, '"' | '\'' | '`') {
                at += string_length(rest, is_python);
                continue;
            }
            if !is_python && rest.starts_with("/*") {
                at += rest.find("*/").map_or(rest.len(), |length| length + 2);
                continue;
            }
            at += char.len_utf8();
            if rest.starts_with(line_comment) {
                char = '\n';
                at = start + rest.find('\n').unwrap_or(rest.len());
            }
            if matches!(char, ')' | ']' | '}') {
                open = open.saturating_sub(1);
            }
            let mark = Mark { char, start, end: at, depth: open };
            if matches!(char, '(' | '[' | '{') {
                open += 1;
            }
            return Some(mark);
        }
    })
}

/// How long the string is that a text begins with.
fn string_length(text: &str, is_python: bool) -> usize {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let (delimiter, over_lines) = match text.starts_with(&triple) && is_python {
        true => (triple.as_str(), true),
        false => (quote, quote == "`"),
    };
    let mut at = delimiter.len();
    while let Some(next) = text[at..].chars().next() {
        match next {
            '\\' => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '\n' if !over_lines => return at,
            _ if text[at..].starts_with(delimiter) => return at + delimiter.len(),
            _ => at += next.len_utf8(),
        }
    }
    text.len()
}

/// How far a statement of a text stands from the start of its line; behind a `;` it stands where the line does.
fn indentation(text: &str, statement: &str) -> usize {
    let start = statement.as_ptr().addr() - text.as_ptr().addr();
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let blank = |c: char| c == ' ' || c == '\t';
    text[line..].len() - text[line..].trim_start_matches(blank).len()
}

/// Name and value of `name = value`.
fn assigned(statement: &str) -> Option<(&str, &str)> {
    let (name, rest) = name(statement)?;
    let value = rest.trim_start().strip_prefix('=')?;
    (!value.starts_with(['=', '>'])).then_some((name, value.trim_start()))
}

/// Name and rest of what a `let`, `const` or `var` declares last.
fn declared(statement: &str) -> Option<(&str, &str)> {
    let (keyword, rest) = name(statement)?;
    if !matches!(keyword, "let" | "const" | "var") {
        return None;
    }
    // `let a = f(1, 2), b = 3`: commas in brackets and strings are no ends.
    let last = marks(rest, false).filter(|mark| mark.char == ',' && mark.depth == 0).last();
    name(rest[last.map_or(0, |mark| mark.end)..].trim_start())
}

/// The name that a text begins with, and what follows.
fn name(text: &str) -> Option<(&str, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    (end > 0 && !text.starts_with(|c: char| c.is_numeric())).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::last_assigned;

    #[test]
    fn python_gives_its_last_plain_assignment() {
        let last = |text| last_assigned("python", text);
        assert_eq!(last("\n  x = 1\n  y = x + 1\n  print(y)\n"), Some("y"));
        assert_eq!(last("\n  x = 1\n  if x:\n    y = 2\n"), Some("x"));
        assert_eq!(last("x = 1; y = 2"), Some("y"));
        assert_eq!(last("x = f(\n  a=1,\n)\nx == 2\nx += 1"), Some("x"));
        assert_eq!(last("s = '''\nt = 1\n'''\n# u = 2"), Some("s"));
        assert_eq!(last("a = b = 1"), None);
        assert_eq!(last("a, b = 1, 2"), None);
        assert_eq!(last("print('x = 1')"), None);
        assert_eq!(last("größe = 1 + é"), Some("größe"));
    }

    #[test]
    fn javascript_gives_what_it_declares_or_assigns_last() {
        let last = |text| last_assigned("javascript", text);
        assert_eq!(last("\n  const x = 1;\n  let y = x + 1\n  console.log(y)\n"), Some("y"));
        assert_eq!(last("let a = f(1, 2), b = [3, 4]"), Some("b"));
        assert_eq!(
            last("const f = (a) => { let inside = a; return inside }\nfor (let i = 0; i < 3; i++) { z = i }"),
            Some("f")
        );
        assert_eq!(last("total = 1\ntotal == 2 // later = 3\n/* more = 4 */"), Some("total"));
        assert_eq!(last("const text = `\nx = 1\n`"), Some("text"));
        assert_eq!(last("if (a) b = 1"), None);
        assert_eq!(last("let é = 1, größe = é;"), Some("größe"));
    }

    #[test]
    fn other_languages_give_nothing() {
        assert_eq!(last_assigned("bash", "x=1"), None);
    }
}
