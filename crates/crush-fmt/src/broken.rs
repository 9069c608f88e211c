//! Which statements are left as they are, because something in them did not parse.

use crate::syntax::{Kind, NodeId, Span, Syntax};

impl Syntax {
    /// Marks what is kept: the smallest statements around an error, and what shares a line with them.
    pub(crate) fn mark_kept(&mut self, source: &str) {
        if self.has_error(Self::ROOT) {
            self.mark(Self::ROOT, source);
        }
    }

    /// Marks what is kept in a node; whether the node is to be kept itself.
    fn mark(&mut self, id: NodeId, source: &str) -> bool {
        if self.is_error(id) {
            return true;
        }
        if !self.has_error(id) {
            return false;
        }
        let children: Vec<NodeId> = self.children(id).collect();
        let broken: Vec<bool> = stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            children.iter().map(|child| self.mark(*child, source)).collect()
        });
        if !matches!(self.kind(id), Kind::SourceFile | Kind::Block | Kind::MethodList | Kind::MatchArms) {
            return broken.contains(&true);
        }
        let lines: Vec<Span> = children.iter().map(|child| lines(source, self.span(*child))).collect();
        let mut kept = broken;
        // What shares a line with something kept is kept, to and fro until nothing is added.
        loop {
            let before = kept.iter().filter(|kept| **kept).count();
            for (a, b) in (1..kept.len()).chain((1..kept.len()).rev()).map(|index| (index - 1, index)) {
                if lines[b].start <= lines[a].end {
                    let either = kept[a] || kept[b];
                    (kept[a], kept[b]) = (either, either);
                }
            }
            if kept.iter().filter(|kept| **kept).count() == before {
                break;
            }
        }
        let is_brace =
            |child: NodeId| matches!(self.kind(child), Kind::OpenBrace | Kind::CloseBrace) && self.is_leaf(child);
        let reaches_out = children.iter().zip(&kept).any(|(child, kept)| *kept && is_brace(*child));
        let lacks_brace = self.kind(id) != Kind::SourceFile && !children.last().is_some_and(|last| is_brace(*last));
        if reaches_out || lacks_brace {
            return true;
        }
        for (child, kept) in children.into_iter().zip(kept) {
            if kept {
                self.keep(child);
            }
        }
        false
    }

    /// The end of the last line, if a comment that begins on lines from `start` to `end` runs beyond them.
    pub(crate) fn line_end_behind_comments(&self, source: &str, start: usize, end: usize) -> usize {
        let mut end = end;
        let first = self.comments.partition_point(|comment| comment.start < start);
        for comment in &self.comments[first..] {
            if comment.start >= end {
                break;
            }
            if comment.end > end {
                end = source[comment.end..].find('\n').map_or(source.len(), |length| comment.end + length);
            }
        }
        end
    }
}

/// The whole lines on which something stands.
fn lines(source: &str, span: Span) -> Span {
    let start = source[..span.start].rfind('\n').map_or(0, |line_break| line_break + 1);
    let end = source[span.end..].find('\n').map_or(source.len(), |length| span.end + length);
    Span { start, end }
}
