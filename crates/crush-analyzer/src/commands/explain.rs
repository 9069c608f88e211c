//! `crush-analyzer explain`: the page of a code.

use std::io::Write as _;

use crate::{Ending, Misuse};

macro_rules! pages {
    ($($code:literal),* $(,)?) => {
        /// Each code that has a page, and the page.
        const PAGES: &[(&str, &str)] =
            &[$(($code, include_str!(concat!("../../../../docs/diagnostics/", $code, ".md")))),*];
    };
}

pages![
    "borrow-of-immediate",
    "borrow-outlives-scope",
    "borrowed-twice",
    "callback-changes-argument",
    "changed-while-borrowed",
    "changed-while-iterated",
    "conflicting-results",
    "dropped-while-borrowed",
    "duplicate-field",
    "duplicate-function",
    "duplicate-method",
    "float-range",
    "handle-sent-to-task",
    "implicit-output",
    "integer-range",
    "invalid-assignment",
    "invalid-kind",
    "invalid-settings",
    "invalid-suppression",
    "main-parameters",
    "missing-field",
    "missing-method",
    "nested-too-deeply",
    "new-arguments",
    "no-fields",
    "no-outputs",
    "not-in-trait",
    "not-iterable",
    "output-not-given",
    "outside-loop",
    "read-while-exclusive",
    "too-large-to-analyse",
    "unknown-code",
    "unknown-field",
    "unknown-language",
    "unknown-name",
    "unknown-struct",
    "unknown-trait",
    "unknown-type",
    "unused-suppression",
    "use-after-drop",
    "written-through-shared",
    "wrong-argument",
    "wrong-arity",
    "wrong-condition",
    "wrong-operand",
    "wrong-type",
];

/// Prints the page of `code`, or without one the codes there are.
pub(crate) fn run(code: Option<&str>) -> Result<Ending, Misuse> {
    let mut out = anstream::stdout().lock();
    let Some(code) = code else {
        for (code, page) in PAGES {
            writeln!(out, "{code:<28} {}", first_sentence(page))?;
        }
        return Ok(Ending::Clean);
    };
    match PAGES.iter().find(|(known, _)| *known == code) {
        Some((_, page)) => {
            write!(out, "{page}")?;
            Ok(Ending::Clean)
        }
        None => {
            let nearest = crush_ide::nearest(code, PAGES.iter().map(|(known, _)| *known));
            let proposal = nearest.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
            Err(Misuse::Argument(format!("there is no page of `{code}`{proposal}")))
        }
    }
}

/// What stands under the title of a page.
fn first_sentence(page: &str) -> &str {
    page.lines().find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::PAGES;

    #[test]
    fn every_page_can_be_explained() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnostics");
        let files = std::fs::read_dir(folder).expect("the folder is there");
        let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        let mut codes: Vec<_> = names.filter_map(|name| Some(name.strip_suffix(".md")?.to_owned())).collect();
        codes.retain(|code| code != "README");
        codes.sort_unstable();
        assert_eq!(codes, PAGES.iter().map(|(code, _)| *code).collect::<Vec<_>>());
    }
}
