//! Reports: what people here and on other servers tell the moderators of, and what these decide.

mod outcome;
mod rows;

use diesel::prelude::*;

use super::decision::{self, Made};
use crate::clock::Instant;
use crate::debate::comment::{self, Comment};
use crate::debate::consultation::{Consultation, View};
use crate::debate::forum::{self, Forum};
use crate::error::{Check, Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::account::Account;
use crate::people::actor::{self, Actor};
use crate::people::role::{Act, Role, Standing};
use crate::store::schema::reports;
use crate::store::types::words;
use crate::store::{Conn, Tx};

pub use rows::{by_id, of_reporter, open_in};

/// The longest text of a report, in characters; a longer one from elsewhere is cut.
pub const LONGEST: usize = 3_000;
/// The longest reason of a decision, in characters.
pub const REASON_LONGEST: usize = 500;
/// The most things that one report from elsewhere names.
pub const TARGETS_MOST: usize = 20;

words! {
    /// What is wrong with something.
    pub enum Reason {
        /// It advertises.
        Spam = "spam",
        /// It insults or threatens.
        Abuse = "abuse",
        /// It is against the law.
        Illegal = "illegal",
        /// It is beside the matter.
        OffTopic = "off-topic",
        /// Something else, as the text says.
        Other = "other",
    }
}

words! {
    /// What became of a report.
    pub enum State {
        /// Nobody has decided yet.
        Open = "open",
        /// What is reported was removed.
        Removed = "removed",
        /// Dealt with in another way.
        Resolved = "resolved",
        /// Nothing is wrong.
        Dismissed = "dismissed",
    }
}

words! {
    /// What a moderator decides.
    pub enum Decision {
        /// Remove the comment that is reported.
        Remove = "remove",
        /// It was dealt with in another way, such as a ban.
        Resolve = "resolve",
        /// Nothing is wrong.
        Dismiss = "dismiss",
    }
}

impl Decision {
    fn state(self) -> State {
        match self {
            Self::Remove => State::Removed,
            Self::Resolve => State::Resolved,
            Self::Dismiss => State::Dismissed,
        }
    }
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reports)]
pub struct Report {
    /// Key.
    pub id: Id<Report>,
    /// The activity that brought it.
    pub uri: Option<String>,
    /// The address of what is reported.
    pub target: String,
    /// Where that stands; `None` for an account.
    pub forum_id: Option<Id<Forum>>,
    /// On which consultation.
    pub consultation_id: Option<Id<Consultation>>,
    /// Which comment.
    pub comment_id: Option<Id<Comment>>,
    /// Who reports; of another server often the server itself.
    pub reporter_id: Option<Id<Actor>>,
    /// What is wrong.
    pub reason: Reason,
    /// In the reporter's words.
    pub text: String,
    /// What became of it.
    pub state: State,
    /// Why, in the moderator's words.
    pub verdict: Option<String>,
    /// Who decided.
    pub decided_by: Option<Id<Account>>,
    /// When.
    pub decided_at: Option<Instant>,
    /// When it came.
    pub created_at: Instant,
}

/// What somebody here reports.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What is wrong.
    pub reason: Reason,
    /// In the reporter's words.
    pub text: String,
    /// Whether the author's own server is told too, without the reporter's name.
    pub forward: bool,
}

/// What is reported.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// Its address.
    pub uri: String,
    /// Where it stands.
    pub forum: Option<Id<Forum>>,
    /// On which consultation.
    pub consultation: Option<Id<Consultation>>,
    /// Which comment.
    pub comment: Option<Id<Comment>>,
}

fn fresh(now: Instant, target: Target, reporter: Id<Actor>, reason: Reason, text: String) -> Report {
    Report {
        id: Id::new(now),
        uri: None,
        target: target.uri,
        forum_id: target.forum,
        consultation_id: target.consultation,
        comment_id: target.comment,
        reporter_id: Some(reporter),
        reason,
        text,
        state: State::Open,
        verdict: None,
        decided_by: None,
        decided_at: None,
        created_at: now,
    }
}

/// Somebody here reports a comment; `uri` is its address.
///
/// # Errors
/// When nobody is signed in or the account is not in order; [`Refusal::AlreadyReported`]; a text that is too long, or
/// missing with the reason `other`.
pub async fn file(
    tx: &mut Tx,
    now: Instant,
    view: &View,
    comment: &Comment,
    uri: &str,
    draft: &Draft,
) -> Result<Report> {
    let by = &view.standing;
    // Whoever may read may report, banned or not.
    by.may(Act::Vote, None)?;
    let reporter = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let text = draft.text.trim();
    let mut check = Check::default();
    check.most("text", text, LONGEST);
    check.that(draft.reason != Reason::Other || !text.is_empty(), "text", "required", "Say what is wrong.");
    check.done()?;
    if rows::is_open(tx, comment.id, reporter.actor_id).await? {
        return Err(Refusal::AlreadyReported.into());
    }
    let target = Target {
        uri: uri.to_owned(),
        forum: Some(view.forum.id),
        consultation: Some(view.consultation.id),
        comment: Some(comment.id),
    };
    let report = fresh(now, target, reporter.actor_id, draft.reason, text.to_owned());
    rows::insert(tx, &report).await?;
    let author = actor::by_id(tx, comment.actor_id).await?;
    if draft.forward && !author.is_local() && view.forum.visibility.is_federated() {
        job::enqueue(tx, now, Job::Flag { report: report.id }, When::Now).await?;
    }
    Ok(report)
}

/// Another server reports things that stand here, by the activity `uri`. The same again changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn receive(
    tx: &mut Tx,
    now: Instant,
    reporter: &Actor,
    uri: &str,
    targets: Vec<Target>,
    text: &str,
) -> Result<()> {
    let text: String = text.trim().chars().take(LONGEST).collect();
    for target in targets.into_iter().take(TARGETS_MOST) {
        let report = fresh(now, target, reporter.id, Reason::Other, text.clone());
        rows::insert(tx, &Report { uri: Some(uri.to_owned()), ..report }).await?;
    }
    Ok(())
}

/// The forums whose reports `by` may see; `None`: those of all, and of accounts.
///
/// # Errors
/// When `by` moderates nowhere.
pub async fn desk(conn: &mut Conn, by: &Standing) -> Result<Option<Vec<Id<Forum>>>> {
    let nowhere = Standing { member: None, ..by.clone() };
    let Err(refused) = nowhere.may(Act::Moderate, None) else { return Ok(None) };
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let roles = forum::of_account(conn, account.id).await?;
    let mut own = Vec::new();
    for (forum, role) in roles {
        let there = Standing { account: Some(account.clone()), member: Some(role) };
        if role >= Role::Moderator && there.may(Act::Moderate, Some(&forum)).is_ok() {
            own.push(forum.id);
        }
    }
    if own.is_empty() { Err(refused) } else { Ok(Some(own)) }
}

/// Decides on a report. To remove takes the comment away for the reason given, and settles every other open report of
/// it; each reporter of this node is told.
///
/// # Errors
/// When `by` does not moderate there ([`Error::NotFound`]: it may not know of the report); [`Refusal::AlreadyDecided`];
/// a reason that is missing or too long; a decision that does not fit what is reported.
pub async fn decide(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    id: Id<Report>,
    verdict: Decision,
    reason: &str,
) -> Result<Report> {
    let desk = desk(tx, by).await?;
    let report = by_id(tx, id).await?;
    let theirs = desk.is_none_or(|forums| report.forum_id.is_some_and(|forum| forums.contains(&forum)));
    if !theirs {
        return Err(Error::NotFound);
    }
    if report.state != State::Open {
        return Err(Refusal::AlreadyDecided.into());
    }
    let reason = reason.trim();
    let mut check = Check::default();
    check.text("reason", reason, REASON_LONGEST);
    let fits = verdict != Decision::Remove || report.comment_id.is_some();
    check.that(fits, "decision", "format", "Only a comment is removed: cancel a consultation instead.");
    check.done()?;
    let settled = match (verdict, report.comment_id) {
        (Decision::Remove, Some(comment)) => {
            remove(tx, now, by, &report, comment, reason).await?;
            rows::open_of(tx, comment).await?
        }
        _ => vec![report.clone()],
    };
    for one in &settled {
        rows::settle(tx, now, one.id, verdict.state(), reason, by.account.as_ref().map(|it| it.id)).await?;
        outcome::tell(tx, now, one, verdict, reason).await?;
    }
    if verdict == Decision::Dismiss {
        let made = Made {
            forum: report.forum_id,
            comment: report.comment_id,
            report: Some(id),
            ..Made::new(decision::Act::Keep, reason)
        };
        decision::record(tx, now, by.account.as_ref(), made).await?;
    }
    let subject = format!("{id} {verdict}");
    crate::care::audit::note(tx, now, by.account.as_ref(), "report.decide", &subject, None).await?;
    by_id(tx, id).await
}

async fn remove(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    report: &Report,
    comment: Id<Comment>,
    reason: &str,
) -> Result<()> {
    let forum = forum::by_id(tx, report.forum_id.ok_or(Error::NotFound)?).await?;
    let there = forum::standing(tx, &forum, by.account.as_ref()).await?;
    let comment = comment::by_id(tx, comment).await?;
    if comment.state != comment::State::Visible {
        return Ok(());
    }
    comment::hide(tx, now, &forum, &there, &comment, reason).await
}
