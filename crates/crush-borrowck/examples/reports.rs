//! Prints the reports of programs, to look at: `cargo run -p crush-borrowck --example reports -- FILE…`.

#![allow(clippy::disallowed_methods, reason = "it reads the files it is given")]

use crush_borrowck::{Analysis, Place};
use crush_hir::file::FileHir;
use crush_syntax::{Text, Tree};

fn main() {
    for name in std::env::args().skip(1) {
        let Ok(source) = std::fs::read_to_string(&name) else {
            eprintln!("{name} cannot be read");
            continue;
        };
        let tree = Tree::parse(Text::from(source.as_str()));
        let file = FileHir::new(&tree);
        let mut analysis = Analysis::new();
        analysis.update(&file, |body| file.lower(&tree, body));
        let line = |place: Place| {
            let start = analysis.body_of(place.function).map(|body| file.body_map(body).to_file(place.range.start));
            tree.text().line_of(start.unwrap_or_default() as usize) as u32 + 1
        };
        for report in analysis.reports() {
            println!(
                "{name}:{}: {:?} [{}] {}",
                line(report.place),
                report.severity,
                report.code.as_str(),
                report.render(line)
            );
            for related in &report.related {
                println!("    {}: {}", line(related.place), related.message.render(line));
            }
        }
    }
}
