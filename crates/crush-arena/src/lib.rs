//! Objects, references, borrow states, collection and snapshots: the memory of one CRUSH VM.
//!
//! One [`Arena`] belongs to one VM instance (A1). Everything that is not immediate lives in a slot of it and
//! is reached through a [`Ref`], validated at every access (A4), or through a borrow handle, a
//! [`BorrowRef`] (B3). The arena holds the borrow state of every object and refuses what the borrow rules
//! forbid; it knows nothing of the VM: sites and owners are opaque ids that the VM maps to source ranges and
//! names.
//!
//! How it is laid out and why is told in `docs/arena.md`.

mod access;
mod arena;
mod bits;
mod blame;
mod borrowing;
mod buffer;
mod checkpoint;
mod collect;
mod copy;
mod edges;
mod equal;
mod events;
mod fault;
mod guard;
mod inspect;
mod instance;
mod join;
mod large;
mod loans;
mod map;
mod mark;
mod meter;
mod object;
mod pace;
mod page;
mod parcel;
mod ring;
mod slot;
mod string;
mod sweep;
mod table;
mod text;
mod value;
mod view;
mod walk;
mod work;

pub use arena::Arena;
pub use collect::Collected;
pub use edges::{Edge, EdgeLabel};
pub use events::{Action, Event, FreeCause};
pub use fault::{
    Access, BorrowError, Conflict, DropRecord, Fault, ObjectInfo, QuotaError, Resource, TypeError, UseAfterFree,
};
pub use guard::{ArrayMut, InstanceMut, MapMut, ObjectMut};
pub use inspect::{Page, SlotView, Snapshot, Stats};
pub use instance::{Instance, Shape};
pub use join::Piece;
pub use large::{Bulk, Contents, give_back, pieces};
pub use loans::{BorrowInfo, BorrowKind, BorrowState};
pub use map::Map;
pub use mark::Marker;
pub use meter::Limits;
pub use object::{Closure, Kind, Object, Tagged};
pub use page::Held;
pub use parcel::Parcel;
pub use string::Text;
pub use text::{BUFFER, BYTES, FunctionNames, HANDLE, TextLimit};
pub use value::{BorrowRef, FunctionId, OwnerId, Ref, RuntimeValue, SiteId};
pub use view::{View, ViewLimits};
pub use walk::{Step, Walk};
