//! `Create`: a ballot as Mastodon sends it, or a comment.

use model::address::Local;
use model::debate::comment::{self, Comment, Remote};
use model::debate::consultation::{self, Consultation};
use model::debate::forum::{self, Forum};
use model::debate::held;
use model::error::{Error, Result};
use model::id::Id;
use model::job::{self, Job, When};
use model::network::backfill::Backfill;
use model::network::follow;
use model::network::relay_server::{self, Direction};
use model::network::sighting;
use model::people::actor::Actor;
use model::store::{Conn, Tx};
use url::Url;

use super::delete::gone_early;
use super::{Delivery, Rejection, Taken, code_of, first, keep_code, settle, vote};
use crate::app::{App, Outing};
use crate::backfill::{self, Kept};
use crate::guard;
use crate::outbox::may_be_carried;
use crate::signature::Fault;
use crate::wire::ballot::{BALLOT, Ballot};
use crate::wire::{self, Object};
use crate::{reading, remote};

/// The longest address of a page that is kept, in characters.
const MAX_PAGE: usize = 1_000;

pub(super) async fn create(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    if let Some(ballot) = ballot(delivery)? {
        return vote::own(app, delivery, ballot).await;
    }
    let objects = own_objects(app, delivery).await?;
    let Some(one) = objects.first() else {
        return Ok(Taken::Ignored("no-object"));
    };
    if let Some(on) = vote::asked(app, &objects) {
        return vote::notes(app, delivery, &on, &objects).await;
    }
    match one.kind.as_str() {
        "Note" if one.is_public() || one.to.iter().chain(&one.cc).any(|to| app.guard.owns(to)) => {
            comment(app, delivery, one).await
        }
        "Page" | "Question" | "Note" | "Article" if one.is_public() => relayed(app, delivery, one).await,
        _ => Ok(Taken::Ignored("unknown-object")),
    }
}

/// Handed over by a server that subscribed to this node as to a relay server.
async fn relayed(app: &App, delivery: &Delivery, object: &Object) -> Result<Taken, Rejection> {
    let host = guard::authority(&delivery.activity.actor).unwrap_or_default();
    if !relay_server::is_of(&mut app.store.conn().await?, Direction::In, &host).await? {
        return Ok(Taken::Ignored("unknown-object"));
    }
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let done = crate::relay_server::passed(app, &mut tx, &sender, &object.id).await;
    settle(app, delivery, tx, done).await
}

/// The ballot of our own form that an activity holds, the sender's own.
fn ballot(delivery: &Delivery) -> Result<Option<Ballot>, Rejection> {
    let object = &delivery.activity.object;
    if object.get("type").is_none_or(|kind| kind != BALLOT) {
        return Ok(None);
    }
    let ballot: Ballot = wire::typed(object.clone())?;
    if guard::authority(&ballot.id) != guard::authority(&delivery.activity.actor) {
        return Err(Fault::OtherActor.into());
    }
    Ok(Some(ballot))
}

/// The objects of an activity, each the sender's own; one that comes as an id alone is fetched from there.
pub(super) async fn own_objects(app: &App, delivery: &Delivery) -> Result<Vec<Object>, Rejection> {
    let mut values = delivery.activity.objects();
    if values.is_empty() {
        values.extend(fetched(app, delivery).await);
    }
    let objects: Vec<Object> = values.into_iter().map(wire::typed).collect::<Result<_, _>>()?;
    let actor = &delivery.activity.actor;
    for object in &objects {
        let same_host = guard::authority(&object.id) == guard::authority(actor);
        if !same_host || object.attributed_to.as_ref().is_some_and(|author| author != actor) {
            return Err(Fault::OtherActor.into());
        }
    }
    Ok(objects)
}

/// The object that an activity names by its id alone, if its own host has it.
async fn fetched(app: &App, delivery: &Delivery) -> Option<serde_json::Value> {
    let id = delivery.activity.object_id()?;
    if guard::authority(&id) != guard::authority(&delivery.activity.actor) {
        return None;
    }
    match app.fetcher.value(&id, delivery.outing.signer(), &delivery.outing.budget).await {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::info!(%id, %error, "the object of an activity could not be fetched");
            None
        }
    }
}

/// Where a comment belongs.
pub(super) struct Place {
    pub(super) on: Consultation,
    pub(super) forum: Forum,
    pub(super) parent: Option<Id<Comment>>,
}

/// The consultation and the comment that something replies to. Words in reply to the Question stand in the debate itself.
pub(super) async fn place(conn: &mut Conn, app: &App, answered: &str) -> Result<Place> {
    let (on, parent) = match app.address.parse(answered) {
        Some(Local::Consultation(slug) | Local::Ballot(slug)) => (consultation::by_slug(conn, &slug).await?, None),
        Some(Local::Comment(_, id)) => {
            let parent = comment::by_id(conn, id.parse().map_err(|_| Error::NotFound)?).await?;
            (consultation::by_id(conn, parent.consultation_id).await?, Some(parent.id))
        }
        Some(_) => return Err(Error::NotFound),
        None => {
            let parent = comment::by_uri(conn, answered).await?.ok_or(Error::NotFound)?;
            (consultation::by_id(conn, parent.consultation_id).await?, Some(parent.id))
        }
    };
    let forum = forum::by_id(conn, on.forum_id).await?;
    if on.state == consultation::State::Draft || !forum.visibility.is_federated() {
        return Err(Error::NotFound);
    }
    Ok(Place { on, forum, parent })
}

async fn comment(app: &App, delivery: &Delivery, note: &Object) -> Result<Taken, Rejection> {
    let Some(answered) = &note.in_reply_to else {
        return relayed(app, delivery, note).await;
    };
    let gone = gone_early(&delivery.activity.actor, &note.id);
    if sighting::is_marked(&mut app.store.conn().await?, &gone).await? {
        return keep_code(app, delivery, "not-found").await;
    }
    let place = match place(&mut app.store.conn().await?, app, answered.as_str()).await {
        Ok(place) => place,
        Err(Error::NotFound) => return orphan(app, delivery, note, answered).await,
        Err(error) => return Err(error.into()),
    };
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let said = receive(app, &mut tx, &place, &sender, note).await;
    let waits = said.as_ref().ok().filter(|said| said.state == comment::State::Held).map(|said| said.id);
    let declined = match &said {
        Err(Error::Refused(refusal)) => Some(code_of(refusal)),
        _ => None,
    };
    let mut done = said.map(drop);
    if done.is_ok() && delivery.whole && note.is_public() && may_be_carried(&delivery.activity) {
        done = match waits {
            Some(waits) => held::carry(&mut tx, waits, &delivery.body).await,
            None => {
                let carry = Job::Carry { forum: place.forum.id, activity: delivery.body.clone() };
                job::enqueue(&mut tx, app.now(), carry, When::Now).await
            }
        };
    }
    let taken = settle(app, delivery, tx, done).await?;
    if let Some(code) = declined {
        decline(app, delivery, place.forum.id, note, code).await?;
    }
    Ok(taken)
}

/// Somebody of a node of our kind is told that a comment is not taken in, and why: others would not know what to do with that.
async fn decline(app: &App, delivery: &Delivery, forum: Id<Forum>, note: &Object, code: &str) -> Result<()> {
    let mut tx = app.store.begin().await?;
    let author = remote::remember(&mut tx, app.now(), &delivery.sender).await?;
    if !follow::is_ours(&author) {
        return Ok(());
    }
    let (activity, note) = (delivery.activity.id.to_string(), note.id.to_string());
    let job = Job::Decline { forum, actor: author.id, activity, note, code: code.to_owned(), reason: None };
    job::enqueue(&mut tx, app.now(), job, When::Now).await?;
    tx.commit().await
}

/// Takes in a comment where it belongs.
async fn receive(app: &App, tx: &mut Tx, place: &Place, author: &Actor, note: &Object) -> Result<Comment> {
    let remote = Remote {
        uri: note.id.to_string(),
        url: note.url.as_ref().map(|url| remote::cut(url.as_str(), MAX_PAGE)),
        html: reading::html(tx, &app.address, Some(&place.forum.slug), note).await?,
        parent: place.parent,
        language: note.language().map(str::to_owned),
        published: remote::time(note.published.as_deref()).unwrap_or_else(|| app.now()),
        updated: remote::time(note.updated.as_deref()),
    };
    let said = comment::receive(tx, app.now(), &place.forum, &place.on, author.id, &remote).await?;
    reading::pictured(tx, app.now(), author).await?;
    Ok(said)
}

/// A reply to something that never came here: if it is meant for us, what lies between is looked for.
async fn orphan(app: &App, delivery: &Delivery, note: &Object, answered: &Url) -> Result<Taken, Rejection> {
    let ours = |url: &Url| app.guard.owns(url);
    let meant = note.to.iter().chain(&note.cc).chain(note.tag.iter().filter_map(|tag| tag.href.as_ref())).any(ours);
    if !meant || ours(answered) || !note.is_public() {
        return keep_code(app, delivery, "not-found").await;
    }
    let Some((mut tx, _)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let search = Backfill::upwards(answered.as_str(), note.id.as_str());
    let done = backfill::begin(&mut tx, app.now(), search).await;
    settle(app, delivery, tx, done).await
}

/// Takes in a comment that was fetched where it lives.
pub(crate) async fn fetched_comment(app: &App, outing: &Outing, note: &Object) -> Result<Kept> {
    let mut conn = app.store.conn().await?;
    let Some(answered) = note.in_reply_to.as_ref().filter(|_| note.kind == "Note") else { return Ok(Kept::No) };
    if comment::by_uri(&mut conn, note.id.as_str()).await?.is_some() {
        return Ok(Kept::Yes);
    }
    let place = match place(&mut conn, app, answered.as_str()).await {
        Ok(place) => place,
        Err(Error::NotFound) => return Ok(Kept::WithoutParent),
        Err(error) => return Err(error),
    };
    drop(conn);
    let author = match backfill::author(app, outing, note).await? {
        Ok(Some(author)) => author,
        Ok(None) => return Ok(Kept::No),
        Err(error) => return Ok(Kept::Unfetched(error)),
    };
    let mut tx = app.store.begin().await?;
    match receive(app, &mut tx, &place, &author, note).await {
        Ok(_) => tx.commit().await.map(|()| Kept::Yes),
        Err(Error::Store(error)) => Err(Error::Store(error)),
        Err(Error::NotFound | Error::Refused(_)) => Ok(Kept::No),
    }
}
