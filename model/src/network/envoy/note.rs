//! Comments that people of this node write on consultations of other nodes. Each is published here under its own address and
//! handed to the origin, which decides whether it stands in its debate.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{Errand, Progress, send};
use crate::address::Address;
use crate::clock::Instant;
use crate::data::search;
use crate::debate::comment::LONGEST;
use crate::debate::text;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::job::Change;
use crate::network::elsewhere::Elsewhere;
use crate::network::expulsion;
use crate::network::mirror::{self, Kind, Mirror};
use crate::people::actor::{self, Actor};
use crate::people::role::{Act, Standing};
use crate::store::schema::home_notes;
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

words! {
    /// Whether such a comment stands.
    pub enum Shown {
        /// It does.
        Visible = "visible",
        /// Its author deleted it.
        Deleted = "deleted",
        /// The origin's moderators took it out.
        Removed = "removed",
        /// The origin did not take it in; the reason is its code.
        Refused = "refused",
    }
}

/// A comment of somebody here on a consultation elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = home_notes)]
pub struct Note {
    /// Key; its copy among the mirrors has the same.
    pub id: Id<Note>,
    /// Whose.
    pub actor_id: Id<Actor>,
    /// The `Page` of the consultation.
    pub page: String,
    /// Its host.
    pub host: String,
    /// What it answers: the `Page`, or a comment.
    pub answered: String,
    /// As written.
    pub markdown: String,
    /// As shown.
    pub html: String,
    /// Its language (BCP 47).
    pub language: String,
    /// Whether it stands.
    pub state: Shown,
    /// Why it was taken out.
    pub reason: Option<String>,
    /// When it was written.
    pub published_at: Instant,
    /// When it was last edited.
    pub updated_at: Option<Instant>,
    /// When the origin was first heard to carry it.
    pub shown_at: Option<Instant>,
}

/// What somebody writes.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// In Markdown.
    pub text: String,
    /// The copy of the comment that it answers; `None`: the consultation itself.
    pub parent: Option<Id<Mirror>>,
    /// Its language; the consultation's by default.
    pub language: Option<String>,
}

fn check(words: &str) -> Result<()> {
    if words.trim().is_empty() {
        return Err(Error::field("text", "required", "Write something first."));
    }
    if words.chars().count() > LONGEST { Err(Refusal::TooLong.into()) } else { Ok(()) }
}

/// Writes a comment. With the first, the author gets a public actor.
///
/// # Errors
/// When `by` may not comment; `comments-closed`, `closed`, `too-long`, `parent-elsewhere`, an empty text.
pub async fn post(
    tx: &mut Tx,
    now: Instant,
    here: &Address,
    by: &Standing,
    on: &Elsewhere,
    draft: &Draft,
) -> Result<Note> {
    by.may(Act::Comment, None)?;
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    on.takes_comments(now, mirror::marks(tx, &on.page.uri).await?.locked)?;
    expulsion::open(tx, now, &on.forum, account.actor_id).await?;
    check(&draft.text)?;
    if draft.language.as_deref().is_some_and(|tag| !crate::care::setup::is_language(tag)) {
        return Err(Error::field("language", "format", "Write a language such as fr or en."));
    }
    let answered = match draft.parent {
        Some(parent) => parent_of(tx, on, parent).await?.uri,
        None => on.page.uri.clone(),
    };
    let note = Note {
        id: Id::new(now),
        actor_id: account.actor_id,
        page: on.page.uri.clone(),
        host: on.page.host.clone(),
        answered,
        markdown: draft.text.replace("\r\n", "\n"),
        html: text::render(&draft.text),
        language: draft.language.clone().unwrap_or_else(|| on.language.clone()),
        state: Shown::Visible,
        reason: None,
        published_at: now,
        updated_at: None,
        shown_at: None,
    };
    {
        let conn: &mut Conn = tx;
        on!(conn, |c| diesel::insert_into(home_notes::table).values(&note).execute(c).await)?;
    }
    show(tx, here, on, &note).await?;
    actor::publish(tx, now, account.actor_id).await?;
    send(tx, now, Errand::Note { by: account.actor_id, note: note.id, change: Change::Created, at: now }).await?;
    Ok(note)
}

async fn parent_of(conn: &mut Conn, on: &Elsewhere, id: Id<Mirror>) -> Result<Mirror> {
    match mirror::by_id(conn, id).await {
        Ok(parent) if parent.root_uri.as_ref() == Some(&on.page.uri) && parent.kind == Kind::Note => Ok(parent),
        Ok(_) | Err(Error::NotFound) => Err(Refusal::ParentElsewhere.into()),
        Err(error) => Err(error),
    }
}

/// Keeps the copy that the page of the consultation shows.
async fn show(tx: &mut Tx, here: &Address, on: &Elsewhere, note: &Note) -> Result<()> {
    let uri = here.note(&note.host, on.slug(), note.id);
    let copy = Mirror {
        id: Id::from_uuid(note.id.uuid()),
        kind: Kind::Note,
        host: here.host().to_owned(),
        slug: None,
        group_id: on.page.group_id,
        author_id: Some(note.actor_id),
        root_uri: Some(note.page.clone()),
        parent_uri: Some(note.answered.clone()),
        title: String::new(),
        summary: String::new(),
        html: note.html.clone(),
        language: Some(note.language.clone()),
        document: Json(json!({"id": uri, "type": "Note"})),
        published_at: note.published_at,
        updated_at: note.updated_at,
        received_at: note.updated_at.unwrap_or(note.published_at),
        uri,
    };
    mirror::keep(tx, &copy).await
}

fn own(by: &Standing, note: &Note) -> Result<Id<Actor>> {
    let account = by.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let own = account.actor_id == note.actor_id && matches!(note.state, Shown::Visible | Shown::Refused);
    if own { Ok(account.actor_id) } else { Err(Refusal::NotAllowed.into()) }
}

/// Edits one's own comment.
///
/// # Errors
/// [`Refusal::NotAllowed`] on somebody else's or one that is gone, and as [`post`].
pub async fn edit(
    tx: &mut Tx,
    now: Instant,
    here: &Address,
    by: &Standing,
    on: &Elsewhere,
    note: &Note,
    words: &str,
) -> Result<Note> {
    by.may(Act::Comment, None)?;
    let author = own(by, note)?;
    if note.state == Shown::Refused {
        return Err(Refusal::NotAllowed.into());
    }
    on.takes_comments(now, mirror::marks(tx, &on.page.uri).await?.locked)?;
    check(words)?;
    let edited = Note {
        markdown: words.replace("\r\n", "\n"),
        html: text::render(words),
        updated_at: Some(now),
        ..note.clone()
    };
    {
        let conn: &mut Conn = tx;
        on!(conn, |c| diesel::update(home_notes::table.find(note.id))
            .set((
                home_notes::markdown.eq(&edited.markdown),
                home_notes::html.eq(&edited.html),
                home_notes::updated_at.eq(edited.updated_at),
            ))
            .execute(c)
            .await)?;
    }
    show(tx, here, on, &edited).await?;
    send(tx, now, Errand::Note { by: author, note: note.id, change: Change::Updated, at: now }).await?;
    Ok(edited)
}

/// Deletes one's own comment: here at once, at the origin and wherever it went as soon as they hear of it.
///
/// # Errors
/// [`Refusal::NotAllowed`] on somebody else's or one that is gone.
pub async fn delete(
    tx: &mut Tx,
    now: Instant,
    here: &Address,
    by: &Standing,
    on: &Elsewhere,
    note: &Note,
) -> Result<()> {
    let author = own(by, note)?;
    empty(tx, note.id, Shown::Deleted, None).await?;
    mirror::end(tx, now, &here.note(&note.host, on.slug(), note.id), mirror::How::Deleted, None).await?;
    send(tx, now, Errand::Note { by: author, note: note.id, change: Change::Deleted, at: now }).await
}

async fn empty(tx: &mut Tx, id: Id<Note>, state: Shown, reason: Option<&str>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(home_notes::table.find(id))
        .set((
            home_notes::state.eq(state),
            home_notes::reason.eq(reason),
            home_notes::markdown.eq(""),
            home_notes::html.eq(""),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// The longest reason of a moderator that is kept, in characters.
const REASON_LONGEST: usize = 1_000;

/// The origin's forum took a comment out: it no longer stands here either, and its author reads why.
///
/// # Errors
/// [`Error::NotFound`] when there is none of that key on that host.
pub async fn removed(
    tx: &mut Tx,
    now: Instant,
    here: &Address,
    id: Id<Note>,
    host: &str,
    reason: Option<&str>,
) -> Result<()> {
    let note = by_id(tx, id).await?;
    if note.host != host {
        return Err(Error::NotFound);
    }
    if note.state == Shown::Visible {
        let reason = reason.map(|reason| reason.chars().take(REASON_LONGEST).collect::<String>());
        empty(tx, id, Shown::Removed, reason.as_deref()).await?;
        let slug = super::super::elsewhere::by_uri(tx, &note.page).await?.slug().to_owned();
        let copy = here.note(&note.host, &slug, id);
        mirror::end(tx, now, &copy, mirror::How::Removed, reason.as_deref()).await?;
    }
    Ok(())
}

/// The origin's forum bans somebody and takes out all that they wrote in it.
///
/// # Errors
/// When the database fails.
pub async fn removed_of(
    tx: &mut Tx,
    now: Instant,
    here: &Address,
    by: &Actor,
    group: &Actor,
    reason: Option<&str>,
) -> Result<()> {
    let Some((host, forum)) = group.host.as_deref().zip(group.uri.as_deref()) else { return Ok(()) };
    let theirs = home_notes::table
        .filter(home_notes::actor_id.eq(by.id).and(home_notes::host.eq(host)))
        .filter(home_notes::state.eq(Shown::Visible))
        .order(home_notes::id);
    let conn: &mut Conn = tx;
    let notes: Vec<Note> = on!(conn, |c| theirs.select(Note::as_select()).load(c).await)?;
    for note in notes {
        match super::super::elsewhere::by_uri(tx, &note.page).await {
            Ok(on) if on.forum == forum => removed(tx, now, here, note.id, host, reason).await?,
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The origin's forum does not take a comment in: it stays with its author alone, who reads why.
///
/// # Errors
/// [`Error::NotFound`] when there is none of that key on that host, or it stands there.
pub async fn refused(tx: &mut Tx, here: &Address, id: Id<Note>, host: &str, code: &str) -> Result<()> {
    let note = by_id(tx, id).await?;
    if note.host != host || note.shown_at.is_some() || note.state != Shown::Visible {
        return Err(Error::NotFound);
    }
    let slug = super::super::elsewhere::by_uri(tx, &note.page).await?.slug().to_owned();
    if let Some(copy) = mirror::by_uri(tx, &here.note(&note.host, &slug, id)).await? {
        search::forget(tx, copy.id.uuid()).await?;
    }
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(home_notes::table.find(id))
        .set((home_notes::state.eq(Shown::Refused), home_notes::reason.eq(Some(code))))
        .execute(c)
        .await)?;
    Ok(())
}

/// The origin's forum was heard to carry a comment.
///
/// # Errors
/// [`Error::NotFound`] when there is none of that key on that host.
pub async fn carried(tx: &mut Tx, now: Instant, id: Id<Note>, host: &str) -> Result<()> {
    if by_id(tx, id).await?.host != host {
        return Err(Error::NotFound);
    }
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(home_notes::table.find(id).filter(home_notes::shown_at.is_null()))
        .set(home_notes::shown_at.eq(Some(now)))
        .execute(c)
        .await)?;
    Ok(())
}

/// The comment of that key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Note>) -> Result<Note> {
    Ok(on!(conn, |c| home_notes::table.find(id).select(Note::as_select()).first(c).await)?)
}

/// The comments of people here on a consultation elsewhere, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn on_page(conn: &mut Conn, page: &str) -> Result<Vec<Note>> {
    Ok(on!(conn, |c| home_notes::table
        .filter(home_notes::page.eq(page))
        .order((home_notes::published_at, home_notes::id))
        .limit(mirror::COMMENTS)
        .select(Note::as_select())
        .load(c)
        .await)?)
}

/// How far a comment has come on its way to its origin, which lies at `uri` here.
///
/// # Errors
/// When the database fails.
pub async fn progress(conn: &mut Conn, note: &Note, uri: &str) -> Result<Progress> {
    if note.shown_at.is_some() {
        return Ok(Progress::Handed);
    }
    Progress::of(conn, &format!("{uri}#create"), uri, &note.host).await
}
