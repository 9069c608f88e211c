//! From ranges in a body to ranges in its file.
//!
//! A function is one segment of its file. The top level is several: its statements, with the function definitions between
//! them left out. Offsets in a body count only the text of its segments, one after the other, so an edit outside a body
//! changes this map and nothing else.

/// A half-open range of byte offsets in a body's own text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BodyRange {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl BodyRange {
    /// The range from `start` to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        debug_assert!(start <= end);
        Self { start, end }
    }

    /// The smallest range that holds both.
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `offset` lies in the range or at its end.
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }
}

/// One piece of a body's text: where it starts in the body, and where in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Offset of the segment's first byte in the body.
    pub body_start: u32,
    /// Offset of the same byte in the file.
    pub file_start: u32,
    /// Length in bytes.
    pub len: u32,
}

/// Where the segments of a body stand in its file, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyMap {
    segments: Vec<Segment>,
}

impl BodyMap {
    /// A body that is one piece of its file, starting at `file_start`.
    pub fn contiguous(file_start: u32, len: u32) -> Self {
        Self { segments: vec![Segment { body_start: 0, file_start, len }] }
    }

    /// Appends the piece of the file that starts at `file_start`.
    pub fn push(&mut self, file_start: u32, len: u32) {
        let body_start = self.segments.last().map_or(0, |last| last.body_start + last.len);
        self.segments.push(Segment { body_start, file_start, len });
    }

    /// The pieces, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The offset in the file of `offset` in the body.
    pub fn to_file(&self, offset: u32) -> u32 {
        let index = self.segments.partition_point(|segment| segment.body_start <= offset);
        match self.segments.get(index.wrapping_sub(1)) {
            Some(segment) => segment.file_start + (offset - segment.body_start),
            None => offset,
        }
    }

    /// The range in the file of `range` in the body, as (start, end).
    ///
    /// The end belongs to the segment of the last byte, so that a range never reaches into the next segment.
    pub fn range_to_file(&self, range: BodyRange) -> (u32, u32) {
        let start = self.to_file(range.start);
        if range.end == range.start {
            return (start, start);
        }
        (start, self.to_file(range.end - 1) + 1)
    }

    /// The offset in the body of `offset` in the file, when it lies in one of the segments (or at the end of one).
    pub fn from_file(&self, offset: u32) -> Option<u32> {
        let index = self.segments.partition_point(|segment| segment.file_start <= offset);
        let segment = self.segments.get(index.wrapping_sub(1))?;
        (offset - segment.file_start <= segment.len).then(|| segment.body_start + (offset - segment.file_start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_go_through_the_segment_they_lie_in() {
        let mut map = BodyMap::default();
        map.push(10, 5);
        map.push(100, 5);
        assert_eq!(map.to_file(0), 10);
        assert_eq!(map.to_file(7), 102);
        assert_eq!(map.range_to_file(BodyRange::new(2, 5)), (12, 15));
        assert_eq!(map.from_file(103), Some(8));
        assert_eq!(map.from_file(50), None);
    }
}
