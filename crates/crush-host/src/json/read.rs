//! From JSON text to values, which are made in the arena as they are read.

use std::fmt;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crush_arena::{Map, Object, RuntimeValue, Text};
use crush_vm::{Call, CallError};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::arguments::Arguments;
use crate::wait::stopped;

/// The value that a text stands for.
pub(crate) fn value(call: &mut Call<'_>, text: &str) -> Result<RuntimeValue, CallError> {
    let stop = call.objects().interrupt().cloned();
    match stop.filter(|_| text.len() > LONG) {
        None => read(call, serde_json::de::StrRead::new(text)),
        // Slower, but it can be left in the middle of a long string.
        Some(stop) => {
            read(call, serde_json::de::IoRead::new(BufReader::new(Stoppable { rest: text.as_bytes(), stop })))
        }
    }
}

/// Longer texts are read a piece at a time.
const LONG: usize = 1 << 20;

/// A text, until the run is to stop.
struct Stoppable<'t> {
    rest: &'t [u8],
    stop: Arc<AtomicBool>,
}

impl Read for Stoppable<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.rest.read(into)
    }
}

fn read<'t>(call: &mut Call<'_>, text: impl serde_json::de::Read<'t>) -> Result<RuntimeValue, CallError> {
    let mut fault = None;
    let mut reader = serde_json::Deserializer::new(text);
    let value = Reader { call, fault: &mut fault }.deserialize(&mut reader);
    match value.and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) if error.is_io() => Err(stopped()),
        Err(error) => Err(fault.unwrap_or_else(|| CallError::Failed(error.to_string()))),
    }
}

/// Reads one value.
struct Reader<'r, 'c> {
    call: &'r mut Call<'c>,
    /// What ended the reading, when it was no mistake in the text.
    fault: &'r mut Option<CallError>,
}

impl<'c> Reader<'_, 'c> {
    /// Passes on what an access gives; a fault ends the reading.
    fn checked<T, E: Error>(&mut self, access: impl FnOnce(&mut Call<'c>) -> Result<T, CallError>) -> Result<T, E> {
        access(self.call).map_err(|fault| {
            *self.fault = Some(fault);
            E::custom("stopped")
        })
    }

    fn inner(&mut self) -> Reader<'_, 'c> {
        Reader { call: self.call, fault: self.fault }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_, '_> {
    type Value = RuntimeValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<RuntimeValue, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_, '_> {
    type Value = RuntimeValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<RuntimeValue, E> {
        Ok(RuntimeValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<RuntimeValue, E> {
        Ok(RuntimeValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<RuntimeValue, E> {
        Ok(RuntimeValue::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<RuntimeValue, E> {
        let whole = i64::try_from(value).map_err(|_| E::custom(format!("{value} is too large for an integer")))?;
        Ok(RuntimeValue::Int(whole))
    }

    fn visit_f64<E>(self, value: f64) -> Result<RuntimeValue, E> {
        Ok(RuntimeValue::Float(value))
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<RuntimeValue, E> {
        self.checked(|call| {
            call.charge_text(value.len())?;
            call.string(value)
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<RuntimeValue, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(self.inner())? {
            if values.len() == values.capacity() {
                let room = 2 * size_of::<RuntimeValue>() * values.len().max(2);
                self.checked(|call| call.room(room))?;
            }
            values.push(value);
            self.checked(|call| call.charge(1))?;
        }
        self.checked(|call| call.array(values))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<RuntimeValue, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self.inner())?;
            // An entry is a hash, a key and a value, and the key's own text; what grows by doubling is asked for twice.
            let room = 128 * (map.len() + 1) + 2 * key.len();
            if map.len().is_power_of_two() {
                self.checked(|call| call.room(room))?;
            }
            map.insert(Text::from(key), value);
            self.checked(|call| call.charge(1))?;
        }
        self.checked(|call| Ok(call.alloc(Object::map(map))?.into()))
    }
}
