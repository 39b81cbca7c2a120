//! Quotes of what is published here, authorised at once (FEP-044f): whoever reads one can ask us whether we allowed it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::quotes;
use crate::store::{Conn, Tx, on};

/// An authorised quote.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = quotes)]
pub struct Quote {
    /// Key.
    pub id: Id<Quote>,
    /// What of ours is quoted.
    pub target: String,
    /// What quotes it.
    pub instrument: String,
    /// Who quotes it.
    pub actor_id: Id<Actor>,
    /// When it was authorised.
    pub at: Instant,
}

/// Authorises a quote; the same again is answered as it is. None if it was authorised for something or somebody else.
///
/// # Errors
/// When the database fails.
pub async fn allow(
    tx: &mut Tx,
    now: Instant,
    target: &str,
    instrument: &str,
    actor: Id<Actor>,
) -> Result<Option<Quote>> {
    let row = Quote {
        id: Id::new(now),
        target: target.to_owned(),
        instrument: instrument.to_owned(),
        actor_id: actor,
        at: now,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(quotes::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    let kept: Quote = on!(conn, |c| quotes::table
        .filter(quotes::instrument.eq(instrument))
        .select(Quote::as_select())
        .first(c)
        .await)?;
    Ok(Some(kept).filter(|quote| quote.target == target && quote.actor_id == actor))
}

/// The quote of that key.
///
/// # Errors
/// [`crate::error::Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Quote>) -> Result<Quote> {
    Ok(on!(conn, |c| quotes::table.find(id).select(Quote::as_select()).first(c).await)?)
}

/// Forgets the authorisation of a quote that is gone.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx, instrument: &str, actor: Id<Actor>) -> Result<bool> {
    let conn: &mut Conn = tx;
    let it = quotes::table.filter(quotes::instrument.eq(instrument).and(quotes::actor_id.eq(actor)));
    Ok(on!(conn, |c| diesel::delete(it).execute(c).await)? > 0)
}
