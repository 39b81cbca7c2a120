//! How a host fares, and what became of its lane while somebody held it.

use std::collections::{BTreeMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::{Delivery, GIVEN_UP_AFTER};
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::network::copy::{self, Handed};
use crate::network::erasure;
use crate::store::schema::{deliveries, lanes};
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

/// How many of the latest errors of a host are kept.
const ERRORS: usize = 5;
/// The longest text kept of an error, in characters.
const ERROR_LONGEST: usize = 300;

words! {
    /// How a host fares.
    pub enum State {
        /// What was last tried reached it, or nothing was tried yet.
        Working = "working",
        /// What was last tried failed.
        Failing = "failing",
        /// It has failed for a week: it is tried daily.
        Unreachable = "unreachable",
    }
}

/// Marks the key of a lease.
#[derive(Debug, Clone, Copy)]
pub struct Lease;

/// Something that went wrong with a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// When.
    pub at: Instant,
    /// What.
    pub why: String,
}

/// The lane of a host.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = lanes)]
pub struct Lane {
    /// The host, lower case, with its port where it has one.
    pub host: String,
    /// When it is to be gone through; `None` while nothing waits.
    pub due_at: Option<Instant>,
    /// Failures since the last delivery that worked.
    pub attempts: i32,
    /// When the first of these was.
    pub failing_since: Option<Instant>,
    /// The last delivery that worked.
    pub last_success_at: Option<Instant>,
    /// The last that failed.
    pub last_failure_at: Option<Instant>,
    /// The latest errors, the newest first.
    pub errors: Json<Vec<Trouble>>,
    lease: Option<Id<Lease>>,
    leased_until: Option<Instant>,
}

impl Lane {
    /// How the host fares.
    #[must_use]
    pub fn state(&self, now: Instant) -> State {
        match self.failing_since {
            None => State::Working,
            Some(since) if now.since(since) > GIVEN_UP_AFTER => State::Unreachable,
            Some(_) => State::Failing,
        }
    }

    /// Whether somebody holds it.
    pub(super) fn is_held(&self, now: Instant) -> bool {
        self.leased_until.is_some_and(|until| until >= now)
    }
}

/// What whoever holds a lane tells of it.
#[derive(Debug, Clone)]
pub enum Report {
    /// A delivery is done with.
    Ended(Ended),
    /// The lane is let go.
    Left(Left),
}

/// A delivery that is done with: it worked, or it will never.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Which.
    pub delivery: Id<Delivery>,
    /// The host.
    pub host: String,
    /// Where to.
    pub inbox: String,
    /// What of it is told, and whether that it is gone.
    pub object: Option<(String, bool)>,
    /// Why it will never work; `None` if it did.
    pub refused: Option<String>,
}

/// A lane let go.
#[derive(Debug, Clone)]
pub struct Left {
    /// The host.
    pub host: String,
    /// The lease that it was held by.
    pub lease: Id<Lease>,
    /// How it went.
    pub how: How,
    /// What was wrong beside, the newest last: deliveries that were refused.
    pub troubles: Vec<String>,
}

/// How it went with a lane.
#[derive(Debug, Clone)]
pub enum How {
    /// The host answered.
    Works,
    /// The host was not asked: the lane is to be looked at again then, or as soon as may be.
    Rests(Option<Instant>),
    /// The host failed.
    Fails {
        /// Why.
        why: String,
        /// When to try again.
        again: Instant,
        /// Which were tried, and may have arrived.
        tried: Vec<Id<Delivery>>,
        /// Whether something worked before it failed.
        after_success: bool,
    },
}

/// Records what was told, in one transaction for as many reports as there are. Of a lane whose lease was lost only what ended
/// is recorded. Answers how many deliveries were given up.
///
/// # Errors
/// When the database fails.
pub async fn settle(tx: &mut Tx, now: Instant, reports: &[Report]) -> Result<usize> {
    let (mut ended, mut left) = (Vec::new(), BTreeMap::new());
    for report in reports {
        match report {
            Report::Ended(one) => ended.push(one),
            Report::Left(lane) => drop(left.insert(lane.host.as_str(), lane)),
        }
    }
    let hosts: Vec<&str> = left.keys().copied().collect();
    // Held first, in order: what is enqueued meanwhile waits, and finds the lane as it is left.
    let held = hold(tx, &hosts).await?;
    take_out(tx, &ended).await?;
    copy::note(tx, now, &handed(&ended)).await?;
    let mine: Vec<(Lane, &Left)> = held
        .into_iter()
        .filter_map(|lane| {
            let left = *left.get(lane.host.as_str())?;
            (lane.lease == Some(left.lease)).then_some((lane, left))
        })
        .collect();
    leave(tx, now, mine).await
}

fn handed(ended: &[&Ended]) -> Vec<Handed> {
    let of = |one: &&Ended| {
        let (object, erases) = one.object.clone()?;
        let (host, inbox) = (one.host.clone(), one.inbox.clone());
        Some(Handed { object, erases, host, inbox, refused: one.refused.is_some() })
    };
    ended.iter().filter_map(of).collect()
}

async fn hold(tx: &mut Tx, hosts: &[&str]) -> Result<Vec<Lane>> {
    if hosts.is_empty() {
        return Ok(Vec::new());
    }
    let of = lanes::table.filter(lanes::host.eq_any(hosts)).order(lanes::host);
    Ok(match &mut **tx {
        Conn::Postgres(c) => of.select(Lane::as_select()).for_update().load(&mut **c).await?,
        Conn::Sqlite(c) => of.select(Lane::as_select()).load(&mut **c).await?,
    })
}

/// Every lane, held until the transaction ends.
pub(super) async fn hold_all(tx: &mut Tx) -> Result<Vec<Lane>> {
    let all = lanes::table.order(lanes::host);
    Ok(match &mut **tx {
        Conn::Postgres(c) => all.select(Lane::as_select()).for_update().load(&mut **c).await?,
        Conn::Sqlite(c) => all.select(Lane::as_select()).load(&mut **c).await?,
    })
}

async fn take_out(tx: &mut Tx, ended: &[&Ended]) -> Result<()> {
    let ids: Vec<Id<Delivery>> = ended.iter().map(|one| one.delivery).collect();
    remove(tx, &ids).await
}

/// The most values in one statement: SQLite takes 32,766.
const IDS: usize = 1000;

pub(super) async fn remove(tx: &mut Tx, ids: &[Id<Delivery>]) -> Result<()> {
    let conn: &mut Conn = tx;
    for some in ids.chunks(IDS) {
        on!(conn, |c| diesel::delete(deliveries::table.filter(deliveries::id.eq_any(some))).execute(c).await)?;
    }
    Ok(())
}

/// Lets lanes go: those that worked without a word to be kept in two statements, the others one by one.
async fn leave(tx: &mut Tx, now: Instant, mine: Vec<(Lane, &Left)>) -> Result<usize> {
    let mut given_up = 0;
    for (lane, left) in &mine {
        if let How::Fails { tried, .. } = &left.how {
            given_up += give_up(tx, now, &lane.host).await?;
            mark_tried(tx, tried).await?;
        }
    }
    let hosts: Vec<&str> = mine.iter().map(|(lane, _)| lane.host.as_str()).collect();
    let waiting = with_deliveries(tx, &hosts).await?;
    let (mut done, mut more) = (Vec::new(), Vec::new());
    for (lane, left) in mine {
        let waits = waiting.contains(&lane.host);
        match left {
            Left { how: How::Works, troubles, .. } if troubles.is_empty() => {
                if waits {
                    more.push(lane.host)
                } else {
                    done.push(lane.host)
                }
            }
            left => let_go(tx, now, lane, left, waits).await?,
        }
    }
    worked(tx, now, &done, None).await?;
    worked(tx, now, &more, Some(now)).await?;
    if !waiting.is_empty() {
        tx.ring();
    }
    Ok(given_up)
}

async fn worked(conn: &mut Conn, now: Instant, hosts: &[String], due: Option<Instant>) -> Result<()> {
    if hosts.is_empty() {
        return Ok(());
    }
    on!(conn, |c| diesel::update(lanes::table.filter(lanes::host.eq_any(hosts)))
        .set((
            lanes::due_at.eq(due),
            lanes::attempts.eq(0),
            lanes::failing_since.eq(None::<Instant>),
            lanes::last_success_at.eq(Some(now)),
            lanes::lease.eq(None::<Id<Lease>>),
            lanes::leased_until.eq(None::<Instant>),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

async fn let_go(conn: &mut Conn, now: Instant, lane: Lane, left: &Left, waits: bool) -> Result<()> {
    let mut after = lane;
    let mut words: Vec<&str> = left.troubles.iter().map(String::as_str).collect();
    let mut due = now;
    match &left.how {
        How::Works => (after.attempts, after.failing_since, after.last_success_at) = (0, None, Some(now)),
        How::Rests(again) => due = again.unwrap_or(now),
        How::Fails { why, again, after_success, .. } => {
            if *after_success {
                (after.attempts, after.failing_since, after.last_success_at) = (0, None, Some(now));
            }
            after.attempts = after.attempts.saturating_add(1);
            after.failing_since = after.failing_since.or(Some(now));
            after.last_failure_at = Some(now);
            words.push(why);
            due = *again;
        }
    }
    let news = words.iter().rev().map(|why| Trouble { at: now, why: why.chars().take(ERROR_LONGEST).collect() });
    let errors: Vec<Trouble> = news.chain(after.errors.0).take(ERRORS).collect();
    on!(conn, |c| diesel::update(lanes::table.find(&after.host))
        .set((
            lanes::due_at.eq(waits.then_some(due)),
            lanes::attempts.eq(after.attempts),
            lanes::failing_since.eq(after.failing_since),
            lanes::last_success_at.eq(after.last_success_at),
            lanes::last_failure_at.eq(after.last_failure_at),
            lanes::errors.eq(Json(errors)),
            lanes::lease.eq(None::<Id<Lease>>),
            lanes::leased_until.eq(None::<Instant>),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// Gives up what has waited for a host for too long.
async fn give_up(tx: &mut Tx, now: Instant, host: &str) -> Result<usize> {
    let long_ago = now.minus(GIVEN_UP_AFTER);
    let old = deliveries::table.filter(deliveries::host.eq(host).and(deliveries::created_at.lt(long_ago)));
    let conn: &mut Conn = tx;
    let given_up = on!(conn, |c| diesel::delete(old).execute(c).await)?;
    if given_up > 0 {
        let owed = erasure::owed_for(conn, host, long_ago).await?;
        copy::give_up(conn, now, host, long_ago).await?;
        for object in owed {
            erasure::changed(tx, now, &object).await?;
        }
    }
    Ok(given_up)
}

async fn mark_tried(conn: &mut Conn, tried: &[Id<Delivery>]) -> Result<()> {
    on!(conn, |c| diesel::update(deliveries::table.filter(deliveries::id.eq_any(tried)))
        .set(deliveries::tried.eq(true))
        .execute(c)
        .await)?;
    Ok(())
}

/// Those of these hosts for which something waits.
async fn with_deliveries(conn: &mut Conn, hosts: &[&str]) -> Result<HashSet<String>> {
    if hosts.is_empty() {
        return Ok(HashSet::new());
    }
    let any = deliveries::table.filter(deliveries::host.eq(lanes::host)).select(deliveries::id);
    let found: Vec<String> = on!(conn, |c| lanes::table
        .filter(lanes::host.eq_any(hosts).and(diesel::dsl::exists(any)))
        .select(lanes::host)
        .load(c)
        .await)?;
    Ok(found.into_iter().collect())
}
