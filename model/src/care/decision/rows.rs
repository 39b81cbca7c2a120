//! Decisions in the database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Act, Decision};
use crate::clock::Instant;
use crate::debate::forum::{Forum, Visibility};
use crate::error::Result;
use crate::id::Id;
use crate::people::account::Account;
use crate::store::schema::{decisions, forums};
use crate::store::{Conn, Tx, on};

pub(super) async fn insert(conn: &mut Conn, it: &Decision) -> Result<()> {
    on!(conn, |c| diesel::insert_into(decisions::table).values(it).execute(c).await)?;
    Ok(())
}

pub(super) async fn undone(tx: &mut Tx, now: Instant, id: Id<Decision>) -> Result<Decision> {
    let conn: &mut Conn = tx;
    Ok(on!(conn, |c| diesel::update(decisions::table.find(id))
        .set(decisions::undone_at.eq(Some(now)))
        .returning(Decision::as_returning())
        .get_result(c)
        .await)?)
}

pub(super) async fn appealed(tx: &mut Tx, now: Instant, id: Id<Decision>, text: &str) -> Result<Decision> {
    let conn: &mut Conn = tx;
    Ok(on!(conn, |c| diesel::update(decisions::table.find(id))
        .set((decisions::appeal.eq(Some(text)), decisions::appealed_at.eq(Some(now))))
        .returning(Decision::as_returning())
        .get_result(c)
        .await)?)
}

pub(super) async fn answered(
    tx: &mut Tx,
    now: Instant,
    id: Id<Decision>,
    by: Id<Account>,
    text: &str,
) -> Result<Decision> {
    let conn: &mut Conn = tx;
    Ok(on!(conn, |c| diesel::update(decisions::table.find(id))
        .set((
            decisions::answer.eq(Some(text)),
            decisions::answered_by.eq(Some(by)),
            decisions::answered_at.eq(Some(now)),
        ))
        .returning(Decision::as_returning())
        .get_result(c)
        .await)?)
}

/// The decision of that key, whoever asks.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Decision>) -> Result<Decision> {
    Ok(on!(conn, |c| decisions::table.find(id).select(Decision::as_select()).first(c).await)?)
}

fn last() -> Id<Decision> {
    Id::from_uuid(uuid::Uuid::max())
}

/// A page of the public log, the latest first, each with its forum: what was done, not what was left as it is; nothing of
/// private forums.
///
/// # Errors
/// When the database fails.
pub async fn published(
    conn: &mut Conn,
    before: Option<Id<Decision>>,
    limit: i64,
) -> Result<Vec<(Decision, Option<Forum>)>> {
    let public = forums::visibility.ne(Visibility::Private).assume_not_null();
    let told = decisions::act.ne(Act::Keep).and(decisions::id.lt(before.unwrap_or_else(last)));
    Ok(on!(conn, |c| decisions::table
        .left_join(forums::table.on(decisions::forum_id.eq(forums::id.nullable())))
        .filter(told.and(decisions::forum_id.is_null().or(public)))
        .order(decisions::id.desc())
        .limit(limit)
        .select((Decision::as_select(), Option::<Forum>::as_select()))
        .load(c)
        .await)?)
}

/// A page of all decisions in these forums ([`crate::care::report::desk`]), the latest first.
///
/// # Errors
/// When the database fails.
pub async fn latest(
    conn: &mut Conn,
    forums: Option<&[Id<Forum>]>,
    before: Option<Id<Decision>>,
    limit: i64,
) -> Result<Vec<Decision>> {
    let earlier = decisions::id.lt(before.unwrap_or_else(last));
    let some = decisions::table.filter(earlier).order(decisions::id.desc()).limit(limit);
    Ok(match forums {
        None => on!(conn, |c| some.select(Decision::as_select()).load(c).await)?,
        Some(forums) => {
            on!(conn, |c| some.filter(decisions::forum_id.eq_any(forums)).select(Decision::as_select()).load(c).await)?
        }
    })
}

/// The appeals in these forums that nobody has answered, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn appeals(conn: &mut Conn, forums: Option<&[Id<Forum>]>, limit: i64) -> Result<Vec<Decision>> {
    let waits = decisions::appealed_at.is_not_null().and(decisions::answered_at.is_null());
    let some = decisions::table.filter(waits).order(decisions::appealed_at.asc()).limit(limit);
    Ok(match forums {
        None => on!(conn, |c| some.select(Decision::as_select()).load(c).await)?,
        Some(forums) => {
            on!(conn, |c| some.filter(decisions::forum_id.eq_any(forums)).select(Decision::as_select()).load(c).await)?
        }
    })
}
