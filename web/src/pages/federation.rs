//! `/federation` and `/remote/{host}/c/{slug}`: what this node follows elsewhere, and what it receives.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::error::{Error, Result as Answer};
use model::id::Id;
use model::network::follow::{self, Follow};
use model::network::mirror::{self, Mirror};
use model::people::actor::{self, Actor};
use model::people::portrait;
use model::people::role::Act;

use super::After;
use super::brief::Brief;
use super::debate::portrait_path;
use super::mirrored;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// How many received consultations are listed.
const SHOWN: i64 = 50;

/// A forum that this node follows.
struct Followed {
    id: String,
    title: String,
    handle: String,
    state: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "federation.html")]
struct FederationPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    may_follow: bool,
    follows: Vec<Followed>,
    received: Vec<Brief>,
}

/// `GET /federation`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    show(&app, &visitor, StatusCode::OK, Form::default(), after).await
}

async fn show(app: &App, visitor: &Visitor, status: StatusCode, form: Form, after: After) -> Result<Response, Failure> {
    let t = &visitor.words;
    let mut conn = app.store.conn().await?;
    let follows = if visitor.node.set_up { follow::of_node(&mut conn).await? } else { Vec::new() };
    let received = mirror::latest(&mut conn, SHOWN).await?;
    let page = FederationPage {
        page: Frame::new(visitor, t.say("federation")).described(t.say("federation-lead")).mistaken(form.is_wrong()),
        status: after.done.map(|done| done.say(t)),
        may_follow: visitor.standing().may(Act::Administer, None).is_ok(),
        follows: follows.iter().map(|(follow, target)| followed(visitor, follow, target)).collect(),
        received: received.iter().map(|(mirror, _)| mirrored::brief(visitor, mirror)).collect(),
        form,
    };
    frame::show(status, &page)
}

fn followed(visitor: &Visitor, follow: &Follow, target: &Actor) -> Followed {
    let handle = target.handle(&visitor.here);
    Followed {
        id: follow.id.to_string(),
        title: if target.display_name.is_empty() { target.name.clone() } else { target.display_name.clone() },
        handle,
        state: visitor.say(&format!("follow-{}", follow.state)),
        tone: match follow.state {
            follow::State::Accepted => "open",
            follow::State::Requested => "soon",
            follow::State::Refused => "bad",
        },
    }
}

/// `POST /federation`: asks to follow a forum of another node.
pub(super) async fn follow(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    match ask(&app, &visitor, form.trimmed("target")).await {
        Ok(()) => Ok(Redirect::to("/federation?done=asked").into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "target")?;
            show(&app, &visitor, status, form, After::default()).await
        }
    }
}

async fn ask(app: &App, visitor: &Visitor, target: &str) -> Answer<()> {
    let by = visitor.standing();
    by.may(Act::Administer, None)?;
    if target.is_empty() {
        return Err(Error::field("target", "required", "Write the forum's address."));
    }
    // The network comes first, the transaction after.
    let found = app.find(target).await?;
    let mut tx = app.store.begin().await?;
    let target = actor::by_id(&mut tx, found).await?;
    follow::request(&mut tx, visitor.now, &by, &target, |id| visitor.here.follow(id)).await?;
    tx.commit().await
}

/// `POST /federation/{id}/stop`
pub(super) async fn stop(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Follow>>,
) -> Result<Redirect, Failure> {
    let mut tx = app.store.begin().await?;
    let follow = follow::by_id(&mut tx, id).await?;
    follow::take_back(&mut tx, visitor.now, &visitor.standing(), &follow).await?;
    tx.commit().await?;
    Ok(Redirect::to("/federation?done=stopped"))
}

/// A comment received.
struct Said {
    author: String,
    handle: Option<String>,
    portrait: Option<String>,
    machine: String,
    date: String,
    html: String,
    language: String,
}

#[derive(Template)]
#[template(path = "remote.html")]
struct RemotePage {
    page: Frame,
    host: String,
    origin: String,
    brief: Brief,
    text: String,
    said: Vec<Said>,
}

/// `GET /remote/{host}/c/{slug}`
pub(super) async fn remote(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, slug)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let thread = mirror::thread(&mut conn, &host.to_lowercase(), &slug).await?;
    let authors: Vec<_> = thread.comments.iter().filter_map(|(_, author)| Some(author.as_ref()?.id)).collect();
    let portraits = portrait::names(&mut conn, &authors).await?;
    drop(conn);
    let brief = mirrored::with_results(&visitor, &thread);
    let page = RemotePage {
        page: Frame::new(&visitor, &brief.title).described(&brief.summary),
        origin: thread.page.uri.clone(),
        host: thread.page.host.clone(),
        text: thread.page.html.clone(),
        said: thread
            .comments
            .iter()
            .map(|(note, author)| said(&visitor, note, author.as_ref(), &brief.language, &portraits))
            .collect(),
        brief,
    };
    frame::show(StatusCode::OK, &page)
}

fn said(
    visitor: &Visitor,
    note: &Mirror,
    author: Option<&Actor>,
    language: &str,
    portraits: &HashMap<Id<Actor>, String>,
) -> Said {
    let at = note.published_at.timestamp();
    let named = |who: &Actor| if who.display_name.is_empty() { who.name.clone() } else { who.display_name.clone() };
    Said {
        author: author.map_or_else(|| visitor.say("comment-someone"), named),
        handle: author.map(|author| author.handle(&visitor.here)),
        portrait: author.and_then(|author| portraits.get(&author.id)).map(|name| portrait_path(name)),
        machine: visitor.words.machine(at),
        date: visitor.words.date(at),
        html: note.html.clone(),
        language: note.language.clone().unwrap_or_else(|| language.to_owned()),
    }
}
