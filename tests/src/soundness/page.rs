//! A program in which something is wrong, as a literate test that is ready to be committed.

use std::fmt::Write as _;

use crush_borrowck::Severity;

use super::judge::Problem;
use super::program::Program;
use crate::checked::Checked;

/// The program as a block of `tests/rules`, with the reports that it should have; of a program of several files there is
/// no such block.
pub fn block(program: &Program, problem: &Problem) -> Option<String> {
    let program = program.with_input(problem.input()?);
    let texts = program.texts();
    let [text] = &texts[..] else { return None };
    let checked = Checked::new(text, &[]);
    let mut expected: Vec<(usize, String)> = Vec::new();
    for report in checked.reports() {
        let line = checked.line(checked.range(report.place));
        let severity = match problem {
            Problem::FalselyCertain { line: place, code, .. } if *place == Some(line) && *code == report.code => {
                "warning"
            }
            _ if report.severity == Severity::Error => "error",
            _ => "warning",
        };
        expected.push((line, format!(" // {severity}: [{}]", report.code.as_str())));
    }
    let mut fault = String::new();
    if let Problem::Missed { line, code, message, .. } = problem {
        expected.push(((*line)?, format!(" // warning: [{}]", code.as_str())));
        fault = format!("// {message}\n");
    }
    let mut block = format!("```crush\n{fault}");
    for (index, line) in text.lines().enumerate() {
        block.push_str(line);
        expected.iter().filter(|(at, _)| *at == index + 1).for_each(|(_, comment)| block.push_str(comment));
        block.push('\n');
    }
    block.push_str("```\n");
    Some(block)
}

/// Everything there is to see: what is wrong, the reports, the program.
pub fn show(program: &Program, problem: &Problem) -> String {
    let wrong = match problem {
        Problem::Missed { input, message, code, .. } => {
            format!("missed [{}] with input {input}: {message}\n", code.as_str())
        }
        Problem::FalselyCertain { input, line, code } => {
            format!("certain [{}] on line {line:?}, but not with input {input}\n", code.as_str())
        }
        Problem::Rejected(why) => format!("does not compile: {why}\n"),
        // What panics is not analysed again.
        Problem::Panicked => return format!("it panics\n{}", files(program)),
    };
    wrong + &reports(program)
}

/// The reports of a program, and its files.
pub fn reports(program: &Program) -> String {
    let texts = program.texts();
    let module = texts.get(1).map(|text| ("m", text.as_str()));
    let checked = Checked::new(&texts[0], module.as_slice());
    let mut shown: String = checked.reports().iter().map(|report| format!("  {}\n", checked.show(report))).collect();
    shown.push_str(&files(program));
    shown
}

fn files(program: &Program) -> String {
    let mut shown = String::new();
    for (text, file) in program.texts().iter().zip(["main", "m"]) {
        let _ = writeln!(shown, "-- {file}.crush");
        for (index, line) in text.lines().enumerate() {
            let _ = writeln!(shown, "{:3} {line}", index + 1);
        }
    }
    shown
}
