//! Requests that are refused before the protocol library sees them: it stays silent where the protocol asks for an error.

use std::pin::Pin;
use std::task::{Context, Poll};

use tower_lsp::jsonrpc::{Error, Id, Request, Response};
use tower_service::Service;

/// Stands for a body that is not JSON.
pub(crate) const NO_JSON: &str = "$/no-json";
/// Stands for a body that is JSON and no message.
pub(crate) const NO_MESSAGE: &str = "$/no-message";

/// A service with some requests refused.
pub(crate) struct Refusing<S>(pub(crate) S);

impl<S: Service<Request, Response = Option<Response>>> Service<Request> for Refusing<S> {
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Answer<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match refusal(&request) {
            Some((id, error)) => Answer::Refused(Some(Response::from_error(id, error))),
            None => Answer::Asked(Box::pin(self.0.call(request))),
        }
    }
}

/// Why a request is refused, if it is, and the id to say so. Notifications are never answered.
fn refusal(request: &Request) -> Option<(Id, Error)> {
    let id = request.id()?.clone();
    let error = match request.method() {
        NO_JSON => Error::parse_error(),
        NO_MESSAGE => Error::invalid_request(),
        // The library takes every unknown `$/…` for a notification, which may be ignored; a request may not.
        method if method.starts_with("$/") => Error::method_not_found(),
        _ => return None,
    };
    Some((id, error))
}

/// The answer of the service inside, or a refusal.
pub(crate) enum Answer<F> {
    /// From the service.
    Asked(Pin<Box<F>>),
    /// From here.
    Refused(Option<Response>),
}

impl<F: Future<Output = Result<Option<Response>, E>>, E> Future for Answer<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Asked(future) => future.as_mut().poll(context),
            Self::Refused(response) => Poll::Ready(Ok(response.take())),
        }
    }
}
