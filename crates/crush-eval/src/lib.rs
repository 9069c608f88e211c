//! Runs CRUSH programs in the background and remembers what every line held.
