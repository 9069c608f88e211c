//! What is to be printed, with the places where a line may break: the document of Wadler's "prettier printer", flat.
//!
//! Groups are marked by where they open and close rather than nested, so that a document is built by appending to one list,
//! and printed in one pass over it.

/// A piece of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Element {
    /// A piece of the source that stands on one line, so many characters wide.
    Source { start: u32, end: u32, width: u32 },
    /// A piece of the source that runs over several lines, and keeps them.
    Lines { start: u32, end: u32 },
    /// Whole lines of the source with their indentation.
    Raw { start: u32, end: u32 },
    /// A comment that ends its line. It may stand out over the edge.
    LineComment { start: u32, end: u32 },
    /// A word of ours.
    Word(&'static str),
    /// Nothing, or a line break where the group is broken.
    SoftLine,
    /// A space, or a line break where the group is broken.
    Line,
    /// A space, or a line break where what follows does not fit any more.
    Fill,
    /// A line break.
    HardLine,
    /// A line break, and an empty line.
    BlankLine,
    /// A word of ours that only a broken group has.
    IfBroken(&'static str),
    /// A word of ours that only a group on one line has.
    IfFlat(&'static str),
    /// From here to the [`Self::Close`] that belongs to it, either all lines break or none.
    Open(Group),
    /// The end of a group.
    Close,
    /// In a group that hugs its last item: here that begins.
    LastItem,
    /// Lines from here on are indented by one more step.
    Indent,
    /// And no more.
    Dedent,
}

/// How a group may break.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    /// It cannot stand on one line.
    pub(crate) has_lines: bool,
    /// It must break.
    pub(crate) must_break: bool,
    /// It may stay unbroken around a last item that breaks: `f(a, |x| {` … `})`.
    pub(crate) hugs: bool,
}

/// A document under construction.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// What is there so far.
    pub(crate) elements: Vec<Element>,
    open: Vec<OpenGroup>,
}

#[derive(Debug)]
struct OpenGroup {
    at: usize,
    in_last_item: bool,
}

impl Document {
    /// Appends an element; a line break breaks the groups around it.
    pub(crate) fn push(&mut self, element: Element) {
        self.elements.push(element);
        if matches!(element, Element::HardLine | Element::BlankLine | Element::Raw { .. }) {
            self.break_groups();
        }
    }

    fn break_groups(&mut self) {
        for open in self.open.iter().rev() {
            if let Element::Open(group) = &mut self.elements[open.at] {
                let known = group.has_lines && (group.must_break || open.in_last_item);
                group.has_lines = true;
                group.must_break |= !open.in_last_item;
                if known {
                    // Then those around it know, too.
                    break;
                }
            }
        }
    }

    /// Opens a group.
    pub(crate) fn open(&mut self, hugs: bool) {
        self.open.push(OpenGroup { at: self.elements.len(), in_last_item: false });
        self.elements.push(Element::Open(Group { has_lines: false, must_break: false, hugs }));
    }

    /// Says that the innermost group must break.
    pub(crate) fn must_break(&mut self) {
        self.break_groups();
    }

    /// Closes the innermost group.
    pub(crate) fn close(&mut self) {
        self.open.pop();
        self.elements.push(Element::Close);
    }

    /// Begins the last item of the innermost group, which hugs it.
    pub(crate) fn begin_last_item(&mut self) {
        self.elements.push(Element::LastItem);
        if let Some(open) = self.open.last_mut() {
            open.in_last_item = true;
        }
    }

    /// Ends the last item of the innermost group.
    pub(crate) fn end_last_item(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.in_last_item = false;
        }
    }
}
