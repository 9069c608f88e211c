//! Editor sessions against the real `crush-analyzer lsp`, one test a promise.

mod actions;
mod arena;
mod cancelling;
mod completion;
mod configuration;
mod debugger;
mod drawing;
mod evaluation;
mod every_request;
mod faded;
mod features;
mod formatting;
mod grants;
mod lifecycle;
mod modules;
mod navigation;
mod nvim_dap;
mod ordering;
mod positions;
mod programs;
mod pull;
mod reports;
mod robustness;
mod time;
mod uris;
mod workspaces;
