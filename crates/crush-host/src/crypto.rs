//! `crypto`: digests and random bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};
use sha2::{Digest, Sha256};

use crate::arguments::Arguments;
use crate::host::Provided;
use crate::library::Run;

pub(crate) const RUNS: &[(&str, Run)] = &[("crypto.random", random), ("crypto.sha256", sha256)];

/// Most random bytes at a time.
const MOST: usize = 4096;
/// So many bytes are hashed between two looks whether to stop.
const PIECE: usize = 1 << 16;

/// `crypto.sha256(data)`: of the text that `data` is printed as, in hexadecimal.
fn sha256(_: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let data = call.text_of(0)?;
    let mut hash = Sha256::new();
    for piece in data.as_bytes().chunks(PIECE) {
        hash.update(piece);
        call.charge(0)?;
    }
    let digest: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    call.string(&digest)
}

/// `crypto.random(count)`: so many random bytes, as base64.
fn random(_: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let given = call.int(0)?;
    let count = usize::try_from(given).ok().filter(|&count| count <= MOST);
    let count = count.ok_or_else(|| format!("it gives 0 to {MOST} bytes, not {given}"))?;
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    call.string(&STANDARD.encode(&bytes))
}
