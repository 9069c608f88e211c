//! The language server protocol in front of crush-ide.
