//! The little that the two databases say differently.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};
use diesel_async::RunQueryDsl;

use super::types::DbUuid;
use super::{Conn, Tx};
use crate::count::ballot::Event;
use crate::error::Result;
use crate::id::Id;
use crate::store::schema::ballot_events;

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
