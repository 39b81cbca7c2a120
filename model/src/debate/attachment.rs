//! What a consultation shows beside its text: a cover, pictures, documents, links.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::consultation::{self, Consultation, State};
use super::forum::Forum;
use crate::care::audit;
use crate::clock::Instant;
use crate::data::media::{self, File, Format};
use crate::error::{Check, Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::role::Standing;
use crate::store::schema::{attachments, media as files};
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

/// The most attachments of one consultation.
pub const MOST: usize = 20;
/// The longest title or description, in characters.
pub const TITLE_LONGEST: usize = 300;
/// The longest address of a link, in characters.
pub const URL_LONGEST: usize = 2000;

words! {
    /// How something is shown.
    pub enum Kind {
        /// The one picture above the text.
        Cover = "cover",
        /// A picture.
        Picture = "picture",
        /// A document to fetch.
        Document = "document",
        /// An address elsewhere.
        Link = "link",
    }
}

/// Something shown beside a text.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = attachments)]
pub struct Attachment {
    /// Key.
    pub id: Id<Attachment>,
    /// Of which consultation.
    pub consultation_id: Id<Consultation>,
    /// How it is shown.
    pub kind: Kind,
    /// What it is called; of a picture, what is to be seen on it, in words.
    pub title: String,
    /// Its file.
    pub hash: Option<String>,
    /// Its address, if a link.
    pub url: Option<String>,
    /// When it was added.
    pub created_at: Instant,
}

/// What is known of an attachment's file without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = files)]
pub struct Facts {
    /// The SHA-256 of its octets, as hex.
    pub hash: String,
    /// What it is.
    pub format: Format,
    /// In pixels, if a picture.
    pub width: Option<i32>,
    /// In pixels, if a picture.
    pub height: Option<i32>,
    /// In octets.
    pub size: i32,
}

/// Who changes what is shown, where and when.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// When.
    pub now: Instant,
    /// Who.
    pub by: &'a Standing,
    /// In which forum.
    pub forum: &'a Forum,
    /// On which consultation.
    pub on: &'a Consultation,
}

impl Place<'_> {
    /// Those who may write the consultation may change what it shows, until it is closed.
    fn is_open(&self) -> Result<()> {
        consultation::may_write(self.by, self.forum, self.on)?;
        let phase = self.on.phase(self.now);
        if phase.is_over() { Err(phase.refusal().into()) } else { Ok(()) }
    }

    /// Notes what was done, and tells others.
    async fn done(&self, tx: &mut Tx, act: &str, what: &Attachment) -> Result<()> {
        let Self { now, by, forum, on } = *self;
        if on.state != State::Draft {
            consultation::touch(tx, now, on.id).await?;
        }
        let subject = format!("{} {}", on.slug, what.id);
        audit::note(tx, now, by.account.as_ref(), act, &subject, Some(on.author_id)).await?;
        if on.state != State::Draft && forum.visibility.is_federated() {
            job::enqueue(tx, now, Job::Edit { forum: forum.id, consultation: on.id }, When::Now).await?;
        }
        Ok(())
    }
}

fn check(title: &str) -> Result<()> {
    let mut check = Check::default();
    check.text("title", title, TITLE_LONGEST);
    check.done()
}

/// Shows a file. A second cover takes the place of the first.
///
/// # Errors
/// When `by` may not; `closed`; `unsupported-media` where the file is of the wrong kind; `too-many-attachments`; the title,
/// which says in words what a picture shows.
pub async fn attach(tx: &mut Tx, place: Place<'_>, kind: Kind, title: &str, file: &File) -> Result<Attachment> {
    place.is_open()?;
    check(title)?;
    let fits = match kind {
        Kind::Cover | Kind::Picture => file.format.is_picture(),
        Kind::Document => file.format == Format::Pdf,
        Kind::Link => false,
    };
    if !fits {
        return Err(Refusal::UnsupportedMedia.into());
    }
    let all = list(tx, place.on.id).await?;
    let replaced = all.iter().map(|(it, _)| it).find(|it| kind == Kind::Cover && it.kind == Kind::Cover);
    if all.len() >= MOST && replaced.is_none() {
        return Err(Refusal::TooManyAttachments.into());
    }
    let it = made(&place, kind, title, Some(&file.hash), None);
    if let Some(earlier) = replaced {
        remove(tx, earlier).await?;
    }
    // After that: the earlier cover may be the same picture, whose file goes with it.
    media::keep(tx, file).await?;
    insert(tx, &it).await?;
    place.done(tx, "attachment.add", &it).await?;
    Ok(it)
}

/// Shows a link.
///
/// # Errors
/// When `by` may not; `closed`; `too-many-attachments`; the title, or an address that is not of the web.
pub async fn link(tx: &mut Tx, place: Place<'_>, title: &str, url: &str) -> Result<Attachment> {
    place.is_open()?;
    check(title)?;
    let url = url.trim();
    if !is_web(url) {
        return Err(Error::field("url", "format", "Write an address such as https://example.org/."));
    }
    if list(tx, place.on.id).await?.len() >= MOST {
        return Err(Refusal::TooManyAttachments.into());
    }
    let it = made(&place, Kind::Link, title, None, Some(url));
    insert(tx, &it).await?;
    place.done(tx, "attachment.add", &it).await?;
    Ok(it)
}

/// Whether this is an address of the web.
pub(crate) fn is_web(url: &str) -> bool {
    url.chars().count() <= URL_LONGEST
        && url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn made(place: &Place<'_>, kind: Kind, title: &str, hash: Option<&str>, url: Option<&str>) -> Attachment {
    Attachment {
        id: Id::new(place.now),
        consultation_id: place.on.id,
        kind,
        title: title.trim().to_owned(),
        hash: hash.map(str::to_owned),
        url: url.map(str::to_owned),
        created_at: place.now,
    }
}

/// Shows again what a consultation showed elsewhere; `false` if its file is not here.
///
/// # Errors
/// [`Refusal::ImportCollides`] where its key is another's.
pub(crate) async fn keep(tx: &mut Tx, it: &Attachment) -> Result<bool> {
    if let Some(hash) = &it.hash
        && !media::hold(tx, hash).await?
    {
        return Ok(false);
    }
    let conn: &mut Conn = tx;
    let insert = diesel::insert_into(attachments::table).values(it).on_conflict_do_nothing();
    if on!(conn, |c| insert.execute(c).await)? == 1 { Ok(true) } else { Err(Refusal::ImportCollides.into()) }
}

async fn insert(tx: &mut Tx, it: &Attachment) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(attachments::table).values(it).execute(c).await)?;
    Ok(())
}

/// Gives an attachment another title.
///
/// # Errors
/// When `by` may not; `closed`; the title.
pub async fn describe(tx: &mut Tx, place: Place<'_>, it: &Attachment, title: &str) -> Result<Attachment> {
    place.is_open()?;
    check(title)?;
    let conn: &mut Conn = tx;
    let changed: Attachment = on!(conn, |c| diesel::update(attachments::table.find(it.id))
        .set(attachments::title.eq(title.trim()))
        .returning(Attachment::as_returning())
        .get_result(c)
        .await)?;
    place.done(tx, "attachment.describe", it).await?;
    Ok(changed)
}

/// Shows it no longer. Its file goes with the last that shows it.
///
/// # Errors
/// When `by` may not; `closed`.
pub async fn detach(tx: &mut Tx, place: Place<'_>, it: &Attachment) -> Result<()> {
    place.is_open()?;
    remove(tx, it).await?;
    place.done(tx, "attachment.remove", it).await
}

async fn remove(tx: &mut Tx, it: &Attachment) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(attachments::table.find(it.id)).execute(c).await)?;
    match &it.hash {
        Some(hash) => media::drop_unused(tx, hash).await,
        None => Ok(()),
    }
}

/// The files of a consultation that goes away, with what showed them.
pub(crate) async fn forget(tx: &mut Tx, on: Id<Consultation>) -> Result<()> {
    for (it, _) in list(tx, on).await? {
        remove(tx, &it).await?;
    }
    Ok(())
}

/// What a consultation shows, the cover first, then as it was added; each with what is known of its file.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn, of: Id<Consultation>) -> Result<Vec<(Attachment, Option<Facts>)>> {
    let mut all: Vec<(Attachment, Option<Facts>)> = on!(conn, |c| attachments::table
        .left_join(files::table)
        .filter(attachments::consultation_id.eq(of))
        .order(attachments::id)
        .select((Attachment::as_select(), Option::<Facts>::as_select()))
        .load(c)
        .await)?;
    all.sort_by_key(|(it, _)| it.kind != Kind::Cover);
    Ok(all)
}

/// The attachment of that key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Attachment>) -> Result<Attachment> {
    Ok(on!(conn, |c| attachments::table.find(id).select(Attachment::as_select()).first(c).await)?)
}

/// Which consultations show a file, and under what title.
pub(crate) async fn places(conn: &mut Conn, hash: &str, limit: i64) -> Result<Vec<(Id<Consultation>, String)>> {
    Ok(on!(conn, |c| attachments::table
        .filter(attachments::hash.eq(hash))
        .order(attachments::id)
        .limit(limit)
        .select((attachments::consultation_id, attachments::title))
        .load(c)
        .await)?)
}
