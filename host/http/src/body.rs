//! Bodies without files: whole, in memory, up to the route's limit, within their time.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::problem::{Code, Problem};

/// Reads a body of at most so many bytes.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize, time: Duration) -> Result<Bytes, Problem> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if announced(headers).is_some_and(|length| length > limit as u64) {
        return Err(Code::TooLarge.into());
    }
    match tokio::time::timeout(time, Limited::new(body, limit).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Code::TooLarge.into()),
        Ok(Err(_)) => Err(Code::Malformed.into()),
        Err(_) => Err(Code::Slow.into()),
    }
}

/// The length that the sender announces.
pub fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use http::HeaderValue;

    use super::*;

    const TIME: Duration = Duration::from_secs(5);

    fn chunks(count: usize) -> Body {
        let chunk = || Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 10]));
        Body::from_stream(stream::iter((0..count).map(move |_| chunk())))
    }

    fn status(result: Result<Bytes, Problem>) -> u16 {
        result.map_or_else(|problem| problem.status.as_u16(), |_| 200)
    }

    #[tokio::test]
    async fn a_body_is_whole_up_to_the_limit_and_refused_beyond() {
        let none = HeaderMap::new();
        assert_eq!(read(&none, chunks(3), 30, TIME).await.unwrap().len(), 30);
        assert_eq!(status(read(&none, chunks(4), 30, TIME).await), 413);
        assert_eq!(read(&none, Body::empty(), 0, TIME).await.unwrap().len(), 0);
        let announced = HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from(31))]);
        let unread = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(status(read(&announced, unread, 30, TIME).await), 413);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_that_stalls_or_breaks_off_is_told_so() {
        let none = HeaderMap::new();
        let stalled = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(status(read(&none, stalled, 30, TIME).await), 408);
        let broken = Body::from_stream(stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]));
        assert_eq!(status(read(&none, broken, 30, TIME).await), 400);
    }
}
