//! The documents: written with what they describe, so that they are never wrong.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Kind;
use super::words::Tongue;
use crate::debate::comment::{Comment, State as Shownness};
use crate::debate::consultation::{self, Consultation, State};
use crate::debate::forum::Forum;
use crate::debate::text;
use crate::error::Result;
use crate::id::Id;
use crate::network::mirror::{Kind as Copied, Mirror};
use crate::store::schema::{comments, consultations, forums, mirrors, search_documents};
use crate::store::{Conn, Store, Tx, dialect, on};

/// The most octets of stems that are kept of one text: a tsvector holds no more than a mebioctet.
const STEMS_LONGEST: usize = 400_000;
/// The most hashtags of a copy that are looked at.
const TAGS_MOST: usize = 64;
/// How many documents are added in one transaction where they were missing.
const AT_ONCE: i64 = 500;

/// A document to write.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = search_documents)]
pub(crate) struct Document {
    kind: Kind,
    subject_id: Id<Uuid>,
    forum_id: Option<Id<Forum>>,
    mirror_id: Option<Id<Mirror>>,
    stems: String,
}

impl Document {
    fn of_forum(it: &Forum) -> Self {
        let tongue = Tongue::of(&it.language);
        Self {
            kind: Kind::Forum,
            subject_id: Id::from_uuid(it.id.uuid()),
            forum_id: Some(it.id),
            mirror_id: None,
            stems: all(Kind::Forum, None, &tongue.stems_of(&it.title), tongue.stems_of(&it.summary)),
        }
    }

    fn of_consultation(it: &Consultation, text: &str) -> Self {
        let tongue = Tongue::of(&it.language);
        let brief = &it.brief.0;
        let tags = it.tags.0.join(" ");
        let mut stems = BTreeSet::new();
        for part in [&it.summary, &brief.what, &brief.why, &brief.outcome, &tags, text] {
            stems.extend(tongue.stems_of(part));
        }
        Self {
            kind: Kind::Consultation,
            subject_id: Id::from_uuid(it.id.uuid()),
            forum_id: Some(it.forum_id),
            mirror_id: None,
            stems: all(Kind::Consultation, Some(it.id), &tongue.stems_of(&it.title), stems),
        }
    }

    fn of_comment(it: &Comment, forum: Id<Forum>, language: &str) -> Self {
        let tongue = Tongue::of(it.language.as_deref().unwrap_or(language));
        Self {
            kind: Kind::Comment,
            subject_id: Id::from_uuid(it.id.uuid()),
            forum_id: Some(forum),
            mirror_id: None,
            stems: all(Kind::Comment, Some(it.consultation_id), &BTreeSet::new(), tongue.stems_of(&it.markdown)),
        }
    }
}

impl Document {
    /// What another node published, if it can be shown here: a consultation, or a comment.
    fn of_mirror(id: Id<Mirror>, it: &Mirror) -> Option<Self> {
        let kind = match it.kind {
            Copied::Page if it.slug.is_some() && it.document.0["consultation"].is_object() => Kind::Consultation,
            Copied::Note => Kind::Comment,
            Copied::Page | Copied::Question => return None,
        };
        if it.is_gone() {
            return None;
        }
        let tongue = Tongue::of(it.language.as_deref().unwrap_or_default());
        let mut stems = tongue.stems_of(&text::plain(&it.html));
        for part in [&it.summary, &tags(it)] {
            stems.extend(tongue.stems_of(part));
        }
        Some(Self {
            kind,
            subject_id: Id::from_uuid(id.uuid()),
            forum_id: None,
            mirror_id: Some(id),
            stems: all(kind, None, &tongue.stems_of(&it.title), stems),
        })
    }
}

/// The hashtags of a copy, as words.
fn tags(it: &Mirror) -> String {
    let tags = it.document.0["tag"].as_array().map(Vec::as_slice).unwrap_or_default();
    let hashtags = tags.iter().filter(|tag| tag["type"] == "Hashtag").filter_map(|tag| tag["name"].as_str());
    hashtags.take(TAGS_MOST).collect::<Vec<_>>().join(" ")
}

/// The words of the index that stand for a kind and a consultation. They begin with a digit, as no stem does: so the index
/// itself, and not each row that it finds, says where something belongs.
pub(super) fn markers(kind: Option<Kind>, on: Option<Id<Consultation>>) -> Vec<String> {
    let kind = kind.map(|kind| format!("0{kind}"));
    kind.into_iter().chain(on.map(|on| format!("1{}", on.uuid().simple()))).collect()
}

/// The word of the index that stands for a stem in a title.
pub(super) fn in_title(stem: &str) -> String {
    format!("2{stem}")
}

fn all(kind: Kind, on: Option<Id<Consultation>>, title: &BTreeSet<String>, mut stems: BTreeSet<String>) -> String {
    stems.extend(title.iter().cloned());
    let first = markers(Some(kind), on).into_iter().chain(title.iter().map(|stem| in_title(stem)));
    let mut joined = String::new();
    for word in first.chain(stems) {
        if joined.len() + word.len() >= STEMS_LONGEST {
            break;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&word);
    }
    joined
}

/// Writes or writes anew the document of a forum.
pub(crate) async fn keep_forum(tx: &mut Tx, it: &Forum) -> Result<()> {
    keep(tx, Document::of_forum(it)).await
}

/// Writes or writes anew the document of a consultation; a draft has none.
pub(crate) async fn keep_consultation(tx: &mut Tx, it: &Consultation) -> Result<()> {
    if it.state == State::Draft {
        return Ok(());
    }
    let text = text::version(tx, it.id, it.text_version).await?;
    keep(tx, Document::of_consultation(it, &text.markdown)).await
}

/// Writes or writes anew the document of a comment; one that is not visible has none.
pub(crate) async fn keep_comment(tx: &mut Tx, it: &Comment) -> Result<()> {
    if it.state != Shownness::Visible {
        return forget(tx, it.id.uuid()).await;
    }
    let (forum, language) = place(tx, it.consultation_id).await?;
    keep(tx, Document::of_comment(it, forum, &language)).await
}

/// Writes or writes anew the document of a copy of what another node published, kept under this key.
pub(crate) async fn keep_mirror(tx: &mut Tx, id: Id<Mirror>, it: &Mirror) -> Result<()> {
    match Document::of_mirror(id, it) {
        Some(document) => keep(tx, document).await,
        None => Ok(()),
    }
}

/// Adds the documents of many comments on one consultation, none of which has one.
pub(crate) async fn comments(tx: &mut Tx, on: &Consultation, all: &[Comment]) -> Result<()> {
    let visible = all.iter().filter(|it| it.state == Shownness::Visible);
    let made = visible.map(|it| Document::of_comment(it, on.forum_id, &on.language));
    dialect::add_documents(tx, made.collect()).await
}

async fn place(conn: &mut Conn, on: Id<Consultation>) -> Result<(Id<Forum>, String)> {
    let place = consultations::table.find(on).select((consultations::forum_id, consultations::language));
    Ok(on!(conn, |c| place.first(c).await)?)
}

async fn keep(tx: &mut Tx, document: Document) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(search_documents::table)
        .values(&document)
        .on_conflict(search_documents::subject_id)
        .do_update()
        .set(search_documents::stems.eq(&document.stems))
        .execute(c)
        .await)?;
    Ok(())
}

/// What is no longer shown is no longer found.
pub(crate) async fn forget(tx: &mut Tx, subject: Uuid) -> Result<()> {
    let conn: &mut Conn = tx;
    let gone = search_documents::table.filter(search_documents::subject_id.eq(Id::<Uuid>::from_uuid(subject)));
    on!(conn, |c| diesel::delete(gone).execute(c).await)?;
    Ok(())
}

/// Adds the documents that are missing: of what was written before there was an index, imported or restored without it.
pub(crate) async fn add_missing(store: &Store) -> Result<()> {
    dialect::follow_numbers(&mut store.conn().await?).await?;
    add_forums(store).await?;
    add_consultations(store).await?;
    add_comments(store).await?;
    add_mirrors(store).await
}

async fn add_forums(store: &Store) -> Result<()> {
    let mut tx = store.begin().await?;
    let conn: &mut Conn = &mut tx;
    let missing: Vec<Forum> = on!(conn, |c| forums::table
        .left_join(search_documents::table.on(search_documents::subject_id.eq(forums::id)))
        .filter(search_documents::subject_id.nullable().is_null())
        .select(Forum::as_select())
        .load(c)
        .await)?;
    dialect::add_documents(&mut tx, missing.iter().map(Document::of_forum).collect()).await?;
    tx.commit().await
}

async fn add_consultations(store: &Store) -> Result<()> {
    let missing: Vec<Id<Consultation>> = on!(&mut store.conn().await?, |c| consultations::table
        .left_join(search_documents::table.on(search_documents::subject_id.eq(consultations::id)))
        .filter(search_documents::subject_id.nullable().is_null().and(consultations::state.ne(State::Draft)))
        .select(consultations::id)
        .load(c)
        .await)?;
    for id in missing {
        let mut tx = store.begin().await?;
        let it = consultation::by_id(&mut tx, id).await?;
        keep_consultation(&mut tx, &it).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn add_comments(store: &Store) -> Result<()> {
    let mut last: Id<Comment> = Id::from_uuid(Uuid::nil());
    loop {
        let mut tx = store.begin().await?;
        let conn: &mut Conn = &mut tx;
        let missing = comments::table
            .inner_join(consultations::table)
            .left_join(search_documents::table.on(search_documents::subject_id.eq(comments::id)))
            .filter(search_documents::subject_id.nullable().is_null().and(comments::state.eq(Shownness::Visible)))
            .filter(comments::id.gt(last))
            .order(comments::id)
            .limit(AT_ONCE);
        let some: Vec<(Comment, Id<Forum>, String)> = on!(conn, |c| missing
            .select((Comment::as_select(), consultations::forum_id, consultations::language))
            .load(c)
            .await)?;
        let Some((end, ..)) = some.last() else { return Ok(()) };
        last = end.id;
        let made = some.iter().map(|(it, forum, language)| Document::of_comment(it, *forum, language));
        dialect::add_documents(&mut tx, made.collect()).await?;
        tx.commit().await?;
    }
}

async fn add_mirrors(store: &Store) -> Result<()> {
    let mut last: Id<Mirror> = Id::from_uuid(Uuid::nil());
    loop {
        let mut tx = store.begin().await?;
        let conn: &mut Conn = &mut tx;
        let missing = mirrors::table
            .left_join(search_documents::table.on(search_documents::subject_id.eq(mirrors::id)))
            .filter(search_documents::subject_id.nullable().is_null().and(mirrors::kind.ne(Copied::Question)))
            .filter(mirrors::id.gt(last))
            .order(mirrors::id)
            .limit(AT_ONCE);
        let some: Vec<Mirror> = on!(conn, |c| missing.select(Mirror::as_select()).load(c).await)?;
        let Some(end) = some.last() else { return Ok(()) };
        last = end.id;
        let made = some.iter().filter_map(|it| Document::of_mirror(it.id, it));
        dialect::add_documents(&mut tx, made.collect()).await?;
        tx.commit().await?;
    }
}
