//! Activities that this node sends: serialised and digested once, whoever they go to.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use crate::care::settings;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::network::delivery;
use crate::people::actor::Actor;
use crate::store::schema::{activities, announces, deliveries};
use crate::store::{Conn, Tx, on};

/// An activity on its way.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = activities)]
pub struct Activity {
    /// Key.
    pub id: Id<Activity>,
    /// Who signs it.
    pub actor_id: Id<Actor>,
    /// Its id on the wire.
    pub uri: String,
    /// The body, byte for byte; empty once what it tells of is gone.
    pub body: String,
    /// The body's SHA-256, as base64: the value of `Digest: SHA-256=…`.
    pub digest: String,
    /// When it was made.
    pub created_at: Instant,
    /// The id of what it tells of.
    pub object: Option<String>,
    /// Whether it tells that this is gone.
    pub erases: bool,
}

/// How long an activity is kept once nobody waits for it: longer than any job that made it could be run again.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// An activity to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Who signs it.
    pub signer: Id<Actor>,
    /// Its id on the wire.
    pub uri: &'a str,
    /// The body, byte for byte.
    pub body: &'a str,
    /// The id of what it tells of, and whether it tells that this is gone.
    pub object: Option<(&'a str, bool)>,
}

/// Records an activity that tells of nothing to be kept and enqueues its delivery; see [`tell`].
///
/// # Errors
/// When the database fails.
pub async fn send(
    tx: &mut Tx,
    now: Instant,
    signer: Id<Actor>,
    uri: &str,
    body: &str,
    inboxes: &[String],
) -> Result<Id<Activity>> {
    tell(tx, now, Outgoing { signer, uri, body, object: None }, inboxes).await
}

/// Records an activity and enqueues its delivery to each of `inboxes`, all in the caller's transaction. An activity
/// whose `uri` was recorded before keeps its first body and goes to `inboxes` that this call names.
///
/// # Errors
/// When the database fails.
pub async fn tell(tx: &mut Tx, now: Instant, it: Outgoing<'_>, inboxes: &[String]) -> Result<Id<Activity>> {
    let row = Activity {
        id: Id::new(now),
        actor_id: it.signer,
        uri: it.uri.to_owned(),
        body: it.body.to_owned(),
        digest: STANDARD.encode(Sha256::digest(it.body.as_bytes())),
        created_at: now,
        object: it.object.map(|(id, _)| id.to_owned()),
        erases: it.object.is_some_and(|(_, erases)| erases),
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(activities::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    let id: Id<Activity> =
        on!(conn, |c| activities::table.filter(activities::uri.eq(it.uri)).select(activities::id).first(c).await)?;
    let mut seen = std::collections::HashSet::new();
    let once: Vec<&str> = inboxes.iter().map(String::as_str).filter(|inbox| seen.insert(*inbox)).collect();
    if !once.is_empty() {
        settings::mark_published(tx).await?;
    }
    delivery::enqueue(tx, now, id, &once);
    Ok(id)
}

/// Those of these keys that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(conn: &mut Conn, ids: &[Id<Activity>]) -> Result<Vec<Activity>> {
    Ok(on!(conn, |c| activities::table.filter(activities::id.eq_any(ids)).select(Activity::as_select()).load(c).await)?)
}

/// Forgets what nobody waits for and is older than a month.
///
/// # Errors
/// When the database fails.
pub async fn sweep(tx: &mut Tx, now: Instant) -> Result<()> {
    let conn: &mut Conn = tx;
    let waiting = deliveries::table.filter(deliveries::activity_id.eq(activities::id)).select(deliveries::id);
    let old = activities::table
        .filter(activities::created_at.lt(now.minus(KEPT)))
        .filter(diesel::dsl::not(diesel::dsl::exists(waiting)));
    on!(conn, |c| diesel::delete(old).execute(c).await)?;
    Ok(())
}

/// The activity of that key.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Activity>) -> Result<Activity> {
    Ok(on!(conn, |c| activities::table.find(id).select(Activity::as_select()).first(c).await)?)
}

/// The activity with that id on the wire.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_uri(conn: &mut Conn, uri: &str) -> Result<Activity> {
    Ok(on!(conn, |c| activities::table.filter(activities::uri.eq(uri)).select(Activity::as_select()).first(c).await)?)
}

/// Notes under which id a forum announced something.
///
/// # Errors
/// When the database fails.
pub async fn note_announce(tx: &mut Tx, object: &str, uri: &str) -> Result<()> {
    let row = (announces::object.eq(object), announces::uri.eq(uri));
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(announces::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    Ok(())
}

/// Under which id a forum announced something, if it did.
///
/// # Errors
/// When the database fails.
pub async fn announce_of(conn: &mut Conn, object: &str) -> Result<Option<String>> {
    Ok(on!(conn, |c| announces::table.find(object).select(announces::uri).first(c).await.optional())?)
}
