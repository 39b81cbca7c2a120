//! Where a consultation stood before it was taken in from an archive.

use model::clock::Instant;
use model::debate::consultation::Consultation;
use url::{Position, Url};

use crate::visitor::Visitor;

/// The longest address that is shown, in characters.
const LONGEST: usize = 2_000;

/// Another node that a consultation comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Moved {
    /// From where, and since when it is here.
    pub(super) says: String,
    /// Its address there, which may lead nowhere any more.
    pub(super) address: String,
}

/// Where it comes from, if it stood on another node of our kind.
pub(super) fn of(visitor: &Visitor, on: &Consultation) -> Option<Moved> {
    let source = &on.source.as_ref()?.0;
    let (host, address) = origin(source).filter(|(_, address)| visitor.here.parse(address).is_none())?;
    let t = &visitor.words;
    let taken_in = source["taken_in"].as_str().and_then(|at| Instant::parse(at).ok());
    let says = match taken_in {
        Some(at) => t.with2("moved-on", "host", &host, "date", t.date(at.timestamp())),
        None => t.with("moved-from", "host", &host),
    };
    Some(Moved { says, address })
}

/// The host and the address that an archive names. Whoever made it wrote what they liked.
fn origin(source: &serde_json::Value) -> Option<(String, String)> {
    let address: Url = source["url"].as_str().filter(|_| source["platform"] == "palabre")?.parse().ok()?;
    let host = &address[Position::BeforeHost..Position::AfterPort];
    let is_shown = matches!(address.scheme(), "https" | "http") && address.as_str().len() <= LONGEST;
    is_shown.then(|| (host.to_owned(), format!("{}://{host}{}", address.scheme(), address.path())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_on_the_web_alone_is_shown() {
        let of = |url: &str| origin(&json!({"platform": "palabre", "url": url})).map(|(host, _)| host);
        assert_eq!(of("https://a.test:8443/c/square").as_deref(), Some("a.test:8443"));
        for bad in ["javascript:alert(1)", "data:text/html,x", "/c/square", "", "mailto:a@b.test"] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!(of(&format!("https://a.test/{}", "x".repeat(LONGEST))), None);
        let signed_in = "https://ana:secret@a.test/c/x?a=b#c";
        let (_, address) = origin(&json!({"platform": "palabre", "url": signed_in})).unwrap();
        assert_eq!(address, "https://a.test/c/x", "whom it would sign in is nobody's business");
        assert_eq!(origin(&json!({"platform": "polis", "url": "https://pol.is/1"})), None, "of another kind");
    }
}
