//! The little that the two databases say differently.

mod delivery;
mod search;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Integer, Text};
use diesel_async::RunQueryDsl;

use super::types::{DbJson, DbTime, DbUuid};
use super::{Conn, Json, Tx};
use crate::clock::Instant;
use crate::count::ballot::{Ballot, Event, EventKind};
use crate::count::electorate::Tier;
use crate::count::sequence::Meeting;
use crate::count::tally::Tally;
use crate::debate::consultation::Consultation;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{actors, ballot_events, ballots, consultations, tallies};

pub(crate) use delivery::{add_copies, add_deliveries, first_deliveries};
pub(crate) use search::{Wanted, add_documents, follow_numbers, found};

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
            let numbered = numbered.to_vec();
            c.spawn_blocking(move |c| number_each(c, &numbered)).await?;
        }
    }
    Ok(())
}

fn number_each(c: &mut SqliteConnection, numbered: &[(Id<Event>, i64)]) -> QueryResult<()> {
    for (id, seq) in numbered {
        let number = diesel::update(ballot_events::table.find(id)).set(ballot_events::seq.eq(Some(*seq)));
        if diesel::RunQueryDsl::execute(number, c)? != 1 {
            return Err(diesel::result::Error::NotFound);
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

/// Holds lanes until the transaction ends: what two transactions say in one of them is given out in the order in which they
/// end. In the order of their names, so that nobody waits for somebody who waits. SQLite has one writer.
pub(crate) async fn hold_lanes(tx: &mut Tx, lanes: BTreeSet<String>) -> Result<()> {
    if let Conn::Postgres(c) = &mut **tx {
        for lane in lanes {
            diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind::<Text, _>(lane)
                .execute(&mut **c)
                .await?;
        }
    }
    Ok(())
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

/// Keeps whoever holds a consultation's row alone from it until the transaction ends: a ballot is saved before it is closed,
/// or not at all.
pub(crate) async fn share_consultation(tx: &mut Tx, id: Id<Consultation>) -> Result<()> {
    if let Conn::Postgres(c) = &mut **tx {
        consultations::table
            .find(id)
            .select(consultations::id)
            .for_key_share()
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

/// Saves first ballots and their events: on PostgreSQL in one statement, which may commit by itself; on SQLite with
/// prepared ones in the caller's transaction. Each comes with the version of its consultation; one whose consultation
/// has changed, or whose voter has a ballot, is left out. Answers which were saved.
pub(crate) async fn save_ballots(conn: &mut Conn, fresh: Vec<(Ballot, i64)>) -> Result<HashSet<Id<Ballot>>> {
    let c = match conn {
        Conn::Postgres(c) => c,
        Conn::Sqlite(c) => return Ok(c.spawn_blocking(move |c| save_each(c, &fresh)).await?),
    };
    if let [(ballot, version)] = fresh.as_slice() {
        let save = SaveBallot { ballot, version: *version, event: Id::new(ballot.cast_at) };
        let saved: Vec<Id<Ballot>> = save.load(&mut **c).await?;
        return Ok(saved.into_iter().collect());
    }
    let each = || fresh.iter().map(|(ballot, _)| ballot);
    let save = SaveBallots {
        ids: each().map(|b| b.id).collect(),
        events: each().map(|b| Id::new(b.cast_at)).collect(),
        consultations: each().map(|b| b.consultation_id).collect(),
        versions: fresh.iter().map(|(_, version)| *version).collect(),
        actors: each().map(|b| b.actor_id).collect(),
        tiers: each().map(|b| b.tier).collect(),
        choices: each().map(|b| b.choice.clone()).collect(),
        texts: each().map(|b| b.text_version).collect(),
        times: each().map(|b| b.cast_at).collect(),
    };
    let saved: Vec<Id<Ballot>> = save.load(&mut **c).await?;
    Ok(saved.into_iter().collect())
}

fn save_each(c: &mut SqliteConnection, fresh: &[(Ballot, i64)]) -> QueryResult<HashSet<Id<Ballot>>> {
    use diesel::RunQueryDsl;
    let mut versions: HashMap<Id<Consultation>, Option<i64>> = HashMap::new();
    let mut saved = HashSet::new();
    for (ballot, version) in fresh {
        let on = ballot.consultation_id;
        if let Entry::Vacant(unknown) = versions.entry(on) {
            let of = consultations::table.find(on).select(consultations::version);
            unknown.insert(RunQueryDsl::first(of, c).optional()?);
        }
        if versions[&on] != Some(*version) {
            continue;
        }
        let insert = diesel::insert_into(ballots::table).values(ballot).on_conflict_do_nothing();
        if RunQueryDsl::execute(insert, c)? == 1 {
            let event = ballot.event(ballot.cast_at, EventKind::Cast);
            RunQueryDsl::execute(diesel::insert_into(ballot_events::table).values(&event), c)?;
            saved.insert(ballot.id);
        }
    }
    Ok(saved)
}

/// [`SAVE_BALLOTS`] with its columns. A query of its own, since diesel prepares those given as text anew each time,
/// which costs a lone voter more than the ballot does.
struct SaveBallots {
    ids: Vec<Id<Ballot>>,
    events: Vec<Id<Event>>,
    consultations: Vec<Id<Consultation>>,
    versions: Vec<i64>,
    actors: Vec<Id<Actor>>,
    tiers: Vec<Tier>,
    choices: Vec<Json<Vec<String>>>,
    texts: Vec<i32>,
    times: Vec<Instant>,
}

impl Query for SaveBallots {
    type SqlType = DbUuid;
}

impl QueryId for SaveBallots {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for SaveBallots {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [with, rest] = SAVE_BALLOTS;
        out.push_sql(with);
        out.push_bind_param::<Array<DbUuid>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<DbUuid>, _>(&self.events)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<DbUuid>, _>(&self.consultations)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.versions)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<DbUuid>, _>(&self.actors)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.tiers)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<DbJson>, _>(&self.choices)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Integer>, _>(&self.texts)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<DbTime>, _>(&self.times)?;
        out.push_sql(rest);
        Ok(())
    }
}

/// What [`SaveBallots`] does, for one: the commonest case, which needs no lists to be taken apart.
struct SaveBallot<'a> {
    ballot: &'a Ballot,
    version: i64,
    event: Id<Event>,
}

impl Query for SaveBallot<'_> {
    type SqlType = DbUuid;
}

impl QueryId for SaveBallot<'_> {
    type QueryId = SaveBallot<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for SaveBallot<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Self { ballot, version, event } = self;
        out.push_sql("WITH asked AS (SELECT id FROM consultations WHERE id = ");
        out.push_bind_param::<DbUuid, _>(&ballot.consultation_id)?;
        out.push_sql(" AND version = ");
        out.push_bind_param::<BigInt, _>(version)?;
        // Whoever closes it holds it: then this waits, and sees that it has changed.
        out.push_sql(SAVE_BALLOT);
        out.push_bind_param::<DbUuid, _>(&ballot.id)?;
        out.push_sql(", id, ");
        out.push_bind_param::<DbUuid, _>(&ballot.actor_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&ballot.tier)?;
        out.push_sql(", ");
        out.push_bind_param::<DbJson, _>(&ballot.choice)?;
        out.push_sql(", 1, ");
        out.push_bind_param::<Integer, _>(&ballot.text_version)?;
        out.push_sql(", FALSE, ");
        out.push_bind_param::<DbTime, _>(&ballot.cast_at)?;
        out.push_sql(", ");
        out.push_bind_param::<DbTime, _>(&ballot.changed_at)?;
        out.push_sql(SAVE_EVENT);
        out.push_bind_param::<DbUuid, _>(event)?;
        out.push_sql(SAVED);
        Ok(())
    }
}

const SAVE_BALLOT: &str = " FOR KEY SHARE), saved AS (
    INSERT INTO ballots (id, consultation_id, actor_id, tier, choice, revision, text_version, withdrawn, cast_at, changed_at)
    SELECT ";
const SAVE_EVENT: &str =
    " FROM asked ON CONFLICT DO NOTHING RETURNING id, consultation_id, tier, choice, text_version, cast_at
)
INSERT INTO ballot_events (id, consultation_id, ballot_id, revision, kind, tier, choice, text_version, at) SELECT ";
const SAVED: &str =
    ", consultation_id, id, 1, 'cast', tier, choice, text_version, cast_at FROM saved RETURNING ballot_id";

/// In the order of the voters, so that two such statements never wait for each other in a circle.
const SAVE_BALLOTS: [&str; 2] = [
    "WITH asked AS (
    SELECT asked.* FROM unnest(",
    ")
        AS asked (id, event_id, consultation_id, version, actor_id, tier, choice, text_version, at)
    JOIN consultations ON consultations.id = asked.consultation_id AND consultations.version = asked.version
    FOR KEY SHARE OF consultations
), saved AS (
    INSERT INTO ballots (id, consultation_id, actor_id, tier, choice, revision, text_version, withdrawn, cast_at, changed_at)
    SELECT id, consultation_id, actor_id, tier, choice, 1, text_version, FALSE, at, at FROM asked ORDER BY actor_id
    ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO ballot_events (id, consultation_id, ballot_id, revision, kind, tier, choice, text_version, at)
SELECT event_id, consultation_id, id, 1, 'cast', tier, choice, text_version, at FROM asked JOIN saved USING (id)
RETURNING ballot_id",
];

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

/// The same for rows of which some may be there already: those are left as they are.
macro_rules! insert_missing {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let rows = $rows;
        match $conn {
            $crate::store::Conn::Sqlite(c) => {
                c.spawn_blocking(move |c| {
                    for row in &rows {
                        diesel::RunQueryDsl::execute(
                            diesel::insert_into($table).values(row).on_conflict_do_nothing(),
                            c,
                        )?;
                    }
                    Ok(())
                })
                .await
            }
            $crate::store::Conn::Postgres(c) => {
                let mut done = Ok(());
                for rows in rows.chunks($crate::store::dialect::ROWS_AT_ONCE) {
                    let insert = diesel::insert_into($table).values(rows).on_conflict_do_nothing();
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
pub(crate) use insert_missing;
