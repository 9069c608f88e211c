//! Debugging programs of several files, against the real `crush-analyzer dap`.

use crush_tests::debugger::Debugger;
use serde_json::{Value, json};

const PROGRAM: &str = "import shop\nlet stock = [3, 4]\nprint(shop.worth(stock, 10))\n";
const SHOP: &str = "fn tax(n) {\n  return n / 10\n}\nfn worth(stock, price) {\n  let total = 0\n  for n in stock {\n    total = total + n * price\n  }\n  return total + tax(total)\n}\n";

/// A session that has stopped in the module, behind its loop.
fn stopped_in_the_module() -> (tempfile::TempDir, Debugger) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("it can be written");
        path
    };
    let (program, shop) = (write("main.crush", PROGRAM), write("shop.crush", SHOP));
    let mut debugger = Debugger::launch(&program, json!({}));
    let source = json!({ "path": shop.to_string_lossy() });
    debugger.request("setBreakpoints", json!({ "source": source, "breakpoints": [{ "line": 9 }] }));
    debugger.request("configurationDone", json!({}));
    let (reason, function, line) = debugger.stopped();
    assert_eq!((reason.as_str(), line), ("breakpoint", 9));
    assert!(function.ends_with("worth"), "{function}");
    (folder, debugger)
}

fn asked(debugger: &mut Debugger, expression: &str) -> Value {
    let frame = debugger.frame();
    json!({ "expression": expression, "frameId": frame, "context": "watch" })
}

#[test]
fn what_a_module_holds_and_declares_is_evaluated_in_its_frame() {
    let (_folder, mut debugger) = stopped_in_the_module();
    for (expression, value) in [
        ("total", "70"),
        ("total + price", "80"),
        ("tax(total) + len(stock)", "9"),
        ("let twice = total * 2\ntwice + 1", "141"),
    ] {
        let asked = asked(&mut debugger, expression);
        assert_eq!(debugger.request("evaluate", asked)["result"], value, "{expression}");
    }
}

#[test]
fn what_is_tried_in_a_module_changes_nothing() {
    let (_folder, mut debugger) = stopped_in_the_module();
    let pushed = asked(&mut debugger, "stock.push(5)\nlen(stock)");
    assert_eq!(debugger.request("evaluate", pushed)["result"], "3");
    assert_eq!(debugger.variables("Locals")[0], "stock = #0 [3, 4]");
}

#[test]
fn what_is_wrong_in_what_is_tried_in_a_module_is_told() {
    let (_folder, mut debugger) = stopped_in_the_module();
    let wrong = asked(&mut debugger, "nobody + 1");
    let told = debugger.refused("evaluate", wrong);
    assert!(told.contains("nobody"), "{told}");
}

#[test]
fn the_frame_that_called_a_module_is_evaluated_in_too() {
    let (_folder, mut debugger) = stopped_in_the_module();
    let trace = debugger.request("stackTrace", json!({ "threadId": 1 }));
    let caller = trace["stackFrames"][1]["id"].clone();
    let asked = json!({ "expression": "shop.tax(100) + stock[0]", "frameId": caller, "context": "watch" });
    assert_eq!(debugger.request("evaluate", asked)["result"], "13");
}

#[test]
fn a_condition_is_asked_in_the_module_of_its_line() {
    let (folder, mut debugger) = stopped_in_the_module();
    debugger.stop("reverseContinue");
    let shop = folder.path().join("shop.crush");
    let marks = json!([{ "line": 7, "condition": "tax(total + 70) == 10" }]);
    let source = json!({ "path": shop.to_string_lossy() });
    debugger.request("setBreakpoints", json!({ "source": source, "breakpoints": marks }));
    assert_eq!(debugger.stop("continue").2, 7);
    assert!(debugger.variables("Locals").contains(&"n = 4".to_owned()));
}
