//! Editor features for CRUSH: plain data in, plain data out.
