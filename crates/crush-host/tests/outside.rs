//! The clock, the environment, child processes and servers, as programs see them.

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use crush_host::Grants;
use crush_vm::{CancelToken, FaultKind, Quotas};
use support::{error, output, program, run};

fn granted(all: &[&str]) -> Grants {
    let mut grants = Grants::none();
    for grant in all {
        grants.allow(grant).expect("a grant");
    }
    grants
}

#[test]
fn the_environment_is_what_was_granted_of_it() {
    let all = granted(&["env"]);
    assert_eq!(output(&all, "env.get", &["'PATH'"]), std::env::var("PATH").unwrap());
    assert_eq!(output(&all, "env.get", &["'NO SUCH=NAME'"]), "null");
    assert!(output(&all, "env.all", &[]).contains("PATH: "));
    let one = granted(&["env=CARGO_PKG_NAME"]);
    assert_eq!(output(&one, "env.all", &[]), "{CARGO_PKG_NAME: crush-host}");
    assert_eq!(error(&one, "env.get", &["'PATH'"]), "env.get: `PATH` is not granted: allow it with `env=PATH`");
}

#[test]
fn digests_and_random_bytes() {
    let grants = granted(&["crypto"]);
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(output(&grants, "crypto.sha256", &["'abc'"]), abc);
    assert_eq!(output(&grants, "crypto.random", &["0"]), "");
    assert_eq!(output(&grants, "crypto.random", &["30"]).len(), 40);
    assert_ne!(output(&grants, "crypto.random", &["30"]), output(&grants, "crypto.random", &["30"]));
    assert_eq!(error(&grants, "crypto.random", &["4097"]), "crypto.random: it gives 0 to 4096 bytes, not 4097");
}

#[test]
fn the_clock_goes() {
    let grants = granted(&["time"]);
    let ms: i64 = output(&grants, "time.now_ms", &[]).parse().unwrap();
    let elapsed: i64 = output(&grants, "time.elapsed", &[&ms.to_string()]).parse().unwrap();
    assert!(ms > 1_700_000_000_000 && elapsed >= 0);
    assert!(output(&grants, "time.now_iso", &[]).ends_with("+00:00"));
    assert_eq!(output(&grants, "time.sleep", &["1"]), "null");
    assert_eq!(output(&grants, "async.sleep", &["0"]), "null");
    assert_eq!(error(&grants, "time.sleep", &["-5"]), "time.sleep: nobody can wait -5 milliseconds");
}

/// Runs a program on another thread and stops it once `ready` says so.
fn stopped(grants: &[&str], program: &str, deadline: bool, ready: impl FnOnce()) -> FaultKind {
    let grants = granted(grants);
    let cancel = CancelToken::new();
    std::thread::scope(|scope| {
        let token = cancel.clone();
        let thread = scope.spawn(|| run(&grants, token, Quotas::default(), program));
        ready();
        if deadline {
            cancel.time_is_up()
        } else {
            cancel.cancel()
        }
        thread.join().expect("no panic").1.expect_err("it was stopped").kind
    })
}

#[test]
fn what_waits_is_stopped() {
    let sleep = program("time.sleep", &["3600000"]);
    assert_eq!(stopped(&["time"], &sleep, false, || ()), FaultKind::Cancelled);
    let resource = crush_arena::Resource::WallTime;
    assert_eq!(stopped(&["time"], &sleep, true, || ()), FaultKind::Quota { resource, limit: None });
}

#[cfg(unix)]
#[test]
fn commands_are_run_to_their_end() {
    let grants = granted(&["process"]);
    let script = ["'sh'", "['-c', 'echo a; echo b >&2; exit 3']"];
    assert_eq!(output(&grants, "process.exec", &script), "{exit_code: 3, stdout: a\n, stderr: b\n}");
    assert_eq!(output(&grants, "process.exec", &["'echo'", "5"]), "{exit_code: 0, stdout: 5\n, stderr: }");
    assert_eq!(
        output(&grants, "process.exec", &["'cat'", "[]"]),
        "{exit_code: 0, stdout: , stderr: }",
        "nothing to read"
    );
    assert!(output(&grants, "process.exec", &["'sh'", "['-c', 'kill -9 $$']"]).starts_with("{exit_code: -1, "));
    assert!(
        output(&grants, "process.exec", &["'no-such-command'", "[]"])
            .starts_with("{exit_code: -1, stdout: , stderr: process.exec no-such-command: ")
    );
    let kind = stopped(&["process"], &program("process.exec", &["'sleep'", "['3600']"]), true, || ());
    assert!(matches!(kind, FaultKind::Quota { .. }), "{kind:?}");
}

/// A server that answers each request with the next of `answers`, and gives what it was asked.
fn server(answers: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let thread = std::thread::spawn(move || {
        let serve = |answer: String| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut request, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
                request.push_str(&line);
                if line == "\r\n" || line.is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let _ = stream.write_all(answer.as_bytes());
            request + &String::from_utf8(body).unwrap()
        };
        answers.into_iter().map(serve).collect()
    });
    (address, thread)
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn servers_are_asked() {
    let grants = granted(&["net=127.0.0.1"]);
    let answers = vec![
        answer("200 OK", "hi"),
        answer("201 Created", "made"),
        answer("404 Not Found", "none"),
        answer("404 Not Found", "none"),
    ];
    let (address, server) = server(answers);
    let url = format!("'http://{address}/a?b=1'");
    assert_eq!(output(&grants, "net.http_get", &[&url]), "hi");
    assert_eq!(output(&grants, "net.http_post", &[&url, "'body'"]), "made");
    assert_eq!(
        error(&grants, "net.http_get", &[&url]),
        format!("net.http_get: `http://{address}/a?b=1`: the server answers 404 Not Found")
    );
    assert_eq!(output(&grants, "net.http_request", &["'delete'", &url, "null", "null"]), "{status: 404, body: none}");
    let asked = server.join().unwrap();
    assert!(asked[0].starts_with("GET /a?b=1 HTTP/1.1\r\n"));
    assert!(asked[1].starts_with("POST /a?b=1 HTTP/1.1\r\n") && asked[1].ends_with("\r\n\r\nbody"));
    assert!(asked[3].starts_with("DELETE "));
}

#[test]
fn a_redirection_leads_to_granted_servers_only() {
    let (address, server) = server(vec![
        "HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".into(),
    ]);
    let grants = granted(&[&format!("net={address}")]);
    let message = error(&grants, "net.http_get", &[&format!("'http://{address}/'")]);
    assert!(message.contains("`localhost` is not granted: allow it with `net=localhost`"), "{message}");
    server.join().unwrap();
}

#[test]
fn a_request_says_what_is_wrong() {
    let grants = granted(&["net"]);
    for url in ["'zzz'", "'ftp://x'", "''"] {
        assert!(error(&grants, "net.http_get", &[url]).starts_with("net.http_get: `"), "{url}");
    }
    assert_eq!(
        error(&grants, "net.http_request", &["'G T'", "'http://x'", "null", "null"]),
        "net.http_request: `G T` is no HTTP method"
    );
    assert!(
        error(&grants, "net.http_request", &["'GET'", "'http://x'", "null", "5"]).contains("a map of headers, or null")
    );
    // More than the quota of memory.
    let (address, _server) = server(vec![answer("200 OK", &"x".repeat(100_000))]);
    let quotas = Quotas { memory: crush_arena::Limits { bytes: 50_000, ..Default::default() }, ..Quotas::default() };
    let program = program("net.http_get", &[&format!("'http://{address}/'")]);
    let fault = run(&grants, CancelToken::new(), quotas, &program).1.unwrap_err();
    assert!(fault.message.ends_with("the answer is larger than the memory quota of 50000 bytes"), "{}", fault.message);
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let program = program("net.http_get", &[&format!("'http://{}/'", listener.local_addr().unwrap())]);
    let kind = stopped(&["net"], &program, false, || drop(listener.accept().map(std::mem::forget)));
    assert_eq!(kind, FaultKind::Cancelled);
}
