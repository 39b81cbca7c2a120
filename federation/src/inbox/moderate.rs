//! `Lock`, `Add`, `Remove` and `Block`: what the moderators of a forum do in it. Of a forum that this node follows they are
//! heard from its own host, from the object's own host, or from a moderator whom the forum lists. Nobody elsewhere moderates a
//! forum of this node. A `Block` between people is their own matter.

use model::address::Local;
use model::debate::{consultation, forum};
use model::error::{Error, Result};
use model::network::envoy::note;
use model::network::expulsion::{self, Expulsion};
use model::network::mirror::{self, Marks};
use model::network::{announcer, block, follow, relay};
use model::people::actor::{self, Actor, Kind};
use model::store::Tx;
use serde_json::Value;
use url::Url;

use super::announce::is_followed;
use super::{Delivery, Rejection, Taken, first, keep_code, settle};
use crate::app::App;
use crate::wire::{Activity, lenient};
use crate::{guard, remote};

/// An act of moderation, or one taken back.
pub(super) struct Act<'a> {
    /// The act itself.
    pub(super) activity: &'a Activity,
    /// Whether it is undone.
    pub(super) undone: bool,
}

impl<'a> Act<'a> {
    /// The kinds that are acts of moderation.
    pub(super) fn is_kind(kind: &str) -> bool {
        matches!(kind, "Lock" | "Add" | "Remove" | "Block")
    }

    pub(super) fn done(activity: &'a Activity) -> Self {
        Self { activity, undone: false }
    }
}

/// Somebody sends an act, or its `Undo`, without a forum around it.
pub(super) async fn moderate(app: &App, delivery: &Delivery, act: Act<'_>) -> Result<Taken, Rejection> {
    let about = act.activity.object_id();
    let Some(about) = about else {
        return Ok(Taken::Ignored("no-object"));
    };
    if act.activity.kind == "Block" && act.activity.target.is_none() {
        return blocked(app, delivery, &about, act.undone).await;
    }
    let target = act.activity.target.as_ref();
    if act.activity.kind == "Add" && !act.undone && app.guard.owns(&about) {
        return carried(app, delivery, act.activity, &about).await;
    }
    // a forum elsewhere may ban people of this node from it
    let ours = app.guard.owns(&about) && act.activity.kind != "Block";
    if ours || target.is_some_and(|target| app.guard.owns(target)) {
        return keep_code(app, delivery, "not-allowed").await;
    }
    let Some(group) = forum_of(app, &act, &about).await? else {
        return Ok(Taken::Ignored("not-followed"));
    };
    if !trusted(app, delivery, &group, &about).await {
        return keep_code(app, delivery, "not-allowed").await;
    }
    applied(app, delivery, &group, &act).await
}

/// A forum elsewhere says that it passed a consultation of ours on: it adds it to its own outbox.
async fn carried(app: &App, delivery: &Delivery, act: &Activity, about: &Url) -> Result<Taken, Rejection> {
    let by = &delivery.activity.actor;
    let own = act.target.as_ref().is_some_and(|to| guard::authority(to) == guard::authority(by));
    let slug = match app.address.parse(about.as_str()) {
        Some(Local::Consultation(slug)) if own => slug,
        _ => return keep_code(app, delivery, "not-allowed").await,
    };
    let objects = act.result["totalItems"].as_i64().and_then(|count| i32::try_from(count).ok()).unwrap_or(1);
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let on = consultation::by_slug(&mut tx, &slug).await?;
        let forum = forum::by_id(&mut tx, on.forum_id).await?;
        if on.state == consultation::State::Draft || !forum.visibility.is_federated() {
            return Err(Error::NotFound);
        }
        announcer::note(&mut tx, app.now(), on.id, &sender, objects).await
    }
    .await;
    settle(app, delivery, tx, done).await
}

/// The followed forum in which an act is done: that of the copy, or the one that it names.
async fn forum_of(app: &App, act: &Act<'_>, about: &Url) -> Result<Option<Actor>, Rejection> {
    let mut conn = app.store.conn().await?;
    let copy = mirror::by_uri(&mut conn, about.as_str()).await?;
    let group = match (copy.and_then(|copy| copy.group_id), &act.activity.target) {
        (Some(id), _) => Some(actor::by_id(&mut conn, id).await?),
        (None, Some(target)) => actor::by_uri(&mut conn, target.as_str()).await?,
        (None, None) => None,
    };
    drop(conn);
    let uri = group.as_ref().and_then(|group| group.uri.as_deref()?.parse::<Url>().ok());
    match uri {
        Some(uri) if is_followed(app, &uri).await? => Ok(group),
        _ => Ok(None),
    }
}

/// From the forum's own host, the object's own host, or a moderator whom the forum lists.
async fn trusted(app: &App, delivery: &Delivery, group: &Actor, about: &Url) -> bool {
    let by = &delivery.activity.actor;
    let host = guard::authority(by);
    if host == group.host || host == guard::authority(about) {
        return true;
    }
    let moderators = group.document.as_ref().and_then(|document| lenient::id_of(&document.0["attributedTo"]));
    let Some(moderators) = moderators.filter(|id| guard::authority(id) == group.host) else {
        return false;
    };
    match app.fetcher.value(&moderators, delivery.outing.signer(), &delivery.outing.budget).await {
        Ok(listed) => ["orderedItems", "items"].iter().any(|field| lenient::ids_of(&listed[field]).contains(by)),
        Err(error) => {
            tracing::info!(%moderators, %error, "the moderators of a forum could not be fetched");
            false
        }
    }
}

/// Keeps what a followed forum's moderators say, in the transaction that marks it as seen.
pub(super) async fn applied(app: &App, delivery: &Delivery, group: &Actor, act: &Act<'_>) -> Result<Taken, Rejection> {
    let Some((mut tx, _)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = apply(app, &mut tx, group, act).await;
    settle(app, delivery, tx, done).await
}

async fn apply(app: &App, tx: &mut Tx, group: &Actor, act: &Act<'_>) -> Result<()> {
    let about = act.activity.object_id().ok_or(Error::NotFound)?;
    if act.activity.kind == "Block" {
        return banned(app, tx, group, act, &about).await;
    }
    // who moderates is asked of the forum each time that it matters
    if act.activity.target.is_some() && act.activity.target == collection(group, "attributedTo") {
        return Ok(());
    }
    let copy = mirror::by_uri(tx, about.as_str()).await?.filter(|copy| copy.group_id == Some(group.id));
    let copy = copy.ok_or(Error::NotFound)?;
    let before = mirror::marks(tx, &copy.uri).await?;
    let marks = match act.activity.kind.as_str() {
        "Lock" => Marks { locked: !act.undone, ..before },
        kind if act.activity.target == collection(group, "featured") => Marks { pinned: kind == "Add", ..before },
        _ => return Err(Error::NotFound),
    };
    mirror::mark(tx, &copy.uri, marks).await
}

/// Somebody is banned from a forum elsewhere, or may take part in it again. What a ban removed stays removed.
async fn banned(app: &App, tx: &mut Tx, group: &Actor, act: &Act<'_>, about: &Url) -> Result<()> {
    let whom = match actor::by_address(tx, &app.address, about.as_str()).await {
        Ok(whom) => whom,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let removes = act.activity.remove_data == Some(true) && !act.undone;
    if !whom.is_local() {
        return if removes { gone(app, tx, group, &whom, act.activity.summary.as_deref()).await } else { Ok(()) };
    }
    if act.undone {
        return expulsion::lift(tx, group.id, whom.id).await;
    }
    let reason = act.activity.summary.clone().unwrap_or_default();
    let until = remote::time(act.activity.end_time.as_deref());
    let it = Expulsion { group_id: group.id, actor_id: whom.id, reason, until };
    expulsion::keep(tx, &it).await?;
    if removes {
        note::removed_of(tx, app.now(), &app.address, &whom, group, Some(&it.reason)).await?;
    }
    Ok(())
}

/// Takes out all that somebody wrote in a forum elsewhere, here and wherever it was passed on.
async fn gone(app: &App, tx: &mut Tx, group: &Actor, whom: &Actor, reason: Option<&str>) -> Result<()> {
    for gone in mirror::end_author_in(tx, app.now(), group.id, whom.id, reason).await? {
        relay::gone(tx, app.now(), &gone, None).await?;
    }
    Ok(())
}

fn collection(group: &Actor, name: &str) -> Option<Url> {
    group.document.as_ref().and_then(|document| document.0.get(name)).and_then(lenient::id_of)
}

/// Somebody wants to hear nothing from a person or a forum here, or wants to again.
async fn blocked(app: &App, delivery: &Delivery, whom: &Url, undone: bool) -> Result<Taken, Rejection> {
    let Some(local) = app.address.parse(whom.as_str()) else {
        return Ok(Taken::Ignored("elsewhere"));
    };
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = async {
        let target = match local {
            Local::Node => actor::node(&mut tx).await?.id,
            Local::Forum(slug) => forum::by_slug(&mut tx, &slug).await?.actor_id,
            Local::Person(name) => actor::local_by_name(&mut tx, Kind::Person, &name).await?.id,
            _ => return Err(Error::NotFound),
        };
        if undone {
            return block::lift(&mut tx, sender.id, target).await.map(drop);
        }
        follow::end(&mut tx, sender.id, target).await?;
        block::note(&mut tx, sender.id, target, delivery.activity.id.as_str()).await
    }
    .await;
    settle(app, delivery, tx, done).await
}

/// The act inside an `Undo`, if it is one of moderation.
pub(super) fn inside(undo: &Activity) -> Option<Activity> {
    let inner: Activity = match &undo.object {
        object @ Value::Object(_) => serde_json::from_value(object.clone()).ok()?,
        _ => return None,
    };
    Act::is_kind(&inner.kind).then_some(inner)
}
