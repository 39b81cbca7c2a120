//! Comments: from here and elsewhere, with replies.

mod rows;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::consultation::{self, Consultation, Phase, State as Lifecycle};
use super::forum::Forum;
use super::text;
use crate::care::audit;
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Change, Job, When};
use crate::people::actor::{self, Actor};
use crate::people::role::{Act, Standing};
use crate::store::schema::comments;
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

pub(crate) use rows::insert;
pub use rows::{Order, by_id, by_uri, list, of_actor, replies, stances, top, top_of};

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
}

/// What somebody writes.
#[derive(Debug, Clone)]
pub struct Draft {
    /// In Markdown.
    pub text: String,
    /// What it argues.
    pub stance: Option<Stance>,
    /// What it replies to.
    pub parent: Option<Id<Comment>>,
    /// Its language.
    pub language: Option<String>,
}

/// What comes from elsewhere, checked and bounded by `federation`.
#[derive(Debug, Clone)]
pub struct Remote {
    /// Its id.
    pub uri: String,
    /// Its page.
    pub url: Option<String>,
    /// Its HTML, as sent.
    pub html: String,
    /// What it replies to here; `None`: the consultation itself.
    pub parent: Option<Id<Comment>>,
    /// Its language.
    pub language: Option<String>,
    /// When it was written.
    pub published: Instant,
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

/// Whether the debate takes comments: from publishing until closing.
fn takes_comments(now: Instant, on: &Consultation) -> Result<()> {
    match on.phase(now) {
        Phase::Draft => Err(Refusal::NotPublished.into()),
        Phase::Closed => Err(Refusal::Closed.into()),
        Phase::Scheduled | Phase::Open => Ok(()),
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

/// Writes a comment. With the first, the author gets a public actor.
///
/// # Errors
/// When `by` may not comment here; `closed`, `not-published`, `too-long`, `parent-elsewhere`, an empty text.
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
    write(tx, now, forum, on, account.actor_id, draft, false).await
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
    let comment = write(tx, now, forum, on, official.id, draft, true).await?;
    audit::note(tx, now, by.account.as_ref(), "comment.answer", &comment.id.to_string(), Some(official.id)).await?;
    Ok(comment)
}

async fn write(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    on: &Consultation,
    author: Id<Actor>,
    draft: &Draft,
    official: bool,
) -> Result<Comment> {
    takes_comments(now, on)?;
    check(&draft.text)?;
    if draft.language.as_deref().is_some_and(|tag| !crate::care::setup::is_language(tag)) {
        return Err(Error::field("language", "format", "Write a language such as fr or en."));
    }
    parent(tx, on, draft.parent).await?;
    let comment = Comment {
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
    };
    insert(tx, &comment).await?;
    consultation::count_comment(tx, on.id, 1).await?;
    if forum.visibility.is_federated() {
        actor::publish(tx, now, author).await?;
        tell(tx, now, forum, comment.id, Change::Created).await?;
    }
    Ok(comment)
}

async fn tell(tx: &mut Tx, now: Instant, forum: &Forum, comment: Id<Comment>, change: Change) -> Result<()> {
    if forum.visibility.is_federated() {
        job::enqueue(tx, now, Job::Comment { comment, change }, When::Now).await?;
    }
    Ok(())
}

/// Takes in a comment from elsewhere; the same one again is answered as it is.
///
/// # Errors
/// `not-eligible` in a forum that takes none from outside, and as [`post`].
pub async fn receive(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    on: &Consultation,
    author: Id<Actor>,
    remote: &Remote,
) -> Result<Comment> {
    use super::forum::Visibility;
    if let Some(there) = by_uri(tx, &remote.uri).await? {
        return Ok(there);
    }
    if !matches!(forum.visibility, Visibility::Public | Visibility::Collaborative) {
        return Err(Refusal::NotEligible.into());
    }
    takes_comments(now, on)?;
    let html = bounded(&remote.html)?;
    let markdown = text::plain(&html);
    check(&markdown)?;
    parent(tx, on, remote.parent).await?;
    let comment = Comment {
        id: Id::new(now),
        consultation_id: on.id,
        actor_id: author,
        parent_id: remote.parent,
        uri: Some(remote.uri.clone()),
        url: remote.url.clone(),
        markdown,
        html,
        language: remote.language.clone().filter(|tag| crate::care::setup::is_language(tag)),
        stance: None,
        state: State::Visible,
        reason: None,
        official: false,
        agrees: 0,
        disagrees: 0,
        passes: 0,
        source: None,
        published_at: remote.published.min(now),
        updated_at: None,
        received_at: now,
    };
    insert(tx, &comment).await?;
    consultation::count_comment(tx, on.id, 1).await?;
    Ok(comment)
}

fn bounded(html: &str) -> Result<String> {
    if html.chars().count() > HTML_LONGEST {
        return Err(Refusal::TooLong.into());
    }
    Ok(text::sanitise(html))
}

/// Edits one's own comment.
///
/// # Errors
/// [`Refusal::NotAllowed`] on somebody else's, and as [`post`].
pub async fn edit(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    on: &Consultation,
    by: &Standing,
    comment: &Comment,
    words: &str,
) -> Result<Comment> {
    by.may(Act::Comment, Some(forum))?;
    own(by, comment)?;
    takes_comments(now, on)?;
    check(words)?;
    let edited = rewrite(tx, now, comment, &words.replace("\r\n", "\n"), &text::render(words)).await?;
    tell(tx, now, forum, comment.id, Change::Updated).await?;
    Ok(edited)
}

fn own(by: &Standing, comment: &Comment) -> Result<()> {
    let own = by.account.as_ref().is_some_and(|a| a.actor_id == comment.actor_id);
    if own && comment.state == State::Visible { Ok(()) } else { Err(Refusal::NotAllowed.into()) }
}

/// Takes in an edit from elsewhere, by the author's own server.
///
/// # Errors
/// [`Refusal::NotAllowed`] by somebody else, and as [`receive`].
pub async fn revise(tx: &mut Tx, now: Instant, author: Id<Actor>, comment: &Comment, html: &str) -> Result<Comment> {
    if comment.actor_id != author || comment.state != State::Visible {
        return Err(Refusal::NotAllowed.into());
    }
    let html = bounded(html)?;
    let words = text::plain(&html);
    check(&words)?;
    rewrite(tx, now, comment, &words, &html).await
}

async fn rewrite(tx: &mut Tx, now: Instant, comment: &Comment, markdown: &str, html: &str) -> Result<Comment> {
    let conn: &mut Conn = tx;
    let edited = on!(conn, |c| diesel::update(comments::table.find(comment.id))
        .set((comments::markdown.eq(markdown), comments::html.eq(html), comments::updated_at.eq(Some(now))))
        .returning(Comment::as_returning())
        .get_result(c)
        .await)?;
    consultation::count_comment(tx, comment.consultation_id, 0).await?;
    Ok(edited)
}

/// Deletes one's own comment, or as a moderator hides somebody's with a reason. What stays is a tombstone.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub async fn delete(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    by: &Standing,
    comment: &Comment,
    reason: Option<&str>,
) -> Result<()> {
    if own(by, comment).is_ok() {
        end(tx, now, comment, State::Deleted, None).await?;
    } else {
        by.may(Act::Moderate, Some(forum))?;
        let reason = reason.map(str::trim).filter(|r| !r.is_empty());
        let reason = reason
            .ok_or_else(|| Error::field("reason", "required", "Say why: the author and the public log read it."))?;
        end(tx, now, comment, State::Hidden, Some(reason)).await?;
        audit::note(tx, now, by.account.as_ref(), "comment.hide", &comment.id.to_string(), None).await?;
    }
    tell(tx, now, forum, comment.id, Change::Deleted).await
}

/// The author's own server, or the author leaving, deletes a comment.
///
/// # Errors
/// [`Refusal::NotAllowed`] by somebody else.
pub async fn retract(tx: &mut Tx, now: Instant, author: Id<Actor>, comment: &Comment) -> Result<()> {
    if comment.actor_id != author {
        return Err(Refusal::NotAllowed.into());
    }
    end(tx, now, comment, State::Deleted, None).await
}

async fn end(tx: &mut Tx, now: Instant, comment: &Comment, state: State, reason: Option<&str>) -> Result<()> {
    let conn: &mut Conn = tx;
    let shown = comments::table.find(comment.id).filter(comments::state.eq(State::Visible));
    // A deleted comment's words are gone; a hidden one's stay for those who moderate.
    let words = if state == State::Deleted {
        (String::new(), String::new())
    } else {
        (comment.markdown.clone(), comment.html.clone())
    };
    let ended = on!(conn, |c| diesel::update(shown)
        .set((
            comments::state.eq(state),
            comments::reason.eq(reason),
            comments::markdown.eq(&words.0),
            comments::html.eq(&words.1),
            comments::updated_at.eq(Some(now)),
        ))
        .execute(c)
        .await)?;
    if ended == 1 {
        consultation::count_comment(tx, comment.consultation_id, -1).await?;
    }
    Ok(())
}

/// Whether a comment may be shown with its consultation; kept here so that no surface forgets a draft.
#[must_use]
pub fn is_shown(on: &Consultation, comment: &Comment) -> bool {
    on.state != Lifecycle::Draft && comment.state == State::Visible
}
