//! The little that the two databases say differently.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};
use diesel_async::RunQueryDsl;

use super::types::DbUuid;
use super::{Conn, Tx};
use crate::count::ballot::Event;
use crate::count::sequence::Meeting;
use crate::count::tally::Tally;
use crate::debate::consultation::Consultation;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{actors, ballot_events, consultations, tallies};

impl Conn {
    /// Whether this is PostgreSQL, where rows can be locked and many written in one statement.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// Gives ballot events their numbers: one statement on PostgreSQL, a prepared one per row on SQLite.
pub(crate) async fn number_events(tx: &mut Tx, numbered: &[(Id<Event>, i64)]) -> Result<()> {
    match &mut **tx {
        Conn::Postgres(c) => {
            let (ids, numbers): (Vec<Id<Event>>, Vec<i64>) = numbered.iter().copied().unzip();
            diesel::sql_query(
                "UPDATE ballot_events SET seq = n.seq FROM unnest($1, $2) AS n (id, seq) WHERE ballot_events.id = n.id",
            )
            .bind::<Array<DbUuid>, _>(ids)
            .bind::<Array<BigInt>, _>(numbers)
            .execute(&mut **c)
            .await?;
        }
        Conn::Sqlite(c) => {
            for (id, seq) in numbered {
                diesel::update(ballot_events::table.find(id))
                    .set(ballot_events::seq.eq(Some(*seq)))
                    .execute(&mut **c)
                    .await?;
            }
        }
    }
    Ok(())
}

/// Reads a tally and holds it until the transaction ends: only one sequencer at a time writes a log. On SQLite the
/// transaction has the database for itself.
pub(crate) async fn hold_tally(tx: &mut Tx, consultation: Id<Consultation>, meeting: Meeting) -> Result<Option<Tally>> {
    let of = tallies::table.find(consultation);
    Ok(match (&mut **tx, meeting) {
        (Conn::Postgres(c), Meeting::Waits) => {
            of.select(Tally::as_select()).for_update().first(&mut **c).await.optional()?
        }
        (Conn::Postgres(c), Meeting::Passes) => {
            of.select(Tally::as_select()).for_update().skip_locked().first(&mut **c).await.optional()?
        }
        (Conn::Sqlite(c), _) => of.select(Tally::as_select()).first(&mut **c).await.optional()?,
    })
}

/// Holds a consultation's row against whoever writes what belongs to it, until the transaction ends.
pub(crate) async fn hold_consultation(tx: &mut Tx, id: Id<Consultation>) -> Result<()> {
    if let Conn::Postgres(c) = &mut **tx {
        consultations::table
            .find(id)
            .select(consultations::id)
            .for_update()
            .first::<Id<Consultation>>(&mut **c)
            .await?;
    }
    Ok(())
}

/// Holds an actor's row until the transaction ends, so that two processes do not make it a key at once.
pub(crate) async fn hold_actor(tx: &mut Tx, actor: Id<Actor>) -> Result<()> {
    if let Conn::Postgres(c) = &mut **tx {
        actors::table.find(actor).select(actors::id).for_no_key_update().first::<Id<Actor>>(&mut **c).await?;
    }
    Ok(())
}

/// Rows that go to PostgreSQL in one statement; its limit is 65,535 values.
pub(crate) const ROWS_AT_ONCE: usize = 1000;

/// Inserts many rows into one table as fast as the open database takes them: many in one statement on PostgreSQL, one
/// prepared statement again and again on SQLite.
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let rows = $rows;
        match $conn {
            $crate::store::Conn::Sqlite(c) => {
                c.spawn_blocking(move |c| {
                    for row in &rows {
                        diesel::RunQueryDsl::execute(diesel::insert_into($table).values(row), c)?;
                    }
                    Ok(())
                })
                .await
            }
            $crate::store::Conn::Postgres(c) => {
                let mut done = Ok(());
                for rows in rows.chunks($crate::store::dialect::ROWS_AT_ONCE) {
                    let insert = diesel::insert_into($table).values(rows);
                    done = diesel_async::RunQueryDsl::execute(insert, &mut **c).await.map(drop);
                    if done.is_err() {
                        break;
                    }
                }
                done
            }
        }
    }};
}
pub(crate) use insert_all;
