//! What other servers say of themselves, turned into the records of the model: bounded, and cleaned of scripts.

use std::sync::Arc;

use model::clock::Instant;
use model::debate::text;
use model::error::{Error, Result};
use model::people::actor::{self, Actor, Kind, Remote};
use model::store::Tx;
use serde_json::Value;

use crate::directory::Known;
use crate::guard;
use crate::wire;

/// The longest name that is kept, in characters.
const MAX_NAME: usize = 200;
/// The longest self-description that is kept, in characters of HTML.
const MAX_SUMMARY: usize = 20_000;

/// Who does something, as fetched.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    /// Read.
    pub(crate) owner: Arc<wire::Actor>,
    /// The whole document.
    pub(crate) document: Arc<Value>,
}

impl From<Known> for Sender {
    fn from(known: Known) -> Self {
        Self { owner: known.owner, document: known.document }
    }
}

/// Keeps an actor as its own server describes it.
///
/// # Errors
/// When the database fails, or its kind or name is none that we know.
pub(crate) async fn remember(tx: &mut Tx, now: Instant, sender: &Sender) -> Result<Actor> {
    let remote = describe(&sender.owner, &sender.document).ok_or(Error::NotFound)?;
    keep(tx, now, &remote).await
}

/// Keeps an actor as its own server describes it, unless a later description is kept already.
///
/// # Errors
/// When the database fails.
pub(crate) async fn keep(tx: &mut Tx, now: Instant, told: &Remote) -> Result<Actor> {
    let dated = told.document.get("updated").is_some();
    if dated && let Some(kept) = actor::by_uri(tx, &told.uri).await? {
        let known = kept.document.as_ref().map(|document| &document.0);
        if is_older(&told.document, known) {
            return Ok(kept);
        }
    }
    actor::remember(tx, now, told).await
}

/// Whether a document is of before the one that is kept, as both say of themselves.
fn is_older(told: &Value, kept: Option<&Value>) -> bool {
    let updated = |document: &Value| time(document["updated"].as_str());
    matches!((updated(told), kept.and_then(updated)), (Some(told), Some(kept)) if told < kept)
}

/// Whether an actor has what makes one: a kind and a name that we know, and an inbox on its own host.
pub(crate) fn is_known(actor: &wire::Actor) -> bool {
    let named = actor.preferred_username.as_deref().is_some_and(|name| !name.trim().is_empty());
    named && actor.is_actor() && guard::authority(&actor.inbox) == guard::authority(&actor.id)
}

/// The record of an actor's document; `None` if it lacks what makes an actor, or names addresses of other hosts as its own.
pub(crate) fn describe(actor: &wire::Actor, document: &serde_json::Value) -> Option<Remote> {
    let host = guard::authority(&actor.id)?;
    let kind = match actor.kind.as_str() {
        "Person" => Kind::Person,
        "Group" => Kind::Group,
        "Application" | "Service" | "Organization" => Kind::Application,
        _ => return None,
    };
    let on_host = |url: &url::Url| guard::authority(url).as_deref() == Some(host.as_str());
    if !on_host(&actor.inbox) {
        return None;
    }
    let named = |name: Option<&str>| name.map(|name| text::line(name, MAX_NAME)).filter(|name| !name.is_empty());
    let name = named(actor.preferred_username.as_deref())?;
    let display_name = named(actor.name.as_deref()).unwrap_or_else(|| name.clone());
    Some(Remote {
        uri: actor.id.to_string(),
        kind,
        name,
        display_name,
        summary: text::sanitise(&cut(actor.summary.as_deref().unwrap_or_default(), MAX_SUMMARY)),
        url: actor.url.as_ref().filter(|url| matches!(url.scheme(), "https" | "http")).map(ToString::to_string),
        inbox: actor.inbox.to_string(),
        shared_inbox: actor.shared_inbox().filter(|url| on_host(url)).map(ToString::to_string),
        document: document.clone(),
        host,
    })
}

/// The first `most` characters.
pub(crate) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A time as another server writes it; none if it cannot be read.
pub(crate) fn time(text: Option<&str>) -> Option<Instant> {
    Instant::parse(text?).ok()
}
