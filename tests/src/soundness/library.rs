//! Values that the library makes of others, which it holds or copies.

use super::scope::{Generator, Kind};

impl Generator {
    /// A list of numbers that the library gives of a list of lists.
    pub(super) fn library_list(&mut self, nested: &str, depth: usize) -> String {
        match self.random.u32(0..14) {
            0 => format!("collections.reverse({nested})[0]"),
            1 => format!("collections.flatten({nested})"),
            2 => format!("collections.unique({nested})[0]"),
            3 => format!("array.map({nested}, {})", self.function_value(depth)),
            4 => format!("array.map({nested}, |v| v)[0]"),
            5 => format!("array.filter({nested}, |v| {{ {}; return true }})[0]", self.simple(0)),
            6 => format!("array.reduce({nested}, |v, w| w, [3])"),
            7 => format!("array.sort_by({nested}, |v| {{ {}; return 1 }})[0]", self.simple(0)),
            8 => format!("collections.chunk({nested}, 1)[0][0]"),
            9 => format!("collections.zip({nested}, [{}])[0][1]", self.argument(Kind::Flat, 0)),
            10 => {
                format!("collections.zip([{}], {nested})[0][{}]", self.argument(Kind::Flat, 0), self.random.u32(0..2))
            }
            11 => format!("arr_get({nested}, 0)"),
            12 => format!("result.unwrap(result.ok({nested}))[0]"),
            _ => format!("parallel_map({nested}, |v| {{ v.push(9); return v }})[0]"),
        }
    }

    /// A list of numbers that the library gives of a map of two.
    pub(super) fn library_value(&mut self, table: &str, depth: usize) -> String {
        match self.random.u32(0..8) {
            0 => format!("{table}[\"q\"]"),
            1 => format!("{table}[{table}.keys()[0]]"),
            2 => format!("collections.values({table})[0]"),
            3 | 4 => format!("collections.entries({table})[0][1]"),
            5 => format!("collections.merge({table}, {{p: {}}})[\"p\"]", self.argument(Kind::Flat, depth.min(1))),
            6 => format!("collections.find([{table}], \"p\", {table}.p).q"),
            _ => format!("collections.pluck([{table}], \"q\")[0]"),
        }
    }

    /// A list of lists that the library gives.
    pub(super) fn library_nested(&mut self) -> Option<String> {
        Some(match self.random.u32(0..6) {
            0 => format!("{}[0]", self.groups()?),
            1 => format!("collections.chunk({}, 1)", self.argument(Kind::Nested, 0)),
            2 => format!("collections.values({})", self.variable(Kind::Table)?),
            3 => format!("collections.pluck([{}], \"p\")", self.variable(Kind::Table)?),
            4 => format!("{}.whole()", self.variable(Kind::Record)?),
            _ => format!("collections.reverse({})", self.argument(Kind::Nested, 0)),
        })
    }

    /// Lists of lists in a list.
    pub(super) fn groups(&mut self) -> Option<String> {
        let nested = self.variable(Kind::Nested)?;
        Some(match self.random.u32(0..3) {
            0 => format!("collections.chunk({nested}, 1)"),
            1 => format!("collections.zip({nested}, {nested})"),
            _ => format!("collections.zip({nested}, {})", self.value(Kind::Nested, 1)),
        })
    }

    /// The entries of a map: lists of a key and a list.
    pub(super) fn entries(&mut self) -> Option<String> {
        Some(format!("collections.entries({})", self.variable(Kind::Table)?))
    }
}
