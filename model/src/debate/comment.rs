//! Comments: from here and elsewhere, with replies.

pub mod order;
pub mod score;
pub mod thread;

mod received;
mod rows;
mod tombstone;
mod veil;
mod version;

use diesel::prelude::*;
use serde_json::Value;

use super::consultation::{self, Consultation, Phase, State as Lifecycle};
use super::forum::Forum;
use super::{ban, held, lock, text};
use crate::care::{audit, notice};
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Change, Job, When};
use crate::people::actor::{self, Actor};
use crate::people::role::{Act, Standing};
use crate::store::schema::comments;
use crate::store::types::words;
use crate::store::{Conn, Json, Tx};

use received::bounded;
pub(super) use received::release;
pub use received::{Remote, receive};
pub use rows::{by_id, by_ids, by_uri, latest_of, list, of_actor};
pub(crate) use rows::{count_opinions, score_earlier};
pub use tombstone::{delete, hide, retract};
pub(crate) use tombstone::{hide_all, restore, retract_all};
pub(super) use version::edited;
pub(crate) use version::reword;
pub use version::{Version, edit, revise, versions};

/// The longest comment, in characters.
pub const LONGEST: usize = 5000;
/// The longest HTML taken from elsewhere, in characters.
pub const HTML_LONGEST: usize = 40_000;

words! {
    /// What a comment argues.
    pub enum Stance {
        /// For.
        For = "for",
        /// Against.
        Against = "against",
        /// It asks.
        Question = "question",
    }
}

words! {
    /// Whether a comment is shown.
    pub enum State {
        /// Shown.
        Visible = "visible",
        /// Hidden by a moderator, or rejected where it was imported from.
        Hidden = "hidden",
        /// Deleted: a tombstone.
        Deleted = "deleted",
        /// It waits to be read by a moderator. Only who has just written it is told so: it is kept apart ([`held`]).
        Held = "held",
    }
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = comments)]
pub struct Comment {
    /// Key.
    pub id: Id<Comment>,
    /// On what.
    pub consultation_id: Id<Consultation>,
    /// Whose.
    pub actor_id: Id<Actor>,
    /// What it replies to.
    pub parent_id: Option<Id<Comment>>,
    /// Its id at the origin, of remote ones.
    pub uri: Option<String>,
    /// Its page at the origin, of remote ones.
    pub url: Option<String>,
    /// As written; of remote ones, the words of the HTML.
    pub markdown: String,
    /// As shown: sanitised.
    pub html: String,
    /// Its language (BCP 47).
    pub language: Option<String>,
    /// What it argues.
    pub stance: Option<Stance>,
    /// Whether it is shown.
    pub state: State,
    /// Why not.
    pub reason: Option<String>,
    /// Whether it is an official answer.
    pub official: bool,
    /// How many agree.
    pub agrees: i32,
    /// How many disagree.
    pub disagrees: i32,
    /// How many pass.
    pub passes: i32,
    /// Where an import came from.
    pub source: Option<Json<Value>>,
    /// When it was written.
    pub published_at: Instant,
    /// When it was last edited.
    pub updated_at: Option<Instant>,
    /// When it came to this node.
    pub received_at: Instant,
    /// The anchor of the article of the text to which it refers.
    pub article: Option<String>,
    /// How many replies to it are shown, not counting replies to those.
    pub replies: i32,
    /// By how much it is agreed with: [`score::agreement`].
    pub agreement: i32,
    /// How far it divides: [`score::division`].
    pub division: i32,
}

/// What somebody writes.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// In Markdown.
    pub text: String,
    /// What it argues.
    pub stance: Option<Stance>,
    /// What it replies to.
    pub parent: Option<Id<Comment>>,
    /// Its language.
    pub language: Option<String>,
    /// The anchor of the article to which it refers.
    pub article: Option<String>,
}

fn check(words: &str) -> Result<()> {
    if words.trim().is_empty() {
        return Err(Error::field("text", "required", "Write something first."));
    }
    if words.chars().count() > LONGEST {
        return Err(Refusal::TooLong.into());
    }
    Ok(())
}

/// Whether the debate takes comments: from publishing until closing; official answers until it is archived.
fn takes_comments(now: Instant, on: &Consultation, official: bool) -> Result<()> {
    match on.phase(now) {
        Phase::Draft => Err(Refusal::NotPublished.into()),
        Phase::Scheduled | Phase::Open => Ok(()),
        Phase::Closed | Phase::Concluded | Phase::Cancelled if official => Ok(()),
        over => Err(over.refusal().into()),
    }
}

async fn parent(conn: &mut Conn, on: &Consultation, id: Option<Id<Comment>>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    match by_id(conn, id).await {
        Ok(parent) if parent.consultation_id == on.id && parent.state == State::Visible => Ok(()),
        Ok(_) | Err(Error::NotFound) => Err(Refusal::ParentElsewhere.into()),
        Err(error) => Err(error),
    }
}

/// A comment may refer to an article of the text as it stands. The one place that asks.
async fn article(conn: &mut Conn, on: &Consultation, anchor: Option<&str>) -> Result<()> {
    let Some(anchor) = anchor else { return Ok(()) };
    let text = text::version(conn, on.id, on.text_version).await?;
    let is_there = text.articles.0.iter().any(|article| article.anchor == anchor);
    if is_there { Ok(()) } else { Err(Refusal::UnknownArticle.into()) }
}

/// Writes a comment. With the first that is shown, the author gets a public actor. In a forum whose comments are read first
/// it waits, in the state [`State::Held`].
///
/// # Errors
/// When `by` may not comment here; `banned`, `comments-closed`, `closed`, `not-published`, `too-long`, `parent-elsewhere`,
/// an empty text.
pub async fn post(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    on: &Consultation,
    by: &Standing,
    draft: &Draft,
) -> Result<Comment> {
    by.may(Act::Comment, Some(forum))?;
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    ban::open(tx, now, forum.id, account.actor_id).await?;
    lock::open(tx, on.id).await?;
    let comment = written(tx, now, on, account.actor_id, draft, false).await?;
    // Whoever speaks for the forum is not read by itself first.
    if held::is_on(tx, forum.id).await? && by.may(Act::Author, Some(forum)).is_err() {
        return held::keep(tx, forum.id, &comment).await;
    }
    show(tx, now, forum, comment).await
}

/// Writes an official answer, in the name of the forum's official account.
///
/// # Errors
/// As [`post`]; `by` must be an author.
pub async fn answer(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    on: &Consultation,
    by: &Standing,
    draft: &Draft,
) -> Result<Comment> {
    by.may(Act::Author, Some(forum))?;
    let official = super::forum::official(tx, forum).await?;
    let comment = written(tx, now, on, official.id, draft, true).await?;
    let comment = show(tx, now, forum, comment).await?;
    audit::note(tx, now, by.account.as_ref(), "comment.answer", &comment.id.to_string(), Some(official.id)).await?;
    Ok(comment)
}

/// A comment written here, checked and not yet shown.
async fn written(
    conn: &mut Conn,
    now: Instant,
    on: &Consultation,
    author: Id<Actor>,
    draft: &Draft,
    official: bool,
) -> Result<Comment> {
    takes_comments(now, on, official)?;
    check(&draft.text)?;
    if draft.language.as_deref().is_some_and(|tag| !crate::care::setup::is_language(tag)) {
        return Err(Error::field("language", "format", "Write a language such as fr or en."));
    }
    parent(conn, on, draft.parent).await?;
    article(conn, on, draft.article.as_deref()).await?;
    Ok(Comment {
        id: Id::new(now),
        consultation_id: on.id,
        actor_id: author,
        parent_id: draft.parent,
        uri: None,
        url: None,
        markdown: draft.text.replace("\r\n", "\n"),
        html: text::render(&draft.text),
        language: draft.language.clone().or_else(|| Some(on.language.clone())),
        stance: draft.stance,
        state: State::Visible,
        reason: None,
        official,
        agrees: 0,
        disagrees: 0,
        passes: 0,
        source: None,
        published_at: now,
        updated_at: None,
        received_at: now,
        article: draft.article.clone(),
        replies: 0,
        agreement: 0,
        division: 0,
    })
}

/// Shows a comment written here, and has others told.
async fn show(tx: &mut Tx, now: Instant, forum: &Forum, comment: Comment) -> Result<Comment> {
    rows::insert(tx, &comment).await?;
    consultation::count_comment(tx, comment.consultation_id, 1).await?;
    notice::answered(tx, now, &comment).await?;
    if forum.visibility.is_federated() {
        actor::publish(tx, now, comment.actor_id).await?;
        tell(tx, now, forum, comment.id, Change::Created).await?;
    }
    Ok(comment)
}

async fn tell(tx: &mut Tx, now: Instant, forum: &Forum, comment: Id<Comment>, change: Change) -> Result<()> {
    if forum.visibility.is_federated() {
        job::enqueue(tx, now, Job::Comment { forum: forum.id, comment, change }, When::Now).await?;
    }
    Ok(())
}

fn own(by: &Standing, comment: &Comment) -> Result<()> {
    let own = by.account.as_ref().is_some_and(|a| a.actor_id == comment.actor_id);
    if own && comment.state == State::Visible { Ok(()) } else { Err(Refusal::NotAllowed.into()) }
}

/// Whether a comment may be shown with its consultation; kept here so that no surface forgets a draft.
#[must_use]
pub fn is_shown(on: &Consultation, comment: &Comment) -> bool {
    on.state != Lifecycle::Draft && comment.state == State::Visible
}
