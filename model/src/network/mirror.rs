//! Copies of what other servers published in forums that this node follows.

mod end;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::data::search;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::network::peer::{self, Policy};
use crate::people::actor::Actor;
use crate::store::schema::{actors, mirror_marks, mirror_versions, mirrors};
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

pub(super) use end::forget_beside;
pub use end::{End, How, Vacant, end, end_author, end_author_in, ended, ends, leave_place};

words! {
    /// What a copy is of.
    pub enum Kind {
        /// A debate: a consultation's `Page`, or any root post.
        Page = "page",
        /// A ballot: a `Question`.
        Question = "question",
        /// A comment.
        Note = "note",
    }
}

/// A copy of a remote object.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = mirrors)]
pub struct Mirror {
    /// Key.
    pub id: Id<Mirror>,
    /// Its id at the origin.
    pub uri: String,
    /// What it is.
    pub kind: Kind,
    /// The origin.
    pub host: String,
    /// For a Palabre consultation: its slug there (of its `Page` and its `Question`).
    pub slug: Option<String>,
    /// The forum it came through.
    pub group_id: Option<Id<Actor>>,
    /// Who wrote it.
    pub author_id: Option<Id<Actor>>,
    /// The `Page` of its thread; `None` for the `Page` itself.
    pub root_uri: Option<String>,
    /// What it replies to.
    pub parent_uri: Option<String>,
    /// Title, plain.
    pub title: String,
    /// Summary, plain.
    pub summary: String,
    /// Content, sanitised.
    pub html: String,
    /// Its language (BCP 47).
    pub language: Option<String>,
    /// The whole object as fetched.
    pub document: Json<serde_json::Value>,
    /// When it was published.
    pub published_at: Instant,
    /// When it was last edited.
    pub updated_at: Option<Instant>,
    /// When it was last received.
    pub received_at: Instant,
}

impl Mirror {
    /// Whether it is gone at its origin, and only its place is left.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.document.0["type"] == end::TOMBSTONE
    }
}

/// Keeps a copy, new or changed, and has it found.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut Tx, row: &Mirror) -> Result<()> {
    let conn: &mut Conn = tx;
    let id: Id<Mirror> = on!(conn, |c| diesel::insert_into(mirrors::table)
        .values(row)
        .on_conflict(mirrors::uri)
        .do_update()
        .set((
            mirrors::author_id.eq(row.author_id),
            mirrors::title.eq(&row.title),
            mirrors::summary.eq(&row.summary),
            mirrors::html.eq(&row.html),
            mirrors::language.eq(&row.language),
            mirrors::document.eq(&row.document),
            mirrors::updated_at.eq(row.updated_at),
            mirrors::received_at.eq(row.received_at),
        ))
        .returning(mirrors::id)
        .get_result(c)
        .await)?;
    if id != row.id {
        end::lift(conn, id).await?;
    }
    search::keep_mirror(tx, id, row).await
}

/// The copy of that object, if there is one that is not gone at its origin.
///
/// # Errors
/// When the database fails.
pub async fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Mirror>> {
    Ok(any_by_uri(conn, uri).await?.filter(|copy| !copy.is_gone()))
}

/// The copy of that object, or what is left of it.
///
/// # Errors
/// When the database fails.
pub async fn any_by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Mirror>> {
    Ok(on!(conn, |c| mirrors::table
        .filter(mirrors::uri.eq(uri))
        .select(Mirror::as_select())
        .first(c)
        .await
        .optional())?)
}

/// The copy of that key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Mirror>) -> Result<Mirror> {
    let found: Mirror = on!(conn, |c| mirrors::table.find(id).select(Mirror::as_select()).first(c).await)?;
    if found.is_gone() { Err(Error::NotFound) } else { Ok(found) }
}

/// A text of a consultation elsewhere as it was before its origin changed it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = mirror_versions)]
pub struct Version {
    /// The `Page`.
    pub page: String,
    /// From 1.
    pub version: i32,
    /// Its title then.
    pub title: String,
    /// Its text then, sanitised.
    pub html: String,
    /// When another came.
    pub replaced_at: Instant,
}

/// How many earlier texts of a consultation are kept; the oldest stay.
const VERSIONS_MOST: i64 = 50;

/// Keeps the text of a `Page` that is about to be replaced by another.
///
/// # Errors
/// When the database fails.
pub async fn keep_version(tx: &mut Tx, now: Instant, before: &Mirror) -> Result<()> {
    let conn: &mut Conn = tx;
    let held: i64 = on!(conn, |c| mirror_versions::table
        .filter(mirror_versions::page.eq(&before.uri))
        .count()
        .get_result(c)
        .await)?;
    if held >= VERSIONS_MOST {
        return Ok(());
    }
    let row = Version {
        page: before.uri.clone(),
        version: i32::try_from(held).unwrap_or(i32::MAX).saturating_add(1),
        title: before.title.clone(),
        html: before.html.clone(),
        replaced_at: now,
    };
    on!(conn, |c| diesel::insert_into(mirror_versions::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    Ok(())
}

/// The earlier texts of a consultation, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn versions(conn: &mut Conn, page: &str) -> Result<Vec<Version>> {
    Ok(on!(conn, |c| mirror_versions::table
        .filter(mirror_versions::page.eq(page))
        .order(mirror_versions::version.desc())
        .select(Version::as_select())
        .load(c)
        .await)?)
}

/// Where the copy of a consultation, of its ballot or of a comment on it is shown: the host and the slug of its `Page`.
///
/// # Errors
/// When the database fails.
pub async fn place(conn: &mut Conn, uri: &str) -> Result<Option<(String, String)>> {
    let Some(copy) = by_uri(conn, uri).await? else { return Ok(None) };
    let page = match (&copy.slug, &copy.root_uri) {
        (None, Some(root)) => by_uri(conn, root).await?,
        _ => Some(copy),
    };
    Ok(page.and_then(|page| Some((page.host, page.slug?))))
}

/// What the moderators of its forum say of a copy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// Whether it takes no more comments.
    pub locked: bool,
    /// Whether it stands first in its forum.
    pub pinned: bool,
}

/// What the moderators of its forum say of a copy.
///
/// # Errors
/// When the database fails.
pub async fn marks(conn: &mut Conn, uri: &str) -> Result<Marks> {
    let found: Option<(bool, bool)> = on!(conn, |c| mirror_marks::table
        .find(uri)
        .select((mirror_marks::locked, mirror_marks::pinned))
        .first(c)
        .await
        .optional())?;
    Ok(found.map(|(locked, pinned)| Marks { locked, pinned }).unwrap_or_default())
}

/// Keeps what they say.
///
/// # Errors
/// When the database fails.
pub async fn mark(tx: &mut Tx, uri: &str, marks: Marks) -> Result<()> {
    let said = (mirror_marks::locked.eq(marks.locked), mirror_marks::pinned.eq(marks.pinned));
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(mirror_marks::table)
        .values((mirror_marks::uri.eq(uri), said))
        .on_conflict(mirror_marks::uri)
        .do_update()
        .set(said)
        .execute(c)
        .await)?;
    Ok(())
}

/// A mirrored consultation: its `Page`, its `Question` if there is one, and its comments with their authors, oldest first.
#[derive(Debug)]
pub struct Thread {
    /// The debate.
    pub page: Mirror,
    /// The ballot.
    pub question: Option<Mirror>,
    /// The comments.
    pub comments: Vec<(Mirror, Option<Actor>)>,
    /// The places of those that are gone at their origin, and what is left of them.
    pub gone: Vec<(Mirror, End)>,
}

/// The most comments that one page of a thread holds.
pub const COMMENTS: i64 = 500;

/// The mirrored consultation `slug` of `host`.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn thread(conn: &mut Conn, host: &str, slug: &str) -> Result<Thread> {
    if peer::policy(conn, host).await? == Policy::Block {
        return Err(Error::NotFound);
    }
    let of: Vec<Mirror> = on!(conn, |c| mirrors::table
        .filter(mirrors::host.eq(host).and(mirrors::slug.eq(slug)))
        .select(Mirror::as_select())
        .load(c)
        .await)?;
    let (mut page, mut question) = (None, None);
    for it in of {
        match it.kind {
            Kind::Page => page = Some(it),
            Kind::Question => question = Some(it),
            Kind::Note => {}
        }
    }
    let page = page.filter(|page| !page.is_gone()).ok_or(Error::NotFound)?;
    let comments = on!(conn, |c| mirrors::table
        .left_join(actors::table.on(mirrors::author_id.eq(actors::id.nullable())))
        .filter(mirrors::root_uri.eq(&page.uri).and(mirrors::kind.eq(Kind::Note)))
        .order((mirrors::published_at, mirrors::id))
        .limit(COMMENTS)
        .select((Mirror::as_select(), Option::<Actor>::as_select()))
        .load(c)
        .await)?;
    let (gone, comments): (Vec<_>, Vec<_>) = comments.into_iter().partition(|(copy, _)| copy.is_gone());
    let gone = left(conn, gone.into_iter().map(|(copy, _)| copy).collect()).await?;
    Ok(Thread { page, question, comments: shown(conn, comments).await?, gone })
}

/// What is left of copies that are gone at their origin.
async fn left(conn: &mut Conn, gone: Vec<Mirror>) -> Result<Vec<(Mirror, End)>> {
    let keys: Vec<Id<Mirror>> = gone.iter().map(|copy| copy.id).collect();
    let mut ends: HashMap<Id<Mirror>, End> =
        ends(conn, &keys).await?.into_iter().map(|end| (end.mirror_id, end)).collect();
    Ok(gone.into_iter().filter_map(|copy| ends.remove(&copy.id).map(|end| (copy, end))).collect())
}

/// The latest `limit` debates received, newest first, each with the forum that they came through.
///
/// # Errors
/// When the database fails.
pub async fn latest(conn: &mut Conn, limit: i64) -> Result<Vec<(Mirror, Option<Actor>)>> {
    let latest = on!(conn, |c| mirrors::table
        .left_join(actors::table.on(mirrors::group_id.eq(actors::id.nullable())))
        .filter(mirrors::kind.eq(Kind::Page))
        .order((mirrors::published_at.desc(), mirrors::id.desc()))
        .limit(limit)
        .select((Mirror::as_select(), Option::<Actor>::as_select()))
        .load(c)
        .await)?;
    shown(conn, latest.into_iter().filter(|(copy, _): &(Mirror, _)| !copy.is_gone()).collect()).await
}

/// Those of them whose servers are neither blocked nor silenced.
pub(super) async fn shown(
    conn: &mut Conn,
    found: Vec<(Mirror, Option<Actor>)>,
) -> Result<Vec<(Mirror, Option<Actor>)>> {
    let mut hosts: Vec<&str> = found.iter().map(|(copy, _)| copy.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let treated = peer::treatments(conn, &hosts).await?;
    let hidden: Vec<String> =
        treated.into_iter().filter(|(_, treated)| !treated.is_shown()).map(|(host, _)| host.to_owned()).collect();
    Ok(found.into_iter().filter(|(copy, _)| !hidden.contains(&copy.host)).collect())
}
