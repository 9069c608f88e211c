//! The words of one line of CASM text.

use std::fmt::Write as _;

/// One word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `add`, `r3`, `L2`, `true`, `io.print`: letters, digits, `_` and `.`, not beginning with a digit or `.`.
    Word(String),
    /// `.function`: a directive, or the name of a field.
    Dotted(String),
    /// `@name`: a function.
    At(String),
    /// `"text"`.
    Str(String),
    /// `12`, `-3`.
    Int(i64),
    /// `1.5`, `-inf`, `nan(7ff8000000000000)`.
    Float(f64),
    /// `!3..7`: a source range.
    Span(u32, u32),
    /// `,`, `:`, `=`, `(`, `)`.
    Mark(char),
}

/// The words of a line, up to a `;` that begins a comment.
pub(super) fn tokens(line: &str) -> Result<Vec<Token>, String> {
    let mut reader = Reader { rest: line };
    let mut tokens = Vec::new();
    loop {
        reader.rest = reader.rest.trim_start();
        match reader.rest.chars().next() {
            None | Some(';') => return Ok(tokens),
            Some(_) => tokens.push(reader.token()?),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn token(&mut self) -> Result<Token, String> {
        let first = self.rest.chars().next().unwrap_or(' ');
        let after = &self.rest[first.len_utf8()..];
        match first {
            ',' | ':' | '=' | '(' | ')' => {
                self.rest = after;
                Ok(Token::Mark(first))
            }
            '"' => Ok(Token::Str(self.quoted()?)),
            '.' => {
                self.rest = after;
                Ok(Token::Dotted(self.name()?))
            }
            '@' => {
                self.rest = after;
                Ok(Token::At(self.name()?))
            }
            '!' => {
                self.rest = after;
                let word = self.take(|char| char.is_ascii_digit() || char == '.');
                let span =
                    word.split_once("..").and_then(|(start, end)| Some((start.parse().ok()?, end.parse().ok()?)));
                let (start, end) = span.ok_or_else(|| format!("`!{word}` is no source range"))?;
                Ok(Token::Span(start, end))
            }
            '-' | '0'..='9' => self.number(),
            _ if is_word(first) => Ok(Token::Word(self.take(|char| is_word(char) || char == '.').to_owned())),
            _ => Err(format!("unexpected `{first}`")),
        }
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|char| !belongs(char)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// A name, in quotes where it is no plain word.
    fn name(&mut self) -> Result<String, String> {
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        match self.take(|char| is_word(char) || char == '.') {
            "" => Err("a name is missing".into()),
            name => Ok(name.to_owned()),
        }
    }

    fn number(&mut self) -> Result<Token, String> {
        let word = self.take(|char| is_word(char) || matches!(char, '-' | '+' | '.'));
        if let Ok(value) = word.parse() {
            return Ok(Token::Int(value));
        }
        word.parse().map(Token::Float).map_err(|_| format!("`{word}` is no number"))
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, char)) = chars.next() {
            match char {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 'r')) => text.push('\r'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, 'u')) => {
                        let digits: String =
                            chars.by_ref().map(|(_, char)| char).skip(1).take_while(|char| *char != '}').collect();
                        let char = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                        text.push(char.ok_or_else(|| format!("`\\u{{{digits}}}` is no character"))?);
                    }
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    _ => return Err("an unknown escape in a text".into()),
                },
                char => text.push(char),
            }
        }
        Err("a text does not end".into())
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// A text in quotes, as [`tokens`] reads it.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            char if char.is_control() || matches!(char, '\u{2028}' | '\u{2029}') => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// A name, in quotes where it is no plain word.
pub(super) fn name(name: &str) -> String {
    let plain = name.starts_with(|char| is_word(char) && !char.is_numeric())
        && name.chars().all(|char| is_word(char) || char == '.');
    if plain { name.to_owned() } else { quote(name) }
}
