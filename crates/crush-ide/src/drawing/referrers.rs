//! Who else refers to an object: for the hover on what held it.

use crush_eval::{ArenaRecord, HeldObject, SlotRecord};

use crate::evaluation::Evaluation;
use crate::notes::inline_code;

/// Most referrers that are named.
const MOST: usize = 5;

/// `At the end also reached through: `ys`, `shop.items` of #3`; nothing when nobody else does, or the object is gone.
/// `name` is the variable that is asked about.
pub(crate) fn referrers_text(evaluation: &Evaluation, object: &HeldObject, name: &str) -> Option<String> {
    let arena = evaluation.run().arena();
    // Slots are used again: another generation is another object.
    let is_it = |slot: &&SlotRecord| (slot.slot, slot.generation) == (object.slot, object.generation);
    let slot = arena.slots.iter().find(is_it)?;
    let variables = slot.names.iter().filter(|other| *other != name).map(|other| inline_code(other));
    let found: Vec<String> = variables.chain(objects(arena, object.slot)).collect();
    let (shown, more) = found.split_at(found.len().min(MOST));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    let when = if evaluation.run().fault().is_some() { "At the fault" } else { "At the end" };
    (!shown.is_empty()).then(|| format!("{when} also referred to by {}{more}", shown.join(", ")))
}

/// The objects that refer to a slot, each with the place in it.
fn objects(arena: &ArenaRecord, slot: u32) -> impl Iterator<Item = String> {
    let refers = move |other: &&SlotRecord| other.edges.contains(&slot);
    arena.slots.iter().filter(refers).map(move |other| {
        let at = other.parts.iter().position(|part| part.target == Some(slot));
        let place = at.and_then(|at| Some((at, other.parts.get(at)?)));
        let owner = other.names.first();
        match (owner, place) {
            (Some(owner), Some((_, part))) if part.name.is_some() => {
                inline_code(&format!("{owner}.{}", part.name.as_deref().unwrap_or_default()))
            }
            (Some(owner), Some((at, _))) => inline_code(&format!("{owner}[{at}]")),
            (Some(owner), None) => inline_code(owner),
            (None, Some((_, part))) if part.name.is_some() => {
                format!("{} of #{}", inline_code(part.name.as_deref().unwrap_or_default()), other.slot)
            }
            (None, _) => format!("#{}", other.slot),
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::after_run;
    use crate::hover;

    fn text(fixture: &str) -> String {
        let (snapshot, offset) = after_run(fixture);
        hover(&snapshot, offset).map(|hover| hover.markdown).unwrap_or_default()
    }

    #[test]
    fn a_hover_says_who_else_refers_to_the_object() {
        let shown = text("let x$0s = [1]\nlet ys = xs\nlet shop = {items: xs}\nlet rows = [0, xs]\nlet far = [[xs]]\n");
        assert!(shown.contains("At the end also referred to by `ys`, `shop.items`, `rows[1]`, #"), "{shown}");
    }

    #[test]
    fn of_an_object_that_nobody_else_has_it_says_nothing() {
        assert!(!text("let x$0s = [1]\n").contains("referred"));
    }
}
