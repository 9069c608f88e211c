//! What stands between braces, without commas: statements, methods, arms, cases.

use crate::doc::Element;
use crate::syntax::{Kind, NodeId, Span};
use crate::writer::{Separator, Writer};

impl Writer<'_> {
    /// A whole file, or what stands on top of it up to `end`.
    pub(crate) fn source_file(&mut self, end: usize) {
        self.items(crate::syntax::Syntax::ROOT, Separator::HardLine);
        self.separate_items(Separator::HardLine);
        self.comments_before(end);
    }

    /// A block of its own: on one line if it is there, holds one statement, and fits.
    pub(crate) fn block(&mut self, id: NodeId) {
        self.group(id, !self.is_one_line_block(id), |writer| writer.block_in_group(id));
    }

    /// `if … else …` and `try … catch …`: either all blocks are on one line or none.
    pub(crate) fn branches(&mut self, id: NodeId) {
        self.group(id, !self.are_one_line_branches(id), |writer| writer.branches_in_group(id));
    }

    fn branches_in_group(&mut self, id: NodeId) {
        for (index, part) in self.syntax.children(id).enumerate() {
            if index > 0 {
                self.separate(Separator::Space);
            }
            match self.syntax.kind(part) {
                Kind::Block => self.block_in_group(part),
                Kind::Else => self.else_clause(part),
                _ => self.node(part),
            }
        }
    }

    fn else_clause(&mut self, id: NodeId) {
        for (index, part) in self.syntax.children(id).enumerate() {
            if index > 0 {
                self.separate(Separator::Space);
            }
            match self.syntax.kind(part) {
                Kind::Block => self.block_in_group(part),
                // However long the chain is: the stack goes on elsewhere.
                Kind::IfExpression => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.branches_in_group(part)),
                _ => self.node(part),
            }
        }
    }

    fn are_one_line_branches(&self, id: NodeId) -> bool {
        let syntax = self.syntax;
        let mut id = id;
        loop {
            if syntax.children(id).any(|part| syntax.kind(part) == Kind::Block && !self.is_one_line_block(part)) {
                return false;
            }
            let Some(other) = syntax.child(id, Kind::Else) else { return true };
            if syntax.children(other).any(|part| syntax.kind(part) == Kind::Block && !self.is_one_line_block(part)) {
                return false;
            }
            match syntax.child(other, Kind::IfExpression) {
                Some(next) => id = next,
                None => return true,
            }
        }
    }

    fn is_one_line_block(&self, id: NodeId) -> bool {
        let Span { start, end } = self.syntax.span(id);
        !self.has_line_break(start, end) && self.syntax.items(id).count() <= 1
    }

    fn block_in_group(&mut self, id: NodeId) {
        self.braces(id, |writer| writer.items(id, Separator::Line));
    }

    /// `{`, what `inner` writes on lines of its own, `}`.
    fn braces(&mut self, id: NodeId, inner: impl FnOnce(&mut Self)) {
        let syntax = self.syntax;
        let (open, close) = (syntax.child(id, Kind::OpenBrace), syntax.children(id).last());
        let (Some(open), Some(close)) = (open, close) else { return };
        self.token(open);
        let close_start = syntax.span(close).start;
        if self.syntax.items(id).next().is_none() && !self.has_comment_before(close_start) {
            self.separate(Separator::Nothing);
            return self.token(close);
        }
        self.document.push(Element::Indent);
        self.separate(Separator::Line);
        inner(self);
        self.comments_before(close_start);
        self.document.push(Element::Dedent);
        self.separate(Separator::Line);
        self.token(close);
    }

    /// Statements, declarations or methods, each on lines of its own.
    fn items(&mut self, id: NodeId, separator: Separator) {
        let syntax = self.syntax;
        let mut annotation = false;
        let mut ends_annotation = false;
        for part in syntax.children(id) {
            match syntax.kind(part) {
                Kind::OpenBrace | Kind::CloseBrace if syntax.is_leaf(part) => continue,
                Kind::Semicolon => {
                    ends_annotation = annotation;
                    continue;
                }
                kind => annotation = kind == Kind::Annotation,
            }
            let span = syntax.span(part);
            if std::mem::take(&mut ends_annotation) && self.text(span).starts_with('{') {
                // Without it, the braces would be the annotation's.
                self.word(";");
            }
            if syntax.is_kept(part) {
                self.kept(span);
            } else {
                self.node(part);
            }
            self.separate_items(separator);
        }
    }

    /// The lines of a statement that is broken, as they are.
    fn kept(&mut self, span: Span) {
        if span.start < self.end() || span.start == span.end {
            // It stands on a line that was kept already, or it is not there at all.
            return;
        }
        let start = self.source[..span.start].rfind('\n').map_or(0, |line_break| line_break + 1).max(self.end());
        let last = span.start + self.text(span).trim_end().len();
        let end = if self.source[last..].trim_end().is_empty() {
            // What breaks off at the end of the file may go on with the white space there.
            self.source.len()
        } else {
            let line_end = self.source[last..].find('\n').map_or(self.source.len(), |length| last + length);
            let end = self.syntax.line_end_behind_comments(self.source, start, line_end);
            start + self.source[start..end].trim_end_matches('\r').len()
        };
        self.raw_lines(Span { start, end });
    }

    /// `{ pattern => value … }`: an arm a line, without commas; all on one line if they are and fit.
    pub(crate) fn match_arms(&mut self, id: NodeId) {
        let syntax = self.syntax;
        let arms = |writer: &mut Self| {
            let mut arms = syntax.items(id).peekable();
            while let Some(arm) = arms.next() {
                if syntax.is_kept(arm) {
                    writer.kept(syntax.span(arm));
                } else {
                    writer.node(arm);
                }
                let has_block = syntax.child(arm, Kind::Block).is_some();
                if arms.peek().is_some() && !has_block {
                    writer.document.push(Element::IfFlat(","));
                }
                writer.separate_items(Separator::Line);
            }
        };
        self.group(id, self.has_lines(id), |writer| writer.braces(id, arms));
    }

    /// `semantic_switch value { case … fallback … }`.
    pub(crate) fn semantic_switch(&mut self, id: NodeId) {
        let syntax = self.syntax;
        for part in syntax.children(id).take_while(|part| syntax.kind(*part) != Kind::OpenBrace) {
            self.node(part);
            self.separate(Separator::Space);
        }
        let cases = syntax
            .children(id)
            .filter(|part| matches!(syntax.kind(*part), Kind::SemanticCase | Kind::SemanticFallback));
        self.document_group(|writer| {
            writer.braces(id, |writer| {
                for case in cases {
                    writer.node(case);
                    writer.separate_items(Separator::HardLine);
                }
            });
        });
    }

    fn document_group(&mut self, inner: impl FnOnce(&mut Self)) {
        self.document.open(false);
        inner(self);
        self.document.close();
    }

    /// `case concept:` and its statements below.
    pub(crate) fn semantic_case(&mut self, id: NodeId) {
        let syntax = self.syntax;
        let mut parts = syntax.children(id).peekable();
        let mut before = None;
        // `case`, what it is a case of, and a colon.
        let head = if syntax.kind(id) == Kind::SemanticCase { 2 } else { 1 };
        for index in 0..=head {
            let Some(part) = parts.next_if(|part| index < head || syntax.kind(*part) == Kind::Colon) else { break };
            if before.is_some() {
                let sticks = syntax.kind(part) == Kind::Colon;
                self.separate(if sticks { Separator::Nothing } else { Separator::Space });
            }
            self.node(part);
            before = Some(part);
        }
        self.document.push(Element::Indent);
        self.separate(Separator::HardLine);
        for part in parts.filter(|part| syntax.kind(*part) != Kind::Semicolon) {
            self.node(part);
            self.separate_items(Separator::HardLine);
        }
        self.document.push(Element::Dedent);
    }
}
