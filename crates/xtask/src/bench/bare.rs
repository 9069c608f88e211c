//! The least that any server must do with an edit: change a rope, and parse it incrementally.

use anyhow::Context;
use ropey::Rope;
use tree_sitter::{InputEdit, Parser, Point, Tree};

use super::edits::Edit;

/// A text that is parsed and nothing else.
pub(crate) struct Bare {
    parser: Parser,
    rope: Rope,
    tree: Tree,
}

impl Bare {
    /// Parses `text`.
    ///
    /// # Errors
    ///
    /// When tree-sitter does not take the grammar.
    pub(crate) fn open(text: &str) -> anyhow::Result<Self> {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_crush::LANGUAGE.into())?;
        let rope = Rope::from_str(text);
        let tree = parse(&mut parser, &rope, None).context("the parser gives no tree")?;
        Ok(Self { parser, rope, tree })
    }

    /// Applies an edit and parses again.
    ///
    /// # Errors
    ///
    /// When the parser gives no tree.
    pub(crate) fn edit(&mut self, edit: &Edit) -> anyhow::Result<()> {
        let start_position = self.point(edit.range.start);
        let old_end_position = self.point(edit.range.end);
        let chars = self.rope.byte_to_char(edit.range.start)..self.rope.byte_to_char(edit.range.end);
        let start = chars.start;
        self.rope.remove(chars);
        self.rope.insert(start, &edit.new_text);
        let new_end_byte = edit.range.start + edit.new_text.len();
        self.tree.edit(&InputEdit {
            start_byte: edit.range.start,
            old_end_byte: edit.range.end,
            new_end_byte,
            start_position,
            old_end_position,
            new_end_position: self.point(new_end_byte),
        });
        self.tree = parse(&mut self.parser, &self.rope, Some(&self.tree)).context("the parser gives no tree")?;
        Ok(())
    }

    fn point(&self, byte: usize) -> Point {
        let row = self.rope.byte_to_line(byte);
        Point { row, column: byte - self.rope.line_to_byte(row) }
    }
}

fn parse(parser: &mut Parser, rope: &Rope, old: Option<&Tree>) -> Option<Tree> {
    let mut read = |byte: usize, _: Point| -> &[u8] {
        if byte >= rope.len_bytes() {
            return &[];
        }
        let (chunk, start, _, _) = rope.chunk_at_byte(byte);
        &chunk.as_bytes()[byte - start..]
    };
    parser.parse_with_options(&mut read, old, None)
}
