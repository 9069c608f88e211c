//! `math`: numbers.

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given};
use crate::library::Pure;

use RuntimeValue::{Float, Int};

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("math.abs", |call| unary(call, f64::abs)),
    ("math.ceil", |call| unary(call, f64::ceil)),
    ("math.cos", |call| unary(call, f64::cos)),
    ("math.floor", |call| unary(call, f64::floor)),
    ("math.floordiv", |call| operands(call).and_then(floored_quotient)),
    ("math.floormod", |call| operands(call).and_then(floored_remainder)),
    ("math.max", |call| binary(call, f64::max)),
    ("math.min", |call| binary(call, f64::min)),
    ("math.pi", |_| Ok(Float(std::f64::consts::PI))),
    ("math.pow", |call| binary(call, f64::powf)),
    ("math.power", |call| operands(call).and_then(power)),
    ("math.round", |call| unary(call, f64::round)),
    ("math.sin", |call| unary(call, f64::sin)),
    ("math.sqrt", |call| unary(call, f64::sqrt)),
    ("math.tan", |call| unary(call, f64::tan)),
    ("math.truediv", |call| operands(call).and_then(quotient)),
];

fn unary(call: &mut Call<'_>, of: fn(f64) -> f64) -> Given {
    Ok(Float(of(call.number(0)?)))
}

fn binary(call: &mut Call<'_>, of: fn(f64, f64) -> f64) -> Given {
    Ok(Float(of(call.number(0)?, call.number(1)?)))
}

/// Two numbers: both whole, or both floats.
#[derive(Clone, Copy, Debug)]
enum Operands {
    Whole(i64, i64),
    Floats(f64, f64),
}

/// The two numbers of a call; no text is read as one here.
fn operands(call: &mut Call<'_>) -> Result<Operands, CallError> {
    let number = |index| match call.given(index)? {
        Int(value) => Ok(value as f64),
        Float(value) => Ok(value),
        _ => Err(call.wrong_type(index, "a number")),
    };
    match call.arguments() {
        &[Int(left), Int(right)] => Ok(Operands::Whole(left, right)),
        _ => Ok(Operands::Floats(number(0)?, number(1)?)),
    }
}

fn by_zero() -> CallError {
    "division by zero".into()
}

fn too_large() -> CallError {
    "the result is too large for an integer".into()
}

/// `math.truediv(a, b)`.
fn quotient(operands: Operands) -> Given {
    let (left, right) = match operands {
        Operands::Whole(left, right) => (left as f64, right as f64),
        Operands::Floats(left, right) => (left, right),
    };
    if right == 0.0 { Err(by_zero()) } else { Ok(Float(left / right)) }
}

/// `math.floordiv(a, b)`.
fn floored_quotient(operands: Operands) -> Given {
    match operands {
        Operands::Whole(_, 0) => Err(by_zero()),
        Operands::Whole(left, right) => {
            let quotient = left.checked_div(right).ok_or_else(too_large)?;
            let below = left % right != 0 && (left < 0) != (right < 0);
            Ok(Int(quotient - i64::from(below)))
        }
        Operands::Floats(_, 0.0) => Err(by_zero()),
        Operands::Floats(left, right) => Ok(Float((left / right).floor())),
    }
}

/// `math.floormod(a, b)`.
fn floored_remainder(operands: Operands) -> Given {
    match operands {
        Operands::Whole(_, 0) => Err(by_zero()),
        Operands::Whole(left, right) => {
            let remainder = left.checked_rem(right).ok_or_else(too_large)?;
            let other_sign = remainder != 0 && (remainder < 0) != (right < 0);
            Ok(Int(if other_sign { remainder + right } else { remainder }))
        }
        Operands::Floats(_, 0.0) => Err(by_zero()),
        Operands::Floats(left, right) => Ok(Float(left - right * (left / right).floor())),
    }
}

/// `math.power(a, b)`.
fn power(operands: Operands) -> Given {
    match operands {
        Operands::Whole(0, exponent) if exponent < 0 => Err(by_zero()),
        Operands::Whole(base, exponent) if exponent >= 0 => whole_power(base, exponent).map(Int).ok_or_else(too_large),
        Operands::Whole(base, exponent) => Ok(Float((base as f64).powf(exponent as f64))),
        Operands::Floats(base, exponent) => Ok(Float(base.powf(exponent))),
    }
}

fn whole_power(base: i64, exponent: i64) -> Option<i64> {
    match (base, u32::try_from(exponent)) {
        (_, Ok(exponent)) => base.checked_pow(exponent),
        (0 | 1, _) => Some(base),
        (-1, _) => Some(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => None,
    }
}
