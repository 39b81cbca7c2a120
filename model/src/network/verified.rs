//! Results of consultations elsewhere, as far as they were counted again here: nothing else is shown as a result.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::{mirror, terms};
use crate::clock::Instant;
use crate::count::tally::Document;
use crate::error::{Error, Result};
use crate::people::proof;
use crate::store::schema::{mirror_faults, mirror_tallies};
use crate::store::{Conn, Tx, on};

/// How long an origin has to number a ballot that it has acknowledged, before its log is looked at.
pub const SETTLES: Duration = Duration::from_secs(2);
/// The longest account of a fault that is kept, in characters.
const DETAIL_LONGEST: usize = 500;

/// Results that follow from the log that their origin signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// The `Page`.
    pub page: String,
    /// The `Tally`, with the proof of the forum that gave it.
    pub document: Value,
    /// The key of that proof, as actors publish it.
    pub key: String,
    /// The signed head of the log that it was held against.
    pub checkpoint: String,
    /// How many entries of the log it counts.
    pub size: i64,
    /// When.
    pub verified_at: Instant,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mirror_tallies)]
struct Row {
    page: String,
    document: String,
    key: String,
    checkpoint: String,
    size: i64,
    verified_at: Instant,
}

impl Verified {
    /// Whether the forum's proof still holds for it, and it is of this consultation: what was changed where it is kept is
    /// not shown.
    #[must_use]
    pub fn holds(&self) -> bool {
        let Some(key) = proof::from_multikey(&self.key) else { return false };
        self.document["consultation"] == self.page.as_str() && proof::check(&self.document, &key).is_ok()
    }

    /// The results.
    ///
    /// # Errors
    /// When they have not the shape of results.
    pub fn results(&self) -> Result<Document> {
        serde_json::from_value(self.document.clone()).map_err(Error::store)
    }
}

/// The last results that were verified.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, page: &str) -> Result<Option<Verified>> {
    let row: Option<Row> =
        on!(conn, |c| mirror_tallies::table.find(page).select(Row::as_select()).first(c).await.optional())?;
    row.map(|row| {
        let document = serde_json::from_str(&row.document).map_err(Error::store)?;
        let Row { page, key, checkpoint, size, verified_at, .. } = row;
        Ok(Verified { page, document, key, checkpoint, size, verified_at })
    })
    .transpose()
}

/// Keeps verified results; older ones never take the place of newer. What did not hold before is forgotten.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut Tx, it: &Verified) -> Result<()> {
    if of(tx, &it.page).await?.is_some_and(|before| before.size > it.size) {
        return Ok(());
    }
    let row = Row {
        page: it.page.clone(),
        document: it.document.to_string(),
        key: it.key.clone(),
        checkpoint: it.checkpoint.clone(),
        size: it.size,
        verified_at: it.verified_at,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(mirror_tallies::table)
        .values(&row)
        .on_conflict(mirror_tallies::page)
        .do_update()
        .set((
            mirror_tallies::document.eq(&row.document),
            mirror_tallies::key.eq(&row.key),
            mirror_tallies::checkpoint.eq(&row.checkpoint),
            mirror_tallies::size.eq(row.size),
            mirror_tallies::verified_at.eq(row.verified_at),
        ))
        .execute(c)
        .await)?;
    on!(conn, |c| diesel::delete(mirror_faults::table.find(&it.page)).execute(c).await)?;
    let said = |name: &str| it.document[name].as_str();
    let until = said("retainUntil").and_then(|text| Instant::parse(text).ok());
    match said("id") {
        Some(tally) => terms::note(tx, tally, until, said("license")).await,
        None => Ok(()),
    }
}

/// Forgets the results of a consultation whose origin shows none.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx, page: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(mirror_tallies::table.find(page)).execute(c).await)?;
    Ok(())
}

/// Something that an origin published and that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = mirror_faults)]
pub struct Fault {
    /// The `Page`.
    pub page: String,
    /// Which check failed.
    pub failed: String,
    /// How, in one sentence.
    pub detail: String,
    /// When.
    pub at: Instant,
}

/// Notes what does not hold, once for each consultation: the last.
///
/// # Errors
/// When the database fails.
pub async fn find_fault(tx: &mut Tx, fault: &Fault) -> Result<()> {
    let short = Fault { detail: fault.detail.chars().take(DETAIL_LONGEST).collect(), ..fault.clone() };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(mirror_faults::table)
        .values(&short)
        .on_conflict(mirror_faults::page)
        .do_update()
        .set((
            mirror_faults::failed.eq(&short.failed),
            mirror_faults::detail.eq(&short.detail),
            mirror_faults::at.eq(short.at),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// What last did not hold of a consultation elsewhere, if it has not been put right since.
///
/// # Errors
/// When the database fails.
pub async fn fault(conn: &mut Conn, page: &str) -> Result<Option<Fault>> {
    Ok(on!(conn, |c| mirror_faults::table.find(page).select(Fault::as_select()).first(c).await.optional())?)
}

/// All that does not hold, the latest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn faults(conn: &mut Conn, limit: i64) -> Result<Vec<Fault>> {
    Ok(on!(conn, |c| mirror_faults::table
        .order(mirror_faults::at.desc())
        .limit(limit)
        .select(Fault::as_select())
        .load(c)
        .await)?)
}

/// The `Page` whose results lie at this address: what its origin says has changed is looked at only if it is known here.
///
/// # Errors
/// When the database fails.
pub async fn page_of(conn: &mut Conn, tally: &str) -> Result<Option<String>> {
    let Some(page) = tally.strip_suffix("/tally") else { return Ok(None) };
    Ok(mirror::by_uri(conn, page).await?.map(|copy| copy.uri))
}
