//! The code of a run that is recorded: where a recorder has something to be told, [`Instruction::Marked`] stands in the place
//! of the instruction, which is kept with the mark. Nothing moves, so that places in one code are places in the other, and
//! what no recorder asks for costs nothing.

use std::ops::Range;

use crate::instruction::Instruction;
use crate::operand::FuncId;
use crate::program::Program;

/// A place in the code where statements begin. Places are numbered through the whole program, by function and instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The function.
    pub function: FuncId,
    /// The instruction.
    pub pc: u32,
    /// The statements that begin there, indexes in the debug table of the function.
    pub statements: Range<usize>,
}

impl Program {
    /// The places where statements begin.
    pub fn places(&self) -> Vec<Place> {
        let of_function = |(function, index): (&crate::program::Function, u16)| {
            let mut first = 0;
            let same_place = function.debug.statements.chunk_by(|a, b| a.pc == b.pc).map(move |chunk| {
                let statements = first..first + chunk.len();
                first = statements.end;
                Place { function: FuncId(index), pc: chunk[0].pc, statements }
            });
            same_place.collect::<Vec<_>>()
        };
        self.functions.iter().zip(0..=u16::MAX).flat_map(of_function).collect()
    }
}

/// What is marked, apart from the places where statements begin.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marking {
    /// Where variables take a value.
    pub(crate) bindings: bool,
    /// Each instruction: a log of events names it.
    pub(crate) everything: bool,
}

/// A marked instruction.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// The instruction that the mark stands for.
    pub(crate) instruction: Instruction,
    /// The first of the statements that begin there, and how many there are.
    pub(crate) first_statement: u32,
    pub(crate) statements: u32,
    /// The first of the bindings just before it, and how many there are.
    pub(crate) first_binding: u32,
    pub(crate) bindings: u32,
}

/// The code with marks.
#[derive(Debug)]
pub(crate) struct Marks {
    /// For each function, its code.
    functions: Vec<Box<[Instruction]>>,
    /// The marks by number: first the places where statements begin, by their numbers.
    marks: Vec<Mark>,
    places: u32,
}

impl Marks {
    /// Of a run that is not recorded.
    pub(crate) const NONE: Self = Self { functions: Vec::new(), marks: Vec::new(), places: 0 };

    pub(crate) fn new(program: &Program, marking: Marking) -> Self {
        let mut functions: Vec<Box<[_]>> =
            program.functions.iter().map(|function| function.code.clone().into()).collect();
        let mut marks: Vec<Mark> = Vec::new();
        let mut mark = |functions: &mut [Box<[Instruction]>], function: usize, pc: u32| -> usize {
            let instruction = &mut functions[function][pc as usize];
            if let Instruction::Marked { mark } = *instruction {
                return mark as usize;
            }
            let marked = Instruction::Marked { mark: marks.len() as u32 };
            let instruction = std::mem::replace(instruction, marked);
            marks.push(Mark { instruction, first_statement: 0, statements: 0, first_binding: 0, bindings: 0 });
            marks.len() - 1
        };
        let places = program.places();
        for place in &places {
            mark(&mut functions, place.function.index(), place.pc);
        }
        let mut bound = Vec::new();
        for (index, function) in program.functions.iter().enumerate() {
            if marking.bindings {
                for (binding, at) in function.debug.bindings.iter().zip(0..) {
                    bound.push((mark(&mut functions, index, binding.pc), at));
                }
            }
            if marking.everything {
                for pc in 0..function.code.len() as u32 {
                    mark(&mut functions, index, pc);
                }
            }
        }
        for (place, mark) in places.iter().zip(&mut marks) {
            mark.first_statement = place.statements.start as u32;
            mark.statements = place.statements.len() as u32;
        }
        for (mark, binding) in bound {
            let mark = &mut marks[mark];
            if mark.bindings == 0 {
                mark.first_binding = binding;
            }
            mark.bindings += 1;
        }
        Self { functions, marks, places: places.len() as u32 }
    }

    /// The code of a function, as long as that without marks.
    pub(crate) fn code(&self, function: FuncId) -> &[Instruction] {
        &self.functions[function.index()]
    }

    pub(crate) fn mark(&self, mark: u32) -> &Mark {
        &self.marks[mark as usize]
    }

    /// Whether statements begin at a mark.
    pub(crate) fn is_place(&self, mark: u32) -> bool {
        mark < self.places
    }

    /// The last of the statements that begin at a mark.
    pub(crate) fn last_statement(&self, mark: u32) -> Option<usize> {
        let mark = self.marks.get(mark as usize).filter(|mark| mark.statements > 0)?;
        Some((mark.first_statement + mark.statements - 1) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asm::assemble;

    const TEXT: &str = ".entry @main\n.function @f (0 params, 1 registers)\nload_null r0\n.statement !1..2\n.statement !1..9\n\
                        load_int r0, 1\nreturn r0\n\
                        .function @main (2 registers)\n.local x r1 L0 L1\n.statement !3..4\ncall r1, @f, r0\nL0:\n\
                        .bind 0\nload_int r0, 2\nreturn_null\nL1:\nreturn_null";

    #[test]
    fn a_mark_stands_where_a_statement_begins_and_keeps_its_instruction() {
        let program = assemble(TEXT).expect("CASM");
        let places = program.places();
        let numbers: Vec<_> =
            places.iter().map(|place| (place.function.0, place.pc, place.statements.clone())).collect();
        assert_eq!(numbers, [(0, 1, 0..2), (1, 0, 0..1)]);
        let marks = Marks::new(&program, Marking::default());
        for (function, plain) in program.functions.iter().zip(0..).map(|(plain, index)| (FuncId(index), &plain.code)) {
            let back = marks.code(function).iter().map(|instruction| match *instruction {
                Instruction::Marked { mark } => marks.mark(mark).instruction,
                instruction => instruction,
            });
            assert_eq!(back.collect::<Vec<_>>(), *plain);
        }
        assert!(matches!(marks.code(FuncId(0))[1], Instruction::Marked { mark: 0 }));
        assert_eq!((marks.last_statement(0), marks.last_statement(1)), (Some(1), Some(0)));
    }

    #[test]
    fn bindings_and_everything_else_are_marked_when_asked() {
        let program = assemble(TEXT).expect("CASM");
        let marks = Marks::new(&program, Marking { bindings: true, everything: false });
        assert!(matches!(marks.code(FuncId(1))[1], Instruction::Marked { mark: 2 }));
        assert_eq!((marks.mark(2).bindings, marks.is_place(1), marks.is_place(2)), (1, true, false));
        let marks = Marks::new(&program, Marking { bindings: false, everything: true });
        let all = program.functions.iter().map(|function| function.code.len()).sum::<usize>();
        assert_eq!(marks.marks.len(), all);
    }
}
