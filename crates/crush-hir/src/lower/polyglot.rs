//! Blocks of other languages: each stands for a call that is given the body and the variables that the body names.

use crush_library::LANGUAGES;
use crush_syntax::Node;

use super::Lowering;
use super::assigned::last_assigned;
use crate::body::{BlockId, Callee, ExprId, ExprKind, Literal, LocalKind, Name, StmtKind};
use crate::guest::{GuestImport, canonical};
use crate::source_map::BodyRange;

impl<'tree> Lowering<'tree> {
    /// `@python -> x { … }` is `let x = polyglot.python(body, …)`; of several outputs, each is one element of the result.
    pub(super) fn polyglot_block(&mut self, block: BlockId, node: Node<'tree>) {
        let range = self.range(node);
        let (language, language_range) = self.name_field(node, "language").unwrap_or((Name::default(), range));
        let mut outputs = self.outputs(node);
        let body = node.child_by_field_name("body");
        let text: Name = body.map_or("", |body| self.text_of(body)).into();
        let body_range = body.map_or(range, |body| self.range(body));
        let language = canonical(&language);
        if !LANGUAGES.contains(&language) {
            let known = "blocks are @python, @javascript or @bash";
            self.problem("unknown-language", language_range, format!("@{language} is not run here: {known}"));
        }
        for (name, range) in &outputs {
            if language == "bash" {
                self.problem("no-outputs", *range, "a @bash block has no outputs: its variables do not come back");
            } else if !words(&text).any(|(_, word)| word == name.as_str()) {
                self.problem("output-not-given", *range, format!("the @{language} block never gives `{name}` a value"));
            }
        }
        if outputs.is_empty()
            && let Some(name) = last_assigned(language, &text)
        {
            let message =
                format!("`{name}` comes out of this block, which does not say so: write `@{language} -> {name} {{`");
            self.warning("implicit-output", language_range, message);
            outputs.push((name.into(), language_range));
        }
        let call = match LANGUAGES.contains(&language) {
            true => self.block_call(language, &text, &outputs, (range, language_range, body_range)),
            false => self.expr(ExprKind::Missing, range),
        };
        match outputs.as_slice() {
            [] => self.stmt(block, StmtKind::Expr(call), range),
            [(name, name_range)] => self.output(block, name.clone(), *name_range, call, range),
            several => {
                // No variable of the program can have this name.
                let names: Vec<_> = several.iter().map(|(name, _)| name.as_str()).collect();
                let all =
                    self.declare(format!("({})", names.join(", ")).into(), LocalKind::PolyglotOutput, language_range);
                let results = StmtKind::Let { local: all, name_range: language_range, annotation: None, value: call };
                self.stmt(block, results, range);
                for (index, (name, name_range)) in (0..).zip(several) {
                    let base = self.expr(ExprKind::Local(all), *name_range);
                    let index = self.expr(ExprKind::Literal(Literal::Int(index)), *name_range);
                    let element = self.expr(ExprKind::Index { base, index }, *name_range);
                    self.output(block, name.clone(), *name_range, element, *name_range);
                }
            }
        }
    }

    /// `use @lang …` inside a body: the blocks behind it import that. At the top of a file it is the file's.
    pub(super) fn guest_import(&mut self, node: Node<'tree>) {
        match GuestImport::read(node, |node| self.text_of(node)) {
            Ok(guest) => self.guests.push(guest),
            Err(message) => self.problem("unsupported-import", self.range(node), message),
        }
    }

    fn output(&mut self, block: BlockId, name: Name, name_range: BodyRange, value: ExprId, range: BodyRange) {
        let local = self.bind(name, LocalKind::PolyglotOutput, name_range);
        self.stmt(block, StmtKind::Let { local, name_range, annotation: None, value }, range);
    }

    fn outputs(&self, node: Node<'tree>) -> Vec<(Name, BodyRange)> {
        let Some(outputs) = node.child_by_field_name("outputs") else { return Vec::new() };
        let mut cursor = outputs.walk();
        let names = outputs.named_children(&mut cursor).filter(|output| output.kind() == "identifier");
        names.map(|output| (self.name(output), self.range(output))).collect()
    }

    fn block_call(
        &mut self,
        language: &str,
        text: &Name,
        outputs: &[(Name, BodyRange)],
        (range, callee_range, body_range): (BodyRange, BodyRange, BodyRange),
    ) -> ExprId {
        let mut inputs: Vec<(&str, ExprKind)> = Vec::new();
        for (before, word) in words(text) {
            let is_meant = language != "bash" || before.ends_with('$') || before.ends_with("${");
            if is_meant
                && !inputs.iter().any(|(name, _)| *name == word)
                && let Some(local) = self.resolve(word)
            {
                inputs.push((word, ExprKind::Local(local)));
            }
        }
        let given: Vec<_> = outputs.iter().map(|(name, _)| name.as_str()).collect();
        let taken: Vec<_> = inputs.iter().map(|(name, _)| *name).collect();
        let imports = self.guests.iter().filter(|guest| guest.language == language).map(|guest| guest.text.as_str());
        let imports = imports.collect::<Vec<_>>().join("\n");
        let mut args = Vec::with_capacity(inputs.len() + 4);
        for text in [text.clone(), imports.into(), given.join(",").into(), taken.join(",").into()] {
            args.push(self.expr(ExprKind::Literal(Literal::Str(text)), body_range));
        }
        for (_, input) in inputs {
            args.push(self.expr(input, body_range));
        }
        let callee = Callee::Capability(format!("polyglot.{language}").into());
        self.expr(ExprKind::Call { callee, callee_range, args }, range)
    }
}

/// The words of a text that could be names, each with what stands before it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].find(is_part)?;
            let end = text[start..].find(|c| !is_part(c)).map_or(text.len(), |length| start + length);
            at = end;
            let word = &text[start..end];
            if !word.starts_with(|c: char| c.is_numeric()) {
                return Some((&text[..start], word));
            }
        }
    })
}
