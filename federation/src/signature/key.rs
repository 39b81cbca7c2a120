//! Keys that sign requests and proofs, parsed once: parsing a private one takes a fifth of the time of signing with it.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::people::key::Algorithm;
use model::people::proof;

/// The longest text of a key that is looked at, in bytes: an RSA-8192 key takes 1.6 kB.
const MAX_TEXT: usize = 8 * 1024;
/// What stands before the 32 octets of an Ed25519 key in a `SubjectPublicKeyInfo` (RFC 8410).
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// The multicodec prefix of an RSA public key, PKCS#1 in DER.
const RSA_MULTIKEY: [u8; 2] = [0x85, 0x24];

/// The text is no key of a kind that we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither an RSA key of 2048 to 8192 bits nor one of Ed25519")]
pub struct NotAKey;

/// A private key with the id under which its public half is published.
#[derive(Debug, Clone)]
pub struct PrivateKey {
    id: Arc<str>,
    pair: Pair,
}

#[derive(Debug, Clone)]
enum Pair {
    Rsa(Arc<KeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
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
        let rsa = KeyPair::from_pkcs8(der).or_else(|_| KeyPair::from_der(der));
        let pair = match rsa {
            Ok(pair) => Pair::Rsa(Arc::new(pair)),
            Err(_) => Pair::Ed25519(Arc::new(Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| NotAKey)?)),
        };
        Ok(Self { id: id.into(), pair })
    }

    /// The id of the key, such as `https://HOST/#main-key`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Rsa(_) => Algorithm::Rsa,
            Pair::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// Signs a text with RSASSA-PKCS1-v1_5 and SHA-256, or with Ed25519; base64.
    ///
    /// # Errors
    /// [`NotAKey`] when the library refuses the key.
    pub fn sign(&self, text: &[u8]) -> Result<String, NotAKey> {
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).map_err(|_| NotAKey)?;
                Ok(STANDARD.encode(signature))
            }
            Pair::Ed25519(pair) => Ok(STANDARD.encode(pair.sign(text))),
        }
    }
}

/// A public key, parsed.
#[derive(Debug, Clone)]
pub struct PublicKey {
    key: Arc<ParsedPublicKey>,
    algorithm: Algorithm,
}

impl PublicKey {
    /// Parses `publicKeyPem`: SubjectPublicKeyInfo or PKCS#1, in PEM.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn from_pem(pem: &str) -> Result<Self, NotAKey> {
        let der = unwrap_pem(pem)?;
        der.strip_prefix(&ED25519_SPKI).map_or_else(|| Self::rsa(&der), Self::ed25519)
    }

    /// Parses `publicKeyMultibase` (FEP-521a).
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn from_multikey(text: &str) -> Result<Self, NotAKey> {
        if text.len() > MAX_TEXT {
            return Err(NotAKey);
        }
        if let Some(octets) = proof::from_multikey(text) {
            return Self::ed25519(&octets);
        }
        let octets = bs58::decode(text.strip_prefix('z').ok_or(NotAKey)?).into_vec().map_err(|_| NotAKey)?;
        Self::rsa(octets.strip_prefix(&RSA_MULTIKEY).ok_or(NotAKey)?)
    }

    fn rsa(der: &[u8]) -> Result<Self, NotAKey> {
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).map_err(|_| NotAKey)?;
        Ok(Self { key: Arc::new(key), algorithm: Algorithm::Rsa })
    }

    fn ed25519(octets: &[u8]) -> Result<Self, NotAKey> {
        let octets: &[u8; proof::KEY_LENGTH] = octets.try_into().map_err(|_| NotAKey)?;
        let key = ParsedPublicKey::new(&ED25519, octets).map_err(|_| NotAKey)?;
        Ok(Self { key: Arc::new(key), algorithm: Algorithm::Ed25519 })
    }

    /// What it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's over `text`.
    #[must_use]
    pub fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(text, signature).is_ok()
    }
}

/// The bytes between the two lines of dashes.
fn unwrap_pem(pem: &str) -> Result<Vec<u8>, NotAKey> {
    if pem.len() > MAX_TEXT {
        return Err(NotAKey);
    }
    let inner = pem.split("-----").nth(2).ok_or(NotAKey)?;
    let text: String = inner.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(text).map_err(|_| NotAKey)
}
