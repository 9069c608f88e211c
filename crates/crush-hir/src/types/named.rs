//! What a type name written in a program means.

use super::Type;
use crate::body::Name;
use crate::file::FileHir;

/// The names of types that every program has (D10); some have other spellings too.
pub const NAMES: [&str; 10] = ["Int", "Float", "String", "Bool", "Null", "Any", "Array", "Map", "Function", "unit"];

/// The type called `name` in `file`; `None` when there is none. Structs are known in every file of a program.
pub fn named(file: &FileHir, name: &Name) -> Option<Type> {
    Some(match name.as_str() {
        "Any" | "any" => Type::Any,
        "Null" | "null" | "unit" => Type::Null,
        "Bool" | "bool" | "boolean" => Type::Bool,
        "Int" | "int" | "i64" => Type::Int,
        "Float" | "float" | "f64" => Type::Float,
        "String" | "string" | "str" => Type::String,
        _ if file.resolve_struct(name).is_some() => Type::Instance(name.clone()),
        "Array" => Type::array(Type::Any),
        "Map" => Type::Map,
        "Function" => Type::Function(None),
        _ => return None,
    })
}
