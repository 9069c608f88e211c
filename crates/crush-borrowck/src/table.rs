//! The abstract objects, slots, functions and loans of one analysed lambda, each under a small number.
//!
//! Objects are named by where they come from. An allocation site has two: the object it made last, which is one object,
//! and all it made before ("recency"); so strong updates and certain reports are possible inside loops. What a lambda
//! did not make itself is named by the path that led to it at entry (`p`, `p.items`, `p.items[*]`): a *symbolic* object.
//! Two symbolic objects may be the same one; only a caller can tell.

use crush_hir::body::{ExprId, LambdaId, LocalId, Name};
use rustc_hash::FxHashMap;
use std::sync::Arc;

use crate::report::{FunctionId, Step};
use crate::summary::Maker;
use crate::value::{Target, Value};

/// How long a path from a parameter is told apart; what lies deeper is one object.
///
/// Loss: two different objects four fields deep in a parameter count as possibly the same. Longer paths would make
/// summaries of recursive structures large, for programs that are rarely written.
const PATH_LIMIT: u8 = 3;

/// The same in a function that calls itself, by whatever way: each turn would make the paths of the one before longer, and
/// all fields that one of the turns uses would follow each other in every order.
///
/// Loss: two objects two fields deep count as possibly the same there.
const RECURSIVE_PATH_LIMIT: u8 = 1;

/// Where an abstract object comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// What an expression allocates; `part` tells apart what one call returns. `old`: all but the last.
    Site { expr: ExprId, part: u32, old: bool },
    /// The cell of a captured variable of this lambda. `old`: of all but the last declaration.
    Cell { local: LocalId, old: bool },
    /// What a parameter held at entry.
    Parameter(u32),
    /// The cell of a captured variable of an enclosing lambda.
    Captured(LocalId),
    /// What a function nobody knows gave back.
    Result(ExprId),
    /// What functions nobody knows may have put anywhere.
    Havoc,
    /// What a capability made: a tree of new objects.
    Fresh(ExprId),
    /// What a symbolic object held in a field at entry.
    Path { base: u32, field: u32 },
    /// Everything that lies deeper below a symbolic object.
    Deep { base: u32 },
    /// What a clone shares with a symbolic object: the functions, tasks and handles in it, or it `itself`.
    Kept { base: u32, itself: bool },
}

/// What is known of an object's kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    Unknown,
    Array,
    Map,
    Struct(Name),
    Closure(FunctionId, LambdaId),
    Cell,
    /// The handle of a task; its element is the result.
    Task,
}

#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) origin: Origin,
    pub(crate) shape: Shape,
    /// At any time it stands for one object of the run.
    pub(crate) single: bool,
    pub(crate) symbolic: bool,
    /// Of a tree of new objects: several paths may lead to one of them.
    pub(crate) shares: bool,
    /// For a symbolic object, where its path starts.
    pub(crate) root: u32,
    depth: u8,
    /// Its slots so far.
    pub(crate) slots: Vec<u32>,
}

/// A part of an object that holds a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Field {
    /// A field or a key that the program names.
    Named(Name),
    /// An element of an array, by a number that the program writes: below [`INDEXES`].
    Index(u32),
    /// Any element, or a value under any key.
    Element,
    /// What was appended to an array, or put in between: under no key of a map, and in no field of a struct.
    Appended,
    /// Elements of an array that may have come to another place.
    Moved,
    /// The cell that a closure has captured, or what is in it.
    Variable(LocalId),
}

/// How many elements of an array are told apart, where the program names them by numbers.
pub(crate) const INDEXES: usize = 8;

impl Field {
    /// The element that a literal names, or that a literal makes.
    pub(crate) fn index(position: usize) -> Self {
        if position < INDEXES { Self::Index(position as u32) } else { Self::Element }
    }

    /// Whether it is a field, or a value under one key.
    pub(crate) fn is_one_name(&self) -> bool {
        matches!(self, Self::Named(_))
    }

    /// Whether it stands for more than one place.
    pub(crate) fn is_many(&self) -> bool {
        matches!(self, Self::Element | Self::Appended | Self::Moved)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) object: u32,
    pub(crate) field: u32,
    /// For a symbolic object: what it held at entry.
    pub(crate) entry: Option<u32>,
    /// The slots that may be this one, as nobody here can tell their objects apart: those of the same family and field,
    /// and of objects that a function nobody knows has seen, those of all others.
    pub(crate) shared: (u32, u32),
}

/// A loan, as the analysed lambda sees it.
#[derive(Clone, Debug)]
pub(crate) struct LoanInfo {
    pub(crate) exclusive: bool,
    pub(crate) owner: Owner,
    /// What is borrowed, in the program's words.
    pub(crate) name: Option<String>,
    pub(crate) place: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Local(LocalId),
    Temporary,
    Loop,
    /// A capability, while it runs (H3).
    Argument,
    /// A variable of a function that is not this one.
    Elsewhere,
}

/// Objects of which some may be the same: a tree of new objects, by its root, or all others.
pub(crate) type Family = Option<u32>;

/// Whether two abstract objects are the same object of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Alias {
    No,
    /// Only a caller can tell.
    Unknown,
    May,
    Must,
}

pub(crate) struct Table {
    /// How long paths may be.
    path_limit: u8,
    /// What captured variables are, as far as that is known.
    shapes: Arc<FxHashMap<LocalId, Shape>>,
    pub(crate) objects: Vec<Object>,
    by_origin: FxHashMap<Origin, u32>,
    pub(crate) slots: Vec<Slot>,
    by_slot: FxHashMap<(u32, u32), u32>,
    pub(crate) fields: Vec<Field>,
    by_field: FxHashMap<Field, u32>,
    /// Slots that may be one: of which family of objects, and which field.
    pub(crate) shared: Vec<(Family, u32)>,
    by_shared: FxHashMap<(Family, u32), u32>,
    pub(crate) functions: Vec<FunctionId>,
    pub(crate) loans: Vec<LoanInfo>,
    /// What each expression made last, part by part.
    made_at: FxHashMap<ExprId, Vec<u32>>,
    /// The makers of what calls gave back; `part` of a site is a position here.
    pub(crate) makers: Vec<Maker>,
    /// Objects made here that a function nobody knows has seen: it may keep them.
    pub(crate) exposed: Vec<bool>,
    /// An object has been found to be something else than it seemed.
    pub(crate) reshaped: bool,
}

impl Table {
    /// Nothing yet; for a lambda of a function that calls itself or not, in which captured variables are what `shapes` says.
    pub(crate) fn new(recursive: bool, shapes: Arc<FxHashMap<LocalId, Shape>>) -> Self {
        Self {
            path_limit: if recursive { RECURSIVE_PATH_LIMIT } else { PATH_LIMIT },
            shapes,
            objects: Vec::new(),
            by_origin: FxHashMap::default(),
            slots: Vec::new(),
            by_slot: FxHashMap::default(),
            fields: Vec::new(),
            by_field: FxHashMap::default(),
            shared: Vec::new(),
            by_shared: FxHashMap::default(),
            functions: Vec::new(),
            loans: Vec::new(),
            made_at: FxHashMap::default(),
            makers: Vec::new(),
            exposed: Vec::new(),
            reshaped: false,
        }
    }

    pub(crate) fn object(&mut self, origin: Origin, shape: Shape) -> u32 {
        if let Some(found) = self.by_origin.get(&origin) {
            let found = *found;
            let known = &mut self.objects[found as usize].shape;
            if *known != shape && *known != Shape::Unknown {
                *known = Shape::Unknown;
                self.reshaped = true;
            }
            return found;
        }
        let id = self.objects.len() as u32;
        let (single, symbolic, root, depth) = match &origin {
            Origin::Site { old, .. } => (!old, false, id, 0),
            Origin::Cell { old, .. } => (!old, false, id, 0),
            Origin::Parameter(_) | Origin::Captured(_) => (true, true, id, 0),
            // Loss: what lies below the result of a callback is one object. It is anything at all, and as many as there
            // are, each with paths of its own, would be in every value.
            Origin::Result(_) => (false, true, id, PATH_LIMIT),
            Origin::Fresh(_) => (false, true, id, 0),
            Origin::Path { base, field } => {
                let base_id = *base;
                let base = &self.objects[base_id as usize];
                let single = base.single && !self.fields[*field as usize].is_many();
                // A captured variable right at the start is no step of a path that the reader sees.
                let is_variable = matches!(self.fields[*field as usize], Field::Variable(_));
                let step = u8::from(!(is_variable && base.root == base_id));
                (single, true, base.root, base.depth + step)
            }
            Origin::Havoc => (false, true, id, u8::MAX),
            Origin::Kept { base, .. } => (false, true, self.objects[*base as usize].root, PATH_LIMIT),
            Origin::Deep { base } => (false, true, self.objects[*base as usize].root, u8::MAX),
        };
        self.objects.push(Object {
            origin: origin.clone(),
            shape,
            single,
            symbolic,
            shares: false,
            root,
            depth,
            slots: Vec::new(),
        });
        self.exposed.push(false);
        if let Origin::Site { expr, old: false, .. } = origin {
            self.made_at.entry(expr).or_default().push(id);
        }
        self.by_origin.insert(origin, id);
        id
    }

    /// What stands for the last objects that an expression has made.
    pub(crate) fn made_at(&self, expr: ExprId) -> &[u32] {
        self.made_at.get(&expr).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn find(&self, origin: &Origin) -> Option<u32> {
        self.by_origin.get(origin).copied()
    }

    pub(crate) fn field(&mut self, field: Field) -> u32 {
        if let Some(found) = self.by_field.get(&field) {
            return *found;
        }
        self.fields.push(field.clone());
        self.by_field.insert(field, self.fields.len() as u32 - 1);
        self.fields.len() as u32 - 1
    }

    /// The part under which what a maker made is known; part 0 is what a site itself makes.
    pub(crate) fn part(&mut self, maker: &Maker) -> u32 {
        if self.makers.is_empty() {
            self.makers.push(Maker::default());
        }
        let found = self.makers.iter().position(|known| known.0 == maker.0);
        found.unwrap_or_else(|| {
            self.makers.push(maker.clone());
            self.makers.len() - 1
        }) as u32
    }

    pub(crate) fn function(&mut self, function: FunctionId) -> Target {
        let found = self.functions.iter().position(|known| *known == function);
        Target::Function(found.unwrap_or_else(|| {
            self.functions.push(function);
            self.functions.len() - 1
        }) as u32)
    }

    pub(crate) fn slot(&mut self, object: u32, field: u32) -> u32 {
        if let Some(found) = self.by_slot.get(&(object, field)) {
            return *found;
        }
        let Object { symbolic, depth, .. } = self.objects[object as usize];
        // What was put there since is all that there is in these.
        let is_since = matches!(self.fields[field as usize], Field::Appended | Field::Moved);
        let entry = (symbolic && !is_since).then(|| match self.objects[object as usize].origin {
            Origin::Deep { .. } | Origin::Havoc => object,
            _ if depth >= self.path_limit => self.object(Origin::Deep { base: object }, Shape::Unknown),
            _ => {
                let shape = self.shape_in(object, field);
                self.object(Origin::Path { base: object, field }, shape)
            }
        });
        let id = self.slots.len() as u32;
        let shared = (self.shared((self.family(object), field)), self.shared((None, field)));
        self.slots.push(Slot { object, field, entry, shared });
        self.by_slot.insert((object, field), id);
        self.objects[object as usize].slots.push(id);
        id
    }

    /// What a captured variable holds at entry.
    fn shape_in(&self, object: u32, field: u32) -> Shape {
        match (&self.objects[object as usize].origin, &self.fields[field as usize]) {
            (Origin::Captured(local), Field::Variable(_)) => self.shapes.get(local).cloned().unwrap_or(Shape::Unknown),
            _ => Shape::Unknown,
        }
    }

    /// The number of the slots of a family under a field.
    pub(crate) fn shared(&mut self, of: (Family, u32)) -> u32 {
        if let Some(found) = self.by_shared.get(&of) {
            return *found;
        }
        self.shared.push(of);
        self.by_shared.insert(of, self.shared.len() as u32 - 1);
        self.shared.len() as u32 - 1
    }

    /// The objects that this one may be among.
    pub(crate) fn family(&self, object: u32) -> Family {
        let root = self.objects[object as usize].root;
        matches!(self.objects[root as usize].origin, Origin::Fresh(_)).then_some(root)
    }

    /// Whether a function that nobody knows has seen it, or the tree that it is part of: then what is no part of that may be
    /// the same object.
    fn is_in_all(&self, object: u32) -> bool {
        let root = self.objects[object as usize].root;
        self.exposed[root as usize]
    }

    /// The families that it is in.
    pub(crate) fn families(&self, object: u32) -> impl Iterator<Item = Family> {
        let own = self.family(object);
        let all = (own.is_some() && self.is_in_all(object)).then_some(None);
        std::iter::once(own).chain(all)
    }

    /// The numbers of what was put in slots that may be this one.
    pub(crate) fn shared_with(&self, slot: u32) -> impl Iterator<Item = u32> {
        let Slot { object, shared: (own, all), .. } = self.slots[slot as usize];
        let all = (own != all && self.is_in_all(object)).then_some(all);
        std::iter::once(own).chain(all)
    }

    /// What a slot holds when nothing has been put there.
    pub(crate) fn entry(&self, slot: u32) -> Value {
        match self.slots[slot as usize].entry {
            Some(object) => Value::of(Target::Object(object)),
            None => Value::default(),
        }
    }

    pub(crate) fn alias(&self, a: u32, b: u32) -> Alias {
        let (x, y) = (&self.objects[a as usize], &self.objects[b as usize]);
        if a == b {
            return if x.single { Alias::Must } else { Alias::May };
        }
        let is_cell = |object: &Object| object.shape == Shape::Cell;
        if is_cell(x) || is_cell(y) {
            return Alias::No;
        }
        match (x.symbolic, y.symbolic) {
            (false, false) => Alias::No,
            (true, true) => self.symbolic_alias(a, b),
            // An object made here is not among those that were there at entry, but what an unknown function gives back
            // may be one that it was given.
            (true, false) => self.given_back(x.root, b),
            (false, true) => self.given_back(y.root, a),
        }
    }

    fn given_back(&self, root: u32, made_here: u32) -> Alias {
        let is_result = matches!(self.objects[root as usize].origin, Origin::Result(_) | Origin::Havoc);
        if is_result && self.exposed[made_here as usize] { Alias::Unknown } else { Alias::No }
    }

    fn symbolic_alias(&self, a: u32, b: u32) -> Alias {
        let (x, y) = (&self.objects[a as usize], &self.objects[b as usize]);
        let fresh = |object: &Object| matches!(self.objects[object.root as usize].origin, Origin::Fresh(_));
        if !fresh(x) && !fresh(y) {
            return Alias::Unknown;
        }
        if x.root != y.root {
            let (tree, other) = if fresh(x) { (x, y) } else { (y, x) };
            return if fresh(other) { Alias::No } else { self.given_back(other.root, tree.root) };
        }
        // In a tree of new objects, two are the same only when the same path leads to them.
        let shares = self.objects[x.root as usize].shares;
        if shares || self.same_path(a, b) { Alias::May } else { Alias::No }
    }

    fn same_path(&self, a: u32, b: u32) -> bool {
        if a == b {
            return true;
        }
        match (&self.objects[a as usize].origin, &self.objects[b as usize].origin) {
            (Origin::Deep { .. }, Origin::Deep { .. }) => true,
            (Origin::Deep { base }, _) => self.is_below(b, *base),
            (_, Origin::Deep { base }) => self.is_below(a, *base),
            (Origin::Path { base: x, field: f }, Origin::Path { base: y, field: g }) => {
                let element = |field: &u32| self.fields[*field as usize].is_many();
                (f == g || element(f) || element(g)) && self.same_path(*x, *y)
            }
            _ => false,
        }
    }

    /// Whether a path to an object leads through `above`.
    fn is_below(&self, object: u32, above: u32) -> bool {
        match self.objects[object as usize].origin {
            Origin::Path { base, .. } | Origin::Deep { base } => {
                self.same_path(base, above) || self.is_below(base, above)
            }
            _ => false,
        }
    }

    /// Whether an object is the cell of that variable of the function that is analysed.
    pub(crate) fn is_cell_of(&self, object: u32, local: LocalId) -> bool {
        match self.objects[object as usize].origin {
            Origin::Cell { local: of, .. } | Origin::Captured(of) => of == local,
            _ => false,
        }
    }

    /// Whether it was there before this lambda, or came from a function that nobody knows.
    pub(crate) fn is_from_outside(&self, object: u32) -> bool {
        let it = &self.objects[object as usize];
        it.symbolic && !matches!(self.objects[it.root as usize].origin, Origin::Fresh(_))
    }

    /// Whether functions nobody knows may change it.
    pub(crate) fn is_known_elsewhere(&self, object: u32) -> bool {
        self.objects[object as usize].symbolic || self.exposed[object as usize]
    }

    /// Whether a caller has to hear of what happens to it.
    pub(crate) fn is_callers_business(&self, object: u32) -> bool {
        // Of a tree of new objects, all of it has been seen.
        self.is_from_outside(object) || self.is_in_all(object)
    }
}
