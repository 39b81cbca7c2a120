//! `/modlog`: what moderators did, for everybody; `/mod/log`: the same for them, to take back.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::decision::{self, Decision};
use model::care::report;
use model::error::Result as Answer;
use model::id::Id;
use model::people::{account, actor};
use model::store::Conn;
use serde::Deserialize;

use crate::app::App;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::pages::Done;
use crate::path;
use crate::visitor::Visitor;

/// How many a page lists.
const PAGE: i64 = 50;

/// A decision as it is told.
struct Line {
    id: String,
    date: String,
    machine: String,
    said: String,
    /// Where, as the forum's title and its language.
    place: Option<(String, String)>,
    host: Option<String>,
    reason: String,
    /// What became of it.
    after: Option<String>,
    /// Among moderators: whom it concerns, and who decided.
    whom: String,
    by: String,
    /// Whether it can be taken back.
    undoable: bool,
}

#[derive(Template)]
#[template(path = "modlog.html")]
struct LogPage {
    page: Frame,
    status: Option<String>,
    lead: String,
    lines: Vec<Line>,
    next: Option<String>,
    /// Whether it is the moderators' own.
    own: bool,
}

/// Where a page begins.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    before: Option<Id<Decision>>,
    done: Option<Done>,
}

fn line(visitor: &Visitor, it: &Decision, place: Option<(String, String)>) -> Line {
    let t = &visitor.words;
    let date = |at: model::clock::Instant| t.date(at.timestamp());
    let undone = it.undone_at.map(|at| t.with("modlog-undone", "date", date(at)));
    let upheld = it.answered_at.filter(|_| it.undone_at.is_none()).map(|at| t.with("modlog-upheld", "date", date(at)));
    let appealed = it.appealed_at.map(|at| t.with("modlog-appealed", "date", date(at)));
    Line {
        id: it.id.to_string(),
        date: date(it.at),
        machine: t.machine(it.at.timestamp()),
        said: t.say(&format!("decided-{}", it.act)),
        place,
        host: it.host.clone(),
        reason: it.reason.clone(),
        after: undone.or(upheld).or(appealed),
        whom: String::new(),
        by: String::new(),
        undoable: it.can_be_undone(visitor.now).is_ok(),
    }
}

fn next(here: &str, last: Option<Id<Decision>>, count: usize) -> Option<String> {
    let full = i64::try_from(count).is_ok_and(|count| count == PAGE);
    last.filter(|_| full).map(|last| path::with(here, &[("before", &last.to_string())]))
}

/// `GET /modlog`
pub(super) async fn public(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let found = decision::published(&mut app.store.conn().await?, asked.before, PAGE).await?;
    let lines: Vec<Line> = found
        .iter()
        .map(|(it, forum)| line(&visitor, it, forum.as_ref().map(|it| (it.title.clone(), it.language.clone()))))
        .collect();
    let page = LogPage {
        page: Frame::new(&visitor, t.say("modlog-title")).described(t.say("modlog-lead")),
        status: None,
        lead: t.say("modlog-lead"),
        next: next("/modlog", found.last().map(|(it, _)| it.id), found.len()),
        lines,
        own: false,
    };
    frame::show(StatusCode::OK, &page)
}

/// `GET /mod/log`
pub(super) async fn own(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let mut conn = app.store.conn().await?;
    let desk = report::desk(&mut conn, &visitor.standing()).await?;
    let found = decision::latest(&mut conn, desk.as_deref(), asked.before, PAGE).await?;
    let mut lines = Vec::with_capacity(found.len());
    for it in &found {
        lines.push(named(&mut conn, &visitor, it).await?);
    }
    let page = LogPage {
        page: Frame::new(&visitor, t.say("mod-log")),
        status: asked.done.map(|done| done.say(t)),
        lead: t.say("mod-log-lead"),
        next: next("/mod/log", found.last().map(|it| it.id), found.len()),
        lines,
        own: true,
    };
    frame::show(StatusCode::OK, &page)
}

/// A line with the names that moderators see.
async fn named(conn: &mut Conn, visitor: &Visitor, it: &Decision) -> Answer<Line> {
    let place = match it.forum_id {
        Some(id) => Some(model::debate::forum::by_id(conn, id).await?),
        None => None,
    };
    let whom = match it.actor_id {
        Some(id) => actor::by_id(conn, id).await?.handle(&visitor.here),
        None => String::new(),
    };
    let by = match it.account_id {
        Some(id) => account::by_id(conn, id).await?.name,
        None => String::new(),
    };
    Ok(Line { whom, by, ..line(visitor, it, place.map(|forum| (forum.title, forum.language))) })
}

/// `POST /mod/d/{id}/undo`
pub(super) async fn undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Decision>>,
) -> Result<Response, Failure> {
    let mut tx = app.store.begin().await?;
    decision::undo(&mut tx, visitor.now, &visitor.standing(), id).await?;
    tx.commit().await?;
    app.pages.forget_all();
    Ok(Redirect::to("/mod/log?done=undone").into_response())
}
