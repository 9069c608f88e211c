//! Objects, references, borrow states, collection and snapshots: the memory of one CRUSH VM.
