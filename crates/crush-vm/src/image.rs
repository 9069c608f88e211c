//! A program made ready to run: numbers that the arena carries through, and what the host answered for each capability.

use std::sync::Arc;

use crush_arena::{OwnerId, Shape, SiteId};
use rustc_hash::FxHashMap;

use crate::fault::HolderName;
use crate::host::{HostAdapter, Resolution};
use crate::operand::{CapId, ClassId, FuncId, NameId, Reg};
use crate::program::{OwnerRole, Program};
use crate::source::SourceRange;
use crate::verify::VerifiedProgram;

/// A statement begins at the instruction.
pub(crate) const STATEMENT: u8 = 1;
/// A variable was bound before the instruction.
pub(crate) const BINDING: u8 = 2;

/// A program made ready to run with one host.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) program: VerifiedProgram,
    functions: Vec<FunctionNumbers>,
    /// How many owners the functions have; the capabilities are owners after them (H3).
    owner_count: u32,
    /// What the recorder wants to know of each instruction, by site.
    pub(crate) marks: Vec<u8>,
    /// The shapes of the classes, and the way back, by address: `shapes` keeps them alive.
    pub(crate) shapes: Vec<Arc<Shape>>,
    classes: FxHashMap<usize, ClassId>,
    methods: FxHashMap<(ClassId, NameId), FuncId>,
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
        let mut marks = Vec::new();
        for function in &program.functions {
            let owners = function.owners.len() + function.owner_cells.len();
            let mut owner_of = vec![0; if owners == 0 { 0 } else { function.registers.into() }];
            for (index, owner) in function.owners.iter().enumerate() {
                owner_of[owner.reg.index()] = index as u16;
            }
            functions.push(FunctionNumbers { first_site: site, first_owner: owner, owner_of });
            marks.resize(site as usize + function.code.len(), 0);
            for statement in &function.debug.statements {
                marks[(site + statement.pc) as usize] |= STATEMENT;
            }
            for binding in &function.debug.bindings {
                marks[(site + binding.pc) as usize] |= BINDING;
            }
            site += function.code.len() as u32;
            owner += owners as u32;
        }
        let shapes: Vec<_> = program
            .classes
            .iter()
            .map(|class| Shape::crush(class.name.clone(), class.fields.iter().cloned()))
            .collect();
        let classes = shapes.iter().enumerate().map(|(id, shape)| (address(shape), ClassId(id as u16))).collect();
        let methods = method_table(&program);
        let capabilities = program.capabilities.iter().map(|name| host.resolve(name)).collect();
        Self { functions, owner_count: owner, marks, shapes, classes, methods, capabilities, program }
    }

    /// The instruction as the arena names it.
    #[inline(always)]
    pub(crate) fn site(&self, function: FuncId, pc: usize) -> SiteId {
        SiteId(self.functions[function.index()].first_site + pc as u32)
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
    pub(crate) fn class_of(&self, shape: &Arc<Shape>) -> Option<ClassId> {
        self.classes.get(&address(shape)).copied()
    }

    /// A method of a class.
    pub(crate) fn method(&self, class: ClassId, name: NameId) -> Option<FuncId> {
        self.methods.get(&(class, name)).copied()
    }
}

/// Methods by the numbers of class and name; a method whose name no instruction calls is not in it.
fn method_table(program: &Program) -> FxHashMap<(ClassId, NameId), FuncId> {
    let names: FxHashMap<&str, NameId> =
        program.names.iter().enumerate().map(|(id, name)| (&**name, NameId(id as u16))).collect();
    let mut methods = FxHashMap::default();
    for (id, class) in program.classes.iter().enumerate() {
        for (name, function) in &class.methods {
            if let Some(&name) = names.get(&**name) {
                methods.insert((ClassId(id as u16), name), *function);
            }
        }
    }
    methods
}

fn address(shape: &Arc<Shape>) -> usize {
    Arc::as_ptr(shape).addr()
}
