//! Programs that several sessions use.

/// Changes a list while a loop runs over it: the static analysis warns, and the run faults on line 5 (line 4 from 0).
pub(crate) const FAULTS: &str = "\
let items = [1, 2, 3]
let total = 0
for item in items {
    total = total + item
    items.push(item)
}
print(total)
";

/// The line, from 0, on which [`FAULTS`] faults.
pub(crate) const FAULT_LINE: u64 = 4;

/// Ends by itself, and prints 6.
pub(crate) const FINISHES: &str = "\
let items = [1, 2, 3]
let total = 0
for item in items {
    total = total + item
}
print(total)
";

/// Never ends.
pub(crate) const LOOPS: &str = "\
fn spin(start) {
    let n = start
    while true { n = 1 - n }
    return n
}
print(spin(1))
";

/// A line that does not parse.
pub(crate) const SYNTAX_ERROR: &str = "let = = 3\n";
