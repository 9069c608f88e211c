//! What programs do when they run.

mod common;

use common::run;

#[test]
fn hello() {
    assert_eq!(run("print(\"hello\")"), "hello\n");
}
