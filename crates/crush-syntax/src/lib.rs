//! Text, positions, incremental parsing and the syntax tree of CRUSH.
