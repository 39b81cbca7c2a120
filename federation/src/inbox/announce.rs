//! `Announce`: of something of ours, a share; by a forum that this node follows, something to mirror. What it carries is a hint:
//! the object is fetched where it lives, unless it is new and proves itself.

use std::sync::Arc;

use model::address::Local;
use model::debate::interest;
use model::debate::{consultation, forum};
use model::error::Error;
use model::network::backfill::{Backfill, Step};
use model::network::envoy::note;
use model::network::mirror::{How, Mirror};
use model::network::relay_server::{self, Direction};
use model::network::{elsewhere, follow, mirror, sighting};
use model::people::actor::{self, Actor};
use model::store::{Conn, Tx};
use serde_json::Value;
use url::Url;

use super::delete::doubted;
use super::embedded::{self, Found};
use super::moderate::{self, Act};
use super::{Delivery, Rejection, Taken, first, settle};
use crate::app::App;
use crate::fetch::Error as Unfetched;
use crate::guard;
use crate::wire::{self, Activity, Object, lenient};
use crate::{backfill, mirrored, reading, relay, remote};

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
        return match (inner, app.address.parse(about.as_str())) {
            (Some(inner), Some(Local::Note(id))) => own_note(app, delivery, &inner, &id).await,
            (Some(inner), Some(Local::Person(_))) if is_followed(app, &activity.actor).await? => {
                Ok(moderated(app, delivery, &inner).await?.unwrap_or(Taken::Ignored("ours")))
            }
            (Some(_), _) => Ok(Taken::Ignored("ours")),
            (None, _) => shared(app, delivery, &about).await,
        };
    }
    if !is_followed(app, &activity.actor).await? {
        return through_server(app, delivery, &about, inner.is_none()).await;
    }
    if let Some(inner) = &inner
        && let Some(taken) = moderated(app, delivery, inner).await?
    {
        return Ok(taken);
    }
    match kind {
        "Update" if about == activity.actor => super::update::refreshed(app, delivery, &about).await,
        "Create" => begun(app, delivery, inner.as_ref(), &about).await,
        "Update" => renew(app, delivery, &about).await,
        "Delete" => forget(app, delivery, &about).await,
        "Undo" => match inner.as_ref().and_then(restored) {
            Some(about) => renew(app, delivery, &about).await,
            None => Ok(Taken::Ignored("unknown-type")),
        },
        _ => Ok(Taken::Ignored("unknown-type")),
    }
}

/// What a moderator put back that was deleted (Lemmy).
fn restored(undo: &Activity) -> Option<Url> {
    let inner: Activity = serde_json::from_value(undo.object.clone()).ok()?;
    if inner.kind == "Delete" { inner.object_id() } else { None }
}

/// Announced by a server that subscribed to this node, or by a relay server that this node subscribed to: of the latter
/// consultations alone are kept.
async fn through_server(app: &App, delivery: &Delivery, about: &Url, bare: bool) -> Result<Taken, Rejection> {
    let host = guard::authority(&delivery.activity.actor).unwrap_or_default();
    let mut conn = app.store.conn().await?;
    let heard = relay_server::is_of(&mut conn, Direction::Out, &host).await?;
    let subscriber = relay_server::is_of(&mut conn, Direction::In, &host).await?;
    drop(conn);
    if heard && bare {
        return begun(app, delivery, None, about).await;
    }
    if !subscriber {
        return Ok(Taken::Ignored("not-followed"));
    }
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = crate::relay_server::passed(app, &mut tx, &sender, about).await;
    settle(app, delivery, tx, done).await
}

/// The forum of a consultation elsewhere carries a comment that somebody here wrote on it, or takes it out.
async fn own_note(app: &App, delivery: &Delivery, inner: &Activity, id: &str) -> Result<Taken, Rejection> {
    let Ok(id) = id.parse() else {
        return Ok(Taken::Ignored("ours"));
    };
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let page = note::by_id(&mut tx, id).await?.page;
        if elsewhere::by_uri(&mut tx, &page).await?.forum != delivery.activity.actor.as_str() {
            return Err(Error::NotFound);
        }
        let host = sender.host.as_deref().unwrap_or_default();
        match inner.kind.as_str() {
            "Delete" => note::removed(&mut tx, app.now(), &app.address, id, host, inner.summary.as_deref()).await,
            _ => note::carried(&mut tx, app.now(), id, host).await,
        }
    }
    .await;
    settle(app, delivery, tx, done).await
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

/// Something new. What came a moment ago, or proves itself, is asked for nowhere; the rest at its origin.
async fn begun(app: &App, delivery: &Delivery, create: Option<&Activity>, id: &Url) -> Result<Taken, Rejection> {
    if let Some((object, copy)) = embedded::just_received(app, id).await? {
        let Some((mut tx, sender)) = first(app, delivery).await? else {
            return Ok(Taken::Again);
        };
        let done = relay::renewed(app, &mut tx, delivery, &sender, (&object, &copy)).await;
        return settle(app, delivery, tx, done).await;
    }
    let proven = match create {
        Some(create) => embedded::proven(app, delivery, create, id).await?,
        None => None,
    };
    if let Some(found) = proven {
        let Some((mut tx, sender)) = first(app, delivery).await? else {
            return Ok(Taken::Again);
        };
        if !embedded::may_be_gone(&mut tx, &found).await? {
            let done = keep(app, &mut tx, delivery, &sender, found).await;
            return settle(app, delivery, tx, done).await;
        }
    }
    renew(app, delivery, id).await
}

/// Fetches an object where it lives, and its author, and keeps or renews the copy.
pub(super) async fn renew(app: &App, delivery: &Delivery, id: &Url) -> Result<Taken, Rejection> {
    let (signer, budget) = (delivery.outing.signer(), &delivery.outing.budget);
    let document = match app.fetcher.value(id, signer, budget).await {
        Ok(document) => document,
        Err(error) if error.is_gone() => return forget(app, delivery, id).await,
        Err(error) if error.may_pass() => return later(app, delivery, id).await,
        Err(error) => {
            tracing::info!(%id, %error, "what a forum announced could not be fetched");
            return Ok(Taken::Ignored("not-reachable"));
        }
    };
    let object: Object = wire::typed(document.clone())?;
    // what comes through relay servers comes unasked: what is no consultation is not kept
    let asked = document.get("consultation").is_some() || object.kind == "Question";
    if !asked && !known_or_followed(app, delivery, id).await? {
        return Ok(Taken::Ignored("unknown-object"));
    }
    let author = match author(app, delivery, &object).await {
        Ok(Some(author)) => author,
        Ok(None) => return Ok(Taken::Ignored("no-author")),
        Err(error) if error.may_pass() => return later(app, delivery, id).await,
        Err(_) => return Ok(Taken::Ignored("no-author")),
    };
    if embedded::is_suspended(&mut app.store.conn().await?, &author.uri).await? {
        return Ok(Taken::Ignored("no-author"));
    }
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = keep(app, &mut tx, delivery, &sender, Found { object, document, author }).await;
    settle(app, delivery, tx, done).await
}

/// Keeps or renews the copy of an object, which those forums pass on that carry the one that announced it.
async fn keep(
    app: &App,
    tx: &mut Tx,
    delivery: &Delivery,
    sender: &Actor,
    Found { object, document, author }: Found,
) -> model::error::Result<()> {
    let author = remote::keep(tx, app.now(), &author).await?;
    reading::pictured(tx, app.now(), &author).await?;
    let copy = mirrored::keep(app, tx, sender.id, author.id, &object, document).await?;
    relay::renewed(app, tx, delivery, sender, (&object, &copy)).await?;
    match backfill::beside(app, tx, &object, &copy).await? {
        Some(search) => backfill::begin(tx, app.now(), search).await,
        None => Ok(()),
    }
}

async fn known_or_followed(app: &App, delivery: &Delivery, id: &Url) -> Result<bool, Rejection> {
    let known = mirror::by_uri(&mut app.store.conn().await?, id.as_str()).await?.is_some();
    Ok(known || is_followed(app, &delivery.activity.actor).await?)
}

/// What lies on a server that is away is fetched once that is back.
async fn later(app: &App, delivery: &Delivery, id: &Url) -> Result<Taken, Rejection> {
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let search = Backfill::of(id.as_str(), Some(sender.id), vec![Step::Post(id.to_string())]);
    let search = Backfill { announced: relay::announced(delivery), ..search };
    let done = backfill::begin(&mut tx, app.now(), search).await;
    settle(app, delivery, tx, done).await
}

/// The author of an object, on the object's own host.
async fn author(
    app: &App,
    delivery: &Delivery,
    object: &Object,
) -> Result<Option<model::people::actor::Remote>, Unfetched> {
    let Some(id) = object.attributed_to.as_ref() else { return Ok(None) };
    if guard::authority(id) != guard::authority(&object.id) {
        return Ok(None);
    }
    let (actor, document) = if *id == delivery.activity.actor {
        (Arc::clone(&delivery.sender.owner), Arc::clone(&delivery.sender.document))
    } else {
        let document = app.fetcher.value(id, delivery.outing.signer(), &delivery.outing.budget).await?;
        let Ok(actor) = wire::typed(document.clone()) else { return Ok(None) };
        (Arc::new(actor), Arc::new(document))
    };
    Ok(remote::describe(&actor, &document))
}

/// The forum, or the origin, says that an object is gone: the origin is asked, and the copy emptied if it agrees. If the origin
/// is away it is asked once it is back.
pub(super) async fn forget(app: &App, delivery: &Delivery, id: &Url) -> Result<Taken, Rejection> {
    let still = app.fetcher.value(id, delivery.outing.signer(), &delivery.outing.budget).await;
    let gone = match &still {
        Err(error) => error.is_gone(),
        Ok(value) => value.get("type").is_some_and(|kind| kind == "Tombstone"),
    };
    let object = &delivery.activity.object;
    // a forum decides what stands in it, whoever wrote it
    let forum_says = object.get("type").is_some_and(|kind| kind == "Delete");
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let copy = mirror::any_by_uri(&mut tx, id.as_str()).await?.ok_or(Error::NotFound)?;
        let own = forum_says && copy.group_id == Some(sender.id);
        if gone || own {
            let how = how(&mut tx, object, &copy).await?;
            let reason = object.get("summary").and_then(Value::as_str).filter(|_| forum_says);
            mirrored::end(app, &mut tx, id.as_str(), how, reason).await?;
            return relay::gone(app, &mut tx, delivery, id.as_str()).await;
        }
        match &still {
            Err(error) if error.may_pass() => {
                let search = Backfill::of(id.as_str(), Some(sender.id), vec![Step::Post(id.to_string())]);
                backfill::begin(&mut tx, app.now(), search).await
            }
            _ => sighting::refused(&mut tx, delivery.activity.id.as_str(), "still-there").await,
        }
    }
    .await;
    let unknown = matches!(done, Err(Error::NotFound));
    let taken = settle(app, delivery, tx, done).await?;
    if unknown {
        // if it still comes, its origin is asked, whatever it proves
        let mut tx = app.store.begin().await?;
        sighting::first(&mut tx, app.now(), &doubted(id)).await?;
        tx.commit().await?;
    }
    Ok(taken)
}

/// Whether its author deleted something, or a moderator removed it, as far as the `Delete` tells.
async fn how(conn: &mut Conn, delete: &Value, copy: &Mirror) -> model::error::Result<How> {
    if delete.get("type").is_none_or(|kind| kind != "Delete") {
        return Ok(How::Deleted);
    }
    if delete.get("summary").is_some_and(Value::is_string) {
        return Ok(How::Removed);
    }
    let Some(by) = delete.get("actor").and_then(lenient::id_of) else { return Ok(How::Deleted) };
    Ok(match (copy.author_id, actor::by_uri(conn, by.as_str()).await?) {
        (Some(author), Some(by)) if author != by.id => How::Removed,
        (Some(_), None) => How::Removed,
        _ => How::Deleted,
    })
}
