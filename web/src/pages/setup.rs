//! `/setup/{token}`: the first run, once.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::setup::{self, SetUp};
use model::error::{Check, Error, Refusal};
use model::people::account::{Account, PasswordHash};

use super::blocking;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::language::Language;
use crate::session;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "setup.html")]
struct SetUpPage {
    page: Frame,
    form: Form,
    action: String,
    languages: Vec<Entry>,
}

/// `GET /setup/{token}`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    setup::peek(&mut app.store.conn().await?, visitor.now, &token).await?;
    let form = Form::from_pairs([("language", visitor.words.tag()), ("time-zone", "Europe/Paris")]);
    show(&visitor, StatusCode::OK, form, &token)
}

fn show(visitor: &Visitor, status: StatusCode, mut form: Form, token: &str) -> Result<Response, Failure> {
    form.set("new-password", "");
    let page = SetUpPage {
        page: Frame::new(visitor, visitor.say("setup-title")).mistaken(form.is_wrong()),
        action: format!("/setup/{token}"),
        languages: languages(),
        form,
    };
    frame::show(status, &page)
}

/// The languages to choose from.
pub(super) fn languages() -> Vec<Entry> {
    Language::ALL.into_iter().map(|language| Entry::new(language.tag(), language.own_name())).collect()
}

/// `POST /setup/{token}`
pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    match run(&app, &visitor, &token, &form).await {
        Ok(admin) => {
            session::begin(&visitor.session, &admin).await?;
            Ok(Redirect::to("/f?done=set-up").into_response())
        }
        Err(Error::Refused(refusal @ (Refusal::LinkInvalid | Refusal::AlreadySetUp))) => Err(refusal.into()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&visitor, status, form, &token)
        }
    }
}

fn field(name: &str) -> &'static str {
    match name {
        "name" => "institution",
        "admin" => "name",
        "email" => "email",
        "password" => "new-password",
        "language" => "language",
        "time_zone" => "time-zone",
        "domain" => "domain",
        _ => "",
    }
}

async fn run(app: &App, visitor: &Visitor, token: &str, form: &Form) -> Result<Account, Error> {
    // Hashing is slow on purpose: nobody makes the node do it without a link that works.
    setup::peek(&mut app.store.conn().await?, visitor.now, token).await?;
    let password = form.value("new-password").to_owned();
    let hash = blocking(move || PasswordHash::new(&password)).await?;
    let wanted = SetUp {
        name: form.trimmed("institution").to_owned(),
        admin: form.trimmed("name").to_owned(),
        email: form.trimmed("email").to_owned(),
        domain: form.given("domain").map(str::to_owned),
        time_zone: form.trimmed("time-zone").to_owned(),
        language: form.trimmed("language").to_owned(),
    };
    let mut tx = app.store.begin().await?;
    let mut check = Check::default();
    check.note(&setup::check(&mut tx, &wanted).await).note(&hash).done()?;
    setup::redeem(&mut tx, visitor.now, token).await?;
    let admin = setup::run(&mut tx, visitor.now, &wanted, &hash?).await?;
    tx.commit().await?;
    Ok(admin)
}
