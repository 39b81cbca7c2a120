//! Signatures both ways with `actpub-httpsig`, another library's reading of the draft and of RFC 9421.

#![allow(missing_docs, reason = "a test needs no public text")]

use actpub_httpsig::{CavageSigner, Rfc9421Signer, SigningKey, VerifyingKey};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::signature::{Payload, PrivateKey, PublicKey, Received, WINDOW_PAST, read, sign};
use http::Request;
use model::address::{Address, Scheme};
use model::network::dialect::Dialect;

const KEY_ID: &str = "https://peer.test/users/ana#main-key";
const URL: &str = "https://a.test/inbox?x=1";
const TYPE: &str = "application/activity+json";
const BODY: &[u8] = br#"{"type":"Follow"}"#;
/// The Date of the requests that the other library signs, in words and in seconds.
const DATE: &str = "Sun, 23 Nov 2025 12:13:20 GMT";
const NOW: i64 = 1_763_900_000;

/// One key, as both know it.
struct Key {
    ours: PrivateKey,
    theirs: SigningKey,
}

impl Key {
    fn of(pkcs8: &[u8]) -> Self {
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8));
        let theirs = SigningKey::from_pem(&pem).expect("a key");
        Self { ours: PrivateKey::from_der(KEY_ID, pkcs8).expect("a key"), theirs }
    }

    fn both() -> [Self; 2] {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let rsa = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("DER");
        let ed25519 = Ed25519KeyPair::generate().expect("a key").to_pkcs8().expect("DER");
        [Self::of(rsa.as_ref()), Self::of(ed25519.as_ref())]
    }

    fn public(&self) -> VerifyingKey {
        self.theirs.verifying_key()
    }
}

fn bare() -> http::request::Builder {
    Request::post(URL)
}

#[test]
fn what_we_sign_the_other_library_verifies() {
    for key in Key::both() {
        for dialect in Dialect::ALL {
            let payload = Payload::of(BODY, TYPE);
            let url = URL.parse().expect("a URL");
            let signed = sign(*dialect, "post", &url, Some(&payload), &key.ours, NOW).expect("signed");
            let with = |spoilt: &str| {
                let mut request = bare();
                for (name, value) in &signed {
                    let value = if *name == spoilt { "spoilt" } else { value };
                    request = request.header(*name, value);
                }
                let request = request.body(BODY.to_vec()).expect("a request");
                actpub_httpsig::verify(&request, |id| {
                    assert_eq!(id, KEY_ID);
                    Ok(key.public())
                })
            };
            let verified = with("nothing").unwrap_or_else(|error| panic!("{dialect}: {error}"));
            assert_eq!(verified.key_id(), KEY_ID);
            assert!(with("content-type").is_err(), "{dialect}: what is covered cannot be changed");
        }
    }
}

#[test]
fn what_the_other_library_signs_we_verify() {
    for key in Key::both() {
        let public = PublicKey::from_pem(&key.public().to_pem()).expect("a key");
        for dialect in Dialect::ALL {
            let mut request = bare()
                .header("host", "a.test")
                .header("date", DATE)
                .header("digest", actpub_httpsig::sha256_digest_header(BODY))
                .header("content-digest", actpub_httpsig::content_digest_header(BODY))
                .header("content-type", TYPE)
                .body(BODY.to_vec())
                .expect("a request");
            match dialect {
                Dialect::Cavage => CavageSigner::new(&key.theirs, KEY_ID).sign(&mut request).expect("signed"),
                Dialect::Rfc9421 => {
                    let signer = Rfc9421Signer::new(&key.theirs, KEY_ID).with_created(NOW);
                    signer.sign(&mut request).expect("signed");
                }
            }
            let received = Received {
                method: request.method(),
                target: "/inbox?x=1",
                headers: request.headers(),
                body: Some(BODY),
            };
            let own = Address::new(Scheme::Https, "a.test");
            let claim = read(received, &own, NOW).unwrap_or_else(|fault| panic!("{dialect}: {fault}"));
            assert_eq!(claim.key_id, KEY_ID);
            assert_eq!(claim.verify(&public), Ok(()), "{dialect}");
            assert!(read(received, &own, NOW + WINDOW_PAST + 1).is_err());
            let spoilt = Received { body: Some(b"{}"), ..received };
            assert!(read(spoilt, &own, NOW).is_err());
        }
    }
}
