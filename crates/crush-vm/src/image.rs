//! A program made ready to run: numbers that the arena carries through, and what the host answered for each capability.

use std::sync::{Arc, OnceLock};

use crush_arena::{OwnerId, Shape, SiteId};

use crate::fault::HolderName;
use crate::host::{HostAdapter, Resolution};
use crate::marks::{Marking, Marks};
use crate::members::Members;
use crate::operand::{CapId, ClassId, FuncId, NameId, Reg};
use crate::program::OwnerRole;
use crate::source::SourceRange;
use crate::verify::VerifiedProgram;

/// A program made ready to run with one host.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) program: VerifiedProgram,
    functions: Vec<FunctionNumbers>,
    /// How many owners the functions have; the capabilities are owners after them (H3).
    owner_count: u32,
    /// The code of runs that are recorded, once there is one, by what is marked in it.
    marks: [OnceLock<Marks>; 4],
    /// The shapes of the classes; each knows its number.
    pub(crate) shapes: Vec<Arc<Shape>>,
    members: Members,
    /// How many instructions the longest function has.
    pub(crate) longest: u64,
    /// The number of the name `push`, the method that loops call most.
    pub(crate) push: Option<NameId>,
    pub(crate) capabilities: Vec<Resolution>,
}

#[derive(Debug)]
struct FunctionNumbers {
    first_site: u32,
    first_owner: u32,
    /// For each register its place among the owners of the function; empty when there are none.
    owner_of: Vec<u16>,
}

impl Image {
    pub(crate) fn new(program: VerifiedProgram, host: &dyn HostAdapter) -> Self {
        let (mut site, mut owner) = (0u32, 0u32);
        let mut functions = Vec::with_capacity(program.functions.len());
        for function in &program.functions {
            let owners = function.owners.len() + function.owner_cells.len();
            let mut owner_of = vec![0; if owners == 0 { 0 } else { function.registers.into() }];
            for (index, owner) in function.owners.iter().enumerate() {
                owner_of[owner.reg.index()] = index as u16;
            }
            functions.push(FunctionNumbers { first_site: site, first_owner: owner, owner_of });
            site += function.code.len() as u32;
            owner += owners as u32;
        }
        let shapes: Vec<_> = program
            .classes
            .iter()
            .zip(0..)
            .map(|(class, number)| {
                let shape = Shape::numbered(number, class.name.clone(), class.fields.iter().cloned());
                shape.of_kind(class.identity, class.copied)
            })
            .collect();
        let members = Members::new(&program);
        let longest = program.functions.iter().map(|function| function.code.len() as u64).max().unwrap_or(1).max(1);
        let push = program.names.iter().zip(0..).find(|(name, _)| &***name == "push").map(|(_, number)| NameId(number));
        let capabilities = program.capabilities.iter().map(|name| host.resolve(name)).collect();
        Self {
            functions,
            owner_count: owner,
            marks: Default::default(),
            shapes,
            members,
            longest,
            push,
            capabilities,
            program,
        }
    }

    /// The same with the shapes of another, whose structs are the same: instances that there are know theirs.
    pub(crate) fn with_shapes_of(self, other: &Self) -> Self {
        Self { shapes: other.shapes.clone(), ..self }
    }

    /// The instruction as the arena names it.
    #[inline(always)]
    pub(crate) fn site(&self, function: FuncId, pc: usize) -> SiteId {
        SiteId(self.functions[function.index()].first_site + pc as u32)
    }

    /// The code of a run that is recorded, made when it begins.
    pub(crate) fn marked(&self, marking: Marking) -> &Marks {
        let code = usize::from(marking.bindings) + 2 * usize::from(marking.everything);
        self.marks[code].get_or_init(|| Marks::new(&self.program, marking))
    }

    /// The same, if a run was recorded: the places where statements begin have the same marks in all.
    pub(crate) fn marks(&self) -> Option<&Marks> {
        self.marks.iter().find_map(OnceLock::get)
    }

    /// The instruction that a site names.
    pub(crate) fn place(&self, site: SiteId) -> Option<(FuncId, usize)> {
        let after = self.functions.partition_point(|numbers| numbers.first_site <= site.0);
        let index = after.checked_sub(1)?;
        let pc = (site.0 - self.functions[index].first_site) as usize;
        (pc < self.program.functions[index].code.len()).then_some((FuncId(index as u16), pc))
    }

    /// The text that a site came from.
    pub(crate) fn range(&self, site: SiteId) -> Option<SourceRange> {
        let (function, pc) = self.place(site)?;
        Some(self.program.function(function).range_at(pc))
    }

    /// An owner register as the arena names it.
    pub(crate) fn owner(&self, function: FuncId, reg: Reg) -> OwnerId {
        let numbers = &self.functions[function.index()];
        OwnerId(numbers.first_owner + u32::from(numbers.owner_of.get(reg.index()).copied().unwrap_or(0)))
    }

    /// A running capability as the arena names it (H3).
    pub(crate) fn capability_owner(&self, capability: CapId) -> OwnerId {
        OwnerId(self.owner_count + u32::from(capability.0))
    }

    /// Who an owner is.
    pub(crate) fn holder(&self, owner: OwnerId) -> HolderName {
        if let Some(index) = owner.0.checked_sub(self.owner_count) {
            let name = self.program.capabilities.get(index as usize);
            return name.map_or(HolderName::Temporary, |name| HolderName::Capability(name.clone()));
        }
        let after = self.functions.partition_point(|numbers| numbers.first_owner <= owner.0);
        let index = after.saturating_sub(1);
        let function = &self.program.functions[index];
        let mut owners = function.owners.iter().chain(&function.owner_cells);
        match owners.nth((owner.0 - self.functions[index].first_owner) as usize).map(|owner| &owner.role) {
            Some(OwnerRole::Variable(name)) => HolderName::Variable(name.clone()),
            Some(OwnerRole::Loop) => HolderName::Loop,
            Some(OwnerRole::Temporary) | None => HolderName::Temporary,
        }
    }

    /// The class that a shape belongs to.
    #[inline(always)]
    pub(crate) fn class_of(&self, shape: &Arc<Shape>) -> Option<ClassId> {
        // The shape of another program may have the same number.
        let own = self.shapes.get(shape.number as usize)?;
        Arc::ptr_eq(own, shape).then_some(ClassId(shape.number as u16))
    }

    /// A method of a class.
    #[inline(always)]
    pub(crate) fn method(&self, class: ClassId, name: NameId) -> Option<FuncId> {
        self.members.method(class, name)
    }

    /// Where instances of a shape have a field, as far as there is a table for it.
    #[inline(always)]
    pub(crate) fn field_place(&self, shape: &Arc<Shape>, name: NameId) -> Option<usize> {
        self.members.field(self.class_of(shape)?, name)
    }
}
