//! Where a class has its fields and methods, found by two numbers instead of a name.

use rustc_hash::FxHashMap;

use crate::operand::{ClassId, FuncId, NameId};
use crate::program::Program;

/// No such member.
const NONE: u16 = u16::MAX;
/// Entries of a table, two bytes each. Beyond that, fields are looked for by name and methods in a map.
const MOST: usize = 1 << 20;

/// Two tables with a row for each class and a column for each name.
#[derive(Debug)]
pub(crate) struct Members {
    names: usize,
    fields: Vec<u16>,
    methods: Vec<u16>,
    /// The methods that the table has no room for.
    other_methods: FxHashMap<(ClassId, NameId), FuncId>,
}

impl Members {
    pub(crate) fn new(program: &Program) -> Self {
        Self::with_room_for(program, MOST)
    }

    fn with_room_for(program: &Program, most: usize) -> Self {
        let names = program.names.len();
        let entries = names * program.classes.len();
        let entries = if entries <= most { entries } else { 0 };
        let mut members = Self {
            names,
            fields: vec![NONE; entries],
            methods: vec![NONE; entries],
            other_methods: FxHashMap::default(),
        };
        let numbers: FxHashMap<&str, NameId> =
            program.names.iter().zip(0..).map(|(name, number)| (&**name, NameId(number))).collect();
        for (class, number) in program.classes.iter().zip(0..) {
            let class_id = ClassId(number);
            // A name that no instruction has is not asked for. Of fields with one name the first is meant.
            for (field, place) in class.fields.iter().zip(0..NONE).rev() {
                if let Some(&name) = numbers.get(&**field)
                    && let Some(entry) = members.fields.get_mut(class_id.index() * names + name.index())
                {
                    *entry = place;
                }
            }
            for (method, function) in &class.methods {
                let Some(&name) = numbers.get(&**method) else { continue };
                match members.methods.get_mut(class_id.index() * names + name.index()) {
                    Some(entry) if function.0 != NONE => *entry = function.0,
                    _ => {
                        members.other_methods.insert((class_id, name), *function);
                    }
                }
            }
        }
        members
    }

    /// Where instances of the class have the field. `None` also where there is no table.
    #[inline(always)]
    pub(crate) fn field(&self, class: ClassId, name: NameId) -> Option<usize> {
        self.fields.get(class.index() * self.names + name.index()).copied().filter(|&at| at != NONE).map(usize::from)
    }

    /// The method of the class.
    #[inline(always)]
    pub(crate) fn method(&self, class: ClassId, name: NameId) -> Option<FuncId> {
        match self.methods.get(class.index() * self.names + name.index()) {
            Some(&function) if function != NONE => Some(FuncId(function)),
            _ if self.other_methods.is_empty() => None,
            _ => self.other_methods.get(&(class, name)).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Class;

    fn program() -> Program {
        let class = |name: &str, fields: &[&str], methods: &[(&str, u16)]| Class {
            name: name.into(),
            fields: fields.iter().map(|&field| field.into()).collect(),
            methods: methods.iter().map(|&(method, function)| (method.into(), FuncId(function))).collect(),
            identity: false,
            copied: false,
            bound: Vec::new(),
        };
        let classes =
            vec![class("A", &["x", "unnamed"], &[("m", 7)]), class("B", &["y", "x"], &[("m", 8), ("x", NONE)])];
        Program { names: ["x", "y", "m"].map(Into::into).to_vec(), classes, ..Program::default() }
    }

    #[test]
    fn members_are_found_by_class_and_name() {
        let members = Members::new(&program());
        let field = |class, name| members.field(ClassId(class), NameId(name));
        assert_eq!([field(0, 0), field(0, 1), field(1, 0), field(1, 1)], [Some(0), None, Some(1), Some(0)]);
        let method = |class, name| members.method(ClassId(class), NameId(name));
        assert_eq!([method(0, 2), method(1, 2), method(0, 0)], [Some(FuncId(7)), Some(FuncId(8)), None]);
        assert_eq!(method(1, 0), Some(FuncId(NONE)), "the last function of all is one too");
    }

    #[test]
    fn without_room_for_a_table_methods_are_still_found() {
        let members = Members::with_room_for(&program(), 5);
        assert_eq!(members.field(ClassId(0), NameId(0)), None);
        assert_eq!(members.method(ClassId(1), NameId(2)), Some(FuncId(8)));
        assert_eq!(members.method(ClassId(1), NameId(1)), None);
    }
}
