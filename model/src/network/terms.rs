//! Until when copies of what others published may be kept, and under which licence, as their origins say.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::Result;
use crate::network::mirror;
use crate::store::schema::{mirror_marks, mirror_tallies, mirror_terms, mirrors};
use crate::store::{Conn, Tx, on};

/// The longest address of a licence that is kept, in characters.
const LICENSE_LONGEST: usize = 500;
/// How many copies are purged at once.
const AT_ONCE: i64 = 500;
/// How the address of a `Tally` ends, after that of the consultation.
const TALLY: &str = "/tally";

/// Notes what the origin of a copy says.
///
/// # Errors
/// When the database fails.
pub async fn note(tx: &mut Tx, uri: &str, retain_until: Option<Instant>, license: Option<&str>) -> Result<()> {
    let license = license.map(|license| license.chars().take(LICENSE_LONGEST).collect::<String>());
    let said = (mirror_terms::retain_until.eq(retain_until), mirror_terms::license.eq(&license));
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(mirror_terms::table)
        .values((mirror_terms::uri.eq(uri), said))
        .on_conflict(mirror_terms::uri)
        .do_update()
        .set(said)
        .execute(c)
        .await)?;
    Ok(())
}

/// Until when a copy may be kept, and under which licence.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, uri: &str) -> Result<(Option<Instant>, Option<String>)> {
    let found: Option<(Option<Instant>, Option<String>)> = on!(conn, |c| mirror_terms::table
        .find(uri)
        .select((mirror_terms::retain_until, mirror_terms::license))
        .first(c)
        .await
        .optional())?;
    Ok(found.unwrap_or_default())
}

/// Forgets the copies whose date has come, and what is kept beside them. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn purge(tx: &mut Tx, now: Instant) -> Result<usize> {
    let conn: &mut Conn = tx;
    let due: Vec<String> = on!(conn, |c| mirror_terms::table
        .filter(mirror_terms::retain_until.le(now))
        .order(mirror_terms::retain_until)
        .limit(AT_ONCE)
        .select(mirror_terms::uri)
        .load(c)
        .await)?;
    on!(conn, |c| diesel::delete(mirrors::table.filter(mirrors::uri.eq_any(&due))).execute(c).await)?;
    on!(conn, |c| diesel::delete(mirror_terms::table.filter(mirror_terms::uri.eq_any(&due))).execute(c).await)?;
    let of_tallies = due.iter().filter_map(|uri| uri.strip_suffix(TALLY)).map(str::to_owned).collect::<Vec<_>>();
    on!(conn, |c| diesel::delete(mirror_tallies::table.filter(mirror_tallies::page.eq_any(&of_tallies)))
        .execute(c)
        .await)?;
    mirror::forget_beside(conn, &due).await?;
    on!(conn, |c| diesel::delete(mirror_marks::table.filter(mirror_marks::uri.eq_any(&due))).execute(c).await)?;
    Ok(due.len())
}
