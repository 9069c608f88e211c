//! `time` and `async`: the clock, and waiting.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::host::Provided;
use crate::library::Run;
use crate::wait;

pub(crate) const RUNS: &[(&str, Run)] = &[
    ("async.sleep", sleep),
    ("time.elapsed", elapsed),
    ("time.now", now),
    ("time.now_iso", now_iso),
    ("time.now_ms", now_ms),
    ("time.sleep", sleep),
];

/// `time.now()`: seconds since 1970.
fn now(_: &mut Provided<'_>, _: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    Ok(RuntimeValue::Int(milliseconds()?.div_euclid(1000)))
}

/// `time.now_ms()`: milliseconds since 1970.
fn now_ms(_: &mut Provided<'_>, _: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    Ok(RuntimeValue::Int(milliseconds()?))
}

/// `time.now_iso()`: date and time as RFC 3339 writes them.
fn now_iso(_: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    call.string(&chrono::Utc::now().to_rfc3339())
}

/// `time.elapsed(start)`: milliseconds since then.
fn elapsed(_: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let start = call.int(0)?;
    let passed = milliseconds()?.checked_sub(start).ok_or("that is too long ago")?;
    Ok(RuntimeValue::Int(passed))
}

/// `time.sleep(milliseconds)`.
fn sleep(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let given = call.int(0)?;
    let time = u64::try_from(given).map_err(|_| format!("nobody can wait {given} milliseconds"))?;
    // Who waits wants what was printed before to be seen.
    provided.flush()?;
    wait::sleep(provided.cancel, Duration::from_millis(time))?;
    Ok(RuntimeValue::Null)
}

fn milliseconds() -> Result<i64, String> {
    let whole = |duration: Duration| i64::try_from(duration.as_millis()).ok();
    let passed = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => whole(after),
        Err(before) => whole(before.duration()).and_then(i64::checked_neg),
    };
    passed.ok_or_else(|| "the clock of this machine is wrong".into())
}
