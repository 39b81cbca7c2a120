//! People of other servers who moved from one account to another: one person keeps one ballot.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{actor_moves, ballots};
use crate::store::{Conn, Tx, on};

/// Notes that whoever had the account `from` now has `to`, which both accounts say.
///
/// # Errors
/// When the database fails.
pub async fn note(tx: &mut Tx, now: Instant, from: Id<Actor>, to: Id<Actor>) -> Result<()> {
    let row = (actor_moves::from_id.eq(from), actor_moves::to_id.eq(to), actor_moves::at.eq(now));
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(actor_moves::table)
        .values(row)
        .on_conflict(actor_moves::from_id)
        .do_update()
        .set((actor_moves::to_id.eq(to), actor_moves::at.eq(now)))
        .execute(c)
        .await)?;
    Ok(())
}

/// How many moves in a row are followed.
const MOVES_MOST: usize = 8;

/// Whose ballot `actor` casts on a consultation: that of the account here with which it is linked, one's own, or that of an
/// account from which or to which one moved, in one step or several, if that has voted there.
///
/// # Errors
/// When the database fails.
pub async fn voter(conn: &mut Conn, on: Id<Consultation>, actor: &Actor) -> Result<Id<Actor>> {
    if let Some(linked) = actor.votes_as {
        return Ok(linked);
    }
    // Most never moved, and their own document says so.
    let named = |field: &str| actor.document.as_ref().is_some_and(|document| !is_empty(&document.0[field]));
    if !named("alsoKnownAs") && !named("movedTo") {
        return Ok(actor.id);
    }
    let accounts = accounts(conn, actor.id).await?;
    let voted: Vec<Id<Actor>> = on!(conn, |c| ballots::table
        .filter(ballots::consultation_id.eq(on).and(ballots::actor_id.eq_any(&accounts)))
        .order(ballots::cast_at)
        .select(ballots::actor_id)
        .load(c)
        .await)?;
    let own = voted.iter().find(|id| **id == actor.id);
    Ok(own.or(voted.as_slice().first()).copied().unwrap_or(actor.id))
}

/// The accounts of one person, which moves lead from one to the next.
async fn accounts(conn: &mut Conn, of: Id<Actor>) -> Result<Vec<Id<Actor>>> {
    let mut known = vec![of];
    for _ in 0..MOVES_MOST {
        let reached = actor_moves::from_id.eq_any(known.clone()).or(actor_moves::to_id.eq_any(known.clone()));
        let moves: Vec<(Id<Actor>, Id<Actor>)> = on!(conn, |c| actor_moves::table
            .filter(reached)
            .select((actor_moves::from_id, actor_moves::to_id))
            .load(c)
            .await)?;
        let before = known.len();
        for account in moves.into_iter().flat_map(|(from, to)| [from, to]) {
            if !known.contains(&account) {
                known.push(account);
            }
        }
        if known.len() == before {
            break;
        }
    }
    Ok(known)
}

fn is_empty(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Null => true,
        serde_json::Value::Array(list) => list.is_empty(),
        _ => false,
    }
}
