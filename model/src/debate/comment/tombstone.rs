//! The end of a comment: its author deletes it, or a moderator hides it and says why in public. A tombstone stays, since
//! replies hang on it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Comment, State, own, rows, tell, version};
use crate::care::audit;
use crate::care::decision::{self, Made};
use crate::clock::Instant;
use crate::data::search;
use crate::debate::consultation;
use crate::debate::forum::{self, Forum};
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::Change;
use crate::people::actor::Actor;
use crate::people::role::{Act, Standing};
use crate::store::schema::comments;
use crate::store::{Conn, Tx, on};

/// The longest reason, in characters.
const REASON_LONGEST: usize = 500;

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
        return hide(tx, now, forum, by, comment, reason.unwrap_or_default()).await;
    }
    tell(tx, now, forum, comment.id, Change::Deleted).await
}

/// Hides a comment as a moderator, for a reason that its author and everybody else reads.
///
/// # Errors
/// [`Refusal::NotAllowed`]; a reason that is missing or too long.
pub async fn hide(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    by: &Standing,
    comment: &Comment,
    reason: &str,
) -> Result<()> {
    by.may(Act::Moderate, Some(forum))?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::field("reason", "required", "Say why: the author and the public log read it."));
    }
    if reason.chars().count() > REASON_LONGEST {
        return Err(Error::field("reason", "too-long", format!("Use at most {REASON_LONGEST} characters.")));
    }
    let shown = comment.state == State::Visible;
    end(tx, now, comment, State::Hidden, Some(reason)).await?;
    if shown {
        let made = Made {
            forum: Some(forum.id),
            comment: Some(comment.id),
            actor: Some(comment.actor_id),
            ..Made::new(decision::Act::Hide, reason)
        };
        decision::record(tx, now, by.account.as_ref(), made).await?;
    }
    audit::note(tx, now, by.account.as_ref(), "comment.hide", &comment.id.to_string(), None).await?;
    tell(tx, now, forum, comment.id, Change::Deleted).await
}

/// Shows again what was hidden, when the decision is taken back. Whoever calls has asked who may.
///
/// # Errors
/// [`Refusal::NotUndoable`] where its author has since taken its words away.
pub(crate) async fn restore(tx: &mut Tx, now: Instant, forum: &Forum, id: Id<Comment>) -> Result<()> {
    let hidden = comments::table.find(id).filter(comments::state.eq(State::Hidden).and(comments::markdown.ne("")));
    let conn: &mut Conn = tx;
    let shown: Option<Comment> = on!(conn, |c| diesel::update(hidden)
        .set((comments::state.eq(State::Visible), comments::reason.eq(None::<String>)))
        .returning(Comment::as_returning())
        .get_result(c)
        .await
        .optional())?;
    let shown = shown.ok_or(Refusal::NotUndoable)?;
    search::keep_comment(tx, &shown).await?;
    rows::count_reply(tx, shown.parent_id, 1).await?;
    consultation::count_comment(tx, shown.consultation_id, 1).await?;
    tell(tx, now, forum, id, Change::Created).await
}

/// Hides all that somebody wrote in a forum, when a ban takes it away. Whoever calls has asked who may.
pub(crate) async fn hide_all(tx: &mut Tx, now: Instant, forum: &Forum, author: Id<Actor>, reason: &str) -> Result<()> {
    for comment in rows::of_actor(tx, author).await? {
        let on = consultation::by_id(tx, comment.consultation_id).await?;
        if on.forum_id == forum.id {
            end(tx, now, &comment, State::Hidden, Some(reason)).await?;
            tell(tx, now, forum, comment.id, Change::Deleted).await?;
        }
    }
    Ok(())
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

/// Deletes all that somebody of this node wrote, because they leave and take it with them.
pub(crate) async fn retract_all(tx: &mut Tx, now: Instant, author: Id<Actor>) -> Result<()> {
    for comment in rows::of_actor(tx, author).await? {
        end(tx, now, &comment, State::Deleted, None).await?;
        let on = consultation::by_id(tx, comment.consultation_id).await?;
        let forum = forum::by_id(tx, on.forum_id).await?;
        tell(tx, now, &forum, comment.id, Change::Deleted).await?;
    }
    Ok(())
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
    if state == State::Deleted {
        version::forget(tx, comment.id).await?;
        forget_hidden(tx, comment.id).await?;
    }
    if ended == 1 {
        search::forget(tx, comment.id.uuid()).await?;
        rows::count_reply(tx, comment.parent_id, -1).await?;
        consultation::count_comment(tx, comment.consultation_id, -1).await?;
    }
    Ok(())
}

/// What a moderator hid stays hidden with the reason, but its words go when their author wants it.
async fn forget_hidden(conn: &mut Conn, id: Id<Comment>) -> Result<()> {
    let hidden = comments::table.find(id).filter(comments::state.eq(State::Hidden));
    on!(conn, |c| diesel::update(hidden).set((comments::markdown.eq(""), comments::html.eq(""))).execute(c).await)?;
    Ok(())
}
