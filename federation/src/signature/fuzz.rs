//! Signature headers as a stranger may send them: whatever stands there, a request is refused with a code or is rightly
//! signed, and nothing falls over.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use model::address::{Address, Scheme};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::testing::{ED25519, KEY_ID, KEYS};

const NOW: i64 = 1_763_900_000;
const BODY: &[u8] = br#"{"type":"Follow"}"#;
const INBOX: &str = "https://a.test/inbox?x=1";

type Headers = Vec<(&'static str, Vec<u8>)>;

/// A request rightly signed in a dialect with a kind of key.
fn signed(dialect: Dialect, key: &PrivateKey) -> Headers {
    let url = INBOX.parse().expect("a URL");
    let payload = Payload::of(BODY, "application/activity+json");
    let headers = sign(dialect, "post", &url, Some(&payload), key, NOW).expect("signed");
    headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect()
}

fn read_with(headers: &Headers, target: &str) -> Result<Claim, Fault> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        // What no server hands on is no case.
        if let Ok(value) = HeaderValue::from_bytes(value) {
            map.append(HeaderName::from_static(name), value);
        }
    }
    let request = Received { method: &Method::POST, target, headers: &map, body: Some(BODY) };
    read(request, &Address::new(Scheme::Https, "a.test"), NOW)
}

fn known() -> impl Strategy<Value = (Dialect, bool)> {
    (select(Dialect::ALL), any::<bool>())
}

fn keys(ed25519: bool) -> (&'static PrivateKey, &'static PublicKey) {
    if ed25519 { (&ED25519.0, &ED25519.1) } else { (&KEYS.0, &KEYS.1) }
}

/// Words of both dialects, put together in any way.
fn words() -> impl Strategy<Value = Vec<u8>> {
    let word = select(
        &[
            "keyId",
            "signature",
            "headers",
            "algorithm",
            "created",
            "expires",
            "sig1",
            "=",
            "=(",
            "(",
            ")",
            ";",
            ",",
            " ",
            ":",
            "\"",
            "\\",
            "\"@method\"",
            "\"@target-uri\"",
            "\"@authority\"",
            "\"@query-param\";name=\"x\"",
            "\"content-digest\"",
            "\"host\";sf",
            ";created=1763900000",
            ";keyid=\"https://x.test/u#k\"",
            ";alg=\"ed25519\"",
            ":AAAA:",
            "\"AAAA\"",
            "(request-target) host date digest",
            "rsa-sha256",
            "hs2019",
            "99999999999999999999",
            "-1",
            "1.5",
            "?1",
            "@1",
            "%\"a\"",
            "\u{e9}",
            KEY_ID,
        ][..],
    );
    vec(word, 0..24).prop_map(|words| words.concat().into_bytes())
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![words(), vec(any::<u8>(), 0..200)]
}

/// One change of one header.
#[derive(Debug, Clone)]
enum Spoilt {
    Byte(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Removed,
    Doubled,
    Replaced(Vec<u8>),
}

fn spoilt() -> impl Strategy<Value = Spoilt> {
    prop_oneof![
        4 => (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| Spoilt::Byte(at, byte)),
        1 => any::<prop::sample::Index>().prop_map(Spoilt::Cut),
        1 => Just(Spoilt::Removed),
        1 => Just(Spoilt::Doubled),
        1 => value().prop_map(Spoilt::Replaced),
    ]
}

impl Spoilt {
    fn apply(&self, headers: &mut Headers, which: usize) {
        let (name, value) = headers[which].clone();
        match self {
            Self::Byte(at, byte) => headers[which].1[at.index(value.len())] = *byte,
            Self::Cut(at) => headers[which].1.truncate(at.index(value.len())),
            Self::Removed => drop(headers.remove(which)),
            Self::Doubled => headers.push((name, value)),
            Self::Replaced(other) => headers[which].1.clone_from(other),
        }
    }
}

/// A header as it is compared: without what surrounds it, and its names of algorithms and hosts in lower case.
fn plain(headers: &Headers, name: &str) -> Vec<String> {
    let of = headers.iter().filter(|(header, _)| *header == name);
    of.map(|(_, value)| String::from_utf8_lossy(value).trim().to_ascii_lowercase()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(model::testing::cases()))]

    /// Any headers at all.
    #[test]
    fn random_signature_headers_are_refused_with_a_code(
        input in proptest::option::of(value()),
        signature in proptest::option::of(value()),
        digest in proptest::option::of(value()),
        date in proptest::option::of(value()),
        target in "/[ -~]{0,40}",
    ) {
        let mut headers: Headers = vec![("host", b"a.test".to_vec())];
        let given = [("signature-input", input), ("signature", signature), ("digest", digest.clone()), ("content-digest", digest), ("date", date)];
        headers.extend(given.into_iter().filter_map(|(name, value)| Some((name, value?))));
        match read_with(&headers, &target) {
            Ok(claim) => prop_assert!(claim.verify(&KEYS.1).is_err()),
            Err(fault) => prop_assert!(fault.code().starts_with("signature-")),
        }
    }

    /// A signature that holds, with one thing changed: it holds on only if nothing that it covers was changed.
    #[test]
    fn a_signature_holds_only_for_what_was_signed(
        (dialect, ed25519) in known(), which in any::<prop::sample::Index>(), change in spoilt(),
    ) {
        let (private, public) = keys(ed25519);
        let before = signed(dialect, private);
        let mut headers = before.clone();
        let which = which.index(headers.len());
        change.apply(&mut headers, which);
        let judged = read_with(&headers, "/inbox?x=1").and_then(|claim| claim.verify(public).map(|()| claim));
        if let Ok(claim) = judged {
            let covered: &[&str] = match dialect {
                Dialect::Cavage => &["host", "date", "digest", "content-type"],
                Dialect::Rfc9421 => &["host", "content-digest", "content-type"],
            };
            // The draft does not sign the name of the key: it is told by the key that fits.
            prop_assert!(dialect == Dialect::Cavage || claim.key_id == KEY_ID);
            for name in covered {
                prop_assert_eq!(plain(&headers, name), plain(&before, name), "{}", name);
            }
        }
    }

    /// Keys are texts of strangers, too.
    #[test]
    fn random_keys_are_no_keys(text in "[ -~\n]{0,300}", octets in vec(any::<u8>(), 0..400)) {
        prop_assert!(PublicKey::from_pem(&text).is_err());
        prop_assert!(PublicKey::from_pem(&crate::testing::pem("PUBLIC KEY", &octets)).is_err());
        let multikey = PublicKey::from_multikey(&format!("z{}", bs58::encode(&octets).into_string()));
        prop_assert!(multikey.is_err() || octets.starts_with(&[0xed, 0x01]) || octets.starts_with(&[0x85, 0x24]));
    }
}
