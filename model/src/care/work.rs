//! Work that takes long, and how far it has come: mails to many, threads brought from elsewhere, logs counted again, and
//! what commands take in, write out and keep.
//!
//! It is written in the transactions of the work itself, so that what is shown is what is done; a command, which does its
//! work in one transaction or in none, writes beside it ([`keep`]).

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::Result;
use crate::people::role::{Act, Standing};
use crate::store::schema::works;
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

words! {
    /// What kind of work.
    pub enum Kind {
        /// Telling everybody who follows a consultation; counted in people.
        Mailing = "mailing",
        /// Bringing a thread from other servers; counted in addresses looked at.
        Thread = "thread",
        /// Counting a log elsewhere again; counted in entries.
        Count = "count",
        /// A command takes in a file; counted in its octets, or in rows.
        Import = "import",
        /// A command writes a consultation out; counted in octets, whose end nobody knows.
        Export = "export",
        /// A command keeps the whole node in one file; counted in tables.
        Backup = "backup",
    }
}

/// The longest name of what is worked on, in characters.
const SUBJECT_LONGEST: usize = 500;
/// How many are listed at most.
const MOST: i64 = 100;
/// Work of which nothing is heard for so long has perhaps been broken off.
const SILENT: Duration = Duration::from_secs(3600);
/// What ended longer ago is forgotten.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// One work.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = works, treat_none_as_null = true)]
pub struct Work {
    /// What kind.
    pub kind: Kind,
    /// On what: a consultation's slug, an address, or a file's name.
    pub subject: String,
    /// How much is done.
    pub done: i64,
    /// Of how much, as far as is known now; at least what is done, or 0 where nobody knows.
    pub total: i64,
    /// When it began.
    pub started_at: Instant,
    /// When it last went on.
    pub updated_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Whether it came to nothing.
    pub failed: bool,
}

impl Work {
    /// One that begins now.
    #[must_use]
    pub fn new(now: Instant, kind: Kind, subject: &str, total: i64) -> Self {
        let subject = subject.chars().take(SUBJECT_LONGEST).collect();
        Self { kind, subject, done: 0, total, started_at: now, updated_at: now, ended_at: None, failed: false }
    }

    /// Whether nothing was heard of it for long, though it has not ended.
    #[must_use]
    pub fn is_silent(&self, now: Instant) -> bool {
        self.ended_at.is_none() && now.since(self.updated_at) > SILENT
    }
}

/// Notes that a work begins, of which so much is to be done.
///
/// # Errors
/// When the database fails.
pub async fn begin(tx: &mut Tx, now: Instant, kind: Kind, subject: &str, total: i64) -> Result<()> {
    keep(tx, &Work::new(now, kind, subject, total)).await
}

/// Notes that so much more is done. A work that nobody began, since it was short, is not noted.
///
/// # Errors
/// When the database fails.
pub async fn advance(tx: &mut Tx, now: Instant, kind: Kind, subject: &str, by: i64) -> Result<()> {
    let Some(mut work) = running(tx, kind, subject).await? else { return Ok(()) };
    work.done += by;
    work.total = work.total.max(work.done);
    work.updated_at = now;
    keep(tx, &work).await
}

/// Notes how far a work has come whose end moves; begins it where it was not known.
///
/// # Errors
/// When the database fails.
pub async fn reach(tx: &mut Tx, now: Instant, kind: Kind, subject: &str, done: i64, total: i64) -> Result<()> {
    if running(tx, kind, subject).await?.is_none() {
        begin(tx, now, kind, subject, total).await?;
    }
    let Some(work) = running(tx, kind, subject).await? else { return Ok(()) };
    keep(tx, &Work { done, total: total.max(done), updated_at: now, ..work }).await
}

/// Notes that a work is done, if it was begun.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut Tx, now: Instant, kind: Kind, subject: &str) -> Result<()> {
    let Some(work) = running(tx, kind, subject).await? else { return Ok(()) };
    keep(tx, &Work { total: work.done, updated_at: now, ended_at: Some(now), ..work }).await
}

async fn running(conn: &mut Conn, kind: Kind, subject: &str) -> Result<Option<Work>> {
    let it = works::table.find((kind, subject)).filter(works::ended_at.is_null());
    Ok(on!(conn, |c| it.select(Work::as_select()).first(c).await.optional())?)
}

/// Notes a work as it is, in the place of what was known of it, and forgets what ended long ago.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut Tx, work: &Work) -> Result<()> {
    let conn: &mut Conn = tx;
    let old = works::table.filter(works::ended_at.lt(work.updated_at.minus(KEPT)));
    on!(conn, |c| diesel::delete(old).execute(c).await)?;
    on!(conn, |c| diesel::insert_into(works::table)
        .values(work)
        .on_conflict((works::kind, works::subject))
        .do_update()
        .set(work)
        .execute(c)
        .await)?;
    Ok(())
}

/// The works that run, then those that ended lately; the latest first.
///
/// # Errors
/// When `by` may not administer the node.
pub async fn list(conn: &mut Conn, by: &Standing) -> Result<Vec<Work>> {
    by.may(Act::Administer, None)?;
    let latest = works::table.order(works::updated_at.desc()).limit(MOST);
    let mut found: Vec<Work> = on!(conn, |c| latest.select(Work::as_select()).load(c).await)?;
    found.sort_by_key(|work| work.ended_at.is_some());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    crate::both_databases! {
        async fn work_is_begun_goes_on_and_ends_and_is_forgotten(world: World) {
            let admin = Standing { account: Some(world.admin.clone()), member: None };
            let citizen = Standing { account: Some(world.account("ana").await), member: None };
            let mut tx = world.store.begin().await.expect("a transaction");
            let now = world.now();
            advance(&mut tx, now, Kind::Mailing, "short", 3).await.expect("nothing to note");
            begin(&mut tx, now, Kind::Mailing, "square", 120).await.expect("begun");
            advance(&mut tx, now, Kind::Mailing, "square", 50).await.expect("further");
            reach(&mut tx, now, Kind::Thread, "https://b.test/1", 4, 9).await.expect("reached");
            assert!(list(&mut tx, &citizen).await.is_err());
            let far = |all: Vec<Work>| all.iter().map(|it| (it.kind, it.done, it.total, it.ended_at.is_some())).collect::<Vec<_>>();
            let mut seen = far(list(&mut tx, &admin).await.expect("listed"));
            seen.sort();
            assert_eq!(seen, [(Kind::Mailing, 50, 120, false), (Kind::Thread, 4, 9, false)]);
            advance(&mut tx, now, Kind::Mailing, "square", 71).await.expect("further");
            end(&mut tx, now, Kind::Mailing, "square").await.expect("ended");
            advance(&mut tx, now, Kind::Mailing, "square", 5).await.expect("it has ended");
            let all = list(&mut tx, &admin).await.expect("listed");
            assert_eq!(far(all), [(Kind::Thread, 4, 9, false), (Kind::Mailing, 121, 121, true)]);
            let failed = Work { ended_at: Some(now), failed: true, ..Work::new(now, Kind::Import, "it.json", 0) };
            keep(&mut tx, &failed).await.expect("noted");
            let running = Work::new(now, Kind::Backup, "it.zip", 60);
            keep(&mut tx, &running).await.expect("noted");
            let known = list(&mut tx, &admin).await.expect("listed");
            assert!(known.contains(&failed) && known.contains(&running));
            let hour = now.plus(SILENT);
            assert!(!running.is_silent(hour) && running.is_silent(hour.plus(Duration::from_secs(1))));
            assert!(!failed.is_silent(hour.plus(SILENT)));
            let later = now.plus(KEPT).plus(Duration::from_secs(1));
            begin(&mut tx, later, Kind::Count, "https://b.test/c/x", 3).await.expect("begun");
            assert!(list(&mut tx, &admin).await.expect("listed").iter().all(|it| it.kind != Kind::Mailing));
        }
    }
}
