//! `math`: numbers.

use super::Namespace;
use super::params::number;
use crate::{Declaration, Parameter, Type};

pub(super) const NAMESPACE: Namespace = Namespace { name: "math", summary: "Numbers.", capabilities: CAPABILITIES };

const fn unary(name: &'static str, params: &'static [Parameter], summary: &'static str) -> Declaration {
    Declaration::new(name, params, Type::Float, summary)
}

const X: &[Parameter] = &[number("x")];
const ANGLE: &[Parameter] = &[number("radians")];
const AB: &[Parameter] = &[number("a"), number("b")];
const OPERANDS: &[Parameter] = &[Parameter::new("a", Type::Number), Parameter::new("b", Type::Number)];

const CAPABILITIES: &[Declaration] = &[
    unary("math.abs", X, "The distance from zero."),
    unary("math.ceil", X, "The next whole number upwards."),
    unary("math.cos", ANGLE, "The cosine of an angle."),
    unary("math.floor", X, "The next whole number downwards."),
    Declaration::new("math.floordiv", OPERANDS, Type::Number, "`a` divided by `b`, rounded downwards."),
    Declaration::new("math.floormod", OPERANDS, Type::Number, "What `math.floordiv` leaves: its sign is that of `b`."),
    Declaration::new("math.max", AB, Type::Float, "The larger of two numbers."),
    Declaration::new("math.min", AB, Type::Float, "The smaller of two numbers."),
    Declaration::new("math.pi", &[], Type::Float, "The ratio of a circle's circumference to its diameter."),
    Declaration::new("math.pow", AB, Type::Float, "`a` to the power of `b`, as a float."),
    Declaration::new(
        "math.power",
        OPERANDS,
        Type::Number,
        "`a ** b`: whole when both are whole and `b` is not negative.",
    ),
    Declaration::new(
        "math.random",
        &[],
        Type::Float,
        "The next random number from 0 to 1; the same sequence in every run, but for `math.seed`.",
    )
    .impure(),
    Declaration::new(
        "math.random_int",
        &[Parameter::new("from", Type::Int), Parameter::new("below", Type::Int)],
        Type::Int,
        "The next random whole number of a range, its end excluded.",
    )
    .impure(),
    unary("math.round", X, "The nearest whole number; halves go away from zero."),
    Declaration::new(
        "math.seed",
        &[Parameter::new("seed", Type::Int)],
        Type::Int,
        "Chooses the sequence of random numbers, and gives the seed.",
    )
    .impure(),
    unary("math.sin", ANGLE, "The sine of an angle."),
    unary("math.sqrt", X, "The square root; NaN of a negative number."),
    unary("math.tan", ANGLE, "The tangent of an angle."),
    Declaration::new("math.truediv", OPERANDS, Type::Float, "`a` divided by `b`, as a float."),
];
