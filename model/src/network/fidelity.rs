//! Whether what is kept of other nodes is what they signed: each consultation is asked for again at its origin, and what is kept
//! here is held against what its author signed. So it is found out if somebody alters it where it is kept.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::mirror::{Kind, Mirror};
use crate::clock::Instant;
use crate::debate::text;
use crate::error::Result;
use crate::job::{self, Job, When};
use crate::people::proof::{self, Broken};
use crate::store::schema::{mirror_checks, mirrors};
use crate::store::{Conn, Tx, on};

/// How often the origin of a consultation that is not over is asked again.
pub const OPEN: Duration = Duration::from_secs(3600);
/// How often that of one that is over is.
pub const OVER: Duration = Duration::from_secs(24 * 3600);
/// How long it is told that something was altered, once it is put right.
const TOLD: Duration = Duration::from_secs(30 * 24 * 3600);
/// The most origins that one sweep has asked.
const AT_ONCE: i64 = 500;
/// The longest account of what was found, in characters.
const DETAIL_LONGEST: usize = 500;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mirror_checks)]
struct Row {
    page: String,
    next_at: Instant,
    failed_at: Option<Instant>,
    restored: bool,
    detail: String,
}

/// Something kept here that was not what its origin signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The `Page`.
    pub page: String,
    /// When it was found.
    pub at: Instant,
    /// Whether what was signed stands here again.
    pub restored: bool,
    /// What was found, in one sentence.
    pub detail: String,
}

/// Has the origins asked whose time has come. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn due(tx: &mut Tx, now: Instant) -> Result<usize> {
    let conn: &mut Conn = tx;
    let stale = mirror_checks::next_at.nullable().is_null().or(mirror_checks::next_at.nullable().le(now));
    let pages: Vec<String> = on!(conn, |c| mirrors::table
        .left_join(mirror_checks::table.on(mirror_checks::page.eq(mirrors::uri)))
        .filter(mirrors::kind.eq(Kind::Page).and(mirrors::slug.is_not_null()).and(mirrors::author_id.is_not_null()))
        .filter(stale)
        .order(mirrors::id)
        .limit(AT_ONCE)
        .select(mirrors::uri)
        .load(c)
        .await)?;
    for page in &pages {
        job::enqueue(tx, now, Job::Revisit { page: page.clone() }, When::Now).await?;
    }
    Ok(pages.len())
}

/// Keeps what was found: nothing, or what was altered and whether that is put right; and when to look again.
///
/// # Errors
/// When the database fails.
pub async fn settle(
    tx: &mut Tx,
    now: Instant,
    page: &str,
    found: Option<(&str, bool)>,
    next_at: Instant,
) -> Result<()> {
    let conn: &mut Conn = tx;
    let held: Option<Row> =
        on!(conn, |c| mirror_checks::table.find(page).select(Row::as_select()).first(c).await.optional())?;
    let row = match (found, held) {
        (Some((detail, restored)), _) => {
            let detail = detail.chars().take(DETAIL_LONGEST).collect();
            Row { page: page.to_owned(), next_at, failed_at: Some(now), restored, detail }
        }
        (None, Some(held)) if held.failed_at.is_some_and(|at| now.since(at) < TOLD) => {
            Row { next_at, restored: true, ..held }
        }
        _ => Row { page: page.to_owned(), next_at, failed_at: None, restored: false, detail: String::new() },
    };
    on!(conn, |c| diesel::insert_into(mirror_checks::table)
        .values(&row)
        .on_conflict(mirror_checks::page)
        .do_update()
        .set((
            mirror_checks::next_at.eq(row.next_at),
            mirror_checks::failed_at.eq(row.failed_at),
            mirror_checks::restored.eq(row.restored),
            mirror_checks::detail.eq(&row.detail),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

impl Row {
    fn fault(self) -> Option<Fault> {
        let Self { page, failed_at, restored, detail, .. } = self;
        failed_at.map(|at| Fault { page, at, restored, detail })
    }
}

/// What was last found of a consultation elsewhere, if it was altered here.
///
/// # Errors
/// When the database fails.
pub async fn fault(conn: &mut Conn, page: &str) -> Result<Option<Fault>> {
    let row: Option<Row> =
        on!(conn, |c| mirror_checks::table.find(page).select(Row::as_select()).first(c).await.optional())?;
    Ok(row.and_then(Row::fault))
}

/// All that was found to be altered, the latest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn faults(conn: &mut Conn, limit: i64) -> Result<Vec<Fault>> {
    let rows: Vec<Row> = on!(conn, |c| mirror_checks::table
        .filter(mirror_checks::failed_at.is_not_null())
        .order(mirror_checks::failed_at.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(c)
        .await)?;
    Ok(rows.into_iter().filter_map(Row::fault).collect())
}

/// What of a document its author did not say, by the author's keys: the proof, and the digest that it gives its own text.
#[must_use]
pub fn unsigned(document: &Value, keys: &[[u8; proof::KEY_LENGTH]]) -> Option<&'static str> {
    let told = document["consultation"]["textHash"].as_str();
    if let (Some(told), Some(text)) = (told, document["source"]["content"].as_str())
        && !hex::encode(Sha256::digest(text.as_bytes())).eq_ignore_ascii_case(told)
    {
        return Some("the text has another digest than the one that is named with it");
    }
    match proof::read(document) {
        Err(Broken::Missing) => None,
        Err(_) => Some("the proof of its author is broken"),
        // its author publishes no key any more, or none was seen here yet
        Ok(_) if keys.is_empty() => None,
        Ok(_) if keys.iter().any(|key| proof::check(document, key).is_ok()) => None,
        Ok(_) => Some("its author did not sign it so"),
    }
}

/// What of a copy is other than what it is a copy of.
#[must_use]
pub fn differs(kept: &Mirror, signed: &Mirror) -> Option<&'static str> {
    if kept.title != signed.title || kept.summary != signed.summary {
        return Some("its title or summary is another");
    }
    if text::plain(&kept.html) != text::plain(&signed.html) {
        return Some("its words are others");
    }
    (kept.kind == Kind::Page && links(&kept.html) != links(&signed.html)).then_some("its links lead elsewhere")
}

/// Where a text leads. How it is marked up beside that may change with this program's version.
fn links(html: &str) -> BTreeSet<&str> {
    html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_with_another_digest_is_found_out() {
        let hash = hex::encode(Sha256::digest("The text."));
        let document = |text: &str| json!({"consultation": {"textHash": hash}, "source": {"content": text}});
        assert_eq!(unsigned(&document("The text."), &[]), None);
        assert!(unsigned(&document("Another text."), &[]).is_some());
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_seen() {
        let of = |to: &str| format!("<p><a href=\"{to}\" rel=\"nofollow\">here</a></p>");
        assert_ne!(links(&of("https://a.test/")), links(&of("https://b.test/")));
        assert_eq!(links(&of("https://a.test/")), BTreeSet::from(["https://a.test/"]));
    }
}
