//! Full-text search.

use axum::extract::State;
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::data::search::{self, Hit, Kind, Mark, Query, Scope, What};
use model::debate::comment::Comment;
use model::debate::consultation::{self, Consultation};
use model::debate::forum::Forum;
use model::id::Id;
use model::network::mirror::Mirror;
use model::people::actor::Actor;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call;
use super::face::Caller;
use super::here;
use super::list::{self, Asked, List};
use super::shape::{self, Person};
use crate::app::App;
use crate::error::Failure;

/// The order of what is found, as its cursors name it.
const ORDER: &str = "search";

/// What to seek, and where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Sought {
    /// Words, all of which must be there in one form or another: French, English and Spanish ones are stemmed, accents and
    /// capitals make no difference.
    #[param(max_length = 200)]
    q: String,
    /// Of this kind alone.
    #[param(inline, value_type = Option<shape::Findable>)]
    kind: Option<Kind>,
    /// In the forum with this slug alone.
    forum: Option<String>,
    /// In the debate of the consultation with this slug alone, and its text.
    consultation: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many items, at most 100; 50 by default.
    limit: Option<u16>,
}

/// Something found.
#[derive(Serialize, ToSchema)]
pub(super) struct Found {
    /// What it is.
    #[schema(value_type = shape::Findable)]
    kind: Kind,
    /// Its title; that of its consultation if it is a comment.
    title: String,
    /// Its address.
    url: String,
    /// Some of its words around the first of those sought: plain text, or Markdown as it was written.
    excerpt: String,
    /// The slug of its forum; null for what another node published.
    forum: Option<String>,
    /// The slug of its consultation.
    consultation: Option<String>,
    /// The node that published it, and its address there, where that is another than this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// Its address there.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    /// The key of the comment; of one that another node published, its key here.
    #[schema(value_type = Option<String>, format = Uuid)]
    comment: Option<Id<Comment>>,
    /// Who wrote the comment.
    author: Option<Person>,
    /// When it was published, or the forum made.
    #[schema(value_type = String, format = DateTime)]
    published: Instant,
}

impl Found {
    fn of(hit: Hit, here: &Address) -> Self {
        let kind = hit.kind();
        match hit.what {
            What::Here { forum, consultation, comment } => {
                let found = Self::here(kind, *forum, consultation.as_deref(), comment.map(|it| *it), here);
                Self { excerpt: hit.excerpt, ..found }
            }
            What::Elsewhere { page, comment } => {
                Self { excerpt: hit.excerpt, ..Self::elsewhere(kind, *page, comment.map(|it| *it), here) }
            }
        }
    }

    fn here(
        kind: Kind,
        forum: Forum,
        on: Option<&Consultation>,
        comment: Option<(Comment, Actor)>,
        here: &Address,
    ) -> Self {
        let (comment, author) = comment.map(|(comment, author)| (comment, Person::of(&author, here))).unzip();
        let url = match (on, &comment) {
            (None, _) => here.forum(&forum.slug),
            (Some(on), None) => here.consultation(&on.slug),
            (Some(on), Some(it)) => here.comment(&on.slug, it.id),
        };
        let published = comment.as_ref().map(|it| it.published_at);
        let published = published.or_else(|| on.map(|on| on.published_at.unwrap_or(on.created_at)));
        Self {
            kind,
            title: on.map_or(forum.title, |on| on.title.clone()),
            url,
            excerpt: String::new(),
            forum: Some(forum.slug),
            consultation: on.map(|on| on.slug.clone()),
            host: None,
            origin: None,
            comment: comment.map(|it| it.id),
            author,
            published: published.unwrap_or(forum.created_at),
        }
    }

    fn elsewhere(kind: Kind, page: Mirror, comment: Option<(Mirror, Actor)>, here: &Address) -> Self {
        let slug = page.slug.unwrap_or_default();
        let at = here.mirror(&page.host, &slug);
        let (said, author) = comment.map(|(said, author)| (said, Person::of(&author, here))).unzip();
        Self {
            kind,
            title: page.title,
            url: said.as_ref().map_or_else(|| at.clone(), |said| format!("{at}#comment-{}", said.id)),
            excerpt: String::new(),
            forum: None,
            consultation: Some(slug),
            host: Some(page.host),
            origin: Some(said.as_ref().map_or(page.uri, |said| said.uri.clone())),
            published: said.as_ref().map_or(page.published_at, |said| said.published_at),
            comment: said.map(|said| Id::from_uuid(said.id.uuid())),
            author,
        }
    }
}

/// Search forums, consultations and comments
///
/// What has all the words in its title comes first, then the rest; the latest first in each.
#[utoipa::path(
    get, path = "/search", tag = "search", params(Sought), responses((status = 200, body = List<Found>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(account): Caller,
    Asked(sought): Asked<Sought>,
) -> Result<Response, Failure> {
    let query = Query::read(&sought.q)?;
    let after = list::marked::<Hit>(ORDER, sought.cursor.as_deref())?.map(|(place, _)| Mark::at(place));
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let account = account.as_ref();
    let consultation = match &sought.consultation {
        Some(slug) => Some(consultation::view(&mut conn, slug, account).await?.consultation.id),
        None => None,
    };
    let scope = Scope { kind: sought.kind, forum: sought.forum.clone(), consultation };
    let limit = list::limit(sought.limit);
    let (hits, next) = search::page(&mut conn, account, &scope, &query, after, limit).await?;
    let items = hits.into_iter().map(|hit| Found::of(hit, &here)).collect();
    call::json(&List {
        items,
        next: next.map(|next| list::mark(ORDER, next.place(), Id::<Hit>::from_uuid(Default::default()))),
    })
}
