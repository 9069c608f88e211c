//! Random programs that both the reference and this implementation run: everything but borrows and the decided differences.
//!
//! A program is made from a [`Tape`] of numbers; the smaller they are, the simpler it is, so a program shrinks by its tape.
//! Every value has a known type, and most operations fit it, so that programs are accepted and run far. What differs on
//! purpose is kept out: writes out of range, arguments whose order shows, changes of what a loop runs over, `break` in `try`.

mod expression;
mod function;
mod library;
mod scope;
mod shrink;
mod statement;
mod tape;

pub use shrink::shrink;
pub use tape::Tape;

use scope::Generator;

/// The program that `tape` describes.
pub fn program(tape: &mut Tape) -> String {
    let mut generator = Generator::new(tape);
    generator.declarations();
    generator.main();
    generator.text
}
