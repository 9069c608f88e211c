//! Names, scopes, bodies, places and control-flow graphs of CRUSH programs.
