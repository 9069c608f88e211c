//! `conv`: from one type to another.

use std::str::FromStr;

use crush_arena::{Object, RuntimeValue, Text};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given, flag};
use crate::elsewhere::elsewhere;
use crate::library::Pure;
use crate::octets;

use RuntimeValue::{Bool, Float, Function, Int, Null};

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("conv.chr", chr),
    ("conv.ord", ord),
    ("conv.parse_float", |call| {
        let text = call.text_of(0)?;
        Ok(parsed(call, text)?.map_or(Null, Float))
    }),
    ("conv.parse_int", parse_int),
    ("conv.text", text),
    ("conv.to_bool", to_bool),
    ("conv.to_float", to_float),
    ("conv.to_int", to_int),
    ("conv.to_str", |call| {
        let text = call.text_of(0)?;
        call.text_object(text)
    }),
    ("conv.type_of", type_of),
];

/// `conv.chr(code)`.
fn chr(call: &mut Call<'_>) -> Given {
    let code = call.int(0)?;
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(character) => call.string(character.encode_utf8(&mut [0; 4])),
        None => Err(format!("{code} is no Unicode code point").into()),
    }
}

/// `conv.ord(character)`.
fn ord(call: &mut Call<'_>) -> Given {
    let text = call.text(0)?;
    let mut characters = text.chars();
    let first_two = (characters.next(), characters.next());
    match first_two {
        (Some(character), None) => Ok(Int(u32::from(character).into())),
        _ => {
            let count = elsewhere(call, text.len(), move || text.chars().count())?;
            Err(format!("argument 1 must be one character, not {count}").into())
        }
    }
}

/// `conv.parse_int(text, radix)`; a radix that is no number is 10.
fn parse_int(call: &mut Call<'_>) -> Given {
    let text = call.text_of(0)?;
    let radix = call.whole(1).unwrap_or(10);
    match u32::try_from(radix) {
        Ok(radix @ 2..=36) => {
            let whole = elsewhere(call, text.len(), move || i64::from_str_radix(text.trim(), radix).ok())?;
            Ok(whole.map_or(Null, Int))
        }
        _ => Err(format!("the radix must be from 2 to 36: it is {radix}").into()),
    }
}

/// `conv.text(value, style)`.
fn text(call: &mut Call<'_>) -> Given {
    let style = call.text(1)?;
    let value = call.given(0)?;
    let text = match (&*style, value) {
        ("js", Float(value)) => float_in_js(value),
        ("rust", Float(value)) => value.to_string(),
        ("js" | "rust", _) => {
            let text = call.text_of(0)?;
            return call.text_object(text);
        }
        _ => return Err(format!("there is no style `{style}`: there are `js` and `rust`").into()),
    };
    call.string(&text)
}

/// A float as JavaScript writes it: with an exponent only when it is very large or very small.
fn float_in_js(value: f64) -> String {
    let size = value.abs();
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    if size == 0.0 || value.is_nan() || (1e-6..1e21).contains(&size) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    if size < 1.0 { text } else { text.replace('e', "e+") }
}

/// `conv.to_bool(value)`.
fn to_bool(call: &mut Call<'_>) -> Given {
    let value = call.given(0)?;
    let full = match value {
        Bool(_) => return Ok(value),
        Int(value) => value != 0,
        Float(value) => value != 0.0,
        Null => false,
        _ => match call.object(value)? {
            Some(Object::Str(text)) => !text.is_empty(),
            Some(Object::Array(values)) => !values.is_empty(),
            Some(Object::Map(map)) => !map.is_empty(),
            Some(Object::Tagged(tagged)) => octets::length(call, tagged)? != Some(0),
            _ => true,
        },
    };
    Ok(flag(full))
}

/// `conv.to_float(value)`.
fn to_float(call: &mut Call<'_>) -> Given {
    Ok(match call.given(0)? {
        Int(value) => Float(value as f64),
        Float(value) => Float(value),
        Null => Float(0.0),
        value => read(call, value)?.map_or(Null, Float),
    })
}

/// `conv.to_int(value)`.
fn to_int(call: &mut Call<'_>) -> Given {
    Ok(match call.given(0)? {
        Int(value) => Int(value),
        Float(value) => Int(value as i64),
        Null => Int(0),
        value => read(call, value)?.map_or(Null, Int),
    })
}

/// The number that a string is.
fn read<N: FromStr + Send + 'static>(call: &Call<'_>, value: RuntimeValue) -> Result<Option<N>, CallError> {
    match call.string_in(value)? {
        Some(text) => parsed(call, text.reading()),
        None => Ok(None),
    }
}

/// The number that a text is, white space aside.
fn parsed<N: FromStr + Send + 'static>(call: &Call<'_>, text: Text) -> Result<Option<N>, CallError> {
    elsewhere(call, text.len(), move || text.trim().parse().ok())
}

/// `conv.type_of(value)`.
fn type_of(call: &mut Call<'_>) -> Given {
    let value = call.given(0)?;
    let name = match value {
        Int(_) => "int",
        Float(_) => "float",
        Bool(_) => "bool",
        Null => "null",
        Function(_) => "function",
        _ => match call.object(value)? {
            Some(Object::Str(_)) => "string",
            Some(Object::Array(_)) => "array",
            Some(Object::Map(_) | Object::Instance(_)) => "map",
            Some(Object::Tagged(tagged)) => match &*tagged.tag {
                octets::BYTES => "bytes",
                octets::BUFFER => "vector",
                _ => "handle",
            },
            Some(Object::Closure(_)) => "function",
            _ => "unknown",
        },
    };
    call.string(name)
}
