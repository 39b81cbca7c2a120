//! `/search`: everything that the visitor may read, by its words.

use askama::Template;
use axum::extract::{Query as Asking, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::data::search::{self, Hit, Kind, Mark, Query, Scope, What};
use model::debate::comment::Comment;
use model::debate::consultation::Consultation;
use model::debate::forum::{self, Forum};
use model::error::Result as Answer;
use model::network::mirror::Mirror;
use model::people::actor::Actor;
use model::store::Conn;
use serde::Deserialize;

use super::{mirrored, said};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::path;
use crate::visitor::Visitor;

/// How many are found on one page.
const PAGE: usize = 20;

/// What is sought.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    forum: String,
    after: Option<i64>,
}

/// Something found.
struct Found {
    href: String,
    title: String,
    language: String,
    excerpt: String,
    facts: Vec<String>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    page: Frame,
    form: Form,
    kinds: Vec<Entry>,
    forums: Vec<Entry>,
    /// What was sought; nothing yet if `None`.
    heading: Option<String>,
    found: Vec<Found>,
    next: Option<String>,
}

/// `GET /search`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Asking(asked): Asking<Asked>,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let mut conn = app.store.conn().await?;
    let mut form = Form::from_pairs([("q", &asked.q), ("kind", &asked.kind), ("forum", &asked.forum)]);
    let sought = !asked.q.trim().is_empty();
    let (mut hits, mut next, mut status) = (Vec::new(), None, StatusCode::OK);
    if sought {
        match seek(&mut conn, &visitor, &asked).await {
            Ok(found) => (hits, next) = found,
            Err(refused) => status = error::into_form(refused, t, &mut form, |_| "q")?,
        }
    }
    let any = Entry::new("", t.say("search-any"));
    let kinds = Kind::ALL.iter().map(|kind| Entry::new(kind.as_str(), t.say(&format!("search-{kind}"))));
    let seen = forum::list(&mut conn, visitor.account.as_ref()).await?;
    let every = Entry::new("", t.say("search-everywhere"));
    let title = if sought { t.with("search-for", "words", &asked.q) } else { t.say("search") };
    let page = SearchPage {
        page: Frame::new(&visitor, title).mistaken(form.is_wrong()),
        kinds: std::iter::once(any).chain(kinds).collect(),
        forums: std::iter::once(every).chain(seen.iter().map(|it| Entry::new(&it.slug, &it.title))).collect(),
        heading: (sought && !form.is_wrong())
            .then(|| t.say(if hits.is_empty() { "search-nothing" } else { "search-found" })),
        found: hits.into_iter().map(|hit| found(&visitor, hit)).collect(),
        next: next.map(|mark| following(&asked, mark)),
        form,
    };
    frame::show(status, &page)
}

async fn seek(conn: &mut Conn, visitor: &Visitor, asked: &Asked) -> Answer<(Vec<Hit>, Option<Mark>)> {
    let query = Query::read(&asked.q)?;
    let forum = Some(asked.forum.clone()).filter(|slug| !slug.is_empty());
    let scope = Scope { kind: asked.kind.parse().ok(), forum, consultation: None };
    search::page(conn, visitor.account.as_ref(), &scope, &query, asked.after.map(Mark::at), PAGE).await
}

fn following(asked: &Asked, mark: Mark) -> String {
    let after = mark.place().to_string();
    let query = [("q", asked.q.as_str()), ("kind", &asked.kind), ("forum", &asked.forum), ("after", &after)];
    path::with("/search", &query)
}

fn found(visitor: &Visitor, hit: Hit) -> Found {
    let t = &visitor.words;
    let mut facts = vec![t.say(&format!("search-{}", hit.kind()))];
    let Hit { what, excerpt, .. } = hit;
    // What makes words strong in Markdown says nothing here.
    let excerpt = excerpt.replace("**", "").replace("__", "");
    let (href, title, language) = match what {
        What::Here { forum, consultation, comment } => {
            let place = here(visitor, &forum, consultation.as_deref(), comment.as_deref(), &mut facts);
            if consultation.is_some() {
                facts.push(forum.title);
            }
            place
        }
        What::Elsewhere { page, comment } => elsewhere(visitor, &page, comment.as_deref(), &mut facts),
    };
    Found { href, title, language, excerpt, facts }
}

/// Where something of this node is read, its title, and its language.
fn here(
    visitor: &Visitor,
    forum: &Forum,
    on: Option<&Consultation>,
    comment: Option<&(Comment, Actor)>,
    facts: &mut Vec<String>,
) -> (String, String, String) {
    let t = &visitor.words;
    match (on, comment) {
        (Some(on), Some((said, author))) => {
            facts.push(name(author));
            facts.push(t.date(said.published_at.timestamp()));
            let language = said.language.clone().unwrap_or_else(|| on.language.clone());
            (said::address(&on.slug, said.id), on.title.clone(), language)
        }
        (Some(on), None) => {
            facts.push(t.say(&format!("state-{}", on.phase(visitor.now))));
            (format!("/c/{}", on.slug), on.title.clone(), on.language.clone())
        }
        (None, _) => (format!("/f/{}", forum.slug), forum.title.clone(), forum.language.clone()),
    }
}

/// The same of what another node published: its page here, marked as the other's.
fn elsewhere(
    visitor: &Visitor,
    page: &Mirror,
    comment: Option<&(Mirror, Actor)>,
    facts: &mut Vec<String>,
) -> (String, String, String) {
    let t = &visitor.words;
    let brief = mirrored::brief(visitor, page);
    let (href, language) = match comment {
        Some((said, author)) => {
            facts.push(name(author));
            facts.push(t.date(said.published_at.timestamp()));
            let language = said.language.clone().unwrap_or_else(|| brief.language.clone());
            (format!("{}#comment-{}", brief.href, said.id), language)
        }
        None => {
            facts.push(brief.state);
            (brief.href, brief.language)
        }
    };
    facts.extend(brief.origin);
    (href, brief.title, language)
}

fn name(who: &Actor) -> String {
    if who.display_name.is_empty() { who.name.clone() } else { who.display_name.clone() }
}
