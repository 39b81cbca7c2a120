//! What is on its way to other servers: a row for each inbox, and for each host a lane that keeps its rows in order.
//!
//! A lane is claimed whole, by lease: whoever holds it is the only one who speaks to the host. What ends is taken out as it
//! ends; a lane that fails waits for its time, as a date and not as a task, and nobody waits with it.

mod lane;
mod withdrawal;

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::network::activity::Activity;
use crate::network::peer;
use crate::store::schema::{deliveries, lanes};
use crate::store::{Conn, Tx, dialect, on};

pub use lane::{Ended, How, Lane, Lease, Left, Report, State, Trouble, settle};
pub use withdrawal::withdraw;

/// How long a lane is held at most: far longer than whoever holds it keeps it.
pub const LEASE: Duration = crate::job::LEASE;
/// How many deliveries of a lane are taken at once.
pub const AT_ONCE: i64 = 64;
/// After this time a delivery is given up, and a host that fails as long is unreachable.
pub const GIVEN_UP_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);

/// One activity for one inbox.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    /// Key; keys of a lane sort as its deliveries were enqueued.
    pub id: Id<Delivery>,
    /// The lane.
    pub host: String,
    /// What.
    pub activity_id: Id<Activity>,
    /// Where to.
    pub inbox: String,
    /// Whether it was tried before, so that the other side may have it.
    pub tried: bool,
    /// When it was enqueued.
    pub created_at: Instant,
}

/// A lane that this process holds, with what is first in it.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The lane.
    pub lane: Lane,
    /// The lease that it is held by.
    pub lease: Id<Lease>,
    /// At most [`AT_ONCE`] deliveries, in order.
    pub deliveries: Vec<Delivery>,
}

/// Enqueues an activity for each of `inboxes`, in the transaction that causes it: all that a transaction enqueues is written
/// in one statement as it ends, so that lanes are taken in the same order by all.
pub(super) fn enqueue(tx: &mut Tx, now: Instant, activity: Id<Activity>, inboxes: &[&str]) {
    if inboxes.is_empty() {
        return;
    }
    let row = |inbox: &&str| Delivery {
        id: Id::new(now),
        host: peer::host_of(inbox),
        activity_id: activity,
        inbox: (*inbox).to_owned(),
        tried: false,
        created_at: now,
    };
    tx.ring();
    tx.deliver(inboxes.iter().map(row).collect());
}

/// Claims up to `most` lanes that are due, for [`LEASE`], those first whose hosts fare well; of those whose hosts fail only
/// if `failing`.
///
/// # Errors
/// When the database fails.
pub async fn claim(tx: &mut Tx, now: Instant, most: i64, failing: bool) -> Result<Vec<Taken>> {
    let lease: Id<Lease> = Id::new(now);
    let conn: &mut Conn = tx;
    let due = lanes::table
        .filter(lanes::due_at.le(now))
        .filter(lanes::leased_until.is_null().or(lanes::leased_until.lt(now)))
        .filter(lanes::attempts.le(if failing { i32::MAX } else { 0 }))
        .order((lanes::attempts, lanes::due_at))
        .limit(most);
    let found: Vec<Lane> = match conn {
        Conn::Postgres(c) => due.select(Lane::as_select()).for_update().skip_locked().load(&mut **c).await?,
        Conn::Sqlite(c) => due.select(Lane::as_select()).load(&mut **c).await?,
    };
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let hosts: Vec<String> = found.iter().map(|lane| lane.host.clone()).collect();
    on!(conn, |c| diesel::update(lanes::table.filter(lanes::host.eq_any(&hosts)))
        .set((lanes::lease.eq(Some(lease)), lanes::leased_until.eq(Some(now.plus(LEASE)))))
        .execute(c)
        .await)?;
    let mut first = dialect::first_deliveries(conn, &hosts, AT_ONCE).await?;
    let taken = |lane: Lane| {
        let deliveries = first.remove(&lane.host).unwrap_or_default();
        Taken { lane, lease, deliveries }
    };
    Ok(found.into_iter().map(taken).collect())
}

/// When the next lane becomes due that nobody holds; `None` if nothing waits.
///
/// # Errors
/// When the database fails.
pub async fn next_due(conn: &mut Conn, now: Instant) -> Result<Option<Instant>> {
    let due: Option<Option<Instant>> = on!(conn, |c| lanes::table
        .filter(lanes::due_at.is_not_null())
        .filter(lanes::leased_until.is_null().or(lanes::leased_until.lt(now)))
        .order(lanes::due_at)
        .select(lanes::due_at)
        .first(c)
        .await
        .optional())?;
    Ok(due.flatten())
}

/// Frees every lane: at the start of the only process on a SQLite file.
///
/// # Errors
/// When the database fails.
pub async fn free_all(tx: &mut Tx) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(lanes::table)
        .set((lanes::lease.eq(None::<Id<Lease>>), lanes::leased_until.eq(None::<Instant>)))
        .execute(c)
        .await)?;
    Ok(())
}

/// Makes every lane due in which something waits, whatever its host did before.
///
/// # Errors
/// When the database fails.
pub async fn hurry(tx: &mut Tx, now: Instant) -> Result<()> {
    tx.ring();
    let conn: &mut Conn = tx;
    let later = lanes::table.filter(lanes::due_at.gt(now));
    on!(conn, |c| diesel::update(later).set(lanes::due_at.eq(Some(now))).execute(c).await)?;
    Ok(())
}

/// How many deliveries wait, for all hosts.
///
/// # Errors
/// When the database fails.
pub async fn waiting(conn: &mut Conn) -> Result<i64> {
    Ok(on!(conn, |c| deliveries::table.count().get_result(c).await)?)
}

/// How many wait for each host for which some do.
///
/// # Errors
/// When the database fails.
pub async fn queues(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    Ok(on!(conn, |c| deliveries::table
        .group_by(deliveries::host)
        .select((deliveries::host, diesel::dsl::count_star()))
        .order(deliveries::host)
        .load(c)
        .await)?)
}

/// How many wait for one host.
///
/// # Errors
/// When the database fails.
pub async fn queue(conn: &mut Conn, host: &str) -> Result<i64> {
    Ok(on!(conn, |c| deliveries::table.filter(deliveries::host.eq(host)).count().get_result(c).await)?)
}

/// The lane of a host, once something was to be delivered there.
///
/// # Errors
/// When the database fails.
pub async fn lane(conn: &mut Conn, host: &str) -> Result<Option<Lane>> {
    Ok(on!(conn, |c| lanes::table.find(host).select(Lane::as_select()).first(c).await.optional())?)
}

/// All lanes, by host.
///
/// # Errors
/// When the database fails.
pub async fn lanes(conn: &mut Conn) -> Result<Vec<Lane>> {
    Ok(on!(conn, |c| lanes::table.order(lanes::host).select(Lane::as_select()).load(c).await)?)
}
