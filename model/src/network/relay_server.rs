//! Relay servers (FEP-ae0c): those to which this node hands what its forums publish and from which it hears what others do,
//! and those that subscribed to this node, if it is one itself.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::care::audit;
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::network::follow::State;
use crate::network::peer;
use crate::people::actor::Actor;
use crate::people::role::{Act, Standing};
use crate::store::schema::{relay_servers, relayed};
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

words! {
    /// How one subscribes.
    pub enum Style {
        /// By a `Follow` of the public collection, at the relay's inbox.
        Mastodon = "mastodon",
        /// By a `Follow` of the relay's actor, which follows back.
        LitePub = "litepub",
    }
}

words! {
    /// Who subscribed to whom.
    pub enum Direction {
        /// This node to a relay server.
        Out = "out",
        /// Another server to this node.
        In = "in",
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = relay_servers)]
pub struct Server {
    /// Key.
    pub id: Id<Server>,
    /// Who subscribed to whom.
    pub direction: Direction,
    /// How.
    pub style: Style,
    /// Where it stands.
    pub state: State,
    /// The host of the other side.
    pub host: String,
    /// As somebody wrote it, or its actor.
    pub uri: String,
    /// Where it is delivered to.
    pub inbox: String,
    /// The id of the `Follow`.
    pub follow: String,
    /// Its actor, where it is known.
    pub actor_id: Option<Id<Actor>>,
    /// How much was handed over, or announced.
    pub handed: i32,
    /// When it was asked.
    pub created_at: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
}

/// The most subscriptions of one direction.
pub const SERVERS_MOST: i64 = 500;

/// This node subscribes to a relay server: at its inbox, or, if its actor was found, by following that.
///
/// # Errors
/// When `by` may not administer, or [`Refusal::AlreadySubscribed`].
pub async fn subscribe(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    (address, actor): (&str, Option<&Actor>),
    uri: impl Fn(Id<Server>) -> String,
) -> Result<Server> {
    by.may(Act::Administer, None)?;
    let id = Id::new(now);
    let (style, inbox) = match actor {
        Some(actor) => (Style::LitePub, actor.inbox.clone().ok_or(Error::NotFound)?),
        None => (Style::Mastodon, address.to_owned()),
    };
    let row = Server {
        id,
        direction: Direction::Out,
        style,
        state: State::Requested,
        host: peer::host_of(&inbox),
        uri: address.to_owned(),
        inbox,
        follow: uri(id),
        actor_id: actor.map(|actor| actor.id),
        handed: 0,
        created_at: now,
        answered_at: None,
    };
    if !insert(tx, &row).await? {
        return Err(Refusal::AlreadySubscribed.into());
    }
    audit::note(tx, now, by.account.as_ref(), "relay-server.subscribe", &row.host, None).await?;
    job::enqueue(tx, now, Job::Subscribe { server: id, undo: false }, When::Now).await?;
    Ok(row)
}

async fn insert(tx: &mut Tx, row: &Server) -> Result<bool> {
    let conn: &mut Conn = tx;
    let made =
        on!(conn, |c| diesel::insert_into(relay_servers::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    Ok(made == 1)
}

/// This node ends a subscription: the other side is told.
///
/// # Errors
/// When `by` may not administer.
pub async fn end(tx: &mut Tx, now: Instant, by: &Standing, it: &Server) -> Result<()> {
    by.may(Act::Administer, None)?;
    audit::note(tx, now, by.account.as_ref(), "relay-server.end", &it.host, None).await?;
    match it.direction {
        Direction::Out => job::enqueue(tx, now, Job::Subscribe { server: it.id, undo: true }, When::Now).await,
        Direction::In => forget(tx, it.id).await,
    }
}

/// Forgets a subscription.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx, id: Id<Server>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(relay_servers::table.find(id)).execute(c).await)?;
    Ok(())
}

/// A relay server, by one of its actors, answers our subscription.
///
/// # Errors
/// [`Error::NotFound`] when there is none with this id at that host.
pub async fn answered(tx: &mut Tx, now: Instant, follow: &str, by: &Actor, state: State) -> Result<()> {
    let host = by.host.clone().unwrap_or_default();
    let ours = relay_servers::table
        .filter(relay_servers::follow.eq(follow).and(relay_servers::host.eq(host)))
        .filter(relay_servers::direction.eq(Direction::Out));
    let conn: &mut Conn = tx;
    let answered = on!(conn, |c| diesel::update(ours)
        .set((
            relay_servers::state.eq(state),
            relay_servers::answered_at.eq(Some(now)),
            relay_servers::actor_id.eq(Some(by.id)),
        ))
        .execute(c)
        .await)?;
    if answered == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Another server subscribes to this node, which is a relay server. False if it cannot take more.
///
/// # Errors
/// When the database fails.
pub async fn accept(tx: &mut Tx, now: Instant, style: Style, by: &Actor, follow: &str) -> Result<bool> {
    let (Some(inbox), Some(host)) = (by.inbox.clone(), by.host.clone()) else { return Ok(false) };
    let conn: &mut Conn = tx;
    let there: i64 = on!(conn, |c| relay_servers::table
        .filter(relay_servers::direction.eq(Direction::In))
        .count()
        .get_result(c)
        .await)?;
    if there >= SERVERS_MOST {
        return Ok(false);
    }
    let row = Server {
        id: Id::new(now),
        direction: Direction::In,
        style,
        state: State::Accepted,
        host,
        uri: by.uri.clone().unwrap_or_default(),
        inbox,
        follow: follow.to_owned(),
        actor_id: Some(by.id),
        handed: 0,
        created_at: now,
        answered_at: Some(now),
    };
    insert(tx, &row).await?;
    Ok(true)
}

/// Another server no longer subscribes to this node.
///
/// # Errors
/// When the database fails.
pub async fn leave(tx: &mut Tx, by: Id<Actor>) -> Result<()> {
    let conn: &mut Conn = tx;
    let theirs =
        relay_servers::table.filter(relay_servers::direction.eq(Direction::In).and(relay_servers::actor_id.eq(by)));
    on!(conn, |c| diesel::delete(theirs).execute(c).await)?;
    Ok(())
}

/// All subscriptions, by direction and host.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn) -> Result<Vec<Server>> {
    Ok(on!(conn, |c| relay_servers::table
        .order((relay_servers::direction, relay_servers::host, relay_servers::id))
        .limit(2 * SERVERS_MOST)
        .select(Server::as_select())
        .load(c)
        .await)?)
}

/// The subscription of that key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Server>) -> Result<Server> {
    Ok(on!(conn, |c| relay_servers::table.find(id).select(Server::as_select()).first(c).await)?)
}

/// The accepted subscriptions of one direction.
///
/// # Errors
/// When the database fails.
pub async fn accepted(conn: &mut Conn, direction: Direction) -> Result<Vec<Server>> {
    Ok(on!(conn, |c| relay_servers::table
        .filter(relay_servers::direction.eq(direction).and(relay_servers::state.eq(State::Accepted)))
        .order(relay_servers::id)
        .limit(SERVERS_MOST)
        .select(Server::as_select())
        .load(c)
        .await)?)
}

/// Whether a host has subscribed to this node, or this node to it.
///
/// # Errors
/// When the database fails.
pub async fn is_of(conn: &mut Conn, direction: Direction, host: &str) -> Result<bool> {
    let found: i64 = on!(conn, |c| relay_servers::table
        .filter(relay_servers::direction.eq(direction).and(relay_servers::host.eq(host)))
        .filter(relay_servers::state.eq(State::Accepted))
        .count()
        .get_result(c)
        .await)?;
    Ok(found > 0)
}

/// Notes that something goes through relay servers. False if it did before.
///
/// # Errors
/// When the database fails.
pub async fn first(tx: &mut Tx, now: Instant, object: &str) -> Result<bool> {
    let row = (relayed::object.eq(object), relayed::at.eq(now));
    let conn: &mut Conn = tx;
    let noted =
        on!(conn, |c| diesel::insert_into(relayed::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    Ok(noted == 1)
}

/// Counts what was handed to servers.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut Tx, to: &[Id<Server>]) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(relay_servers::table.filter(relay_servers::id.eq_any(to)))
        .set(relay_servers::handed.eq(relay_servers::handed + 1))
        .execute(c)
        .await)?;
    Ok(())
}
