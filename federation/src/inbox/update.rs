//! `Update`: of a comment by its author; of an actor by itself; of a mirrored object by its origin.

use model::debate::comment;
use model::debate::{consultation, forum, held};
use model::error::Result;
use model::job::{self, Job, When};
use model::network::{mirror, verified};
use model::people::portrait;
use url::Url;

use super::create::own_objects;
use super::{Delivery, Rejection, Taken, first, settle};
use crate::app::App;
use crate::guard;
use crate::outbox::may_be_carried;
use crate::wire::Object;
use crate::{reading, remote};

pub(super) async fn update(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    if delivery.activity.object_id().as_ref() == Some(&delivery.activity.actor) {
        return refreshed(app, delivery, &delivery.activity.actor).await;
    }
    if let Some(group) = group(app, delivery).await? {
        return refreshed(app, delivery, &group).await;
    }
    let objects = own_objects(app, delivery).await?;
    let Some(object) = objects.first() else {
        return Ok(Taken::Ignored("no-object"));
    };
    if object.kind == "Tally" {
        return counted(app, delivery, object).await;
    }
    let mut conn = app.store.conn().await?;
    let is_comment = comment::by_uri(&mut conn, object.id.as_str()).await?.is_some();
    let waits = held::by_uri(&mut conn, object.id.as_str()).await?.is_some();
    let is_mirrored = mirror::by_uri(&mut conn, object.id.as_str()).await?.is_some();
    drop(conn);
    if is_comment {
        revised(app, delivery, object).await
    } else if waits {
        revised_unread(app, delivery, object).await
    } else if is_mirrored {
        super::announce::renew(app, delivery, &object.id).await
    } else {
        Ok(Taken::Ignored("unknown-object"))
    }
}

/// New totals of a consultation elsewhere: a reason to count again, and nothing more.
async fn counted(app: &App, delivery: &Delivery, tally: &Object) -> Result<Taken, Rejection> {
    let page = verified::page_of(&mut app.store.conn().await?, tally.id.as_str()).await?;
    let Some(page) = page else {
        return Ok(Taken::Ignored("unknown-object"));
    };
    let Some((mut tx, _)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = job::enqueue(&mut tx, app.now(), Job::Verify { page }, When::Now).await;
    settle(app, delivery, tx, done).await
}

/// A forum known here that somebody of its own host changed: its moderators do so in their own name.
async fn group(app: &App, delivery: &Delivery) -> Result<Option<Url>, Rejection> {
    let activity = &delivery.activity;
    let is_group = activity.object.get("type").is_some_and(|kind| kind == "Group");
    let id = activity.object_id().filter(|id| is_group && guard::authority(id) == guard::authority(&activity.actor));
    let Some(id) = id else { return Ok(None) };
    let known = model::people::actor::by_uri(&mut app.store.conn().await?, id.as_str()).await?;
    Ok(known.map(|_| id))
}

/// An actor changed: what is kept of it is fetched anew from where it lives.
pub(super) async fn refreshed(app: &App, delivery: &Delivery, id: &Url) -> Result<Taken, Rejection> {
    let document = app.fetcher.value(id, delivery.outing.signer(), &delivery.outing.budget).await;
    let document = document.map_err(|error| Rejection::Malformed(error.to_string()))?;
    let actor = crate::wire::typed(document.clone())?;
    let Some(told) = remote::describe(&actor, &document) else {
        return Ok(Taken::Ignored("no-actor"));
    };
    let Some((mut tx, _)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let actor = remote::keep(&mut tx, app.now(), &told).await?;
        if portrait::is_known(&mut tx, actor.id).await? {
            reading::pictured(&mut tx, app.now(), &actor).await?;
        }
        Ok(())
    }
    .await;
    app.directory.forget(id.as_str());
    settle(app, delivery, tx, done).await
}

/// A comment that nobody has read yet has other words.
async fn revised_unread(app: &App, delivery: &Delivery, object: &Object) -> Result<Taken, Rejection> {
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let waits = held::by_uri(&mut tx, object.id.as_str()).await?.ok_or(model::error::Error::NotFound)?;
        let forum = forum::by_id(&mut tx, waits.forum_id).await?;
        let html = reading::html(&mut tx, &app.address, Some(&forum.slug), object).await?;
        let edited = remote::time(object.updated.as_deref());
        let carried = is_carried(delivery, object).then_some(delivery.body.as_str());
        held::revise(&mut tx, app.now(), sender.id, waits, &html, edited, carried).await
    }
    .await;
    settle(app, delivery, tx, done).await
}

/// Whether the forum passes the edit on.
fn is_carried(delivery: &Delivery, object: &Object) -> bool {
    delivery.whole && object.is_public() && may_be_carried(&delivery.activity)
}

async fn revised(app: &App, delivery: &Delivery, object: &Object) -> Result<Taken, Rejection> {
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let there = comment::by_uri(&mut tx, object.id.as_str()).await?.ok_or(model::error::Error::NotFound)?;
        let on = consultation::by_id(&mut tx, there.consultation_id).await?;
        let forum = forum::by_id(&mut tx, on.forum_id).await?;
        let html = reading::html(&mut tx, &app.address, Some(&forum.slug), object).await?;
        let edited = remote::time(object.updated.as_deref());
        comment::revise(&mut tx, app.now(), sender.id, &there, &html, edited).await?;
        if is_carried(delivery, object) {
            let carry = Job::Carry { forum: forum.id, activity: delivery.body.clone() };
            job::enqueue(&mut tx, app.now(), carry, When::Now).await?;
        }
        Ok(())
    }
    .await;
    settle(app, delivery, tx, done).await
}
