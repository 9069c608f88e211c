//! What stands between brackets, with commas: arrays, maps, arguments, parameters, fields, names.

use crate::syntax::{Kind, NodeId};
use crate::writer::{Separator, Writer};

/// So many calls around what breaks stay on one line: `print(sum(xs.map(|x| {`.
const CALLS_IN_CALLS: usize = 3;

/// How a list is laid out.
struct Style {
    /// What stands inside the brackets.
    padding: Separator,
    /// Whether a list whose first item begins a line stays one item a line, however short it is.
    keeps_lines: bool,
}

impl Style {
    fn of(kind: Kind) -> Self {
        let padding = match kind {
            Kind::FieldDeclarations | Kind::FieldInitializers | Kind::ImportNames | Kind::StructPattern => {
                Separator::Line
            }
            _ => Separator::SoftLine,
        };
        let keeps_lines = matches!(kind, Kind::Array | Kind::Map | Kind::FieldDeclarations | Kind::FieldInitializers);
        Self { padding, keeps_lines }
    }
}

impl Writer<'_> {
    /// Writes a list, and the name in front of it if there is one.
    pub(crate) fn list(&mut self, id: NodeId) {
        let syntax = self.syntax;
        let kind = syntax.kind(id);
        let is_open = |part: &NodeId| {
            matches!(syntax.kind(*part), Kind::OpenParen | Kind::OpenBracket | Kind::OpenBrace) && syntax.is_leaf(*part)
        };
        let mut parts = syntax.children(id).peekable();
        while let Some(part) = parts.next_if(|part| !is_open(part)) {
            self.node(part);
            self.separate(if kind == Kind::StructPattern { Separator::Space } else { Separator::Nothing });
        }
        let Some(open) = parts.next() else { return };
        self.token(open);
        let mut items: Vec<Vec<NodeId>> = vec![Vec::new()];
        let mut close = None;
        for part in parts {
            match syntax.kind(part) {
                Kind::Comma => items.push(Vec::new()),
                Kind::CloseParen | Kind::CloseBracket | Kind::CloseBrace => close = Some(part),
                _ => items.extend_last(part),
            }
        }
        let Some(close) = close else { return };
        let has_trailing_comma = items.len() > 1 && items.last().is_some_and(Vec::is_empty);
        items.retain(|item| !item.is_empty());
        let close_start = syntax.span(close).start;
        let style = Style::of(kind);
        let Some(first) = items.first().and_then(|item| item.first()) else {
            return self.empty_list(close);
        };
        let last_item = items.last().and_then(|item| item.last()).copied();
        let hugs = kind == Kind::Arguments
            && last_item.is_some_and(|last| self.is_huggable(last, items.len(), CALLS_IN_CALLS));
        // `S { a, }` where a block may open: without its comma it would be one.
        let keeps_comma = kind == Kind::FieldInitializers
            && has_trailing_comma
            && items.len() == 1
            && syntax.children(*first).count() == 1;
        let fills = kind == Kind::Array && items.len() > 4 && items.iter().all(|item| self.is_number(item));
        let begins_line = style.keeps_lines && self.has_line_break(syntax.span(open).end, syntax.span(*first).start);

        self.document.open(hugs);
        if begins_line {
            self.document.must_break();
        }
        self.document.push(crate::doc::Element::Indent);
        self.separate(style.padding);
        let count = items.len();
        for (index, item) in items.into_iter().enumerate() {
            let is_last = index + 1 == count;
            if is_last && hugs {
                if let Some(part) = item.first() {
                    self.reach(syntax.span(*part).start);
                }
                self.document.begin_last_item();
            }
            self.item(&item);
            if is_last && hugs {
                self.document.end_last_item();
            }
            if !is_last || keeps_comma {
                self.word(",");
            } else {
                self.document.push(crate::doc::Element::IfBroken(","));
            }
            self.separate_items(if fills { Separator::Fill } else { Separator::Line });
        }
        self.comments_before(close_start);
        self.document.push(crate::doc::Element::Dedent);
        self.separate(style.padding);
        self.token(close);
        self.document.close();
    }

    /// Writes the parts of an item; only a list of annotations has items of several parts.
    fn item(&mut self, parts: &[NodeId]) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                let sticks = self.syntax.kind(*part) == Kind::Colon;
                self.separate(if sticks { Separator::Nothing } else { Separator::Space });
            }
            self.node(*part);
        }
    }

    fn empty_list(&mut self, close: NodeId) {
        let start = self.syntax.span(close).start;
        if self.has_comment_before(start) {
            self.document.open(false);
            self.document.push(crate::doc::Element::Indent);
            self.separate(Separator::SoftLine);
            self.comments_before(start);
            self.document.push(crate::doc::Element::Dedent);
            self.separate(Separator::SoftLine);
            self.token(close);
            self.document.close();
        } else {
            self.separate(Separator::Nothing);
            self.token(close);
        }
    }

    /// Whether a last argument may break while the brackets around it do not.
    fn is_huggable(&self, argument: NodeId, count: usize, depth: usize) -> bool {
        let syntax = self.syntax;
        match syntax.kind(argument) {
            Kind::Array | Kind::Map | Kind::StructLiteral | Kind::MatchExpression => true,
            Kind::LambdaExpression => syntax.child(argument, Kind::Block).is_some(),
            Kind::CallExpression if count == 1 && depth > 0 => {
                let arguments = syntax.child(argument, Kind::Arguments);
                let is_item =
                    |part: &NodeId| !matches!(syntax.kind(*part), Kind::Comma | Kind::OpenParen | Kind::CloseParen);
                let items = || arguments.into_iter().flat_map(|list| syntax.children(list)).filter(is_item);
                items().last().is_some_and(|last| self.is_huggable(last, items().count(), depth - 1))
            }
            _ => false,
        }
    }

    fn is_number(&self, item: &[NodeId]) -> bool {
        let syntax = self.syntax;
        let is_plain = |id: NodeId| matches!(syntax.kind(id), Kind::Integer | Kind::Float);
        item.iter().all(|part| match syntax.kind(*part) {
            Kind::UnaryExpression => syntax.children(*part).last().is_some_and(is_plain),
            _ => is_plain(*part),
        })
    }

    /// `|a, b|`. A bar is no bracket that could be seen from afar, so the names stay on one line.
    pub(crate) fn lambda_parameters(&mut self, id: NodeId) {
        let syntax = self.syntax;
        let span = syntax.span(id);
        if self.has_line_break(span.start, span.end) {
            // `|>x` on one line and `|> f` on the next: two halves of a pipeline that read as a lambda. What was meant is
            // not for the formatter to say.
            self.reach(span.start);
            return self.piece(span);
        }
        let mut parts = syntax.children(id).peekable();
        let mut before = None;
        while let Some(part) = parts.next() {
            let kind = syntax.kind(part);
            let closes = parts.peek().is_some_and(|next| syntax.kind(*next) != Kind::Parameter);
            if kind == Kind::Comma && closes {
                continue;
            }
            if let Some(before) = before {
                let spaced = kind == Kind::Parameter && matches!(before, Kind::Comma | Kind::Parameter);
                self.separate(if spaced { Separator::Space } else { Separator::Nothing });
            }
            self.node(part);
            before = Some(kind);
        }
    }
}

trait Items {
    fn extend_last(&mut self, part: NodeId);
}

impl Items for Vec<Vec<NodeId>> {
    fn extend_last(&mut self, part: NodeId) {
        match self.last_mut() {
            Some(item) => item.push(part),
            None => self.push(vec![part]),
        }
    }
}
