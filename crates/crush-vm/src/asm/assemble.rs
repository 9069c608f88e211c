//! From text to a program.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::disassemble::is_numbered;
use super::token::{Token, tokens};
use crate::builder::ProgramBuilder;
use crate::instruction::{INSTRUCTIONS, Instruction, InstructionInfo};
use crate::operand::{CapId, ClassId, ConstId, FuncId, NameId, Operand, OperandKind, Reg};
use crate::program::{Binding, Constant, Function, Handler, Home, LocalVariable, Owner, OwnerRole, Program, Statement};
use crate::source::{FileId, Span};

/// A line that is no CASM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssembleError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl std::fmt::Display for AssembleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for AssembleError {}

/// The program that a text describes. It still has to be [verified](crate::verify).
pub fn assemble(text: &str) -> Result<Program, AssembleError> {
    let mut assembler = Assembler::default();
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let at = |problem| AssembleError { line: number, problem };
        let tokens = tokens(line).map_err(at)?;
        if !tokens.is_empty() {
            lines.push((number, tokens));
        }
    }
    // Functions and classes can be named before they are described.
    for pass in [Assembler::declare, Assembler::line] {
        for (line, tokens) in &lines {
            let mut words = Words { tokens, next: 0 };
            pass(&mut assembler, &mut words).map_err(|problem| AssembleError { line: *line, problem })?;
        }
    }
    assembler.finish().map_err(|problem| AssembleError { line: text.lines().count(), problem })
}

/// The words of a line that are not read yet.
struct Words<'t> {
    tokens: &'t [Token],
    next: usize,
}

impl<'t> Words<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<&'t Token> {
        let token = self.tokens.get(self.next)?;
        self.next += 1;
        Some(token)
    }

    fn mark(&mut self, mark: char) -> bool {
        let found = self.peek() == Some(&Token::Mark(mark));
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, mark: char) -> Result<(), String> {
        if self.mark(mark) { Ok(()) } else { Err(format!("`{mark}` is missing")) }
    }

    /// A name: a word, or a text where it is no plain word.
    fn name(&mut self) -> Result<&'t str, String> {
        match self.take() {
            Some(Token::Word(name) | Token::Str(name)) => Ok(name),
            _ => Err("a name is missing".into()),
        }
    }

    fn int<T: TryFrom<i64>>(&mut self, what: &str) -> Result<T, String> {
        match self.take() {
            Some(&Token::Int(value)) => value.try_into().map_err(|_| format!("{value} is out of bounds for {what}")),
            _ => Err(format!("{what} is missing")),
        }
    }

    fn reg(&mut self) -> Result<Reg, String> {
        match self.take() {
            Some(Token::Word(word)) => numbered(word, 'r').map(Reg).ok_or_else(|| format!("`{word}` is no register")),
            _ => Err("a register is missing".into()),
        }
    }

    /// A source range, where one is given.
    fn span(&mut self) -> Span {
        match self.peek() {
            Some(&Token::Span(start, end)) => {
                self.next += 1;
                Span { start, end }
            }
            _ => Span::default(),
        }
    }

    fn end(&self) -> Result<(), String> {
        if self.next == self.tokens.len() { Ok(()) } else { Err("there is more on the line than belongs there".into()) }
    }
}

fn numbered<T: std::str::FromStr>(word: &str, short: char) -> Option<T> {
    if is_numbered(word, short) { word[1..].parse().ok() } else { None }
}

#[derive(Default)]
struct Assembler {
    program: ProgramBuilder,
    entry: Option<FuncId>,
    functions: FxHashMap<String, FuncId>,
    function_count: usize,
    classes: FxHashMap<String, ClassId>,
    class_count: usize,
    /// The class that `.method` adds to.
    class: Option<ClassId>,
    open: Option<Open>,
    /// How many functions were begun in this pass.
    begun: usize,
}

/// The function that instructions are added to.
#[derive(Default)]
struct Open {
    id: FuncId,
    function: Function,
    labels: FxHashMap<String, u32>,
    /// Jumps to labels, by instruction.
    jumps: Vec<(usize, String)>,
    handlers: Vec<([String; 3], Reg)>,
    /// The ends of the lives of the locals.
    lives: Vec<[String; 2]>,
}

impl Assembler {
    /// The first pass: which functions and classes there are.
    fn declare(&mut self, words: &mut Words<'_>) -> Result<(), String> {
        match (words.take(), words.peek()) {
            (Some(Token::Dotted(directive)), Some(Token::At(name))) if directive == "function" => {
                words.take();
                let (params, ..) = header(words)?;
                let id = self.program.declare(name, params).map_err(|error| error.to_string())?;
                self.function_count += 1;
                self.functions.entry(name.clone()).or_insert(id);
            }
            (Some(Token::Dotted(directive)), _) if directive == "class" => {
                let name = words.name()?;
                words.expect('(')?;
                let mut fields: Vec<Arc<str>> = Vec::new();
                while !words.mark(')') {
                    fields.push(words.name()?.into());
                    words.mark(',');
                }
                let id = self.program.class(name, fields).map_err(|error| error.to_string())?;
                self.class_count += 1;
                self.classes.entry(name.to_owned()).or_insert(id);
            }
            _ => {}
        }
        Ok(())
    }

    /// The second pass: everything else.
    fn line(&mut self, words: &mut Words<'_>) -> Result<(), String> {
        match words.take() {
            Some(Token::Dotted(directive)) => match (&**directive, &mut self.open) {
                ("function", _) => self.begin(words),
                (directive, None) => self.table(directive, words),
                (directive, Some(open)) => open.directive(directive, words),
            },
            Some(Token::Word(word)) if words.mark(':') => {
                let open = self.open.as_mut().ok_or("a label stands outside a function")?;
                let place = open.function.code.len() as u32;
                match open.labels.insert(word.clone(), place) {
                    None => words.end(),
                    Some(_) => Err(format!("the label `{word}` stands at two places")),
                }
            }
            Some(Token::Word(mnemonic)) => self.instruction(mnemonic, words),
            _ => Err("a line begins with an instruction, a label or a directive".into()),
        }
    }

    fn table(&mut self, directive: &str, words: &mut Words<'_>) -> Result<(), String> {
        match directive {
            "const" => {
                let constant = self.constant(words)?;
                self.program.constant(constant).map_err(|error| error.to_string())?;
            }
            "name" => {
                self.program.name(words.name()?).map_err(|error| error.to_string())?;
            }
            "capability" => {
                self.program.capability(words.name()?).map_err(|error| error.to_string())?;
            }
            "class" => {
                self.class = Some(ClassId(self.class.map_or(0, |class| class.0 + 1)));
                return Ok(());
            }
            "identity" => {
                let class = self.class.ok_or("an identity stands before any class")?;
                self.program.set_identity(class, true);
            }
            "copied" => {
                let class = self.class.ok_or("a copied stands before any class")?;
                self.program.set_copied(class, true);
            }
            "bound" => {
                let class = self.class.ok_or("a bound method stands before any class")?;
                self.program.set_bound(class, words.name()?);
            }
            "method" => {
                let class = self.class.ok_or("a method stands before any class")?;
                let name = words.name()?;
                words.expect('=')?;
                let function = self.function(words)?;
                self.program.method(class, name, function);
            }
            "entry" => self.entry = Some(self.function(words)?),
            _ => return Err(format!("there is no directive `.{directive}` here")),
        }
        words.end()
    }

    fn begin(&mut self, words: &mut Words<'_>) -> Result<(), String> {
        self.close()?;
        let Some(Token::At(name)) = words.take() else {
            return Err("the function has no name".into());
        };
        let (params, captures, registers) = header(words)?;
        let span = words.span();
        let file = match words.peek() {
            Some(Token::Word(word)) if word == "file" => {
                words.take();
                FileId(words.int("a file")?)
            }
            _ => FileId::default(),
        };
        let mut open = Open { id: FuncId(self.begun as u16), ..Open::default() };
        self.begun += 1;
        open.function = Function { name: (&**name).into(), params, captures, registers, ..Function::default() };
        (open.function.debug.span, open.function.debug.file) = (span, file);
        self.open = Some(open);
        words.end()
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let id = open.id;
        self.program.define(id, open.resolve()?);
        Ok(())
    }

    fn finish(mut self) -> Result<Program, String> {
        self.close()?;
        if self.function_count == 0 {
            return Err("there is no function".into());
        }
        Ok(self.program.finish(self.entry.unwrap_or_default()))
    }

    fn instruction(&mut self, mnemonic: &str, words: &mut Words<'_>) -> Result<(), String> {
        let Some(info) = INSTRUCTIONS.iter().find(|info| info.mnemonic == mnemonic) else {
            let known = INSTRUCTIONS.iter().map(|info| info.mnemonic);
            let hint = crush_library::nearest(mnemonic, known).map_or(String::new(), |near| format!(": `{near}`?"));
            return Err(format!("there is no instruction `{mnemonic}`{hint}"));
        };
        let mut operands = Vec::new();
        let mut label = None;
        for (index, (_, kind)) in info.operands.iter().enumerate() {
            if index > 0 {
                words.expect(',')?;
            }
            operands.push(self.operand(*kind, words, &mut label)?);
        }
        let span = words.span();
        words.end()?;
        let instruction = Instruction::from_operands(mnemonic, &operands).ok_or_else(|| wrong(info))?;
        let open = self.open.as_mut().ok_or("an instruction stands outside a function")?;
        open.jumps.extend(label.map(|label| (open.function.code.len(), label)));
        open.function.code.push(instruction);
        open.function.debug.spans.push(span);
        Ok(())
    }

    fn operand(
        &mut self,
        kind: OperandKind,
        words: &mut Words<'_>,
        label: &mut Option<String>,
    ) -> Result<Operand, String> {
        Ok(match kind {
            OperandKind::Reg => Operand::Reg(words.reg()?),
            OperandKind::Const => match words.peek() {
                Some(Token::Word(word)) if is_numbered(word, 'k') => {
                    words.take();
                    Operand::Const(numbered(word, 'k').map(ConstId).ok_or("the number is too large")?)
                }
                _ => {
                    let constant = self.constant(words)?;
                    Operand::Const(self.program.constant(constant).map_err(|error| error.to_string())?)
                }
            },
            OperandKind::Func => Operand::Func(self.function(words)?),
            OperandKind::Name => match words.take() {
                Some(Token::Dotted(name)) => Operand::Name(self.program.name(name).map_err(|error| error.to_string())?),
                Some(Token::Word(word)) if is_numbered(word, 'n') => {
                    Operand::Name(numbered(word, 'n').map(NameId).ok_or("the number is too large")?)
                }
                _ => return Err("a name, as in `.name`, is missing".into()),
            },
            OperandKind::Class => {
                let name = words.name()?;
                let class = self.classes.get(name).copied().or_else(|| numbered(name, 'c').map(ClassId));
                Operand::Class(class.ok_or_else(|| format!("there is no class `{name}`"))?)
            }
            OperandKind::Cap => match words.name()? {
                word if is_numbered(word, 'p') => {
                    Operand::Cap(numbered(word, 'p').map(CapId).ok_or("the number is too large")?)
                }
                name => Operand::Cap(self.program.capability(name).map_err(|error| error.to_string())?),
            },
            OperandKind::Int(..) => Operand::Int(words.int("a number")?),
            OperandKind::Flag => match words.name()? {
                "true" => Operand::Flag(true),
                "false" => Operand::Flag(false),
                other => return Err(format!("`{other}` is neither `true` nor `false`")),
            },
            OperandKind::Near | OperandKind::Far => {
                *label = Some(words.name()?.to_owned());
                Operand::Jump(0)
            }
        })
    }

    fn function(&self, words: &mut Words<'_>) -> Result<FuncId, String> {
        match words.take() {
            Some(Token::At(name)) => {
                self.functions.get(name).copied().ok_or_else(|| format!("there is no function `@{name}`"))
            }
            Some(Token::Word(word)) if is_numbered(word, 'f') => {
                numbered(word, 'f').map(FuncId).ok_or_else(|| "the number is too large".into())
            }
            _ => Err("a function, as in `@name`, is missing".into()),
        }
    }

    fn constant(&self, words: &mut Words<'_>) -> Result<Constant, String> {
        match words.take() {
            Some(&Token::Int(value)) => Ok(Constant::Int(value)),
            Some(&Token::Float(value)) => Ok(Constant::Float(value)),
            Some(Token::Str(text)) => Ok(Constant::Str((&**text).into())),
            Some(Token::Word(word)) if word == "bits" => {
                words.expect('(')?;
                let bits = u64::from_str_radix(words.name()?, 16).map_err(|_| "the bits are not hexadecimal")?;
                words.expect(')')?;
                Ok(Constant::Float(f64::from_bits(bits)))
            }
            _ => Err("a constant is missing".into()),
        }
    }
}

/// `(2 params, 1 captures, 5 registers)`; what is left out is 0.
fn header(words: &mut Words<'_>) -> Result<(u16, u16, u16), String> {
    let (mut params, mut captures, mut registers) = (0, 0, 0);
    words.expect('(')?;
    while !words.mark(')') {
        let count = words.int("a count")?;
        match words.name()? {
            "params" => params = count,
            "captures" => captures = count,
            "registers" => registers = count,
            other => return Err(format!("a function has no `{other}`")),
        }
        words.mark(',');
    }
    Ok((params, captures, registers))
}

fn wrong(info: &InstructionInfo) -> String {
    let operands: Vec<_> = info.operands.iter().map(|(name, _)| *name).collect();
    format!("an operand of `{}` ({}) is out of bounds", info.mnemonic, operands.join(", "))
}

impl Open {
    fn directive(&mut self, directive: &str, words: &mut Words<'_>) -> Result<(), String> {
        let pc = self.function.code.len() as u32;
        let function = &mut self.function;
        match directive {
            "owner" => function.owners.push(owner(words)?),
            "owner_cell" => function.owner_cells.push(owner(words)?),
            "local" => {
                let name = words.name()?.into();
                let home = match words.peek() {
                    Some(Token::Word(word)) if word == "cell" => {
                        words.take();
                        Home::Cell(words.reg()?)
                    }
                    _ => Home::Reg(words.reg()?),
                };
                self.lives.push([words.name()?.to_owned(), words.name()?.to_owned()]);
                let span = words.span();
                function.debug.locals.push(LocalVariable { name, span, home, start: 0, end: 0 });
            }
            "handler" => {
                let labels = [words.name()?.to_owned(), words.name()?.to_owned(), words.name()?.to_owned()];
                self.handlers.push((labels, words.reg()?));
            }
            "bind" => {
                let local = words.int("a variable")?;
                function.debug.bindings.push(Binding { pc, local, span: words.span() });
            }
            "statement" => function.debug.statements.push(Statement { pc, span: words.span() }),
            _ => {
                return Err(format!("there is no directive `.{directive}` in a function"));
            }
        }
        words.end()
    }

    /// Labels become numbers.
    fn resolve(mut self) -> Result<Function, String> {
        let labels = std::mem::take(&mut self.labels);
        let place = |label: &String| {
            labels
                .get(label)
                .copied()
                .ok_or_else(|| format!("there is no label `{label}` in `@{}`", self.function.name))
        };
        for (pc, label) in &self.jumps {
            let offset = i64::from(place(label)?) - *pc as i64 - 1;
            let jump = self.function.code[*pc].with_jump_offset(offset);
            self.function.code[*pc] = jump.ok_or_else(|| format!("the label `{label}` is too far away"))?;
        }
        for ([start, end, target], dst) in &self.handlers {
            let (start, end, target) = (place(start)?, place(end)?, place(target)?);
            self.function.handlers.push(Handler { start, end, target, dst: *dst });
        }
        for (index, [start, end]) in self.lives.iter().enumerate() {
            let (start, end) = (place(start)?, place(end)?);
            let local = &mut self.function.debug.locals[index];
            (local.start, local.end) = (start, end);
        }
        Ok(self.function)
    }
}

fn owner(words: &mut Words<'_>) -> Result<Owner, String> {
    let reg = words.reg()?;
    let role = match words.name()? {
        "variable" => OwnerRole::Variable(words.name()?.into()),
        "loop" => OwnerRole::Loop,
        "temporary" => OwnerRole::Temporary,
        other => {
            return Err(format!("an owner is a `variable NAME`, a `loop` or a `temporary`, not a `{other}`"));
        }
    };
    Ok(Owner { reg, role })
}
