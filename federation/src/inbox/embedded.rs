//! What an announcement brings whole. What its author signed a moment ago is kept as it came, and its origin is not asked for
//! it: so what is new goes along a chain of relays without a question at each of them.

use std::time::Duration;

use model::clock::Instant;
use model::error::Result;
use model::network::mirror::{self, Mirror};
use model::network::sighting;
use model::people::actor::{self, Remote};
use model::store::Conn;
use serde_json::Value;
use url::Url;

use super::Delivery;
use super::delete::{doubted, gone_early};
use crate::app::App;
use crate::wire::{self, Activity, Object};
use crate::{guard, mirrored, proof, remote};

/// How long ago something may have been signed to be kept without asking its origin. What is older may have been changed or
/// deleted since, and anybody could say it again.
const SIGNED: Duration = Duration::from_secs(10 * 60);
/// How long what has just come is not asked for because it is announced once more.
const RECEIVED: Duration = Duration::from_secs(60);

/// An object to be kept, as it came, and who wrote it.
pub(super) struct Found {
    pub(super) object: Object,
    pub(super) document: Value,
    pub(super) author: Remote,
}

/// The copy of something that has just come, which is no reason to ask for it again.
pub(super) async fn just_received(app: &App, id: &Url) -> Result<Option<(Object, Mirror)>> {
    let copy = mirror::by_uri(&mut app.store.conn().await?, id.as_str()).await?;
    let copy = copy.filter(|copy| app.now().since(copy.received_at) < RECEIVED);
    Ok(copy.and_then(|copy| Some((wire::typed(copy.document.0.clone()).ok()?, copy))))
}

/// The object that a `Create` holds, if no copy of it is here yet and it proves who wrote it, and that a moment ago.
pub(super) async fn proven(app: &App, delivery: &Delivery, create: &Activity, id: &Url) -> Result<Option<Found>> {
    let document = &create.object;
    if create.kind != "Create" || !is_young(app.now(), document) {
        return Ok(None);
    }
    let Ok(object) = wire::typed::<Object>(document.clone()) else { return Ok(None) };
    let is_kept = object.is_public() && object.vote().is_none() && mirrored::kind(&object).is_some();
    let host = guard::authority(id).unwrap_or_default();
    if object.id != *id || !is_kept || !app.speaks_to(&host).await? {
        return Ok(None);
    }
    if mirror::any_by_uri(&mut app.store.conn().await?, id.as_str()).await?.is_some() {
        return Ok(None);
    }
    let known = match proof::verify(app, document, &delivery.outing).await {
        Ok(known) => known,
        Err(unproven) => {
            tracing::debug!(%id, code = unproven.code(), "what is announced does not prove itself");
            return Ok(None);
        }
    };
    if object.attributed_to.as_ref() != Some(&known.owner.id) {
        return Ok(None);
    }
    let author = remote::describe(&known.owner, &known.document);
    Ok(author.map(|author| Found { object, document: document.clone(), author }))
}

/// Whether a document says to have been signed a moment ago, by a clock that may be ahead of ours by as much.
fn is_young(now: Instant, document: &Value) -> bool {
    let signed = remote::time(document["proof"]["created"].as_str());
    signed.is_some_and(|at| now.since(at) < SIGNED && at.since(now) < SIGNED)
}

/// Whether somebody is suspended here: what they write elsewhere is not kept either.
pub(super) async fn is_suspended(conn: &mut Conn, uri: &str) -> Result<bool> {
    Ok(actor::by_uri(conn, uri).await?.is_some_and(|known| known.suspended_at.is_some()))
}

/// Whether something, or whoever wrote it, was said to be gone before it came, or is not heard here: then its origin is asked,
/// whatever it proves.
pub(super) async fn may_be_gone(conn: &mut Conn, found: &Found) -> Result<bool> {
    let id = &found.object.id;
    let marked = match &found.object.attributed_to {
        Some(author) => sighting::is_marked(conn, &gone_early(author, id)).await?,
        None => true,
    };
    let author = actor::by_uri(conn, &found.author.uri).await?;
    let silent = author.is_some_and(|author| author.suspended_at.is_some() || author.deleted_at.is_some());
    Ok(marked || silent || sighting::is_marked(conn, &doubted(id)).await?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_proof_is_young_for_ten_minutes_and_one_of_later_than_that_is_none() {
        let now = Instant::parse("2026-03-01T12:00:00Z").expect("a time");
        let signed = |at: &str| is_young(now, &json!({"proof": {"created": at}}));
        assert!(signed("2026-03-01T11:50:01Z") && signed("2026-03-01T12:09:59Z"));
        assert!(!signed("2026-03-01T11:50:00Z") && !signed("2026-03-01T12:10:00Z"));
        assert!(!signed("some day") && !is_young(now, &json!({})) && !is_young(now, &json!("https://a.test/c/x")));
    }
}
