//! What somebody wants to be told by mail, and how often. Without a row the defaults hold: replies at once, the rest of what
//! one follows once a week.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::account::Account;
use crate::people::mint_secret;
use crate::store::schema::mail_preferences;
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How many digests are enqueued in one transaction; the rest follow within the hour.
const GATHERED: i64 = 2000;

words! {
    /// How often somebody is told by mail what happens in what they follow.
    pub enum Rhythm {
        /// One mail for each thing, at once.
        Each = "each",
        /// What happened in a day, if anything did.
        Daily = "daily",
        /// What happened in a week, if anything did.
        Weekly = "weekly",
        /// Never.
        Never = "none",
    }
}

impl Rhythm {
    /// The time between two digests.
    fn period(self) -> Duration {
        if self == Self::Daily { DAY } else { DAY * 7 }
    }
}

words! {
    /// What a mail is about, as far as it can be stopped.
    pub enum Matter {
        /// Replies to one's comments.
        Replies = "r",
        /// What happens in what one follows.
        News = "n",
        /// Receipts of one's ballots.
        Receipts = "b",
    }
}

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// How often the news come.
    pub rhythm: Rhythm,
    /// Whether replies come, at once.
    pub replies: bool,
    /// Whether a receipt of each ballot cast on the pages comes.
    pub receipts: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { rhythm: Rhythm::Weekly, replies: true, receipts: false }
    }
}

/// What somebody wants, as kept. The secret is kept as it is, since every mail repeats it: all it can do is to stop mails.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = mail_preferences)]
pub struct Preference {
    /// Whose.
    pub account_id: Id<Account>,
    /// How often the news come.
    pub rhythm: Rhythm,
    /// Whether replies come.
    pub replies: bool,
    /// Whether receipts come.
    pub receipts: bool,
    secret: String,
    /// When the next digest is due.
    pub digest_at: Instant,
}

impl Preference {
    /// The same without what is ours.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        Wanted { rhythm: self.rhythm, replies: self.replies, receipts: self.receipts }
    }

    /// What stops mails about that matter, without signing in: it ends the address of `/unsubscribe/`.
    #[must_use]
    pub fn stopper(&self, matter: Matter) -> String {
        format!("{}.{matter}", self.secret)
    }
}

/// What an account wants.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, account: Id<Account>) -> Result<Wanted> {
    Ok(kept(conn, account).await?.map_or_else(Wanted::default, |kept| kept.wanted()))
}

async fn kept(conn: &mut Conn, account: Id<Account>) -> Result<Option<Preference>> {
    Ok(on!(conn, |c| mail_preferences::table.find(account).select(Preference::as_select()).first(c).await.optional())?)
}

/// What an account wants, as kept from now on.
///
/// # Errors
/// When the database fails.
pub async fn ensure(tx: &mut Tx, now: Instant, account: Id<Account>) -> Result<Preference> {
    if let Some(kept) = kept(tx, account).await? {
        return Ok(kept);
    }
    let Wanted { rhythm, replies, receipts } = Wanted::default();
    let digest_at = now.plus(rhythm.period());
    let fresh = Preference { account_id: account, rhythm, replies, receipts, secret: mint_secret(), digest_at };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(mail_preferences::table)
        .values(&fresh)
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    kept(conn, account).await?.ok_or(Error::NotFound)
}

/// Sets what an account wants.
///
/// # Errors
/// When the database fails.
pub async fn set(tx: &mut Tx, now: Instant, account: Id<Account>, wanted: Wanted) -> Result<()> {
    let before = ensure(tx, now, account).await?;
    let digest_at = before.digest_at.min(now.plus(wanted.rhythm.period()));
    write(tx, account, wanted, digest_at).await
}

async fn write(tx: &mut Tx, account: Id<Account>, wanted: Wanted, digest_at: Instant) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(mail_preferences::table.find(account))
        .set((
            mail_preferences::rhythm.eq(wanted.rhythm),
            mail_preferences::replies.eq(wanted.replies),
            mail_preferences::receipts.eq(wanted.receipts),
            mail_preferences::digest_at.eq(digest_at),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// Whose mails a stopper stops, and which; `None`: all of them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn stopped(conn: &mut Conn, stopper: &str) -> Result<(Preference, Option<Matter>)> {
    let (secret, matter) = match stopper.split_once('.') {
        Some((secret, matter)) => (secret, Some(matter.parse().map_err(|_| Error::NotFound)?)),
        None => (stopper, None),
    };
    let found = on!(conn, |c| mail_preferences::table
        .filter(mail_preferences::secret.eq(secret))
        .select(Preference::as_select())
        .first(c)
        .await)?;
    Ok((found, matter))
}

/// Stops the mails that a stopper stops; what is stopped already stays so.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn stop(tx: &mut Tx, stopper: &str) -> Result<Option<Matter>> {
    let (before, matter) = stopped(tx, stopper).await?;
    let is = |one: Matter| matter.is_none_or(|matter| matter == one);
    let wanted = Wanted {
        rhythm: if is(Matter::News) { Rhythm::Never } else { before.rhythm },
        replies: before.replies && !is(Matter::Replies),
        receipts: before.receipts && !is(Matter::Receipts),
    };
    write(tx, before.account_id, wanted, before.digest_at).await?;
    Ok(matter)
}

/// Enqueues the digests that are due. Each is enqueued once, however often this is asked.
///
/// # Errors
/// When the database fails.
pub async fn gather(tx: &mut Tx, now: Instant) -> Result<()> {
    let conn: &mut Conn = tx;
    let due: Vec<Id<Account>> = on!(conn, |c| mail_preferences::table
        .filter(mail_preferences::rhythm.eq_any([Rhythm::Daily, Rhythm::Weekly]))
        .filter(mail_preferences::digest_at.le(now))
        .order(mail_preferences::digest_at)
        .limit(GATHERED)
        .select(mail_preferences::account_id)
        .load(c)
        .await)?;
    for account in due {
        job::enqueue(tx, now, Job::Digest { account }, When::Now).await?;
    }
    Ok(())
}

/// Takes the digest of an account that is due, and says when the next is. `None` if none is due: it was made already, or is
/// no longer wanted.
///
/// # Errors
/// When the database fails.
pub async fn take_digest(tx: &mut Tx, now: Instant, account: Id<Account>) -> Result<Option<Preference>> {
    let Some(kept) = kept(tx, account).await? else { return Ok(None) };
    if !matches!(kept.rhythm, Rhythm::Daily | Rhythm::Weekly) || kept.digest_at > now {
        return Ok(None);
    }
    let conn: &mut Conn = tx;
    let due = mail_preferences::table.find(account).filter(mail_preferences::digest_at.eq(kept.digest_at));
    let taken = on!(conn, |c| diesel::update(due)
        .set(mail_preferences::digest_at.eq(now.plus(kept.rhythm.period())))
        .execute(c)
        .await)?;
    Ok((taken == 1).then_some(kept))
}
