//! `Delete`: of a comment by its author, of a ballot by its voter, of an actor by itself, of a mirrored object by its origin.

use model::count::ballot;
use model::debate::{comment, consultation, held};
use model::error::{Error, Result};
use model::job::{self, Job, When};
use model::network::mirror::{self, How};
use model::network::{erasure, quote, relay, relocation, sighting};
use model::people::actor::{self, Actor};
use model::store::Tx;
use url::Url;

use super::{Delivery, Rejection, Taken, first, keep_code, settle};
use crate::app::App;
use crate::objects::actor::mark;
use crate::wire::Activity;
use crate::{guard, mirrored};

pub(super) async fn delete(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let activity = &delivery.activity;
    let Some(id) = activity.object_id() else {
        return Ok(Taken::Ignored("no-object"));
    };
    if guard::authority(&id) != guard::authority(&activity.actor) {
        return keep_code(app, delivery, "not-allowed").await;
    }
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = if id == activity.actor {
        bury(app, &mut tx, &sender).await
    } else {
        deleted(app, &mut tx, &sender, id.as_str(), delivery).await
    };
    let unknown = matches!(done, Err(Error::NotFound));
    let taken = settle(app, delivery, tx, done).await?;
    if unknown {
        // What is gone before it came is not taken in if it still comes: a request may arrive late.
        let mut tx = app.store.begin().await?;
        sighting::first(&mut tx, app.now(), &gone_early(&activity.actor, &id)).await?;
        tx.commit().await?;
    }
    Ok(taken)
}

/// The mark of what `author` said to be gone before it came. It names the author: nobody on the same host keeps out what
/// another writes; and it is no address, so that it stands for no activity.
pub(super) fn gone_early(author: &Url, object: &Url) -> String {
    format!("gone:{}", mark(&format!("{author} {object}")))
}

/// The mark of what another than its author said to be gone before it came: a reason to ask its origin, and no more.
pub(super) fn doubted(object: &Url) -> String {
    format!("doubted:{}", mark(object.as_str()))
}

async fn deleted(app: &App, tx: &mut Tx, sender: &Actor, uri: &str, delivery: &Delivery) -> Result<()> {
    let (body, reason) = (&delivery.body, delivery.activity.summary.as_deref());
    if let Some(there) = comment::by_uri(tx, uri).await? {
        let on = consultation::by_id(tx, there.consultation_id).await?;
        comment::retract(tx, app.now(), sender.id, &there).await?;
        erasure::note(tx, app.now(), uri, sender).await?;
        let carry = Job::Carry { forum: on.forum_id, activity: body.clone() };
        return job::enqueue(tx, app.now(), carry, When::Now).await;
    }
    if held::withdraw(tx, sender.id, uri).await? {
        return Ok(());
    }
    if let Some(found) = ballot::by_source(tx, uri).await? {
        let on = consultation::by_id(tx, found.consultation_id).await?;
        let voter = relocation::voter(tx, on.id, sender).await?;
        ballot::take_back(tx, app.now(), &on, voter, uri).await?;
        return Ok(());
    }
    // what quoted something of ours is gone, and its authorisation with it
    if quote::forget(tx, uri, sender.id).await? {
        return Ok(());
    }
    match mirror::by_uri(tx, uri).await? {
        Some(copy) if copy.author_id == Some(sender.id) || copy.group_id == Some(sender.id) => {
            let how = if copy.author_id == Some(sender.id) { How::Deleted } else { How::Removed };
            mirrored::end(app, tx, uri, how, reason).await?;
            relay::gone(tx, app.now(), uri, Some(body)).await
        }
        Some(_) => Err(model::error::Refusal::NotAllowed.into()),
        None => Err(Error::NotFound),
    }
}

/// Somebody forwards that a comment is gone, and its own host agrees.
pub(super) async fn confirmed(app: &App, id: &Url) -> Result<Taken, Rejection> {
    let mut tx = app.store.begin().await?;
    if let Some(there) = comment::by_uri(&mut tx, id.as_str()).await? {
        comment::retract(&mut tx, app.now(), there.actor_id, &there).await?;
        let author = actor::by_id(&mut tx, there.actor_id).await?;
        erasure::note(&mut tx, app.now(), id.as_str(), &author).await?;
    }
    mirrored::end(app, &mut tx, id.as_str(), How::Deleted, None).await?;
    relay::gone(&mut tx, app.now(), id.as_str(), None).await?;
    tx.commit().await?;
    Ok(Taken::Handled)
}

/// An actor is gone, and what it wrote with it; its ballots keep counting, without a name.
async fn bury(app: &App, tx: &mut Tx, gone: &Actor) -> Result<()> {
    for there in comment::of_actor(tx, gone.id).await? {
        comment::retract(tx, app.now(), gone.id, &there).await?;
    }
    relay::author_gone(tx, app.now(), gone.id).await?;
    mirror::end_author(tx, app.now(), gone.id).await?;
    actor::bury(tx, app.now(), gone.id).await
}

/// The last word of an actor whose key is gone with it: that its own host answers 410 is the proof. Servers send these to
/// everybody, so one of an actor never heard of is the usual case.
pub(super) async fn farewell(app: &App, activity: &Activity) -> Result<Taken, Rejection> {
    let mut tx = app.store.begin().await?;
    let Some(gone) = actor::by_uri(&mut tx, activity.actor.as_str()).await? else {
        return Ok(Taken::Ignored("unknown-actor"));
    };
    if !sighting::first(&mut tx, app.now(), activity.id.as_str()).await? {
        return Ok(Taken::Again);
    }
    bury(app, &mut tx, &gone).await?;
    tx.commit().await?;
    app.directory.forget(activity.actor.as_str());
    Ok(Taken::Handled)
}
