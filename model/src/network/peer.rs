//! Other servers: how we treat them and how they fare.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::care::audit;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::people::role::{Act, Standing};
use crate::store::schema::peers;
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

words! {
    /// How a server is treated.
    pub enum Policy {
        /// As any other.
        Allow = "allow",
        /// Taken in, shown to nobody unasked.
        Silence = "silence",
        /// Refused.
        Block = "block",
        /// Its assertions about its people are believed.
        Partner = "partner",
    }
}

/// Another server.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = peers)]
pub struct Peer {
    /// Its host, lower case, with its port where it has one.
    pub host: String,
    /// How it is treated.
    pub policy: Policy,
    /// Failed deliveries since the last that worked.
    pub failures: i32,
    /// The last delivery that worked.
    pub last_success_at: Option<Instant>,
    /// The last that failed.
    pub last_failure_at: Option<Instant>,
    /// Why it failed.
    pub last_error: Option<String>,
    /// When it was first heard of.
    pub created_at: Instant,
}

/// The server of that host, if known.
///
/// # Errors
/// When the database fails.
pub async fn by_host(conn: &mut Conn, host: &str) -> Result<Option<Peer>> {
    Ok(on!(conn, |c| peers::table.find(host).select(Peer::as_select()).first(c).await.optional())?)
}

/// How the server is treated; unknown ones are allowed.
///
/// # Errors
/// When the database fails.
pub async fn policy(conn: &mut Conn, host: &str) -> Result<Policy> {
    Ok(by_host(conn, host).await?.map_or(Policy::Allow, |p| p.policy))
}

/// Sets how a server is treated.
///
/// # Errors
/// When the database fails.
pub async fn set_policy(tx: &mut Tx, now: Instant, host: &str, policy: Policy) -> Result<()> {
    let row = new(now, host, policy);
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(peers::table)
        .values(&row)
        .on_conflict(peers::host)
        .do_update()
        .set(peers::policy.eq(policy))
        .execute(c)
        .await)?;
    Ok(())
}

/// The longest host name with a port, in characters (RFC 1035, 2.3.4).
const HOST_LONGEST: usize = 259;

/// A host as it is kept and compared: lower case, no final dot.
#[must_use]
pub fn plain(host: &str) -> String {
    host.trim().trim_end_matches('.').to_lowercase()
}

/// Says how a server is treated from now on.
///
/// # Errors
/// When `by` may not; when `host` is none, with its port where it has one.
pub async fn treat(tx: &mut Tx, now: Instant, by: &Standing, host: &str, policy: Policy) -> Result<Peer> {
    by.may(Act::Administer, None)?;
    let host = plain(host);
    let fine = |c: char| c.is_alphanumeric() || "-.:".contains(c);
    if host.is_empty() || host.chars().count() > HOST_LONGEST || !host.chars().all(fine) {
        return Err(Error::field("host", "format", "Write a host name such as b.example."));
    }
    set_policy(tx, now, &host, policy).await?;
    audit::note(tx, now, by.account.as_ref(), "peer.treat", &format!("{host} {policy}"), None).await?;
    by_host(tx, &host).await?.ok_or(Error::NotFound)
}

/// Treats a server as any other again.
///
/// # Errors
/// When `by` may not; [`Error::NotFound`] where nothing else was said.
pub async fn forget(tx: &mut Tx, now: Instant, by: &Standing, host: &str) -> Result<()> {
    by.may(Act::Administer, None)?;
    let host = plain(host);
    if policy(tx, &host).await? == Policy::Allow {
        return Err(Error::NotFound);
    }
    treat(tx, now, by, &host, Policy::Allow).await.map(drop)
}

fn new(now: Instant, host: &str, policy: Policy) -> Peer {
    Peer {
        host: host.to_lowercase(),
        policy,
        failures: 0,
        last_success_at: None,
        last_failure_at: None,
        last_error: None,
        created_at: now,
    }
}

/// Notes that a delivery worked, or why it did not.
///
/// # Errors
/// When the database fails.
pub async fn note(tx: &mut Tx, now: Instant, host: &str, failure: Option<&str>) -> Result<()> {
    let row = new(now, host, Policy::Allow);
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(peers::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    let it = peers::table.find(&row.host);
    match failure {
        None => on!(conn, |c| diesel::update(it)
            .set((peers::failures.eq(0), peers::last_success_at.eq(Some(now))))
            .execute(c)
            .await)?,
        Some(why) => on!(conn, |c| diesel::update(it)
            .set((
                peers::failures.eq(peers::failures + 1),
                peers::last_failure_at.eq(Some(now)),
                peers::last_error.eq(Some(why)),
            ))
            .execute(c)
            .await)?,
    };
    Ok(())
}

/// All servers known, by host.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn) -> Result<Vec<Peer>> {
    Ok(on!(conn, |c| peers::table.order(peers::host).select(Peer::as_select()).load(c).await)?)
}
