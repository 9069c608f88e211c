//! Generated programs: much alike in CRUSH and in Python, and as long as one likes.

use std::fmt::Write as _;

/// What a program is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// CRUSH, as crush-analyzer knows it.
    Crush,
    /// The same without borrows, which earlier tools reject.
    CrushWithoutBorrows,
    /// As much Python.
    Python,
}

/// One unit of a program: functions with loops, arrays, maps, a struct, a closure, borrows and calls, and code that uses
/// them. `@` is the number of the unit and `%` that of one before it.
const UNIT: &str = "\
// Unit @: what is in stock, and what to order.
struct Item@ { name, count, price }

fn total@(items, rate) {
    let sum = 0
    for item in items {
        if item.count > 12 {
            sum = sum + item.count * item.price
        } else {
            sum = sum + rate
        }
    }
    return sum
}

fn restock@(items, low) {
    let ordered = []
    for item in items {
        if item.count < low {
            let missing = low - item.count
            let more = Item@ { name: item.name, count: missing, price: item.price }
            ordered.push(more)
        }
    }
    return ordered
}

fn index@(words) {
    let seen = {}
    let i = 0
    while i < len(words) {
        let word = words[i]
        seen[word] = i
        i = i + 1
    }
    return seen
}

fn scale@(values, factor) {
    let scaled = []
    let each = |x| x * factor + @
    for value in values {
        scaled.push(each(value))
    }
    return scaled
}

fn survey@(values, extra) {
    let all = [extra]
    let view = &all
    let first = view[0]
    for value in values {
        if value > first { first = value }
    }
    let writer = [first]
    let last = &mut writer
    last.push(first)
    return len(view) + len(last)
}

fn run@(items) {
    let ordered = restock@(items, 5)
    let worth = total@(items, 3) + total@(ordered, 2)
    let places = index@([\"bolt\", \"nut\", \"gear\"])
    let scaled = scale@([worth, 1, 2], 10)
    let before = run%(items)
    return worth + places[\"bolt\"] + survey@(scaled, before)
}

let stock@ = [Item@ { name: \"bolt\", count: 40, price: 2 }, Item@ { name: \"nut\", count: 3, price: 1 }]
print(\"worth \" + run@(stock@))

";

/// A function that changes what a loop runs over; one of ten units has it.
const CONFLICT: &str = "\
fn double@(values) {
    for value in values {
        values.push(value * 2)
    }
    return values
}

";

const PYTHON_UNIT: &str = "\
# Unit @: what is in stock, and what to order.
class Item@:
    def __init__(self, name, count, price):
        self.name = name
        self.count = count
        self.price = price


def total@(items, rate):
    sum = 0
    for item in items:
        if item.count > 12:
            sum = sum + item.count * item.price
        else:
            sum = sum + rate
    return sum


def restock@(items, low):
    ordered = []
    for item in items:
        if item.count < low:
            missing = low - item.count
            more = Item@(item.name, missing, item.price)
            ordered.append(more)
    return ordered


def index@(words):
    seen = {}
    i = 0
    while i < len(words):
        word = words[i]
        seen[word] = i
        i = i + 1
    return seen


def scale@(values, factor):
    scaled = []

    def each(x):
        return x * factor + @

    for value in values:
        scaled.append(each(value))
    return scaled


def survey@(values, extra):
    all = [extra]
    view = all
    first = view[0]
    for value in values:
        if value > first:
            first = value
    writer = [first]
    last = writer
    last.append(first)
    return len(view) + len(last)


def run@(items):
    ordered = restock@(items, 5)
    worth = total@(items, 3) + total@(ordered, 2)
    places = index@([\"bolt\", \"nut\", \"gear\"])
    scaled = scale@([worth, 1, 2], 10)
    before = run%(items)
    return worth + places[\"bolt\"] + survey@(scaled, before)


stock@ = [Item@(\"bolt\", 40, 2), Item@(\"nut\", 3, 1)]
print(\"worth \" + str(run@(stock@)))


";

const PYTHON_CONFLICT: &str = "\
def double@(values):
    unused = len(values)
    for value in values:
        values.append(value * 2)
    return values


";

/// How many units in a row call each other.
const CHAIN: usize = 8;

/// How many files lie in one folder of a workspace: those of whole chains.
pub(crate) const IN_A_FOLDER: usize = 12 * CHAIN;

/// A program of about `lines` lines.
pub(crate) fn generate(dialect: Dialect, lines: usize) -> String {
    let (unit, conflict, start) = match dialect {
        Dialect::Crush | Dialect::CrushWithoutBorrows => (UNIT, CONFLICT, "fn run0(items) { return len(items) }\n\n"),
        Dialect::Python => (PYTHON_UNIT, PYTHON_CONFLICT, "def run0(items):\n    return len(items)\n\n\n"),
    };
    let mut text = start.to_string();
    let mut written = text.lines().count();
    for number in 1.. {
        if written >= lines {
            break;
        }
        let called = if number % CHAIN == 1 { 0 } else { number - 1 };
        let mut piece = unit.replace('@', &number.to_string()).replace('%', &called.to_string());
        if number % 10 == 0 {
            piece.push_str(&conflict.replace('@', &number.to_string()));
        }
        written += piece.lines().count();
        let _ = write!(text, "{piece}");
    }
    if dialect == Dialect::CrushWithoutBorrows {
        text = text.replace("= &mut ", "= ").replace("= &", "= ");
    }
    text
}

/// File `number` of a workspace: one unit, which calls that of the file before it.
pub(crate) fn file(dialect: Dialect, number: usize) -> String {
    let unit = if dialect == Dialect::Python { PYTHON_UNIT } else { UNIT };
    let head = match number % CHAIN {
        0 => return generate(dialect, 1),
        1 => format!("{}\n", import(dialect, number - 1, 0)),
        _ => format!("{}\n", import(dialect, number - 1, number - 1)),
    };
    let called = if number % CHAIN == 1 { 0 } else { number - 1 };
    head + &unit.replace('@', &number.to_string()).replace('%', &called.to_string())
}

/// A program of about `lines` lines, in the folder of the first files, that imports some of them.
pub(crate) fn importing(dialect: Dialect, lines: usize) -> String {
    let imports: Vec<_> = [31, 47].into_iter().map(|file| import(dialect, file, file)).collect();
    let calls = "print(run31([]))\nprint(run47([]))\n";
    format!("{}\n{}{calls}", imports.concat(), generate(dialect, lines))
}

/// An import of function `run…` of another file.
fn import(dialect: Dialect, file: usize, run: usize) -> String {
    match dialect {
        Dialect::Python => format!("from part{}.unit{file} import run{run}\n", file / IN_A_FOLDER),
        _ => format!("import unit{file} {{ run{run} }}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_programs_parse_without_an_error() {
        for dialect in [Dialect::Crush, Dialect::CrushWithoutBorrows] {
            let text = generate(dialect, 1_000);
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&tree_sitter_crush::LANGUAGE.into()).unwrap();
            assert!(!parser.parse(&text, None).unwrap().root_node().has_error());
        }
    }

    #[test]
    fn they_are_as_long_as_was_asked_for() {
        for dialect in [Dialect::Crush, Dialect::Python] {
            let lines = generate(dialect, 10_000).lines().count();
            assert!((10_000..10_100).contains(&lines), "{lines}");
        }
    }
}
