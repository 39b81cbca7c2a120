//! `/signup?invitation=`: a colleague chooses a name and a password.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::error::{Error, Refusal};
use model::people::account::{self, Account, PasswordHash};

use super::blocking;
use super::message::{self, Ask, Line};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::session;
use crate::visitor::Visitor;

/// The page of the link.
pub(super) async fn page(app: &App, visitor: &Visitor, secret: &str) -> Result<Response, Failure> {
    show(app, visitor, StatusCode::OK, Form::from_pairs([("invitation", secret)])).await
}

async fn show(app: &App, visitor: &Visitor, status: StatusCode, mut form: Form) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (email, _) = account::invited(&mut conn, visitor.now, form.trimmed("invitation")).await?;
    form.set("new-password", "");
    let say = |key| visitor.say(key);
    let lines = vec![
        Line {
            name: "name",
            kind: "text",
            label: say("signup-name"),
            hint: say("signup-name-hint"),
            extra: "autocomplete=\"nickname\" required",
        },
        Line {
            name: "new-password",
            kind: "password",
            label: say("password"),
            hint: say("password-hint"),
            extra: "autocomplete=\"new-password\" required",
        },
    ];
    let ask = Ask { action: "/signup".into(), kept: &["invitation"], lines, button: say("signup-button"), back: None };
    let texts = vec![visitor.words.with("invitation-text", "email", email)];
    message::asking(visitor, status, say("invitation-title"), texts, form, ask)
}

/// Makes the account and signs in.
pub(super) async fn accept(app: &App, visitor: &Visitor, mut form: Form) -> Result<Response, Failure> {
    match join(app, visitor, &form).await {
        Ok(account) => {
            session::begin(&visitor.session, &account).await?;
            Ok(Redirect::to("/me").into_response())
        }
        Err(Error::Refused(Refusal::LinkInvalid)) => Err(Refusal::LinkInvalid.into()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, super::entry::field)?;
            show(app, visitor, status, form).await
        }
    }
}

async fn join(app: &App, visitor: &Visitor, form: &Form) -> Result<Account, Error> {
    if visitor.account.is_some() {
        return Err(Refusal::SecondAccount.into());
    }
    app.limits.sign_up(visitor.from)?;
    let password = form.value("new-password").to_owned();
    let hash = blocking(move || PasswordHash::new(&password)).await??;
    let mut tx = app.store.begin().await?;
    let (secret, name) = (form.trimmed("invitation"), form.trimmed("name"));
    let account = account::accept(&mut tx, visitor.now, secret, name, visitor.words.tag(), &hash).await?;
    tx.commit().await?;
    Ok(account)
}
