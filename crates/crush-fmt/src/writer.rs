//! From tokens and comments to a document.
//!
//! The rules say what stands between two tokens ([`Separator`]) and write tokens; comments come by themselves, each in the gap
//! where it stood. So no rule can lose one. A comment keeps the line break before and after it: there one was allowed.

use crate::doc::{Document, Element};
use crate::syntax::{Kind, NodeId, Span, Syntax};

/// What stands between two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    Nothing,
    Space,
    /// Nothing, or a line break where the group breaks.
    SoftLine,
    /// A space, or a line break where the group breaks.
    Line,
    /// A space, or a line break where the line is full.
    Fill,
    HardLine,
}

/// A document being written from a syntax tree.
pub(crate) struct Writer<'s> {
    pub(crate) source: &'s str,
    pub(crate) syntax: &'s Syntax,
    pub(crate) document: Document,
    separator: Separator,
    /// Whether empty lines of the source are kept, as one, at the separator.
    keeps_blank_line: bool,
    /// Whether a comment wants a line break at the separator.
    breaks: bool,
    next_comment: usize,
    /// Where what was written last ends.
    end: usize,
    /// The character written last.
    last: u8,
}

impl<'s> Writer<'s> {
    /// Writes what stands from `start` on.
    pub(crate) fn new(source: &'s str, syntax: &'s Syntax, start: usize) -> Self {
        Self {
            source,
            syntax,
            document: Document::default(),
            separator: Separator::Nothing,
            keeps_blank_line: false,
            breaks: false,
            next_comment: 0,
            end: start,
            last: b' ',
        }
    }

    /// Says what stands before the next token.
    pub(crate) fn separate(&mut self, separator: Separator) {
        self.separator = separator;
        self.keeps_blank_line = false;
    }

    /// Says what stands before the next token; an empty line is kept.
    pub(crate) fn separate_items(&mut self, separator: Separator) {
        self.separator = separator;
        self.keeps_blank_line = true;
    }

    /// Writes everything in front of `start`: now a group can open.
    pub(crate) fn reach(&mut self, start: usize) {
        self.comments_before(start);
        self.write_separator(start);
    }

    /// Writes a token of the source.
    pub(crate) fn token(&mut self, id: NodeId) {
        let span = self.syntax.span(id);
        if span.start == span.end {
            return;
        }
        self.reach(span.start);
        if self.would_merge(span) {
            self.document.push(Element::Word(" "));
        }
        self.piece(span);
    }

    /// Writes a piece of the source as it is.
    pub(crate) fn piece(&mut self, span: Span) {
        let text = self.text(span);
        let (start, end) = (offset(span.start), offset(span.end));
        self.document.push(if text.contains('\n') {
            Element::Lines { start, end }
        } else {
            Element::Source { start, end, width: offset(text.chars().count()) }
        });
        self.wrote(span);
    }

    /// Writes whole lines of the source as they are.
    pub(crate) fn raw_lines(&mut self, span: Span) {
        self.comments_before(span.start);
        let is_first = self.document.elements.is_empty();
        self.breaks |= !is_first;
        self.write_separator(span.start);
        self.document.push(Element::Raw { start: offset(span.start), end: offset(span.end) });
        self.wrote(span);
    }

    /// Writes a token of ours, right behind the last.
    pub(crate) fn word(&mut self, word: &'static str) {
        self.document.push(Element::Word(word));
    }

    /// Writes the comments that stand before `until`.
    pub(crate) fn comments_before(&mut self, until: usize) {
        while let Some(comment) = self.syntax.comments.get(self.next_comment).filter(|comment| comment.start < until) {
            self.next_comment += 1;
            self.comment(*comment);
        }
    }

    /// Whether a comment stands before `until`.
    pub(crate) fn has_comment_before(&self, until: usize) -> bool {
        self.syntax.comments.get(self.next_comment).is_some_and(|comment| comment.start < until)
    }

    fn comment(&mut self, comment: Span) {
        let text = self.text(comment);
        let trimmed = text.trim_end();
        let ends_line = !text.starts_with("/*");
        let is_first = self.document.elements.is_empty();
        let begins_line = is_first || self.has_line_break(self.end, comment.start);
        if begins_line {
            self.breaks = !is_first;
            self.write_separator(comment.start);
            self.keeps_blank_line = true;
            self.separator = Separator::Space;
        } else if ends_line || !matches!(self.separator, Separator::Nothing | Separator::SoftLine) {
            self.document.push(Element::Word(" "));
        } else {
            self.write_separator(comment.start);
            self.separator = Separator::Space;
        }
        let (start, end) = (offset(comment.start), offset(comment.start + trimmed.len()));
        if ends_line {
            self.document.push(Element::LineComment { start, end });
            self.wrote(comment);
            self.breaks = true;
        } else {
            self.piece(comment);
            let mut gap = self.source[comment.end..].chars().take_while(|character| character.is_whitespace());
            self.breaks |= gap.any(|character| character == '\n');
        }
    }

    fn write_separator(&mut self, start: usize) {
        let separator = if std::mem::take(&mut self.breaks) { Separator::HardLine } else { self.separator };
        let keeps_blank_line = std::mem::take(&mut self.keeps_blank_line);
        self.separator = Separator::Nothing;
        if self.document.elements.is_empty() {
            return;
        }
        let is_blank = || {
            let gap = &self.source.as_bytes()[self.end.min(start)..start];
            gap.iter().filter(|byte| **byte == b'\n').nth(1).is_some()
        };
        let element = match separator {
            Separator::Nothing => return,
            Separator::Space => Element::Word(" "),
            Separator::SoftLine | Separator::Line | Separator::Fill | Separator::HardLine
                if keeps_blank_line && is_blank() =>
            {
                Element::BlankLine
            }
            Separator::SoftLine => Element::SoftLine,
            Separator::Line => Element::Line,
            Separator::Fill => Element::Fill,
            Separator::HardLine => Element::HardLine,
        };
        self.document.push(element);
        self.last = b' ';
    }

    /// What a node prints as one: on one line if that fits and it need not break.
    pub(crate) fn group(&mut self, id: NodeId, must_break: bool, inner: impl FnOnce(&mut Self)) {
        self.reach(self.syntax.span(id).start);
        self.document.open(false);
        if must_break {
            self.document.must_break();
        }
        inner(self);
        self.document.close();
    }

    /// Whether it stands on several lines.
    pub(crate) fn has_lines(&self, id: NodeId) -> bool {
        let Span { start, end } = self.syntax.span(id);
        self.has_line_break(start, end)
    }

    /// Whether the source has a line break between two places.
    pub(crate) fn has_line_break(&self, start: usize, end: usize) -> bool {
        self.source.as_bytes().get(start..end).is_some_and(|gap| gap.contains(&b'\n'))
    }

    pub(crate) fn text(&self, span: Span) -> &'s str {
        &self.source[span.start..span.end]
    }

    /// The text of a token.
    pub(crate) fn text_of(&self, id: NodeId) -> &'s str {
        self.text(self.syntax.span(id))
    }

    /// Where what was written last ends.
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    fn wrote(&mut self, span: Span) {
        self.end = span.end;
        self.last = self.source.as_bytes()[span.end - 1];
        while self.syntax.comments.get(self.next_comment).is_some_and(|comment| comment.start < span.end) {
            // It was written with what is around it.
            self.next_comment += 1;
        }
    }

    /// Whether a token right behind the last one would be read as one with it.
    fn would_merge(&self, span: Span) -> bool {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        let next = self.source.as_bytes()[span.start];
        is_word(self.last) && is_word(next)
            || matches!(
                (self.last, next),
                (b'&', b'&')
                    | (b'|', b'|' | b'>')
                    | (b':', b':')
                    | (b'/', b'/' | b'*')
                    | (b'.', b'.')
                    | (b'=' | b'!' | b'<' | b'>', b'=')
                    | (b'=' | b'-', b'>')
            )
    }

    /// Writes a node and everything in it.
    pub(crate) fn node(&mut self, id: NodeId) {
        // However deep the program nests: the stack goes on elsewhere.
        stacker::maybe_grow(RED_ZONE, GROWTH, || self.node_here(id));
    }

    fn node_here(&mut self, id: NodeId) {
        match self.syntax.kind(id) {
            Kind::Block | Kind::MethodList => self.block(id),
            Kind::IfExpression | Kind::TryStatement => self.branches(id),
            Kind::MatchArms => self.match_arms(id),
            Kind::SemanticSwitch => self.semantic_switch(id),
            Kind::SemanticCase | Kind::SemanticFallback => self.semantic_case(id),
            Kind::PolyglotBlock => self.polyglot_block(id),
            Kind::AnnotationBlock => self.annotation_block(id),
            Kind::BinaryExpression | Kind::PipelineExpression => self.chain(id, true),
            Kind::ParenthesizedExpression => self.parenthesized(id),
            Kind::LambdaParameters => self.lambda_parameters(id),
            Kind::SliceExpression => self.tight(id),
            Kind::Array
            | Kind::Map
            | Kind::Arguments
            | Kind::Parameters
            | Kind::FieldDeclarations
            | Kind::FieldInitializers
            | Kind::ImportNames
            | Kind::StructPattern
            | Kind::TuplePattern
            | Kind::AnnotationList
            | Kind::AnnotationArguments
            | Kind::AnnotationCall => self.list(id),
            Kind::String => self.token(id),
            _ if self.syntax.is_leaf(id) => self.token(id),
            _ => self.spaced(id),
        }
    }
}

const RED_ZONE: usize = 64 * 1024;
const GROWTH: usize = 1024 * 1024;

/// Offsets of a document are small.
fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
