//! `/c/{slug}/answers`: the leading arguments of each side with the official answers to them. Authors answer there.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::comment::order::{self, Filter, Level, Order, Selection};
use model::debate::comment::{self, Comment};
use model::debate::consultation::View;
use model::error::Result as Answer;
use model::people::actor::Actor;
use model::people::role::Act;
use model::store::Conn;

use super::After;
use super::close::given;
use super::consultation::view;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// How many arguments of each side lead.
const LEADING: i64 = 3;
/// How many replies are looked through for an official answer.
const REPLIES: i64 = 50;

/// An argument with what was answered.
pub(super) struct Argument {
    pub(super) id: String,
    pub(super) side: String,
    pub(super) author: String,
    pub(super) language: String,
    pub(super) html: String,
    pub(super) agrees: String,
    pub(super) href: String,
    /// The official answer, as HTML.
    pub(super) answer: Option<String>,
    /// What was typed.
    pub(super) typed: String,
}

impl Argument {
    /// Whether nobody has answered it officially.
    pub(super) fn waits(&self) -> bool {
        self.answer.is_none()
    }
}

/// The arguments that lead on each side, and the leading questions.
pub(super) async fn leading(conn: &mut Conn, visitor: &Visitor, seen: &View) -> Answer<Vec<Argument>> {
    let mut all = Vec::new();
    for (filter, side) in
        [(Filter::For, "stance-for"), (Filter::Against, "stance-against"), (Filter::Question, "stance-question")]
    {
        let which = Selection { order: Order::Agreement, level: Level::Top, filter: Some(filter), article: None };
        for (said, author) in order::page(conn, seen.consultation.id, &which, None, LEADING).await? {
            if said.state == comment::State::Visible {
                all.push(argument(conn, visitor, seen, (said, author), side).await?);
            }
        }
    }
    Ok(all)
}

async fn argument(
    conn: &mut Conn,
    visitor: &Visitor,
    seen: &View,
    (said, author): (Comment, Actor),
    side: &str,
) -> Answer<Argument> {
    let t = &visitor.words;
    let below = Selection { level: Level::Under(said.id), filter: Some(Filter::Official), ..Selection::default() };
    let replies = order::page(conn, seen.consultation.id, &below, None, REPLIES).await?;
    Ok(Argument {
        id: said.id.to_string(),
        side: t.say(side),
        author: author.display_name,
        language: said.language.unwrap_or_else(|| seen.consultation.language.clone()),
        html: said.html,
        agrees: t.count("answers-agrees", u64::try_from(said.agrees).unwrap_or_default()),
        href: format!("/c/{slug}/comments/{}", said.id, slug = seen.consultation.slug),
        answer: replies.into_iter().next().map(|(reply, _)| reply.html),
        typed: String::new(),
    })
}

#[derive(Template)]
#[template(path = "answers.html")]
struct AnswersPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    address: String,
    question: String,
    language: String,
    arguments: Vec<Argument>,
    /// In whose name an author answers.
    author: Option<String>,
}

/// `GET /c/{slug}/answers`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let seen = view(&app, &visitor, &slug).await?;
    show(&app, &visitor, &seen, StatusCode::OK, Form::default(), after).await
}

async fn show(
    app: &App,
    visitor: &Visitor,
    seen: &View,
    status: StatusCode,
    form: Form,
    after: After,
) -> Result<Response, Failure> {
    let (t, on) = (&visitor.words, &seen.consultation);
    let mut conn = app.store.conn().await?;
    let mut arguments = leading(&mut conn, visitor, seen).await?;
    let typed = given(&form);
    for argument in &mut arguments {
        let held = typed.iter().find(|(id, _)| id.to_string() == argument.id);
        argument.typed = held.map(|(_, text)| text.clone()).unwrap_or_default();
    }
    let answers = seen.standing.may(Act::Author, Some(&seen.forum)).is_ok();
    let official = model::debate::forum::official(&mut conn, &seen.forum).await?;
    let page = AnswersPage {
        page: Frame::new(visitor, t.say("answers-title")).mistaken(form.is_wrong()),
        status: after.done.map(|done| done.say(t)),
        address: format!("/c/{}", on.slug),
        question: on.title.clone(),
        language: on.language.clone(),
        arguments,
        author: answers.then_some(official.display_name),
        form,
    };
    frame::show(status, &page)
}

/// `POST /c/{slug}/answers`: answers what was written below each argument.
pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    let seen = view(&app, &visitor, &slug).await?;
    match answer(&app, &visitor, &seen, &form).await {
        Ok(()) => {
            app.pages.forget(&slug);
            Ok(Redirect::to(&format!("/c/{slug}/answers?done=answered")).into_response())
        }
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "")?;
            show(&app, &visitor, &seen, status, form, After::default()).await
        }
    }
}

async fn answer(app: &App, visitor: &Visitor, seen: &View, form: &Form) -> Answer<()> {
    seen.standing.may(Act::Author, Some(&seen.forum))?;
    let mut tx = app.store.begin().await?;
    for (argument, text) in given(form) {
        let words = comment::Draft { text, parent: Some(argument), ..comment::Draft::default() };
        comment::answer(&mut tx, visitor.now, &seen.forum, &seen.consultation, &seen.standing, &words).await?;
    }
    tx.commit().await
}
