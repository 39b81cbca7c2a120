//! Comments that are read before they are shown, in forums that ask for it. What waits is no comment yet: it stands in a
//! table of its own, so that no page, file, feed or document can show it by oversight.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::comment::{self, Comment, Stance, State};
use super::consultation::{self, Consultation};
use super::forum::{self, Forum};
use crate::care::decision::{self, Made};
use crate::care::{audit, punctuality, report};
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::network::follow;
use crate::people::actor::{self, Actor};
use crate::people::role::{Act, Standing};
use crate::store::schema::{actors, held_comments, premoderated};
use crate::store::{Conn, Tx, on};

/// A comment that waits.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = held_comments)]
pub struct Held {
    /// The key that the comment will have.
    pub id: Id<Comment>,
    /// Where.
    pub forum_id: Id<Forum>,
    /// On what.
    pub consultation_id: Id<Consultation>,
    /// Whose.
    pub actor_id: Id<Actor>,
    /// What it replies to.
    pub parent_id: Option<Id<Comment>>,
    /// Its id at the origin, of remote ones.
    pub uri: Option<String>,
    /// Its page at the origin.
    pub url: Option<String>,
    /// As written.
    pub markdown: String,
    /// As it would be shown.
    pub html: String,
    /// Its language.
    pub language: Option<String>,
    /// What it argues.
    pub stance: Option<Stance>,
    /// The article to which it refers.
    pub article: Option<String>,
    /// The activity that brought it, to be passed on when it is shown.
    pub activity: Option<String>,
    /// When it was written.
    pub published_at: Instant,
    /// When it came.
    pub received_at: Instant,
    /// When it was last edited.
    pub updated_at: Option<Instant>,
}

impl Held {
    fn of(forum: Id<Forum>, it: &Comment) -> Self {
        let Comment { id, consultation_id, actor_id, parent_id, stance, published_at, received_at, .. } = *it;
        Self {
            id,
            forum_id: forum,
            consultation_id,
            actor_id,
            parent_id,
            uri: it.uri.clone(),
            url: it.url.clone(),
            markdown: it.markdown.clone(),
            html: it.html.clone(),
            language: it.language.clone(),
            stance,
            article: it.article.clone(),
            activity: None,
            published_at,
            received_at,
            updated_at: it.updated_at,
        }
    }

    /// The comment that it is to be, in this state.
    pub(super) fn comment(self, state: State) -> Comment {
        Comment {
            id: self.id,
            consultation_id: self.consultation_id,
            actor_id: self.actor_id,
            parent_id: self.parent_id,
            uri: self.uri,
            url: self.url,
            markdown: self.markdown,
            html: self.html,
            language: self.language,
            stance: self.stance,
            state,
            reason: None,
            official: false,
            agrees: 0,
            disagrees: 0,
            passes: 0,
            source: None,
            published_at: self.published_at,
            updated_at: self.updated_at,
            received_at: self.received_at,
            article: self.article,
            replies: 0,
            agreement: 0,
            division: 0,
        }
    }
}

/// Whether the comments of a forum are read before they are shown.
///
/// # Errors
/// When the database fails.
pub async fn is_on(conn: &mut Conn, forum: Id<Forum>) -> Result<bool> {
    let on: i64 = on!(conn, |c| premoderated::table.find(forum).count().get_result(c).await)?;
    Ok(on > 0)
}

/// Has the comments of a forum read before they are shown, or no longer. What waits goes on waiting.
///
/// # Errors
/// When `by` may not manage the forum.
pub async fn turn(tx: &mut Tx, now: Instant, by: &Standing, forum: &Forum, on: bool) -> Result<()> {
    by.may(Act::ManageForum, Some(forum))?;
    if is_on(tx, forum.id).await? == on {
        return Ok(());
    }
    let conn: &mut Conn = tx;
    if on {
        let row = (premoderated::forum_id.eq(forum.id), premoderated::since.eq(now));
        on!(conn, |c| diesel::insert_into(premoderated::table).values(row).execute(c).await)?;
    } else {
        on!(conn, |c| diesel::delete(premoderated::table.find(forum.id)).execute(c).await)?;
    }
    let act = if on { "forum.premoderate" } else { "forum.postmoderate" };
    audit::note(tx, now, by.account.as_ref(), act, &forum.slug, None).await
}

/// Keeps a comment until somebody has read it.
pub(super) async fn keep(tx: &mut Tx, forum: Id<Forum>, it: &Comment) -> Result<Comment> {
    let row = Held::of(forum, it);
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(held_comments::table).values(&row).execute(c).await)?;
    Ok(row.comment(State::Held))
}

/// Keeps, with a comment that waits, the activity that is passed on when it is shown.
///
/// # Errors
/// When the database fails.
pub async fn carry(tx: &mut Tx, id: Id<Comment>, activity: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(held_comments::table.find(id))
        .set(held_comments::activity.eq(Some(activity)))
        .execute(c)
        .await)?;
    Ok(())
}

/// The remote comment with that id, if it waits.
///
/// # Errors
/// When the database fails.
pub async fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Held>> {
    Ok(on!(conn, |c| held_comments::table
        .filter(held_comments::uri.eq(uri))
        .select(Held::as_select())
        .first(c)
        .await
        .optional())?)
}

/// What waits in these forums ([`report::desk`]), the oldest first, with who wrote it.
///
/// # Errors
/// When the database fails.
pub async fn waiting(
    conn: &mut Conn,
    forums: Option<&[Id<Forum>]>,
    after: Option<Id<Comment>>,
    limit: i64,
) -> Result<Vec<(Held, Actor)>> {
    let later = held_comments::id.gt(after.unwrap_or(Id::from_uuid(uuid::Uuid::nil())));
    let some = held_comments::table.inner_join(actors::table).filter(later).order(held_comments::id).limit(limit);
    Ok(match forums {
        None => on!(conn, |c| some.select((Held::as_select(), Actor::as_select())).load(c).await)?,
        Some(forums) => on!(conn, |c| some
            .filter(held_comments::forum_id.eq_any(forums))
            .select((Held::as_select(), Actor::as_select()))
            .load(c)
            .await)?,
    })
}

/// What waits under that key, as `by` may judge it.
async fn judged(tx: &mut Tx, by: &Standing, id: Id<Comment>) -> Result<Held> {
    let desk = report::desk(tx, by).await?;
    let conn: &mut Conn = tx;
    let it: Held = on!(conn, |c| held_comments::table.find(id).select(Held::as_select()).first(c).await)?;
    if desk.is_none_or(|forums| forums.contains(&it.forum_id)) { Ok(it) } else { Err(Error::NotFound) }
}

/// Who wrote it on a node of our kind is told there why it is not taken in.
async fn decline(tx: &mut Tx, now: Instant, it: &Held, reason: &str) -> Result<()> {
    let author = actor::by_id(tx, it.actor_id).await?;
    let create: Option<serde_json::Value> = it.activity.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let activity = create.and_then(|create| create["id"].as_str().map(str::to_owned));
    let (Some(note), Some(activity), true) = (it.uri.clone(), activity, follow::is_ours(&author)) else {
        return Ok(());
    };
    let (code, reason) = (Refusal::NotAllowed.code().to_owned(), Some(reason.to_owned()));
    let job = Job::Decline { forum: it.forum_id, actor: it.actor_id, activity, note, code, reason };
    job::enqueue(tx, now, job, When::Now).await
}

async fn forget(tx: &mut Tx, id: Id<Comment>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(held_comments::table.find(id)).execute(c).await)?;
    Ok(())
}

/// Shows what waited: from now on it is a comment like any other, and goes where comments go.
///
/// # Errors
/// When `by` does not moderate there ([`Error::NotFound`]); the refusals of a debate that takes no more comments.
pub async fn approve(tx: &mut Tx, now: Instant, by: &Standing, id: Id<Comment>) -> Result<Comment> {
    let it = judged(tx, by, id).await?;
    let forum = forum::by_id(tx, it.forum_id).await?;
    let on = consultation::by_id(tx, it.consultation_id).await?;
    forget(tx, id).await?;
    punctuality::note(tx, now, id, it.forum_id, it.received_at).await?;
    let activity = it.activity.clone();
    let shown = comment::release(tx, now, &forum, &on, it.comment(State::Visible), activity).await?;
    audit::note(tx, now, by.account.as_ref(), "comment.approve", &id.to_string(), None).await?;
    Ok(shown)
}

/// Does not show what waited, for a reason that its author is told. Its words go.
///
/// # Errors
/// When `by` does not moderate there ([`Error::NotFound`]); a reason that is missing or too long.
pub async fn reject(tx: &mut Tx, now: Instant, by: &Standing, id: Id<Comment>, reason: &str) -> Result<()> {
    let it = judged(tx, by, id).await?;
    let reason = decision::checked(reason)?;
    forget(tx, id).await?;
    punctuality::note(tx, now, id, it.forum_id, it.received_at).await?;
    decline(tx, now, &it, reason).await?;
    audit::note(tx, now, by.account.as_ref(), "comment.reject", &id.to_string(), None).await?;
    let made = Made { forum: Some(it.forum_id), actor: Some(it.actor_id), ..Made::new(decision::Act::Reject, reason) };
    decision::record(tx, now, by.account.as_ref(), made).await.map(drop)
}

/// Takes in an edit of what waits, by its author's own server, made at `edited` as that says. `activity` takes the place of
/// the one that brought it, whose words are not those that somebody will have read. It stands under another key from then
/// on: whoever has read the words before cannot approve these by mistake.
///
/// # Errors
/// [`Refusal::NotAllowed`] by somebody else, [`Refusal::Outdated`], and what is wrong with the words.
pub async fn revise(
    tx: &mut Tx,
    now: Instant,
    author: Id<Actor>,
    it: Held,
    html: &str,
    edited: Option<Instant>,
    activity: Option<&str>,
) -> Result<()> {
    if it.actor_id != author {
        return Err(Refusal::NotAllowed.into());
    }
    let (markdown, html) = comment::edited(it.updated_at, edited, html)?;
    if (&markdown, &html) == (&it.markdown, &it.html) {
        return Ok(());
    }
    forget(tx, it.id).await?;
    let updated_at = Some(edited.map_or(now, |at| at.min(now)));
    let row = Held { id: Id::new(now), markdown, html, updated_at, activity: activity.map(str::to_owned), ..it };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(held_comments::table).values(&row).execute(c).await)?;
    Ok(())
}

/// Its author takes back what waits. False where nothing of theirs waits under that address.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(tx: &mut Tx, author: Id<Actor>, uri: &str) -> Result<bool> {
    let conn: &mut Conn = tx;
    let own = held_comments::table.filter(held_comments::uri.eq(uri).and(held_comments::actor_id.eq(author)));
    Ok(on!(conn, |c| diesel::delete(own).execute(c).await)? > 0)
}
