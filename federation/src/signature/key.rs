//! RSA keys, parsed once.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest PEM text that is looked at, in bytes: an RSA-8192 key takes 1.6 kB.
const MAX_PEM: usize = 8 * 1024;

/// The text is no key of a kind that we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RSA key of 2048 to 8192 bits in PEM")]
pub struct NotAKey;

/// A private RSA key with the id under which its public half is published.
#[derive(Debug, Clone)]
pub struct PrivateKey {
    id: Arc<str>,
    pair: Arc<KeyPair>,
}

impl PrivateKey {
    /// Parses a PKCS#8 or PKCS#1 key in PEM.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn from_pem(id: impl Into<Arc<str>>, pem: &str) -> Result<Self, NotAKey> {
        Self::from_der(id, &unwrap_pem(pem)?)
    }

    /// Parses a PKCS#8 or PKCS#1 key in DER.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn from_der(id: impl Into<Arc<str>>, der: &[u8]) -> Result<Self, NotAKey> {
        let pair = KeyPair::from_pkcs8(der).or_else(|_| KeyPair::from_der(der)).map_err(|_| NotAKey)?;
        Ok(Self { id: id.into(), pair: Arc::new(pair) })
    }

    /// The id of the key, such as `https://HOST/#main-key`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Signs a text with RSASSA-PKCS1-v1_5 and SHA-256; base64.
    ///
    /// # Errors
    /// [`NotAKey`] when the library refuses the key.
    pub fn sign(&self, text: &[u8]) -> Result<String, NotAKey> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).map_err(|_| NotAKey)?;
        Ok(STANDARD.encode(signature))
    }
}

/// A public RSA key, parsed.
#[derive(Debug, Clone)]
pub struct PublicKey(Arc<ParsedPublicKey>);

impl PublicKey {
    /// Parses `publicKeyPem`: SubjectPublicKeyInfo or PKCS#1, in PEM.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn from_pem(pem: &str) -> Result<Self, NotAKey> {
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, unwrap_pem(pem)?).map_err(|_| NotAKey)?;
        Ok(Self(Arc::new(key)))
    }

    /// Whether `signature` is this key's over `text`.
    #[must_use]
    pub fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(text, signature).is_ok()
    }
}

/// The bytes between the two lines of dashes.
fn unwrap_pem(pem: &str) -> Result<Vec<u8>, NotAKey> {
    if pem.len() > MAX_PEM {
        return Err(NotAKey);
    }
    let inner = pem.split("-----").nth(2).ok_or(NotAKey)?;
    let text: String = inner.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(text).map_err(|_| NotAKey)
}
