//! Likes and shares of a consultation that are no ballots.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::consultation::Consultation;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::interests;
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

words! {
    /// How somebody shows interest.
    pub enum Kind {
        /// A favourite.
        Like = "like",
        /// A boost.
        Share = "share",
    }
}

/// Notes somebody's interest, once.
///
/// # Errors
/// When the database fails.
pub async fn show(
    tx: &mut Tx,
    now: Instant,
    on: Id<Consultation>,
    actor: Id<Actor>,
    kind: Kind,
    uri: &str,
) -> Result<()> {
    let row = (
        interests::consultation_id.eq(on),
        interests::actor_id.eq(actor),
        interests::kind.eq(kind),
        interests::uri.eq(uri),
        interests::at.eq(now),
    );
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(interests::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    Ok(())
}

/// Takes back the interest that this activity showed. False if there was none.
///
/// # Errors
/// When the database fails.
pub async fn lose(tx: &mut Tx, actor: Id<Actor>, uri: &str) -> Result<bool> {
    let conn: &mut Conn = tx;
    let it = interests::table.filter(interests::actor_id.eq(actor).and(interests::uri.eq(uri)));
    Ok(on!(conn, |c| diesel::delete(it).execute(c).await)? > 0)
}

/// How many showed interest so.
///
/// # Errors
/// When the database fails.
pub async fn count(conn: &mut Conn, on: Id<Consultation>, kind: Kind) -> Result<i64> {
    Ok(on!(conn, |c| interests::table
        .filter(interests::consultation_id.eq(on).and(interests::kind.eq(kind)))
        .count()
        .get_result(c)
        .await)?)
}
