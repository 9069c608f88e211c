//! Standard input, message by message. The protocol library ends the session at a body that it cannot read; here such a
//! body is replaced by a request that [`Refusing`](crate::refusing::Refusing) answers with an error, and the session goes on.

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, DuplexStream};
use tower_lsp::jsonrpc::Request;

use crate::refusing;

/// How many bytes may wait between the two ends.
const PIPE: usize = 64 * 1024;

/// A message longer than this is not one: nobody has that much memory for a text.
const LONGEST: usize = 1 << 30;

/// What the protocol library reads instead of standard input.
pub(crate) fn messages() -> DuplexStream {
    let (near, far) = tokio::io::duplex(PIPE);
    tokio::spawn(async move {
        if let Err(error) = copy(BufReader::new(tokio::io::stdin()), near).await {
            tracing::error!(%error, "standard input cannot be read");
        }
    });
    far
}

/// Copies messages up to the end of `from`.
async fn copy(mut from: impl AsyncBufRead + Unpin, mut to: impl AsyncWrite + Unpin) -> std::io::Result<()> {
    while let Some(length) = header(&mut from).await? {
        let mut body = vec![0; length];
        from.read_exact(&mut body).await?;
        if let Some(method) = refused(&body) {
            body = format!(r#"{{"jsonrpc":"2.0","id":null,"method":"{method}"}}"#).into_bytes();
        }
        to.write_all(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes()).await?;
        to.write_all(&body).await?;
    }
    Ok(())
}

/// Reads a header: the length of the body behind it, or nothing at the end of the input. A header that names no length is
/// left out.
async fn header(from: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<usize>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if from.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_ascii();
        match line.split_first_chunk::<15>() {
            None if line.is_empty() && length.is_some() => return Ok(length),
            Some((name, value)) if name.eq_ignore_ascii_case(b"content-length:") => {
                let value = str::from_utf8(value.trim_ascii()).ok().and_then(|value| value.parse().ok());
                length = value.filter(|length| *length <= LONGEST);
            }
            _ => {}
        }
    }
}

/// The request that stands for a body that is no message.
fn refused(body: &[u8]) -> Option<&'static str> {
    match serde_json::from_slice::<Request>(body) {
        Ok(_) => None,
        Err(error) if error.is_data() => Some(refusing::NO_MESSAGE),
        Err(_) => Some(refusing::NO_JSON),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn copied(input: &[u8]) -> String {
        let mut output = Vec::new();
        copy(input, &mut output).await.unwrap();
        String::from_utf8(output).unwrap()
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn messages_pass_as_they_are() {
        let request = r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"é":[]}}"#;
        let response = r#"{"jsonrpc":"2.0","id":"x","result":null}"#;
        let both = framed(request) + &framed(response);
        assert_eq!(copied(both.as_bytes()).await, both);
    }

    #[tokio::test]
    async fn what_is_no_message_is_replaced_and_the_next_one_is_read() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"a"}"#);
        for (bad, method) in [("{", "$/no-json"), ("", "$/no-json"), ("[]", "$/no-message"), ("{}", "$/no-message")] {
            let out = copied((framed(bad) + &good).as_bytes()).await;
            assert!(out.contains(method), "{bad}: {out}");
            assert!(out.ends_with(&good), "{bad}: {out}");
        }
    }

    #[tokio::test]
    async fn headers_are_read_in_any_spelling_and_order() {
        let body = r#"{"jsonrpc":"2.0","method":"a"}"#;
        let input = format!("Content-Type: x\r\ncontent-length: {}\n\n{body}", body.len());
        assert_eq!(copied(input.as_bytes()).await, framed(body));
    }
}
