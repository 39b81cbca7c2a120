//! Taking part from one's own server: where somebody's server lets them answer, or follow, what lies here (the `subscribe`
//! template that OStatus brought, and the intents of FEP-3b86).

use model::address::Local;
use model::error::{Error, Refusal, Result};
use url::Url;

use crate::app::App;
use crate::fetch::Budget;
use crate::guard::{self, Guard};
use crate::webfinger::{self, Handle, Jrd, Lost, OSTATUS, intent as rel};

/// The longest template that is filled in, in octets.
const TEMPLATE_LONGEST: usize = 1_024;

/// The address on the server of `handle` where its owner takes part in `about`, an address of this node. It lies on that server,
/// or on the one where its people have their actors, and is encrypted unless the operator allows otherwise.
///
/// # Errors
/// [`Refusal::FederationOff`], [`Refusal::NotAHandle`], [`Refusal::OwnAccount`], [`Refusal::PeerBlocked`],
/// [`Refusal::NotReachable`]; [`Refusal::NoIntent`] where the server offers no way.
pub async fn intent(app: &App, handle: &str, about: &str) -> Result<Url> {
    let handle = webfinger::theirs(app, handle).await?;
    let budget = Budget::default();
    let jrd = described(app, &handle, &budget).await?;
    let rels = wanted(app, about);
    if let Some(way) = way(&app.guard, &jrd, &handle.host, &rels, about) {
        return Ok(way);
    }
    // people may be called after one host and live on another: then that one says for itself how it is done
    let home = jrd.actor().as_ref().and_then(guard::authority).filter(|home| *home != handle.host);
    let home = home.ok_or(Refusal::NoIntent)?;
    if !app.speaks_to(&home).await? {
        return Err(Refusal::PeerBlocked.into());
    }
    let jrd =
        webfinger::at_host(&app.fetcher, &home, &handle, &budget).await.map_err(|lost| unreachable(&handle, &lost))?;
    way(&app.guard, &jrd, &home, &rels, about).ok_or_else(|| Refusal::NoIntent.into())
}

/// What the server says of somebody; of whom it does not speak (here, a person is not told of before the first comment), what
/// it says of itself.
async fn described(app: &App, handle: &Handle, budget: &Budget) -> Result<Jrd> {
    match webfinger::at_host(&app.fetcher, &handle.host, handle, budget).await {
        Err(Lost::Fetch(error)) if error.is_gone() => {
            let node = Handle { name: handle.host.clone(), host: handle.host.clone() };
            let said = webfinger::at_host(&app.fetcher, &handle.host, &node, budget).await;
            said.map_err(|lost| unreachable(handle, &lost))
        }
        said => said.map_err(|lost| unreachable(handle, &lost)),
    }
}

fn unreachable(handle: &Handle, lost: &Lost) -> Error {
    tracing::info!(%handle, %lost, "somebody's server does not tell of them");
    Refusal::NotReachable.into()
}

/// The relations that fit, the best first.
fn wanted(app: &App, about: &str) -> [String; 3] {
    let follows = matches!(app.address.parse(about), Some(Local::Forum(_) | Local::Node | Local::Person(_)));
    if follows {
        [rel("Follow"), OSTATUS.to_owned(), rel("Object")]
    } else {
        [rel("Object"), OSTATUS.to_owned(), rel("Follow")]
    }
}

/// The first way that lies on `host`.
fn way(guard: &Guard, jrd: &Jrd, host: &str, rels: &[String], about: &str) -> Option<Url> {
    let templates = rels.iter().flat_map(|rel| jrd.links.iter().filter(move |link| link.rel == *rel));
    let filled = templates.filter_map(|link| filled(link.template.as_deref().or(link.href.as_deref())?, about));
    filled.into_iter().find(|url| guard.admit(url).is_ok() && guard::authority(url).as_deref() == Some(host))
}

/// A template with the address of the object in its place, and nothing in any other (FEP-3b86, 3.2).
fn filled(template: &str, about: &str) -> Option<Url> {
    if template.len() > TEMPLATE_LONGEST {
        return None;
    }
    let about: String = url::form_urlencoded::byte_serialize(about.as_bytes()).collect();
    let (mut whole, mut rest, mut told) = (String::new(), template, false);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        whole.push_str(before);
        if matches!(name, "uri" | "object") {
            whole.push_str(&about);
            told = true;
        }
        rest = after;
    }
    whole.push_str(rest);
    whole.parse().ok().filter(|_| told)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::guard::Rules;
    use crate::wire;

    #[test]
    fn a_template_is_filled_in_and_holds_nothing_of_ours_but_the_address() {
        let about = "https://a.test/c/x?a=1&b=é#c";
        let encoded = "https%3A%2F%2Fa.test%2Fc%2Fx%3Fa%3D1%26b%3D%C3%A9%23c";
        for (template, url) in [
            (
                "https://m.test/authorize_interaction?uri={uri}",
                Some(format!("https://m.test/authorize_interaction?uri={encoded}")),
            ),
            ("https://m.test/i?o={object}&s={on-success}&x=1", Some(format!("https://m.test/i?o={encoded}&s=&x=1"))),
            ("https://m.test/i?s={on-success}", None),
            ("https://m.test/i?o={object", None),
            ("{uri}", None),
            ("nonsense {uri}", None),
        ] {
            assert_eq!(filled(template, about).map(String::from), url, "{template}");
        }
        assert_eq!(filled(&format!("https://m.test/{}{{uri}}", "x".repeat(TEMPLATE_LONGEST)), about), None);
    }

    const PARTS: &[&str] = &[
        "https://",
        "http://",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "peer.test",
        "evil.test",
        "PEER.TEST.",
        "a.test",
        "127.0.0.1",
        "[::1]",
        ":443",
        ":8080",
        "{uri}",
        "{object}",
        "{on-success}",
        "{",
        "}",
        "?",
        "#",
        "&",
        "=",
        "%",
        "%2F",
        "javascript:",
        "data:",
        "\t",
        "\n",
        " ",
        "\u{202e}",
        "é",
        "xn--",
        "peer.test.evil.test",
        "user:pass@",
        "authorize_interaction?uri=",
    ];

    fn template() -> impl Strategy<Value = String> {
        let part = prop_oneof![6 => proptest::sample::select(PARTS).prop_map(str::to_owned), 1 => any::<String>()];
        proptest::collection::vec(part, 0..10).prop_map(|parts| parts.concat())
    }

    /// A descriptor whose fields are right, wrong, or of another shape.
    fn descriptor() -> impl Strategy<Value = String> {
        let rel = prop_oneof![Just(OSTATUS.to_owned()), Just(rel("Object")), Just("self".to_owned()), any::<String>()];
        let link = (rel, template(), template(), 0..6).prop_map(|(rel, template, href, shape)| match shape {
            0 => serde_json::json!({"rel": rel, "template": template}),
            1 => serde_json::json!({"rel": rel, "href": href, "type": "application/activity+json"}),
            2 => serde_json::json!({"rel": [rel], "template": template}),
            3 => serde_json::json!(template),
            4 => serde_json::json!({"rel": rel, "template": {"uri": template}}),
            _ => serde_json::json!({"rel": rel, "template": template, "href": href}),
        });
        (any::<String>(), proptest::collection::vec(link, 0..6)).prop_map(|(subject, links)| {
            serde_json::json!({"subject": subject, "aliases": subject, "links": links}).to_string()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(model::testing::cases()))]

        #[test]
        fn webfinger_of_strangers_leads_to_their_server_or_nowhere(
            whole in descriptor(), at in any::<prop::sample::Index>(), byte in any::<u8>(), mutated in any::<bool>()
        ) {
            let mut bytes = whole.into_bytes();
            if mutated {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let guard = Guard::new(Rules { own: "a.test".into(), ..Rules::default() });
            if let Ok(jrd) = wire::parse(&bytes).and_then(wire::typed::<Jrd>) {
                let _unread = jrd.actor();
                let rels = [rel("Object"), OSTATUS.to_owned()];
                if let Some(way) = way(&guard, &jrd, "peer.test", &rels, "https://a.test/c/x") {
                    prop_assert_eq!(guard::authority(&way), Some("peer.test".to_owned()));
                    prop_assert_eq!(way.scheme(), "https");
                    prop_assert!(way.username().is_empty() && way.password().is_none());
                }
            }
        }

        #[test]
        fn handles_of_strangers_are_read_or_refused(text in template(), name in "[a-z0-9_.]{0,8}") {
            for text in [text.clone(), format!("@{name}@{text}")] {
                let Some(handle) = Handle::parse(&text) else { continue };
                prop_assert!(!handle.name.is_empty() && !handle.host.contains(['/', '@', '?', '#', ' ']));
                prop_assert_eq!(handle.host.to_ascii_lowercase(), handle.host.clone());
                prop_assert_eq!(Handle::parse(&handle.to_string()), Some(handle));
            }
        }
    }
}
