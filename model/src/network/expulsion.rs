//! People of this node whom a forum elsewhere excludes from its debates: nobody writes there in vain.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::people::actor::{self, Actor};
use crate::store::schema::expulsions;
use crate::store::{Conn, Tx, on};

/// The longest reason that is kept, in characters.
const REASON_LONGEST: usize = 1_000;

/// Somebody whom a forum elsewhere excludes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = expulsions)]
pub struct Expulsion {
    /// The forum.
    pub group_id: Id<Actor>,
    /// Who.
    pub actor_id: Id<Actor>,
    /// Why, as its moderators say.
    pub reason: String,
    /// Until when; for ever if `None`.
    pub until: Option<Instant>,
}

/// Keeps what the moderators of a forum say: what they say last holds.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut Tx, it: &Expulsion) -> Result<()> {
    let row = Expulsion { reason: it.reason.chars().take(REASON_LONGEST).collect(), ..it.clone() };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(expulsions::table)
        .values(&row)
        .on_conflict((expulsions::group_id, expulsions::actor_id))
        .do_update()
        .set((expulsions::reason.eq(&row.reason), expulsions::until.eq(row.until)))
        .execute(c)
        .await)?;
    Ok(())
}

/// They may take part again.
///
/// # Errors
/// When the database fails.
pub async fn lift(tx: &mut Tx, group: Id<Actor>, whom: Id<Actor>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(expulsions::table.find((group, whom))).execute(c).await)?;
    Ok(())
}

/// Refuses somebody whom the forum with this address excludes now.
///
/// # Errors
/// [`Refusal::Banned`].
pub async fn open(conn: &mut Conn, now: Instant, forum: &str, who: Id<Actor>) -> Result<()> {
    let Some(group) = actor::by_uri(conn, forum).await? else { return Ok(()) };
    let it = expulsions::table.find((group.id, who));
    let found: Option<Expulsion> = on!(conn, |c| it.select(Expulsion::as_select()).first(c).await.optional())?;
    let excluded = found.is_some_and(|it| it.until.is_none_or(|until| until > now));
    if excluded { Err(Refusal::Banned.into()) } else { Ok(()) }
}
