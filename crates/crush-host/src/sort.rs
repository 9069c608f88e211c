//! Sorting where a comparison may fail, and may be anything but an order. `text.sort`, `text.uniq`.

use std::cmp::Ordering;

use crush_arena::{Bulk, Text};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given};
use crate::library::Pure;

pub(crate) const RUNS: &[(&str, Pure)] = &[("text.sort", sort), ("text.uniq", uniq)];

/// Up to so many elements are sorted by insertion.
const FEW: usize = 20;
/// So many are copied between two looks whether to stop.
const PIECE: usize = 1 << 12;

/// Sorts, keeping the order of what is equal. Unlike the standard library's, it takes any comparison: one that fails ends
/// it, and one that contradicts itself gives some order.
/// `go_on` is asked for each item, and ends it when it fails.
pub(crate) fn sorted_by<T: Clone + Send + 'static, E>(
    mut items: Bulk<Vec<T>>,
    go_on: impl Fn() -> Result<(), E>,
    mut compare: impl FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<Bulk<Vec<T>>, E> {
    for run in items.chunks_mut(FEW) {
        go_on()?;
        insertion(run, &mut compare)?;
    }
    let mut width = FEW;
    let mut merged = Bulk::<Vec<T>>::default();
    while width < items.len() {
        merged.reserve_exact(items.len());
        for pair in items.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            merge(left, right, &mut merged, &go_on, &mut compare)?;
        }
        std::mem::swap(&mut items, &mut merged);
        merged.clear();
        width *= 2;
    }
    Ok(items)
}

/// Sorts a few items, each by moving it before those that are greater.
fn insertion<T, E>(run: &mut [T], compare: &mut impl FnMut(&T, &T) -> Result<Ordering, E>) -> Result<(), E> {
    for sorted in 1..run.len() {
        let mut at = sorted;
        while at > 0 && compare(&run[at], &run[at - 1])? == Ordering::Less {
            run.swap(at, at - 1);
            at -= 1;
        }
    }
    Ok(())
}

/// Appends two sorted runs as one, the left one's first where they are equal.
fn merge<T: Clone, E>(
    mut left: &[T],
    mut right: &[T],
    merged: &mut Vec<T>,
    go_on: &impl Fn() -> Result<(), E>,
    compare: &mut impl FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<(), E> {
    while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
        go_on()?;
        if compare(second, first)? == Ordering::Less {
            merged.push(second.clone());
            right = right_rest;
        } else {
            merged.push(first.clone());
            left = left_rest;
        }
    }
    for piece in left.chunks(PIECE).chain(right.chunks(PIECE)) {
        go_on()?;
        merged.extend_from_slice(piece);
    }
    Ok(())
}

/// The texts of the elements of an array.
fn lines(call: &Call<'_>) -> Result<Bulk<Vec<Text>>, CallError> {
    let values = call.elements(0)?;
    call.room(values.len().saturating_mul(2 * size_of::<Text>()))?;
    call.gather(values.iter().map(|&value| call.show(value)))
}

fn texts<'l>(call: &mut Call<'_>, lines: impl Iterator<Item = &'l Text>) -> Given {
    let mut texts = Bulk::<Vec<_>>::default();
    for line in lines {
        call.charge(1)?;
        let text = call.text_object(line.reading())?;
        call.objects().push(&mut texts, text)?;
    }
    call.array(texts.take())
}

/// `text.sort(lines)`.
fn sort(call: &mut Call<'_>) -> Given {
    let lines = lines(call)?;
    let sorted = sorted_by(lines, || call.charge(1), |left, right| Ok(call.objects().order_of_texts(left, right)?))?;
    texts(call, sorted.iter())
}

/// `text.uniq(lines)`.
fn uniq(call: &mut Call<'_>) -> Given {
    let lines = lines(call)?;
    let is_new = |(index, line): &(usize, &Text)| *index == 0 || lines[index - 1] != **line;
    texts(call, lines.iter().enumerate().filter(is_new).map(|(_, line)| line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_and_is_stable() {
        for count in [0, 1, 2, 19, 20, 21, 40, 41, 1000] {
            let items: Vec<(u32, u32)> = (0..count).map(|index| ((index * 7919 + 13) % 17, index)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            let sorted = sorted_by(items.into(), || Ok(()), |left, right| Ok::<_, ()>(left.0.cmp(&right.0)));
            assert_eq!(sorted.map(Bulk::take), Ok(expected), "{count}");
        }
    }

    #[test]
    fn a_comparison_that_is_no_order_gives_the_same_items_in_some_order() {
        let items: Vec<u32> = (0..500).collect();
        let mut turn = 0;
        let sorted = sorted_by(
            items.clone().into(),
            || Ok(()),
            |_, _| {
                turn += 1;
                Ok::<_, ()>(if turn % 3 == 0 { Ordering::Less } else { Ordering::Greater })
            },
        );
        let mut sorted = sorted.expect("no failure").take();
        sorted.sort_unstable();
        assert_eq!(sorted, items);
    }

    #[test]
    fn a_comparison_that_fails_ends_it() {
        assert_eq!(sorted_by(vec![2, 1].into(), || Ok(()), |_, _| Err("no")).map(Bulk::take), Err("no"));
        let stopped = sorted_by((0..100).collect::<Vec<_>>().into(), || Err("stop"), |left, right| Ok(left.cmp(right)));
        assert_eq!(stopped.map(Bulk::take), Err("stop"));
    }
}
