//! The ballots that stand, in the order of their keys, as quickly as the database gives them.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;

use super::{BALLOTS, Cursor, Pages};
use crate::clock::Instant;
use crate::count::ballot::Ballot;
use crate::count::electorate::Tier;
use crate::count::log::entry::to_the_hour;
use crate::count::pseudonym::Person;
use crate::debate::consultation::{Ballots, Consultation};
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::{Actor, Kind};
use crate::store::schema::{actors, ballots};
use crate::store::types::DbUuid;
use crate::store::{Conn, Json};

/// As many events as make it better to go through all ballots of the node once than to sort those of one consultation
/// for each page. PostgreSQL chooses by itself.
pub(super) const MANY: i64 = 20_000;

/// A ballot that stands: key, whose, tier, choice, when it was cast and last changed.
type Row = (Id<Ballot>, Id<Actor>, Tier, Json<Vec<String>>, Instant, Instant);
/// What names a voter.
type Name = (String, Option<String>, Kind);
/// Both; the second where it was asked for.
pub(super) type Named = (Row, Option<Name>);

/// Whether names stand beside ballots: where they are public, and with those of an import. Pseudonyms need the key alone.
pub(super) fn has_names(on: &Consultation) -> bool {
    on.ballots == Ballots::Public || on.created_by.is_none()
}

/// An hour that many rows have, written once.
pub(super) struct Hour {
    hour: Instant,
    text: String,
}

impl Default for Hour {
    fn default() -> Self {
        Self { hour: Instant::earliest(), text: String::new() }
    }
}

impl Hour {
    pub(super) fn of(&mut self, at: Instant) -> &str {
        let hour = to_the_hour(at);
        if hour != self.hour || self.text.is_empty() {
            *self = Self { hour, text: hour.to_string() };
        }
        &self.text
    }
}

impl Pages {
    pub(super) async fn ballots(&mut self, conn: &mut Conn, after: Option<Id<Ballot>>) -> Result<Vec<u8>> {
        let rows = match has_names(&self.on) {
            true => named_page(conn, &self.on, after, self.events).await?,
            false => page(conn, &self.on, after, self.events).await?,
        };
        let mut chunk = self.table.sheet().chunk();
        let (mut cast, mut changed) = (Hour::default(), Hour::default());
        for ((_, voter, tier, Json(choice), cast_at, changed_at), name) in &rows {
            let (name, host, kind) = match name {
                Some((name, host, kind)) => (name.as_str(), host.as_deref(), *kind),
                None => ("", None, Kind::Person),
            };
            let voter = self.voters.name(Person { id: *voter, name, host, kind });
            let choice = choice.join(" ");
            chunk.row([&voter, tier.as_str(), &choice, cast.of(*cast_at), changed.of(*changed_at)]);
        }
        if let Some(((last, ..), _)) = rows.last().filter(|_| rows.len() == BALLOTS) {
            self.cursor = Cursor::Ballots(Some(*last));
        }
        Ok(chunk.finish())
    }
}

/// The query of a page: on SQLite a `+` keeps it from taking the index of the consultation where there are many.
macro_rules! rows {
    ($conn:expr, $from:expr, $on:expr, $after:expr, $events:expr, $select:expr) => {{
        let standing =
            ballots::id.gt($after.unwrap_or(Id::from_uuid(uuid::Uuid::nil()))).and(ballots::withdrawn.eq(false));
        let some = $from.filter(standing).order(ballots::id).limit(BALLOTS as i64).select($select);
        match $conn {
            Conn::Sqlite(c) if $events > MANY => {
                let of = sql::<Bool>("+ballots.consultation_id = ").bind::<DbUuid, _>($on.id);
                some.filter(of).load(&mut **c).await
            }
            Conn::Sqlite(c) => some.filter(ballots::consultation_id.eq($on.id)).load(&mut **c).await,
            Conn::Postgres(c) => some.filter(ballots::consultation_id.eq($on.id)).load(&mut **c).await,
        }
    }};
}

const COLUMNS: (ballots::id, ballots::actor_id, ballots::tier, ballots::choice, ballots::cast_at, ballots::changed_at) =
    (ballots::id, ballots::actor_id, ballots::tier, ballots::choice, ballots::cast_at, ballots::changed_at);

async fn page(conn: &mut Conn, on: &Consultation, after: Option<Id<Ballot>>, events: i64) -> Result<Vec<Named>> {
    let rows: Vec<Row> = rows!(conn, ballots::table, on, after, events, COLUMNS)?;
    Ok(rows.into_iter().map(|row| (row, None)).collect())
}

/// A page of ballots with what names their voters. `events`: how many the consultation has.
pub(super) async fn named_page(
    conn: &mut Conn,
    on: &Consultation,
    after: Option<Id<Ballot>>,
    events: i64,
) -> Result<Vec<Named>> {
    let with_names = ballots::table.inner_join(actors::table);
    let select = (COLUMNS, (actors::name, actors::host, actors::kind));
    let rows: Vec<(Row, Name)> = rows!(conn, with_names, on, after, events, select)?;
    Ok(rows.into_iter().map(|(row, name)| (row, Some(name))).collect())
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::testing::World;

    crate::both_databases! {
        async fn a_page_is_the_same_whichever_way_it_is_read(world: World) {
            let (forum, on) = world.vote().await;
            for name in ["ana", "ben", "cleo"] {
                world.casts(&forum, &on, &world.account(name).await, &["for"]).await.unwrap();
            }
            let mut conn = world.store.conn().await.unwrap();
            let keys = |rows: Vec<Named>| rows.into_iter().map(|((key, ..), _)| key).collect::<Vec<_>>();
            let few = keys(page(&mut conn, &on, None, 0).await.unwrap());
            assert!(few.len() == 3 && few.is_sorted());
            for after in [None, Some(few[0])] {
                let left = &few[usize::from(after.is_some())..];
                for events in [0, MANY + 1] {
                    assert_eq!(keys(page(&mut conn, &on, after, events).await.unwrap()), left);
                    let named = named_page(&mut conn, &on, after, events).await.unwrap();
                    assert!(named.iter().all(|(_, name)| name.is_some()));
                    assert_eq!(keys(named), left);
                }
            }
        }
    }
}
