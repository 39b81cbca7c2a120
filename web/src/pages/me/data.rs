//! `/me/data`: all that the node holds of somebody, as a file; and leaving.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use model::data::personal;
use model::error::{Error, Refusal};
use model::people::account;
use model::people::departure::{self, Fate};

use super::tabs;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame, Link};
use crate::pages::blocking;
use crate::session;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "me/data.html")]
struct DataPage {
    page: Frame,
    tabs: Vec<Link>,
    form: Form,
    fates: Vec<Entry>,
    /// Whether the account has a password to ask for.
    password: bool,
}

/// `GET /me/data`
pub(in crate::pages) async fn page(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    show(&app, &visitor, StatusCode::OK, Form::default()).await
}

async fn show(app: &App, visitor: &Visitor, status: StatusCode, mut form: Form) -> Result<Response, Failure> {
    let account = visitor.signed_in()?;
    let t = &visitor.words;
    form.set("password", "");
    let fate =
        |it: &Fate| Entry::new(it.as_str(), t.say(&format!("leave-{it}"))).hint(t.say(&format!("leave-{it}-hint")));
    let page = DataPage {
        page: Frame::new(visitor, t.say("me-data")).mistaken(form.is_wrong()),
        tabs: tabs::of(&mut app.store.conn().await?, visitor, account).await?,
        fates: Fate::ALL.iter().map(fate).collect(),
        password: account.password_hash.is_some(),
        form,
    };
    frame::show(status, &page)
}

/// `GET /me/data/file`
pub(in crate::pages) async fn file(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    let account = visitor.signed_in()?;
    app.limits.heavy(visitor.from)?;
    let document = personal::export(&mut app.store.conn().await?, visitor.now, &visitor.here, account).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.json\"", account.name)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let text = serde_json::to_string_pretty(&document).map_err(|error| Failure::broken(&error))?;
    Ok((headers, text).into_response())
}

/// `POST /me/data`: leaves for good.
pub(in crate::pages) async fn leave(
    State(app): State<App>,
    visitor: Visitor,
    mut form: Form,
) -> Result<Response, Failure> {
    match end(&app, &visitor, &form).await {
        Ok(()) => {
            session::end(&visitor.session).await?;
            Ok(Redirect::to("/login?done=left-node").into_response())
        }
        Err(error) => {
            let field = |name: &str| match name {
                "comments" => "comments",
                "wrong-credentials" => "password",
                "sure" => "sure",
                _ => "",
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&app, &visitor, status, form).await
        }
    }
}

async fn end(app: &App, visitor: &Visitor, form: &Form) -> Result<(), Error> {
    let account = visitor.signed_in()?.clone();
    app.limits.sign_in(&account.name, visitor.from)?;
    let fate: Fate = form
        .trimmed("comments")
        .parse()
        .map_err(|_| Error::field("comments", "required", "Choose what becomes of your comments."))?;
    if !form.is("sure", "1") {
        return Err(Error::field("sure", "required", "Say that you are sure: this cannot be undone."));
    }
    if account.password_hash.is_some() {
        let (owner, typed) = (account.clone(), form.value("password").to_owned());
        if !blocking(move || account::password_fits(Some(&owner), &typed)).await? {
            return Err(Refusal::WrongCredentials.into());
        }
    }
    let mut tx = app.store.begin().await?;
    departure::leave(&mut tx, visitor.now, &account, fate).await?;
    tx.commit().await
}
