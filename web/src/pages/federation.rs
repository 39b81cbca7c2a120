//! `/federation`: a box that takes a forum's handle, its address or words; what this node follows elsewhere, and what it
//! receives.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::error::{Error, Result as Answer};
use model::id::Id;
use model::network::follow::{self, Follow};
use model::network::preview::Preview;
use model::network::{known, mirror};
use model::people::actor::{self, Actor};
use model::people::role::Act;
use model::store::Conn;
use serde::Deserialize;

use super::brief::Brief;
use super::{Done, mirrored, network};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// How many received consultations are listed.
const SHOWN: i64 = 50;
/// How many forums are found by words.
const FOUND: i64 = 20;

/// A forum that this node follows, or may.
struct Followed {
    id: String,
    title: String,
    handle: String,
    state: String,
    tone: &'static str,
}

/// A debate of a forum that is looked at.
struct Headline {
    title: String,
    uri: String,
    language: String,
    date: Option<(String, String)>,
}

/// A forum before it is followed.
struct Looked {
    title: String,
    handle: String,
    /// What it says of itself: sanitised.
    summary: String,
    rules: Option<String>,
    languages: String,
    debates: Vec<Headline>,
    /// Where it stands, if it was asked before.
    state: Option<String>,
}

#[derive(Template)]
#[template(path = "federation.html")]
struct FederationPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    may_follow: bool,
    looked: Option<Looked>,
    /// What was found by words, once words were given.
    found: Option<(Vec<Followed>, Vec<Brief>)>,
    follows: Vec<Followed>,
    received: Vec<Brief>,
    network: network::Network,
}

/// What the page is asked with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    done: Option<Done>,
    target: Option<String>,
}

/// `GET /federation`: opening it asks nobody to be followed.
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let mut form = Form::default();
    let Some(target) = asked.target.as_deref().map(str::trim).filter(|it| !it.is_empty()) else {
        return show(&app, &visitor, StatusCode::OK, form, asked.done, Sought::Nothing).await;
    };
    form.set("target", target);
    let administers = visitor.standing().may(Act::Administer, None).is_ok();
    if !administers || !is_address(target) {
        return show(&app, &visitor, StatusCode::OK, form, None, Sought::Words(target.to_owned())).await;
    }
    match app.look_at(target).await {
        Ok(preview) => show(&app, &visitor, StatusCode::OK, form, None, Sought::Forum(preview)).await,
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "target")?;
            show(&app, &visitor, status, form, None, Sought::Nothing).await
        }
    }
}

/// Whether something is a handle or an address, and no words.
fn is_address(target: &str) -> bool {
    let one = !target.contains(char::is_whitespace);
    one && (target.contains("://") || target.trim_start_matches('@').contains('@'))
}

/// What was asked for.
enum Sought {
    Nothing,
    Words(String),
    Forum(Preview),
}

async fn show(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    form: Form,
    done: Option<Done>,
    sought: Sought,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let mut conn = app.store.conn().await?;
    let follows = if visitor.node.set_up { follow::of_node(&mut conn).await? } else { Vec::new() };
    let received = mirror::latest(&mut conn, SHOWN).await?;
    let (looked, found) = match sought {
        Sought::Nothing => (None, None),
        Sought::Words(words) => (None, Some(found(&mut conn, visitor, &words, &follows).await?)),
        Sought::Forum(preview) => (Some(looked(&mut conn, visitor, preview, &follows).await?), None),
    };
    let page = FederationPage {
        page: Frame::new(visitor, t.say("federation")).described(t.say("federation-lead")).mistaken(form.is_wrong()),
        status: done.map(|done| done.say(t)),
        may_follow: visitor.standing().may(Act::Administer, None).is_ok(),
        follows: follows.iter().map(|(follow, target)| followed(visitor, follow, target)).collect(),
        network: network::shown(&mut conn, visitor).await?,
        received: received.iter().map(|(mirror, _)| mirrored::brief(visitor, mirror)).collect(),
        looked,
        found,
        form,
    };
    frame::show(status, &page)
}

fn title(target: &Actor) -> String {
    if target.display_name.is_empty() { target.name.clone() } else { target.display_name.clone() }
}

fn followed(visitor: &Visitor, follow: &Follow, target: &Actor) -> Followed {
    Followed {
        id: follow.id.to_string(),
        title: title(target),
        handle: target.handle(&visitor.here),
        state: visitor.say(&format!("follow-{}", follow.state)),
        tone: match follow.state {
            follow::State::Accepted => "open",
            follow::State::Requested => "soon",
            follow::State::Refused => "bad",
        },
    }
}

/// Forums and debates that are known here, by words.
async fn found(
    conn: &mut Conn,
    visitor: &Visitor,
    words: &str,
    follows: &[(Follow, Actor)],
) -> Answer<(Vec<Followed>, Vec<Brief>)> {
    let forums = known::forums(conn, words, FOUND).await?;
    let debates = known::debates(conn, words, FOUND).await?;
    let one = |target: &Actor| match follows.iter().find(|(_, followed)| followed.id == target.id) {
        Some((follow, target)) => followed(visitor, follow, target),
        None => Followed {
            id: String::new(),
            title: title(target),
            handle: target.handle(&visitor.here),
            state: visitor.say("follow-not"),
            tone: "line",
        },
    };
    Ok((forums.iter().map(one).collect(), debates.iter().map(|it| mirrored::brief(visitor, it)).collect()))
}

async fn looked(conn: &mut Conn, visitor: &Visitor, preview: Preview, follows: &[(Follow, Actor)]) -> Answer<Looked> {
    let t = &visitor.words;
    let forum = actor::by_id(conn, preview.forum).await?;
    let stands = follows.iter().find(|(_, target)| target.id == forum.id);
    let headline = |it: model::network::preview::Headline| Headline {
        title: it.title,
        uri: it.uri,
        language: it.language.unwrap_or_else(|| t.tag().to_owned()),
        date: it.published_at.map(|at| (t.machine(at.timestamp()), t.date(at.timestamp()))),
    };
    Ok(Looked {
        title: title(&forum),
        handle: forum.handle(&visitor.here),
        summary: forum.summary.clone(),
        rules: preview.rules,
        languages: preview.languages.join(", "),
        debates: preview.debates.into_iter().map(headline).collect(),
        state: stands.map(|(follow, _)| visitor.say(&format!("follow-{}", follow.state))),
    })
}

/// `POST /federation`: asks to follow a forum of another node.
pub(super) async fn follow(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    match ask(&app, &visitor, form.trimmed("target")).await {
        Ok(()) => Ok(Redirect::to("/federation?done=asked").into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "target")?;
            show(&app, &visitor, status, form, None, Sought::Nothing).await
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
