//! One mistake is told once: several things may go wrong at one place because of one borrow, or one drop, and the first of
//! them stops the run.

use crate::report::{Part, Place, Report, Severity};

/// Joins the warnings of a place that are about the same borrow or drop. The reports are in the order of their places.
pub(super) fn tell_once(reports: Vec<Report>) -> Vec<Report> {
    let mut told: Vec<Report> = Vec::with_capacity(reports.len());
    for report in reports {
        let here = told.iter_mut().rev().take_while(|known| known.place == report.place);
        match here.into_iter().find(|known| are_one(known, &report)) {
            Some(known) => join(known, report),
            None => told.push(report),
        }
    }
    told
}

/// Whether two reports of one place are about one borrow, or one drop. What is certain is told each for itself.
fn are_one(a: &Report, b: &Report) -> bool {
    let is_certain = a.severity == Severity::Error && b.severity == Severity::Error;
    let same = |a: Option<Place>, b: Option<Place>| a.is_some() && a == b;
    !is_certain && (same(first_step(a), first_step(b)) || same(named(a), named(b)))
}

/// Where the way to the fault begins.
fn first_step(report: &Report) -> Option<Place> {
    report.related.first().map(|related| related.place)
}

/// The borrow or the drop that the message names.
fn named(report: &Report) -> Option<Place> {
    report.message.0.iter().find_map(|part| if let Part::Line(place) = part { Some(*place) } else { None })
}

/// The one that is certain stays, or else the first.
fn join(known: &mut Report, mut other: Report) {
    if other.severity > known.severity {
        std::mem::swap(known, &mut other);
    }
    for code in other.codes() {
        if !known.codes().any(|of| of == code) {
            known.also.push(code);
        }
    }
    for related in other.related {
        if related.place != known.place && known.related.iter().all(|of| of.place != related.place) {
            known.related.push(related);
        }
    }
}
