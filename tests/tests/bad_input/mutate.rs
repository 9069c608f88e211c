//! Random changes of texts.

use fastrand::Rng;

/// Pieces that get put in, each ended by a `§`.
const PIECES: &str = "{§}§(§)§[§]§\n§;§,§&§&mut §|x| §|| § |> §=§ == §+§-§!§..§..=§.§::§x§xs§f§1§\"§'§\"\"\"§let r = &xs\n§r = &ys\n§\
    if true { §else { §while x { break }§for x in xs { §return §throw §try { §} catch e { §match x { §_ => §fn g(a) { §\
    struct S { a }\n§impl S { §trait T { §drop(§break§continue§yield§spawn §await §async §x += 1§0..3§null§true§@python { §@§\
    /*§*/§//§#§99999999999999999999§1e999§0x§\\§\0§\r§\u{feff}§é§😀§\u{202e}§import a.b§use @cap §export §new §\
    semantic_switch x { §case \"a\": §await§array.push(§str.repeat(\"a\", 999999999)§json.parse(\"[[[\")§";

/// One of `seeds` after a few random edits.
pub(crate) fn mutated(seeds: &[String], random: &mut Rng) -> String {
    let mut bytes = random.choice(seeds).cloned().unwrap_or_default().into_bytes();
    for _ in 0..random.usize(1..5) {
        edit(&mut bytes, seeds, random);
    }
    // What is no UTF-8 arrives like this, from files as from editors.
    String::from_utf8_lossy(&bytes).into_owned()
}

fn edit(bytes: &mut Vec<u8>, seeds: &[String], random: &mut Rng) {
    let range = |bytes: &[u8], most: usize, random: &mut Rng| {
        let start = random.usize(0..=bytes.len());
        start..(start + random.usize(0..=most)).min(bytes.len())
    };
    match random.u8(0..8) {
        0 => {
            let place = range(bytes, 1, random);
            bytes.splice(place, [random.u8(..)]);
        }
        1 => {
            let place = range(bytes, 40, random);
            bytes.drain(place);
        }
        2 | 3 => {
            let place = range(bytes, 8, random);
            let piece = random.choice(PIECES.split('§').collect::<Vec<_>>()).unwrap_or_default();
            bytes.splice(place, piece.bytes());
        }
        4 => {
            let part = bytes[range(bytes, 60, random)].to_vec();
            let place = range(bytes, 0, random);
            bytes.splice(place, part.repeat(random.usize(1..4)));
        }
        5 => {
            let other = random.choice(seeds).map_or(&[][..], |seed| seed.as_bytes());
            let part = &other[range(other, 80, random)];
            let place = range(bytes, 20, random);
            bytes.splice(place, part.iter().copied());
        }
        6 => {
            let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
            random.shuffle(&mut lines);
            *bytes = lines.join(&b'\n');
        }
        _ => {
            let digit = bytes.iter().position(u8::is_ascii_digit);
            if let Some(at) = digit {
                let number = random.choice(["0", "-1", "9223372036854775807", "1e308", "4294967296", "65536"]);
                bytes.splice(at..=at, number.unwrap_or("0").bytes());
            }
        }
    }
}
