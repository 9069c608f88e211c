//! What the library declares of its capabilities, held against what they do to the objects of a real arena (H3).

use std::collections::HashMap;

use crush_arena::{Action, RuntimeValue, Step};
use crush_host::{Grants, Host};
use crush_library::{Declaration, Effect, Source, capabilities};
use crush_vm::{CancelToken, Quotas, Vm, assemble, verify};

/// What the arguments are made of: numbers and texts alone, arrays in arrays, so that what is looked at shows, and arrays in
/// maps, which are results too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Nested,
    Result,
}

const KINDS: [Kind; 4] = [Kind::Number, Kind::Text, Kind::Nested, Kind::Result];

/// Calls a capability with arguments of these kinds, and checks its declaration. Whether it fails does not matter.
fn check(declaration: &Declaration, kinds: &[Kind]) {
    let name = declaration.name;
    let mut body = String::new();
    // Which argument each object was made for, in the order in which they are made, and whether it is the argument itself.
    let mut made = Vec::new();
    let scratch = kinds.len();
    for (register, kind) in kinds.iter().enumerate() {
        body.push_str(&match kind {
            Kind::Number => format!("load_int r{register}, 1\n"),
            Kind::Text => format!("load_const r{register}, \"a\"\n"),
            Kind::Nested => {
                made.extend([(register, false), (register, true)]);
                format!("load_int r{scratch}, 1\nnew_array r{scratch}, r{scratch}, 1\nnew_array r{register}, r{scratch}, 1\n")
            }
            Kind::Result => {
                made.extend([(register, false), (register, true)]);
                let [ok, is_ok, key, value] = [scratch, scratch + 1, scratch + 2, scratch + 3];
                format!(
                    "load_const r{ok}, \"ok\"\nload_bool r{is_ok}, true\nload_const r{key}, \"value\"\nload_int r{value}, 1\n\
                     new_array r{value}, r{value}, 1\nnew_map r{register}, r{ok}, 2\n"
                )
            }
        });
    }
    let text = format!(
        ".function @main ({} registers)\n{body}call_capability r0, {name}, r0, {}\nreturn r0",
        scratch + 4,
        kinds.len()
    );
    let program = verify(assemble(&text).expect("CASM")).expect("well-formed");
    let (grants, mut output) = (Grants::none(), Vec::new());
    let host = Host::pure(&grants, &mut output);
    let mut vm = Vm::new(&program, &host, Quotas::default(), CancelToken::new()).expect("small");
    vm.arena_mut().start_recording(10_000);
    let result = vm.run();
    vm.arena_mut().stop_recording();
    let mut before = HashMap::new();
    for event in vm.arena().events() {
        match event.action {
            Action::Allocate { object, .. } if before.len() < made.len() => {
                _ = before.insert(object, made[before.len()])
            }
            Action::Write { object } if let Some(&(argument, itself)) = before.get(&object) => {
                let effect = declaration.parameter(argument).map(|parameter| parameter.effect);
                assert!(itself && effect == Some(Effect::Write), "{name}{kinds:?} writes to argument {argument}");
            }
            Action::Read { object } if let Some(&(argument, false)) = before.get(&object) => {
                let effect = declaration.parameter(argument).map(|parameter| parameter.effect);
                assert_eq!(effect, Some(Effect::ReadDeep), "{name}{kinds:?} looks into argument {argument}");
            }
            _ => {}
        }
    }
    if let Ok(value @ RuntimeValue::Ref(_)) = result {
        let reached: Vec<_> = vm
            .arena()
            .look(value)
            .filter_map(|step| match step {
                Ok(Step::Enter(object, _)) => Some(before.get(&object).copied()),
                _ => None,
            })
            .collect();
        // A text is entered by nobody.
        let Some((itself, below)) = reached.split_first() else { return };
        let gives = match declaration.source {
            Source::Fresh => reached.iter().all(Option::is_none),
            // Never an argument, and no new object.
            Source::Part => matches!(itself, Some((_, false))),
            Source::Parts | Source::Groups | Source::PartsOfParts => {
                itself.is_none() && below.iter().all(|held| !matches!(held, Some((_, true))))
            }
            Source::Holder | Source::Mapped => itself.is_none(),
            Source::Folded | Source::Arguments => true,
        };
        assert!(gives, "{name}{kinds:?} gives of its arguments what {:?} does not say", declaration.source);
    }
}

#[test]
fn every_capability_does_to_its_arguments_what_is_declared() {
    let computes = |declaration: &&Declaration| {
        declaration.grant.is_none() && declaration.params.iter().all(|parameter| parameter.effect != Effect::Call)
    };
    for declaration in capabilities().filter(computes) {
        let count = if declaration.variadic { 2 } else { declaration.params.len() };
        for choice in 0..KINDS.len().pow(count as u32) {
            let kinds: Vec<_> =
                (0..count as u32).map(|place| KINDS[choice / KINDS.len().pow(place) % KINDS.len()]).collect();
            check(declaration, &kinds);
        }
    }
}
