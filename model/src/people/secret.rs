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

/// What codes are made of (Crockford's base 32): nothing in it is mistaken for something else in print.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code, 5 bits each: 100 bits.
const CODE: usize = 20;
/// Characters of a code that are written together.
const GROUP: usize = 4;

/// A new secret that can be read out and typed: `7KQ2-M9XP-…`.
#[expect(clippy::disallowed_methods, reason = "the one place where secrets are made")]
pub(crate) fn mint_code() -> String {
    let mut bytes = [0u8; CODE];
    // Without randomness no secret may be made.
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    let symbols: Vec<u8> = bytes.iter().map(|byte| ALPHABET[usize::from(byte % 32)]).collect();
    let groups: Vec<String> = symbols.chunks(GROUP).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("-")
}

/// A code as it is meant, however it is typed: without blanks and hyphens, in capitals, no letter for a digit.
pub(crate) fn plain_code(typed: &str) -> String {
    let meant = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(CODE + 1).map(meant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = mint_code();
        assert_eq!(code.len(), CODE + CODE / GROUP - 1);
        assert_ne!(code, mint_code());
        let plain = plain_code(&code);
        assert_eq!(plain.len(), CODE);
        assert_eq!(plain_code(&format!(" {} ", code.to_lowercase().replace('-', " "))), plain);
        assert_eq!(plain_code("o0-iL1"), "00111");
    }
}
