//! Keys and signatures of the scripted peer: draft-cavage-http-signatures-12 with `rsa-sha256`, as Mastodon signs.
//!
//! Written apart from the federation crate on purpose: each checks the other.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const PEM_LINE: usize = 64;

/// An RSA-2048 key pair.
pub struct Key(KeyPair);

impl Key {
    /// A new one.
    pub fn generate() -> Self {
        Self(KeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    /// The public half as an ActivityPub actor shows it: SubjectPublicKeyInfo in PEM.
    pub fn public_pem(&self) -> String {
        let der = self.0.public_key().as_der().expect("an encoding");
        let text = STANDARD.encode(der.as_ref());
        let lines: Vec<_> = text.as_bytes().chunks(PEM_LINE).map(|line| String::from_utf8_lossy(line)).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 over `text`, in base64.
    pub fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = rand::SystemRandom::new();
        self.0.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).expect("a signature");
        STANDARD.encode(signature)
    }
}

/// Whether `signature` (base64) is the one of `text` by the key in `pem`.
pub fn verifies(pem: &str, text: &str, signature: &str) -> bool {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let (Ok(der), Ok(signature)) = (STANDARD.decode(body), STANDARD.decode(signature)) else {
        return false;
    };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).verify(text.as_bytes(), &signature).is_ok()
}

/// The value of a `Digest` header for `body`.
pub fn digest_of(body: &[u8]) -> String {
    format!("SHA-256={}", STANDARD.encode(digest::digest(&digest::SHA256, body)))
}

#[cfg(test)]
mod tests {
    use super::{Key, digest_of, verifies};

    #[test]
    fn a_signature_holds_for_its_text_and_key_alone() {
        let key = Key::generate();
        let signature = key.sign("date: today");
        assert!(verifies(&key.public_pem(), "date: today", &signature));
        assert!(!verifies(&key.public_pem(), "date: tomorrow", &signature));
        assert!(!verifies(&Key::generate().public_pem(), "date: today", &signature));
    }

    #[test]
    fn the_digest_is_that_of_rfc_3230() {
        assert_eq!(digest_of(b""), "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
