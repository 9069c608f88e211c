//! The borrow rules at the level of the VM: B1 to B9, A6, and what unwinding ends.

mod support;

use crush_arena::{Access, BorrowKind};
use crush_vm::{BorrowCause, Fault, FaultKind, HolderName};
use support::{fault, printed, run, run_body};

/// `xs = [1, 2]` in r0, with the variable table that names it; r1 is 7, r2 an alias.
const XS: &str = ".local xs r0 L90 L91 !4..6\nload_int r0, 1\nload_int r1, 2\nnew_array r0, r0, 2 !9..15\nL90:\nload_int r1, 7\nmove r2, r0\n";
const END: &str = "\nreturn_null\nL91:\nreturn_null";
const PUSH: &str = "move r4, r0\nload_int r5, 9\ncall_method r6, .push, r4, 1 !70..80\n";

fn ok(body: &str) -> String {
    printed(&format!("{XS}{body}{END}"))
}

fn refused(body: &str) -> (String, String) {
    fault(&format!("{XS}{body}{END}"))
}

fn told(body: &str) -> Fault {
    *run_body(&format!("{XS}{body}{END}")).result.expect_err("a fault")
}

#[test]
fn b1_an_access_borrows_for_its_instruction_only() {
    assert_eq!(
        ok(&format!("{PUSH}get_index_int r6, r0, 2\nprint r6\nset_index r0, r1, r1")
            .replace("set_index r0, r1, r1", "len r6, r0\nprint r6")),
        "9\n3\n"
    );
}

#[test]
fn b2_a_loop_borrows_until_it_is_left() {
    let (kind, message) = refused(&format!("iter_start r10, r0 !40..42\n{PUSH}"));
    assert_eq!((&*kind, &*message), ("BorrowError", "`xs` is changed while a `for` is still running over it"));
    assert_eq!(ok(&format!("iter_start r10, r0\nend_borrow r10\n{PUSH}print r0\n")), "[1, 2, 9]\n");
    // A return ends it too.
    assert_eq!(run_body(&format!("{XS}iter_start r10, r0{END}")).live_borrows, 0);
}

#[test]
fn b3_a_shared_borrow_lets_read_and_not_write() {
    assert_eq!(
        ok(
            "borrow_shared r8, r0\nmove r3, r8\nprint r3\nget_index_int r4, r3, 0\nprint r4\nlen r4, r2\nprint r4\neq r4, r3, r2\nprint r4\nend_borrow r8\n"
        ),
        "[1, 2]\n1\n2\ntrue\n"
    );
    assert_eq!(refused(&format!("borrow_shared r8, r0\n{PUSH}")).1, "`xs` is changed while `s` borrows it");
    assert_eq!(
        refused("borrow_shared r8, r0\nmove r4, r8\ncall_method r6, .pop, r4, 0\n").1,
        "the array `[1, 2]` is changed, but it is a shared borrow: the array `[1, 2]` can only be read through it"
    );
    assert_eq!(refused("borrow_shared r8, r1\n"), ("Type".into(), "cannot borrow a value that is no object".into()));
}

#[test]
fn b3_an_exclusive_borrow_excludes_all_but_its_handle() {
    assert_eq!(
        ok(
            "borrow_exclusive r9, r0\nmove r4, r9\nload_int r5, 3\ncall_method r6, .push, r4, 1\nprint r4\nend_borrow r9\nprint r0"
        ),
        "[1, 2, 3]\n[1, 2, 3]\n"
    );
    for body in [
        "print r0",
        "get_index_int r6, r0, 0",
        "len r6, r0",
        "eq r6, r0, r4",
        "iter_start r10, r0",
        "borrow_shared r8, r0",
    ] {
        let setup = "load_int r3, 1\nnew_array r4, r3, 1\nborrow_exclusive r9, r0\n";
        assert_eq!(refused(&format!("{setup}{body}")).0, "BorrowError", "{body}");
    }
    assert_eq!(refused("borrow_exclusive r9, r0\nprint r0").1, "`xs` is read while `m` borrows it exclusively");
    assert_eq!(
        refused("borrow_shared r8, r0\nborrow_exclusive r9, r0").1,
        "`xs` is borrowed exclusively while `s` borrows it"
    );
}

#[test]
fn b4_a_borrow_ends_with_its_owner() {
    assert_eq!(ok(&format!("borrow_shared r8, r0\nend_borrow r8\n{PUSH}print r0")), "[1, 2, 9]\n");
    // `drop(r)` through a copy; the owner's own end then does nothing.
    assert_eq!(
        ok(&format!("borrow_shared r8, r0\nmove r3, r8\ndrop r3\n{PUSH}end_borrow r8\nprint r0")),
        "[1, 2, 9]\n"
    );
    // Assigned again: the new borrow is taken before the old one ends.
    assert_eq!(
        ok(&format!("new_array r3, r1, 1\nborrow_shared r8, r0\nborrow_shared r8, r3\n{PUSH}print r0\nend_borrow r8")),
        "[1, 2, 9]\n"
    );
    assert_eq!(refused("borrow_exclusive r9, r0\nborrow_exclusive r9, r0").0, "BorrowError");
}

#[test]
fn b5_a_handle_that_outlives_its_borrow_is_dead() {
    let (kind, message) = refused("borrow_shared r8, r0\nmove r3, r8\nend_borrow r8\nprint r3");
    assert_eq!((&*kind, &*message), ("BorrowError", "the array `[1, 2]` is read after its borrow has ended"));
    for body in ["drop r3", "len r4, r3", "borrow_shared r8, r3", "iter_start r10, r3", "set_index r3, r1, r1"] {
        assert_eq!(
            refused(&format!("borrow_shared r8, r0\nmove r3, r8\nend_borrow r8\n{body}")).0,
            "BorrowError",
            "{body}"
        );
    }
}

#[test]
fn b6_an_exclusive_handle_is_reborrowed_shared_only() {
    assert_eq!(ok("borrow_exclusive r9, r0\nborrow_shared r8, r9\nprint r8\nend_borrow r8\nend_borrow r9"), "[1, 2]\n");
    assert_eq!(
        ok(
            "borrow_exclusive r9, r0\nmove r3, r9\niter_start r10, r3\njump L1\nL0:\nprint r4\nL1:\niter_next r4, r10, L0\nend_borrow r10\nend_borrow r9"
        ),
        "1\n2\n"
    );
    assert_eq!(
        refused("borrow_exclusive r9, r0\nborrow_shared r8, r9\nmove r4, r9\ncall_method r6, .pop, r4, 0").0,
        "BorrowError"
    );
    assert_eq!(refused("borrow_exclusive r9, r0\nmove r3, r9\nborrow_exclusive r9, r3").0, "BorrowError");
}

#[test]
fn b7_the_error_tells_everything() {
    let fault = told(&format!("borrow_shared r8, r0 !20..23\niter_start r10, r2 !40..42\n{PUSH}"));
    assert_eq!(fault.code(), "E-borrow");
    assert_eq!((fault.primary.start, fault.primary.end), (70, 80));
    let FaultKind::Borrow(borrow) = &fault.kind else { panic!("{fault:?}") };
    assert_eq!((borrow.access, borrow.cause), (Access::Write, BorrowCause::Borrowed));
    let object = borrow.object.as_ref().expect("it is there");
    assert_eq!((object.kind.name(), &*object.preview), ("array", "[1, 2]"));
    assert_eq!(object.allocated.map(|range| (range.start, range.end)), Some((9, 15)));
    let holders: Vec<_> =
        borrow.borrows.iter().map(|held| (held.kind, held.holder.clone(), held.range.start)).collect();
    assert_eq!(
        holders,
        [(BorrowKind::Shared, HolderName::Variable("s".into()), 20), (BorrowKind::Shared, HolderName::Loop, 40)]
    );
    assert_eq!(fault.related.len(), 3);
    assert_eq!(fault.call_stack.len(), 1);
}

#[test]
fn b7_no_catch_and_nothing_half_changed() {
    let body = format!("borrow_shared r8, r0\nL0:\n{PUSH}L1:\njump L2\nL2:\nprint r0");
    let ran =
        run(&format!(".function @main (16 registers)\n{}\n.handler L0 L1 L2 r7\n{XS}{body}{END}", support::OWNERS));
    assert_eq!(ran.result.unwrap_err().kind.name(), "BorrowError");
    assert_eq!(ran.output, "");
}

#[test]
fn b8_binding_is_not_writing() {
    assert_eq!(ok("borrow_shared r8, r0\nnew_array r0, r1, 1\nprint r0\nprint r8\nend_borrow r8"), "[7]\n[1, 2]\n");
}

#[test]
fn a6_a_dropped_object_is_gone_for_every_alias() {
    let fault = told("drop r0 !30..37\nprint r2 !50..58");
    assert_eq!((fault.kind.name(), &*fault.message), ("UseAfterFree", "`xs` is read after its array was dropped"));
    assert_eq!(fault.related[0].0.start, 30);
    assert_eq!(fault.related[1].0.start, 9);
    assert_eq!(refused("drop r0\nlen r5, r0").1, "`xs` is read after its array was dropped");
    assert_eq!(refused("borrow_shared r8, r0\ndrop r0").1, "`xs` is dropped while `s` borrows it");
    // Copying and rebinding is no access.
    assert_eq!(ok("drop r0\nmove r3, r2\nnew_array r0, r1, 1\nprint r0"), "[7]\n");
    assert_eq!(refused("load_const r3, \"s\"\ndrop r3").1, "cannot drop a string");
    assert_eq!(refused("load_const r3, \"s\"\nborrow_exclusive r9, r3").0, "Type");
}

/// A callee borrows its argument and throws; its caller, which borrows too, catches.
const THROWS: &str = ".entry @main\n\
    .function @inner (1 params, 3 registers)\n.owner r1 variable r\nborrow_shared r1, r0\nload_const r2, \"thrown\"\nthrow r2\n\
    .function @middle (1 params, 3 registers)\n.owner r1 variable q\nborrow_shared r1, r0\ncall r2, @inner, r0\nreturn r2\n";

#[test]
fn unwinding_ends_the_borrows_of_the_frames_left() {
    let ran = run(&format!(
        "{THROWS}.function @main (8 registers)\n.handler L0 L1 L2 r3\nnew_array r0, r0, 1\nL0:\ncall r1, @middle, r0\nL1:\n\
         return_null\nL2:\nprint r3\nload_int r2, 5\nmove r1, r0\ncall_method r1, .push, r1, 1\nprint r0\nreturn_null"
    ));
    assert!(ran.result.is_ok(), "{:?}", ran.result);
    assert_eq!(ran.output, "thrown\n[null, 5]\n");
    assert_eq!(ran.live_borrows, 0);
}

#[test]
fn what_nothing_catches_is_told_with_the_whole_call_stack() {
    let ran =
        run(&format!("{THROWS}.function @main (2 registers)\nnew_array r0, r0, 1\ncall r1, @middle, r0\nreturn_null"));
    let fault = ran.result.unwrap_err();
    assert_eq!((fault.code(), &*fault.message), ("E-uncaught-throw", "uncaught error: thrown"));
    let functions: Vec<_> = fault.call_stack.iter().map(|site| &*site.function).collect();
    assert_eq!(functions, ["inner", "middle", "main"]);
}

/// B4 for a captured variable: its owner is a cell, which a closure can give another borrow, and which ends with the
/// frame that declared it.
#[test]
fn an_owner_cell_ends_like_an_owner() {
    let text = |end: &str| {
        format!(
            ".entry @main\n.function @rebind (1 params, 1 captures, 4 registers)\n.owner r2 variable r\nborrow_shared r2, r0\n\
             move_borrow_cell r1, r2\nreturn_null\n\
             .function @main (8 registers)\n.owner_cell r3 variable r\n.owner r2 variable r\nload_int r7, 1\nnew_array r0, r7, 1\n\
             new_array r1, r7, 1\nload_null r3\nnew_cell r3, r3\nborrow_shared r2, r0\nmove_borrow_cell r3, r2\n\
             new_closure r4, @rebind, r3\nmove r5, r1\ncall_value r6, r4, r5, 1\nmove r5, r0\nload_int r6, 2\n\
             call_method r5, .push, r5, 1\n{end}move r5, r1\ncall_method r5, .push, r5, 1\nprint r1\nreturn_null"
        )
    };
    let fault = run(&text("")).result.unwrap_err();
    assert_eq!(fault.message, "the array `[1]` is changed while `r` borrows it");
    let ran = run(&text("end_borrow_cell r3\nend_borrow_cell r3\n"));
    assert!(ran.result.is_ok(), "{:?}", ran.result);
    assert_eq!((&*ran.output, ran.live_borrows), ("[1, 2]\n", 0));
}
