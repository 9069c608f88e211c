//! Library functions on texts so long that another thread goes through them: they give what they give of short ones, and end
//! when the run is to stop.

use crush_host::{Grants, Host};
use crush_vm::{CancelToken, FaultKind, Quotas, Vm, assemble, verify};

/// What `name(arguments…)` gives, printed.
fn call(name: &str, arguments: &[&str]) -> Result<String, FaultKind> {
    let mut body = format!(".function @main ({} registers)\n", arguments.len() + 1);
    for (register, argument) in arguments.iter().enumerate() {
        body.push_str(&format!("load_const r{register}, \"{argument}\"\n"));
    }
    body.push_str(&format!("call_capability r0, {name}, r0, {}\nprint r0\nreturn_null", arguments.len()));
    run(&body, CancelToken::new())
}

fn run(body: &str, cancel: CancelToken) -> Result<String, FaultKind> {
    let program = verify(assemble(body).expect("CASM")).expect("well-formed");
    let (grants, mut output) = (Grants::none(), Vec::new());
    let host = Host::new(&grants, &mut output);
    let mut vm = Vm::new(&program, &host, Quotas::default(), cancel).expect("small");
    let result = vm.run().map(|_| ());
    drop(vm);
    result.map(|()| String::from_utf8(output).expect("text")).map_err(|fault| fault.kind.clone())
}

/// A text with many places to find something at, and something that is not found before its end.
fn long(times: usize) -> String {
    format!("{}é.", "ab,cdé,".repeat(times))
}

fn list<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    format!("[{}]\n", texts.collect::<Vec<_>>().join(", "))
}

#[test]
fn what_is_found_in_a_long_text_is_what_is_there() {
    let text = long(70_000);
    let printed = |name: &str, arguments: &[&str]| call(name, arguments).expect("no fault");
    assert_eq!(printed("str.index_of", &[&text, "é."]), format!("{}\n", text.find("é.").expect("at its end")));
    assert_eq!(printed("str.contains", &[&text, "é,b"]), "false\n");
    assert_eq!(printed("str.replace", &[&text, ",", " - "]), format!("{}\n", text.replace(',', " - ")));
    assert_eq!(printed("str.replace", &[&text, "é.", ""]), format!("{}\n", text.replace("é.", "")));
    assert_eq!(printed("str.split", &[&text, ","]), list(text.split(',')));
    assert_eq!(printed("str.to_upper", &[&text]), format!("{}\n", text.to_uppercase()));
    let spaced = format!("  {text}\t ");
    assert_eq!(printed("str.trim", &[&spaced]), format!("{text}\n"));
    assert_eq!(printed("str.repeat", &["né", "300000"]), format!("{}\n", "né".repeat(300_000)));
    assert_eq!(printed("str.pad_left", &["x", "200001", "é"]), format!("{}x\n", "é".repeat(200_000)));
}

#[test]
fn matches_in_a_long_text_are_those_that_the_library_finds_in_one_go() {
    // Long enough for a thread, as a pattern weighs more than a text that is looked for.
    let text = long(30_000);
    let printed = |name: &str, arguments: &[&str]| call(name, arguments).expect("no fault");
    // Empty matches beside others, groups that take no part, and a count, which makes a pattern large.
    let by = "$$1${1}$2x$ <$0> $name";
    for pattern in ["[a-c]*", "d(é)?", "(b),(c)", "(?:,|é){2}", "a|$"] {
        let library = regex::Regex::new(pattern).expect("a pattern");
        assert_eq!(printed("regex.find_all", &[pattern, &text]), list(library.find_iter(&text).map(|m| m.as_str())));
        assert_eq!(printed("regex.split", &[pattern, &text]), list(library.split(&text)), "{pattern}");
        let replaced = format!("{}\n", library.replace_all(&text, by));
        assert_eq!(printed("regex.replace", &[pattern, &text, by]), replaced, "{pattern}");
    }
}

#[test]
fn a_run_that_is_told_to_stop_does_not_wait_for_the_library() {
    let cancel = CancelToken::new();
    cancel.cancel();
    let text = long(70_000);
    for name in ["regex.test", "str.contains", "str.split", "json.parse", "str.concat"] {
        let body = format!(
            ".function @main (3 registers)\nload_const r0, \"x\"\nload_const r1, \"{text}\"\n\
             call_capability r0, {name}, r{}, {}\nreturn_null",
            if name == "json.parse" { 1 } else { 0 },
            if name == "json.parse" { 1 } else { 2 },
        );
        assert_eq!(run(&body, cancel.clone()), Err(FaultKind::Cancelled), "{name}");
    }
}
