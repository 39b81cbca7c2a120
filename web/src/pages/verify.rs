//! `/verify`: the link of the confirmation mail, and a new one. Opening it changes nothing: mail programs open links.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::error::Error;
use model::people::account;
use model::store::Tx;
use serde::Deserialize;

use super::message::{self, Ask, Line};
use super::{evenly, letter};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::visitor::Visitor;
use crate::{path, session};

/// The most administrators who hear of a newcomer.
const ADMINISTRATORS: i64 = 20;

/// What the link carries.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    token: Option<String>,
}

/// `GET /verify`
pub(super) async fn page(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    match asked.token {
        Some(token) => {
            let form = Form::from_pairs([("token", token)]);
            confirm_page(&visitor, StatusCode::OK, form)
        }
        None => again_page(&visitor, StatusCode::OK, Form::default()),
    }
}

fn confirm_page(visitor: &Visitor, status: StatusCode, form: Form) -> Result<Response, Failure> {
    let ask = Ask {
        action: "/verify".into(),
        kept: &["token"],
        lines: Vec::new(),
        button: visitor.say("verify-button"),
        back: None,
    };
    message::asking(visitor, status, visitor.say("verify-title"), vec![visitor.say("verify-text")], form, ask)
}

fn again_page(visitor: &Visitor, status: StatusCode, form: Form) -> Result<Response, Failure> {
    let email = Line {
        name: "email",
        kind: "email",
        label: visitor.say("email"),
        hint: String::new(),
        extra: "autocomplete=\"email\" required",
    };
    let ask = Ask {
        action: "/verify".into(),
        kept: &[],
        lines: vec![email],
        button: visitor.say("verify-again"),
        back: Some("/login".into()),
    };
    message::asking(visitor, status, visitor.say("verify-again"), vec![visitor.say("verify-again-text")], form, ask)
}

/// `POST /verify`: confirms and signs in, or sends a new link.
pub(super) async fn act(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    if form.given("token").is_some() { confirm(&app, &visitor, form).await } else { again(&app, &visitor, form).await }
}

async fn confirm(app: &App, visitor: &Visitor, form: Form) -> Result<Response, Failure> {
    let mut tx = app.store.begin().await?;
    match account::confirm(&mut tx, visitor.now, form.trimmed("token")).await {
        Ok((account, _)) if account.waiting_since.is_some() => {
            tell_administrators(&mut tx, visitor).await?;
            tx.commit().await?;
            let texts = vec![visitor.say("approval-text")];
            message::page(visitor, StatusCode::OK, visitor.say("approval-title"), texts)
        }
        Ok((account, next)) => {
            tx.commit().await?;
            session::begin(&visitor.session, &account).await?;
            let next = path::local(next.as_deref());
            Ok(Redirect::to(if next == "/" { "/me?done=verified" } else { &next }).into_response())
        }
        Err(error) => {
            let mut form = Form::default();
            let status = error::into_form(error, &visitor.words, &mut form, |_| "email")?;
            again_page(visitor, status, form)
        }
    }
}

/// Each administrator hears of a newcomer who waits.
pub(super) async fn tell_administrators(tx: &mut Tx, visitor: &Visitor) -> Result<(), Error> {
    let desk = letter::Desk::at(visitor);
    for administrator in account::administrators(tx, ADMINISTRATORS).await? {
        desk.waiting(tx, &administrator).await?;
    }
    Ok(())
}

async fn again(app: &App, visitor: &Visitor, mut form: Form) -> Result<Response, Failure> {
    match evenly(resend(app, visitor, form.trimmed("email"))).await {
        Ok(()) => {
            let texts = vec![visitor.say("check-mail-reset"), visitor.say("check-mail-spam")];
            message::page(visitor, StatusCode::OK, visitor.say("check-mail"), texts)
        }
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "email")?;
            again_page(visitor, status, form)
        }
    }
}

/// Sends a new link to an account that waits for one; the page says the same whatever the address.
async fn resend(app: &App, visitor: &Visitor, email: &str) -> Result<(), Error> {
    app.limits.sign_up(visitor.from)?;
    let mut tx = app.store.begin().await?;
    let waiting =
        account::by_email(&mut tx, email).await?.filter(|a| a.confirmed_at.is_none() && a.disabled_at.is_none());
    if let Some(account) = waiting.filter(|_| app.limits.mail(email)) {
        let secret = account::ask_confirmation(&mut tx, visitor.now, &account).await?;
        letter::confirm(&mut tx, visitor, &account, &secret).await?;
    }
    tx.commit().await
}
