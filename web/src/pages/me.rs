//! `/me`: one's own account.

pub(super) mod data;
pub(super) mod follows;
pub(super) mod mail;
pub(super) mod notices;
pub(super) mod votes;

mod tabs;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::error::{Error, Refusal};
use model::people::account::{self, Account, PasswordHash};
use model::people::identity::{self, Identity};

use super::{After, blocking};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame, Link};
use crate::session;
use crate::visitor::Visitor;

/// A label and what it says.
pub(super) struct Fact {
    pub(super) label: String,
    pub(super) text: String,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    page: Frame,
    tabs: Vec<Link>,
    form: Form,
    status: Option<String>,
    facts: Vec<Fact>,
    /// The providers that vouch for the account.
    linked: Vec<Linked>,
    /// Those that may be asked to.
    others: Vec<Link>,
}

/// A provider that vouches for the account.
struct Linked {
    id: String,
    said: String,
}

/// `GET /me`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    show(&app, &visitor, StatusCode::OK, Form::default(), after).await
}

async fn show(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    mut form: Form,
    after: After,
) -> Result<Response, Failure> {
    let account = visitor.signed_in()?;
    let known = identity::of(&mut app.store.conn().await?, account.id).await?;
    form.set("password", "");
    form.set("new-password", "");
    let page = MePage {
        page: Frame::new(visitor, visitor.say("me-title")).mistaken(form.is_wrong()),
        tabs: tabs::of(&mut app.store.conn().await?, visitor, account).await?,
        status: after.done.map(|done| done.say(&visitor.words)),
        facts: facts(visitor, account),
        linked: known.iter().map(|it| linked(visitor, it)).collect(),
        others: super::provider::links(app, visitor, "oidc-link", "/me")
            .into_iter()
            .chain(super::guest::link(app, visitor, "guest-link", "/me"))
            .collect(),
        form,
    };
    frame::show(status, &page)
}

fn linked(visitor: &Visitor, it: &Identity) -> Linked {
    let t = &visitor.words;
    let said = t.with2("oidc-linked-with", "name", &it.provider, "date", t.date(it.seen_at.timestamp()));
    Linked { id: it.id.to_string(), said }
}

fn facts(visitor: &Visitor, account: &Account) -> Vec<Fact> {
    let t = &visitor.words;
    let fact = |key: &str, text: String| Fact { label: t.say(key), text };
    vec![
        fact("me-name", account.name.clone()),
        fact("email", account.email.clone().unwrap_or_default()),
        fact("me-address", visitor.here.handle(&account.name)),
        fact("me-role", t.say(&format!("role-{}", account.role))),
        fact("me-since", t.date(account.created_at.timestamp())),
    ]
}

/// `POST /me/password`
pub(super) async fn password(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    match change(&app, &visitor, &form).await {
        Ok(account) => {
            session::begin(&visitor.session, &account).await?;
            Ok(Redirect::to("/me?done=password").into_response())
        }
        Err(error) => {
            let field = |name: &str| if name == "password" { "new-password" } else { "password" };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&app, &visitor, status, form, After::default()).await
        }
    }
}

/// Every session of the account ends; this one begins anew.
async fn change(app: &App, visitor: &Visitor, form: &Form) -> Result<Account, Error> {
    let account = visitor.signed_in()?.clone();
    app.limits.sign_in(&account.name, visitor.from)?;
    let (now, new) = (form.value("password").to_owned(), form.value("new-password").to_owned());
    let id = account.id;
    let fits = blocking(move || account::password_fits(Some(&account), &now)).await?;
    if !fits {
        return Err(Refusal::WrongCredentials.into());
    }
    let hash = blocking(move || PasswordHash::new(&new)).await??;
    let mut tx = app.store.begin().await?;
    let account = account::set_password(&mut tx, visitor.now, id, &hash).await?;
    tx.commit().await?;
    Ok(account)
}
