//! `/mod`: what waits for a moderator, oldest first, against what is promised.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use model::care::decision::{self, Decision};
use model::care::page as written;
use model::care::report::{self, Report, State as Outcome};
use model::clock::Instant;
use model::debate::comment::{self, Comment};
use model::debate::consultation::{self, Consultation};
use model::debate::forum::Forum;
use model::debate::held::{self, Held};
use model::debate::text;
use model::error::{Error, Result as Answer};
use model::id::Id;
use model::people::actor::{self, Actor};
use model::store::Conn;
use url::Url;

use super::After;
use super::admin::waits_too_long;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{self, Form};
use crate::frame::{self, Frame};
use crate::language::Language;
use crate::visitor::Visitor;

mod appeal;
mod journal;
mod report_page;

/// How many of each kind a page lists.
const SHOWN: i64 = 100;
/// How much of a message a list shows, in characters.
const GLIMPSE: usize = 160;
/// The rules by which moderators decide where the institution has written none.
const RULES: [&str; 4] = ["rule-respect", "rule-law", "rule-matter", "rule-advertising"];

/// The pages of moderators, and those on which everybody reads what they did.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/mod", get(page))
        .route("/mod/r/{id}", get(report_page::page).post(report_page::decide))
        .route("/mod/held/{id}", post(judge))
        .route("/mod/appeals/{id}", post(appeal::answer))
        .route("/mod/log", get(journal::own))
        .route("/mod/d/{id}/undo", post(journal::undo))
        .route("/modlog", get(journal::public))
        .route("/appeal/{token}", get(appeal::page).post(appeal::make))
}

/// How long something waits, and whether that is longer than promised.
struct Wait {
    said: String,
    late: bool,
}

fn wait(visitor: &Visitor, since: Instant) -> Wait {
    let hours = (visitor.now.as_second() - since.as_second()).max(0).div_euclid(3600);
    let said = visitor.words.count("mod-waits", u64::try_from(hours).unwrap_or_default());
    Wait { said, late: waits_too_long(visitor, since) }
}

/// A report of the queue.
struct Reported {
    href: String,
    wait: Wait,
    reason: String,
    glimpse: String,
    author: String,
}

/// A comment that waits.
struct Waiting {
    id: String,
    wait: Wait,
    author: String,
    question: String,
    href: String,
    language: String,
    html: String,
}

/// An appeal that waits.
struct Appealed {
    id: String,
    wait: Wait,
    said: String,
    reason: String,
    appeal: String,
    /// Whether somebody else must answer it.
    own: bool,
}

#[derive(Template)]
#[template(path = "mod.html")]
struct ModPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    promise: String,
    reports: Vec<Reported>,
    held: Vec<Waiting>,
    appeals: Vec<Appealed>,
    rules: Vec<form::Entry>,
}

/// `GET /mod`
async fn page(State(app): State<App>, visitor: Visitor, Query(after): Query<After>) -> Result<Response, Failure> {
    show(&app, &visitor, StatusCode::OK, Form::default(), after).await
}

async fn show(app: &App, visitor: &Visitor, status: StatusCode, form: Form, after: After) -> Result<Response, Failure> {
    let t = &visitor.words;
    let mut conn = app.store.conn().await?;
    let desk = report::desk(&mut conn, &visitor.standing()).await?;
    let desk = desk.as_deref();
    let page = ModPage {
        page: Frame::new(visitor, t.say("moderation")).mistaken(form.is_wrong()),
        status: after.done.map(|done| done.say(t)),
        promise: t.with("mod-promise", "hours", visitor.commitments.moderation_hours),
        reports: reports(&mut conn, visitor, desk).await?,
        held: waiting(&mut conn, visitor, desk).await?,
        appeals: appeals(&mut conn, visitor, desk).await?,
        rules: rules(&mut conn, visitor).await?,
        form,
    };
    frame::show(status, &page)
}

async fn reports(conn: &mut Conn, visitor: &Visitor, desk: Option<&[Id<Forum>]>) -> Answer<Vec<Reported>> {
    let mut all = Vec::new();
    for it in report::open_in(conn, desk, Outcome::Open, None, SHOWN).await? {
        let (glimpse, author) = match it.comment_id {
            Some(id) => {
                let said = comment::by_id(conn, id).await?;
                let author = actor::by_id(conn, said.actor_id).await?.handle(&visitor.here);
                (text::cut(&said.markdown, GLIMPSE), author)
            }
            None => (it.target.clone(), String::new()),
        };
        all.push(Reported {
            href: format!("/mod/r/{}", it.id),
            wait: wait(visitor, it.created_at),
            reason: visitor.say(&format!("mod-reason-{}", it.reason)),
            glimpse,
            author,
        });
    }
    Ok(all)
}

async fn waiting(conn: &mut Conn, visitor: &Visitor, desk: Option<&[Id<Forum>]>) -> Answer<Vec<Waiting>> {
    let mut all = Vec::new();
    for (it, author) in held::waiting(conn, desk, None, SHOWN).await? {
        let on = consultation::by_id(conn, it.consultation_id).await?;
        all.push(one_waiting(visitor, it, &author, on));
    }
    Ok(all)
}

fn one_waiting(visitor: &Visitor, it: Held, author: &Actor, on: Consultation) -> Waiting {
    Waiting {
        id: it.id.to_string(),
        wait: wait(visitor, it.received_at),
        author: author.handle(&visitor.here),
        href: format!("/c/{}", on.slug),
        language: it.language.unwrap_or(on.language),
        question: on.title,
        html: it.html,
    }
}

async fn appeals(conn: &mut Conn, visitor: &Visitor, desk: Option<&[Id<Forum>]>) -> Answer<Vec<Appealed>> {
    let own = visitor.account.as_ref().map(|account| account.id);
    let all = decision::appeals(conn, desk, SHOWN).await?;
    let one = |it: Decision| Appealed {
        id: it.id.to_string(),
        wait: wait(visitor, it.appealed_at.unwrap_or(it.at)),
        said: visitor.say(&format!("decided-{}", it.act)),
        own: it.account_id.is_some() && it.account_id == own,
        reason: it.reason,
        appeal: it.appeal.unwrap_or_default(),
    };
    Ok(all.into_iter().map(one).collect())
}

/// The rules to name, as they are published; in the institution's language.
async fn rules(conn: &mut Conn, visitor: &Visitor) -> Answer<Vec<form::Entry>> {
    let home = visitor.node.language.as_str();
    let mut all = written::rules(conn, &[home, visitor.words.tag()]).await?;
    if all.is_empty() {
        let language = Language::from_tag(home).unwrap_or(visitor.words.language);
        all = RULES.iter().map(|key| language.say(key)).collect();
    }
    Ok(all.into_iter().map(|rule| form::Entry::new(rule.clone(), rule)).collect())
}

/// The reason that is published: the rule, and what was added to it.
fn reason(form: &Form) -> String {
    let parts = [form.given("rule"), form.given("reason")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" – ")
}

/// `POST /mod/held/{id}`: shows what waited, or does not.
async fn judge(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Comment>>,
    mut form: Form,
) -> Result<Response, Failure> {
    let judged = async {
        let by = visitor.standing();
        let mut tx = app.store.begin().await?;
        let done = if form.is("act", "approve") {
            held::approve(&mut tx, visitor.now, &by, id).await?;
            "shown"
        } else {
            held::reject(&mut tx, visitor.now, &by, id, &reason(&form)).await?;
            "rejected"
        };
        tx.commit().await?;
        Ok(done)
    };
    match judged.await {
        Ok(done) => {
            app.pages.forget_all();
            Ok(Redirect::to(&format!("/mod?done={done}#held")).into_response())
        }
        Err(error @ Error::Refused(_)) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "")?;
            show(&app, &visitor, status, form, After::default()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Whom a report concerns: who wrote the comment, or the account reported; `None` where that is not known here.
async fn concerned(conn: &mut Conn, visitor: &Visitor, it: &Report) -> Answer<Option<Actor>> {
    if let Some(id) = it.comment_id {
        let said = comment::by_id(conn, id).await?;
        return actor::by_id(conn, said.actor_id).await.map(Some);
    }
    if Url::parse(&it.target).is_err() {
        return Ok(None);
    }
    match actor::by_address(conn, &visitor.here, &it.target).await {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
