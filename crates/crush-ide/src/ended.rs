//! Where a borrow ended that is used afterwards (B4, B5): the analysis knows that it has, the text shows by what.

use crush_syntax::{Node, TextRange, Tree};

/// Most places that are shown.
const MOST: usize = 4;

/// The places at which the borrow that is taken at `taken` ends, and why it does. `used` is where it is used afterwards, when that
/// is in the same file.
pub(crate) fn ends(tree: &Tree, taken: TextRange, used: Option<TextRange>) -> Vec<(TextRange, String)> {
    ends_of_variable(tree, taken, used).unwrap_or_default()
}

fn ends_of_variable(tree: &Tree, taken: TextRange, used: Option<TextRange>) -> Option<Vec<(TextRange, String)>> {
    let mut value = tree.root().named_descendant_for_byte_range(taken.start, taken.end)?;
    if value.kind() != "borrow_expression" {
        return None;
    }
    while let Some(parent) = value.parent().filter(|parent| parent.kind() == "parenthesized_expression") {
        value = parent;
    }
    let statement = value.parent()?;
    let name = match statement.kind() {
        "let_statement" => statement.child_by_field_name("name")?,
        "assignment_statement" => statement.child_by_field_name("left").filter(|left| left.kind() == "identifier")?,
        _ => return None,
    };
    let (variable, block) = (tree.text_of(name), statement.parent()?);
    let is_left = used.is_none_or(|used| used.start >= block.end_byte() || used.end <= block.start_byte());
    if statement.kind() == "let_statement" && is_left && block.kind() == "block" {
        let end = TextRange::new(block.end_byte().saturating_sub(1), block.end_byte());
        return Some(vec![(end, format!("`{variable}` goes out of scope here, and the borrow ends"))]);
    }
    let mut found = Vec::new();
    let mut waiting = vec![block];
    while let Some(node) = waiting.pop() {
        if node.start_byte() > statement.start_byte()
            && let Some(why) = ends_borrow_of(tree, node, &variable)
        {
            found.push((TextRange::new(node.start_byte(), node.end_byte()), why));
        }
        let mut cursor = node.walk();
        waiting.extend(node.named_children(&mut cursor).filter(|child| child.end_byte() > statement.end_byte()));
    }
    found.sort_by_key(|(range, _)| *range);
    found.truncate(MOST);
    Some(found)
}

/// How a node ends the borrow that a variable owns, if it does.
fn ends_borrow_of(tree: &Tree, node: Node<'_>, variable: &str) -> Option<String> {
    let is_it = |name: Option<Node<'_>>| name.is_some_and(|name| tree.text_of(name) == variable);
    match node.kind() {
        "call_expression" => {
            let function = node.child_by_field_name("function")?;
            let arguments = node.child_by_field_name("arguments")?;
            let is_drop = tree.text_of(function) == "drop" && is_it(arguments.named_child(0));
            is_drop.then(|| format!("`drop({variable})` ends its borrow"))
        }
        "let_statement" => is_it(node.child_by_field_name("name")).then(|| bound_again(variable)),
        "assignment_statement" => is_it(node.child_by_field_name("left")).then(|| bound_again(variable)),
        _ => None,
    }
}

fn bound_again(variable: &str) -> String {
    format!("`{variable}` is bound again here, and its borrow ends")
}

#[cfg(test)]
mod tests {
    use crate::fixture::analysis;
    use crate::{Snapshot, diagnostics};

    /// The steps of the one report, each with its line.
    fn steps(program: &str) -> Vec<String> {
        let snapshot = Snapshot::unevaluated(analysis(program));
        let text = snapshot.analysis.text();
        let reports = diagnostics(&snapshot);
        let report = reports.iter().find(|report| report.code == "borrow-outlives-scope").expect("it is reported");
        let step = |related: &crate::Related| format!("{}: {}", text.line_of(related.range.start) + 1, related.message);
        report.related.iter().map(step).collect()
    }

    #[test]
    fn a_borrow_ends_with_its_variable() {
        assert_eq!(
            steps("let keep = []\nif true {\n  let xs = [1]\n  let r = &xs\n  keep.push(r)\n}\nprint(keep[0])\n"),
            ["4: `xs` is borrowed here", "6: `r` goes out of scope here, and the borrow ends"]
        );
        assert_eq!(
            steps("fn f(xs) {\n  let r = &xs\n  return r\n}\nlet h = f([1])\nprint(h)\n"),
            [
                "5: by way of this call",
                "2: `xs` is borrowed here",
                "4: `r` goes out of scope here, and the borrow ends"
            ]
        );
    }

    #[test]
    fn a_borrow_ends_when_it_is_dropped_or_its_variable_bound_again() {
        assert_eq!(
            steps("let xs = [1]\nlet m = &mut xs\ndrop(m)\nprint(m)\n"),
            ["2: `xs` is borrowed exclusively here", "3: `drop(m)` ends its borrow"]
        );
        assert_eq!(
            steps("let xs = [1]\nlet r = &xs\nlet k = r\nr = null\nprint(k)\n"),
            ["2: `xs` is borrowed here", "4: `r` is bound again here, and its borrow ends"]
        );
    }
}
