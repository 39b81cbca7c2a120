//! Copies of what is gone at its origin: the place in the thread stays, and why it is empty; the words and the author go.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{Kind, Mirror, any_by_uri};
use crate::clock::Instant;
use crate::data::search;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{mirror_checks, mirror_ends, mirror_faults, mirror_tallies, mirror_versions, mirrors};
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

words! {
    /// Who took it away.
    pub enum How {
        /// Whoever wrote it.
        Deleted = "deleted",
        /// A moderator of its forum.
        Removed = "removed",
    }
}

/// The longest reason of a moderator that is kept, in characters.
const REASON_LONGEST: usize = 1_000;
/// The most of one author's copies that end at once; what is left ends with the next look at its origin.
const AT_ONCE: i64 = 5_000;

/// What is left of a copy whose origin is gone.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = mirror_ends)]
pub struct End {
    /// The copy.
    pub mirror_id: Id<Mirror>,
    /// Who took it away.
    pub how: How,
    /// Why, in the words of a moderator.
    pub reason: Option<String>,
    /// When that was heard.
    pub at: Instant,
}

/// Empties a copy whose origin is gone. That a moderator removed it is believed later too, with the reason. False if there is no copy.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut Tx, now: Instant, uri: &str, how: How, reason: Option<&str>) -> Result<bool> {
    let Some(copy) = any_by_uri(tx, uri).await? else { return Ok(false) };
    if !copy.is_gone() {
        empty(tx, &copy).await?;
    }
    let reason = reason.map(|reason| reason.chars().take(REASON_LONGEST).collect::<String>());
    let row = End { mirror_id: copy.id, how, reason, at: now };
    let conn: &mut Conn = tx;
    let noted =
        on!(conn, |c| diesel::insert_into(mirror_ends::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    if noted == 0 && how == How::Removed {
        on!(conn, |c| diesel::update(mirror_ends::table.find(copy.id))
            .set((mirror_ends::how.eq(how), mirror_ends::reason.eq(&row.reason)))
            .execute(c)
            .await)?;
    }
    Ok(true)
}

/// The place of a comment that was gone before it came here.
#[derive(Debug)]
pub struct Vacant<'a> {
    /// Its id at the origin.
    pub uri: &'a str,
    /// The origin.
    pub host: String,
    /// The forum of its thread.
    pub group_id: Id<Actor>,
    /// The `Page` of its thread.
    pub root_uri: &'a str,
    /// When what answers it was published: where it stands in the thread.
    pub published_at: Instant,
}

/// Keeps the place of a comment that was gone before it came here, because something answers it.
///
/// # Errors
/// When the database fails.
pub async fn leave_place(tx: &mut Tx, now: Instant, it: Vacant<'_>) -> Result<()> {
    let row = Mirror {
        id: Id::new(now),
        uri: it.uri.to_owned(),
        kind: Kind::Note,
        host: it.host,
        slug: None,
        group_id: Some(it.group_id),
        author_id: None,
        root_uri: Some(it.root_uri.to_owned()),
        parent_uri: None,
        title: String::new(),
        summary: String::new(),
        html: String::new(),
        language: None,
        document: Json(json!({"id": it.uri, "type": TOMBSTONE})),
        published_at: it.published_at,
        updated_at: None,
        received_at: now,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(mirrors::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    end(tx, now, it.uri, How::Deleted, None).await.map(drop)
}

async fn empty(tx: &mut Tx, copy: &Mirror) -> Result<()> {
    search::forget(tx, copy.id.uuid()).await?;
    let document = Json(json!({"id": copy.uri, "type": TOMBSTONE}));
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(mirrors::table.find(copy.id))
        .set((
            mirrors::title.eq(""),
            mirrors::summary.eq(""),
            mirrors::html.eq(""),
            mirrors::language.eq(None::<String>),
            mirrors::author_id.eq(None::<Id<Actor>>),
            mirrors::updated_at.eq(None::<Instant>),
            mirrors::document.eq(&document),
        ))
        .execute(c)
        .await)?;
    if copy.kind == Kind::Page {
        forget_beside(conn, std::slice::from_ref(&copy.uri)).await?;
    }
    Ok(())
}

/// The type of what stands in the place of something that is gone.
pub(super) const TOMBSTONE: &str = "Tombstone";

/// Forgets what is kept beside the `Page`s of consultations: results, earlier texts, what was found of them.
pub(in super::super) async fn forget_beside(conn: &mut Conn, pages: &[String]) -> Result<()> {
    on!(conn, |c| diesel::delete(mirror_tallies::table.filter(mirror_tallies::page.eq_any(pages))).execute(c).await)?;
    on!(conn, |c| diesel::delete(mirror_faults::table.filter(mirror_faults::page.eq_any(pages))).execute(c).await)?;
    on!(conn, |c| diesel::delete(mirror_versions::table.filter(mirror_versions::page.eq_any(pages))).execute(c).await)?;
    on!(conn, |c| diesel::delete(mirror_checks::table.filter(mirror_checks::page.eq_any(pages))).execute(c).await)?;
    Ok(())
}

/// It stands at its origin again.
pub(super) async fn lift(conn: &mut Conn, id: Id<Mirror>) -> Result<()> {
    on!(conn, |c| diesel::delete(mirror_ends::table.find(id)).execute(c).await)?;
    Ok(())
}

/// Empties every copy of what an actor wrote, when the actor is gone.
///
/// # Errors
/// When the database fails.
pub async fn end_author(tx: &mut Tx, now: Instant, author: Id<Actor>) -> Result<()> {
    let theirs = written(tx, author, None).await?;
    for uri in theirs {
        end(tx, now, &uri, How::Deleted, None).await?;
    }
    Ok(())
}

/// Empties every copy of what an actor wrote in one forum, when that forum bans the actor and removes it. Answers what it was.
///
/// # Errors
/// When the database fails.
pub async fn end_author_in(
    tx: &mut Tx,
    now: Instant,
    group: Id<Actor>,
    author: Id<Actor>,
    reason: Option<&str>,
) -> Result<Vec<String>> {
    let theirs = written(tx, author, Some(group)).await?;
    for uri in &theirs {
        end(tx, now, uri, How::Removed, reason).await?;
    }
    Ok(theirs)
}

async fn written(conn: &mut Conn, author: Id<Actor>, group: Option<Id<Actor>>) -> Result<Vec<String>> {
    let of =
        mirrors::table.filter(mirrors::author_id.eq(author)).order(mirrors::id).limit(AT_ONCE).select(mirrors::uri);
    Ok(match group {
        Some(group) => on!(conn, |c| of.filter(mirrors::group_id.eq(group)).load(c).await)?,
        None => on!(conn, |c| of.load(c).await)?,
    })
}

/// What is left of these copies, as far as they are gone.
///
/// # Errors
/// When the database fails.
pub async fn ends(conn: &mut Conn, of: &[Id<Mirror>]) -> Result<Vec<End>> {
    Ok(on!(conn, |c| mirror_ends::table
        .filter(mirror_ends::mirror_id.eq_any(of))
        .select(End::as_select())
        .load(c)
        .await)?)
}

/// What is left of the consultation `slug` of `host`, if it is gone at its origin.
///
/// # Errors
/// When the database fails.
pub async fn ended(conn: &mut Conn, host: &str, slug: &str) -> Result<Option<End>> {
    Ok(on!(conn, |c| mirror_ends::table
        .inner_join(mirrors::table.on(mirrors::id.eq(mirror_ends::mirror_id)))
        .filter(mirrors::host.eq(host).and(mirrors::slug.eq(slug)).and(mirrors::kind.eq(Kind::Page)))
        .select(End::as_select())
        .first(c)
        .await
        .optional())?)
}
