//! `regex`: regular expressions. Compiling one and searching a long text cannot be left in the middle, and so are done
//! [elsewhere].

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use crush_arena::{Bulk, RuntimeValue, Text};
use crush_vm::{Call, CallError};
use regex::{CaptureLocations, Regex};

use crate::arguments::{Arguments, Building, Given, flag};
use crate::elsewhere::elsewhere;
use crate::library::Pure;

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("regex.find_all", find_all),
    ("regex.match", first_match),
    ("regex.replace", replace),
    ("regex.split", split),
    ("regex.test", |call| {
        let (pattern, text) = (pattern(call)?, call.text_of(1)?);
        let size = pattern.work(&text);
        Ok(flag(elsewhere(call, size, move || pattern.regex.is_match(&text))?))
    }),
];

/// How many compiled patterns are kept.
const KEPT: usize = 16;
/// A longer text is no pattern.
const LONGEST: usize = 1 << 16;

thread_local! {
    /// The patterns that were used last: a pattern in a loop is compiled once. What a pattern compiles to depends on it
    /// alone, so that it makes no difference to a program which run compiled it.
    static COMPILED: RefCell<HashMap<Text, Pattern>> = RefCell::default();
}

/// A compiled pattern.
#[derive(Clone)]
struct Pattern {
    regex: Regex,
    weight: usize,
}

impl Pattern {
    /// How much work it may be at worst to search a text, as that of going through so many bytes.
    fn work(&self, text: &str) -> usize {
        text.len().saturating_mul(self.weight) / 4
    }
}

/// How many states a pattern may have, guessed: `\w` and the like stand for many characters, and a count for copies of what
/// it counts.
fn weight(pattern: &str) -> usize {
    let classes = pattern.matches('\\').count();
    let counts = pattern.split('{').skip(1).map(|count| {
        let numbers = count.split('}').next().unwrap_or_default().split(',');
        numbers.filter_map(|number| number.trim().parse().ok()).max().unwrap_or(1).max(1)
    });
    (4 + pattern.len() + 64 * classes).saturating_mul(counts.fold(1, usize::saturating_mul))
}

/// The pattern that the first argument is. How large it may become when compiled is bounded by the library.
fn pattern(call: &Call<'_>) -> Result<Pattern, CallError> {
    let text = call.text_of(0)?;
    if let Some(known) = COMPILED.with_borrow(|compiled| compiled.get(&text).cloned()) {
        return Ok(known);
    }
    if text.len() > LONGEST {
        return Err(format!("a pattern has at most {LONGEST} bytes").into());
    }
    let weight = weight(&text);
    let source = text.clone();
    let regex = elsewhere(call, weight.saturating_mul(64), move || Regex::new(&source))?;
    let regex = regex.map_err(|error| CallError::Failed(format!("`{text}` is no pattern: {error}")))?;
    let pattern = Pattern { regex, weight };
    COMPILED.with_borrow_mut(|compiled| {
        if compiled.len() >= KEPT {
            compiled.clear();
        }
        compiled.insert(text.clone(), pattern.clone());
    });
    Ok(pattern)
}

/// Where a pattern is found in a text, one after the other, many at a time.
struct Matches {
    pattern: Pattern,
    text: Text,
    /// Where the next search begins, and where the last match ended: the next one is not empty there. None at the end.
    next: Option<(usize, Option<usize>)>,
}

impl Matches {
    fn new(pattern: Pattern, text: &Text) -> Self {
        Self { pattern, text: text.reading(), next: Some((0, None)) }
    }

    /// The next ones, found by `find` from a place on, each with the whole match; none when there are no more.
    fn some<T: Send + 'static>(&mut self, call: &Call<'_>, find: Find<T>) -> Result<Vec<(Range<usize>, T)>, CallError> {
        const MOST: usize = 1 << 12;
        let Some((mut start, mut last)) = self.next else { return Ok(Vec::new()) };
        let (pattern, text) = (self.pattern.clone(), self.text.reading());
        let size = pattern.work(&text[start..]);
        let (found, next) = elsewhere(call, size, move || {
            let mut found = Vec::new();
            while found.len() < MOST {
                let Some((mut whole, mut more)) = find(&pattern.regex, &text, start) else { return (found, None) };
                if whole.is_empty() && last == Some(whole.end) {
                    // The empty match behind another is none: the search goes on at the next character.
                    let Some(character) = text[whole.end..].chars().next() else { return (found, None) };
                    let Some(other) = find(&pattern.regex, &text, whole.end + character.len_utf8()) else {
                        return (found, None);
                    };
                    (whole, more) = other;
                }
                (start, last) = (whole.end, Some(whole.end));
                found.push((whole, more));
            }
            (found, Some((start, last)))
        })?;
        self.next = next;
        call.charge(found.len())?;
        Ok(found)
    }
}

/// Finds the next match from a place on: where it is, and more about it.
type Find<T> = fn(&Regex, &str, usize) -> Option<(Range<usize>, T)>;

fn whole(regex: &Regex, text: &str, start: usize) -> Option<(Range<usize>, ())> {
    regex.find_at(text, start).map(|found| (found.range(), ()))
}

fn groups(regex: &Regex, text: &str, start: usize) -> Option<(Range<usize>, CaptureLocations)> {
    let mut groups = regex.capture_locations();
    regex.captures_read_at(&mut groups, text, start).map(|found| (found.range(), groups))
}

/// `regex.find_all(pattern, text)`.
fn find_all(call: &mut Call<'_>) -> Given {
    let (pattern, text) = (pattern(call)?, call.text_of(1)?);
    let (mut matches, mut values) = (Matches::new(pattern, &text), Bulk::default());
    while matches.next.is_some() {
        for (found, ()) in matches.some(call, whole)? {
            call.push_string(&mut values, &text[found])?;
        }
    }
    call.array(values.take())
}

/// `regex.match(pattern, text)`.
fn first_match(call: &mut Call<'_>) -> Given {
    let (pattern, text) = (pattern(call)?, call.text_of(1)?);
    let (size, searched) = (pattern.work(&text), text.reading());
    let found = elsewhere(call, size, move || groups(&pattern.regex, &searched, 0))?;
    let mut values = Vec::new();
    if let Some((_, groups)) = found {
        for group in 0..groups.len() {
            values.push(match groups.get(group) {
                Some((start, end)) => call.string(&text[start..end])?,
                None => RuntimeValue::Null,
            });
        }
    }
    call.array(values)
}

/// `regex.replace(pattern, text, by)`.
fn replace(call: &mut Call<'_>) -> Given {
    let (pattern, text, by) = (pattern(call)?, call.text_of(1)?, call.text_of(2)?);
    let (mut out, mut done) = (Building::default(), 0);
    let mut matches = Matches::new(pattern.clone(), &text);
    while matches.next.is_some() {
        for (found, groups) in matches.some(call, groups)? {
            out.push(call, &text[done..found.start])?;
            done = found.end;
            expand(call, &pattern.regex, &by, &text, &groups, &mut out)?;
        }
    }
    out.push(call, &text[done..])?;
    out.finish(call)
}

/// Appends what a match is replaced by: `$1`, `$name` and `${name}` stand for groups, `$$` for `$`.
fn expand(
    call: &Call<'_>,
    regex: &Regex,
    by: &str,
    text: &str,
    groups: &CaptureLocations,
    out: &mut Building,
) -> Result<(), CallError> {
    let mut rest = by;
    while let Some(dollar) = rest.find('$') {
        out.push(call, &rest[..dollar])?;
        let behind = &rest[dollar + 1..];
        if let Some(after) = behind.strip_prefix('$') {
            out.push(call, "$")?;
            rest = after;
            continue;
        }
        let Some((name, after)) = group_name(behind) else {
            out.push(call, "$")?;
            rest = behind;
            continue;
        };
        let number = name.parse().ok().or_else(|| regex.capture_names().position(|known| known == Some(name)));
        if let Some((start, end)) = number.and_then(|number: usize| groups.get(number)) {
            out.push(call, &text[start..end])?;
        }
        rest = after;
    }
    out.push(call, rest)
}

/// The name or number of a group behind a `$`, and what follows it.
fn group_name(text: &str) -> Option<(&str, &str)> {
    if let Some(braced) = text.strip_prefix('{') {
        return braced.split_once('}');
    }
    let end = text.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// `regex.split(pattern, text)`.
fn split(call: &mut Call<'_>) -> Given {
    let (pattern, text) = (pattern(call)?, call.text_of(1)?);
    let (mut matches, mut values, mut done) = (Matches::new(pattern, &text), Bulk::default(), 0);
    while matches.next.is_some() {
        for (found, ()) in matches.some(call, whole)? {
            call.push_string(&mut values, &text[done..found.start])?;
            done = found.end;
        }
    }
    call.push_string(&mut values, &text[done..])?;
    call.array(values.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_weighs_what_it_stands_for() {
        assert!(weight("a") < 10 && weight("[0-9]{4}") < 100);
        assert!(weight(r"(\w{60}){9}") > 60 * 9 * 64);
        assert_eq!(weight("{99999999999999999999}a{2,}"), 2 * (4 + 27));
    }

    #[test]
    fn names_of_groups_end_where_the_reference_says() {
        assert_eq!(group_name("1a-b"), Some(("1a", "-b")));
        assert_eq!(group_name("{1}a"), Some(("1", "a")));
        assert_eq!((group_name(" 1"), group_name("{1"), group_name("")), (None, None, None));
    }
}
