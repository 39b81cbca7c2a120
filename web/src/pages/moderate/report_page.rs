//! `/mod/r/{id}`: what is reported, in its thread, and what a moderator decides.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::decision;
use model::care::report::{self, Decision, Report, State as Outcome};
use model::debate::comment::order::{self, Level, Selection};
use model::debate::comment::{self, Comment};
use model::debate::consultation;
use model::error::{Error, Result as Answer};
use model::id::Id;
use model::people::actor::{self, Actor};
use model::people::role::Act;
use model::people::suspension;
use model::store::Conn;

use super::{Wait, concerned, reason, rules, wait};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// How far up a thread is shown.
const ABOVE: usize = 10;
/// How many replies are shown.
const BELOW: i64 = 20;

/// A message of the thread.
struct Message {
    author: String,
    date: String,
    language: String,
    html: String,
    /// Whether it is the one reported.
    this: bool,
    /// What stands in the place of one that is not shown.
    notice: Option<String>,
}

#[derive(Template)]
#[template(path = "mod_report.html")]
struct ReportPage {
    page: Frame,
    form: Form,
    action: String,
    wait: Wait,
    reason: String,
    text: String,
    reporter: String,
    target: String,
    question: Option<(String, String)>,
    thread: Vec<Message>,
    author: Option<String>,
    /// Whether the author, or the server, is one of those with which one deals as a whole.
    acts: Vec<Entry>,
    rules: Vec<Entry>,
    /// What was decided, if somebody has.
    decided: Option<String>,
}

/// The report as this visitor may judge it.
async fn found(conn: &mut Conn, visitor: &Visitor, id: Id<Report>) -> Answer<Report> {
    let desk = report::desk(conn, &visitor.standing()).await?;
    let it = report::by_id(conn, id).await?;
    let theirs = desk.is_none_or(|forums| it.forum_id.is_some_and(|forum| forums.contains(&forum)));
    if theirs { Ok(it) } else { Err(Error::NotFound) }
}

/// `GET /mod/r/{id}`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Report>>,
) -> Result<Response, Failure> {
    let it = found(&mut app.store.conn().await?, &visitor, id).await?;
    show(&app, &visitor, StatusCode::OK, it, Form::default()).await
}

async fn show(app: &App, visitor: &Visitor, status: StatusCode, it: Report, form: Form) -> Result<Response, Failure> {
    let t = &visitor.words;
    let mut conn = app.store.conn().await?;
    let author = concerned(&mut conn, visitor, &it).await?;
    let question = match it.consultation_id {
        Some(on) => {
            let on = consultation::by_id(&mut conn, on).await?;
            Some((format!("/c/{}", on.slug), on.title))
        }
        None => None,
    };
    let reporter = match it.reporter_id {
        Some(id) => actor::by_id(&mut conn, id).await?.handle(&visitor.here),
        None => t.say("mod-somebody"),
    };
    let verdict = it.verdict.clone().unwrap_or_default();
    let page = ReportPage {
        page: Frame::new(visitor, t.say("mod-report")).mistaken(form.is_wrong()),
        action: format!("/mod/r/{}", it.id),
        wait: wait(visitor, it.created_at),
        reason: t.say(&format!("mod-reason-{}", it.reason)),
        text: it.text.clone(),
        reporter,
        target: it.target.clone(),
        question,
        thread: thread(&mut conn, visitor, it.comment_id).await?,
        acts: acts(visitor, &it, author.as_ref()),
        author: author.map(|author| author.handle(&visitor.here)),
        rules: rules(&mut conn, visitor).await?,
        decided: (it.state != Outcome::Open)
            .then(|| t.with2("mod-decided", "what", t.say(&format!("mod-state-{}", it.state)), "reason", verdict)),
        form,
    };
    frame::show(status, &page)
}

/// What can be decided about this.
fn acts(visitor: &Visitor, it: &Report, author: Option<&Actor>) -> Vec<Entry> {
    let t = &visitor.words;
    let everywhere = visitor.standing().may(Act::Moderate, None).is_ok();
    let mut acts = vec!["keep"];
    acts.extend(it.comment_id.map(|_| "hide"));
    acts.extend(author.filter(|_| everywhere).map(|_| "suspend"));
    acts.extend(author.filter(|author| everywhere && author.host.is_some()).map(|_| "block"));
    let entry = |act: &str| Entry::new(act, t.say(&format!("mod-{act}"))).hint(t.say(&format!("mod-{act}-hint")));
    acts.into_iter().map(entry).collect()
}

/// What stands above a comment, the comment, and what replies to it.
async fn thread(conn: &mut Conn, visitor: &Visitor, id: Option<Id<Comment>>) -> Answer<Vec<Message>> {
    let Some(id) = id else { return Ok(Vec::new()) };
    let said = comment::by_id(conn, id).await?;
    let (mut above, mut up) = (Vec::new(), said.parent_id);
    while let Some(parent) = up.filter(|_| above.len() < ABOVE) {
        let parent = comment::by_id(conn, parent).await?;
        up = parent.parent_id;
        above.push(parent);
    }
    above.reverse();
    let mut all = Vec::new();
    for (it, this) in above.into_iter().map(|it| (it, false)).chain([(said.clone(), true)]) {
        let author = actor::by_id(conn, it.actor_id).await?;
        all.push(message(visitor, it, &author, this));
    }
    let below = Selection { level: Level::Under(id), ..Selection::default() };
    for (it, author) in order::page(conn, said.consultation_id, &below, None, BELOW).await? {
        all.push(message(visitor, it, &author, false));
    }
    Ok(all)
}

fn message(visitor: &Visitor, it: Comment, author: &Actor, this: bool) -> Message {
    let t = &visitor.words;
    Message {
        author: author.handle(&visitor.here),
        date: t.moment(it.published_at.timestamp()),
        language: it.language.unwrap_or_else(|| visitor.node.language.clone()),
        notice: match it.state {
            comment::State::Visible | comment::State::Held => None,
            comment::State::Hidden => Some(t.say("comment-hidden")),
            comment::State::Deleted => Some(t.say("comment-deleted")),
        },
        html: it.html,
        this,
    }
}

/// `POST /mod/r/{id}`
pub(super) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Report>>,
    mut form: Form,
) -> Result<Response, Failure> {
    match decided(&app, &visitor, id, &form).await {
        Ok(()) => {
            app.pages.forget_all();
            Ok(Redirect::to("/mod?done=decided").into_response())
        }
        Err(error @ Error::Refused(_)) => {
            let field = |name: &str| match name {
                "reason" => "reason",
                "decision" => "act",
                _ => "",
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            let it = found(&mut app.store.conn().await?, &visitor, id).await?;
            show(&app, &visitor, status, it, form).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn decided(app: &App, visitor: &Visitor, id: Id<Report>, form: &Form) -> Answer<()> {
    let (by, now, reason) = (visitor.standing(), visitor.now, reason(form));
    let mut tx = app.store.begin().await?;
    let it = found(&mut tx, visitor, id).await?;
    let whom = concerned(&mut tx, visitor, &it).await?;
    let verdict = match form.trimmed("act") {
        "keep" => Decision::Dismiss,
        "hide" => Decision::Remove,
        "suspend" => {
            let whom = whom.ok_or(Error::NotFound)?;
            suspension::suspend(&mut tx, now, &by, &whom, &reason).await?;
            Decision::Resolve
        }
        "block" => {
            let host = whom.and_then(|whom| whom.host).ok_or(Error::NotFound)?;
            decision::block(&mut tx, now, &by, &host, &reason).await?;
            Decision::Resolve
        }
        _ => return Err(Error::field("decision", "required", "Choose what to do.")),
    };
    report::decide(&mut tx, now, &by, id, verdict, &reason).await?;
    tx.commit().await
}
