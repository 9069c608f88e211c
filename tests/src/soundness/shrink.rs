//! Smaller programs that still show what a large one showed.

use super::program::{Line, Program};

/// Leaves out lines and opens blocks as long as `fails` holds.
pub fn shrink(mut program: Program, fails: impl Fn(&Program) -> bool) -> Program {
    if !program.module.is_empty() {
        let one = program.in_one_file();
        if fails(&one) {
            program = one;
        }
    }
    // Large parts first: a block goes with all that is in it.
    loop {
        let mut smaller_found = false;
        let mut at = 0;
        while at < size(&program.main) + size(&program.module) {
            let smaller = [Cut::Out, Cut::Open].into_iter().filter_map(|cut| without(&program, at, cut)).find(&fails);
            match smaller {
                Some(smaller) => {
                    program = smaller;
                    smaller_found = true;
                }
                None => at += 1,
            }
        }
        if !smaller_found {
            return program;
        }
    }
}

/// What happens to a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// It goes.
    Out,
    /// What is in the block takes its place.
    Open,
}

fn without(program: &Program, at: usize, cut: Cut) -> Option<Program> {
    let mut smaller = program.clone();
    let mut left = at;
    let done = remove(&mut smaller.main, &mut left, cut) || remove(&mut smaller.module, &mut left, cut);
    (done && smaller != *program).then_some(smaller)
}

fn size(lines: &[Line]) -> usize {
    let of_line = |line: &Line| match line {
        Line::Text(_) | Line::Let(..) => 1,
        Line::Block { parts, .. } => 1 + parts.iter().map(|(_, body)| size(body)).sum::<usize>(),
    };
    lines.iter().map(of_line).sum()
}

/// Cuts line number `left`; false when it lies behind these, which are then counted off.
fn remove(lines: &mut Vec<Line>, left: &mut usize, cut: Cut) -> bool {
    for at in 0..lines.len() {
        if *left == 0 {
            match (&lines[at], cut) {
                (Line::Block { parts, .. }, Cut::Open) => {
                    let content: Vec<Line> = parts.iter().flat_map(|(_, body)| body.clone()).collect();
                    lines.splice(at..=at, content);
                }
                (Line::Text(_) | Line::Let(..), Cut::Open) => {}
                (_, Cut::Out) => {
                    lines.remove(at);
                }
            }
            return true;
        }
        *left -= 1;
        if let Line::Block { parts, .. } = &mut lines[at] {
            for (_, body) in parts {
                if remove(body, left, cut) {
                    return true;
                }
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_goes() {
        let inner = vec![Line::text("a"), Line::text("b")];
        let program = Program { main: vec![Line::text("c"), Line::block("if x {", inner)], module: Vec::new() };
        let shrunk = shrink(program, |program| program.texts()[0].contains('b'));
        assert_eq!(shrunk.main, [Line::text("b")]);
    }
}
