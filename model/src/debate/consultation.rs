//! Consultations: a question, a text, who may answer how, and when.

pub mod catalogue;

mod draft;
mod life;
mod rows;
mod sketch;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::forum::{self, Forum};
use super::text::{self, Text};
use super::{attachment, ban};
use crate::care::audit;
use crate::clock::Instant;
use crate::count::electorate::{Electorate, Requires};
use crate::count::method::Method;
use crate::count::tally::Results;
use crate::error::{Error, Instead, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::account::Account;
use crate::people::actor::Actor;
use crate::people::role::{Act, Standing};
use crate::store::schema::consultations;
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, dialect};

pub use draft::{Draft, SUMMARY_LONGEST, TITLE_LONGEST};
pub(crate) use life::finish;
pub use life::{archive, close, publish, ready};
pub use rows::{Filter, Sort, by_id, by_ids, by_slug, count_by_state, list, stamp};
pub(crate) use rows::{count_comment, free_slug, insert, lock, move_on, open, postpone, rewrite, touch};
pub use sketch::{Step, begin, sketch};

words! {
    /// How far a consultation has been brought by people and by the clock's job.
    pub enum State {
        /// Seen by its authors.
        Draft = "draft",
        /// Published, not yet open.
        Scheduled = "scheduled",
        /// Open.
        Open = "open",
        /// Closed, every ballot counted.
        Closed = "closed",
        /// What became of it is published.
        Concluded = "concluded",
        /// Called off, for a reason that everybody reads.
        Cancelled = "cancelled",
        /// Put away, to be read.
        Archived = "archived",
    }
}

words! {
    /// Where a consultation stands at a time: what everybody sees and every rule asks.
    pub enum Phase {
        /// Seen by its authors.
        Draft = "draft",
        /// Published, not yet open.
        Scheduled = "scheduled",
        /// Takes ballots.
        Open = "open",
        /// Takes no more.
        Closed = "closed",
        /// What became of it is published.
        Concluded = "concluded",
        /// Called off, for a reason that everybody reads.
        Cancelled = "cancelled",
        /// Put away, to be read.
        Archived = "archived",
    }
}

impl Phase {
    /// Whether it has come to its end, and takes neither ballots nor comments.
    #[must_use]
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Draft | Self::Scheduled | Self::Open)
    }

    /// Why what came to its end takes nothing more.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        match self {
            Self::Cancelled => Refusal::Cancelled,
            Self::Archived => Refusal::Archived,
            _ => Refusal::Closed,
        }
    }
}

words! {
    /// Whether ballots name their voters.
    pub enum Ballots {
        /// They bear a pseudonym that only this consultation uses.
        Secret = "secret",
        /// They bear the voter's name, as the consultation says beforehand.
        Public = "public",
    }
}

/// The brief: three lines that a citizen reads first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brief {
    /// What changes.
    #[serde(default)]
    pub what: String,
    /// Why.
    #[serde(default)]
    pub why: String,
    /// What your opinion becomes.
    #[serde(default)]
    pub outcome: String,
}

impl Brief {
    /// The same with one kind of line ends: a form sends others than were written.
    fn with_unix_lines(&self) -> Self {
        let unix = |text: &str| text.replace("\r\n", "\n");
        Self { what: unix(&self.what), why: unix(&self.why), outcome: unix(&self.outcome) }
    }
}

/// A consultation.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = consultations)]
pub struct Consultation {
    /// Key.
    pub id: Id<Consultation>,
    /// Where.
    pub forum_id: Id<Forum>,
    /// In whose name: an official account.
    pub author_id: Id<Actor>,
    /// Who wrote it; `None` for an import.
    pub created_by: Option<Id<Account>>,
    /// Its name in addresses.
    pub slug: String,
    /// The question, one sentence.
    pub title: String,
    /// Summary, plain.
    pub summary: String,
    /// The brief.
    pub brief: Json<Brief>,
    /// How it asks.
    pub method: Json<Method>,
    /// Who may vote.
    pub electorate: Json<Electorate>,
    /// When results show.
    pub results: Results,
    /// Whether ballots can be changed and withdrawn.
    pub changeable: bool,
    /// Its language (BCP 47).
    pub language: String,
    /// Tags, without `#`.
    pub tags: Json<Vec<String>>,
    /// The version of its text.
    pub text_version: i32,
    /// How far it has been brought. Ask [`Consultation::phase`] where it stands.
    pub state: State,
    /// When it opens; when published if `None`.
    pub opens_at: Option<Instant>,
    /// When it closes; never, for a debate without end.
    pub closes_at: Option<Instant>,
    /// When an answer is promised.
    pub answer_by: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was published.
    pub published_at: Option<Instant>,
    /// When it opened.
    pub opened_at: Option<Instant>,
    /// When it was closed and its count drained.
    pub closed_at: Option<Instant>,
    /// The last edit by a person since publishing.
    pub edited_at: Option<Instant>,
    /// When the first ballot locked method, options and electorate.
    pub locked_at: Option<Instant>,
    /// Whether it is an example, and says so.
    pub example: bool,
    /// Where an import came from.
    pub source: Option<Json<serde_json::Value>>,
    /// How many comments are visible.
    pub comment_count: i32,
    /// Grows with every change that a page shows, but the tally's.
    pub version: i64,
    /// Whether ballots name their voters.
    pub ballots: Ballots,
}

impl Consultation {
    /// Where it stands at `now`: by the clock, whether or not the job that opens and closes has run.
    #[must_use]
    pub fn phase(&self, now: Instant) -> Phase {
        match self.state {
            State::Draft => Phase::Draft,
            State::Closed => Phase::Closed,
            State::Concluded => Phase::Concluded,
            State::Cancelled => Phase::Cancelled,
            State::Archived => Phase::Archived,
            State::Scheduled | State::Open => {
                if self.closes_at.is_some_and(|at| at <= now) {
                    Phase::Closed
                } else if self.opens_at.is_some_and(|at| at > now) {
                    Phase::Scheduled
                } else {
                    Phase::Open
                }
            }
        }
    }

    /// Whether other servers are shown a `Question`: the method fits one and the open tier is admitted.
    #[must_use]
    pub fn has_question(&self) -> bool {
        let secret = self.ballots == Ballots::Secret;
        secret && self.method.0.is_question() && self.electorate.0.admits(crate::count::electorate::Tier::Open)
    }
}

/// Who may change this consultation: the authors of its forum, and who proposed it as long as that may be done here.
///
/// # Errors
/// What an author would be refused with.
pub fn may_write(by: &Standing, forum: &Forum, on: &Consultation) -> Result<()> {
    let own = by.account.as_ref().is_some_and(|account| on.created_by == Some(account.id));
    if own && by.may(Act::Propose, Some(forum)).is_ok() { Ok(()) } else { by.may(Act::Author, Some(forum)) }
}

/// Lists, codes and providers are the forum's: who only proposes asks for an account, or leaves what an author has set.
fn may_require(by: &Standing, forum: &Forum, wanted: &Electorate, before: Option<&Electorate>) -> Result<()> {
    let plain = wanted.requires == Requires::Account || before == Some(wanted);
    if plain { Ok(()) } else { by.may(Act::Author, Some(forum)) }
}

/// The consultation as it is now, held until the transaction ends: what was read before may have been published, or
/// have its first ballot, since.
pub(crate) async fn held(tx: &mut Tx, id: Id<Consultation>) -> Result<Consultation> {
    dialect::hold_consultation(tx, id).await?;
    by_id(tx, id).await
}

/// The consultation as it is now, kept from being closed until the transaction ends.
pub(crate) async fn shared(tx: &mut Tx, id: Id<Consultation>) -> Result<Consultation> {
    dialect::share_consultation(tx, id).await?;
    by_id(tx, id).await
}

/// Writes a draft: an author in the name of the forum's official account, anybody else who may propose in their own.
///
/// # Errors
/// When `by` may not, or a field is not as it should be.
pub async fn create(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, draft: Draft) -> Result<Consultation> {
    by.may(Act::Propose, Some(forum))?;
    let draft = draft.check(now, None)?;
    write(tx, now, by, forum, &draft).await
}

/// Keeps a new draft whose fields were checked.
async fn write(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, draft: &Draft) -> Result<Consultation> {
    may_require(by, forum, &draft.electorate, None)?;
    draft.electorate.check_in(tx, forum).await?;
    let author = match by.account.as_ref().filter(|_| by.may(Act::Author, Some(forum)).is_err()) {
        Some(proposer) => {
            ban::open(tx, now, forum.id, proposer.actor_id).await?;
            proposer.actor_id
        }
        None => forum::official(tx, forum).await?.id,
    };
    let mut it = draft.consultation(now, forum, author, by.account.as_ref());
    it.slug = rows::free_slug(tx, &it).await?;
    insert(tx, &it).await?;
    text::keep(tx, &Text::first(now, it.id, &draft.markdown())).await?;
    audit::note(tx, now, by.account.as_ref(), "consultation.create", &it.slug, Some(author)).await?;
    Ok(it)
}

/// Changes a consultation: a draft freely; once published, what voters read (a new version of the text); never the
/// closing date, which is extended instead; after the first ballot neither the question, its text and its brief, which
/// are corrected instead, nor method and electorate.
///
/// # Errors
/// When `by` may not, a field is not as it should be, or [`Refusal::Locked`].
pub async fn edit(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    forum: &Forum,
    on: &Consultation,
    draft: Draft,
) -> Result<Consultation> {
    may_write(by, forum, on)?;
    let on = &held(tx, on.id).await?;
    let (draft, text) = match on.state {
        State::Draft => {
            let draft = draft.check(now, Some(&on.method.0))?;
            let text = Text::first(now, on.id, &draft.markdown());
            (draft, text)
        }
        _ => {
            let before = text::history(tx, on.id).await?;
            let latest = text::version(tx, on.id, on.text_version).await?;
            let (draft, text) = draft.check_published(now, on, &latest, &before)?;
            if let Some((opens, closes)) = draft.opens_at.filter(|at| Some(*at) != on.opens_at).zip(draft.closes_at) {
                life::long_enough(forum, opens, closes)?;
            }
            (draft, text)
        }
    };
    may_require(by, forum, &draft.electorate, Some(&on.electorate.0))?;
    draft.electorate.check_in(tx, forum).await?;
    text::keep(tx, &text).await?;
    let it = rows::rewrite(tx, now, on, &draft, text.version).await?;
    audit::note(tx, now, by.account.as_ref(), "consultation.edit", &it.slug, Some(it.author_id)).await?;
    if it.state != State::Draft && forum.visibility.is_federated() {
        job::enqueue(tx, now, Job::Edit { forum: forum.id, consultation: it.id }, When::Now).await?;
    }
    Ok(it)
}

/// Deletes a draft.
///
/// # Errors
/// When `by` may not, or [`Refusal::Locked`] once published.
pub async fn delete(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, on: &Consultation) -> Result<()> {
    may_write(by, forum, on)?;
    let on = &held(tx, on.id).await?;
    if on.state != State::Draft {
        return Err(Refusal::Locked(Instead::Cancel).into());
    }
    attachment::forget(tx, on.id).await?;
    rows::delete(tx, on.id).await?;
    audit::note(tx, now, by.account.as_ref(), "consultation.delete", &on.slug, Some(on.author_id)).await
}

/// A consultation with all that a page needs to decide what to show.
#[derive(Debug, Clone)]
pub struct View {
    /// It.
    pub consultation: Consultation,
    /// Its forum.
    pub forum: Forum,
    /// What the visitor is there.
    pub standing: Standing,
}

/// The consultation of that slug as `account` may see it: private ones and drafts are not there for others.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn view(conn: &mut Conn, slug: &str, account: Option<&Account>) -> Result<View> {
    let consultation = by_slug(conn, slug).await?;
    let forum = forum::by_id(conn, consultation.forum_id).await?;
    let standing = forum::standing(conn, &forum, account).await?;
    View::of(consultation, forum, standing)
}

impl View {
    /// The same, if whoever stands there may see it.
    pub(super) fn of(consultation: Consultation, forum: Forum, standing: Standing) -> Result<Self> {
        let hidden = consultation.state == State::Draft && may_write(&standing, &forum, &consultation).is_err();
        if hidden || !standing.sees(&forum) {
            return Err(Error::NotFound);
        }
        Ok(Self { consultation, forum, standing })
    }
}
