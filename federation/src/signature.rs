//! HTTP signatures: what is signed, what a signature must cover, and the stable code of each refusal.
//!
//! A dialect ([`cavage`], [`rfc9421`]) turns the headers of a request into a [`Claim`]: who says they signed, and what
//! exactly. Everything after that — window, host, key, owner — is the same for both, and lives here.

pub mod cavage;
pub mod digest;
pub mod key;
pub mod rfc9421;

use http::header::HOST;
use http::{HeaderMap, Method};
use model::address::Address;
use model::network::dialect::Dialect;
use model::people::key::Algorithm;
use url::Url;

pub use digest::Payload;
pub use key::{NotAKey, PrivateKey, PublicKey};

/// How old a signature may be, in seconds.
pub const WINDOW_PAST: i64 = 60 * 60;
/// How far ahead of our clock a signature may be, in seconds.
pub const WINDOW_FUTURE: i64 = 5 * 60;

/// The header that tells whoever is refused how to sign (RFC 9421, section 5).
pub const ACCEPT_SIGNATURE: &str = "accept-signature";
/// What a request with a body must be signed with at least.
pub const WANTED_OF_POST: &str = r#"sig1=("@method" "@target-uri" "content-digest");created;keyid"#;
/// What one without must be.
pub const WANTED_OF_GET: &str = r#"sig1=("@method" "@target-uri");created;keyid"#;

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
    /// Something is signed that cannot be told from the request.
    #[error("the signature covers what cannot be told from the request")]
    Component,
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
            Self::Component => "signature-component",
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
    /// What the signature says that it was made with; it must be what the key is for.
    pub algorithm: Option<Algorithm>,
    /// The texts of which one must be what was signed: with the query of the target, and without.
    pub texts: Vec<Vec<u8>>,
    /// The signature itself.
    pub signature: Vec<u8>,
}

impl Claim {
    /// Whether this key made the signature.
    ///
    /// # Errors
    /// [`Fault::Algorithm`] when the key is for another algorithm, [`Fault::Invalid`] when it did not make it.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Fault> {
        if self.algorithm.is_some_and(|algorithm| algorithm != key.algorithm()) {
            return Err(Fault::Algorithm);
        }
        let made = self.texts.iter().any(|text| key.verifies(text, &self.signature));
        if made { Ok(()) } else { Err(Fault::Invalid) }
    }
}

/// Reads the signature of a request and checks all that needs no key: coverage, host, time and the digest of the raw body.
/// A request with `Signature-Input` speaks RFC 9421, any other the draft.
///
/// `own` is where this node lives, `now` the time in seconds since 1970.
///
/// # Errors
/// A [`Fault`], by its first cause.
pub fn read(request: Received<'_>, own: &Address, now: i64) -> Result<Claim, Fault> {
    if request.headers.contains_key(rfc9421::SIGNATURE_INPUT) {
        rfc9421::read(request, own, now)
    } else {
        cavage::read(request, own.host(), now)
    }
}

/// The headers that sign a request in a dialect, with those that the signature covers.
///
/// # Errors
/// [`NotAKey`] when the key cannot sign or the URL has no host.
pub fn sign(
    dialect: Dialect,
    method: &str,
    url: &Url,
    payload: Option<&Payload<'_>>,
    key: &PrivateKey,
    now: i64,
) -> Result<Vec<(&'static str, String)>, NotAKey> {
    match dialect {
        Dialect::Cavage => cavage::sign(method, url, payload, key, now),
        Dialect::Rfc9421 => rfc9421::sign(method, url, payload, key, now),
    }
}

/// The host of a URL as the `Host` header has it.
fn host_of(url: &Url) -> Result<String, NotAKey> {
    let host = url.host_str().ok_or(NotAKey)?;
    Ok(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// The value of a header that must stand there exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

/// All values of a header as one text; none if it is not there.
fn joined(headers: &HeaderMap, name: &str) -> Result<Option<String>, Fault> {
    let values: Vec<&str> = headers
        .get_all(name)
        .iter()
        .map(|value| value.to_str().map(str::trim).map_err(|_| Fault::Malformed))
        .collect::<Result<_, _>>()?;
    Ok((!values.is_empty()).then(|| values.join(", ")))
}

/// The host that was signed must be ours, with or without the port of its scheme.
fn check_host(headers: &HeaderMap, own: &str) -> Result<(), Fault> {
    let host = single(headers, HOST.as_str()).ok_or(Fault::Foreign)?.to_ascii_lowercase();
    let bare = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(&host);
    if host == own || bare == own { Ok(()) } else { Err(Fault::Foreign) }
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

#[cfg(test)]
mod fuzz;
