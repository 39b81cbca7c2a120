//! Requests that the peer signs, rightly or wrongly, and signatures that it checks.

use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};

use super::keys::{self, Key};
use crate::clock;

/// How far a date may lie off, either way, as Mastodon has it (twelve hours).
const WINDOW: SignedDuration = SignedDuration::from_hours(12);
const SIGNED: [&str; 5] = ["(request-target)", "host", "date", "digest", "content-type"];
const CONTENT_TYPE: &str = "application/activity+json";

/// What is wrong with a signature, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    None,
    /// Signed thirteen hours ago.
    Stale,
    /// Signed with somebody else's key under the right name.
    ForeignKey,
    /// Well signed, by an actor that is not the activity's.
    OtherActor,
    /// The body's digest is neither sent nor signed.
    NoDigest,
    /// The digest signed is that of another body.
    OtherBody,
    /// The digest header is that of the body sent, the one signed was not.
    SwappedDigest,
    /// The target signed is another path.
    OtherTarget,
    /// Signed for another host, sent here.
    OtherHost,
    /// No signature at all.
    Unsigned,
}

/// Headers of a signed request.
pub fn headers(key: &Key, key_id: &str, target: (&str, &str), body: &[u8], flaw: Flaw) -> Vec<(&'static str, String)> {
    let (host, path) = target;
    let age = if flaw == Flaw::Stale { SignedDuration::from_hours(13) } else { SignedDuration::ZERO };
    let date = clock::http_date(clock::now() - age);
    let digest = match flaw {
        Flaw::OtherBody | Flaw::SwappedDigest => keys::digest_of(b"{}"),
        _ => keys::digest_of(body),
    };
    let signed_path = if flaw == Flaw::OtherTarget { "/elsewhere" } else { path };
    let signed_host = if flaw == Flaw::OtherHost { "elsewhere.test" } else { host };
    let names: Vec<_> = SIGNED.into_iter().filter(|name| flaw != Flaw::NoDigest || *name != "digest").collect();
    let lines: Vec<_> = names
        .iter()
        .map(|name| match *name {
            "(request-target)" => format!("(request-target): post {signed_path}"),
            "host" => format!("host: {signed_host}"),
            "date" => format!("date: {date}"),
            "digest" => format!("digest: {digest}"),
            _ => format!("content-type: {CONTENT_TYPE}"),
        })
        .collect();
    let signature = key.sign(&lines.join("\n"));
    let value = format!(
        "keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{}\",signature=\"{signature}\"",
        names.join(" ")
    );
    let mut headers = vec![("content-type", CONTENT_TYPE.to_owned()), ("date", date)];
    match flaw {
        Flaw::NoDigest => {}
        Flaw::SwappedDigest => headers.push(("digest", keys::digest_of(body))),
        _ => headers.push(("digest", digest)),
    }
    if flaw != Flaw::Unsigned {
        headers.push(("signature", value));
    }
    headers
}

/// A signature that was received, taken apart.
#[derive(Debug)]
pub struct Received {
    /// Where the key is found.
    pub key_id: String,
    text: String,
    signature: String,
}

impl Received {
    /// Reads and checks all but the key: the headers that must be signed, the digest of `body`, the date, the host.
    ///
    /// # Errors
    /// Says what is missing or wrong.
    pub fn read(method: &str, path: &str, host: &str, headers: &HeaderMap, body: &[u8]) -> Result<Self, String> {
        let header = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.ok_or_else(|| format!("no {name} header"))
        };
        let signature = header("signature")?;
        let part = |name: &str| parameter(signature, name).ok_or_else(|| format!("no {name} in {signature}"));
        if !["rsa-sha256", "hs2019"].contains(&part("algorithm")?) {
            return Err(format!("unknown algorithm: {signature}"));
        }
        let names: Vec<_> = part("headers")?.split(' ').collect();
        for needed in ["(request-target)", "host", "date", "digest"] {
            if !names.contains(&needed) {
                return Err(format!("{needed} is not signed: {signature}"));
            }
        }
        if header("digest")? != keys::digest_of(body) {
            return Err("the digest is not the body's".to_owned());
        }
        if header("host")? != host {
            return Err(format!("signed for {}", header("host")?));
        }
        within_window(header("date")?)?;
        let mut lines = Vec::new();
        for name in &names {
            lines.push(match *name {
                "(request-target)" => format!("(request-target): {} {path}", method.to_lowercase()),
                name => format!("{name}: {}", header(name)?),
            });
        }
        Ok(Self { key_id: part("keyId")?.to_owned(), text: lines.join("\n"), signature: part("signature")?.to_owned() })
    }

    /// Whether the key in `pem` made it.
    pub fn by(&self, pem: &str) -> bool {
        keys::verifies(pem, &self.text, &self.signature)
    }
}

fn within_window(date: &str) -> Result<(), String> {
    let at: Timestamp = jiff::fmt::rfc2822::parse(date).map_err(|error| format!("{date}: {error}"))?.timestamp();
    if clock::now().duration_since(at).abs() > WINDOW { Err(format!("stale: {date}")) } else { Ok(()) }
}

fn parameter<'a>(signature: &'a str, name: &str) -> Option<&'a str> {
    signature.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix("=\"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{Flaw, Received, headers};
    use crate::peer::keys::Key;

    fn received(key: &Key, flaw: Flaw) -> Result<Received, String> {
        let body = br#"{"type":"Like"}"#;
        let mut map = HeaderMap::new();
        map.insert("host", HeaderValue::from_static("a.test"));
        for (name, value) in headers(key, "http://m.test/ana#main-key", ("a.test", "/inbox"), body, flaw) {
            map.insert(HeaderName::from_static(name), HeaderValue::try_from(value).expect("a header value"));
        }
        Received::read("POST", "/inbox", "a.test", &map, body)
    }

    #[test]
    fn what_is_signed_rightly_is_accepted() {
        let key = Key::generate();
        let signature = received(&key, Flaw::None).expect("a good signature");
        assert_eq!(signature.key_id, "http://m.test/ana#main-key");
        assert!(signature.by(&key.public_pem()));
    }

    #[test]
    fn each_flaw_is_seen() {
        let key = Key::generate();
        for flaw in [Flaw::Stale, Flaw::NoDigest, Flaw::OtherBody, Flaw::Unsigned] {
            assert!(received(&key, flaw).is_err(), "{flaw:?}");
        }
        for flaw in [Flaw::OtherTarget, Flaw::OtherHost, Flaw::SwappedDigest] {
            assert!(!received(&key, flaw).expect("well formed").by(&key.public_pem()), "{flaw:?}");
        }
        let other = Key::generate();
        assert!(!received(&other, Flaw::ForeignKey).expect("well formed").by(&key.public_pem()));
    }
}
