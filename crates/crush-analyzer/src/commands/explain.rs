//! `crush-analyzer explain`: the page of a code.

use std::io::Write as _;

use crush_ide::PAGES;

use crate::{Ending, Misuse};

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
    use crush_ide::PAGES;

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
