//! Everything done later, as data: enqueued in the transaction that causes it, claimed by lease, finished or tried again.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::care::mail::Mail;
use crate::care::moderation::Moderation;
use crate::care::notice::News;
use crate::care::report::Report;
use crate::clock::Instant;
use crate::count::ballot::{RefusedBallot, Verdict};
use crate::count::witness::Witness;
use crate::debate::comment::Comment;
use crate::debate::consultation::Consultation;
use crate::debate::forum::Forum;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::network::backfill::Backfill;
use crate::network::envoy::Errand;
use crate::network::follow::Follow;
use crate::network::proposal::Proposal;
use crate::network::relay::{Passed, Relay};
use crate::network::relay_server::Server;
use crate::people::account::Account;
use crate::people::actor::Actor;
use crate::store::schema::jobs;
use crate::store::{Conn, Json, Tx, on};

/// How long a lease lasts; it is renewed while its job runs.
pub const LEASE: Duration = Duration::from_secs(30);
/// The longest back-off.
pub const LONGEST_BACK_OFF: Duration = Duration::from_secs(24 * 3600);
/// The longest text kept of a failure, in characters.
const ERROR_LONGEST: usize = 500;

/// What is to be done. Each is idempotent: a job may run twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Tells followers of a newly published consultation: its `Page`, and its `Question` if it is open.
    Publish {
        /// Which.
        consultation: Id<Consultation>,
    },
    /// Tells followers that a consultation has opened: its `Question`.
    Open {
        /// Which.
        consultation: Id<Consultation>,
    },
    /// Tells followers that somebody edited a consultation.
    Edit {
        /// Which.
        consultation: Id<Consultation>,
    },
    /// Tells followers and voters' servers the totals.
    Tally {
        /// Which.
        consultation: Id<Consultation>,
        /// Whether this is the last, at closing.
        closing: bool,
    },
    /// Tells followers of a comment.
    Comment {
        /// Which.
        comment: Id<Comment>,
        /// What happened to it.
        change: Change,
    },
    /// Tells followers of a forum's new title or summary.
    Forum {
        /// Which.
        forum: Id<Forum>,
    },
    /// Passes on to a forum's followers what somebody elsewhere did in it, byte for byte.
    Carry {
        /// In which forum.
        forum: Id<Forum>,
        /// The activity as received.
        activity: String,
    },
    /// Tells a voter from elsewhere why the ballot was not counted.
    Refuse {
        /// Which.
        ballot: Id<RefusedBallot>,
    },
    /// Answers a ballot that another node sent in our own form.
    Answer {
        /// On what.
        consultation: Id<Consultation>,
        /// Whose.
        actor: Id<Actor>,
        /// The activity as received.
        create: String,
        /// What became of it.
        verdict: Verdict,
    },
    /// Tells followers of a forum what its moderators did.
    Moderate {
        /// In which forum.
        forum: Id<Forum>,
        /// When the act began.
        since: Instant,
        /// When this was done.
        at: Instant,
        /// What.
        act: Moderation,
    },
    /// Reports something to the server from which it came.
    Flag {
        /// By which report.
        report: Id<Report>,
    },
    /// Asks a remote forum to let us follow it, or says that we no longer do.
    Follow {
        /// Which.
        follow: Id<Follow>,
        /// Whether it is taken back.
        undo: bool,
    },
    /// Brings what is missing of a thread, a page at a time.
    Backfill {
        /// Where it has come to.
        backfill: Backfill,
    },
    /// Passes on to a forum's followers what a forum elsewhere published.
    Relay {
        /// Which forum passes it on.
        forum: Id<Forum>,
        /// What.
        object: String,
        /// How.
        passed: Passed,
        /// The hosts that it came from, which do not hear of it.
        came_from: Vec<String>,
    },
    /// Fetches something elsewhere, which a forum then passes on.
    Adopt {
        /// Which forum.
        forum: Id<Forum>,
        /// As part of what it carries, or by itself.
        relay: Option<Id<Relay>>,
        /// What.
        object: String,
    },
    /// Answers a forum elsewhere that asked to carry one of ours.
    Consent {
        /// Its follow.
        follow: Id<Follow>,
    },
    /// Tells the other side of a proposal, or of the answer to theirs.
    Propose {
        /// Which.
        proposal: Id<Proposal>,
    },
    /// Subscribes to a relay server, or ends that.
    Subscribe {
        /// Which.
        server: Id<Server>,
        /// Whether it ends.
        undo: bool,
    },
    /// Asks a witness of this node to sign the logs that grew.
    Cosign {
        /// Which.
        witness: Id<Witness>,
    },
    /// Holds a log elsewhere that this node witnesses against what it, and other witnesses, say of it now.
    Watch {
        /// The name of the log.
        origin: String,
    },
    /// Tells the origin of a consultation elsewhere what somebody here did.
    Errand {
        /// What.
        errand: Errand,
    },
    /// Counts the ballots of a consultation elsewhere again, from the log of its origin.
    Verify {
        /// Its `Page`.
        page: String,
    },
    /// Asks the origin of a consultation elsewhere whether it still says what is kept of it here, and holds what is kept
    /// against what its author signed.
    Revisit {
        /// Its `Page`.
        page: String,
    },
    /// Acknowledges to another node that something of it was erased here, and wherever it went from here.
    Receipt {
        /// What.
        object: String,
    },
    /// Tells another node how much of a consultation of it a forum here passed on.
    Carried {
        /// Which forum.
        forum: Id<Forum>,
        /// The `Page` of the consultation.
        page: String,
    },
    /// Tells the author of a comment, on a node of our kind, that it is not taken in.
    Decline {
        /// In which forum.
        forum: Id<Forum>,
        /// Whose.
        actor: Id<Actor>,
        /// The id of the activity that brought it.
        activity: String,
        /// The comment.
        note: String,
        /// Why, as a stable code.
        code: String,
        /// Why, in the words of a moderator who read it.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Fetches the picture of somebody of another server.
    Portrait {
        /// Whose.
        actor: Id<Actor>,
    },
    /// Holds a tally against its events and its log.
    Check {
        /// Whose.
        consultation: Id<Consultation>,
    },
    /// Hands a mail to the mail server.
    Mail {
        /// Which.
        mail: Id<Mail>,
    },
    /// Tells people of this node what happened, some at a time.
    Notify {
        /// What.
        news: News,
        /// Those after this one; all if `None`.
        after: Option<Id<Account>>,
    },
    /// Gathers in one mail what somebody was told since the last.
    Digest {
        /// Whom.
        account: Id<Account>,
    },
    /// Tells the servers that know somebody of this node that they are gone.
    Depart {
        /// Who.
        actor: Id<Actor>,
        /// The inboxes of those servers.
        inboxes: Vec<String>,
    },
}

/// What happened to a thing that others hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Created,
    /// It was edited.
    Updated,
    /// It is gone.
    Deleted,
}

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

impl Job {
    /// Jobs of one lane run one after the other, in the order in which they were enqueued: nobody hears of an edit before
    /// the words edited. Jobs for a later time have none: they would hold up what comes after.
    fn lane(&self) -> Option<String> {
        match self {
            Self::Publish { consultation } | Self::Open { consultation } | Self::Edit { consultation } => {
                Some(format!("consultation:{consultation}"))
            }
            Self::Comment { comment, .. } => Some(format!("comment:{comment}")),
            Self::Forum { forum } | Self::Carry { forum, .. } | Self::Relay { forum, .. } => {
                Some(format!("forum:{forum}"))
            }
            Self::Propose { proposal } => Some(format!("proposal:{proposal}")),
            Self::Errand { errand } => Some(format!("errand:{}", errand.by())),
            _ => None,
        }
    }

    /// Jobs with the same mark collapse into one while it waits.
    fn dedup(&self) -> Option<String> {
        match self {
            Self::Tally { consultation, closing } => Some(format!("tally:{consultation}:{closing}")),
            Self::Check { consultation } => Some(format!("check:{consultation}")),
            Self::Digest { account } => Some(format!("digest:{account}")),
            Self::Backfill { backfill } => Some(format!("backfill:{}", backfill.root)),
            Self::Verify { page } => Some(format!("verify:{page}")),
            Self::Revisit { page } => Some(format!("revisit:{page}")),
            Self::Receipt { object } => Some(format!("receipt:{object}")),
            Self::Carried { forum, page } => Some(format!("carried:{forum}:{page}")),
            Self::Portrait { actor } => Some(format!("portrait:{actor}")),
            Self::Cosign { witness } => Some(format!("cosign:{witness}")),
            Self::Watch { origin } => Some(format!("watch:{origin}")),
            Self::Edit { consultation } => Some(format!("edit:{consultation}")),
            Self::Forum { forum } => Some(format!("forum:{forum}")),
            Self::Publish { consultation } => Some(format!("publish:{consultation}")),
            Self::Open { consultation } => Some(format!("open:{consultation}")),
            _ => None,
        }
    }
}

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

/// Enqueues a job in the transaction that causes it.
///
/// # Errors
/// When the database fails.
pub async fn enqueue(tx: &mut Tx, now: Instant, job: Job, when: When) -> Result<()> {
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
