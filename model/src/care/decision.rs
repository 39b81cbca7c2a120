//! What moderators decided, for everybody to read: what was done, why, whether it was taken back, and what came of an
//! appeal. Written in the transaction that does it, by whichever door it came.

mod letter;
mod rows;

use std::time::Duration;

use diesel::prelude::*;

use super::{audit, report};
use crate::clock::Instant;
use crate::debate::ban;
use crate::debate::comment::{self, Comment};
use crate::debate::forum::{self, Forum};
use crate::error::{Check, Error, Refusal, Result};
use crate::id::Id;
use crate::network::peer::{self, Policy, Terms};
use crate::people::account::Account;
use crate::people::actor::{self, Actor};
use crate::people::link::{self, Purpose};
use crate::people::role::{Act as May, Standing};
use crate::people::suspension;
use crate::store::schema::decisions;
use crate::store::types::words;
use crate::store::{Conn, Tx};

pub use rows::{appeals, by_id, latest, published};

/// How long a decision can be taken back.
pub const UNDONE_WITHIN: Duration = Duration::from_secs(30 * 24 * 3600);
/// The longest reason, in characters.
pub const REASON_LONGEST: usize = 500;
/// The longest appeal, and the longest answer to one, in characters.
pub const APPEAL_LONGEST: usize = 3_000;

words! {
    /// What was decided.
    pub enum Act {
        /// Nothing is wrong: what was reported stays.
        Keep = "keep",
        /// A comment is hidden.
        Hide = "hide",
        /// A comment that waited to be read is not shown.
        Reject = "reject",
        /// Somebody takes no part in a forum's debates.
        Ban = "ban",
        /// Somebody takes no part in anything here.
        Suspend = "suspend",
        /// Nothing of a server is taken in.
        Block = "block",
    }
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions)]
pub struct Decision {
    /// Key.
    pub id: Id<Decision>,
    /// What.
    pub act: Act,
    /// Where; `None`: on the whole node.
    pub forum_id: Option<Id<Forum>>,
    /// Of which comment.
    pub comment_id: Option<Id<Comment>>,
    /// Because of which report.
    pub report_id: Option<Id<report::Report>>,
    /// Whom it concerns.
    pub actor_id: Option<Id<Actor>>,
    /// Which server it concerns.
    pub host: Option<String>,
    /// Why, in words that everybody reads.
    pub reason: String,
    /// Who decided; not told in public.
    pub account_id: Option<Id<Account>>,
    /// When.
    pub at: Instant,
    /// When it was taken back.
    pub undone_at: Option<Instant>,
    /// What whom it concerns says against it.
    pub appeal: Option<String>,
    /// When.
    pub appealed_at: Option<Instant>,
    /// What another moderator answers.
    pub answer: Option<String>,
    /// Who.
    pub answered_by: Option<Id<Account>>,
    /// When.
    pub answered_at: Option<Instant>,
}

impl Decision {
    /// Whether it can still be taken back at `now`.
    ///
    /// # Errors
    /// [`Refusal::NotUndoable`], [`Refusal::AlreadyUndone`], [`Refusal::UndoTooLate`].
    pub fn can_be_undone(&self, now: Instant) -> Result<()> {
        if matches!(self.act, Act::Keep | Act::Reject) {
            return Err(Refusal::NotUndoable.into());
        }
        if self.undone_at.is_some() {
            return Err(Refusal::AlreadyUndone.into());
        }
        if now.since(self.at) > UNDONE_WITHIN { Err(Refusal::UndoTooLate.into()) } else { Ok(()) }
    }
}

/// What is decided, of whom and why.
#[derive(Debug, Clone)]
pub(crate) struct Made<'a> {
    pub(crate) act: Act,
    pub(crate) forum: Option<Id<Forum>>,
    pub(crate) comment: Option<Id<Comment>>,
    pub(crate) report: Option<Id<report::Report>>,
    pub(crate) actor: Option<Id<Actor>>,
    pub(crate) host: Option<&'a str>,
    pub(crate) reason: &'a str,
}

impl<'a> Made<'a> {
    pub(crate) fn new(act: Act, reason: &'a str) -> Self {
        Self { act, forum: None, comment: None, report: None, actor: None, host: None, reason }
    }
}

/// Keeps a decision, and writes to whom it concerns, with the way to appeal.
pub(crate) async fn record(tx: &mut Tx, now: Instant, by: Option<&Account>, made: Made<'_>) -> Result<Decision> {
    let it = Decision {
        id: Id::new(now),
        act: made.act,
        forum_id: made.forum,
        comment_id: made.comment,
        report_id: made.report,
        actor_id: made.actor,
        host: made.host.map(str::to_owned),
        reason: made.reason.trim().to_owned(),
        account_id: by.map(|account| account.id),
        at: now,
        undone_at: None,
        appeal: None,
        appealed_at: None,
        answer: None,
        answered_by: None,
        answered_at: None,
    };
    rows::insert(tx, &it).await?;
    letter::decided(tx, now, &it).await?;
    Ok(it)
}

/// A reason: something, and not too much of it.
///
/// # Errors
/// What is wrong with `reason`.
pub(crate) fn checked(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    let mut check = Check::default();
    check.text("reason", reason, REASON_LONGEST);
    check.done()?;
    Ok(reason)
}

/// Refuses a server as a whole, for a reason that everybody reads.
///
/// # Errors
/// When `by` does not moderate the node; what is wrong with `host` or `reason`.
pub async fn block(tx: &mut Tx, now: Instant, by: &Standing, host: &str, reason: &str) -> Result<Decision> {
    by.may(May::Moderate, None)?;
    let reason = checked(reason)?;
    let terms = Terms { public_comment: reason.to_owned(), ..Policy::Block.into() };
    let peer = peer::treat(tx, now, None, host, terms).await?;
    let account = by.account.as_ref();
    audit::note(tx, now, account, "peer.block", &peer.host, None).await?;
    record(tx, now, account, Made { host: Some(&peer.host), ..Made::new(Act::Block, reason) }).await
}

/// The decision of that key as `by` may judge it.
async fn judged(tx: &mut Tx, by: &Standing, id: Id<Decision>) -> Result<Decision> {
    let desk = report::desk(tx, by).await?;
    let it = by_id(tx, id).await?;
    let theirs = desk.is_none_or(|forums| it.forum_id.is_some_and(|forum| forums.contains(&forum)));
    if theirs { Ok(it) } else { Err(Error::NotFound) }
}

/// Takes a decision back.
///
/// # Errors
/// When `by` does not moderate there ([`Error::NotFound`]); as [`Decision::can_be_undone`].
pub async fn undo(tx: &mut Tx, now: Instant, by: &Standing, id: Id<Decision>) -> Result<Decision> {
    let it = judged(tx, by, id).await?;
    it.can_be_undone(now)?;
    reverse(tx, now, by, &it).await?;
    audit::note(tx, now, by.account.as_ref(), "decision.undo", &id.to_string(), None).await?;
    rows::undone(tx, now, id).await
}

async fn reverse(tx: &mut Tx, now: Instant, by: &Standing, it: &Decision) -> Result<()> {
    let account = by.account.as_ref();
    match it.act {
        Act::Keep | Act::Reject => Err(Refusal::NotUndoable.into()),
        Act::Hide => {
            let forum = forum::by_id(tx, it.forum_id.ok_or(Error::NotFound)?).await?;
            comment::restore(tx, now, &forum, it.comment_id.ok_or(Error::NotFound)?).await
        }
        Act::Ban => {
            let forum = forum::by_id(tx, it.forum_id.ok_or(Error::NotFound)?).await?;
            let there = forum::standing(tx, &forum, account).await?;
            match ban::of(tx, forum.id, it.actor_id.ok_or(Error::NotFound)?).await? {
                Some(ban) => ban::lift(tx, now, &there, &forum, ban.id).await,
                None => Ok(()),
            }
        }
        Act::Suspend => {
            let whom = actor::by_id(tx, it.actor_id.ok_or(Error::NotFound)?).await?;
            suspension::lift(tx, now, by, &whom).await
        }
        Act::Block => {
            by.may(May::Moderate, None)?;
            let host = it.host.as_deref().unwrap_or_default();
            match peer::forget(tx, now, None, host).await {
                // Somebody said something else about it since, or nothing any more.
                Ok(()) | Err(Error::NotFound) => audit::note(tx, now, account, "peer.unblock", host, None).await,
                Err(error) => Err(error),
            }
        }
    }
}

/// The decision that the link in a mail appeals against.
///
/// # Errors
/// [`Refusal::LinkInvalid`].
pub async fn appealed(conn: &mut Conn, now: Instant, secret: &str) -> Result<Decision> {
    let link = link::peek(conn, now, Purpose::Appeal, secret).await?;
    let id = link.detail.0["decision"].as_str().and_then(|id| id.parse().ok()).ok_or(Refusal::LinkInvalid)?;
    by_id(conn, id).await
}

/// Says something against a decision, by the link that was sent with it: once.
///
/// # Errors
/// [`Refusal::LinkInvalid`], [`Refusal::AlreadyAppealed`], what is wrong with `text`.
pub async fn appeal(tx: &mut Tx, now: Instant, secret: &str, text: &str) -> Result<Decision> {
    let it = appealed(tx, now, secret).await?;
    if it.appealed_at.is_some() {
        return Err(Refusal::AlreadyAppealed.into());
    }
    let text = text.trim();
    let mut check = Check::default();
    check.text("text", text, APPEAL_LONGEST);
    check.done()?;
    rows::appealed(tx, now, it.id, text).await
}

/// Answers an appeal: the decision stands, or is taken back. Who decided does not answer.
///
/// # Errors
/// When `by` does not moderate there ([`Error::NotFound`]); [`Refusal::OwnDecision`]; [`Refusal::AlreadyAnswered`];
/// [`Error::NotFound`] where nobody appealed; what is wrong with `reason`.
pub async fn answer(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    id: Id<Decision>,
    takes_back: bool,
    reason: &str,
) -> Result<Decision> {
    let it = judged(tx, by, id).await?;
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    if it.appealed_at.is_none() {
        return Err(Error::NotFound);
    }
    if it.answered_at.is_some() {
        return Err(Refusal::AlreadyAnswered.into());
    }
    if it.account_id == Some(account.id) {
        return Err(Refusal::OwnDecision.into());
    }
    let reason = reason.trim();
    let mut check = Check::default();
    check.text("reason", reason, APPEAL_LONGEST);
    check.done()?;
    if takes_back && it.undone_at.is_none() && !matches!(it.act, Act::Keep | Act::Reject) {
        reverse(tx, now, by, &it).await?;
        rows::undone(tx, now, id).await?;
    }
    let it = rows::answered(tx, now, id, account.id, reason).await?;
    letter::answered(tx, now, &it, takes_back).await?;
    audit::note(tx, now, Some(account), "decision.answer", &id.to_string(), None).await?;
    Ok(it)
}
