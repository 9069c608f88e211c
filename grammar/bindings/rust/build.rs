//! Compiles the generated parser and the external scanner.

fn main() {
    let sources = ["src/parser.c", "src/scanner.c"];
    let mut build = cc::Build::new();
    build.std("c11").include("src");
    // The parser is generated: its warnings are nobody's to fix, and unoptimised it is four times slower.
    build.warnings(false).opt_level(2);
    for source in sources {
        println!("cargo:rerun-if-changed={source}");
        build.file(source);
    }
    for header in ["src/guest.h", "src/lexing.h", "src/quoted.h", "src/tree_sitter"] {
        println!("cargo:rerun-if-changed={header}");
    }
    build.compile("tree-sitter-crush");
}
