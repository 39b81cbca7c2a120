use http::{HeaderMap, HeaderName, HeaderValue, Method};

use model::address::{Address, Scheme};

use super::super::{Fault, PublicKey, Received, WINDOW_FUTURE, WINDOW_PAST};
use super::*;
use crate::testing::{ED25519, KEY_ID, KEYS, pem};

const NOW: i64 = 1_763_900_000;
const OWN: &str = "a.test";

/// A signed POST to the inbox that a test then spoils.
struct Post {
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Post {
    fn signed() -> Self {
        Self::signed_at("https://a.test/inbox", NOW)
    }

    fn signed_at(url: &str, now: i64) -> Self {
        Self::signed_by(&KEYS.0, url, now)
    }

    fn signed_by(key: &PrivateKey, url: &str, now: i64) -> Self {
        let url: Url = url.parse().expect("a URL");
        let body = br#"{"type":"Follow"}"#.to_vec();
        let signed =
            sign("post", &url, Some(&Payload::of(&body, "application/activity+json")), key, now).expect("signed");
        let headers = signed
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(&value).expect("a value")))
            .collect();
        let target = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        Self { target, headers, body }
    }

    /// Signs exactly these lines, as a peer that leaves things out would.
    fn covering(names: &str, more: &str) -> Self {
        let mut post = Self::signed();
        let lines: Vec<String> = names
            .split(' ')
            .map(|name| match name {
                "(request-target)" => "(request-target): post /inbox".to_owned(),
                "(created)" => format!("(created): {NOW}"),
                name => format!("{name}: {}", post.headers[name].to_str().expect("text")),
            })
            .collect();
        let signature = KEYS.0.sign(lines.join("\n").as_bytes()).expect("signed");
        let header = format!(r#"keyId="{KEY_ID}",{more}headers="{names}",signature="{signature}""#);
        post.set("signature", &header);
        post
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
    }

    fn read_at(&self, now: i64) -> Result<Claim, Fault> {
        let request =
            Received { method: &Method::POST, target: &self.target, headers: &self.headers, body: Some(&self.body) };
        super::super::read(request, &Address::new(Scheme::Https, OWN), now)
    }

    fn judged(&self) -> Result<(), Fault> {
        self.read_at(NOW)?.verify(&KEYS.1)
    }
}

#[test]
fn what_we_sign_we_accept() {
    let post = Post::signed();
    assert_eq!(post.judged(), Ok(()));
    assert_eq!(post.read_at(NOW).expect("a claim").key_id, KEY_ID);
    assert_eq!(Post::signed_at("https://a.test/inbox?x=1", NOW).judged(), Ok(()));
}

#[test]
fn a_signature_with_or_without_the_query_is_accepted_and_another_query_is_not() {
    let mut without = Post::signed();
    without.target = "/inbox?via=proxy".into();
    assert_eq!(without.judged(), Ok(()));
    let mut other = Post::signed_at("https://a.test/inbox?x=1", NOW);
    other.target = "/inbox?x=2".into();
    assert_eq!(other.judged(), Err(Fault::Invalid));
}

#[test]
fn a_signature_that_leaves_things_out_is_refused() {
    let all = "(request-target) host date digest";
    assert_eq!(Post::covering(all, "").judged(), Ok(()));
    assert_eq!(Post::covering("host date digest", "").judged(), Err(Fault::Coverage));
    assert_eq!(Post::covering("(request-target) date digest", "").judged(), Err(Fault::Coverage));
    assert_eq!(Post::covering("(request-target) host digest", "").judged(), Err(Fault::Coverage));
    assert_eq!(Post::covering("(request-target) host date", "").judged(), Err(Fault::NoDigest));
    assert_eq!(Post::covering("date", "").judged(), Err(Fault::Coverage));
    let created = format!("created={NOW},");
    assert_eq!(Post::covering("(request-target) (created) host digest", &created).judged(), Ok(()));
    assert_eq!(Post::covering("(request-target) (created) host digest", "").judged(), Err(Fault::Malformed));
}

#[test]
fn a_body_swapped_under_a_valid_signature_is_refused() {
    let mut post = Post::signed();
    post.body = br#"{"type":"Delete"}"#.to_vec();
    assert_eq!(post.judged(), Err(Fault::OtherBody));
    let digest = format!("SHA-256={}", Payload::of(&post.body, "").sha256);
    post.set("digest", &digest);
    assert_eq!(post.judged(), Err(Fault::Invalid), "another digest is not what was signed");
}

#[test]
fn a_second_digest_is_refused_wherever_it_stands() {
    let mut listed = Post::signed();
    let digest = listed.headers["digest"].to_str().expect("text").to_owned();
    listed.set("digest", &format!("{digest},SHA-256=AAAA"));
    assert_eq!(listed.judged(), Err(Fault::NoDigest));
    let mut doubled = Post::signed();
    doubled.headers.append("digest", HeaderValue::from_static("SHA-256=AAAA"));
    assert_eq!(doubled.judged(), Err(Fault::NoDigest));
    let mut missing = Post::signed();
    missing.headers.remove("digest");
    assert_eq!(missing.judged(), Err(Fault::NoDigest));
    let mut weak = Post::signed();
    weak.set("digest", "MD5=1B2M2Y8AsgTpgAmY7PhCfg==");
    assert_eq!(weak.judged(), Err(Fault::NoDigest));
}

#[test]
fn a_replay_later_or_to_another_host_is_refused() {
    let post = Post::signed();
    assert!(post.read_at(NOW + WINDOW_PAST).is_ok());
    assert_eq!(post.read_at(NOW + WINDOW_PAST + 1), Err(Fault::Stale));
    assert!(post.read_at(NOW - WINDOW_FUTURE).is_ok());
    assert_eq!(post.read_at(NOW - WINDOW_FUTURE - 1), Err(Fault::Early));
    assert_eq!(Post::signed_at("https://b.test/inbox", NOW).judged(), Err(Fault::Foreign));
    let expired = Post::covering("(request-target) host date digest", &format!("expires={},", NOW - 1));
    assert_eq!(expired.judged(), Err(Fault::Stale));
}

#[test]
fn our_host_with_the_port_of_its_scheme_is_still_ours() {
    let mut post = Post::signed();
    post.set("host", "A.test:443");
    assert!(post.read_at(NOW).is_ok());
    post.set("host", "a.test:8443");
    assert_eq!(post.read_at(NOW), Err(Fault::Foreign));
}

#[test]
fn what_cannot_be_read_is_told_apart() {
    let mut post = Post::signed();
    post.headers.remove("signature");
    assert_eq!(post.judged(), Err(Fault::Unsigned));
    for (header, fault) in [
        ("", Fault::Malformed),
        ("keyId", Fault::Malformed),
        (r#"keyId="https://x.test/u#k""#, Fault::Malformed),
        (r#"keyId="a",keyId="b",signature="AAAA""#, Fault::Malformed),
        (r#"keyId="a",signature="not base64!""#, Fault::Malformed),
        (r#"keyId="a",algorithm="hmac-sha256",signature="AAAA""#, Fault::Algorithm),
    ] {
        post.set("signature", header);
        assert_eq!(post.judged(), Err(fault), "{header}");
    }
}

#[test]
fn another_key_or_a_spoiled_signature_is_refused() {
    let mut post = Post::signed();
    let header = post.headers["signature"].to_str().expect("text").to_owned();
    let start = header.find("signature=\"").expect("a signature") + "signature=\"".len();
    let flipped = if header.as_bytes()[start] == b'A' { "B" } else { "A" };
    let spoiled = format!("{}{flipped}{}", &header[..start], &header[start + 1..]);
    post.set("signature", &spoiled);
    assert_eq!(post.judged(), Err(Fault::Invalid));
}

#[test]
fn the_authorization_header_is_read_like_the_signature_header() {
    let mut post = Post::signed();
    let header = format!("Signature {}", post.headers["signature"].to_str().expect("text"));
    post.headers.remove("signature");
    post.set("authorization", &header);
    assert_eq!(post.judged(), Ok(()));
}

#[test]
fn a_fetch_is_signed_without_a_body() {
    let url: Url = "https://a.test/u/ana".parse().expect("a URL");
    let headers: HeaderMap = sign("get", &url, None, &KEYS.0, NOW)
        .expect("signed")
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(&value).expect("a value")))
        .collect();
    let request = Received { method: &Method::GET, target: "/u/ana", headers: &headers, body: None };
    assert_eq!(read(request, OWN, NOW).and_then(|claim| claim.verify(&KEYS.1)), Ok(()));
    let with_body = Received { body: Some(b""), ..request };
    assert_eq!(read(with_body, OWN, NOW), Err(Fault::NoDigest));
}

#[test]
fn an_oversized_or_foreign_key_text_is_no_key() {
    assert!(PublicKey::from_pem("hello").is_err());
    assert!(PublicKey::from_pem(&pem("PUBLIC KEY", &[0; 10_000])).is_err());
    assert!(PrivateKey::from_pem("k", &pem("PRIVATE KEY", b"nothing")).is_err());
}

#[test]
fn dates_are_written_as_http_writes_them() {
    assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

#[test]
fn ed25519_signs_and_verifies_like_rsa_and_neither_passes_for_the_other() {
    let post = Post::signed_by(&ED25519.0, "https://a.test/inbox", NOW);
    assert!(post.headers["signature"].to_str().expect("text").contains(r#"algorithm="hs2019""#));
    let claim = post.read_at(NOW).expect("a claim");
    assert_eq!(claim.verify(&ED25519.1), Ok(()));
    assert_eq!(claim.verify(&KEYS.1), Err(Fault::Invalid));
    let told = |post: &Post, algorithm: &str| {
        let mut post = Post { target: post.target.clone(), headers: post.headers.clone(), body: post.body.clone() };
        let header = post.headers["signature"].to_str().expect("text").to_owned();
        post.set("signature", &header.replace("hs2019", algorithm).replace("rsa-sha256", algorithm));
        post.read_at(NOW).expect("a claim")
    };
    assert_eq!(told(&post, "ed25519").verify(&ED25519.1), Ok(()));
    assert_eq!(told(&post, "rsa-sha256").verify(&ED25519.1), Err(Fault::Algorithm));
    assert_eq!(told(&Post::signed(), "ed25519").verify(&KEYS.1), Err(Fault::Algorithm));
    assert_eq!(told(&Post::signed(), "hs2019").verify(&KEYS.1), Ok(()));
}

#[test]
fn a_key_is_read_in_each_form_that_actors_publish() {
    let octets = ED25519.2;
    let multikey = model::people::proof::multikey(&octets);
    let spki = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00][..], &octets].concat();
    let signature = base64::engine::general_purpose::STANDARD.decode(ED25519.0.sign(b"text").expect("signed"));
    let signature = signature.expect("base64");
    for key in [PublicKey::from_multikey(&multikey), PublicKey::from_pem(&pem("PUBLIC KEY", &spki))] {
        let key = key.expect("a key");
        assert_eq!(key.algorithm(), Algorithm::Ed25519);
        assert!(key.verifies(b"text", &signature) && !key.verifies(b"another", &signature));
    }
    for none in ["", "z", "z6Mk", "u7QEI", "not a key"] {
        assert!(PublicKey::from_multikey(none).is_err(), "{none}");
    }
}
