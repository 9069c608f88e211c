//! The static borrow analysis of CRUSH.
