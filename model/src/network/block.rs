//! People of other servers who want to hear nothing from somebody of this node: what that person says is not sent to them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::blocks;
use crate::store::{Conn, Tx, on};

/// Notes that `actor` blocks `target`.
///
/// # Errors
/// When the database fails.
pub async fn note(tx: &mut Tx, actor: Id<Actor>, target: Id<Actor>, uri: &str) -> Result<()> {
    let row = (blocks::actor_id.eq(actor), blocks::target_id.eq(target), blocks::uri.eq(uri));
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(blocks::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    Ok(())
}

/// Ends the block of `target` by `actor`. False if there was none.
///
/// # Errors
/// When the database fails.
pub async fn lift(tx: &mut Tx, actor: Id<Actor>, target: Id<Actor>) -> Result<bool> {
    let conn: &mut Conn = tx;
    Ok(on!(conn, |c| diesel::delete(blocks::table.find((actor, target))).execute(c).await)? > 0)
}

/// Whether `actor` blocks `target`.
///
/// # Errors
/// When the database fails.
pub async fn is_set(conn: &mut Conn, actor: Id<Actor>, target: Id<Actor>) -> Result<bool> {
    let found: i64 = on!(conn, |c| blocks::table.find((actor, target)).count().get_result(c).await)?;
    Ok(found > 0)
}
