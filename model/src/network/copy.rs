//! Which host was given which of our objects, and what became of the wish that it be erased there.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::Result;
use crate::store::schema::copies;
use crate::store::types::words;
use crate::store::{Conn, Tx, dialect, on};

words! {
    /// What became of the wish that a copy be erased.
    pub enum Erasure {
        /// It is on its way.
        Asked = "asked",
        /// The host took it in.
        Acknowledged = "acknowledged",
        /// The host will not hear of it.
        Refused = "refused",
        /// The host could not be reached for a week.
        GivenUp = "given-up",
    }
}

/// A copy of an object on a host.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = copies)]
pub struct Copy {
    /// The id of the object.
    pub object: String,
    /// The host, lower case, with its port where it has one.
    pub host: String,
    /// The inbox that it was delivered to.
    pub inbox: String,
    /// When it first was; `None` if it may have been, without an answer.
    pub delivered_at: Option<Instant>,
    /// What became of the wish to erase it; `None` if there was none.
    pub erasure: Option<Erasure>,
    /// When.
    pub erasure_at: Option<Instant>,
}

/// Something that a host answered about an object.
#[derive(Debug, Clone)]
pub(super) struct Handed {
    pub(super) object: String,
    pub(super) erases: bool,
    pub(super) host: String,
    pub(super) inbox: String,
    pub(super) refused: bool,
}

/// Notes what was handed over, or refused.
pub(super) async fn note(tx: &mut Tx, now: Instant, handed: &[Handed]) -> Result<()> {
    let copy = |one: &Handed| Copy {
        object: one.object.clone(),
        host: one.host.clone(),
        inbox: one.inbox.clone(),
        delivered_at: Some(now),
        erasure: None,
        erasure_at: None,
    };
    let mut fresh: Vec<Copy> = handed.iter().filter(|one| !one.erases && !one.refused).map(copy).collect();
    fresh.sort_by(|a, b| (&a.object, &a.host).cmp(&(&b.object, &b.host)));
    fresh.dedup_by(|a, b| (&a.object, &a.host) == (&b.object, &b.host));
    dialect::add_copies(tx, fresh).await?;
    for one in handed.iter().filter(|one| one.erases) {
        let became = if one.refused { Erasure::Refused } else { Erasure::Acknowledged };
        mark(tx, now, (&one.object, &one.host), became).await?;
        super::erasure::changed(tx, now, &one.object).await?;
    }
    Ok(())
}

/// A host says that it has erased its copy.
pub(super) async fn acknowledge(conn: &mut Conn, now: Instant, object: &str, host: &str) -> Result<()> {
    mark(conn, now, (object, host), Erasure::Acknowledged).await
}

async fn mark(conn: &mut Conn, now: Instant, (object, host): (&str, &str), became: Erasure) -> Result<()> {
    // Whoever has acknowledged it once has done so, whatever another inbox of the same host says.
    let open = copies::erasure.is_null().or(copies::erasure.ne(Erasure::Acknowledged));
    on!(conn, |c| diesel::update(copies::table.find((object, host)).filter(open))
        .set((copies::erasure.eq(Some(became)), copies::erasure_at.eq(Some(now))))
        .execute(c)
        .await)?;
    Ok(())
}

/// Gives up the wishes to a host that are older than that.
pub(super) async fn give_up(conn: &mut Conn, now: Instant, host: &str, long_ago: Instant) -> Result<()> {
    let old = copies::table
        .filter(copies::host.eq(host).and(copies::erasure.eq(Erasure::Asked)))
        .filter(copies::erasure_at.lt(long_ago));
    on!(conn, |c| diesel::update(old)
        .set((copies::erasure.eq(Some(Erasure::GivenUp)), copies::erasure_at.eq(Some(now))))
        .execute(c)
        .await)?;
    Ok(())
}

/// Notes the wish that every copy be erased, those too that `may_have_it` (host and inbox) perhaps have. Answers the inboxes, one
/// for each host.
pub(super) async fn ask_erasure(
    tx: &mut Tx,
    now: Instant,
    object: &str,
    may_have_it: &[(String, String)],
) -> Result<Vec<String>> {
    let perhaps = |(host, inbox): &(String, String)| Copy {
        object: object.to_owned(),
        host: host.clone(),
        inbox: inbox.clone(),
        delivered_at: None,
        erasure: None,
        erasure_at: None,
    };
    let mut uncertain: Vec<Copy> = may_have_it.iter().map(perhaps).collect();
    uncertain.dedup_by(|a, b| a.host == b.host);
    dialect::add_copies(tx, uncertain).await?;
    let conn: &mut Conn = tx;
    let unasked = copies::table.filter(copies::object.eq(object).and(copies::erasure.is_null()));
    on!(conn, |c| diesel::update(unasked)
        .set((copies::erasure.eq(Some(Erasure::Asked)), copies::erasure_at.eq(Some(now))))
        .execute(c)
        .await)?;
    Ok(of(tx, object).await?.into_iter().map(|copy| copy.inbox).collect())
}

/// The copies of an object, by host.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, object: &str) -> Result<Vec<Copy>> {
    Ok(on!(conn, |c| copies::table
        .filter(copies::object.eq(object))
        .order(copies::host)
        .select(Copy::as_select())
        .load(c)
        .await)?)
}
