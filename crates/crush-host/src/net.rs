//! `net`: HTTP requests to the granted servers.

use std::io::Read as _;
use std::sync::mpsc;
use std::time::Duration;

use crush_arena::{Object, RuntimeValue};
use crush_vm::{Call, CallError};
use ureq::http::{Method, Request, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, config::Config};

use crate::give;
use crate::grants::Names;
use crate::host::Provided;
use crate::library::Run;
use crate::wait;

pub(crate) const RUNS: &[(&str, Run)] = &[
    ("net.http_delete", delete),
    ("net.http_get", get),
    ("net.http_post", post),
    ("net.http_put", put),
    ("net.http_request", request),
];

/// How long a server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(30);

/// What is asked of a server.
struct Question {
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// What it answered.
struct Answer {
    status: u16,
    reason: &'static str,
    body: String,
}

/// `net.http_get(url)`: the body of the answer.
fn get(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    plain(provided, call, Method::GET)
}

/// `net.http_delete(url)`: the body of the answer.
fn delete(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    plain(provided, call, Method::DELETE)
}

/// `net.http_post(url, body)`: the body of the answer.
fn post(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    plain(provided, call, Method::POST)
}

/// `net.http_put(url, body)`: the body of the answer.
fn put(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    plain(provided, call, Method::PUT)
}

/// The body of the answer; an error when the server gives one.
fn plain(provided: &Provided<'_>, call: &mut Call<'_>, method: Method) -> Result<RuntimeValue, CallError> {
    let url = give::text_of(call, 0)?;
    let body = if call.arguments().len() > 1 { Some(give::text_of(call, 1)?) } else { None };
    let answer = ask(provided, call, Question { method, url: url.clone(), headers: Vec::new(), body })?;
    if answer.status >= 400 {
        return Err(format!("`{url}`: the server answers {} {}", answer.status, answer.reason).into());
    }
    call.string(&answer.body)
}

/// `net.http_request(method, url, body, headers)`: `{status, body}`, whatever the status.
fn request(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let method = give::text_of(call, 0)?.to_ascii_uppercase();
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| format!("`{method}` is no HTTP method"))?;
    let url = give::text_of(call, 1)?;
    let body = match call.arguments().get(2) {
        None | Some(RuntimeValue::Null) => None,
        Some(_) => Some(give::text_of(call, 2)?),
    };
    let headers = headers(call)?;
    let answer = ask(provided, call, Question { method, url, headers, body })?;
    let body = call.string(&answer.body)?;
    give::map(call, [("status", RuntimeValue::Int(answer.status.into())), ("body", body)])
}

/// The headers in the fourth argument, a map or `null`.
fn headers(call: &mut Call<'_>) -> Result<Vec<(String, String)>, CallError> {
    let Some(&value) = call.arguments().get(3) else { return Ok(Vec::new()) };
    let entries: Vec<_> = match value {
        RuntimeValue::Null => return Ok(Vec::new()),
        RuntimeValue::Ref(_) | RuntimeValue::Borrow(_) => match call.arena().read_value(value)? {
            Object::Map(map) => map.iter().map(|(name, value)| (name.to_string(), value)).collect(),
            _ => return Err(call.wrong_type(3, "a map of headers, or null")),
        },
        _ => return Err(call.wrong_type(3, "a map of headers, or null")),
    };
    entries.into_iter().map(|(name, value)| Ok((name, call.display(value)?))).collect()
}

/// Asks on a thread of its own: when the run is to stop, nobody waits for the server.
fn ask(provided: &Provided<'_>, call: &mut Call<'_>, question: Question) -> Result<Answer, CallError> {
    let Some(hosts) = provided.grants.hosts.clone() else { return Err("the net is not granted".into()) };
    let limit = call.arena().limits().bytes;
    let url = question.url.clone();
    provided.flush()?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let _ = sender.send(exchange(question, hosts, limit));
    });
    let answer = wait::receive(provided.cancel, &receiver)?.unwrap_or_else(|| Err("the request broke off".into()));
    answer.map_err(|cause| format!("`{url}`: {cause}").into())
}

fn exchange(question: Question, hosts: Names, limit: usize) -> Result<Answer, String> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .timeout_connect(Some(CONNECT))
        // The environment is another grant.
        .proxy(None)
        .build();
    let agent =
        Agent::with_parts(config, DefaultConnector::default(), Granted { hosts, resolver: DefaultResolver::default() });
    let mut request = Request::builder().method(question.method).uri(&question.url);
    for (name, value) in &question.headers {
        request = request.header(name, value);
    }
    let wrong = |error: ureq::http::Error| error.to_string();
    let response = match question.body {
        Some(body) => agent.run(request.body(body).map_err(wrong)?),
        None => agent.run(request.body(()).map_err(wrong)?),
    };
    let mut response = response.map_err(|error| error.to_string())?;
    let mut body = Vec::new();
    let reader = response.body_mut().as_reader();
    reader.take((limit as u64).saturating_add(1)).read_to_end(&mut body).map_err(|error| error.to_string())?;
    if body.len() > limit {
        return Err(format!("the answer is larger than the memory quota of {limit} bytes"));
    }
    let body = String::from_utf8(body).map_err(|_| "the answer is not UTF-8 text")?;
    let status = response.status();
    Ok(Answer { status: status.as_u16(), reason: status.canonical_reason().unwrap_or_default(), body })
}

/// Finds the granted servers only: every connection, that of a redirection too, asks here.
#[derive(Debug)]
struct Granted {
    hosts: Names,
    resolver: DefaultResolver,
}

impl Resolver for Granted {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let with_port = uri.port_u16().map(|port| format!("{host}:{port}"));
        if self.hosts.has(&host) || with_port.is_some_and(|host| self.hosts.has(&host)) {
            return self.resolver.resolve(uri, config, timeout);
        }
        Err(ureq::Error::Other(format!("`{host}` is not granted: allow it with `net={host}`").into()))
    }
}
