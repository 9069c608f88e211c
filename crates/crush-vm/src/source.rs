//! Where something stands in the source. The VM carries byte offsets through; lines and columns are the printer's business.

/// A source file, by the number that the embedding program gave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A half-open range of byte offsets in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceRange {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl SourceRange {
    /// The range from `start` to `end` in `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// Whether there is no text in it.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A half-open range of byte offsets in the file of the function it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The same range, with its file.
    pub fn in_file(self, file: FileId) -> SourceRange {
        SourceRange { file, start: self.start, end: self.end }
    }
}
