//! The digest of a body: RFC 3230 (`Digest`), which the draft signs, and RFC 9530 (`Content-Digest`), which RFC 9421 signs.

use std::borrow::Cow;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{self, SHA256, SHA512};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sfv::{Dictionary, ListEntry, Parser};

use super::Fault;

/// What is sent along with a request, as far as its signature needs to know.
#[derive(Debug, Clone)]
pub struct Payload<'a> {
    /// Its media type.
    pub media_type: &'a str,
    /// Its SHA-256, base64: computed once however often it is sent.
    pub sha256: Cow<'a, str>,
}

impl<'a> Payload<'a> {
    /// A body of this type.
    #[must_use]
    pub fn of(body: &[u8], media_type: &'a str) -> Self {
        Self { media_type, sha256: STANDARD.encode(digest::digest(&SHA256, body)).into() }
    }
}

/// Compares a body with the one value of its `Digest` header.
///
/// # Errors
/// [`Fault::NoDigest`] when it is no SHA-256 or not the only one, [`Fault::OtherBody`] when it is another's.
pub fn check(header: &str, body: &[u8]) -> Result<(), Fault> {
    let (algorithm, value) = header.trim().split_once('=').ok_or(Fault::NoDigest)?;
    if !algorithm.eq_ignore_ascii_case("sha-256") || value.contains(',') {
        return Err(Fault::NoDigest);
    }
    compare(&digest::digest(&SHA256, body), &STANDARD.decode(value).map_err(|_| Fault::NoDigest)?)
}

/// Compares a body with its `Content-Digest` header. Each digest of a kind that we know must be the body's, and there must
/// be one.
///
/// # Errors
/// [`Fault::NoDigest`] when there is none that we know, [`Fault::OtherBody`] when one is another's.
pub fn check_content(header: &str, body: &[u8]) -> Result<(), Fault> {
    let digests: Dictionary = Parser::new(header).parse().map_err(|_| Fault::NoDigest)?;
    let mut known = false;
    for (name, entry) in &digests {
        let algorithm = match name.as_str() {
            "sha-256" => &SHA256,
            "sha-512" => &SHA512,
            _ => continue,
        };
        let ListEntry::Item(item) = entry else { return Err(Fault::NoDigest) };
        let told = item.bare_item.as_byte_sequence().ok_or(Fault::NoDigest)?;
        compare(&digest::digest(algorithm, body), told)?;
        known = true;
    }
    if known { Ok(()) } else { Err(Fault::NoDigest) }
}

fn compare(found: &digest::Digest, told: &[u8]) -> Result<(), Fault> {
    verify_slices_are_equal(told, found.as_ref()).map_err(|_| Fault::OtherBody)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"hello": "world"}"#;
    /// RFC 9530, appendix B, without the final line feed, and RFC 9421, appendix B.2.
    const SHA_256: &str = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
    const SHA_512: &str =
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";

    #[test]
    fn every_known_content_digest_must_be_that_of_the_body() {
        assert_eq!(check_content(SHA_256, BODY), Ok(()));
        assert_eq!(check_content(SHA_512, BODY), Ok(()));
        assert_eq!(check_content(&format!("{SHA_256}, {SHA_512}, md5=:AAAA:"), BODY), Ok(()));
        assert_eq!(check_content(&format!("{SHA_512}, sha-256=:AAAA:"), BODY), Err(Fault::OtherBody));
        assert_eq!(check_content(SHA_256, b"{}"), Err(Fault::OtherBody));
        for none in ["", "md5=:AAAA:", "sha-256", "sha-256=AAAA", "sha-256=(:AAAA:)", "sha-256=\"AAAA\"", "SHA-256=:A:"]
        {
            assert_eq!(check_content(none, BODY), Err(Fault::NoDigest), "{none}");
        }
    }

    #[test]
    fn a_payload_has_the_digest_that_both_headers_bear() {
        let payload = Payload::of(BODY, "application/activity+json");
        assert_eq!(format!("sha-256=:{}:", payload.sha256), SHA_256);
        assert_eq!(check(&format!("SHA-256={}", payload.sha256), BODY), Ok(()));
    }
}
