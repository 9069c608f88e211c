//! The CRUSH virtual machine: CASM instructions, assembler, interpreter, host adapter, quotas.
