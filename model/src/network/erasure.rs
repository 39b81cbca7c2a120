//! Erasure that can be shown beyond the first hop: what this node erased because its origin wished so is acknowledged there,
//! with whom it was passed on to; and of what this node wishes erased, what others acknowledge.

mod own;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::copy::{self, Copy, Erasure};
use super::{follow, peer};
use crate::clock::Instant;
use crate::error::{Refusal, Result};
use crate::job::{self, Job, When};
use crate::people::actor::Actor;
use crate::store::schema::{copies, erasures, onward_copies};
use crate::store::{Conn, Tx, on};

pub use own::{Deleted, Outcome, of_author};

/// How long it is remembered what was erased here: longer than any delivery waits.
pub const KEPT: std::time::Duration = std::time::Duration::from_secs(90 * 24 * 3600);
/// The most hosts of which it is kept that they had one object through others.
pub const ONWARD_MOST: i64 = 1_000;
/// The most hosts that one receipt tells of.
pub const RECEIPT_MOST: usize = 200;

/// An object of another node that was erased here.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = erasures)]
pub struct Erased {
    /// The object.
    pub object: String,
    /// Where its origin hears of it.
    pub inbox: String,
    /// When.
    pub at: Instant,
    /// How many receipts were given.
    pub told: i32,
}

/// Notes that an object by `author` was erased here, and has that acknowledged where it came from, if that is a node of our
/// kind: no other would know what to do with a receipt.
///
/// # Errors
/// When the database fails.
pub async fn note(tx: &mut Tx, now: Instant, object: &str, author: &Actor) -> Result<()> {
    let at_home = author.host.as_ref().is_some_and(|host| *host == peer::host_of(object));
    let Some(inbox) = author.delivery_inbox().filter(|_| at_home && follow::is_ours(author)) else { return Ok(()) };
    let row = Erased { object: object.to_owned(), inbox: inbox.to_owned(), at: now, told: 0 };
    {
        let conn: &mut Conn = tx;
        on!(conn, |c| diesel::insert_into(erasures::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    }
    job::enqueue(tx, now, Job::Receipt { object: row.object }, When::Now).await
}

/// Something was heard from those whom an object was passed on to: if its origin is owed a receipt, it gets another.
///
/// # Errors
/// When the database fails.
pub async fn changed(tx: &mut Tx, now: Instant, object: &str) -> Result<()> {
    let owed = {
        let conn: &mut Conn = tx;
        on!(conn, |c| select(exists(erasures::table.find(object))).get_result::<bool>(c).await)?
    };
    match owed {
        true => job::enqueue(tx, now, Job::Receipt { object: object.to_owned() }, When::Now).await,
        false => Ok(()),
    }
}

/// What a receipt tells: the object, and the hosts that were given it from here, with what became of it there.
///
/// # Errors
/// [`crate::error::Error::NotFound`] if nothing is owed.
pub async fn receipt(tx: &mut Tx, object: &str) -> Result<(Erased, Vec<Copy>)> {
    let conn: &mut Conn = tx;
    let owed: Erased = on!(conn, |c| diesel::update(erasures::table.find(object))
        .set(erasures::told.eq(erasures::told + 1))
        .returning(Erased::as_returning())
        .get_result(c)
        .await)?;
    let home = peer::host_of(object);
    let mut passed = copy::of(conn, object).await?;
    passed.retain(|copy| copy.erasure.is_some() && copy.host != home);
    passed.truncate(RECEIPT_MOST);
    Ok((owed, passed))
}

/// Forgets what was erased long ago.
///
/// # Errors
/// When the database fails.
pub async fn sweep(tx: &mut Tx, now: Instant) -> Result<()> {
    let conn: &mut Conn = tx;
    let old = erasures::table.filter(erasures::at.lt(now.minus(KEPT)));
    on!(conn, |c| diesel::delete(old).execute(c).await)?;
    Ok(())
}

/// A host that had an object of this node through others.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = onward_copies)]
pub struct Onward {
    /// The object.
    pub object: String,
    /// The host.
    pub host: String,
    /// Who says so; none: the host itself.
    pub via: Option<String>,
    /// What became of the wish that it be erased.
    pub erasure: Erasure,
    /// When that was heard.
    pub at: Instant,
}

/// `by`, a host, acknowledges that it erased an object of this node, and tells to whom it had passed it on.
///
/// # Errors
/// [`Refusal::NotAllowed`] if nobody wished that object erased.
pub async fn acknowledged(
    tx: &mut Tx,
    now: Instant,
    object: &str,
    by: &str,
    onward: &[(String, Erasure)],
) -> Result<()> {
    let known = copy::of(tx, object).await?;
    if known.iter().all(|copy| copy.erasure.is_none()) {
        return Err(Refusal::NotAllowed.into());
    }
    let is_known = |host: &str| known.iter().any(|copy| copy.host == host);
    match is_known(by) {
        true => copy::acknowledge(tx, now, object, by).await?,
        false => keep(tx, now, (object, by), None, Erasure::Acknowledged).await?,
    }
    for (host, erasure) in onward.iter().take(RECEIPT_MOST).filter(|(host, _)| !is_known(host) && host != by) {
        keep(tx, now, (object, host), Some(by), *erasure).await?;
    }
    Ok(())
}

/// Its own word about a host stands above that of others.
async fn keep(
    tx: &mut Tx,
    now: Instant,
    (object, host): (&str, &str),
    via: Option<&str>,
    erasure: Erasure,
) -> Result<()> {
    let conn: &mut Conn = tx;
    let held: Option<Onward> =
        on!(conn, |c| onward_copies::table.find((object, host)).select(Onward::as_select()).first(c).await.optional())?;
    let all: i64 =
        on!(conn, |c| onward_copies::table.filter(onward_copies::object.eq(object)).count().get_result(c).await)?;
    let full = held.is_none() && all >= ONWARD_MOST;
    if full || held.is_some_and(|held| held.via.is_none() && via.is_some()) {
        return Ok(());
    }
    let row = Onward { object: object.into(), host: host.into(), via: via.map(str::to_owned), erasure, at: now };
    on!(conn, |c| diesel::insert_into(onward_copies::table)
        .values(&row)
        .on_conflict((onward_copies::object, onward_copies::host))
        .do_update()
        .set((onward_copies::via.eq(&row.via), onward_copies::erasure.eq(row.erasure), onward_copies::at.eq(row.at),))
        .execute(c)
        .await)?;
    Ok(())
}

/// The hosts that had an object of this node through others, by name.
///
/// # Errors
/// When the database fails.
pub async fn onward(conn: &mut Conn, object: &str) -> Result<Vec<Onward>> {
    Ok(on!(conn, |c| onward_copies::table
        .filter(onward_copies::object.eq(object))
        .order(onward_copies::host)
        .select(Onward::as_select())
        .load(c)
        .await)?)
}

/// The objects of which a host has given no answer, and whose origins are owed a receipt.
pub(super) async fn owed_for(conn: &mut Conn, host: &str, long_ago: Instant) -> Result<Vec<String>> {
    Ok(on!(conn, |c| copies::table
        .inner_join(erasures::table.on(erasures::object.eq(copies::object)))
        .filter(copies::host.eq(host).and(copies::erasure.eq(Erasure::Asked)))
        .filter(copies::erasure_at.lt(long_ago))
        .select(copies::object)
        .load(c)
        .await)?)
}
