//! `Undo` of a Follow, a Like, a ballot or a share: only by whoever did it.

use model::address::Local;
use model::count::ballot::{self, Verdict};
use model::debate::{comment, consultation, forum, interest, reaction};
use model::error::{Error, Refusal, Result};
use model::job::{self, Job, When};
use model::network::{follow, relay_server, relocation, sighting};
use model::people::actor::{self, Actor};
use model::store::Tx;

use super::moderate::{self, Act};
use super::{Delivery, Rejection, Taken, announce, first, settle};
use crate::app::App;
use crate::remote;
use crate::signature::Fault;
use crate::wire::ballot::BALLOT;
use crate::wire::{Activity, PUBLIC, lenient};

pub(super) async fn undo(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let Some(id) = delivery.activity.object_id() else {
        return Ok(Taken::Ignored("no-object"));
    };
    let inner: Option<Activity> = serde_json::from_value(delivery.activity.object.clone()).ok();
    let named = delivery.activity.object.get("actor").and_then(lenient::id_of);
    if named.is_some_and(|actor| actor != delivery.activity.actor) {
        return Err(Fault::OtherActor.into());
    }
    if let Some(act) = moderate::inside(&delivery.activity) {
        return moderate::moderate(app, delivery, Act { activity: &act, undone: true }).await;
    }
    // a forum that takes back what it announced of another says that it is gone: its origin is asked
    if let Some(about) = taken_back(app, inner.as_ref())
        && announce::is_followed(app, &delivery.activity.actor).await?
    {
        return announce::forget(app, delivery, &about).await;
    }
    if inner.as_ref().is_some_and(brings_a_ballot) {
        return withdrawn(app, delivery, id.as_str()).await;
    }
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let follow = inner.as_ref().filter(|inner| inner.kind == "Follow").and_then(Activity::object_id);
    if follow.is_some_and(|followed| followed.as_str() == PUBLIC) {
        let done = relay_server::leave(&mut tx, sender.id).await;
        return settle(app, delivery, tx, done).await;
    }
    let done = undone(app, &mut tx, &sender, id.as_str(), inner.as_ref()).await;
    settle(app, delivery, tx, done).await
}

/// What is elsewhere and was announced.
fn taken_back(app: &App, inner: Option<&Activity>) -> Option<url::Url> {
    let announce = inner.filter(|inner| inner.kind == "Announce")?;
    announce.object_id().filter(|id| !app.guard.owns(id))
}

/// Whether an activity brought a ballot of our own form.
fn brings_a_ballot(inner: &Activity) -> bool {
    inner.kind == "Create" && inner.object.get("type").is_some_and(|kind| kind == BALLOT)
}

/// A ballot of our own form is taken back, and its voter told what became of that. The same again is answered the same.
async fn withdrawn(app: &App, delivery: &Delivery, uri: &str) -> Result<Taken, Rejection> {
    let mut tx = app.store.begin().await?;
    let first = sighting::first(&mut tx, app.now(), delivery.activity.id.as_str()).await?;
    let sender = remote::remember(&mut tx, app.now(), &delivery.sender).await?;
    let Some(found) = ballot::by_source(&mut tx, uri).await? else {
        return nothing_counts(app, delivery, tx, &sender).await;
    };
    let on = consultation::by_id(&mut tx, found.consultation_id).await?;
    let voter = relocation::voter(&mut tx, on.id, &sender).await?;
    if found.actor_id != voter {
        drop(tx);
        return super::keep_code(app, delivery, "not-allowed").await;
    }
    let answer =
        |verdict| Job::Answer { consultation: on.id, actor: sender.id, create: delivery.body.clone(), verdict };
    // what counted already as withdrawn, or has been replaced since, is as was wished
    let done = match first {
        true => ballot::take_back(&mut tx, app.now(), &on, voter, uri).await.map(drop),
        false => Ok(()),
    };
    match done {
        Ok(()) => {
            job::enqueue(&mut tx, app.now(), answer(Verdict::Withdrawn), When::Now).await?;
            tx.commit().await?;
            Ok(if first { Taken::Handled } else { Taken::Again })
        }
        Err(Error::Refused(refusal)) => {
            let verdict = Verdict::Refused(refusal.code().to_owned());
            sighting::refused(&mut tx, delivery.activity.id.as_str(), refusal.code()).await?;
            job::enqueue(&mut tx, app.now(), answer(verdict), When::Now).await?;
            tx.commit().await?;
            Ok(Taken::Refused(refusal.code()))
        }
        Err(error) => Err(error.into()),
    }
}

/// The ballot that is taken back was refused, or has been replaced: nothing of it counts, as was wished.
async fn nothing_counts(app: &App, delivery: &Delivery, mut tx: Tx, sender: &Actor) -> Result<Taken, Rejection> {
    let about = delivery.activity.object["object"].get("inReplyTo").and_then(lenient::id_of);
    let slug = about.and_then(|about| match app.address.parse(about.as_str()) {
        Some(Local::Consultation(slug)) => Some(slug),
        _ => None,
    });
    let Some(slug) = slug else {
        drop(tx);
        return super::keep_code(app, delivery, "not-found").await;
    };
    let on = match super::create::place(&mut tx, app, &app.address.consultation(&slug)).await {
        Ok(place) => place.on,
        Err(Error::NotFound) => {
            drop(tx);
            return super::keep_code(app, delivery, "not-found").await;
        }
        Err(error) => return Err(error.into()),
    };
    let answer = Job::Answer {
        consultation: on.id,
        actor: sender.id,
        create: delivery.body.clone(),
        verdict: Verdict::Withdrawn,
    };
    job::enqueue(&mut tx, app.now(), answer, When::Now).await?;
    tx.commit().await?;
    Ok(Taken::Handled)
}

/// What an earlier activity brought is found by that activity's id; a Follow also by whom it was to.
async fn undone(app: &App, tx: &mut Tx, sender: &Actor, uri: &str, inner: Option<&Activity>) -> Result<()> {
    if let Some(Local::Forum(_) | Local::Node) = followed(app, inner) {
        return unfollow(app, tx, sender, inner).await;
    }
    if let Some(to) = reaction::by_uri(tx, sender.id, uri).await? {
        let on = consultation::by_id(tx, to.consultation_id).await?;
        reaction::clear(tx, app.now(), &on, &to, sender.id).await?;
        return Ok(());
    }
    if let Some(found) = ballot::by_source(tx, uri).await? {
        let on = consultation::by_id(tx, found.consultation_id).await?;
        let voter = relocation::voter(tx, on.id, sender).await?;
        ballot::take_back(tx, app.now(), &on, voter, uri).await?;
        return Ok(());
    }
    if interest::lose(tx, sender.id, uri).await? {
        return Ok(());
    }
    liked(app, tx, sender, inner).await
}

fn followed(app: &App, inner: Option<&Activity>) -> Option<Local> {
    let inner = inner.filter(|inner| inner.kind == "Follow")?;
    app.address.parse(inner.object_id()?.as_str())
}

async fn unfollow(app: &App, tx: &mut Tx, sender: &Actor, inner: Option<&Activity>) -> Result<()> {
    let target = match followed(app, inner) {
        Some(Local::Node) => {
            relay_server::leave(tx, sender.id).await?;
            actor::node(tx).await?.id
        }
        Some(Local::Forum(slug)) => forum::by_slug(tx, &slug).await?.actor_id,
        _ => return Err(Error::NotFound),
    };
    follow::end(tx, sender.id, target).await
}

/// Some servers make a new id for the Like that they take back: then what it was about tells which one it is.
async fn liked(app: &App, tx: &mut Tx, sender: &Actor, inner: Option<&Activity>) -> Result<()> {
    let about = inner.filter(|inner| inner.kind == "Like" || inner.kind == "Dislike").and_then(Activity::object_id);
    let about = about.ok_or(Error::NotFound)?;
    let to = match app.address.parse(about.as_str()) {
        Some(Local::Comment(_, id)) => comment::by_id(tx, id.parse().map_err(|_| Error::NotFound)?).await?,
        Some(Local::Consultation(slug)) => {
            let on = consultation::by_slug(tx, &slug).await?;
            if !crate::objects::page::is_petition(&on) {
                return Err(Error::NotFound);
            }
            let voter = relocation::voter(tx, on.id, sender).await?;
            return ballot::withdraw(tx, app.now(), &on, voter).await;
        }
        _ => comment::by_uri(tx, about.as_str()).await?.ok_or(Error::NotFound)?,
    };
    let on = consultation::by_id(tx, to.consultation_id).await?;
    let cleared = reaction::clear(tx, app.now(), &on, &to, sender.id).await?;
    if cleared { Ok(()) } else { Err(Refusal::NotAllowed.into()) }
}
