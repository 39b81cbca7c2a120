//! `Announce`: of something of ours, a share; by a forum that this node follows, something to mirror. What it carries is a hint:
//! the object is fetched where it lives.

use std::sync::Arc;

use model::address::Local;
use model::debate::interest;
use model::debate::{consultation, forum};
use model::error::Error;
use model::network::mirror;
use model::network::{follow, sighting};
use model::people::actor;
use url::Url;

use super::moderate::{self, Act};
use super::{Delivery, Rejection, Taken, first, settle};
use crate::app::App;
use crate::guard;
use crate::wire::{self, Activity, Object};
use crate::{backfill, mirrored, reading, remote};

pub(super) async fn announce(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let activity = &delivery.activity;
    let inner: Option<Activity> =
        activity.object.get("actor").and_then(|_| serde_json::from_value(activity.object.clone()).ok());
    let (kind, about) = match &inner {
        Some(inner) => (inner.kind.as_str(), inner.object_id()),
        None => ("Create", activity.object_id()),
    };
    let Some(about) = about else {
        return Ok(Taken::Ignored("no-object"));
    };
    if app.guard.owns(&about) {
        return if inner.is_none() { shared(app, delivery, &about).await } else { Ok(Taken::Ignored("ours")) };
    }
    if !is_followed(app, &activity.actor).await? {
        return Ok(Taken::Ignored("not-followed"));
    }
    if let Some(inner) = &inner
        && let Some(taken) = moderated(app, delivery, inner).await?
    {
        return Ok(taken);
    }
    match kind {
        "Update" if about == activity.actor => super::update::refreshed(app, delivery, &about).await,
        "Create" | "Update" => renew(app, delivery, &about).await,
        "Delete" => forget(app, delivery, &about).await,
        _ => Ok(Taken::Ignored("unknown-type")),
    }
}

/// What a followed forum carries of its moderators is its own word.
async fn moderated(app: &App, delivery: &Delivery, inner: &Activity) -> Result<Option<Taken>, Rejection> {
    let taken_back = if inner.kind == "Undo" { moderate::inside(inner) } else { None };
    let act = match &taken_back {
        Some(activity) => Act { activity, undone: true },
        None if Act::is_kind(&inner.kind) => Act::done(inner),
        None => return Ok(None),
    };
    let group = actor::by_uri(&mut app.store.conn().await?, delivery.activity.actor.as_str()).await?;
    match group {
        Some(group) => moderate::applied(app, delivery, &group, &act).await.map(Some),
        None => Ok(Some(Taken::Ignored("not-followed"))),
    }
}

pub(super) async fn is_followed(app: &App, group: &Url) -> Result<bool, Rejection> {
    let mut conn = app.store.conn().await?;
    let group = actor::by_uri(&mut conn, group.as_str()).await?;
    Ok(match group {
        Some(group) => follow::is_followed_here(&mut conn, group.id).await?,
        None => false,
    })
}

/// Somebody shares a consultation of ours, or something said in its debate.
async fn shared(app: &App, delivery: &Delivery, about: &Url) -> Result<Taken, Rejection> {
    let Some(Local::Consultation(slug) | Local::Ballot(slug) | Local::Comment(slug, _)) =
        app.address.parse(about.as_str())
    else {
        return Ok(Taken::Ignored("unknown-object"));
    };
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let on = consultation::by_slug(&mut tx, &slug).await?;
        let forum = forum::by_id(&mut tx, on.forum_id).await?;
        if on.state == consultation::State::Draft || !forum.visibility.is_federated() {
            return Err(Error::NotFound);
        }
        let uri = delivery.activity.id.as_str();
        interest::show(&mut tx, app.now(), on.id, sender.id, interest::Kind::Share, uri).await
    }
    .await;
    settle(app, delivery, tx, done).await
}

/// Fetches an object where it lives, and its author, and keeps or renews the copy.
pub(super) async fn renew(app: &App, delivery: &Delivery, id: &Url) -> Result<Taken, Rejection> {
    let (signer, budget) = (delivery.outing.signer(), &delivery.outing.budget);
    let document = match app.fetcher.value(id, signer, budget).await {
        Ok(document) => document,
        Err(error) if error.is_gone() => return forget(app, delivery, id).await,
        Err(error) => {
            tracing::info!(%id, %error, "what a forum announced could not be fetched");
            return Ok(Taken::Ignored("not-reachable"));
        }
    };
    let object: Object = wire::typed(document.clone())?;
    let Some(author) = author(app, delivery, &object).await else {
        return Ok(Taken::Ignored("no-author"));
    };
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let author = actor::remember(&mut tx, app.now(), &author).await?;
        reading::pictured(&mut tx, app.now(), &author).await?;
        let copy = mirrored::keep(app, &mut tx, sender.id, author.id, &object, document).await?;
        match backfill::beside(app, &mut tx, &object, &copy).await? {
            Some(search) => backfill::begin(&mut tx, app.now(), search).await,
            None => Ok(()),
        }
    }
    .await;
    settle(app, delivery, tx, done).await
}

/// The author of an object, on the object's own host.
async fn author(app: &App, delivery: &Delivery, object: &Object) -> Option<model::people::actor::Remote> {
    let id = object.attributed_to.as_ref()?;
    if guard::authority(id) != guard::authority(&object.id) {
        return None;
    }
    let (actor, document) = if *id == delivery.activity.actor {
        (Arc::clone(&delivery.sender.owner), Arc::clone(&delivery.sender.document))
    } else {
        let document = app.fetcher.value(id, delivery.outing.signer(), &delivery.outing.budget).await.ok()?;
        (Arc::new(wire::typed(document.clone()).ok()?), Arc::new(document))
    };
    remote::describe(&actor, &document)
}

/// The forum, or the origin, says that an object is gone: the origin is asked, and the copy forgotten if it agrees.
async fn forget(app: &App, delivery: &Delivery, id: &Url) -> Result<Taken, Rejection> {
    let still = app.fetcher.value(id, delivery.outing.signer(), &delivery.outing.budget).await;
    let gone = match &still {
        Err(error) => error.is_gone(),
        Ok(value) => value.get("type").is_some_and(|kind| kind == "Tombstone"),
    };
    // a forum decides what stands in it, whoever wrote it
    let forum_says = delivery.activity.object.get("type").is_some_and(|kind| kind == "Delete");
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let copy = mirror::by_uri(&mut tx, id.as_str()).await?.ok_or(Error::NotFound)?;
        let own = forum_says && copy.group_id == Some(sender.id);
        if gone || own {
            mirror::forget(&mut tx, id.as_str()).await
        } else {
            sighting::refused(&mut tx, delivery.activity.id.as_str(), "still-there").await
        }
    }
    .await;
    settle(app, delivery, tx, done).await
}
