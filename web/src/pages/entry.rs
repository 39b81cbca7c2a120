//! `/login`, `/signup`, `/logout`: one page with both doors, and a choice made before keeps its place.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::settings::{self, Registration};
use model::error::{Check, Error, Refusal};
use model::people::account::{self, Account, Newcomer, PasswordHash, SignUp};
use serde::Deserialize;

use super::{Done, blocking, evenly, letter, message};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame, Link};
use crate::visitor::Visitor;
use crate::{path, session};

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    kept: Option<String>,
    registration: bool,
    /// Whether an administrator looks at newcomers first.
    approval: bool,
    /// Who else may vouch for people.
    providers: Vec<Link>,
}

/// What the page is asked with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    next: Option<String>,
    done: Option<Done>,
    invitation: Option<String>,
}

/// The sign-in page that leads back to `next`.
pub(crate) fn sign_in_for(next: &str) -> String {
    path::with("/login", &[("next", next)])
}

/// `GET /login`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let next = path::local(asked.next.as_deref());
    if visitor.account.is_some() {
        return Ok(Redirect::to(&next).into_response());
    }
    let form = Form::from_pairs([("next", next)]);
    show(&app, &visitor, StatusCode::OK, form, asked.done).await
}

/// `GET /signup`: the same page, or that of an invitation.
pub(super) async fn sign_up_page(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    match &asked.invitation {
        Some(secret) => super::invitation::page(&app, &visitor, secret).await,
        None => page(State(app), visitor, Query(asked)).await,
    }
}

pub(super) async fn show(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    mut form: Form,
    done: Option<Done>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let registration = settings::registration(&mut conn).await?;
    let kept = super::consultation::kept_choice(&mut conn, form.value("next")).await?;
    form.set("password", "");
    form.set("new-password", "");
    let page = EntryPage {
        page: Frame::new(visitor, visitor.say("login-page")).mistaken(form.is_wrong()),
        status: done.map(|done| done.say(&visitor.words)),
        kept: kept.map(|choice| visitor.words.with("login-kept", "choice", choice)),
        approval: registration == Registration::Approval,
        registration: matches!(registration, Registration::Open | Registration::Approval),
        providers: super::provider::links(app, visitor, "oidc-sign-in", form.value("next"))
            .into_iter()
            .chain(super::guest::link(app, visitor, "guest-sign-in", form.value("next")))
            .collect(),
        form,
    };
    frame::show(status, &page)
}

/// `POST /login`
pub(super) async fn sign_in(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    match recognise(&app, &visitor, &form).await {
        Ok(account) => {
            session::begin(&visitor.session, &account).await?;
            Ok(Redirect::to(&path::local(form.given("next"))).into_response())
        }
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "who")?;
            show(&app, &visitor, status, form, None).await
        }
    }
}

/// Whose name and password these are.
async fn recognise(app: &App, visitor: &Visitor, form: &Form) -> Result<Account, Error> {
    if visitor.account.is_some() {
        return Err(Refusal::SecondAccount.into());
    }
    let who = form.trimmed("who").to_owned();
    app.limits.sign_in(&who, visitor.from)?;
    let mut conn = app.store.conn().await?;
    let account = account::by_login(&mut conn, &who).await?;
    drop(conn);
    let known = match &account {
        Some(account) => session::knows(&visitor.session, account.id).await?,
        None => false,
    };
    if !known {
        app.limits.guess(&who)?;
    }
    let password = form.value("password").to_owned();
    blocking(move || account::admit(account, &password)).await?
}

/// `POST /logout`
pub(super) async fn sign_out(visitor: Visitor) -> Result<Redirect, Failure> {
    session::end(&visitor.session).await?;
    Ok(Redirect::to("/"))
}

/// `POST /signup`
pub(super) async fn sign_up(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    if form.given("invitation").is_some() {
        return super::invitation::accept(&app, &visitor, form).await;
    }
    match evenly(register(&app, &visitor, &form)).await {
        Ok(()) => {
            let sent = visitor.words.with("check-mail-signup", "email", form.trimmed("email"));
            message::page(
                &visitor,
                StatusCode::OK,
                visitor.say("check-mail"),
                vec![sent, visitor.say("check-mail-spam")],
            )
        }
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&app, &visitor, status, form, None).await
        }
    }
}

/// The field of the sign-up form that a field of the model is.
pub(super) fn field(name: &str) -> &'static str {
    match name {
        "name" | "admin" | "name-taken" => "name",
        "email" => "email",
        "password" => "new-password",
        _ => "",
    }
}

/// Makes the account, or tells the owner of the address that there is one; the page says the same.
async fn register(app: &App, visitor: &Visitor, form: &Form) -> Result<(), Error> {
    if visitor.account.is_some() {
        return Err(Refusal::SecondAccount.into());
    }
    app.limits.sign_up(visitor.from)?;
    let password = form.value("new-password").to_owned();
    let hash = blocking(move || PasswordHash::new(&password)).await?;
    let new = Newcomer {
        name: form.trimmed("name").to_owned(),
        email: form.trimmed("email").to_owned(),
        language: visitor.words.tag().to_owned(),
    };
    let mut tx = app.store.begin().await?;
    let mut check = Check::default();
    check.note(&account::check_form(&mut tx, &new).await).note(&hash).done()?;
    let hash = hash?;
    let next = path::local(form.given("next"));
    match account::sign_up(&mut tx, visitor.now, &new, &hash, Some(&next)).await? {
        SignUp::Created { account, secret } => letter::confirm(&mut tx, visitor, &account, &secret).await?,
        SignUp::AlreadyThere(account) if app.limits.mail(&new.email) => {
            letter::there(&mut tx, visitor, &account).await?
        }
        SignUp::AlreadyThere(_) => {}
    }
    tx.commit().await
}
