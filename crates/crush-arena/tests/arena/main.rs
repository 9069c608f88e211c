//! The tests of the arena. Each is named for the rule of the memory model it holds the arena to.

mod borrows;
mod collection;
mod common;
mod copies;
mod deep;
mod inspection;
mod model;
mod objects;
mod parcels;
mod quotas;
mod steps;
