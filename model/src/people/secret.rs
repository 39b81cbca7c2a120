//! Secrets that are given out once and kept only as their hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Bytes of randomness in a secret: 256 bits.
const LENGTH: usize = 32;

/// A new secret, as text that fits a URL.
#[expect(clippy::disallowed_methods, reason = "the one place where secrets are made")]
pub(crate) fn mint() -> String {
    let mut bytes = [0u8; LENGTH];
    // Without randomness no secret may be made.
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a secret. A secret has 256 random bits, so a plain hash cannot be guessed back.
pub(crate) fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}
