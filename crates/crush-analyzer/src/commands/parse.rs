//! `crush-analyzer parse`: the syntax tree, one node a line.

use std::io::{BufWriter, Write};

use crush_ide::{ModuleId, SyntaxNode, TextRange};

use crate::arguments::{Format, Input};
use crate::report::{JsonRange, printable};
use crate::source::{Files as _, Source};
use crate::{Ending, Misuse};

/// Nodes nested deeper than this stand no further to the right.
const DEEPEST_INDENT: usize = 64;

/// Prints the tree on standard output. Broken nodes are part of it; the exit status says whether there is one.
pub(crate) fn run(arguments: &Input) -> Result<Ending, Misuse> {
    let source = Source::read(&arguments.file, &arguments.modules)?;
    let mut out = BufWriter::new(anstream::stdout().lock());
    let nodes = crush_ide::syntax_nodes(&source.analysis);
    for node in &nodes {
        match arguments.format {
            Format::Human => print_human(&mut out, &source, node)?,
            Format::Json => print_json(&mut out, &source, node)?,
        }
    }
    out.flush()?;
    let broken = nodes.iter().any(|node| node.is_error || node.is_missing);
    Ok(if broken { Ending::Errors } else { Ending::Clean })
}

fn print_human(out: &mut dyn Write, source: &Source, node: &SyntaxNode<'_>) -> Result<(), Misuse> {
    let field = node.field.map(|field| format!("{field}: ")).unwrap_or_default();
    let missing = if node.is_missing { "missing " } else { "" };
    let start = source.position(node.range.start);
    // Deeper than this nobody counts columns any more, and the listing would grow with the square of the depth.
    let indent = 2 * node.depth.min(DEEPEST_INDENT);
    write!(out, "{:indent$}{field}{missing}{}", "", node.kind)?;
    write!(out, "  {}:{}", start.line, start.column)?;
    if node.is_leaf {
        let text = &source.text[source.clamp(node.range)];
        write!(out, "  `{}`", printable(&text.replace('\n', "\\n")))?;
    }
    writeln!(out)?;
    Ok(())
}

fn print_json(out: &mut dyn Write, source: &Source, node: &SyntaxNode<'_>) -> Result<(), Misuse> {
    let line = serde_json::json!({
        "kind": node.kind,
        "field": node.field,
        "depth": node.depth,
        "missing": node.is_missing,
        "range": JsonRange::new(source.file(ModuleId::ROOT), TextRange::new(node.range.start, node.range.end)),
    });
    writeln!(out, "{line}")?;
    Ok(())
}
