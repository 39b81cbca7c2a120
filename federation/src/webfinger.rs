//! WebFinger (RFC 7033): answering for our own names, and finding others by theirs.

use model::error::{Refusal, Result as Answer};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::app::App;
use crate::fetch::{self, Budget, Fetcher, Signer, is_activity};
use crate::guard;
use crate::wire::{self, Actor, lenient};

/// The media type of an answer.
pub const JRD_JSON: &str = "application/jrd+json";
/// The relation under which servers say how people take part from them (`{uri}`).
pub const OSTATUS: &str = "http://ostatus.org/schema/1.0/subscribe";
/// The longest handle, in bytes: RFC 1035 allows 253 for the host.
const MAX_HANDLE: usize = 512;

/// The relation of an intent (FEP-3b86): `Object`, `Follow`…
#[must_use]
pub fn intent(kind: &str) -> String {
    format!("https://w3id.org/fep/3b86/{kind}")
}

/// A name on a server: `@name@host`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    /// The part before the host, as written.
    pub name: String,
    /// `host` or `host:port`, lower case.
    pub host: String,
}

impl Handle {
    /// Reads `@name@host`, `name@host` or `acct:name@host`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("acct:").unwrap_or(text);
        let (name, host) = text.strip_prefix('@').unwrap_or(text).split_once('@')?;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        let fine = text.len() <= MAX_HANDLE && !name.is_empty() && name.chars().all(|c| plain(c) || c == ':');
        // the host is read as URLs read it, so that look-alikes compare equal or not at all
        let url: Url = format!("https://{host}/").parse().ok().filter(|_| fine)?;
        let whole = url.path() == "/" && url.query().is_none() && url.username().is_empty();
        Some(Self { name: name.to_owned(), host: guard::authority(&url).filter(|_| whole)? })
    }
}

impl std::fmt::Display for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.name, self.host)
    }
}

/// A JSON resource descriptor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Jrd {
    /// `acct:name@host`.
    pub subject: String,
    /// Other names of the same.
    #[serde(default, deserialize_with = "lenient::many")]
    pub aliases: Vec<String>,
    /// Where it is found.
    #[serde(default, deserialize_with = "lenient::many")]
    pub links: Vec<Link>,
}

/// A link of a descriptor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Link {
    /// The relation.
    pub rel: String,
    /// The media type.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// The address with places to fill in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

impl Jrd {
    /// The descriptor of one of our actors, whose document and page share the address `id`.
    #[must_use]
    pub fn of(handle: &Handle, id: &str) -> Self {
        let link = |rel: &str, kind: &str| Link {
            rel: rel.into(),
            kind: Some(kind.into()),
            href: Some(id.into()),
            template: None,
        };
        Self {
            subject: format!("acct:{handle}"),
            aliases: vec![id.to_owned()],
            links: vec![link("self", wire::ACTIVITY_JSON), link("http://webfinger.net/rel/profile-page", "text/html")],
        }
    }

    /// The same, saying how its owner takes part from here in what lies elsewhere; `page` is where that is done.
    #[must_use]
    pub fn with_intents(mut self, page: &str) -> Self {
        let offer = |rel: String, place: &str| Link {
            rel,
            kind: None,
            href: None,
            template: Some(format!("{page}?uri={{{place}}}")),
        };
        self.links.push(offer(OSTATUS.to_owned(), "uri"));
        self.links.extend(["Object", "Follow"].map(|kind| offer(intent(kind), "object")));
        self
    }

    /// The actor it leads to.
    #[must_use]
    pub fn actor(&self) -> Option<Url> {
        let is_self = |link: &&Link| link.rel == "self" && link.kind.as_deref().is_some_and(is_activity);
        self.links.iter().find(is_self)?.href.as_deref()?.parse().ok()
    }
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// Something could not be fetched.
    #[error(transparent)]
    Fetch(#[from] fetch::Error),
    /// The answer names no actor.
    #[error("{0} names no actor")]
    NoActor(Handle),
    /// The actor goes by another name.
    #[error("{0} leads to an actor of another name")]
    OneWay(Handle),
}

/// Finds the actor of a handle: by WebFinger to the actor, and from the actor's own name back again.
///
/// # Errors
/// [`Lost`].
pub async fn find(
    fetcher: &Fetcher,
    handle: &Handle,
    signer: Signer<'_>,
    budget: &Budget,
) -> Result<serde_json::Value, Lost> {
    let id = ask(fetcher, handle, budget).await?;
    let document = fetcher.value(&id, signer, budget).await?;
    let actor: Actor = wire::typed(document.clone()).map_err(|_| Lost::NoActor(handle.clone()))?;
    let Some((name, host)) = actor.preferred_username.clone().zip(guard::authority(&actor.id)) else {
        return Err(Lost::OneWay(handle.clone()));
    };
    let own = Handle { name, host };
    let same = own.host == handle.host && own.name.eq_ignore_ascii_case(&handle.name);
    if same || ask(fetcher, &own, budget).await? == actor.id { Ok(document) } else { Err(Lost::OneWay(own)) }
}

/// A handle of another server that this node speaks to.
///
/// # Errors
/// [`Refusal::FederationOff`], [`Refusal::NotAHandle`], [`Refusal::OwnAccount`], [`Refusal::PeerBlocked`].
pub(crate) async fn theirs(app: &App, text: &str) -> Answer<Handle> {
    if !app.settings.enabled {
        return Err(Refusal::FederationOff.into());
    }
    let handle = Handle::parse(text).ok_or(Refusal::NotAHandle)?;
    if handle.host == app.address.host() {
        return Err(Refusal::OwnAccount.into());
    }
    if app.speaks_to(&handle.host).await? { Ok(handle) } else { Err(Refusal::PeerBlocked.into()) }
}

/// The actor that the host of a handle names.
async fn ask(fetcher: &Fetcher, handle: &Handle, budget: &Budget) -> Result<Url, Lost> {
    let jrd = at_host(fetcher, &handle.host, handle, budget).await?;
    jrd.actor().ok_or_else(|| Lost::NoActor(handle.clone()))
}

/// What `host` says of a handle.
pub(crate) async fn at_host(fetcher: &Fetcher, host: &str, handle: &Handle, budget: &Budget) -> Result<Jrd, Lost> {
    match asked(fetcher, "https", host, handle, budget).await {
        // where http is allowed, a host may speak nothing else
        Err(Lost::Fetch(fetch::Error::Network(..))) if fetcher.allows_http() => {
            asked(fetcher, "http", host, handle, budget).await
        }
        outcome => outcome,
    }
}

async fn asked(fetcher: &Fetcher, scheme: &str, host: &str, handle: &Handle, budget: &Budget) -> Result<Jrd, Lost> {
    let mut url: Url =
        format!("{scheme}://{host}/.well-known/webfinger").parse().map_err(|_| Lost::NoActor(handle.clone()))?;
    url.query_pairs_mut().append_pair("resource", &format!("acct:{handle}"));
    Ok(fetcher.json(&url, JRD_JSON, budget).await?)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::extract::Query;
    use axum::http::header::CONTENT_TYPE;
    use axum::routing::get;
    use serde_json::json;
    use std::collections::HashMap;

    use super::*;
    use crate::testing::{KEYS, peer};

    #[test]
    fn handles_are_read_in_every_spelling_and_hosts_as_urls_read_them() {
        for text in ["@ana@peer.test", "ana@peer.test", "acct:ana@peer.test", " @ana@PEER.test. "] {
            let handle = Handle::parse(text).expect(text);
            assert_eq!((handle.name.as_str(), handle.host.as_str()), ("ana", "peer.test"), "{text}");
        }
        assert_eq!(Handle::parse("@f@town.localhost:4001").expect("a handle").host, "town.localhost:4001");
        assert_eq!(Handle::parse("@ana@bücher.test").expect("a handle").host, "xn--bcher-kva.test");
        for text in [
            "",
            "@",
            "ana",
            "@ana@",
            "@@peer.test",
            "@ana@peer.test/x",
            "@ana@peer.test?x",
            "@a b@peer.test",
            "@ana@u@peer.test",
        ] {
            assert_eq!(Handle::parse(text), None, "{text}");
        }
    }

    /// A server where `ana` is herself, `liar` leads to her and `alias` has an actor that says it is `ana`.
    async fn found(handle: &str) -> Result<serde_json::Value, Lost> {
        let jrd = |Query(query): Query<HashMap<String, String>>| async move {
            let actor = if query["resource"].starts_with("acct:stranger@") { "stranger" } else { "ana" };
            axum::Json(Jrd::of(
                &Handle::parse(&query["resource"]).expect("a handle"),
                &format!("http://peer.test/{actor}"),
            ))
        };
        let actor = |id: &'static str, name: &'static str| {
            get(move || async move {
                let document = json!({"id": format!("http://peer.test/{id}"), "type": "Person", "preferredUsername": name, "inbox": "http://peer.test/inbox"});
                ([(CONTENT_TYPE, wire::ACTIVITY_JSON)], document.to_string())
            })
        };
        let router = Router::new()
            .route("/.well-known/webfinger", get(jrd))
            .route("/ana", actor("ana", "ana"))
            .route("/stranger", actor("stranger", "ana"));
        let fetcher = peer(router).await;
        let signer = Signer { key: &KEYS.0, now: 1_763_900_000 };
        find(&fetcher, &Handle::parse(handle).expect("a handle"), signer, &Budget::default()).await
    }

    #[tokio::test]
    async fn a_name_leads_to_its_actor_and_back() {
        assert_eq!(found("@ana@peer.test").await.expect("found")["preferredUsername"], "ana");
        assert!(found("@alias@peer.test").await.is_ok(), "another name for the same actor leads back to it");
        assert!(found("@ana@other.test").await.is_ok(), "a host may name an actor of another host that agrees");
    }

    #[tokio::test]
    async fn webfinger_says_one_thing_the_actor_another() {
        assert!(matches!(found("@stranger@peer.test").await, Err(Lost::OneWay(_))));
        assert!(matches!(found("@ana@a.test").await, Err(Lost::Fetch(fetch::Error::Refused(_)))));
    }
}
