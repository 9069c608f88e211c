//! What is said about types: what is wrong, and a way out.

use crate::body::{BinaryOp, LogicalOp, Name};
use crate::file::{FileHir, StructDef};
use crate::types::{NAMES, Type};

/// `; did you mean …?`, when a name is near.
fn suggestion<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    crush_library::nearest(name, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

pub(crate) fn unknown_type(file: &FileHir, name: &Name) -> String {
    let names = file.struct_names().map(Name::as_str).chain(NAMES);
    format!("there is no type `{name}`{}", suggestion(name, names))
}

pub(super) fn wrong_type(name: &Name, wanted: &Type, given: &Type) -> String {
    format!("`{name}` is declared as {wanted}, and this is {}", given.with_article())
}

pub(super) fn wrong_argument(function: &Name, param: Option<&Name>, wanted: &Type, given: &Type) -> String {
    let wanted = wanted.with_article();
    let given = given.with_article();
    match param {
        Some(param) => format!("`{function}` takes {wanted} for `{param}`, and this is {given}"),
        None => format!("`{function}` takes {wanted} here, and this is {given}"),
    }
}

pub(super) fn wrong_arity(function: &Name, params: usize, given: usize) -> String {
    format!("`{function}` takes {}, not {given}", crush_library::arguments(params))
}

pub(super) fn conflicting_results(before: &Type, given: &Type) -> String {
    let (before, given) = (before.with_article(), given.with_article());
    format!("this returns {given}, and an earlier `return` of the function gives {before}: return one type")
}

pub(super) fn condition(given: &Type) -> String {
    let way_out = match given {
        Type::Int | Type::Float => ": compare it, `… != 0`",
        Type::String | Type::Array(_) | Type::Map => ": compare its length, `len(…) > 0`",
        Type::Optional(_) => ": the function that it comes from must return true or false in every case",
        Type::Null => ": is a `return` missing in the function that it comes from?",
        _ => "",
    };
    format!("a condition is true or false, and this is {}{way_out}", given.with_article())
}

pub(super) fn not_iterable(given: &Type) -> String {
    let way_out = match given {
        Type::Int => ": for the numbers below it write `0..…`",
        _ => ": `for` takes an array, a map, a string or a range",
    };
    format!("`for` cannot run over {}{way_out}", given.with_article())
}

pub(super) fn unknown_field(structure: &StructDef, field: &Name) -> String {
    let name = &structure.name;
    let names = structure.fields.iter().map(|field| field.name.as_str());
    format!("`{name}` has no field `{field}`{}", suggestion(field, names))
}

pub(super) fn no_fields(given: &Type, field: &Name) -> String {
    match given {
        Type::Array(_) | Type::String if matches!(field.as_str(), "len" | "length" | "size" | "count") => {
            format!("{} has no fields: its length is `len(…)`", given.with_article())
        }
        Type::Optional(_) => {
            format!("this is {}, and may have no field `{field}`: compare it with null first", given.with_article())
        }
        Type::Null => format!("this is null, which has no field `{field}`"),
        _ => format!("{} has no fields, so no `{field}`", given.with_article()),
    }
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
    }
}

pub(super) fn arithmetic(op: BinaryOp, left: &Type, right: &Type) -> String {
    let takes = match op {
        BinaryOp::Add => "two numbers, two arrays, or a String and anything",
        _ => "two numbers",
    };
    let (left, right) = (left.with_article(), right.with_article());
    format!("`{}` takes {takes}, and here stand {left} and {right}", symbol(op))
}

pub(super) fn comparison(op: BinaryOp, left: &Type, right: &Type) -> String {
    let types = format!("`{}` compares values of one type, and here stand", symbol(op));
    format!("{types} {} and {}", left.with_article(), right.with_article())
}

pub(super) fn logical(op: LogicalOp, given: &Type) -> String {
    let symbol = match op {
        LogicalOp::And => "&&",
        LogicalOp::Or => "||",
    };
    format!("`{symbol}` takes true or false on both sides, and this is {}", given.with_article())
}

pub(super) fn range_end(given: &Type) -> String {
    format!("a range ends at an Int, and this is {}", given.with_article())
}
