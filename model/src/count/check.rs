//! Holding what was counted against itself, every night and at closing: the tally, the events it was folded from, and the
//! entries of the public log must be the same count.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::ballot::EventKind;
use super::electorate::Tier;
use super::log::tile::{Level, split};
use super::log::verify::merkle::{self, Peaks};
use super::log::verify::recount::{Recount, Rules};
use super::log::{self, Place};
use super::tally::{self, Counts};
use crate::clock::Instant;
use crate::debate::consultation::{self, Consultation};
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::role::{Act, Standing};
use crate::store::schema::{ballot_events, consultations, count_checks, tallies};
use crate::store::{Conn, Json, Store, Tx, on};

/// How often each tally is held against its log.
const EVERY: Duration = Duration::from_secs(24 * 3600);
/// How long after its closing a tally is still checked each night.
const RECENT: Duration = Duration::from_secs(30 * 24 * 3600);
/// The most checks that one sweep asks for.
const AT_ONCE: i64 = 1000;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = count_checks)]
pub struct Check {
    /// Of which consultation.
    pub consultation_id: Id<Consultation>,
    /// When.
    pub at: Instant,
    /// How many entries it went through.
    pub size: i64,
    /// Whether tally, events and log are one count.
    pub holds: bool,
    /// What was found.
    pub detail: String,
}

/// Asks for a check of each tally that can still move, or has since its last check, if that is a day ago: somebody may have
/// altered it in its place. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn due(tx: &mut Tx, now: Instant) -> Result<usize> {
    let counted =
        tallies::table.left_join(count_checks::table.on(count_checks::consultation_id.eq(tallies::consultation_id)));
    let stale = count_checks::at.is_null().or(count_checks::at.assume_not_null().le(now.minus(EVERY)));
    let moved = count_checks::size.is_null().or(count_checks::size.assume_not_null().ne(tallies::size));
    let recently = now.minus(RECENT);
    let moves = consultations::closed_at.is_null().or(consultations::closed_at.assume_not_null().gt(recently));
    let failed = count_checks::holds.assume_not_null().eq(false);
    let conn: &mut Conn = tx;
    let due: Vec<Id<Consultation>> = on!(conn, |c| counted
        .inner_join(consultations::table.on(consultations::id.eq(tallies::consultation_id)))
        .filter(tallies::size.gt(0).and(stale).and(moves.or(moved).or(failed)))
        .limit(AT_ONCE)
        .select(tallies::consultation_id)
        .load(c)
        .await)?;
    for consultation in &due {
        job::enqueue(tx, now, Job::Check { consultation: *consultation }, When::Now).await?;
    }
    Ok(due.len())
}

/// Checks one consultation and keeps what was found.
///
/// # Errors
/// When the database fails.
pub async fn run(store: &Store, now: Instant, consultation: Id<Consultation>) -> Result<Check> {
    let mut snapshot = store.snapshot().await?;
    let found = compare(&mut snapshot, consultation).await?;
    drop(snapshot);
    let (holds, size, detail) = match found {
        Ok(size) => (true, size, format!("tally, events and log agree on {size} entries")),
        Err((size, why)) => (false, size, why),
    };
    let check = Check { consultation_id: consultation, at: now, size, holds, detail };
    let mut tx = store.begin().await?;
    let conn: &mut Conn = &mut tx;
    on!(conn, |c| diesel::insert_into(count_checks::table)
        .values(&check)
        .on_conflict(count_checks::consultation_id)
        .do_update()
        .set((
            count_checks::at.eq(check.at),
            count_checks::size.eq(check.size),
            count_checks::holds.eq(check.holds),
            count_checks::detail.eq(&check.detail),
        ))
        .execute(c)
        .await)?;
    tx.commit().await?;
    Ok(check)
}

/// What the last check found, for administrators; `None` before the first.
///
/// # Errors
/// [`Refusal::NotAllowed`] for others.
pub async fn last(conn: &mut Conn, by: &Standing, consultation: Id<Consultation>) -> Result<Option<Check>> {
    by.may(Act::Administer, None).map_err(|_| Refusal::NotAllowed)?;
    Ok(on!(conn, |c| count_checks::table.find(consultation).select(Check::as_select()).first(c).await.optional())?)
}

/// How many tallies differ from their log, by their last checks.
///
/// # Errors
/// When the database fails.
pub async fn broken(conn: &mut Conn) -> Result<i64> {
    Ok(on!(conn, |c| count_checks::table.filter(count_checks::holds.eq(false)).count().get_result(c).await)?)
}

/// The size on which all agree, or the size with what differs, all of one moment.
async fn compare(conn: &mut Conn, id: Id<Consultation>) -> Result<Result<i64, (i64, String)>> {
    let on = consultation::by_id(conn, id).await?;
    let tally = tally::of(conn, &on).await?;
    let size = tally.size;
    let counts = settled(tally.counts.0);
    if settled(recount_events(conn, &on, size).await?) != counts {
        return Ok(Err((size, "the tally is not the count of the events".to_owned())));
    }
    if let Err(why) = compare_log(conn, &on, size, &counts).await? {
        return Ok(Err((size, why)));
    }
    // Where none waits to be counted, the ballots themselves must say the same.
    if tally::waiting(conn, id).await? == 0 && settled(tally::recount(conn, id).await?) != counts {
        return Ok(Err((size, "the tally is not the count of the ballots".to_owned())));
    }
    Ok(Ok(size))
}

/// Counts without what nobody chose.
fn settled(mut counts: Counts) -> Counts {
    for count in counts.0.values_mut() {
        count.choices.retain(|_, n| *n != 0);
    }
    counts.0.retain(|_, count| count.voters != 0 || !count.choices.is_empty());
    counts
}

/// The count of the events before `size`: of each ballot the last.
async fn recount_events(conn: &mut Conn, on: &Consultation, size: i64) -> Result<Counts> {
    let later = diesel::alias!(ballot_events as later);
    let superseded = later
        .filter(later.field(ballot_events::ballot_id).eq(ballot_events::ballot_id))
        .filter(later.field(ballot_events::revision).gt(ballot_events::revision))
        .filter(later.field(ballot_events::seq).lt(size));
    let last = ballot_events::consultation_id
        .eq(on.id)
        .and(ballot_events::seq.lt(size))
        .and(diesel::dsl::not(diesel::dsl::exists(superseded)));
    // Each choice once: there may be a million ballots.
    let rows: Vec<(EventKind, Tier, Json<Vec<String>>, i64)> = on!(conn, |c| ballot_events::table
        .filter(last)
        .group_by((ballot_events::kind, ballot_events::tier, ballot_events::choice))
        .select((ballot_events::kind, ballot_events::tier, ballot_events::choice, diesel::dsl::count_star()))
        .load(c)
        .await)?;
    let mut counts = Counts::default();
    for (_, tier, Json(choice), times) in rows.into_iter().filter(|(kind, ..)| kind.stands()) {
        counts.add_times(tier, &on.method.0.counted(&choice), times);
    }
    Ok(counts)
}

/// Recounts the entries before `size`, and rebuilds their tree if the log ends there.
async fn compare_log(conn: &mut Conn, on: &Consultation, size: i64, counts: &Counts) -> Result<Result<(), String>> {
    let rules = Rules { method: on.method.0.clone(), tiers: on.electorate.0.tiers.clone() };
    let (mut recount, mut peaks) = (Recount::new(rules), Peaks::default());
    let entries = u64::try_from(size).map_err(Error::store)?;
    for place in Place::all(Level::Entries, entries) {
        let bundle = match log::tile(conn, on.id, place).await {
            Ok(bundle) => bundle,
            Err(Error::NotFound) => return Ok(Err(format!("the log has no tile/{place}"))),
            Err(error) => return Err(error),
        };
        let taken = split(&bundle).into_iter().flatten().try_for_each(|line| {
            peaks.add(merkle::leaf(line), 0);
            recount.take(line).map(drop)
        });
        if let Err(why) = taken {
            return Ok(Err(why.to_string()));
        }
    }
    if settled(recount.counts()) != *counts {
        return Ok(Err("the tally is not the count of the log".to_owned()));
    }
    let head = log::head(conn, on.id).await?;
    let same = |root: &str| tlog_tiles::Hash(peaks.root()).to_string() == root;
    Ok(match head {
        Some(head) if head.size == size && !same(&head.root) => Err("the log's root is not that of its entries".into()),
        None if size > 0 => Err("there is no log".into()),
        _ => Ok(()),
    })
}

/// Asks for a check at closing.
pub(crate) async fn at_closing(tx: &mut Tx, now: Instant, consultation: Id<Consultation>) -> Result<()> {
    job::enqueue(tx, now, Job::Check { consultation }, When::Now).await.map(drop)
}
