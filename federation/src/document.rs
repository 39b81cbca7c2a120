//! What other servers may fetch: actors, consultations, comments, collections. What is private is not there, in the same
//! words as what was never there.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use model::debate::comment::{self, State as CommentState};
use model::debate::consultation;
use model::debate::forum::{self, Forum};
use model::debate::pin;
use model::error::{Error, Result};
use model::network::{elsewhere, envoy, follow};
use model::people::actor::{self, Actor, Kind};
use model::people::key::{self, Algorithm};
use model::people::role::Role;
use model::store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::App;
use crate::objects::actor::{About, Keys, actor as actor_object};
use crate::objects::note::{Written, note};
use crate::objects::thread::{self, Thread};
use crate::objects::{Published, page, question, tally};
use crate::outbox::errand;
use crate::proof::Proven;
use crate::wire::ACTIVITY_JSON;
use crate::wire::note::Tombstone;

/// A document, or why there is none.
pub(crate) type Answer = std::result::Result<Response, Missing>;

/// Nothing there, or the records failed.
#[derive(Debug)]
pub(crate) struct Missing(Error);

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Missing {
    fn into_response(self) -> Response {
        match self.0 {
            Error::Store(error) => {
                tracing::error!(%error, "a document could not be made");
                problem(StatusCode::INTERNAL_SERVER_ERROR, "failed")
            }
            Error::NotFound | Error::Refused(_) => problem(StatusCode::NOT_FOUND, "not-found"),
        }
    }
}

/// An RFC 9457 problem.
pub(crate) fn problem(status: StatusCode, code: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = serde_json::json!({"type": "about:blank", "title": title, "status": status.as_u16(), "code": code});
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// An ActivityStreams document.
pub(crate) fn activity_json<T: Serialize>(status: StatusCode, document: &T) -> Answer {
    let body = serde_json::to_vec(document).map_err(|error| Missing(Error::store(error)))?;
    Ok((status, [(CONTENT_TYPE, HeaderValue::from_static(ACTIVITY_JSON))], body).into_response())
}

/// An object that proves that its author says so.
async fn object<T: Serialize>(app: &App, author: &Actor, object: T) -> Answer {
    let prover = app.prover_of(author).await?;
    activity_json(StatusCode::OK, &Proven::by(&prover, app.now(), object)?)
}

/// What is left of something.
fn gone(tombstone: Tombstone) -> Answer {
    activity_json(StatusCode::GONE, &Proven::bare(tombstone))
}

/// The document of a local actor, its keys made if it has none yet.
pub(crate) async fn actor_document(
    app: &App,
    who: &Actor,
    forum: Option<&Forum>,
) -> Result<crate::wire::actor::Written> {
    let mut conn = app.store.conn().await?;
    let rsa = key::of(&mut conn, who.id, Algorithm::Rsa).await?;
    let ed25519 = key::of(&mut conn, who.id, Algorithm::Ed25519).await?;
    drop(conn);
    let keys = match (rsa, ed25519) {
        (Some(rsa), Some(ed25519)) => Keys { rsa, ed25519 },
        _ => {
            let mut tx = app.store.begin().await?;
            let written = actor_document_in(app, &mut tx, who, forum).await?;
            tx.commit().await?;
            return Ok(written);
        }
    };
    written(app, &keys, who, forum)
}

/// The same within a transaction, where no other may be opened.
pub(crate) async fn actor_document_in(
    app: &App,
    tx: &mut Tx,
    who: &Actor,
    forum: Option<&Forum>,
) -> Result<crate::wire::actor::Written> {
    let rsa = key::pair(tx, app.now(), who.id, Algorithm::Rsa).await?;
    let ed25519 = key::pair(tx, app.now(), who.id, Algorithm::Ed25519).await?;
    written(app, &Keys { rsa, ed25519 }, who, forum)
}

fn written(app: &App, keys: &Keys, who: &Actor, forum: Option<&Forum>) -> Result<crate::wire::actor::Written> {
    let about = About { here: &app.address, version: &app.settings.version, keys };
    actor_object(&about, who, forum)
}

/// `GET /`
pub(crate) async fn node(State(app): State<App>) -> Answer {
    let node = actor::node(&mut app.store.conn().await.map_err(Missing)?).await?;
    activity_json(StatusCode::OK, &actor_document(&app, &node, None).await?)
}

/// A forum that may be spoken of, with its actor.
pub(crate) async fn public_forum(app: &App, slug: &str) -> Result<(Forum, Actor)> {
    let mut conn = app.store.conn().await?;
    let forum = forum::by_slug(&mut conn, slug).await?;
    if !forum.visibility.is_federated() {
        return Err(Error::NotFound);
    }
    let group = actor::by_id(&mut conn, forum.actor_id).await?;
    Ok((forum, group))
}

/// A person that may be spoken of: not before the first comment.
pub(crate) async fn public_person(app: &App, name: &str) -> Result<Actor> {
    let person = actor::local_by_name(&mut app.store.conn().await?, Kind::Person, name).await?;
    let public = person.published_at.is_some() && person.suspended_at.is_none();
    if public { Ok(person) } else { Err(Error::NotFound) }
}

/// A person whose key another node must be able to check: who is public, and who has sent a ballot there.
async fn known_person(app: &App, name: &str) -> Result<Actor> {
    let mut conn = app.store.conn().await?;
    let person = actor::local_by_name(&mut conn, Kind::Person, name).await?;
    let known = person.published_at.is_some() || envoy::has_taken_part_elsewhere(&mut conn, person.id).await?;
    if known && person.suspended_at.is_none() { Ok(person) } else { Err(Error::NotFound) }
}

/// `GET /f/{slug}`
pub(crate) async fn forum(State(app): State<App>, Path(slug): Path<String>) -> Answer {
    let (forum, group) = public_forum(&app, &slug).await?;
    activity_json(StatusCode::OK, &actor_document(&app, &group, Some(&forum)).await?)
}

/// `GET /u/{name}`
pub(crate) async fn person(State(app): State<App>, Path(name): Path<String>) -> Answer {
    let person = known_person(&app, &name).await?;
    if person.deleted_at.is_some() {
        return gone(Tombstone { id: app.address.person(&name), kind: "Tombstone", former_type: "Person" });
    }
    activity_json(StatusCode::OK, &actor_document(&app, &person, None).await?)
}

/// `GET /f/{slug}/outbox`
pub(crate) async fn forum_outbox(State(app): State<App>, Path(slug): Path<String>) -> Answer {
    let (forum, _) = public_forum(&app, &slug).await?;
    let mut conn = app.store.conn().await?;
    activity_json(StatusCode::OK, &thread::outbox(&mut conn, &app.address, &forum, app.now()).await?)
}

/// `GET /f/{slug}/followers`: how many, never who.
pub(crate) async fn forum_followers(State(app): State<App>, Path(slug): Path<String>) -> Answer {
    let (forum, group) = public_forum(&app, &slug).await?;
    let count = follow::count(&mut app.store.conn().await.map_err(Missing)?, group.id).await?;
    let id = format!("{}/followers", app.address.forum(&forum.slug));
    activity_json(StatusCode::OK, &thread::counted(id, u64::try_from(count).unwrap_or(0)))
}

/// `GET /f/{slug}/featured`: what the moderators pinned.
pub(crate) async fn featured(State(app): State<App>, Path(slug): Path<String>) -> Answer {
    let (forum, _) = public_forum(&app, &slug).await?;
    let pinned = pin::list(&mut app.store.conn().await.map_err(Missing)?, forum.id).await?;
    let pages = pinned.iter().map(|on| Value::from(app.address.consultation(&on.slug))).collect();
    let id = app.address.forum(&forum.slug);
    activity_json(StatusCode::OK, &thread::listed(format!("{id}/featured"), Some(id), pages))
}

/// `GET /f/{slug}/moderators`: the account in whose name the forum speaks, and the moderators who are public.
pub(crate) async fn moderators(State(app): State<App>, Path(slug): Path<String>) -> Answer {
    let (forum, _) = public_forum(&app, &slug).await?;
    let mut conn = app.store.conn().await?;
    let members = forum::members(&mut conn, forum.id).await?;
    let staff: Vec<_> =
        members.into_iter().filter(|(_, role)| *role >= Role::Moderator).map(|(account, _)| account.actor_id).collect();
    let mut people = vec![forum::official(&mut conn, &forum).await?];
    people.extend(actor::by_ids(&mut conn, &staff).await?.into_iter().filter(|person| person.published_at.is_some()));
    let uris = people.iter().filter_map(|person| person.uri(&app.address)).map(Value::from).collect();
    let id = app.address.forum(&forum.slug);
    activity_json(StatusCode::OK, &thread::listed(format!("{id}/moderators"), Some(id), uris))
}

/// `GET /u/{name}/outbox` and `/u/{name}/followers`: what people write is found in forums, and they are not followed.
pub(crate) async fn person_collection(State(app): State<App>, Path((name, which)): Path<(String, String)>) -> Answer {
    public_person(&app, &name).await?;
    empty(&which, &app.address.person(&name))
}

/// `GET /outbox`
pub(crate) async fn node_outbox(State(app): State<App>) -> Answer {
    empty("outbox", app.address.node().trim_end_matches('/'))
}

/// `GET /followers`
pub(crate) async fn node_followers(State(app): State<App>) -> Answer {
    let mut conn = app.store.conn().await?;
    let node = actor::node(&mut conn).await?;
    let count = follow::count(&mut conn, node.id).await?;
    activity_json(StatusCode::OK, &thread::counted(app.address.path("followers"), u64::try_from(count).unwrap_or(0)))
}

/// `GET /quotes/{id}`
pub(crate) async fn quote(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let (author, stamp) = crate::inbox::quote::stamp(&app, &id).await?;
    object(&app, &author, stamp).await
}

/// Whatever is asked for, it is not there.
pub(crate) async fn nowhere() -> Missing {
    Missing(Error::NotFound)
}

fn empty(which: &str, of: &str) -> Answer {
    match which {
        "outbox" | "followers" => activity_json(StatusCode::OK, &thread::counted(format!("{of}/{which}"), 0)),
        _ => Err(Missing(Error::NotFound)),
    }
}

/// The consultation of a slug, as far as it may be spoken of.
pub(crate) async fn published(app: &App, slug: &str) -> Result<Published> {
    let mut conn = app.store.conn().await?;
    let on = consultation::by_slug(&mut conn, slug).await?;
    Published::of(&mut conn, on).await
}

/// `GET /c/{slug}`
pub(crate) async fn page(State(app): State<App>, Path(slug): Path<String>) -> Answer {
    let it = published(&app, &slug).await?;
    object(&app, &it.author, page::page(&app.address, &it)?).await
}

/// `GET /c/{slug}/ballot`
pub(crate) async fn ballot(State(app): State<App>, Path(slug): Path<String>) -> Answer {
    let it = published(&app, &slug).await?;
    let question =
        question::question(&mut app.store.conn().await.map_err(Missing)?, &app.address, &it, app.now()).await?;
    object(&app, &it.author, question).await
}

/// `GET /c/{slug}/tally`: not there while results are hidden.
pub(crate) async fn tally(State(app): State<App>, Path(slug): Path<String>) -> Answer {
    let it = published(&app, &slug).await?;
    let tally = tally::tally(&mut app.store.conn().await.map_err(Missing)?, &app.address, &it, app.now()).await?;
    object(&app, &it.group, tally).await
}

/// `GET /c/{slug}/comments/{id}`
pub(crate) async fn comment(State(app): State<App>, Path((slug, id)): Path<(String, String)>) -> Answer {
    let it = published(&app, &slug).await?;
    let mut conn = app.store.conn().await?;
    let found = comment::by_id(&mut conn, id.parse().map_err(|_| Missing(Error::NotFound))?).await?;
    if found.consultation_id != it.consultation.id || found.uri.is_some() {
        return Err(Missing(Error::NotFound));
    }
    if found.state != CommentState::Visible {
        return gone(Tombstone::of(app.address.comment(&slug, found.id)));
    }
    let written = Written::of(&mut conn, found).await?;
    drop(conn);
    object(&app, written.publisher(&app.address, &it), note(&app.address, &it, &written)).await
}

/// `GET /remote/{host}/c/{slug}/comments/{id}`: what somebody here wrote on a consultation of another node.
pub(crate) async fn note_elsewhere(
    State(app): State<App>,
    Path((host, slug, id)): Path<(String, String, String)>,
) -> Answer {
    let mut conn = app.store.conn().await?;
    let it = envoy::note::by_id(&mut conn, id.parse().map_err(|_| Missing(Error::NotFound))?).await?;
    let on = elsewhere::by_uri(&mut conn, &it.page).await?;
    if it.host != host.to_lowercase() || on.slug() != slug {
        return Err(Missing(Error::NotFound));
    }
    if it.state != envoy::note::Shown::Visible {
        return gone(Tombstone::of(app.address.note(&it.host, &slug, it.id)));
    }
    let author = actor::by_id(&mut conn, it.actor_id).await?;
    let written = errand::written(&mut conn, &app.address, &on, &author, &it).await?;
    drop(conn);
    object(&app, &author, written).await
}

/// Which page of a collection is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct Place {
    after: Option<String>,
    /// Whether comments of this node are given whole.
    #[serde(default)]
    whole: bool,
}

/// `GET /c/{slug}/context`
pub(crate) async fn context(State(app): State<App>, Path(slug): Path<String>, Query(place): Query<Place>) -> Answer {
    thread(&app, Thread::Context, &slug, place).await
}

/// `GET /c/{slug}/replies`
pub(crate) async fn replies(State(app): State<App>, Path(slug): Path<String>, Query(place): Query<Place>) -> Answer {
    thread(&app, Thread::Replies, &slug, place).await
}

async fn thread(app: &App, which: Thread, slug: &str, place: Place) -> Answer {
    let it = published(app, slug).await?;
    let Some(after) = place.after else {
        return activity_json(StatusCode::OK, &which.collection(&app.address, &it, app.now()));
    };
    let mut conn = app.store.conn().await?;
    activity_json(StatusCode::OK, &which.page(&mut conn, &app.address, &it, app.now(), (&after, place.whole)).await?)
}
