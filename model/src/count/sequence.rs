//! The sequencer: numbers the waiting ballot events of a consultation and folds them, in order, into its tally.
//!
//! It sweeps what has no number, never "later than the last", which would miss late commits. Numbers, tally and size
//! are written in one transaction that compares and sets the earlier size, so two sequencers cannot both win.

use std::collections::HashMap;
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::ballot::{Ballot, Event, EventKind};
use super::electorate::Tier;
use super::tally::{self, Counts, Tally};
use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::store::schema::{ballot_events, tallies};
use crate::store::{Conn, Json, Store, Tx, dialect, on};

/// The most events that one transaction takes.
const BATCH: i64 = 2000;

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
    let waiting = due(&mut store.conn().await?).await?;
    let mut counted = 0;
    for consultation in waiting {
        loop {
            let mut tx = store.begin().await?;
            let some = batch(&mut tx, now, consultation, pace).await?;
            tx.commit().await?;
            counted += some;
            if some == 0 {
                break;
            }
        }
    }
    Ok(counted)
}

/// Sequences everything of one consultation within the caller's transaction: at closing.
///
/// # Errors
/// When the database fails or another sequencer was faster.
pub async fn drain(tx: &mut Tx, now: Instant, consultation: Id<Consultation>, pace: Duration) -> Result<()> {
    while batch(tx, now, consultation, pace).await? > 0 {}
    Ok(())
}

/// Sequences one batch. An error by a faster sequencer leaves nothing behind once the transaction is dropped.
async fn batch(tx: &mut Tx, now: Instant, consultation: Id<Consultation>, pace: Duration) -> Result<usize> {
    let before = current(tx, consultation, now).await?;
    let events = waiting(tx, consultation).await?;
    let standing = standing(tx, &events).await?;
    let (counts, numbered) = fold(before.counts.0.clone(), before.size, standing, in_order(events));
    if numbered.is_empty() {
        return Ok(0);
    }
    dialect::number_events(tx, &numbered).await?;
    let size = before.size + i64::try_from(numbered.len()).map_err(Error::store)?;
    advance(tx, &before, size, counts, now).await?;
    let told = before.sent_at.map_or(now, |sent| sent.plus(pace).max(now));
    job::enqueue(tx, now, Job::Tally { consultation, closing: false }, When::At(told)).await?;
    Ok(numbered.len())
}

async fn current(conn: &mut Conn, consultation: Id<Consultation>, now: Instant) -> Result<Tally> {
    let empty = tally::empty(consultation, now);
    on!(conn, |c| diesel::insert_into(tallies::table).values(&empty).on_conflict_do_nothing().execute(c).await)?;
    Ok(on!(conn, |c| tallies::table.find(consultation).select(Tally::as_select()).first(c).await)?)
}

async fn waiting(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Vec<Event>> {
    Ok(on!(conn, |c| ballot_events::table
        .filter(ballot_events::consultation_id.eq(consultation).and(ballot_events::seq.is_null()))
        .order((ballot_events::at, ballot_events::id))
        .limit(BATCH)
        .select(Event::as_select())
        .load(c)
        .await)?)
}

/// What is counted of each ballot that `events` speak of: revision, tier and choice of its latest numbered event.
type Standing = HashMap<Id<Ballot>, (i32, Option<(Tier, Vec<String>)>)>;

async fn standing(conn: &mut Conn, events: &[Event]) -> Result<Standing> {
    let changed: Vec<Id<Ballot>> = events.iter().filter(|e| e.revision > 1).map(|e| e.ballot_id).collect();
    let mut standing = Standing::new();
    for some in changed.chunks(500) {
        let earlier: Vec<Event> = on!(conn, |c| ballot_events::table
            .filter(ballot_events::ballot_id.eq_any(some).and(ballot_events::seq.is_not_null()))
            .order(ballot_events::revision)
            .select(Event::as_select())
            .load(c)
            .await)?;
        for event in earlier {
            standing.insert(event.ballot_id, (event.revision, event.counts()));
        }
    }
    Ok(standing)
}

/// By time, but the events of one ballot by its revision, whatever the clocks of two processes say.
fn in_order(events: Vec<Event>) -> Vec<Event> {
    let mut by_ballot: HashMap<Id<Ballot>, Vec<Event>> = HashMap::new();
    let places: Vec<Id<Ballot>> = events.iter().map(|e| e.ballot_id).collect();
    for event in events {
        by_ballot.entry(event.ballot_id).or_default().push(event);
    }
    for of_one in by_ballot.values_mut() {
        of_one.sort_by_key(|e| std::cmp::Reverse(e.revision));
    }
    places.iter().filter_map(|ballot| by_ballot.get_mut(ballot).and_then(Vec::pop)).collect()
}

/// The tally after `events`: a pure function. An event whose predecessor is not in yet waits for the next batch.
fn fold(mut counts: Counts, size: i64, mut standing: Standing, events: Vec<Event>) -> (Counts, Vec<(Id<Event>, i64)>) {
    let mut numbered = Vec::with_capacity(events.len());
    let mut next = size;
    for event in events {
        let (revision, counted) = standing.remove(&event.ballot_id).unwrap_or((0, None));
        if event.revision != revision + 1 {
            standing.insert(event.ballot_id, (revision, counted));
            continue;
        }
        if let Some((tier, choice)) = &counted {
            counts.remove(*tier, choice);
        }
        let counted = event.counts();
        if let Some((tier, choice)) = &counted {
            counts.add(*tier, choice);
        }
        numbered.push((event.id, next));
        next += 1;
        standing.insert(event.ballot_id, (event.revision, counted));
    }
    (counts, numbered)
}

async fn advance(conn: &mut Conn, before: &Tally, size: i64, counts: Counts, now: Instant) -> Result<()> {
    let unchanged = tallies::table.find(before.consultation_id).filter(tallies::size.eq(before.size));
    let moved = on!(conn, |c| diesel::update(unchanged)
        .set((tallies::size.eq(size), tallies::counts.eq(Json(counts)), tallies::at.eq(now)))
        .execute(c)
        .await)?;
    if moved == 1 { Ok(()) } else { Err(Error::store("another sequencer was faster")) }
}

impl Event {
    /// What it makes count: nothing once withdrawn.
    fn counts(&self) -> Option<(Tier, Vec<String>)> {
        match self.kind {
            EventKind::Cast | EventKind::Change => Some((self.tier, self.choice.0.clone())),
            EventKind::Withdraw => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(n: u64, ballot: Id<Ballot>, revision: i32, kind: EventKind, choice: &str) -> Event {
        let at = Instant::from_microsecond(i64::try_from(n).unwrap() * 1000);
        Event {
            id: Id::new(at),
            consultation_id: Id::from_uuid(uuid::Uuid::nil()),
            ballot_id: ballot,
            revision,
            kind,
            tier: Tier::Member,
            choice: Json(if kind == EventKind::Withdraw { vec![] } else { vec![choice.to_owned()] }),
            text_version: 1,
            at,
            seq: None,
        }
    }

    proptest! {
        /// Whatever the batches and the order of arrival, the tally is what the last event of each ballot says.
        #[test]
        fn the_tally_is_a_function_of_the_events(moves in proptest::collection::vec((0u8..6, 0u8..4), 1..60), cut in 1usize..7) {
            let ballots: Vec<Id<Ballot>> = (0..6u64).map(|n| Id::new(Instant::from_microsecond(i64::try_from(n).unwrap()))).collect();
            let mut revisions = HashMap::<Id<Ballot>, i32>::new();
            let mut last = HashMap::<Id<Ballot>, Option<String>>::new();
            let mut events = Vec::new();
            for (n, (who, what)) in moves.iter().enumerate() {
                let ballot = ballots[usize::from(*who)];
                let revision = revisions.entry(ballot).or_default();
                *revision += 1;
                let kind = match (what, *revision) { (_, 1) => EventKind::Cast, (3, _) => EventKind::Withdraw, _ => EventKind::Change };
                let choice = format!("o{what}");
                last.insert(ballot, (kind != EventKind::Withdraw).then(|| choice.clone()));
                events.push(event(n as u64, ballot, *revision, kind, &choice));
            }
            events.reverse();
            let (mut counts, mut size, mut standing) = (Counts::default(), 0, Standing::new());
            let mut waiting = in_order(events);
            while !waiting.is_empty() {
                let some: Vec<Event> = waiting.drain(..cut.min(waiting.len())).collect();
                let mut now_standing = standing.clone();
                let (after, numbered) = fold(counts, size, standing.clone(), some.clone());
                for e in &some { now_standing.insert(e.ballot_id, (e.revision, e.counts())); }
                prop_assert_eq!(numbered.len(), some.len());
                counts = after; size += numbered.len() as i64; standing = now_standing;
            }
            let mut naive = HashMap::<String, i64>::new();
            for choice in last.values().flatten() { *naive.entry(choice.clone()).or_default() += 1; }
            let member = counts.0.get(&Tier::Member).cloned().unwrap_or_default();
            prop_assert_eq!(member.voters, naive.values().sum::<i64>());
            for (choice, count) in &member.choices { prop_assert_eq!(*count, naive.get(choice).copied().unwrap_or(0)); }
            prop_assert_eq!(size, moves.len() as i64);
        }
    }
}
