//! Actors as documents: the node, forums, people.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::address::Address;
use model::debate::forum::{Forum, Visibility};
use model::error::{Error, Result};
use model::network::follow::PROGRAM;
use model::people::actor::{Actor, Kind};
use model::people::key::Key;
use model::people::proof;
use serde_json::{Value, json};

use crate::wire::actor::{Key as PublicKey, Multikey, Written};
use crate::wire::context;

/// RFC 9421, as FEP-844e names it.
const RFC_9421: &str = "https://datatracker.ietf.org/doc/html/rfc9421";

/// The two keys of an actor.
pub(crate) struct Keys {
    pub(crate) rsa: Key,
    pub(crate) ed25519: Key,
}

/// What a document needs besides the actor.
pub(crate) struct About<'a> {
    pub(crate) here: &'a Address,
    pub(crate) version: &'a str,
    pub(crate) keys: &'a Keys,
}

/// The document of a local actor; of a forum with `forum`.
pub(crate) fn actor(about: &About<'_>, actor: &Actor, forum: Option<&Forum>) -> Result<Written> {
    let here = about.here;
    let id = actor.uri(here).ok_or(Error::NotFound)?;
    let under = |path: &str| if id.ends_with('/') { format!("{id}{path}") } else { format!("{id}/{path}") };
    Ok(Written {
        context: context::actor(),
        kind: kind(actor.kind)?,
        preferred_username: actor.name.clone(),
        name: actor.display_name.clone(),
        summary: ammonia::clean_text(&actor.summary),
        url: id.clone(),
        inbox: under("inbox"),
        outbox: under("outbox"),
        followers: under("followers"),
        endpoints: json!({"sharedInbox": here.shared_inbox()}),
        public_key: PublicKey {
            id: format!("{id}#main-key"),
            owner: id.parse().map_err(Error::store)?,
            public_key_pem: about.keys.rsa.public_key.clone(),
        },
        assertion_method: vec![multikey(&id, &about.keys.ed25519)?],
        webfinger: format!("{}@{}", actor.name, here.host()),
        indexable: actor.kind == Kind::Group,
        discoverable: actor.kind == Kind::Group,
        manually_approves_followers: false,
        published: actor.published_at.unwrap_or(actor.created_at).to_string(),
        generator: generator(about),
        implements: (actor.kind == Kind::Application).then(implements),
        attributed_to: forum.map(|_| under("moderators")),
        featured: forum.map(|_| under("featured")),
        posting_restricted_to_mods: forum.map(|forum| forum.visibility != Visibility::Collaborative),
        id,
    })
}

/// What the software understands beyond what all do (FEP-844e).
fn implements() -> Value {
    json!([{"type": "Link", "href": RFC_9421, "name": "RFC-9421: HTTP Message Signatures"}])
}

fn generator(about: &About<'_>) -> Value {
    json!({
        "type": "Application",
        "id": about.here.node(),
        "name": format!("{PROGRAM} {}", about.version),
        "implements": implements(),
    })
}

fn kind(kind: Kind) -> Result<&'static str> {
    match kind {
        Kind::Application => Ok("Application"),
        Kind::Group => Ok("Group"),
        Kind::Person => Ok("Person"),
        Kind::Imported | Kind::Bearer => Err(Error::NotFound),
    }
}

fn multikey(id: &str, key: &Key) -> Result<Multikey> {
    Ok(Multikey {
        id: format!("{id}#ed25519-key"),
        kind: "Multikey",
        controller: id.to_owned(),
        public_key_multibase: proof::multikey(&STANDARD.decode(&key.public_key).map_err(Error::store)?),
    })
}

/// A short name for an activity that follows from another: the same each time, so that doing it twice sends it once.
pub(crate) fn mark(of: &str) -> String {
    /// Half of a SHA-256 is enough to tell the activities of one actor apart.
    const LENGTH: usize = 16;
    let hash = digest::digest(&digest::SHA256, of.as_bytes());
    bs58::encode(&hash.as_ref()[..LENGTH]).into_string()
}
