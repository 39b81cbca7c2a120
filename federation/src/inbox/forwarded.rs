//! An activity that another than its actor delivers. A proof in it (FEP-8b32) makes it as good as the actor's own delivery;
//! without one it is a hint, and the object is asked for where it lives. A ballot or an opinion is never taken so: what
//! cannot be fetched cannot be a hint.

use std::sync::Arc;

use model::debate::comment;
use model::network::mirror;
use serde_json::Value;
use url::Url;

use super::create::place;
use super::{Delivery, Rejection, Taken, delete, door};
use crate::app::{App, Outing};
use crate::guard;
use crate::objects::actor::mark;
use crate::outbox::may_be_carried;
use crate::proof;
use crate::remote::{self, Sender};
use crate::signature::Fault;
use crate::wire::{self, Activity, Actor, lenient};

/// What comes of it.
pub(super) enum Forwarded {
    /// It is the actor's own: to be handled like a delivery of theirs.
    Trusted(Box<Delivery>),
    /// Nothing more is to be done.
    Settled(Taken),
}

/// Judges a forwarded activity.
pub(super) async fn judged(
    app: &App,
    body: String,
    activity: Activity,
    outing: Outing,
) -> Result<Forwarded, Rejection> {
    let host = guard::authority(&activity.actor).unwrap_or_default();
    if app.guard.owns(&activity.actor) || !app.speaks_to(&host).await? {
        return Err(Fault::OtherActor.into());
    }
    door::not_suspended(app, activity.actor.as_str()).await?;
    if let Some(sender) = proven(app, &body, &activity.actor, &outing).await {
        return Ok(Forwarded::Trusted(Box::new(Delivery { body, activity, sender, outing, whole: true })));
    }
    if !may_be_carried(&activity) {
        return Err(Fault::OtherActor.into());
    }
    let id = activity.object_id().filter(|id| guard::authority(id).as_deref() == Some(host.as_str()));
    let id = id.ok_or(Fault::OtherActor)?;
    if !concerns_us(app, &activity, &id).await? {
        return Ok(Forwarded::Settled(Taken::Ignored("elsewhere")));
    }
    asked(app, body, activity, &id, outing).await
}

/// The actor, if the activity bears a proof of theirs.
async fn proven(app: &App, body: &str, actor: &Url, outing: &Outing) -> Option<Sender> {
    let document = wire::parse(body.as_bytes()).ok()?;
    match proof::verify(app, &document, outing).await {
        Ok(known) => {
            Some(known).filter(|known| known.owner.id == *actor && remote::is_known(&known.owner)).map(Sender::from)
        }
        Err(unproven) => {
            tracing::debug!(%actor, code = unproven.code(), "a forwarded activity does not prove itself");
            None
        }
    }
}

async fn fetched(app: &App, actor: &Url, outing: &Outing) -> Option<Sender> {
    let document = app.fetcher.value(actor, outing.signer(), &outing.budget).await.ok()?;
    let owner = wire::typed::<Actor>(document.clone()).ok().filter(remote::is_known)?;
    Some(Sender { owner: Arc::new(owner), document: Arc::new(document) })
}

/// Whether it is about something that stands here, or answers it: nothing else is fetched on anybody's hint.
async fn concerns_us(app: &App, activity: &Activity, id: &Url) -> Result<bool, Rejection> {
    let mut conn = app.store.conn().await?;
    if comment::by_uri(&mut conn, id.as_str()).await?.is_some()
        || mirror::by_uri(&mut conn, id.as_str()).await?.is_some()
    {
        return Ok(true);
    }
    let answered = activity.object.get("inReplyTo").and_then(lenient::id_of);
    match answered {
        Some(answered) if activity.kind == "Create" => match place(&mut conn, app, answered.as_str()).await {
            Ok(_) => Ok(true),
            Err(model::error::Error::NotFound) => Ok(false),
            Err(error) => Err(error.into()),
        },
        _ => Ok(false),
    }
}

/// What the object's own host says of it.
async fn asked(
    app: &App,
    body: String,
    mut activity: Activity,
    id: &Url,
    outing: Outing,
) -> Result<Forwarded, Rejection> {
    let found = app.fetcher.value(id, outing.signer(), &outing.budget).await;
    let gone = match &found {
        Err(error) => error.is_gone(),
        Ok(object) => object["type"] == "Tombstone",
    };
    if activity.kind == "Delete" {
        let taken = if gone { delete::confirmed(app, id).await? } else { Taken::Ignored("still-there") };
        return Ok(Forwarded::Settled(taken));
    }
    let Ok(object) = found else {
        return Ok(Forwarded::Settled(Taken::Ignored("not-reachable")));
    };
    if object.get("attributedTo").and_then(lenient::id_of).as_ref() != Some(&activity.actor) {
        return Err(Fault::OtherActor.into());
    }
    let Some(sender) = fetched(app, &activity.actor, &outing).await else {
        return Ok(Forwarded::Settled(Taken::Ignored("no-author")));
    };
    // passed on only if the one who forwarded it changed nothing
    let whole = same(&activity.object, &object);
    // The id is not the actor's word: marked as seen, it could keep out what the actor sends under it.
    let what = mark(&object.to_string());
    activity.id.set_fragment(Some(&format!("forwarded/{what}")));
    activity.id.set_path(id.path());
    activity.object = object;
    Ok(Forwarded::Trusted(Box::new(Delivery { body, activity, sender, outing, whole })))
}

/// Whether the object inside an activity says what the one at its origin says; a context of its own aside.
fn same(inside: &Value, at_origin: &Value) -> bool {
    let fields = |value: &Value| {
        let mut fields = value.as_object().cloned().unwrap_or_default();
        fields.remove("@context");
        fields
    };
    fields(inside) == fields(at_origin)
}
