//! Activities that this node sends: serialised and digested once, whoever they go to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use crate::care::settings;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::job::{self, Job};
use crate::people::actor::Actor;
use crate::store::schema::{activities, announces};
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
    /// The body, byte for byte.
    pub body: String,
    /// The body's SHA-256, as base64: the value of `Digest: SHA-256=…`.
    pub digest: String,
    /// When it was made.
    pub created_at: Instant,
}

/// Records an activity and enqueues its delivery to each of `inboxes`, all in the caller's transaction. An activity
/// whose `uri` was recorded before keeps its first body and goes to `inboxes` that this call names.
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
    let row = Activity {
        id: Id::new(now),
        actor_id: signer,
        uri: uri.to_owned(),
        body: body.to_owned(),
        digest: STANDARD.encode(Sha256::digest(body.as_bytes())),
        created_at: now,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(activities::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    let id: Id<Activity> =
        on!(conn, |c| activities::table.filter(activities::uri.eq(uri)).select(activities::id).first(c).await)?;
    let mut seen = std::collections::HashSet::new();
    let jobs: Vec<Job> = inboxes
        .iter()
        .filter(|inbox| seen.insert(inbox.as_str()))
        .map(|inbox| Job::Deliver { activity: id, inbox: inbox.clone() })
        .collect();
    if !jobs.is_empty() {
        settings::mark_published(tx).await?;
    }
    job::enqueue_all(tx, now, &jobs).await?;
    Ok(id)
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
