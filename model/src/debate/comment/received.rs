//! Comments from elsewhere: taken in, or shown once they were read.

use super::{Comment, HTML_LONGEST, State, by_uri, check, parent, rows, show, takes_comments};
use crate::care::notice;
use crate::clock::Instant;
use crate::debate::consultation::{self, Consultation};
use crate::debate::forum::Forum;
use crate::debate::{ban, held, lock, text};
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::actor::Actor;
use crate::store::Tx;

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
    /// When it was last edited.
    pub updated: Option<Instant>,
}

/// Shows a comment that waited. One from elsewhere is passed on as the activity that brought it.
pub(in crate::debate) async fn release(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    on: &Consultation,
    comment: Comment,
    activity: Option<String>,
) -> Result<Comment> {
    takes_comments(now, on, false)?;
    parent(tx, on, comment.parent_id).await?;
    if comment.uri.is_none() {
        return show(tx, now, forum, comment).await;
    }
    rows::insert(tx, &comment).await?;
    consultation::count_comment(tx, on.id, 1).await?;
    notice::answered(tx, now, &comment).await?;
    if let Some(activity) = activity {
        job::enqueue(tx, now, Job::Carry { forum: forum.id, activity }, When::Now).await?;
    }
    Ok(comment)
}

/// Takes in a comment from elsewhere; the same one again is answered as it is. In a forum whose comments are read first it
/// waits, in the state [`State::Held`].
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
    use crate::debate::forum::Visibility;
    if let Some(there) = by_uri(tx, &remote.uri).await? {
        return Ok(there);
    }
    if let Some(waits) = held::by_uri(tx, &remote.uri).await? {
        return Ok(waits.comment(State::Held));
    }
    if !matches!(forum.visibility, Visibility::Public | Visibility::Collaborative) {
        return Err(Refusal::NotEligible.into());
    }
    takes_comments(now, on, false)?;
    ban::open(tx, now, forum.id, author).await?;
    lock::open(tx, on.id).await?;
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
        updated_at: remote.updated.map(|at| at.min(now)),
        received_at: now,
        article: None,
        replies: 0,
        agreement: 0,
        division: 0,
    };
    if held::is_on(tx, forum.id).await? {
        return held::keep(tx, forum.id, &comment).await;
    }
    rows::insert(tx, &comment).await?;
    consultation::count_comment(tx, on.id, 1).await?;
    notice::answered(tx, now, &comment).await?;
    Ok(comment)
}

pub(super) fn bounded(html: &str) -> Result<String> {
    if html.chars().count() > HTML_LONGEST {
        return Err(Refusal::TooLong.into());
    }
    Ok(text::sanitise(html))
}
