//! From CRUSH bodies to CASM.
