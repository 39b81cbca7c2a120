//! Feeds (Atom, RFC 4287): of the node, of a forum, of what is tagged so, of a consultation. Readers of feeds sign in nowhere, so
//! each holds what everybody may read, and no result.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::address::Address;
use model::clock::Instant;
use model::debate::comment::order::{self, Level, Order, Selection};
use model::debate::comment::{self, Comment};
use model::debate::consultation::{self, Consultation, Filter, Sort, State as Stage};
use model::debate::forum::{self, Forum};
use model::debate::text;
use model::error::{Error, Result as Answer};
use model::people::actor::Actor;
use model::store::Conn;
use serde::Deserialize;

use crate::app::App;
use crate::error::Failure;
use crate::tag;
use crate::visitor::Visitor;

/// The most entries of a feed.
const MOST: usize = 30;
/// How many consultations are looked through for a tag.
const LOOKED_THROUGH: i64 = 500;
/// The longest tag that is looked for, in characters.
const TAG_LONGEST: usize = 60;
/// The longest title of a comment, in characters.
const TITLE: usize = 80;

/// `/feed.atom`, `/f/{forum}/feed.atom`, `/c/{slug}/feed.atom`
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/feed.atom", get(node))
        .route("/f/{forum}/feed.atom", get(of_forum))
        .route("/c/{slug}/feed.atom", get(of_consultation))
}

/// What a feed is asked with.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Of what is tagged so alone.
    tag: Option<String>,
}

struct Entry {
    id: String,
    title: String,
    language: String,
    author: String,
    published: String,
    updated: String,
    tags: Vec<String>,
    /// Safe HTML, or plain text where it is none.
    html: Option<String>,
    summary: String,
}

#[derive(Template)]
#[template(path = "feed.xml", escape = "html")]
struct Feed {
    id: String,
    /// The page that it is about.
    page: String,
    title: String,
    language: String,
    updated: String,
    entries: Vec<Entry>,
}

/// What XML 1.0 cannot hold, left out.
fn legal(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}

async fn node(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let forums = forum::list(&mut conn, None).await?;
    let tag = tag(&asked);
    let entries = consultations(&mut conn, &visitor.here, &forums, tag.as_deref()).await?;
    let here = &visitor.here;
    let (id, title) = match &tag {
        Some(tag) => (tagged(&here.path("feed.atom"), tag), format!("{} · #{tag}", visitor.node.name)),
        None => (here.path("feed.atom"), visitor.node.name.clone()),
    };
    answer(&headers, Feed::of(id, here.node(), title, visitor.node.language.clone(), entries, visitor.now))
}

async fn of_forum(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (forum, _) = forum::view(&mut conn, &slug, None).await?;
    let tag = tag(&asked);
    let entries = consultations(&mut conn, &visitor.here, std::slice::from_ref(&forum), tag.as_deref()).await?;
    let page = visitor.here.forum(&forum.slug);
    let own = format!("{page}/feed.atom");
    let (id, title) = match &tag {
        Some(tag) => (tagged(&own, tag), format!("{} · #{tag}", forum.title)),
        None => (own, forum.title.clone()),
    };
    answer(&headers, Feed::of(id, page, title, forum.language, entries, forum.updated_at.unwrap_or(forum.created_at)))
}

async fn of_consultation(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let view = consultation::view(&mut conn, &slug, None).await?;
    let on = &view.consultation;
    if on.state == Stage::Draft {
        return Err(Error::NotFound.into());
    }
    let which = Selection { order: Order::Newest, level: Level::All, ..Selection::default() };
    let said = order::page(&mut conn, on.id, &which, None, MOST as i64).await?;
    let shown = said.iter().filter(|(comment, _)| comment::is_shown(on, comment));
    let entries = shown.map(|(comment, author)| from_comment(&visitor.here, on, comment, author)).collect();
    let page = visitor.here.consultation(&on.slug);
    let since = on.edited_at.or(on.published_at).unwrap_or(on.created_at);
    answer(&headers, Feed::of(format!("{page}/feed.atom"), page, on.title.clone(), on.language.clone(), entries, since))
}

fn tag(asked: &Asked) -> Option<String> {
    let tag = asked.tag.as_deref()?;
    Some(text::line(tag.trim_start_matches('#'), TAG_LONGEST)).filter(|tag| !tag.is_empty())
}

fn tagged(address: &str, tag: &str) -> String {
    format!("{address}?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair("tag", tag).finish())
}

/// The latest of these forums, whatever their state.
async fn consultations(
    conn: &mut Conn,
    here: &Address,
    forums: &[Forum],
    tag: Option<&str>,
) -> Answer<Vec<(Entry, Instant)>> {
    let limit = if tag.is_some() { LOOKED_THROUGH } else { MOST as i64 };
    let forums = forums.iter().map(|forum| forum.id).collect();
    let filter = Filter { forums, states: Vec::new(), sort: Sort::Newest, skip: 0, limit };
    let wanted = tag.map(str::to_lowercase);
    let fits = |on: &Consultation| {
        wanted.as_ref().is_none_or(|wanted| on.tags.0.iter().any(|held| held.to_lowercase() == *wanted))
    };
    let found = consultation::list(conn, &filter).await?;
    let mut entries = Vec::new();
    for on in found.into_iter().filter(|on| on.state != Stage::Draft && fits(on)).take(MOST) {
        let author = model::people::actor::by_id(conn, on.author_id).await?;
        let published = on.published_at.unwrap_or(on.created_at);
        let updated = [on.edited_at, on.opened_at, on.closed_at].into_iter().flatten().fold(published, Instant::max);
        let entry = Entry {
            id: here.consultation(&on.slug),
            title: legal(&on.title),
            language: on.language,
            author: legal(&name(&author)),
            published: published.to_string(),
            updated: updated.to_string(),
            tags: on.tags.0.iter().map(|tag| legal(tag)).collect(),
            html: None,
            summary: legal(&on.summary),
        };
        entries.push((entry, updated));
    }
    Ok(entries)
}

fn name(author: &Actor) -> String {
    if author.display_name.is_empty() { author.name.clone() } else { author.display_name.clone() }
}

fn from_comment(here: &Address, on: &Consultation, comment: &Comment, author: &Actor) -> (Entry, Instant) {
    let updated = comment.updated_at.unwrap_or(comment.published_at);
    let entry = Entry {
        id: here.comment(&on.slug, comment.id),
        title: legal(&text::line(&comment.markdown, TITLE)),
        language: comment.language.clone().unwrap_or_else(|| on.language.clone()),
        author: legal(&name(author)),
        published: comment.published_at.to_string(),
        updated: updated.to_string(),
        tags: Vec::new(),
        html: Some(legal(&comment.html)),
        summary: String::new(),
    };
    (entry, updated)
}

impl Feed {
    /// `since`: when it last changed, if it has no entries.
    fn of(
        id: String,
        page: String,
        title: String,
        language: String,
        entries: Vec<(Entry, Instant)>,
        since: Instant,
    ) -> Self {
        let updated = entries.iter().map(|(_, at)| *at).max().unwrap_or(since).to_string();
        let entries = entries.into_iter().map(|(entry, _)| entry).collect();
        Self { id, page, title: legal(&title), language, updated, entries }
    }
}

fn answer(headers: &HeaderMap, feed: Feed) -> Result<Response, Failure> {
    let text = feed.render().map_err(|error| Failure::broken(&error))?;
    let tag = tag::of(text.as_bytes());
    if tag::is_held(headers, &tag) {
        return Ok((axum::http::StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let kept = "public, max-age=300".to_owned();
    let media = "application/atom+xml; charset=utf-8".to_owned();
    Ok(([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, kept), (header::ETAG, tag)], text).into_response())
}
