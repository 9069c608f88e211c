//! What a program was granted (H1): nothing, unless said.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use crush_library::{Grant, LANGUAGES};

/// What a program was granted. The default is nothing.
#[derive(Debug, Default)]
pub struct Grants {
    pub(crate) files: Option<Root>,
    pub(crate) environment: Option<Names>,
    pub(crate) hosts: Option<Names>,
    pub(crate) languages: Option<Names>,
    /// Those that are given whole.
    whole: BTreeSet<Grant>,
}

/// A granted directory: nothing outside it can be reached through the handle.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) dir: Dir,
    /// The path of the directory, so that programs may name files in it by their full path.
    pub(crate) path: PathBuf,
}

/// What a grant is for: environment variables, servers, languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    All,
    These(BTreeSet<String>),
}

impl Names {
    /// Whether it is for this one.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.contains(name),
        }
    }
}

/// A grant that cannot be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantError {
    /// The grant as it was asked for.
    pub grant: String,
    /// Why not.
    pub cause: String,
}

impl std::fmt::Display for GrantError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot grant `{}`: {}", self.grant, self.cause)
    }
}

impl std::error::Error for GrantError {}

impl Grants {
    /// Grants nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether nothing was granted.
    pub fn is_none(&self) -> bool {
        !Grant::ALL.into_iter().any(|grant| self.has(grant))
    }

    /// Adds a grant as it is written on the command line: `fs=DIR`, `env`, `env=NAME,NAME`, `net=HOST`.
    pub fn allow(&mut self, grant: &str) -> Result<(), GrantError> {
        let error = |cause: String| GrantError { grant: grant.to_owned(), cause };
        let (word, rest) = match grant.split_once('=') {
            Some((word, rest)) => (word, Some(rest)),
            None => (grant, None),
        };
        let Some(known) = Grant::named(word) else {
            let words = Grant::ALL.map(|grant| format!("`{grant}`")).join(", ");
            return Err(error(format!("there is no such grant; there are {words}")));
        };
        let names = || match rest {
            None => Ok(Names::All),
            Some(rest) => {
                let names: BTreeSet<_> =
                    rest.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
                if names.is_empty() {
                    Err(error(format!("name some after `{word}=`")))
                } else {
                    Ok(Names::These(names))
                }
            }
        };
        match (known, rest) {
            (Grant::Fs, Some(dir)) if !dir.is_empty() => return self.allow_files(Path::new(dir)),
            (Grant::Fs, _) => return Err(error("name the directory: `fs=DIR`".into())),
            (Grant::Env, _) => add(&mut self.environment, names()?),
            (Grant::Net, _) => add(&mut self.hosts, lower_case(names()?)),
            (Grant::Polyglot, _) => {
                let names = names()?;
                if let Names::These(names) = &names
                    && let Some(unknown) = names.iter().find(|name| !LANGUAGES.contains(&name.as_str()))
                {
                    let known = LANGUAGES.map(|language| format!("`{language}`")).join(", ");
                    return Err(error(format!("`{unknown}` is none of {known}")));
                }
                add(&mut self.languages, names);
            }
            (_, None) => {
                self.whole.insert(known);
            }
            (_, Some(_)) => return Err(error(format!("`{word}` takes nothing after it"))),
        }
        Ok(())
    }

    /// Grants the files in a directory.
    pub fn allow_files(&mut self, dir: &Path) -> Result<(), GrantError> {
        let error = |cause: String| GrantError { grant: format!("fs={}", dir.display()), cause };
        if self.files.is_some() {
            return Err(error("one directory is granted already".into()));
        }
        let path = dir.canonicalize().map_err(|cause| error(crate::files::say(cause)))?;
        let dir = Dir::open_ambient_dir(&path, ambient_authority()).map_err(|cause| error(crate::files::say(cause)))?;
        self.files = Some(Root { dir, path });
        Ok(())
    }

    /// Whether what was given of a grant is enough for a capability. A language is granted by its name; which variable or
    /// server it is for turns out only in the call.
    pub(crate) fn covers(&self, grant: Grant, capability: &str) -> bool {
        match (&self.languages, capability.strip_prefix("polyglot.")) {
            (Some(languages), Some(language)) => languages.has(language),
            _ => self.has(grant),
        }
    }

    /// Whether a grant was given, or some of it.
    pub(crate) fn has(&self, grant: Grant) -> bool {
        match grant {
            Grant::Fs => self.files.is_some(),
            Grant::Env => self.environment.is_some(),
            Grant::Net => self.hosts.is_some(),
            Grant::Polyglot => self.languages.is_some(),
            whole => self.whole.contains(&whole),
        }
    }
}

fn add(granted: &mut Option<Names>, names: Names) {
    *granted = Some(match (granted.take(), names) {
        (Some(Names::These(mut before)), Names::These(names)) => {
            before.extend(names);
            Names::These(before)
        }
        (None, names) => names,
        _ => Names::All,
    });
}

/// Names of servers are the same in any case.
fn lower_case(names: Names) -> Names {
    match names {
        Names::All => Names::All,
        Names::These(names) => Names::These(names.into_iter().map(|name| name.to_ascii_lowercase()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_read_from_text() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut grants = Grants::none();
        assert!(Grant::ALL.into_iter().all(|grant| !grants.has(grant)));
        grants.allow(&format!("fs={}", dir.path().display())).expect("there");
        for word in ["env", "time", "process", "crypto", "net", "polyglot"] {
            grants.allow(word).expect("a grant");
        }
        assert!(Grant::ALL.into_iter().all(|grant| grants.has(grant)));
    }

    #[test]
    fn a_grant_may_be_for_some_names_and_is_added_to() {
        let mut grants = Grants::none();
        grants.allow("env=HOME, LANG").unwrap();
        grants.allow("env=USER").unwrap();
        let has = |grants: &Grants, name| grants.environment.as_ref().is_some_and(|names| names.has(name));
        assert!(has(&grants, "HOME") && has(&grants, "LANG") && has(&grants, "USER") && !has(&grants, "PATH"));
        grants.allow("env").unwrap();
        grants.allow("env=USER").unwrap();
        assert!(has(&grants, "PATH"));
        grants.allow("net=Example.org").unwrap();
        assert!(grants.hosts.as_ref().is_some_and(|hosts| hosts.has("example.org")));
    }

    #[test]
    fn a_grant_that_makes_no_sense_says_why() {
        let refused = |grant: &str| Grants::none().allow(grant).unwrap_err().to_string();
        assert_eq!(refused("fs"), "cannot grant `fs`: name the directory: `fs=DIR`");
        assert!(refused("moon").contains("no such grant; there are `fs=DIR`, `env`"));
        assert_eq!(refused("fs=/does/not/exist"), "cannot grant `fs=/does/not/exist`: there is no such file");
        assert_eq!(refused("time=5"), "cannot grant `time=5`: `time` takes nothing after it");
        assert_eq!(refused("env="), "cannot grant `env=`: name some after `env=`");
        assert!(refused("polyglot=ruby").contains("`ruby` is none of `python`, `javascript`, `bash`"));
    }
}
