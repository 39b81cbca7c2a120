//! Reports in the database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Report, State};
use crate::clock::Instant;
use crate::debate::comment::Comment;
use crate::debate::forum::Forum;
use crate::error::Result;
use crate::id::Id;
use crate::people::account::Account;
use crate::people::actor::Actor;
use crate::store::schema::reports;
use crate::store::{Conn, on};

pub(super) async fn insert(conn: &mut Conn, report: &Report) -> Result<()> {
    on!(conn, |c| diesel::insert_into(reports::table).values(report).on_conflict_do_nothing().execute(c).await)?;
    Ok(())
}

/// Whether somebody's report of a comment waits.
pub(super) async fn is_open(conn: &mut Conn, comment: Id<Comment>, reporter: Id<Actor>) -> Result<bool> {
    let open: i64 = on!(conn, |c| reports::table
        .filter(reports::comment_id.eq(comment).and(reports::reporter_id.eq(reporter)))
        .filter(reports::state.eq(State::Open))
        .count()
        .get_result(c)
        .await)?;
    Ok(open > 0)
}

/// The open reports of a comment.
pub(super) async fn open_of(conn: &mut Conn, comment: Id<Comment>) -> Result<Vec<Report>> {
    Ok(on!(conn, |c| reports::table
        .filter(reports::comment_id.eq(comment).and(reports::state.eq(State::Open)))
        .order(reports::id)
        .select(Report::as_select())
        .load(c)
        .await)?)
}

pub(super) async fn settle(
    conn: &mut Conn,
    now: Instant,
    id: Id<Report>,
    state: State,
    reason: &str,
    by: Option<Id<Account>>,
) -> Result<()> {
    on!(conn, |c| diesel::update(reports::table.find(id))
        .set((
            reports::state.eq(state),
            reports::verdict.eq(Some(reason)),
            reports::decided_by.eq(by),
            reports::decided_at.eq(Some(now)),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// The report of that key, whoever asks.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Report>) -> Result<Report> {
    Ok(on!(conn, |c| reports::table.find(id).select(Report::as_select()).first(c).await)?)
}

/// A page of the reports in this state of these forums ([`super::desk`]), oldest first.
///
/// # Errors
/// When the database fails.
pub async fn open_in(
    conn: &mut Conn,
    forums: Option<&[Id<Forum>]>,
    state: State,
    after: Option<Id<Report>>,
    limit: i64,
) -> Result<Vec<Report>> {
    let after = after.unwrap_or(Id::from_uuid(uuid::Uuid::nil()));
    let waiting = reports::state.eq(state).and(reports::id.gt(after));
    Ok(match forums {
        None => on!(conn, |c| reports::table
            .filter(waiting)
            .order(reports::id)
            .limit(limit)
            .select(Report::as_select())
            .load(c)
            .await)?,
        Some(some) => on!(conn, |c| reports::table
            .filter(waiting.and(reports::forum_id.eq_any(some)))
            .order(reports::id)
            .limit(limit)
            .select(Report::as_select())
            .load(c)
            .await)?,
    })
}

/// What somebody of this node reported, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn of_reporter(conn: &mut Conn, reporter: Id<Actor>, limit: i64) -> Result<Vec<Report>> {
    Ok(on!(conn, |c| reports::table
        .filter(reports::reporter_id.eq(reporter))
        .order(reports::id.desc())
        .limit(limit)
        .select(Report::as_select())
        .load(c)
        .await)?)
}
