//! What a program may be granted (H1).

use std::fmt;

/// What a program may be granted, by the word that grants it: `--allow fs=DIR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grant {
    /// Files in a directory.
    Fs,
    /// Environment variables.
    Env,
    /// The clock, and waiting.
    Time,
    /// Child processes.
    Process,
    /// Random bytes and digests.
    Crypto,
    /// HTTP requests.
    Net,
    /// Blocks of another language, run as child processes.
    Polyglot,
    /// Choices by meaning. No provider of them can be granted yet.
    Semantic,
}

impl Grant {
    /// Every grant that can be given.
    pub const ALL: [Self; 7] =
        [Self::Fs, Self::Env, Self::Time, Self::Process, Self::Crypto, Self::Net, Self::Polyglot];

    /// The word that grants it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fs => "fs",
            Self::Env => "env",
            Self::Time => "time",
            Self::Process => "process",
            Self::Crypto => "crypto",
            Self::Net => "net",
            Self::Polyglot => "polyglot",
            Self::Semantic => "semantic",
        }
    }

    /// The grant as it is written, with what it needs to be told: `fs=DIR`.
    pub const fn spelling(self) -> &'static str {
        match self {
            Self::Fs => "fs=DIR",
            _ => self.word(),
        }
    }

    /// What it allows, in a few words.
    pub const fn allows(self) -> &'static str {
        match self {
            Self::Fs => "files in a directory",
            Self::Env => "environment variables",
            Self::Time => "the clock, and waiting",
            Self::Process => "child processes",
            Self::Crypto => "random bytes and digests",
            Self::Net => "HTTP requests",
            Self::Polyglot => "blocks of other languages, run as child processes",
            Self::Semantic => "choices by meaning",
        }
    }

    /// The way out for who lacks it: the option that grants it, after `flag`.
    pub fn way_out(self, flag: &str) -> String {
        match self {
            Self::Semantic => "no provider is granted, and none can be yet".to_owned(),
            _ => format!("allow it with `{flag}{self}`"),
        }
    }

    /// The grant that a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.word() == word)
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spelling())
    }
}
