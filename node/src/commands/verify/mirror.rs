//! `palabre verify https://MIRROR/remote/HOST/c/SLUG`: whether the page of a node that carries a consultation of another shows
//! the text that its author signed.

use anyhow::Context as _;
use federation::files::Files;
use federation::wire::ACTIVITY_JSON;
use model::count::log::verify::keys_of;
use model::count::log::verify::report::{Check, Report};
use model::debate::text;
use model::network::fidelity;
use model::people::proof;
use serde_json::Value;
use url::Url;

use crate::config::Config;

/// The largest page or document that is read, in octets.
const LARGEST: usize = 4 << 20;
/// Where the text begins on the page, and what comes after it.
const BEGINS: &str = "id=\"text\"";
const ENDS: [&str; 2] = ["</section>", "<details"];

/// The address of the origin, if an address is that of a mirrored consultation.
pub(super) fn origin(url: &Url) -> Option<Url> {
    let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["remote", host, "c", slug] if matches!(url.scheme(), "http" | "https") => {
            format!("{}://{host}/c/{slug}", url.scheme()).parse().ok()
        }
        _ => None,
    }
}

/// Asks both nodes, and compares.
pub(super) async fn run(config: &Config, page: &Url, origin: &Url) -> anyhow::Result<Report> {
    let files = super::files(config)?;
    let shown = get(&files, page, "text/html").await?;
    let said: Value = serde_json::from_slice(&get(&files, origin, ACTIVITY_JSON).await?)?;
    let author: Url = said["attributedTo"].as_str().context("the origin names no author")?.parse()?;
    let actor: Value = match author.host() == origin.host() && author.port() == origin.port() {
        true => serde_json::from_slice(&get(&files, &author, ACTIVITY_JSON).await?)?,
        false => anyhow::bail!("the author is not of the origin's host"),
    };
    let mut report = judge(&String::from_utf8_lossy(&shown), &said, &actor);
    report.log = Some(origin.to_string());
    Ok(report)
}

async fn get(files: &Files, url: &Url, accept: &str) -> anyhow::Result<Vec<u8>> {
    files.get(url, accept, LARGEST).await?.with_context(|| format!("{url} is not there"))
}

/// What of a page does not hold against what the origin says.
fn judge(page: &str, said: &Value, actor: &Value) -> Report {
    let mut report = Report::default();
    let mut note = |check, found: Result<&str, &str>| {
        let (Ok(detail) | Err(detail)) = found;
        report.checks.push(Check { check, holds: found.is_ok(), detail: detail.to_owned() });
        found.is_ok()
    };
    report.ok = note("proof", proven(said, actor)) && note("text", same(page, said));
    report
}

/// Whether the origin's own author signed what the origin says, text and digest.
fn proven(said: &Value, actor: &Value) -> Result<&'static str, &'static str> {
    let keys: Vec<_> = keys_of(actor).collect();
    if proof::read(said).is_err() || keys.is_empty() {
        return Err("the origin does not sign its text");
    }
    match fidelity::unsigned(said, &keys) {
        Some(why) => Err(why),
        None => Ok("the text and its digest are signed by its author"),
    }
}

/// Whether the page shows that text, word for word.
fn same(page: &str, said: &Value) -> Result<&'static str, &'static str> {
    let wanted = federation::words(said).ok_or("the origin's document cannot be read")?;
    let rest = page.split_once(BEGINS).and_then(|(_, rest)| rest.split_once('>')).map(|(_, rest)| rest);
    let rest = rest.ok_or("the page shows no text")?;
    let end = ENDS.iter().filter_map(|end| rest.find(end)).min().ok_or("the page shows no text")?;
    let shown = text::plain(&rest[..end]);
    if shown == wanted { Ok("the page shows the text that is signed") } else { Err("the page shows another text") }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::Ed25519KeyPair;
    use model::clock::Instant;
    use model::people::proof::Signer;
    use serde_json::json;

    use super::*;

    fn page(words: &str) -> String {
        format!(
            "<h1>Title</h1><section><h2>Text</h2><div class=\"law\" id=\"text\" lang=\"en\"><p>{words}</p></div>\n</section><p>More</p>"
        )
    }

    #[test]
    fn a_page_that_shows_another_text_is_found_out() {
        let pair = Ed25519KeyPair::generate().unwrap();
        let id = "https://a.test/u/mairie#ed25519-key";
        let signer = Signer::from_pkcs8(id.into(), pair.to_pkcs8().unwrap().as_ref()).unwrap();
        let key = json!([{"id": id, "type": "Multikey", "publicKeyMultibase": proof::multikey(&signer.public())}]);
        let actor = json!({"id": "https://a.test/u/mairie", "assertionMethod": key});
        let mut said = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": "https://a.test/c/x", "type": "Page",
            "attributedTo": "https://a.test/u/mairie", "content": "<p>We close the <em>square</em>.</p>",
        });
        signer.prove(&mut said, Instant::from_microsecond(0)).unwrap();
        assert!(judge(&page("We close the <em>square</em>."), &said, &actor).ok);
        for (shown, failed) in [("We open the square.", "text"), ("We close the square. Never.", "text")] {
            let report = judge(&page(shown), &said, &actor);
            assert_eq!(report.fault().map(|check| check.check), Some(failed), "{shown}");
        }
        assert!(!judge("<p>nothing</p>", &said, &actor).ok);
        let mut forged = said.clone();
        forged["content"] = json!("<p>We open the square.</p>");
        assert_eq!(judge(&page("We open the square."), &forged, &actor).fault().unwrap().check, "proof");
        assert!(!judge(&page("We close the square."), &said, &json!({})).ok);
    }

    #[test]
    fn the_origin_is_told_by_the_address() {
        let of = |address: &str| origin(&address.parse().unwrap()).map(String::from);
        assert_eq!(of("https://b.test/remote/a.test:8443/c/x"), Some("https://a.test:8443/c/x".into()));
        assert_eq!(of("https://b.test/c/x"), None);
        assert_eq!(of("https://b.test/remote/a.test/c/x/ballot"), None);
    }
}
