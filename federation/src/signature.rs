//! HTTP signatures: what is signed, what a signature must cover, and the stable code of each refusal.
//!
//! A scheme ([`cavage`]) turns the headers of a request into a [`Claim`]: who says they signed, and what exactly. Everything
//! after that — window, digest, key, owner — is the same for every scheme, and lives here.

pub mod cavage;
pub mod key;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Method};

pub use key::{PrivateKey, PublicKey};

/// How old a signature may be, in seconds.
pub const WINDOW_PAST: i64 = 60 * 60;
/// How far ahead of our clock a signature may be, in seconds.
pub const WINDOW_FUTURE: i64 = 5 * 60;

/// Why a signature is refused. Each has its own stable code; all are answered 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No signature at all.
    #[error("the request is not signed")]
    Unsigned,
    /// The signature header cannot be read.
    #[error("the signature header cannot be read")]
    Malformed,
    /// An algorithm that we do not speak.
    #[error("the signature algorithm is not supported")]
    Algorithm,
    /// The request target, the host or the time is not signed.
    #[error("the signature leaves out the request target, the host or the time")]
    Coverage,
    /// The digest of the body is not signed, or not sent.
    #[error("the signature leaves out the digest of the body")]
    NoDigest,
    /// The digest is that of another body.
    #[error("the digest is that of another body")]
    OtherBody,
    /// Signed too long ago, or expired.
    #[error("the signature is too old")]
    Stale,
    /// Signed in the future.
    #[error("the signature lies in the future")]
    Early,
    /// Signed for another host.
    #[error("the signature is for another host")]
    Foreign,
    /// The key cannot be had.
    #[error("the key of the signature cannot be fetched")]
    UnknownKey,
    /// The key does not belong to the actor of the activity.
    #[error("the key belongs to another actor")]
    OtherActor,
    /// The signature does not fit the key.
    #[error("the signature does not fit the key")]
    Invalid,
}

impl Fault {
    /// The stable code told to the peer and counted in the metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unsigned => "signature-missing",
            Self::Malformed => "signature-malformed",
            Self::Algorithm => "signature-algorithm",
            Self::Coverage => "signature-coverage",
            Self::NoDigest => "signature-no-digest",
            Self::OtherBody => "signature-other-body",
            Self::Stale => "signature-stale",
            Self::Early => "signature-early",
            Self::Foreign => "signature-foreign",
            Self::UnknownKey => "signature-unknown-key",
            Self::OtherActor => "signature-other-actor",
            Self::Invalid => "signature-invalid",
        }
    }
}

/// A request as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// The method.
    pub method: &'a Method,
    /// Path and query, as sent.
    pub target: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, byte for byte; `None` for a request without one.
    pub body: Option<&'a [u8]>,
}

/// What a signature says, checked as far as it can be without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The id of the key, a URL.
    pub key_id: String,
    /// The texts of which one must be what was signed: with the query of the target, and without.
    pub texts: Vec<String>,
    /// The signature itself.
    pub signature: Vec<u8>,
}

impl Claim {
    /// Whether this key made the signature.
    ///
    /// # Errors
    /// [`Fault::Invalid`] when it did not.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Fault> {
        let made = self.texts.iter().any(|text| key.verifies(text.as_bytes(), &self.signature));
        if made { Ok(()) } else { Err(Fault::Invalid) }
    }
}

/// Reads the signature of a request and checks all that needs no key: coverage, host, time and the digest of the raw body.
///
/// `own` is this node's authority, `now` the time in seconds since 1970. RFC 9421 has its place here: a request with
/// `Signature-Input` is another scheme that yields the same [`Claim`].
///
/// # Errors
/// A [`Fault`], by its first cause.
pub fn read(request: Received<'_>, own: &str, now: i64) -> Result<Claim, Fault> {
    cavage::read(request, own, now)
}

/// The value of a `Digest` header for a body (RFC 3230, SHA-256).
#[must_use]
pub fn digest_of(body: &[u8]) -> String {
    format!("SHA-256={}", STANDARD.encode(digest::digest(&digest::SHA256, body)))
}

/// Compares a body with the one value of its `Digest` header.
fn check_digest(header: &str, body: &[u8]) -> Result<(), Fault> {
    let (algorithm, value) = header.trim().split_once('=').ok_or(Fault::NoDigest)?;
    if !algorithm.eq_ignore_ascii_case("sha-256") || value.contains(',') {
        return Err(Fault::NoDigest);
    }
    let told = STANDARD.decode(value).map_err(|_| Fault::NoDigest)?;
    let found = digest::digest(&digest::SHA256, body);
    verify_slices_are_equal(&told, found.as_ref()).map_err(|_| Fault::OtherBody)
}

/// Whether a moment lies in the window around `now`.
fn check_time(signed: i64, now: i64) -> Result<(), Fault> {
    if signed < now.saturating_sub(WINDOW_PAST) {
        return Err(Fault::Stale);
    }
    if signed > now.saturating_add(WINDOW_FUTURE) {
        return Err(Fault::Early);
    }
    Ok(())
}
