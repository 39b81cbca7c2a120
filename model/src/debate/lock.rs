//! Debates that a moderator closed while their consultation goes on: read, but no longer written in.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::consultation::{Consultation, View};
use crate::care::audit;
use crate::care::moderation::{self, Moderation};
use crate::clock::Instant;
use crate::error::{Check, Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::account::Account;
use crate::people::role::Act;
use crate::store::schema::locks;
use crate::store::{Conn, Tx, on};

/// The longest reason, in characters.
pub const REASON_LONGEST: usize = 500;

/// A closed debate.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = locks)]
pub struct Lock {
    /// Whose debate.
    pub consultation_id: Id<Consultation>,
    /// Who closed it.
    pub account_id: Option<Id<Account>>,
    /// Why, for everybody.
    pub reason: String,
    /// When.
    pub at: Instant,
}

/// Whether and why the debate of a consultation is closed.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Option<Lock>> {
    Ok(on!(conn, |c| locks::table.find(consultation).select(Lock::as_select()).first(c).await.optional())?)
}

/// Refuses what a closed debate does not take.
pub(super) async fn open(conn: &mut Conn, consultation: Id<Consultation>) -> Result<()> {
    if of(conn, consultation).await?.is_some() { Err(Refusal::CommentsClosed.into()) } else { Ok(()) }
}

/// Closes a debate, or gives another reason for it.
///
/// # Errors
/// When who asks does not moderate; a reason that is missing or too long; [`Refusal::NotPublished`] for a draft.
pub async fn set(tx: &mut Tx, now: Instant, view: &View, reason: &str) -> Result<Lock> {
    let View { consultation: on, forum, standing: by } = view;
    by.may(Act::Moderate, Some(forum))?;
    if on.state == super::consultation::State::Draft {
        return Err(Refusal::NotPublished.into());
    }
    let reason = reason.trim();
    let mut check = Check::default();
    check.text("reason", reason, REASON_LONGEST);
    check.done()?;
    let account_id = by.account.as_ref().map(|account| account.id);
    let row = Lock { consultation_id: on.id, account_id, reason: reason.to_owned(), at: now };
    let conn: &mut Conn = tx;
    let lock: Lock = on!(conn, |c| diesel::insert_into(locks::table)
        .values(&row)
        .on_conflict(locks::consultation_id)
        .do_update()
        .set(locks::reason.eq(&row.reason))
        .returning(Lock::as_returning())
        .get_result(c)
        .await)?;
    told(tx, now, view, &lock, false).await?;
    Ok(lock)
}

/// Opens a debate again.
///
/// # Errors
/// When who asks does not moderate; [`Error::NotFound`] where it is open.
pub async fn lift(tx: &mut Tx, now: Instant, view: &View) -> Result<()> {
    view.standing.may(Act::Moderate, Some(&view.forum))?;
    let lock = of(tx, view.consultation.id).await?.ok_or(Error::NotFound)?;
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(locks::table.find(lock.consultation_id)).execute(c).await)?;
    told(tx, now, view, &lock, true).await
}

async fn told(tx: &mut Tx, now: Instant, view: &View, lock: &Lock, lifted: bool) -> Result<()> {
    let View { consultation: on, forum, standing: by } = view;
    let act = if lifted { "debate.open" } else { "debate.lock" };
    audit::note(tx, now, by.account.as_ref(), act, &on.slug, None).await?;
    super::consultation::count_comment(tx, on.id, 0).await?;
    let (consultation, reason) = (on.id, lock.reason.clone());
    moderation::tell(tx, now, forum, lock.at, Moderation::Lock { consultation, reason, lifted }).await?;
    if forum.visibility.is_federated() {
        // Its Page says whether it takes comments.
        job::enqueue(tx, now, Job::Edit { forum: forum.id, consultation }, When::Now).await?;
    }
    Ok(())
}
