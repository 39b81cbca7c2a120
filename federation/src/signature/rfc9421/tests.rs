use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use model::address::{Address, Scheme};

use super::super::{PublicKey, WINDOW_FUTURE, WINDOW_PAST};
use super::*;
use crate::testing::{ED25519, KEY_ID, KEYS};

const NOW: i64 = 1_763_900_000;
const INBOX: &str = "https://a.test/inbox";
const TYPE: &str = "application/activity+json";
const ALL: &str = r#""@method" "@target-uri" "content-digest""#;

/// A signed POST to the inbox that a test then spoils.
#[derive(Clone)]
struct Post {
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Post {
    fn signed() -> Self {
        Self::signed_by(&KEYS.0, INBOX)
    }

    fn signed_by(key: &PrivateKey, url: &str) -> Self {
        let url: Url = url.parse().expect("a URL");
        let body = br#"{"type":"Follow"}"#.to_vec();
        let signed = sign("post", &url, Some(&Payload::of(&body, TYPE)), key, NOW).expect("signed");
        let mut headers = HeaderMap::new();
        for (name, value) in signed {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).expect("a value"));
        }
        Self { target: url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(), headers, body }
    }

    /// Signs exactly these components with exactly these parameters, as a peer that leaves things out would.
    fn covering(components: &str, parameters: &str) -> Self {
        let mut post = Self::signed();
        let lines: Vec<String> = components
            .split_terminator(' ')
            .map(|component| {
                let value = match component.trim_matches('"') {
                    "@method" => "POST",
                    "@target-uri" => INBOX,
                    "@authority" => "a.test",
                    "@path" | "@request-target" => "/inbox",
                    name => post.headers.get(name).map_or("", |value| value.to_str().expect("text")),
                };
                format!("{component}: {value}\n")
            })
            .collect();
        let input = format!("({components}){parameters}");
        let base = format!("{}\"@signature-params\": {input}", lines.concat());
        let signature = KEYS.0.sign(base.as_bytes()).expect("signed");
        post.set(SIGNATURE_INPUT, &format!("any={input}"));
        post.set(SIGNATURE, &format!("any=:{signature}:"));
        post
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
    }

    fn text(&self, name: &str) -> String {
        self.headers[name].to_str().expect("text").to_owned()
    }

    fn read_at(&self, now: i64) -> Result<Claim, Fault> {
        let (method, headers) = (&Method::POST, &self.headers);
        let request = Received { method, target: &self.target, headers, body: Some(&self.body) };
        super::super::read(request, &Address::new(Scheme::Https, "a.test"), now)
    }

    fn judged_by(&self, key: &PublicKey) -> Result<(), Fault> {
        self.read_at(NOW)?.verify(key)
    }

    fn judged(&self) -> Result<(), Fault> {
        self.judged_by(&KEYS.1)
    }
}

fn now_and(more: &str) -> String {
    format!(r#";created={NOW};keyid="{KEY_ID}"{more}"#)
}

#[test]
fn what_we_sign_we_accept_with_rsa_and_with_ed25519() {
    let post = Post::signed();
    assert_eq!(post.judged(), Ok(()));
    assert_eq!(post.read_at(NOW).expect("a claim").key_id, KEY_ID);
    assert_eq!(Post::signed_by(&KEYS.0, "https://a.test/inbox?x=1").judged(), Ok(()));
    let post = Post::signed_by(&ED25519.0, INBOX);
    assert_eq!(post.judged_by(&ED25519.1), Ok(()));
    assert_eq!(post.judged(), Err(Fault::Algorithm), "its `alg` is not the key's");
    assert_eq!(Post::signed().judged_by(&ED25519.1), Err(Fault::Algorithm));
}

#[test]
fn a_signature_with_or_without_the_query_is_accepted_and_another_query_is_not() {
    let mut without = Post::signed();
    without.target = "/inbox?via=proxy".into();
    assert_eq!(without.judged(), Ok(()));
    let mut other = Post::signed_by(&KEYS.0, "https://a.test/inbox?x=1");
    other.target = "/inbox?x=2".into();
    assert_eq!(other.judged(), Err(Fault::Invalid));
    let mut elsewhere = Post::signed();
    elsewhere.target = "/f/x/inbox".into();
    assert_eq!(elsewhere.judged(), Err(Fault::Invalid));
}

#[test]
fn a_signature_that_leaves_things_out_is_refused() {
    let judged = |components: &str| Post::covering(components, &now_and("")).judged();
    assert_eq!(judged(ALL), Ok(()));
    assert_eq!(judged(r#""@method" "@authority" "@path" "content-digest""#), Ok(()));
    assert_eq!(judged(r#""@method" "@authority" "@request-target" "content-digest" "host""#), Ok(()));
    for less in [
        "",
        r#""@target-uri" "content-digest""#,
        r#""@method" "content-digest""#,
        r#""@method" "@path" "content-digest""#,
        r#""@method" "@authority" "content-digest""#,
    ] {
        assert_eq!(judged(less), Err(Fault::Coverage), "{less}");
    }
    assert_eq!(judged(r#""@method" "@target-uri""#), Err(Fault::NoDigest));
    assert_eq!(judged(r#""@method" "@target-uri" "digest""#), Err(Fault::Component), "no such header");
    let timeless = Post::covering(ALL, &format!(r#";keyid="{KEY_ID}""#));
    assert_eq!(timeless.judged(), Err(Fault::Coverage));
    assert_eq!(Post::covering(ALL, &format!(";created={NOW}")).judged(), Err(Fault::Malformed), "whose key?");
}

#[test]
fn a_signature_over_what_a_request_does_not_have_is_refused() {
    for odd in [
        r#""@status""#,
        r#""@anything""#,
        r#""x-none""#,
        r#""host";sf"#,
        r#""host";bs"#,
        r#""@method";req"#,
        r#""@query-param";name="x""#,
        r#""@query-param";name="x";req"#,
    ] {
        let post = Post::covering(&format!("{ALL} {odd}"), &now_and(""));
        assert_eq!(post.judged(), Err(Fault::Component), "{odd}");
    }
    for unfit in [r#""host" "host""#, r#"host"#, "1", r#""@query-param""#] {
        let post = Post::covering(&format!("{ALL} {unfit}"), &now_and(""));
        assert_eq!(post.judged(), Err(Fault::Malformed), "{unfit}");
    }
    let many: Vec<String> = (0..=MAX_COVERED).map(|number| format!("\"x-{number}\"")).collect();
    assert_eq!(Post::covering(&many.join(" "), &now_and("")).judged(), Err(Fault::Malformed));
}

#[test]
fn an_algorithm_is_one_that_we_speak() {
    let judged = |alg: &str| Post::covering(ALL, &now_and(&format!(r#";alg="{alg}""#))).judged();
    assert_eq!(judged("rsa-v1_5-sha256"), Ok(()));
    assert_eq!(judged("ed25519"), Err(Fault::Algorithm));
    for other in ["rsa-pss-sha512", "hmac-sha256", "ecdsa-p256-sha256", "none", ""] {
        assert_eq!(judged(other), Err(Fault::Algorithm), "{other}");
    }
}

#[test]
fn a_body_swapped_under_a_valid_signature_is_refused() {
    let mut post = Post::signed();
    post.body = br#"{"type":"Delete"}"#.to_vec();
    assert_eq!(post.judged(), Err(Fault::OtherBody));
    let digest = format!("sha-256=:{}:", Payload::of(&post.body, TYPE).sha256);
    post.set(CONTENT_DIGEST, &digest);
    assert_eq!(post.judged(), Err(Fault::Invalid), "another digest is not what was signed");
    let mut both = Post::signed();
    both.headers.append(CONTENT_DIGEST, HeaderValue::from_str(&digest).expect("a value"));
    assert_eq!(both.judged(), Err(Fault::OtherBody), "a second digest");
    post.set(CONTENT_DIGEST, "md5=:AAAA:");
    assert_eq!(post.judged(), Err(Fault::NoDigest));
}

#[test]
fn a_replay_later_or_to_another_host_is_refused() {
    let post = Post::signed();
    assert!(post.read_at(NOW + WINDOW_PAST).is_ok());
    assert_eq!(post.read_at(NOW + WINDOW_PAST + 1), Err(Fault::Stale));
    assert!(post.read_at(NOW - WINDOW_FUTURE).is_ok());
    assert_eq!(post.read_at(NOW - WINDOW_FUTURE - 1), Err(Fault::Early));
    let mut foreign = Post::signed_by(&KEYS.0, "https://b.test/inbox");
    assert_eq!(foreign.judged(), Err(Fault::Foreign));
    foreign.set("host", "a.test");
    assert_eq!(foreign.judged(), Err(Fault::Invalid), "the host that was signed is another");
    let expired = Post::covering(ALL, &now_and(&format!(";expires={}", NOW - 1)));
    assert_eq!(expired.judged(), Err(Fault::Stale));
}

#[test]
fn what_cannot_be_read_is_told_apart() {
    let mut post = Post::signed();
    post.headers.remove(SIGNATURE_INPUT);
    assert_eq!(post.judged(), Err(Fault::Malformed), "its other header is none of the draft");
    let mut post = Post::signed();
    post.headers.remove(SIGNATURE);
    assert_eq!(post.judged(), Err(Fault::Malformed));
    let wrong = [
        ("", "sig1=:AAAA:"),
        ("sig1", "sig1=:AAAA:"),
        ("sig1=()", "sig2=:AAAA:"),
        ("sig1=();created=1", "sig1=AAAA"),
        ("sig1=();created=yes;keyid=\"k\"", "sig1=:AAAA:"),
        ("sig1=();created=1;keyid=k", "sig1=:AAAA:"),
        ("sig1=();created=1;keyid=\"\"", "sig1=:AAAA:"),
        ("sig1=(", "sig1=:AAAA:"),
    ];
    for (input, signature) in wrong {
        let mut post = Post::signed();
        post.set(SIGNATURE_INPUT, input);
        post.set(SIGNATURE, signature);
        assert_eq!(post.judged(), Err(Fault::Malformed), "{input} {signature}");
    }
    let mut long = Post::signed();
    long.set(SIGNATURE_INPUT, &format!("sig1=();keyid=\"{}\"", "k".repeat(MAX_HEADER)));
    assert_eq!(long.judged(), Err(Fault::Malformed));
}

#[test]
fn the_first_signature_that_covers_enough_counts() {
    let post = Post::signed();
    let (input, signature) = (post.text(SIGNATURE_INPUT), post.text(SIGNATURE));
    let mut two = post.clone();
    two.set(SIGNATURE_INPUT, &format!(r#"proxy=("@method");created={NOW};keyid="p", {input}"#));
    two.set(SIGNATURE, &format!("proxy=:AAAA:, {signature}"));
    assert_eq!(two.judged(), Ok(()));
    let mut many = post.clone();
    let idle: Vec<String> = (0..MAX_SIGNATURES).map(|number| format!("s{number}=()")).collect();
    many.set(SIGNATURE_INPUT, &format!("{}, {input}", idle.join(", ")));
    assert_eq!(many.judged(), Err(Fault::Malformed), "no more are looked at");
    let mut renamed = post;
    renamed.set(SIGNATURE, &signature.replace("sig1", "sig2"));
    assert_eq!(renamed.judged(), Err(Fault::Malformed));
}

#[test]
fn a_spoiled_signature_is_refused() {
    let mut post = Post::signed();
    post.set(SIGNATURE, &format!("sig1=:{}:", STANDARD.encode([7; 256])));
    assert_eq!(post.judged(), Err(Fault::Invalid));
}

#[test]
fn a_fetch_is_signed_without_a_body() {
    let url: Url = "https://a.test/c/x/context?after=start#part".parse().expect("a URL");
    let mut headers = HeaderMap::new();
    for (name, value) in sign("get", &url, None, &KEYS.0, NOW).expect("signed") {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).expect("a value"));
    }
    let target = "/c/x/context?after=start";
    let request = Received { method: &Method::GET, target, headers: &headers, body: None };
    let own = Address::new(Scheme::Https, "a.test");
    assert_eq!(read(request, &own, NOW).and_then(|claim| claim.verify(&KEYS.1)), Ok(()));
}

#[test]
fn what_we_ask_for_is_what_we_accept() {
    use super::super::{WANTED_OF_GET, WANTED_OF_POST};
    for (wanted, has_body) in [(WANTED_OF_POST, true), (WANTED_OF_GET, false)] {
        let wanted: Dictionary = Parser::new(wanted).parse().expect("a dictionary");
        let Some(ListEntry::InnerList(wanted)) = wanted.get("sig1") else { panic!("a list of components") };
        assert_eq!(check_coverage(wanted, has_body), Ok(()));
        assert!(["created", "keyid"].iter().all(|name| wanted.params.get(*name) == Some(&BareItem::Boolean(true))));
    }
}
