//! `QuoteRequest` (FEP-044f): everybody may quote what is published here. The answer names an authorisation that whoever reads
//! the quote can fetch.

use model::address::Local;
use model::error::{Error, Result};
use model::network::{activity, quote};
use model::people::actor::Actor;
use model::store::Tx;
use serde_json::{json, value::RawValue};
use url::Url;

use super::create::place;
use super::{Delivery, Rejection, Taken, first, keep_code, settle};
use crate::app::App;
use crate::guard;
use crate::objects::actor::mark;
use crate::signature::Fault;
use crate::wire::activity::preserved;
use crate::wire::{context, lenient};

pub(super) async fn quote(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let activity = &delivery.activity;
    let (Some(target), Some(instrument)) = (activity.object_id(), lenient::id_of(&activity.instrument)) else {
        return Ok(Taken::Ignored("no-object"));
    };
    let author = activity.instrument.get("attributedTo").and_then(lenient::id_of);
    let same_host = guard::authority(&instrument) == guard::authority(&activity.actor);
    if !same_host || author.is_some_and(|author| author != activity.actor) {
        return Err(Fault::OtherActor.into());
    }
    let by = match answering(app, &target).await {
        Ok(by) => by,
        Err(Error::NotFound) => return keep_code(app, delivery, "not-found").await,
        Err(error) => return Err(error.into()),
    };
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = allowed(app, &mut tx, delivery, &sender, &by, (&target, &instrument)).await;
    settle(app, delivery, tx, done).await
}

/// The author of something of ours that is shown.
async fn answering(app: &App, target: &Url) -> Result<Actor> {
    let mut conn = app.store.conn().await?;
    if !app.guard.owns(target) {
        return Err(Error::NotFound);
    }
    let place = place(&mut conn, app, target.as_str()).await?;
    let author = match (app.address.parse(target.as_str()), place.parent) {
        (Some(Local::Comment(..)), Some(id)) => {
            let comment = model::debate::comment::by_id(&mut conn, id).await?;
            if comment.state != model::debate::comment::State::Visible || comment.uri.is_some() {
                return Err(Error::NotFound);
            }
            comment.actor_id
        }
        _ => place.on.author_id,
    };
    model::people::actor::by_id(&mut conn, author).await
}

async fn allowed(
    app: &App,
    tx: &mut Tx,
    delivery: &Delivery,
    sender: &Actor,
    by: &Actor,
    (target, instrument): (&Url, &Url),
) -> Result<()> {
    let quote = quote::allow(tx, app.now(), target.as_str(), instrument.as_str(), sender.id).await?;
    let quote = quote.ok_or(model::error::Refusal::NotAllowed)?;
    let us = by.uri(&app.address).ok_or(Error::NotFound)?;
    let whole: &RawValue = preserved(&delivery.body).map_err(Error::store)?;
    let id = format!("{us}#accepts/{}", mark(delivery.activity.id.as_str()));
    let accept = Accept {
        context: context::object(),
        id: &id,
        kind: "Accept",
        actor: &us,
        to: [delivery.activity.actor.as_str()],
        object: whole,
        result: app.address.quote(quote.id),
    };
    let body = serde_json::to_string(&accept).map_err(Error::store)?;
    let inbox: Vec<String> = sender.inbox.clone().into_iter().collect();
    activity::send(tx, app.now(), by.id, &id, &body, &inbox).await.map(drop)
}

/// The answer to a request, which holds the request whole.
#[derive(serde::Serialize)]
struct Accept<'a> {
    #[serde(rename = "@context")]
    context: serde_json::Value,
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    actor: &'a str,
    to: [&'a str; 1],
    object: &'a RawValue,
    result: String,
}

/// `GET /quotes/{id}`: that a quote was authorised, as long as what is quoted is there.
pub(crate) async fn stamp(app: &App, id: &str) -> Result<(Actor, serde_json::Value)> {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let quote = quote::by_id(&mut app.store.conn().await?, id).await?;
    let target: Url = quote.target.parse().map_err(|_| Error::NotFound)?;
    let author = answering(app, &target).await?;
    let stamp = json!({
        "id": app.address.quote(quote.id),
        "type": "QuoteAuthorization",
        "attributedTo": author.uri(&app.address).ok_or(Error::NotFound)?,
        "interactingObject": quote.instrument,
        "interactionTarget": quote.target,
    });
    Ok((author, stamp))
}
