//! Which activities were handled: marked in the transaction that handles them, never before.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::Result;
use crate::store::schema::seen_activities;
use crate::store::{Conn, Tx, on};

/// How long a mark is kept: far longer than the window in which a signature is accepted.
pub const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// Marks an activity as handled, with the code of the refusal if it was refused. False if it was marked before: then
/// nothing more is to be done.
///
/// # Errors
/// When the database fails.
pub async fn first(tx: &mut Tx, now: Instant, uri: &str) -> Result<bool> {
    let conn: &mut Conn = tx;
    let row = (seen_activities::uri.eq(uri), seen_activities::at.eq(now));
    let marked = on!(conn, |c| diesel::insert_into(seen_activities::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    Ok(marked == 1)
}

/// Whether something was marked: an activity as handled, or an object that its author said to be gone before it came.
///
/// # Errors
/// When the database fails.
pub async fn is_marked(conn: &mut Conn, uri: &str) -> Result<bool> {
    let found = seen_activities::table.find(uri).select(seen_activities::uri);
    let found: Option<String> = on!(conn, |c| found.first(c).await.optional())?;
    Ok(found.is_some())
}

/// Keeps the code of a refusal with the mark.
///
/// # Errors
/// When the database fails.
pub async fn refused(tx: &mut Tx, uri: &str, code: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(seen_activities::table.find(uri))
        .set(seen_activities::code.eq(Some(code)))
        .execute(c)
        .await)?;
    Ok(())
}

/// The code that an activity was refused with; `None` if unknown or handled.
///
/// # Errors
/// When the database fails.
pub async fn code(conn: &mut Conn, uri: &str) -> Result<Option<String>> {
    let found: Option<Option<String>> =
        on!(conn, |c| seen_activities::table.find(uri).select(seen_activities::code).first(c).await.optional())?;
    Ok(found.flatten())
}

/// Forgets marks older than [`KEPT`].
///
/// # Errors
/// When the database fails.
pub async fn sweep(tx: &mut Tx, now: Instant) -> Result<()> {
    let conn: &mut Conn = tx;
    let old = seen_activities::table.filter(seen_activities::at.lt(now.minus(KEPT)));
    on!(conn, |c| diesel::delete(old).execute(c).await)?;
    Ok(())
}
