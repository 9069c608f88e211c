//! `math.random` and its kin: one sequence a run, the same in every run unless it is seeded.

use std::sync::atomic::{AtomicU64, Ordering};

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::host::Provided;
use crate::library::Run;

pub(crate) const RUNS: &[(&str, Run)] =
    &[("math.random", random), ("math.random_int", random_int), ("math.seed", seed)];

/// A sequence of random numbers: SplitMix64, as the reference has it, so that both give the same numbers.
#[derive(Debug, Default)]
pub(crate) struct Sequence(AtomicU64);

impl Sequence {
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// `math.random()`: of 53 bits, as many as a float has.
fn random(provided: &mut Provided<'_>, _: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    const BITS: i32 = f64::MANTISSA_DIGITS as i32;
    Ok(RuntimeValue::Float((provided.random.next() >> (64 - BITS)) as f64 * f64::exp2(-f64::from(BITS))))
}

/// `math.random_int(from, below)`.
fn random_int(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (from, below) = (call.int(0)?, call.int(1)?);
    if from >= below {
        return Err(format!("there is no whole number from {from} below {below}").into());
    }
    let offset = provided.random.next() % below.abs_diff(from);
    Ok(RuntimeValue::Int(from.wrapping_add_unsigned(offset)))
}

/// `math.seed(seed)`.
fn seed(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let seed = call.int(0)?;
    provided.random.0.store(seed as u64, Ordering::Relaxed);
    Ok(RuntimeValue::Int(seed))
}
