//! `/reset`: a new password by mail.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::error::Error;
use model::people::account::{self, Account, PasswordHash};
use serde::Deserialize;

use super::message::{self, Ask, Line};
use super::{blocking, evenly, letter};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::session;
use crate::visitor::Visitor;

/// What the link carries.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    token: Option<String>,
}

/// `GET /reset`
pub(super) async fn page(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    match asked.token {
        Some(token) => new_page(&visitor, StatusCode::OK, Form::from_pairs([("token", token)])),
        None => ask_page(&visitor, StatusCode::OK, Form::default()),
    }
}

fn ask_page(visitor: &Visitor, status: StatusCode, form: Form) -> Result<Response, Failure> {
    let email = Line {
        name: "email",
        kind: "email",
        label: visitor.say("email"),
        hint: String::new(),
        extra: "autocomplete=\"email\" required",
    };
    let ask = Ask {
        action: "/reset".into(),
        kept: &[],
        lines: vec![email],
        button: visitor.say("reset-send"),
        back: Some("/login".into()),
    };
    message::asking(visitor, status, visitor.say("login-forgotten"), vec![visitor.say("reset-text")], form, ask)
}

fn new_page(visitor: &Visitor, status: StatusCode, mut form: Form) -> Result<Response, Failure> {
    form.set("new-password", "");
    let password = Line {
        name: "new-password",
        kind: "password",
        label: visitor.say("me-password-new"),
        hint: visitor.say("password-hint"),
        extra: "autocomplete=\"new-password\" required",
    };
    let ask = Ask {
        action: "/reset".into(),
        kept: &["token"],
        lines: vec![password],
        button: visitor.say("reset-button"),
        back: None,
    };
    message::asking(visitor, status, visitor.say("reset-title"), vec![visitor.say("reset-new-text")], form, ask)
}

/// `POST /reset`
pub(super) async fn act(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    if form.given("token").is_some() {
        return match change(&app, &visitor, &form).await {
            Ok(account) => {
                session::remember(&visitor.session, account.id).await?;
                Ok(Redirect::to("/login?done=reset").into_response())
            }
            Err(error) => {
                let status = error::into_form(error, &visitor.words, &mut form, |_| "new-password")?;
                new_page(&visitor, status, form)
            }
        };
    }
    match evenly(send(&app, &visitor, form.trimmed("email"))).await {
        Ok(()) => {
            let texts = vec![visitor.say("check-mail-reset"), visitor.say("check-mail-spam")];
            message::page(&visitor, StatusCode::OK, visitor.say("check-mail"), texts)
        }
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "email")?;
            ask_page(&visitor, status, form)
        }
    }
}

async fn change(app: &App, visitor: &Visitor, form: &Form) -> Result<Account, Error> {
    // Hashing is slow on purpose: nobody makes the node do it without a link that works.
    app.limits.sign_up(visitor.from)?;
    account::check_reset(&mut app.store.conn().await?, visitor.now, form.trimmed("token")).await?;
    let password = form.value("new-password").to_owned();
    let hash = blocking(move || PasswordHash::new(&password)).await??;
    let mut tx = app.store.begin().await?;
    let account = account::reset(&mut tx, visitor.now, form.trimmed("token"), &hash).await?;
    tx.commit().await?;
    Ok(account)
}

/// Sends a link to whoever has this address; the page says the same whatever it is.
async fn send(app: &App, visitor: &Visitor, email: &str) -> Result<(), Error> {
    app.limits.sign_up(visitor.from)?;
    if !app.limits.mail(email) {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    if let Some((account, secret)) = account::ask_reset(&mut tx, visitor.now, email).await? {
        letter::reset(&mut tx, visitor, &account, &secret).await?;
    }
    tx.commit().await
}
