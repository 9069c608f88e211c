//! The programs in `tests/bench`: each in CRUSH and in Lua, with its size in the first line.

use anyhow::{Context, bail, ensure};

/// Sizes that the reference takes in a second or two; other programs get a tenth of their own.
const REFERENCE_SIZES: &[(&str, u64)] = &[
    ("fib", 28),
    ("mandelbrot", 150),
    ("matrix", 100),
    ("queens", 9),
    ("ranges", 2000),
    ("spectral", 150),
    ("trees", 14),
];

/// A program in both languages.
pub(super) struct Program {
    pub(super) name: String,
    /// The `n` of its first line.
    pub(super) size: u64,
    /// The size at which it is compared with the reference.
    pub(super) reference_size: u64,
    crush: String,
    lua: String,
}

impl Program {
    /// In CRUSH, at a size.
    pub(super) fn crush(&self, size: u64) -> String {
        format!("let n = {size}\n{}", self.crush)
    }

    /// In Lua, at a size.
    pub(super) fn lua(&self, size: u64) -> String {
        format!("local n = {size}\n{}", self.lua)
    }
}

/// The programs whose names are asked for, or all.
pub(super) fn all(only: &[String]) -> anyhow::Result<Vec<Program>> {
    let folder = crate::root().join("tests/bench");
    let mut programs = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "crush") && (only.is_empty() || only.contains(&name)) {
            let source = std::fs::read_to_string(&path)?;
            let (size, crush) = sized(&source, "let n = ").with_context(|| format!("in {}", path.display()))?;
            let lua = std::fs::read_to_string(path.with_extension("lua"))?;
            let (lua_size, lua) = sized(&lua, "local n = ")?;
            ensure!(size == lua_size, "`{name}` has two sizes");
            let listed = REFERENCE_SIZES.iter().find(|(listed, _)| *listed == name);
            let reference_size = listed.map_or(size / 10, |(_, size)| *size);
            programs.push(Program { name, size, reference_size, crush: crush.into(), lua: lua.into() });
        }
    }
    if programs.is_empty() {
        bail!("there is no such program in {}", folder.display());
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(programs)
}

/// The size in the first line, and the lines after it.
fn sized<'s>(source: &'s str, before: &str) -> anyhow::Result<(u64, &'s str)> {
    let (first, rest) = source.split_once('\n').context("it is empty")?;
    let size = first.strip_prefix(before).context("its first line is not its size")?;
    Ok((size.parse()?, rest))
}
