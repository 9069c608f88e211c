//! `net`: HTTP requests.

use super::Namespace;
use super::params::{deep, text};
use crate::{Declaration, Grant, Parameter, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "net", summary: "HTTP requests.", capabilities: CAPABILITIES };

const URL: Parameter = text("url");

const fn http(name: &'static str, params: &'static [Parameter], result: Type, summary: &'static str) -> Declaration {
    Declaration::new(name, params, result, summary).granted(Grant::Net)
}

const CAPABILITIES: &[Declaration] = &[
    http(
        "net.http_delete",
        &[URL],
        Type::String,
        "Asks a server to remove something, and gives the body of its answer.",
    ),
    http("net.http_get", &[URL], Type::String, "The body of what a server answers."),
    http("net.http_post", &[URL, text("body")], Type::String, "Sends a body, and gives the body of the answer."),
    http("net.http_put", &[URL, text("body")], Type::String, "Puts a body there, and gives the body of the answer."),
    http(
        "net.http_request",
        &[text("method"), URL, text("body"), deep("headers")],
        Type::Map,
        "Any request; the body and the map of headers may be `null`. Gives `{status, body}`, whatever the status.",
    ),
];
