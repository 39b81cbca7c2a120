//! The sequencer: numbers the waiting ballot events of a consultation, writes them into its public log and folds them,
//! in order, into its tally.
//!
//! It sweeps what has no number, never "later than the last", which would miss late commits. Numbers, entries, the signed
//! checkpoint, tally and size are written in one transaction that compares and sets the earlier size, so two sequencers
//! cannot both win and a log cannot fork.

mod fold;
mod recorded;

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use self::fold::{Folded, fold, in_order};
use super::ballot::Event;
use super::tally::{self, Counts, Tally};
use super::{log, publication};
use crate::care::settings;
use crate::clock::Instant;
use crate::debate::consultation::{self, Consultation};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::store::schema::{ballot_events, ballot_logs, tallies};
use crate::store::{Conn, Json, Store, Tx, dialect, on};

/// The most events that one transaction takes: a rush of ballots between two sweeps is one.
const BATCH: i64 = 4000;

/// What a batch came to.
#[derive(Default)]
struct Swept {
    /// How many events were counted.
    counted: usize,
    /// Whether more may wait: it was full.
    more: bool,
}

/// Whether a sequencer that meets another one waits for it or leaves the consultation to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// It waits.
    Waits,
    /// It turns to something else.
    Passes,
}

/// The consultations that have events waiting.
///
/// # Errors
/// When the database fails.
pub async fn due(conn: &mut Conn) -> Result<Vec<Id<Consultation>>> {
    Ok(on!(conn, |c| ballot_events::table
        .filter(ballot_events::seq.is_null())
        .select(ballot_events::consultation_id)
        .distinct()
        .load(c)
        .await)?)
}

/// Sequences everything that waits, a transaction a batch. `pace` is the least time between two tallies told to other
/// servers. Answers how many events were counted.
///
/// # Errors
/// When the database fails; what was committed stays counted.
pub async fn sweep(store: &Store, now: Instant, pace: Duration) -> Result<usize> {
    sweep_with(store, now, Way { pace, meeting: Meeting::Passes, log: true }).await
}

/// How it is sequenced.
#[derive(Clone, Copy)]
struct Way {
    /// The least time between two tallies told to other servers.
    pace: Duration,
    meeting: Meeting,
    /// Whether entries are written into the log: always, but where its cost is measured.
    log: bool,
}

async fn sweep_with(store: &Store, now: Instant, way: Way) -> Result<usize> {
    let waiting = due(&mut store.conn().await?).await?;
    let mut counted = 0;
    for consultation in waiting {
        loop {
            let ready = ahead(store, consultation, way).await?;
            let mut tx = store.begin().await?;
            let swept = batch(&mut tx, now, consultation, way, ready).await?;
            tx.commit().await?;
            counted += swept.counted;
            // What came meanwhile waits for the next sweep: a batch of few costs nearly as much as one of many.
            if !swept.more {
                break;
            }
        }
    }
    Ok(counted)
}

/// Keeps other sequencers away from a consultation until the transaction ends. Who closes takes this first, then the
/// consultation itself: in the other order it and a sequencer would wait for each other.
///
/// # Errors
/// When the database fails.
pub(crate) async fn hold(tx: &mut Tx, now: Instant, consultation: Id<Consultation>) -> Result<()> {
    current(tx, consultation, now, Meeting::Waits).await.map(drop)
}

/// Sequences everything of one consultation within the caller's transaction: at closing.
///
/// # Errors
/// When the database fails or another sequencer was faster.
pub async fn drain(tx: &mut Tx, now: Instant, consultation: Id<Consultation>, pace: Duration) -> Result<()> {
    let way = Way { pace, meeting: Meeting::Waits, log: true };
    while batch(tx, now, consultation, way, None).await?.more {}
    Ok(())
}

/// Writes into their logs what was counted by a version of this program that kept none. Answers how many entries it made.
///
/// # Errors
/// When the database fails; what was committed stays written.
pub async fn catch_up(store: &Store, now: Instant) -> Result<usize> {
    let behind = behind(&mut store.conn().await?).await?;
    let mut written = 0;
    for consultation in behind {
        loop {
            let mut tx = store.begin().await?;
            let some = write_counted(&mut tx, now, consultation).await?;
            tx.commit().await?;
            written += some;
            if some == 0 {
                break;
            }
        }
    }
    Ok(written)
}

/// Takes in what was numbered elsewhere: its events are there, the last of them before `size`, and come to `counts`.
/// Writes the tally and the log, within the caller's transaction.
///
/// # Errors
/// When the database fails.
pub(crate) async fn take_in(
    tx: &mut Tx,
    now: Instant,
    consultation: Id<Consultation>,
    (size, counts, at): (i64, Counts, Instant),
) -> Result<()> {
    let taken = Tally { size, counts: Json(counts), at, ..tally::empty(consultation, at) };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(tallies::table).values(&taken).execute(c).await)?;
    while write_counted(tx, now, consultation).await? > 0 {}
    Ok(())
}

async fn behind(conn: &mut Conn) -> Result<Vec<Id<Consultation>>> {
    let log =
        tallies::table.left_join(ballot_logs::table.on(ballot_logs::consultation_id.eq(tallies::consultation_id)));
    let shorter = ballot_logs::size.is_null().or(ballot_logs::size.assume_not_null().lt(tallies::size));
    Ok(on!(conn, |c| log.filter(tallies::size.gt(0).and(shorter)).select(tallies::consultation_id).load(c).await)?)
}

async fn write_counted(tx: &mut Tx, now: Instant, id: Id<Consultation>) -> Result<usize> {
    let Some(tally) = current(tx, id, now, Meeting::Waits).await? else { return Ok(0) };
    let kept = log::edge(tx, id).await?;
    let from = i64::try_from(kept.edge.size).map_err(Error::store)?;
    let events = recorded::numbered(tx, id, from, tally.size.min(from + BATCH)).await?;
    if events.is_empty() {
        return Ok(0);
    }
    let standing = recorded::standing(tx, &events).await?;
    let on = consultation::by_id(tx, id).await?;
    let Folded { numbered, .. } = fold(&on.method.0, Counts::default(), from, standing, events);
    let here = settings::address(tx).await?;
    let entries = recorded::entries(tx, &on, &here, &numbered).await?;
    log::write(tx, now, &on, &here, log::grown(kept, &entries)?).await?;
    Ok(numbered.len())
}

/// [`sweep`] without the log: what that costs is seen beside it.
///
/// # Errors
/// As [`sweep`].
#[cfg(feature = "testing")]
pub async fn sweep_without_log(store: &Store, now: Instant, pace: Duration) -> Result<usize> {
    sweep_with(store, now, Way { pace, meeting: Meeting::Passes, log: false }).await
}

/// A batch, folded and not written yet.
struct Ready {
    /// How many events the tally had.
    before: i64,
    /// What it counts with these.
    counts: Counts,
    /// The events, each with its number.
    numbers: Vec<(Id<Event>, i64)>,
    /// The log with them.
    log: Option<log::Grown>,
    /// Whether more may wait.
    full: bool,
}

/// What waits, folded behind `before`; `None` if somebody else has numbered some of it meanwhile.
async fn ready(conn: &mut Conn, on: &Consultation, before: &Tally, log: bool) -> Result<Option<Ready>> {
    let events = recorded::waiting(conn, on.id, BATCH).await?;
    let full = i64::try_from(events.len()).is_ok_and(|events| events == BATCH);
    let standing = recorded::standing(conn, &events).await?;
    let counts = before.counts.0.clone();
    let Folded { counts, numbered } = fold(&on.method.0, counts, before.size, standing, in_order(events));
    let numbers = numbered.iter().map(|n| (n.of.event.id, n.seq)).collect();
    let log = if log && !numbered.is_empty() {
        let kept = log::edge(conn, on.id).await?;
        if i64::try_from(kept.edge.size).ok() != Some(before.size) {
            return Ok(None);
        }
        let here = settings::address(conn).await?;
        Some(log::grown(kept, &recorded::entries(conn, on, &here, &numbered).await?)?)
    } else {
        None
    };
    Ok(Some(Ready { before: before.size, counts, numbers, log, full }))
}

/// On SQLite, where a transaction keeps all voters waiting: the next batch, made ready before it begins. On PostgreSQL it
/// keeps nobody waiting but another sequencer, which need not do the same work.
async fn ahead(store: &Store, consultation: Id<Consultation>, way: Way) -> Result<Option<Ready>> {
    if store.sqlite_file().is_none() {
        return Ok(None);
    }
    let mut conn = store.conn().await?;
    let on = consultation::by_id(&mut conn, consultation).await?;
    let before = tally::of(&mut conn, &on).await?;
    ready(&mut conn, &on, &before, way.log).await
}

/// Sequences one batch: the one that was made ready, unless it has been overtaken. An error by a faster sequencer leaves
/// nothing behind once the transaction is dropped.
async fn batch(
    tx: &mut Tx,
    now: Instant,
    consultation: Id<Consultation>,
    way: Way,
    ahead: Option<Ready>,
) -> Result<Swept> {
    let Some(before) = current(tx, consultation, now, way.meeting).await? else { return Ok(Swept::default()) };
    let on = consultation::by_id(tx, consultation).await?;
    let batch = match ahead.filter(|ready| ready.before == before.size) {
        Some(ready) => ready,
        None => ready(tx, &on, &before, way.log).await?.ok_or_else(|| Error::store("the log and the tally differ"))?,
    };
    if batch.numbers.is_empty() {
        return Ok(Swept::default());
    }
    dialect::number_events(tx, &batch.numbers).await?;
    if let Some(grown) = batch.log {
        let here = settings::address(tx).await?;
        log::write(tx, now, &on, &here, grown).await?;
    }
    let counted = batch.numbers.len();
    let size = before.size + i64::try_from(counted).map_err(Error::store)?;
    advance(tx, &before, size, batch.counts, now).await?;
    let told = before.sent_at.map_or(now, |sent| sent.plus(way.pace).max(now));
    if on.closed_at.is_some() {
        publication::settle(tx, now, &on).await?;
    }
    job::enqueue(tx, now, Job::Tally { consultation, closing: false }, When::At(told)).await?;
    Ok(Swept { counted, more: batch.full })
}

/// The tally as it is, held until the transaction ends; `None` if another sequencer holds it and `meeting` says to pass.
async fn current(tx: &mut Tx, id: Id<Consultation>, now: Instant, meeting: Meeting) -> Result<Option<Tally>> {
    let empty = tally::empty(id, now);
    if let Some(tally) = dialect::hold_tally(tx, id, meeting).await? {
        return Ok(Some(tally));
    }
    let conn: &mut Conn = tx;
    let new =
        on!(conn, |c| diesel::insert_into(tallies::table).values(&empty).on_conflict_do_nothing().execute(c).await)?;
    if new == 1 { Ok(Some(empty)) } else { Ok(None) }
}

async fn advance(conn: &mut Conn, before: &Tally, size: i64, counts: Counts, now: Instant) -> Result<()> {
    let unchanged = tallies::table.find(before.consultation_id).filter(tallies::size.eq(before.size));
    let moved = on!(conn, |c| diesel::update(unchanged)
        .set((tallies::size.eq(size), tallies::counts.eq(Json(counts)), tallies::at.eq(now)))
        .execute(c)
        .await)?;
    if moved == 1 { Ok(()) } else { Err(Error::store("another sequencer was faster")) }
}
