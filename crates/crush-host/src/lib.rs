//! The capabilities a CRUSH program may be granted: printing, files.
