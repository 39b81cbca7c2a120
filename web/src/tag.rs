//! Entity tags (RFC 9110, section 8.8.3): whether whoever asks holds already what would be given.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// How much of the hash a tag holds, in octets.
const LENGTH: usize = 16;

/// The tag of these octets.
pub(crate) fn of(data: &[u8]) -> String {
    format!("\"{}\"", hex::encode(&Sha256::digest(data)[..LENGTH]))
}

/// Whether a request says that it holds what bears this tag.
pub(crate) fn is_held(asked: &HeaderMap, tag: &str) -> bool {
    is_named(asked, &header::IF_NONE_MATCH, tag)
}

/// Whether `header` of a request, a list of tags, names this one.
pub(crate) fn is_named(asked: &HeaderMap, header: &HeaderName, tag: &str) -> bool {
    let named = asked.get_all(header).iter().filter_map(|sent| sent.to_str().ok());
    named.flat_map(|sent| sent.split(',')).any(|named| matches!(named.trim(), "*") || bare(named) == tag)
}

fn bare(held: &str) -> &str {
    let held = held.trim();
    held.strip_prefix("W/").unwrap_or(held)
}

/// The same answer with its tag; without its body where that is held.
pub(crate) async fn tagged(asked: &HeaderMap, response: Response) -> Response {
    if response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Our own answers, made in memory: their bounds are those of what they tell.
    let Ok(data) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = of(&data);
    let held = is_held(asked, &tag);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, tag);
    }
    if held {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, data.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_held_in_any_form_that_names_it() {
        let tag = of(b"words");
        let asked = |held: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, held.parse().expect("a value"));
            is_held(&headers, &tag)
        };
        assert!(asked(&tag) && asked(&format!("W/{tag}")) && asked(&format!("\"other\", {tag}")) && asked("*"));
        assert!(!asked("\"other\"") && !asked(""));
        assert!(!is_held(&HeaderMap::new(), &tag));
        assert_ne!(of(b"other"), tag);
    }
}
