//! Edits, and what a comment said before each: anybody can read it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Comment, State, bounded, check, own, takes_comments, tell};
use crate::clock::Instant;
use crate::data::search;
use crate::debate::consultation::{self, Consultation};
use crate::debate::forum::Forum;
use crate::debate::text;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::job::Change;
use crate::people::actor::Actor;
use crate::people::role::{Act, Standing};
use crate::store::schema::{comment_versions, comments};
use crate::store::{Conn, Tx, on};

/// What a comment said before an edit.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = comment_versions)]
pub struct Version {
    /// Of which comment.
    pub comment_id: Id<Comment>,
    /// From 1.
    pub version: i32,
    /// As written.
    pub markdown: String,
    /// As shown: sanitised.
    pub html: String,
    /// When that was written.
    pub written_at: Instant,
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
    takes_comments(now, on, false)?;
    check(words)?;
    let edited = rewrite(tx, now, comment, &words.replace("\r\n", "\n"), &text::render(words)).await?;
    tell(tx, now, forum, comment.id, Change::Updated).await?;
    Ok(edited)
}

/// Takes in an edit from elsewhere, by the author's own server, made at `edited` as that says. Edits may arrive in any order:
/// an older one changes nothing.
///
/// # Errors
/// [`Refusal::NotAllowed`] by somebody else, [`Refusal::Outdated`], and as [`receive`].
pub async fn revise(
    tx: &mut Tx,
    now: Instant,
    author: Id<Actor>,
    comment: &Comment,
    html: &str,
    edited: Option<Instant>,
) -> Result<Comment> {
    if comment.actor_id != author || comment.state != State::Visible {
        return Err(Refusal::NotAllowed.into());
    }
    let (words, html) = self::edited(comment.updated_at, edited, html)?;
    rewrite(tx, edited.map_or(now, |at| at.min(now)), comment, &words, &html).await
}

/// The words and the HTML of an edit from elsewhere, made at `edited`, of what was last edited at `kept`.
pub(in crate::debate) fn edited(
    kept: Option<Instant>,
    edited: Option<Instant>,
    html: &str,
) -> Result<(String, String)> {
    if kept.zip(edited).is_some_and(|(kept, told)| told < kept) {
        return Err(Refusal::Outdated.into());
    }
    let html = bounded(html)?;
    let words = text::plain(&html);
    check(&words)?;
    Ok((words, html))
}

/// Puts other words into an official answer, because what it tells of has changed.
///
/// # Errors
/// What is wrong with the words.
pub(crate) async fn reword(tx: &mut Tx, now: Instant, forum: &Forum, comment: &Comment, words: &str) -> Result<()> {
    check(words)?;
    rewrite(tx, now, comment, words, &text::render(words)).await?;
    tell(tx, now, forum, comment.id, Change::Updated).await
}

/// What was said before is kept beside what is said now; the same words again are no edit.
async fn rewrite(tx: &mut Tx, now: Instant, comment: &Comment, markdown: &str, html: &str) -> Result<Comment> {
    if comment.markdown == markdown && comment.html == html {
        return Ok(comment.clone());
    }
    keep(tx, comment).await?;
    let conn: &mut Conn = tx;
    let edited = on!(conn, |c| diesel::update(comments::table.find(comment.id))
        .set((comments::markdown.eq(markdown), comments::html.eq(html), comments::updated_at.eq(Some(now))))
        .returning(Comment::as_returning())
        .get_result(c)
        .await)?;
    search::keep_comment(tx, &edited).await?;
    consultation::count_comment(tx, comment.consultation_id, 0).await?;
    Ok(edited)
}

async fn keep(tx: &mut Tx, comment: &Comment) -> Result<()> {
    let conn: &mut Conn = tx;
    // Taken first: two edits at once wait for each other instead of being the same version.
    on!(conn, |c| diesel::update(comments::table.find(comment.id))
        .set(comments::updated_at.eq(comments::updated_at))
        .execute(c)
        .await)?;
    let last: Option<i32> = on!(conn, |c| comment_versions::table
        .filter(comment_versions::comment_id.eq(comment.id))
        .select(diesel::dsl::max(comment_versions::version))
        .first(c)
        .await)?;
    let earlier = Version {
        comment_id: comment.id,
        version: last.unwrap_or(0) + 1,
        markdown: comment.markdown.clone(),
        html: comment.html.clone(),
        written_at: comment.updated_at.unwrap_or(comment.published_at),
    };
    on!(conn, |c| diesel::insert_into(comment_versions::table).values(&earlier).execute(c).await)?;
    Ok(())
}

/// The earlier versions of a comment, at most `limit` after that version, oldest first. A deleted comment has none left.
///
/// # Errors
/// When the database fails.
pub async fn versions(conn: &mut Conn, of: Id<Comment>, after: i32, limit: i64) -> Result<Vec<Version>> {
    Ok(on!(conn, |c| comment_versions::table
        .filter(comment_versions::comment_id.eq(of).and(comment_versions::version.gt(after)))
        .order(comment_versions::version)
        .limit(limit)
        .select(Version::as_select())
        .load(c)
        .await)?)
}

/// The words of a deleted comment are gone, those of before too.
pub(super) async fn forget(conn: &mut Conn, of: Id<Comment>) -> Result<()> {
    on!(conn, |c| diesel::delete(comment_versions::table.filter(comment_versions::comment_id.eq(of)))
        .execute(c)
        .await)?;
    Ok(())
}
