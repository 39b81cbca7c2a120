//! Witnesses in the database.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Fork, Growth, Role, Seen, Witness};
use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::schema::{ballot_logs, cosignatures, forks, witnessed, witnesses};
use crate::store::{Conn, Tx, on};

/// The most agreements, forks or logs that are listed at once.
const LISTED: i64 = 200;
/// How long a witness is left alone after it could not be reached.
const LEFT_ALONE: Duration = Duration::from_secs(30);

pub(super) async fn agree(tx: &mut Tx, it: &Witness) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(witnesses::table)
        .values(it)
        .on_conflict((witnesses::role, witnesses::host))
        .do_update()
        .set((witnesses::actor_id.eq(it.actor_id), witnesses::failure.eq(None::<String>)))
        .execute(c)
        .await)?;
    Ok(())
}

pub(super) async fn delete(tx: &mut Tx, id: Id<Witness>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(witnesses::table.find(id)).execute(c).await)?;
    Ok(())
}

/// The agreement of that key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Witness>) -> Result<Witness> {
    Ok(on!(conn, |c| witnesses::table.find(id).select(Witness::as_select()).first(c).await)?)
}

/// The agreement with a host, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn by_host(conn: &mut Conn, role: Role, host: &str) -> Result<Option<Witness>> {
    Ok(on!(conn, |c| witnesses::table
        .filter(witnesses::role.eq(role).and(witnesses::host.eq(host)))
        .select(Witness::as_select())
        .first(c)
        .await
        .optional())?)
}

/// All agreements, by host.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn) -> Result<Vec<Witness>> {
    Ok(on!(conn, |c| witnesses::table
        .order((witnesses::host, witnesses::role))
        .limit(LISTED)
        .select(Witness::as_select())
        .load(c)
        .await)?)
}

/// The nodes that witness this one and may be asked now.
///
/// # Errors
/// When the database fails.
pub async fn standing_for(conn: &mut Conn, now: Instant) -> Result<Vec<Witness>> {
    let rested = witnesses::failure.is_null().or(witnesses::last_at.lt(now.minus(LEFT_ALONE)));
    Ok(on!(conn, |c| witnesses::table
        .filter(witnesses::role.eq(Role::Witness))
        .filter(rested.assume_not_null())
        .order(witnesses::host)
        .limit(LISTED)
        .select(Witness::as_select())
        .load(c)
        .await)?)
}

/// Notes that another node was asked, or asked.
///
/// # Errors
/// When the database fails.
pub async fn asked(tx: &mut Tx, now: Instant, id: Id<Witness>) -> Result<()> {
    note(tx, now, id, None).await
}

/// Notes that another node could not be asked.
///
/// # Errors
/// When the database fails.
pub async fn failed(tx: &mut Tx, now: Instant, id: Id<Witness>, why: &str) -> Result<()> {
    /// The longest reason that is kept, in characters.
    const LONGEST: usize = 300;
    note(tx, now, id, Some(why.chars().take(LONGEST).collect())).await
}

async fn note(tx: &mut Tx, now: Instant, id: Id<Witness>, failure: Option<String>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(witnesses::table.find(id))
        .set((witnesses::last_at.eq(Some(now)), witnesses::failure.eq(failure)))
        .execute(c)
        .await)?;
    Ok(())
}

/// Notes that a host that this node witnesses has shown something.
///
/// # Errors
/// When the database fails.
pub async fn spoke(tx: &mut Tx, now: Instant, host: &str) -> Result<()> {
    match by_host(tx, Role::Witnessed, host).await? {
        Some(it) => asked(tx, now, it.id).await,
        None => Ok(()),
    }
}

pub(super) async fn seen(conn: &mut Conn, origin: &str) -> Result<Option<Seen>> {
    Ok(on!(conn, |c| witnessed::table.find(origin).select(Seen::as_select()).first(c).await.optional())?)
}

/// A log elsewhere as it was last seen here.
///
/// # Errors
/// [`Error::NotFound`] if it never was.
pub async fn seen_of(conn: &mut Conn, origin: &str) -> Result<Seen> {
    seen(conn, origin).await?.ok_or(Error::NotFound)
}

/// The logs of a host as they were last seen here.
///
/// # Errors
/// When the database fails.
pub async fn seen_of_host(conn: &mut Conn, host: &str) -> Result<Vec<Seen>> {
    Ok(on!(conn, |c| witnessed::table
        .filter(witnessed::host.eq(host))
        .order(witnessed::origin)
        .limit(LISTED)
        .select(Seen::as_select())
        .load(c)
        .await)?)
}

/// How many logs of a host are witnessed here.
///
/// # Errors
/// When the database fails.
pub async fn seen_at(conn: &mut Conn, host: &str) -> Result<i64> {
    Ok(on!(conn, |c| witnessed::table.filter(witnessed::host.eq(host)).count().get_result(c).await)?)
}

pub(super) async fn see(tx: &mut Tx, now: Instant, origin: &str, host: &str, growth: &Growth<'_>) -> Result<()> {
    let row = Seen {
        origin: origin.to_owned(),
        host: host.to_owned(),
        size: i64::try_from(growth.head.size).map_err(Error::store)?,
        root: growth.head.root.to_string(),
        checkpoint: growth.checkpoint.to_owned(),
        at: now,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(witnessed::table)
        .values(&row)
        .on_conflict(witnessed::origin)
        .do_update()
        .set((
            witnessed::size.eq(row.size),
            witnessed::root.eq(&row.root),
            witnessed::checkpoint.eq(&row.checkpoint),
            witnessed::at.eq(now),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// Keeps a fork, unless one with the same two heads is kept.
pub(super) async fn note_fork(tx: &mut Tx, it: &Fork) -> Result<bool> {
    let conn: &mut Conn = tx;
    let same = forks::table.filter(forks::earlier.eq(&it.earlier).and(forks::later.eq(&it.later)));
    let found: i64 = on!(conn, |c| same.count().get_result(c).await)?;
    if found == 0 {
        on!(conn, |c| diesel::insert_into(forks::table).values(it).execute(c).await)?;
    }
    Ok(found == 0)
}

/// The forks that were found, newest first.
///
/// # Errors
/// When the database fails.
pub async fn forks_found(conn: &mut Conn) -> Result<Vec<Fork>> {
    Ok(on!(conn, |c| forks::table.order(forks::id.desc()).limit(LISTED).select(Fork::as_select()).load(c).await)?)
}

/// Logs here that a witness has not signed as they now stand.
pub(super) async fn grown(conn: &mut Conn, name: &str, most: i64) -> Result<Vec<Id<Consultation>>> {
    let signed = cosignatures::table
        .filter(cosignatures::consultation_id.eq(ballot_logs::consultation_id))
        .filter(cosignatures::size.eq(ballot_logs::size).and(cosignatures::name.eq(name)))
        .select(cosignatures::size);
    Ok(on!(conn, |c| ballot_logs::table
        .filter(diesel::dsl::not(diesel::dsl::exists(signed)))
        .order(ballot_logs::at.desc())
        .limit(most)
        .select(ballot_logs::consultation_id)
        .load(c)
        .await)?)
}

pub(super) async fn keep(
    tx: &mut Tx,
    now: Instant,
    on: Id<Consultation>,
    size: i64,
    name: &str,
    checkpoint: &str,
    line: &str,
) -> Result<()> {
    let row = (
        cosignatures::consultation_id.eq(on),
        cosignatures::size.eq(size),
        cosignatures::name.eq(name),
        cosignatures::checkpoint.eq(checkpoint),
        cosignatures::line.eq(line),
        cosignatures::at.eq(now),
    );
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(cosignatures::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    // only the latest of each witness is asked for
    let older = cosignatures::table
        .filter(cosignatures::consultation_id.eq(on).and(cosignatures::name.eq(name)))
        .filter(cosignatures::size.lt(size));
    on!(conn, |c| diesel::delete(older).execute(c).await)?;
    Ok(())
}

pub(super) async fn lines(conn: &mut Conn, on: Id<Consultation>, size: i64) -> Result<Vec<(String, String)>> {
    Ok(on!(conn, |c| cosignatures::table
        .filter(cosignatures::consultation_id.eq(on).and(cosignatures::size.eq(size)))
        .order(cosignatures::name)
        .limit(LISTED)
        .select((cosignatures::checkpoint, cosignatures::line))
        .load(c)
        .await)?)
}

pub(super) async fn latest(conn: &mut Conn, on: Id<Consultation>) -> Result<Option<String>> {
    Ok(on!(conn, |c| cosignatures::table
        .filter(cosignatures::consultation_id.eq(on))
        .order((cosignatures::size.desc(), cosignatures::name))
        .select(cosignatures::checkpoint)
        .first(c)
        .await
        .optional())?)
}

pub(super) async fn last_signed(conn: &mut Conn, on: Id<Consultation>, name: &str) -> Result<Option<i64>> {
    Ok(on!(conn, |c| cosignatures::table
        .filter(cosignatures::consultation_id.eq(on).and(cosignatures::name.eq(name)))
        .order(cosignatures::size.desc())
        .select(cosignatures::size)
        .first(c)
        .await
        .optional())?)
}
