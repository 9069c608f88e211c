//! Where functions come from, out of the map that lld writes.

/// A section of code that went into the program.
#[derive(Debug, PartialEq)]
pub(super) struct Section {
    /// A pattern for the object files of its crate.
    pub(super) file: String,
    /// Its name, with `*` for what changes from compiler to compiler.
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) symbols: Vec<String>,
}

/// The sections of code: a line for each (addresses, bytes, alignment, `file:(name)`), and below it its symbols.
pub(super) fn sections(map: &str) -> Vec<Section> {
    let mut sections = Vec::<Section>::new();
    let mut is_code = false;
    for line in map.lines() {
        let mut columns = line.split_whitespace().skip(2);
        let (Some(bytes), Some(what)) = (columns.next(), columns.nth(1)) else { continue };
        if let Some((file, name)) = what.strip_suffix(')').and_then(|what| what.rsplit_once(":(")) {
            is_code = name.starts_with(".text.");
            if is_code {
                let bytes = u64::from_str_radix(bytes, 16).unwrap_or(0);
                sections.push(Section { file: files(file), name: stable(name), bytes, symbols: Vec::new() });
            }
        } else if is_code && let Some(section) = sections.last_mut() {
            section.symbols.push(what.to_owned());
        }
    }
    sections
}

/// The object files of the crate of this one: they are called `program-hash.crate-hash.…` where the whole program is optimised.
fn files(object: &str) -> String {
    let name = object.rsplit('/').next().unwrap_or(object);
    let mut parts = name.split('.');
    let (program, of) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match of.rsplit_once('-') {
        Some((of, _)) if program.starts_with("crush_analyzer-") => format!("*.{of}-*"),
        _ if program.starts_with("crush_analyzer-") => "*crush_analyzer.*".to_owned(),
        _ => "*".to_owned(),
    }
}

/// The name of a section up to the hash of the compiler (`17h…E`), and without those of crates (`Cs…_`).
fn stable(section: &str) -> String {
    if let Some((name, _)) = section.split_once("17h").filter(|(_, hash)| is_hash(hash)) {
        return format!("{name}17h*");
    }
    let name = section.split_once(".llvm.").map_or(section.to_owned(), |(name, _)| format!("{name}*"));
    if !name.contains("._R") {
        return name;
    }
    let mut parts = name.split("Cs");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('_') {
            Some((hash, rest)) if hash.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                text += &format!("Cs*_{rest}")
            }
            _ => text += &format!("Cs{part}"),
        }
    }
    text
}

fn is_hash(text: &str) -> bool {
    text.get(..17).is_some_and(|text| text.ends_with('E') && text[..16].bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::{sections, stable};

    #[test]
    fn a_section_of_code_has_its_symbols() {
        let map = "\
             VMA              LMA     Size Align Out     In      Symbol
             100              100       10    16 .text
             100              100       10    16         /t/deps/crush_analyzer-9a.crush_vm-5f.crush_vm.c9-cgu.1.rcgu.o:(.text.ts_lex)
             100              100       10     1                 ts_lex
             200              200       10    16         /t/deps/crush_analyzer-9a.x.o:(.rodata.table)
             200              200       10     1                 table
";
        let found = sections(map);
        assert_eq!(found.len(), 1);
        assert_eq!((&*found[0].file, &*found[0].name, found[0].bytes), ("*.crush_vm-*", ".text.ts_lex", 16));
        assert_eq!(found[0].symbols, ["ts_lex"]);
    }

    #[test]
    fn names_outlive_the_compiler() {
        assert_eq!(stable(".text._ZN3std3run17h0123456789abcdefE.llvm.77"), ".text._ZN3std3run17h*");
        assert_eq!(stable(".text._RNvMs_NtCslNYArtu3iFV_5alloc4grow"), ".text._RNvMs_NtCs*_5alloc4grow");
        assert_eq!(stable(".text.unlikely.ts_lex"), ".text.unlikely.ts_lex");
    }
}
