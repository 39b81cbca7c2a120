//! The first step: one question, with what other servers will show of it.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::consultation::{self, Consultation, Step};
use model::debate::forum;
use model::error::{Error, Refusal, Result as Answer};
use model::people::role::Act;
use serde::Deserialize;

use super::preview::{self, Post};
use super::steps;
use super::{Work, corrects, fields, locked};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::pages::setup::languages;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "write_question.html")]
struct QuestionPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    steps: Vec<steps::Entry>,
    locked: Option<String>,
    corrects: bool,
    draft: bool,
    action: String,
    back: String,
    /// The forums to choose from; none when it stands in one already.
    forums: Vec<Entry>,
    languages: Vec<Entry>,
    post: Option<Post>,
}

/// What `/new` is asked with.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    forum: Option<String>,
}

/// The forums in which this visitor may write, to choose from.
async fn forums(app: &App, visitor: &Visitor) -> Answer<Vec<Entry>> {
    visitor.signed_in()?;
    let mut conn = app.store.conn().await?;
    let mut entries = Vec::new();
    for forum in forum::list(&mut conn, visitor.account.as_ref()).await? {
        let standing = forum::standing(&mut conn, &forum, visitor.account.as_ref()).await?;
        if standing.may(Act::Propose, Some(&forum)).is_ok() {
            entries.push(Entry::new(forum.slug, forum.title));
        }
    }
    if entries.is_empty() { Err(Refusal::NotAllowed.into()) } else { Ok(entries) }
}

/// `GET /new`
pub(super) async fn fresh(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let forums = match forums(&app, &visitor).await {
        // A consultation has its place in a forum: who can make the first is led there.
        Err(Error::Refused(Refusal::NotAllowed)) if visitor.standing().may(Act::Administer, None).is_ok() => {
            return Ok(Redirect::to("/admin/forums/new").into_response());
        }
        forums => forums?,
    };
    let forum = asked.forum.unwrap_or_default();
    let form = Form::from_pairs([("forum", forum.as_str()), ("language", visitor.words.tag())]);
    show_new(&visitor, StatusCode::OK, form, forums)
}

fn show_new(visitor: &Visitor, status: StatusCode, form: Form, forums: Vec<Entry>) -> Result<Response, Failure> {
    let page = QuestionPage {
        page: Frame::new(visitor, visitor.say("edit-new")).mistaken(form.is_wrong()),
        status: None,
        steps: steps::of(visitor, None, Step::Question.as_str()),
        locked: None,
        corrects: false,
        draft: true,
        action: "/new".into(),
        back: "/".into(),
        forums,
        languages: languages(),
        post: None,
        form,
    };
    frame::show(status, &page)
}

/// `POST /new`: from here on there is a draft.
pub(super) async fn create(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    match begin(&app, &visitor, &form).await {
        Ok(made) => {
            let to = if form.is("act", "stay") { "question?done=drafted#preview" } else { "text" };
            Ok(Redirect::to(&format!("/c/{}/edit/{to}", made.slug)).into_response())
        }
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |name| fields::field(name, ""))?;
            let forums = forums(&app, &visitor).await?;
            show_new(&visitor, status, form, forums)
        }
    }
}

async fn begin(app: &App, visitor: &Visitor, form: &Form) -> Answer<Consultation> {
    visitor.signed_in()?;
    let mut tx = app.store.begin().await?;
    let (forum, standing) = match forum::view(&mut tx, form.trimmed("forum"), visitor.account.as_ref()).await {
        Err(Error::NotFound) => return Err(Error::field("forum", "required", "Choose a forum.")),
        found => found?,
    };
    // Who may write here is asked first: a stranger is not told what a draft lacks.
    standing.may(Act::Propose, Some(&forum))?;
    let blank = fields::blank(visitor.words.tag())?;
    let draft = fields::change(Step::Question, form, blank, &visitor.node.zone())?;
    let made = consultation::begin(&mut tx, visitor.now, &standing, &forum, draft).await?;
    tx.commit().await?;
    Ok(made)
}

/// The step of what is there.
pub(super) fn show(
    visitor: &Visitor,
    work: &Work,
    status: StatusCode,
    form: Form,
    done: Option<String>,
) -> Result<Response, Failure> {
    let (address, on) = (format!("/c/{}", work.on().slug), work.on());
    let page = QuestionPage {
        page: Frame::new(visitor, visitor.say("write-step-question")).mistaken(form.is_wrong()),
        status: done,
        steps: steps::of(visitor, Some(work), Step::Question.as_str()),
        locked: locked(visitor, work),
        corrects: corrects(on),
        draft: work.is_draft(),
        action: format!("{address}/edit/question"),
        back: address,
        forums: Vec::new(),
        languages: languages(),
        post: preview::post(visitor, &work.view.forum, &work.draft(), Some(on)),
        form,
    };
    frame::show(status, &page)
}
