//! Proofs within documents (FEP-8b32, `eddsa-jcs-2022`): who holds a document can check who made it, wherever it came
//! from.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::key::Key;
use crate::clock::Instant;
use crate::error::{Error, Result};

/// The multicodec prefix of an Ed25519 public key.
const ED25519_KEY: [u8; 2] = [0xed, 0x01];
/// Octets of an Ed25519 public key.
pub const KEY_LENGTH: usize = 32;
/// The longest signature that is read, in characters of base58.
const VALUE_LONGEST: usize = 128;
/// The cryptosuite.
const SUITE: &str = "eddsa-jcs-2022";

/// A private key that signs, with the address under which its public half is published.
#[derive(Clone)]
pub struct Signer {
    id: String,
    pair: std::sync::Arc<Ed25519KeyPair>,
}

impl std::fmt::Debug for Signer {
    /// Never the private half.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Signer {
    /// From an Ed25519 key of a local actor; `id` is the address of its public half.
    ///
    /// # Errors
    /// When it has no private half, or is none of Ed25519.
    pub fn of(id: String, key: &Key) -> Result<Self> {
        let private = key.private_key.as_deref().ok_or_else(|| Error::store("a key without its private half"))?;
        Self::from_pkcs8(id, private)
    }

    /// From PKCS#8 DER; `id` is the address of the public half.
    ///
    /// # Errors
    /// When it is no key of Ed25519.
    pub fn from_pkcs8(id: String, private: &[u8]) -> Result<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(private).map_err(|_| Error::store("no key of Ed25519"))?;
        Ok(Self { id, pair: pair.into() })
    }

    /// The public half: 32 octets.
    #[must_use]
    pub fn public(&self) -> [u8; KEY_LENGTH] {
        let mut public = [0; KEY_LENGTH];
        public.copy_from_slice(self.pair.public_key().as_ref());
        public
    }

    /// Signs octets: 64 of them.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    /// Puts a proof into a document, made at `created`.
    ///
    /// # Errors
    /// When the document is no object.
    pub fn prove(&self, document: &mut Value, created: Instant) -> Result<()> {
        let mut proof = json!({
            "type": "DataIntegrityProof",
            "cryptosuite": SUITE,
            "verificationMethod": self.id,
            "proofPurpose": "assertionMethod",
            "created": crate::clock::Instant::from_microsecond(created.as_second() * 1_000_000).to_string(),
        });
        let object = document.as_object_mut().ok_or_else(|| Error::store("only an object bears a proof"))?;
        object.remove("proof");
        if let Some(context) = object.get("@context") {
            proof["@context"] = context.clone();
        }
        let signature = self.sign(&digest(&proof, object)?);
        proof["proofValue"] = format!("z{}", bs58::encode(signature).into_string()).into();
        object.insert("proof".to_owned(), proof);
        Ok(())
    }
}

/// A document without its proof in the form that is hashed and signed (RFC 8785, JCS).
///
/// # Errors
/// When it holds a number that has no such form.
pub fn canonical(document: &Value) -> Result<Vec<u8>> {
    let mut document = document.clone();
    if let Some(object) = document.as_object_mut() {
        object.remove("proof");
    }
    serde_json_canonicalizer::to_vec(&document).map_err(Error::store)
}

/// What is signed: the hash of the proof's options, then that of the document without its proof.
fn digest(options: &Value, document: &Map<String, Value>) -> Result<Vec<u8>> {
    let canonical = |of: Result<Vec<u8>, _>| of.map_err(Error::store);
    let options = canonical(serde_json_canonicalizer::to_vec(options))?;
    let document = canonical(serde_json_canonicalizer::to_vec(document))?;
    Ok([Sha256::digest(options), Sha256::digest(document)].concat())
}

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// There is none, or it is of another kind.
    #[error("there is no proof of the kind eddsa-jcs-2022")]
    Missing,
    /// It is not for statements, or does not speak of the document's terms.
    #[error("the proof is not made for this document")]
    Unfit,
    /// The signature is another's, or the document was changed.
    #[error("the signature does not hold")]
    Signature,
}

/// What a document's proof says, as long as nobody has looked at the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The address that it gives its key.
    pub method: String,
    /// What was signed.
    pub signed: Vec<u8>,
    /// The signature: 64 octets, if it is one.
    pub signature: Vec<u8>,
    /// When it was made, if it says so.
    pub created: Option<Instant>,
    /// When it ends, if it says so.
    pub expires: Option<Instant>,
}

/// Reads a document's proof. A Linked Data signature beside it is left out of what was signed, as the FEP asks.
///
/// # Errors
/// [`Broken::Missing`] and [`Broken::Unfit`]; [`Broken::Signature`] for what cannot be one.
pub fn read(document: &Value) -> Result<Claimed, Broken> {
    let mut object = document.as_object().cloned().ok_or(Broken::Missing)?;
    let mut proof = object.remove("proof").ok_or(Broken::Missing)?;
    if object.get("signature").is_some_and(Value::is_object) {
        object.remove("signature");
    }
    if proof["type"] != "DataIntegrityProof" || proof["cryptosuite"] != SUITE {
        return Err(Broken::Missing);
    }
    let context = proof.get("@context");
    if proof["proofPurpose"] != "assertionMethod" || (context.is_some() && context != object.get("@context")) {
        return Err(Broken::Unfit);
    }
    let method = proof["verificationMethod"].as_str().ok_or(Broken::Unfit)?.to_owned();
    let time = |name: &str| {
        let told = proof.get(name).map(|at| at.as_str().and_then(|at| Instant::parse(at).ok()).ok_or(Broken::Unfit));
        told.transpose()
    };
    let (created, expires) = (time("created")?, time("expires")?);
    let value = proof.as_object_mut().and_then(|proof| proof.remove("proofValue"));
    let value = value.as_ref().and_then(Value::as_str).and_then(|value| value.strip_prefix('z'));
    let value = value.filter(|value| value.len() <= VALUE_LONGEST);
    let signature = value.and_then(|value| bs58::decode(value).into_vec().ok()).ok_or(Broken::Signature)?;
    let signed = digest(&proof, &object).map_err(|_| Broken::Unfit)?;
    Ok(Claimed { method, signed, signature, created, expires })
}

/// Checks a document's proof with a public key of 32 octets, and answers the address that it gives its key.
///
/// # Errors
/// [`Broken`].
pub fn check(document: &Value, public: &[u8]) -> Result<String, Broken> {
    let Claimed { method, signed, signature, .. } = read(document)?;
    UnparsedPublicKey::new(&ED25519, public).verify(&signed, &signature).map_err(|_| Broken::Signature)?;
    Ok(method)
}

/// A public key as actors publish it (FEP-521a): multibase base58btc of the prefixed octets.
#[must_use]
pub fn multikey(public: &[u8]) -> String {
    format!("z{}", bs58::encode([&ED25519_KEY, public].concat()).into_string())
}

/// The octets of a key as actors publish it; `None` if it is no key of Ed25519.
#[must_use]
pub fn from_multikey(text: &str) -> Option<[u8; KEY_LENGTH]> {
    let bytes = bs58::decode(text.strip_prefix('z')?).into_vec().ok()?;
    bytes.strip_prefix(&ED25519_KEY)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of FEP-8b32: its key, its document, its proof.
    const SECRET: &str = "3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq";
    const PUBLIC: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
    const KEY: &str = "https://server.example/users/alice#ed25519-key";
    const VALUE: &str = "zLaewdp4H9kqtwyrLatK4cjY5oRHwVcw4gibPSUDYDMhi4M49v8pcYk3ZB6D69dNpAPbUmY8ocuJ3m9KhKJEEg7z";
    /// The same of an earlier edition, whose proof does not repeat the context.
    const EARLIER: &str = "z3sXaxjKs4M3BRicwWA9peyNPJvJqxtGsDmpt1jjoHCjgeUf71TRFz56osPSfDErszyLp5Ks1EhYSgpDaNM977Rg2";

    fn signer() -> Signer {
        let seed = bs58::decode(SECRET).into_vec().unwrap();
        Signer { id: KEY.into(), pair: Ed25519KeyPair::from_seed_unchecked(&seed[2..]).unwrap().into() }
    }

    fn context() -> Value {
        json!(["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"])
    }

    fn create() -> Value {
        json!({
            "@context": context(),
            "id": "https://server.example/activities/1",
            "type": "Create",
            "actor": "https://server.example/users/alice",
            "object": {
                "id": "https://server.example/objects/1",
                "type": "Note",
                "attributedTo": "https://server.example/users/alice",
                "content": "Hello world",
                "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962}
            }
        })
    }

    #[test]
    fn the_vector_of_the_fep_is_made_and_checked() {
        let mut document = create();
        signer().prove(&mut document, Instant::parse("2023-02-24T23:36:38.5Z").unwrap()).unwrap();
        assert_eq!(document["proof"]["proofValue"], VALUE);
        assert_eq!(document["proof"]["created"], "2023-02-24T23:36:38Z");
        let public = from_multikey(PUBLIC).unwrap();
        assert_eq!((signer().public(), multikey(&public)), (public, PUBLIC.to_owned()));
        assert_eq!(check(&document, &public).unwrap(), KEY);
    }

    #[test]
    fn a_proof_of_the_earlier_edition_is_checked() {
        let document = json!({
            "@context": context(),
            "type": "Create",
            "actor": "https://server.example/users/alice",
            "object": {"type": "Note", "content": "Hello world"},
            "proof": {
                "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "verificationMethod": KEY,
                "proofPurpose": "assertionMethod", "proofValue": EARLIER, "created": "2023-02-24T23:36:38Z"
            }
        });
        assert_eq!(check(&document, &from_multikey(PUBLIC).unwrap()).unwrap(), KEY);
    }

    #[test]
    fn a_linked_data_signature_beside_a_proof_is_no_part_of_it() {
        let mut document = create();
        signer().prove(&mut document, Instant::from_microsecond(0)).unwrap();
        document["signature"] = json!({"type": "RsaSignature2017", "signatureValue": "AAAA"});
        assert!(check(&document, &signer().public()).is_ok());
        document["signature"] = json!("in words");
        assert_eq!(check(&document, &signer().public()), Err(Broken::Signature));
    }

    #[test]
    fn the_end_of_a_proof_is_read_and_signed() {
        let mut document = create();
        signer().prove(&mut document, Instant::from_microsecond(0)).unwrap();
        assert_eq!(read(&document).unwrap().expires, None);
        document["proof"]["expires"] = json!("2024-01-01T00:00:00Z");
        assert_eq!(read(&document).unwrap().expires, Some(Instant::parse("2024-01-01T00:00:00Z").unwrap()));
        assert_eq!(check(&document, &signer().public()), Err(Broken::Signature));
        document["proof"]["expires"] = json!("some day");
        assert_eq!(read(&document), Err(Broken::Unfit));
    }

    #[test]
    fn what_was_changed_does_not_hold() {
        let public = from_multikey(PUBLIC).unwrap();
        let mut document = json!({"a": 1});
        assert_eq!(check(&document, &public), Err(Broken::Missing));
        signer().prove(&mut document, Instant::from_microsecond(0)).unwrap();
        assert!(check(&document, &public).is_ok());
        let changed = |pointer: &str, value: Value| {
            let mut changed = document.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            check(&changed, &public)
        };
        assert_eq!(changed("/a", json!(2)), Err(Broken::Signature));
        assert_eq!(changed("/proof/created", json!("2024-01-01T00:00:00Z")), Err(Broken::Signature));
        assert_eq!(changed("/proof/proofPurpose", json!("authentication")), Err(Broken::Unfit));
        assert_eq!(changed("/proof/cryptosuite", json!("none")), Err(Broken::Missing));
        assert_eq!(check(&document, &[7; KEY_LENGTH]), Err(Broken::Signature));
    }
}
