//! The records of ballots sent elsewhere.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Answer, Sent};
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{home_ballots, home_opinions};
use crate::store::{Conn, Json, Tx, on};

/// How many receipts of one consultation are looked at in one go.
const UNPROVEN_MOST: i64 = 1_000;

pub(super) async fn insert(tx: &mut Tx, it: &Sent) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(home_ballots::table).values(it).execute(c).await)?;
    Ok(())
}

/// The ballot of that key.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Sent>) -> Result<Sent> {
    Ok(on!(conn, |c| home_ballots::table.find(id).select(Sent::as_select()).first(c).await)?)
}

/// The last that somebody sent to a consultation: a ballot, or its withdrawal.
///
/// # Errors
/// When the database fails.
pub async fn latest(conn: &mut Conn, by: Id<Actor>, page: &str) -> Result<Option<Sent>> {
    Ok(on!(conn, |c| home_ballots::table
        .filter(home_ballots::actor_id.eq(by).and(home_ballots::page.eq(page)))
        .order(home_ballots::sent_at.desc())
        .select(Sent::as_select())
        .first(c)
        .await
        .optional())?)
}

/// The ballot that a withdrawal would take back: the last that was not refused, unless it is withdrawn already.
pub(super) async fn standing(conn: &mut Conn, by: Id<Actor>, page: &str) -> Result<Option<Sent>> {
    let last: Option<Sent> = on!(conn, |c| home_ballots::table
        .filter(home_ballots::actor_id.eq(by).and(home_ballots::page.eq(page)))
        .filter(home_ballots::answer.ne(Answer::Refused))
        .order(home_ballots::sent_at.desc())
        .select(Sent::as_select())
        .first(c)
        .await
        .optional())?;
    Ok(last.filter(|it| it.takes_back.is_none()))
}

pub(super) async fn answer(
    tx: &mut Tx,
    now: Instant,
    id: Id<Sent>,
    answer: Answer,
    receipt: Option<String>,
    code: Option<String>,
) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(home_ballots::table.find(id))
        .set((
            home_ballots::answer.eq(answer),
            home_ballots::receipt.eq(&receipt),
            home_ballots::code.eq(&code),
            home_ballots::answered_at.eq(Some(now)),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// The ballots on a consultation whose receipts are not proven to be in the log, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn unproven(conn: &mut Conn, page: &str) -> Result<Vec<Sent>> {
    Ok(on!(conn, |c| home_ballots::table
        .filter(home_ballots::page.eq(page).and(home_ballots::receipt.is_not_null()))
        .filter(home_ballots::entry.is_null().and(home_ballots::fault.is_null()))
        .order((home_ballots::sent_at, home_ballots::id))
        .limit(UNPROVEN_MOST)
        .select(Sent::as_select())
        .load(c)
        .await)?)
}

/// Notes that a receipt is the origin's; with `place` (the entry's place, its path up, the signed head) also that its entry
/// is in the log.
///
/// # Errors
/// When the database fails.
pub async fn confirm(tx: &mut Tx, now: Instant, id: Id<Sent>, place: Option<(i64, Vec<String>, &str)>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(home_ballots::table.find(id).filter(home_ballots::signed_at.is_null()))
        .set(home_ballots::signed_at.eq(Some(now)))
        .execute(c)
        .await)?;
    if let Some((entry, path, checkpoint)) = place {
        let path = Json(path);
        on!(conn, |c| diesel::update(home_ballots::table.find(id))
            .set((
                home_ballots::entry.eq(Some(entry)),
                home_ballots::path.eq(&path),
                home_ballots::checkpoint.eq(Some(checkpoint)),
            ))
            .execute(c)
            .await)?;
    }
    Ok(())
}

/// Notes what does not hold of a receipt.
///
/// # Errors
/// When the database fails.
pub async fn refute(tx: &mut Tx, id: Id<Sent>, fault: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(home_ballots::table.find(id))
        .set(home_ballots::fault.eq(Some(fault)))
        .execute(c)
        .await)?;
    Ok(())
}

/// Whether somebody has ever sent a ballot or an opinion to another node: then its server must be able to check their key.
///
/// # Errors
/// When the database fails.
pub async fn has_taken_part_elsewhere(conn: &mut Conn, by: Id<Actor>) -> Result<bool> {
    use diesel::dsl::{exists, select};
    let ballots = home_ballots::table.filter(home_ballots::actor_id.eq(by));
    if on!(conn, |c| select(exists(ballots)).get_result::<bool>(c).await)? {
        return Ok(true);
    }
    let opinions = home_opinions::table.filter(home_opinions::actor_id.eq(by));
    Ok(on!(conn, |c| select(exists(opinions)).get_result(c).await)?)
}
