//! Everything done later, as data: enqueued in the transaction that causes it, claimed by lease, finished or tried again.

mod kind;

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::schema::jobs;
use crate::store::{Conn, Json, Tx, on};

pub use kind::{Change, Job};

/// How long a lease lasts; it is renewed while its job runs.
pub const LEASE: Duration = Duration::from_secs(30);
/// The longest back-off.
pub const LONGEST_BACK_OFF: Duration = Duration::from_secs(24 * 3600);
/// The longest text kept of a failure, in characters.
const ERROR_LONGEST: usize = 500;

/// When a job is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At once.
    Now,
    /// Not before this time.
    At(Instant),
}

/// How a job ended.
#[derive(Debug)]
pub enum Outcome {
    /// Done.
    Done,
    /// To be tried again at this time, for this reason.
    Later(Instant, String),
    /// Not to be tried again, for this reason.
    Never(String),
}

/// A job that this process holds.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Key.
    pub id: Id<Claim>,
    /// What is to be done.
    pub job: Job,
    /// How often it was tried before.
    pub attempts: u32,
    /// When it was first enqueued.
    pub created_at: Instant,
    lease: Uuid,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs)]
struct Row {
    id: Id<Claim>,
    payload: Json<serde_json::Value>,
    lane: Option<String>,
    dedup: Option<String>,
    run_at: Instant,
    attempts: i32,
    lease: Option<Id<Lease>>,
    leased_until: Option<Instant>,
    buried_at: Option<Instant>,
    last_error: Option<String>,
    created_at: Instant,
}

/// Marks the key of a lease.
#[derive(Debug, Clone, Copy)]
pub struct Lease;

fn row(now: Instant, job: &Job, when: When) -> Result<Row> {
    let run_at = match when {
        When::Now => now,
        When::At(at) => at,
    };
    Ok(Row {
        id: Id::new(now),
        payload: Json(serde_json::to_value(job).map_err(Error::store)?),
        lane: job.lane(),
        dedup: job.dedup(),
        run_at,
        attempts: 0,
        lease: None,
        leased_until: None,
        buried_at: None,
        last_error: None,
        created_at: now,
    })
}

/// Enqueues a job in the transaction that causes it. What others are to hear at once is written as that ends, where this
/// process knows how: see [`crate::store::Teller`].
///
/// # Errors
/// When the database fails.
pub async fn enqueue(tx: &mut Tx, now: Instant, job: Job, when: When) -> Result<()> {
    if when == When::Now && job.can_be_told_at_once() && tx.tells(&job) {
        return Ok(());
    }
    let row = row(now, &job, when)?;
    tx.ring();
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(jobs::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    Ok(())
}

/// Claims the next due job by leasing it for [`LEASE`]. In a lane only the head can be claimed, so a lane keeps its
/// order.
///
/// # Errors
/// When the database fails.
pub async fn claim(tx: &mut Tx, now: Instant) -> Result<Option<Claim>> {
    let lease: Id<Lease> = Id::new(now);
    let conn: &mut Conn = tx;
    let earlier = diesel::alias!(jobs as earlier);
    let before = earlier
        .filter(earlier.field(jobs::lane).eq(jobs::lane))
        .filter(earlier.field(jobs::id).lt(jobs::id))
        .filter(earlier.field(jobs::buried_at).is_null())
        .select(earlier.field(jobs::id));
    let free = jobs::leased_until.is_null().or(jobs::leased_until.lt(now));
    let next = jobs::table
        .filter(jobs::buried_at.is_null().and(jobs::run_at.le(now)).and(free))
        .filter(jobs::lane.is_null().or(diesel::dsl::not(diesel::dsl::exists(before))))
        .order((jobs::run_at, jobs::id))
        .limit(1);
    let found: Option<Row> = match conn {
        Conn::Postgres(c) => {
            next.select(Row::as_select()).for_update().skip_locked().first(&mut **c).await.optional()?
        }
        Conn::Sqlite(c) => next.select(Row::as_select()).first(&mut **c).await.optional()?,
    };
    let Some(row) = found else { return Ok(None) };
    on!(conn, |c| diesel::update(jobs::table.find(row.id))
        .set((
            jobs::lease.eq(Some(lease)),
            jobs::leased_until.eq(Some(now.plus(LEASE))),
            jobs::dedup.eq(None::<String>),
        ))
        .execute(c)
        .await)?;
    let job = serde_json::from_value(row.payload.0).map_err(Error::store)?;
    Ok(Some(Claim {
        id: row.id,
        job,
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        created_at: row.created_at,
        lease: lease.uuid(),
    }))
}

/// Renews the lease of a job that is still running. False if it was lost.
///
/// # Errors
/// When the database fails.
pub async fn renew(tx: &mut Tx, now: Instant, claim: &Claim) -> Result<bool> {
    let conn: &mut Conn = tx;
    let mine = jobs::table.find(claim.id).filter(jobs::lease.eq(Some(Id::<Lease>::from_uuid(claim.lease))));
    let kept = on!(conn, |c| diesel::update(mine).set(jobs::leased_until.eq(Some(now.plus(LEASE)))).execute(c).await)?;
    Ok(kept == 1)
}

/// Records how a job ended. If the lease was lost meanwhile nothing is written, since another process has the job.
///
/// # Errors
/// When the database fails.
pub async fn finish(tx: &mut Tx, now: Instant, claim: &Claim, outcome: &Outcome) -> Result<()> {
    let conn: &mut Conn = tx;
    let mine = jobs::table.find(claim.id).filter(jobs::lease.eq(Some(Id::<Lease>::from_uuid(claim.lease))));
    let short = |text: &str| Some(text.chars().take(ERROR_LONGEST).collect::<String>());
    let (run_at, buried_at, error) = match outcome {
        Outcome::Done => {
            on!(conn, |c| diesel::delete(mine).execute(c).await)?;
            return Ok(());
        }
        Outcome::Later(at, why) => (*at, None, short(why)),
        Outcome::Never(why) => (now, Some(now), short(why)),
    };
    on!(conn, |c| diesel::update(mine)
        .set((
            jobs::run_at.eq(run_at),
            jobs::buried_at.eq(buried_at),
            jobs::last_error.eq(error),
            jobs::attempts.eq(jobs::attempts + 1),
            jobs::lease.eq(None::<Id<Lease>>),
            jobs::leased_until.eq(None::<Instant>),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// Frees every lease: at the start of the only process on a SQLite file.
///
/// # Errors
/// When the database fails.
pub async fn free_all(tx: &mut Tx) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(jobs::table)
        .set((jobs::lease.eq(None::<Id<Lease>>), jobs::leased_until.eq(None::<Instant>)))
        .execute(c)
        .await)?;
    Ok(())
}

/// Has every job that was given up tried again. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn revive(tx: &mut Tx, now: Instant) -> Result<usize> {
    tx.ring();
    let conn: &mut Conn = tx;
    Ok(on!(conn, |c| diesel::update(jobs::table.filter(jobs::buried_at.is_not_null()))
        .set((jobs::buried_at.eq(None::<Instant>), jobs::run_at.eq(now)))
        .execute(c)
        .await)?)
}

/// When to try again after `attempts` failures: `first` × 2ⁿ, at most a day, with up to 20 % more by `chance` (0 to 1).
#[must_use]
pub fn back_off(now: Instant, first: Duration, attempts: u32, chance: f64) -> Instant {
    let base = first.saturating_mul(2u32.saturating_pow(attempts.min(20))).min(LONGEST_BACK_OFF);
    now.plus(base.mul_f64(1.0 + 0.2 * chance.clamp(0.0, 1.0)))
}

/// A number from 0 to 1 for [`back_off`], so that what failed together is not tried again together.
#[expect(clippy::disallowed_methods, reason = "the one place where a wait is left to chance")]
#[must_use]
pub fn chance() -> f64 {
    let mut byte = [0u8; 1];
    // Without randomness the wait is the shortest.
    getrandom::fill(&mut byte).map_or(0.0, |()| f64::from(byte[0]) / f64::from(u8::MAX))
}

/// When the next job may become due; `None` with an empty queue.
///
/// # Errors
/// When the database fails.
pub async fn next_due(conn: &mut Conn) -> Result<Option<Instant>> {
    Ok(on!(conn, |c| jobs::table
        .filter(jobs::buried_at.is_null())
        .order(jobs::run_at)
        .select(jobs::run_at)
        .first(c)
        .await
        .optional())?)
}

/// How many wait and how many are buried.
///
/// # Errors
/// When the database fails.
pub async fn depth(conn: &mut Conn) -> Result<(i64, i64)> {
    let waiting = on!(conn, |c| jobs::table.filter(jobs::buried_at.is_null()).count().get_result(c).await)?;
    let buried = on!(conn, |c| jobs::table.filter(jobs::buried_at.is_not_null()).count().get_result(c).await)?;
    Ok((waiting, buried))
}
