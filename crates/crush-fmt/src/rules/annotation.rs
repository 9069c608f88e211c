//! Annotations, and blocks of other languages.

use crate::doc::Element;
use crate::syntax::{Kind, NodeId, Span};
use crate::writer::{Separator, Writer};

impl Writer<'_> {
    /// `{ key: value … }`: an entry a line, unless all stand on one line. Commas stay as they are: an entry may have no
    /// value, so that what a comma parts is not plain without it.
    pub(crate) fn annotation_block(&mut self, id: NodeId) {
        self.group(id, self.has_lines(id), |writer| writer.entries(id));
    }

    fn entries(&mut self, id: NodeId) {
        let syntax = self.syntax;
        let mut is_first = true;
        for part in syntax.children(id) {
            match syntax.kind(part) {
                Kind::OpenBrace => {
                    self.token(part);
                    self.document.push(Element::Indent);
                    self.separate(Separator::Line);
                }
                Kind::CloseBrace => {
                    self.comments_before(syntax.span(part).start);
                    self.document.push(Element::Dedent);
                    self.separate(if is_first { Separator::SoftLine } else { Separator::Line });
                    self.token(part);
                }
                Kind::Comma => {
                    self.separate(Separator::Nothing);
                    self.token(part);
                    self.separate_items(Separator::Line);
                }
                _ => {
                    self.node(part);
                    self.separate_items(Separator::Line);
                    is_first = false;
                }
            }
        }
    }

    /// `@language[dependencies] -> outputs {`, and from there to `}` not a byte is touched.
    pub(crate) fn polyglot_block(&mut self, id: NodeId) {
        let syntax = self.syntax;
        let mut open = None;
        for (index, part) in syntax.children(id).enumerate() {
            match syntax.kind(part) {
                Kind::PolyglotBody => continue,
                Kind::CloseBrace => {
                    let body = Span { start: open.unwrap_or(syntax.span(part).start), end: syntax.span(part).start };
                    if body.start < body.end {
                        self.piece(body);
                    }
                    self.separate(Separator::Nothing);
                    self.token(part);
                    continue;
                }
                // The name of the language, and what it depends on.
                _ if index <= 1 || syntax.kind(part) == Kind::PolyglotDependencies => {
                    self.separate_unless_first(index, Separator::Nothing);
                }
                _ => self.separate(Separator::Space),
            }
            self.node(part);
            if syntax.kind(part) == Kind::OpenBrace {
                open = Some(syntax.span(part).end);
            }
        }
    }

    fn separate_unless_first(&mut self, index: usize, separator: Separator) {
        if index > 0 {
            self.separate(separator);
        }
    }
}
