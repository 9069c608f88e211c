//! The messages of drawing: `crush/borrows` and `crush/heap`. `docs/drawing.md` describes each; a test holds the page to
//! these types.

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{Position, Range, TextDocumentIdentifier, Uri};

use crate::protocol::{ArenaStats, Moment, SlotBorrow};

/// Parameters of `crush/borrows`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BorrowsParams {
    /// The document.
    pub text_document: TextDocumentIdentifier,
    /// Where the cursor is; without it all borrows of the document are drawn.
    pub position: Option<Position>,
}

/// Result of `crush/borrows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BorrowsView {
    /// The variable under the cursor.
    pub variable: Option<String>,
    /// Its borrows, and those that are in the way in a conflict, in the order of the text.
    pub borrows: Vec<DrawnBorrow>,
    /// All conflicts of the document.
    pub conflicts: Vec<DrawnConflict>,
}

/// A borrow that lives longer than its statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DrawnBorrow {
    /// `shared` or `exclusive`.
    pub kind: String,
    /// The text that takes it.
    pub taken: Range,
    /// The lines on which it lives, first and last of each stretch, from 0.
    pub lines: Vec<(u32, u32)>,
    /// Whether it is about the variable under the cursor.
    pub asked: bool,
    /// The conflict in which it is in the way, by its position in `conflicts`.
    pub conflict: Option<usize>,
    /// What it is, in a few words.
    pub label: String,
    /// The same at length, as Markdown.
    pub hover: String,
}

/// A place at which borrows are in conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DrawnConflict {
    /// The place.
    pub range: Range,
    /// Whether every run that comes here faults.
    pub certain: bool,
    /// The report.
    pub message: String,
    /// Where the borrows in the way were taken.
    pub with: Vec<Range>,
}

/// Parameters of `crush/heap`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeapParams {
    /// The document whose last run is asked about.
    pub text_document: TextDocumentIdentifier,
    /// The heap as it was when this line last ran; the end or the fault when absent.
    pub line: Option<u32>,
    /// The object in the middle; the variables when absent.
    pub slot: Option<u32>,
    /// How many steps to go from there.
    #[serde(default = "default_depth")]
    pub depth: usize,
    /// How many boxes to draw at most.
    #[serde(default = "default_limit")]
    pub limit: usize,
}

fn default_depth() -> usize {
    3
}

fn default_limit() -> usize {
    60
}

/// Result of `crush/heap`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeapView {
    /// The document.
    pub uri: Uri,
    /// The version that ran.
    pub version: i32,
    /// The moment shown.
    pub moment: Moment,
    /// Figures of the whole arena.
    pub stats: ArenaStats,
    /// The object in the middle, if one is.
    pub slot: Option<u32>,
    /// Variables, and whoever else holds a borrow.
    pub holders: Vec<HeapHolder>,
    /// The objects, nearest first.
    pub boxes: Vec<HeapBox>,
    /// How many objects are not drawn.
    pub left_out: usize,
}

/// A variable, or a loop that holds a borrow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeapHolder {
    /// Its name.
    pub name: String,
    /// The object it refers to.
    pub slot: u32,
    /// `shared` or `exclusive` when it holds a borrow of it.
    pub borrow: Option<String>,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeapBox {
    /// Its slot.
    pub slot: u32,
    /// How often that was reused.
    pub generation: u32,
    /// Its kind.
    pub kind: String,
    /// The object in two words: its class, or `array of 3`.
    pub title: String,
    /// How many steps it is away from the middle.
    pub distance: usize,
    /// Its contents, shortened.
    pub preview: String,
    /// Its live borrows.
    pub borrows: Vec<SlotBorrow>,
    /// Where it was allocated.
    pub allocated: Option<Range>,
    /// What it holds, the first of it.
    pub parts: Vec<HeapPart>,
    /// How much more it holds.
    pub more: usize,
}

/// What an object holds at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeapPart {
    /// The field or key; the index of an element.
    pub name: String,
    /// The value, shortened.
    pub text: String,
    /// The object it refers to, drawn or not.
    pub target: Option<u32>,
    /// Whether it refers to it as a borrow.
    pub borrow: bool,
}
