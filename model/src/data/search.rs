//! Full-text search over everything that may be read: forums, published consultations, visible comments, and the copies of
//! what other nodes published.
//!
//! What is derived from the records stands in one table of documents, which SQLite indexes with FTS5 and PostgreSQL with
//! `tsvector`; both are given the same stems ([`words`]), so both find the same. A document is written in the transaction
//! that writes what it describes, and goes with it. Drafts, tombstones and results are in none. Who may see a forum is asked
//! of the forum's own row, and what is found is read again from its own record before it is shown.

mod elsewhere;
mod index;
mod query;
mod words;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::debate::comment::{self, Comment};
use crate::debate::consultation::{self, Consultation, State};
use crate::debate::forum::{self, Forum};
use crate::debate::text;
use crate::error::Result;
use crate::id::Id;
use crate::network::mirror::Mirror;
use crate::people::account::Account;
use crate::people::actor::Actor;
use crate::store::dialect::{self, Wanted};
use crate::store::schema::search_documents;
use crate::store::types::words;
use crate::store::{Conn, on};

pub(crate) use index::{
    Document, add_missing, comments, forget, keep_comment, keep_consultation, keep_forum, keep_mirror,
};
pub use query::{LONGEST, Query};

words! {
    /// What can be found.
    pub enum Kind {
        /// A forum, by its title and summary.
        Forum = "forum",
        /// A consultation, by its title, summary, brief, tags and text.
        Consultation = "consultation",
        /// A comment, by its text.
        Comment = "comment",
    }
}

/// Where to seek.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Of this kind alone.
    pub kind: Option<Kind>,
    /// In the forum with this slug alone.
    pub forum: Option<String>,
    /// In the debate of this consultation alone.
    pub consultation: Option<Id<Consultation>>,
}

/// The place of what was found: where the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Whether all that was sought stands in its title: those come first.
    pub in_title: bool,
    /// The number of its document; the latest first.
    pub number: i64,
}

impl Mark {
    /// The place as one number, for a cursor: below zero where the words do not all stand in the title.
    #[must_use]
    pub fn place(self) -> i64 {
        if self.in_title { self.number } else { -self.number }
    }

    /// The place of that number.
    #[must_use]
    pub fn at(place: i64) -> Self {
        Self { in_title: place > 0, number: place.saturating_abs() }
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub enum What {
    /// Something of this node.
    Here {
        /// Its forum, or the forum that was found.
        forum: Box<Forum>,
        /// Its consultation, or the consultation that was found.
        consultation: Option<Box<Consultation>>,
        /// The comment that was found, and its author.
        comment: Option<Box<(Comment, Actor)>>,
    },
    /// A copy of what another node published.
    Elsewhere {
        /// The consultation.
        page: Box<Mirror>,
        /// The comment that was found, and its author.
        comment: Option<Box<(Mirror, Actor)>>,
    },
}

/// Something found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its place.
    pub mark: Mark,
    /// What it is.
    pub what: What,
    /// Some of its words, around the first of those sought: plain text, or Markdown as it was written.
    pub excerpt: String,
}

impl Hit {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match &self.what {
            What::Here { comment: Some(_), .. } | What::Elsewhere { comment: Some(_), .. } => Kind::Comment,
            What::Here { consultation: Some(_), .. } | What::Elsewhere { .. } => Kind::Consultation,
            What::Here { .. } => Kind::Forum,
        }
    }
}

/// A document as it is kept.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = search_documents)]
struct Found {
    number: i64,
    kind: Kind,
    subject_id: Id<Uuid>,
    mirror_id: Option<Id<Mirror>>,
}

/// One page of what `account` may see and fits, and where the next page begins: what has all words in its title first, then
/// the rest; the latest first in each.
///
/// # Errors
/// When the database fails.
pub async fn page(
    conn: &mut Conn,
    account: Option<&Account>,
    scope: &Scope,
    query: &Query,
    after: Option<Mark>,
    limit: usize,
) -> Result<(Vec<Hit>, Option<Mark>)> {
    let mut forums = forum::list(conn, account).await?;
    forums.retain(|it| scope.forum.as_ref().is_none_or(|slug| *slug == it.slug));
    let markers = index::markers(scope.kind, scope.consultation);
    let mut marks = Vec::new();
    // A comment has no title.
    let titled = scope.kind != Some(Kind::Comment);
    for in_title in [true, false] {
        let before = match after {
            Some(mark) if mark.in_title == in_title => mark.number,
            Some(mark) if in_title && !mark.in_title => continue,
            _ if in_title && !titled => continue,
            _ => i64::MAX,
        };
        let wanted = Wanted {
            words: sought(query, &markers, in_title),
            without: if titled && !in_title { sought(query, &[], true) } else { Vec::new() },
            forums: forums.iter().map(|it| it.id).collect(),
            elsewhere: scope.forum.is_none() && scope.consultation.is_none(),
            before,
            limit: i64::try_from(limit + 1 - marks.len()).unwrap_or(i64::MAX),
        };
        let numbers = dialect::found(conn, &wanted).await?;
        marks.extend(numbers.into_iter().map(|number| Mark { in_title, number }));
        if marks.len() > limit {
            break;
        }
    }
    let more = marks.len() > limit;
    marks.truncate(limit);
    let next = marks.last().copied().filter(|_| more);
    Ok((hits(conn, &forums, query, &marks).await?, next))
}

/// The words of the index of which a document must have one of each, in its title or anywhere.
fn sought(query: &Query, markers: &[String], in_title: bool) -> Vec<Vec<String>> {
    let word = |stem: &String| if in_title { index::in_title(stem) } else { stem.clone() };
    let stems = query.stems().iter().map(|stems| stems.iter().map(word).collect());
    stems.chain(markers.iter().map(|marker| vec![marker.clone()])).collect()
}

/// The published consultations of these forums that fit, the latest `limit` at most.
///
/// # Errors
/// When the database fails.
pub async fn consultations(
    conn: &mut Conn,
    forums: &[Forum],
    query: &Query,
    limit: i64,
) -> Result<HashSet<Id<Consultation>>> {
    let wanted = Wanted {
        words: sought(query, &index::markers(Some(Kind::Consultation), None), false),
        without: Vec::new(),
        forums: forums.iter().map(|it| it.id).collect(),
        elsewhere: false,
        before: i64::MAX,
        limit,
    };
    let numbers = dialect::found(conn, &wanted).await?;
    let found = documents(conn, &numbers).await?;
    Ok(found.into_iter().map(|it| Id::from_uuid(it.subject_id.uuid())).collect())
}

async fn documents(conn: &mut Conn, numbers: &[i64]) -> Result<Vec<Found>> {
    Ok(on!(conn, |c| search_documents::table
        .filter(search_documents::number.eq_any(numbers))
        .select(Found::as_select())
        .load(c)
        .await)?)
}

/// What stands behind these documents, in their order, as it may be shown now.
async fn hits(conn: &mut Conn, forums: &[Forum], query: &Query, marks: &[Mark]) -> Result<Vec<Hit>> {
    let numbers: Vec<i64> = marks.iter().map(|mark| mark.number).collect();
    let found: HashMap<i64, Found> = documents(conn, &numbers).await?.into_iter().map(|it| (it.number, it)).collect();
    let of = |kind: Kind| {
        let some = found.values().filter(move |it| it.kind == kind && it.mirror_id.is_none());
        some.map(|it| it.subject_id.uuid()).collect::<Vec<Uuid>>()
    };
    let comments: Vec<Id<Comment>> = of(Kind::Comment).into_iter().map(Id::from_uuid).collect();
    let comments = by_key(comment::by_ids(conn, &comments).await?, |(it, _)| it.id.uuid());
    let mut asked: Vec<Id<Consultation>> = of(Kind::Consultation).into_iter().map(Id::from_uuid).collect();
    asked.extend(comments.values().map(|(it, _)| it.consultation_id));
    let consultations = by_key(consultation::by_ids(conn, &asked).await?, |it| it.id.uuid());
    let copies: Vec<Id<Mirror>> = found.values().filter_map(|it| it.mirror_id).collect();
    let mut copies = elsewhere::shown(conn, &copies).await?;
    let mut hits = Vec::with_capacity(marks.len());
    for mark in marks {
        let Some(document) = found.get(&mark.number) else { continue };
        if let Some(copy) = document.mirror_id {
            let what = copies.remove(&copy);
            hits.extend(what.map(|what| Hit { mark: *mark, excerpt: elsewhere::excerpt(query, &what), what }));
            continue;
        }
        let subject = document.subject_id.uuid();
        let comment = comments.get(&subject).cloned();
        let asked = comment.as_ref().map_or(subject, |(it, _)| it.consultation_id.uuid());
        let consultation = consultations.get(&asked).filter(|it| it.state != State::Draft).cloned();
        let forum = consultation.as_ref().map_or(subject, |it| it.forum_id.uuid());
        let Some(forum) = forums.iter().find(|it| it.id.uuid() == forum).cloned() else { continue };
        let shown = |(it, author): &(Comment, Actor)| it.state == comment::State::Visible && author.may_be_searched();
        if comment.as_ref().is_some_and(|it| !shown(it)) {
            continue;
        }
        let excerpt = excerpt(conn, query, &forum, consultation.as_ref(), comment.as_ref().map(|(it, _)| it)).await?;
        let (consultation, comment) = (consultation.map(Box::new), comment.map(Box::new));
        hits.push(Hit { mark: *mark, what: What::Here { forum: Box::new(forum), consultation, comment }, excerpt });
    }
    Ok(hits)
}

fn by_key<T>(all: Vec<T>, key: impl Fn(&T) -> Uuid) -> HashMap<Uuid, T> {
    all.into_iter().map(|it| (key(&it), it)).collect()
}

async fn excerpt(
    conn: &mut Conn,
    query: &Query,
    forum: &Forum,
    on: Option<&Consultation>,
    comment: Option<&Comment>,
) -> Result<String> {
    Ok(match (on, comment) {
        (None, _) => query.excerpt(&forum.language, &forum.summary),
        (Some(on), Some(it)) => query.excerpt(it.language.as_ref().unwrap_or(&on.language), &it.markdown),
        (Some(on), None) if query.touches(&on.language, &on.summary) => query.excerpt(&on.language, &on.summary),
        (Some(on), None) => {
            let text = text::version(conn, on.id, on.text_version).await?;
            query.excerpt(&on.language, &text.markdown)
        }
    })
}
