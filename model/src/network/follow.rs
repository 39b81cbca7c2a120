//! Who follows whom: others our forums, our node others' forums.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::actor::{self, Actor};
use crate::people::role::{Act, Standing};
use crate::store::schema::{actors, follows};
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

words! {
    /// Where a follow stands.
    pub enum State {
        /// Asked, not yet answered.
        Requested = "requested",
        /// Accepted.
        Accepted = "accepted",
        /// Refused.
        Refused = "refused",
    }
}

/// A follow.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = follows)]
pub struct Follow {
    /// Key.
    pub id: Id<Follow>,
    /// Who follows.
    pub follower_id: Id<Actor>,
    /// Who is followed.
    pub target_id: Id<Actor>,
    /// The id of the `Follow` on the wire.
    pub uri: String,
    /// Where it stands.
    pub state: State,
    /// When it was asked.
    pub created_at: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
}

/// Somebody elsewhere follows a forum or the node here: accepted at once. A repeated `Follow` replaces the earlier.
///
/// # Errors
/// When the database fails.
pub async fn accept(tx: &mut Tx, now: Instant, follower: &Actor, target: &Actor, uri: &str) -> Result<Follow> {
    let row = row(now, follower, target, uri);
    save(tx, &Follow { state: State::Accepted, answered_at: Some(now), ..row }).await
}

/// The same, where somebody here decides first.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut Tx, now: Instant, follower: &Actor, target: &Actor, uri: &str) -> Result<Follow> {
    save(tx, &row(now, follower, target, uri)).await
}

fn row(now: Instant, follower: &Actor, target: &Actor, uri: &str) -> Follow {
    Follow {
        id: Id::new(now),
        follower_id: follower.id,
        target_id: target.id,
        uri: uri.to_owned(),
        state: State::Requested,
        created_at: now,
        answered_at: None,
    }
}

async fn save(conn: &mut Conn, row: &Follow) -> Result<Follow> {
    Ok(on!(conn, |c| diesel::insert_into(follows::table)
        .values(row)
        .on_conflict((follows::follower_id, follows::target_id))
        .do_update()
        .set((follows::uri.eq(&row.uri), follows::state.eq(row.state), follows::answered_at.eq(row.answered_at)))
        .returning(Follow::as_returning())
        .get_result(c)
        .await)?)
}

/// The node asks to follow a remote forum. Asking again for one that was accepted changes nothing.
///
/// # Errors
/// When `by` may not administer, or `target` is no remote forum.
pub async fn request(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    target: &Actor,
    uri: impl Fn(Id<Follow>) -> String,
) -> Result<Follow> {
    by.may(Act::Administer, None)?;
    if target.is_local() || target.kind != actor::Kind::Group {
        return Err(Refusal::NotAForum.into());
    }
    let node = actor::node(tx).await?;
    ask_as(tx, now, &node, target, uri).await
}

/// The node follows back whoever subscribed to it in LitePub's way, once.
///
/// # Errors
/// When the database fails.
pub async fn back(
    tx: &mut Tx,
    now: Instant,
    node: &Actor,
    target: &Actor,
    uri: impl Fn(Id<Follow>) -> String,
) -> Result<Follow> {
    ask_as(tx, now, node, target, uri).await
}

/// An actor of this node asks to follow one elsewhere.
pub(crate) async fn ask_as(
    tx: &mut Tx,
    now: Instant,
    follower: &Actor,
    target: &Actor,
    uri: impl Fn(Id<Follow>) -> String,
) -> Result<Follow> {
    if let Some(there) = between(tx, follower.id, target.id).await?.filter(|f| f.state != State::Refused) {
        return Ok(there);
    }
    let id = Id::new(now);
    let follow = save(tx, &Follow { id, uri: uri(id), ..row(now, follower, target, "") }).await?;
    job::enqueue(tx, now, Job::Follow { follow: follow.id, undo: false }, When::Now).await?;
    Ok(follow)
}

/// The answer of the followed actor, and only of it, to our own request.
///
/// # Errors
/// [`crate::error::Error::NotFound`] when there is no such request to that actor.
pub async fn answered(tx: &mut Tx, now: Instant, uri: &str, by: Id<Actor>, state: State) -> Result<Follow> {
    let conn: &mut Conn = tx;
    let ours = follows::table.filter(follows::uri.eq(uri).and(follows::target_id.eq(by)));
    Ok(on!(conn, |c| diesel::update(ours)
        .set((follows::state.eq(state), follows::answered_at.eq(Some(now))))
        .returning(Follow::as_returning())
        .get_result(c)
        .await)?)
}

/// The follow between two actors, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn between(conn: &mut Conn, follower: Id<Actor>, target: Id<Actor>) -> Result<Option<Follow>> {
    Ok(on!(conn, |c| follows::table
        .filter(follows::follower_id.eq(follower).and(follows::target_id.eq(target)))
        .select(Follow::as_select())
        .first(c)
        .await
        .optional())?)
}

/// The follow of that key.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Follow>) -> Result<Follow> {
    Ok(on!(conn, |c| follows::table.find(id).select(Follow::as_select()).first(c).await)?)
}

/// Ends a follow, when the follower takes it back.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut Tx, follower: Id<Actor>, target: Id<Actor>) -> Result<()> {
    let conn: &mut Conn = tx;
    let it = follows::table.filter(follows::follower_id.eq(follower).and(follows::target_id.eq(target)));
    on!(conn, |c| diesel::delete(it).execute(c).await)?;
    Ok(())
}

/// The node takes back one of its own follows: it ends once the other server is told.
///
/// # Errors
/// When `by` may not administer, or [`crate::error::Error::NotFound`] for somebody else's follow.
pub async fn take_back(tx: &mut Tx, now: Instant, by: &Standing, follow: &Follow) -> Result<()> {
    by.may(Act::Administer, None)?;
    if follow.follower_id != actor::node(tx).await?.id {
        return Err(crate::error::Error::NotFound);
    }
    job::enqueue(tx, now, Job::Follow { follow: follow.id, undo: true }, When::Now).await
}

/// A remote forum that the node follows went elsewhere: it is followed there, and the old follow ends. Nothing happens
/// where it was not followed.
///
/// # Errors
/// When the database fails.
pub async fn follow_on(
    tx: &mut Tx,
    now: Instant,
    from: Id<Actor>,
    to: &Actor,
    uri: impl Fn(Id<Follow>) -> String,
) -> Result<()> {
    let node = actor::node(tx).await?;
    let Some(before) = between(tx, node.id, from).await?.filter(|f| f.state == State::Accepted) else { return Ok(()) };
    if between(tx, node.id, to.id).await?.is_none() {
        let id = Id::new(now);
        let row = Follow {
            id,
            target_id: to.id,
            uri: uri(id),
            state: State::Requested,
            created_at: now,
            answered_at: None,
            ..before.clone()
        };
        save(tx, &row).await?;
        job::enqueue(tx, now, Job::Follow { follow: id, undo: false }, When::Now).await?;
    }
    job::enqueue(tx, now, Job::Follow { follow: before.id, undo: true }, When::Now).await
}

/// Whom somebody elsewhere follows here.
///
/// # Errors
/// When the database fails.
pub async fn followed_by(conn: &mut Conn, follower: Id<Actor>) -> Result<Vec<Id<Actor>>> {
    Ok(on!(conn, |c| follows::table
        .filter(follows::follower_id.eq(follower).and(follows::state.eq(State::Accepted)))
        .order(follows::id)
        .select(follows::target_id)
        .load(c)
        .await)?)
}

/// What the node follows, oldest first, each with the actor followed.
///
/// # Errors
/// When the database fails.
pub async fn of_node(conn: &mut Conn) -> Result<Vec<(Follow, Actor)>> {
    let node = actor::node(conn).await?.id;
    Ok(on!(conn, |c| follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::target_id)))
        .filter(follows::follower_id.eq(node))
        .order(follows::id)
        .select((Follow::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}

/// Whether the node, or a forum of it, follows `target`, accepted.
///
/// # Errors
/// When the database fails.
pub async fn is_followed_here(conn: &mut Conn, target: Id<Actor>) -> Result<bool> {
    let ours: i64 = on!(conn, |c| follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(follows::target_id.eq(target).and(follows::state.eq(State::Accepted)))
        .filter(actors::host.is_null())
        .count()
        .get_result(c)
        .await)?;
    Ok(ours > 0)
}

/// How many follow `target`.
///
/// # Errors
/// When the database fails.
pub async fn count(conn: &mut Conn, target: Id<Actor>) -> Result<i64> {
    Ok(on!(conn, |c| follows::table
        .filter(follows::target_id.eq(target).and(follows::state.eq(State::Accepted)))
        .count()
        .get_result(c)
        .await)?)
}

/// The inboxes of the followers of `target`, each once: the shared inbox where the server has one.
///
/// # Errors
/// When the database fails.
pub async fn inboxes(conn: &mut Conn, target: Id<Actor>) -> Result<Vec<String>> {
    let pairs: Vec<(Option<String>, Option<String>)> = on!(conn, |c| follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(follows::target_id.eq(target).and(follows::state.eq(State::Accepted)))
        .filter(actors::suspended_at.is_null().and(actors::deleted_at.is_null()))
        .select((actors::shared_inbox, actors::inbox))
        .distinct()
        .load(c)
        .await)?;
    let mut all: Vec<String> = pairs.into_iter().filter_map(|(shared, own)| shared.or(own)).collect();
    all.sort();
    all.dedup();
    Ok(all)
}

/// What our program calls itself in the actors that it publishes.
pub const PROGRAM: &str = "Palabre";

/// Whether an actor of another server says that its program is of our kind.
#[must_use]
pub fn is_ours(actor: &Actor) -> bool {
    let name = actor.document.as_ref().and_then(|document| document.0["generator"]["name"].as_str());
    name.is_some_and(|name| name.starts_with(PROGRAM))
}

/// The inboxes of those followers of `target` that are nodes of our own kind, as their actors say.
///
/// # Errors
/// When the database fails.
pub async fn nodes(conn: &mut Conn, target: Id<Actor>) -> Result<Vec<String>> {
    let followers: Vec<Actor> = on!(conn, |c| follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(follows::target_id.eq(target).and(follows::state.eq(State::Accepted)))
        .filter(actors::suspended_at.is_null().and(actors::deleted_at.is_null()))
        .filter(actors::kind.eq_any([actor::Kind::Application, actor::Kind::Group]))
        .select(Actor::as_select())
        .order(actors::id)
        .load(c)
        .await)?;
    let mut all: Vec<String> =
        followers.into_iter().filter(is_ours).filter_map(|node| node.shared_inbox.or(node.inbox)).collect();
    all.sort();
    all.dedup();
    Ok(all)
}
