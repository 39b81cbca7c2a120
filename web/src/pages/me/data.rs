//! `/me/data`: all that the node holds of somebody, as a file; and leaving.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use model::data::personal;
use model::error::{Error, Refusal};
use model::network::copy::Erasure;
use model::network::erasure::{self, Deleted, Outcome};
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
    deleted: Vec<Gone>,
}

/// A message that was deleted, and what the servers said that had it.
struct Gone {
    href: String,
    title: String,
    language: String,
    facts: Vec<String>,
}

/// How many deleted messages of this node are shown, and how many of other nodes.
const DELETED: i64 = 20;

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
    let mut conn = app.store.conn().await?;
    let deleted = erasure::of_author(&mut conn, &visitor.here, account, DELETED).await?;
    let page = DataPage {
        page: Frame::new(visitor, t.say("me-data")).mistaken(form.is_wrong()),
        tabs: tabs::of(&mut conn, visitor, account).await?,
        deleted: deleted.into_iter().map(|it| gone(visitor, it)).collect(),
        fates: Fate::ALL.iter().map(fate).collect(),
        password: account.password_hash.is_some(),
        form,
    };
    frame::show(status, &page)
}

fn gone(visitor: &Visitor, it: Deleted) -> Gone {
    let t = &visitor.words;
    let mut facts = vec![t.with("erased-on", "date", t.date(it.at.timestamp()))];
    for erasure in Erasure::ALL {
        let said = it.outcomes.iter().filter(|outcome| outcome.erasure == *erasure);
        let hosts: Vec<String> = said.map(|outcome| server(visitor, outcome)).collect();
        if !hosts.is_empty() {
            facts.push(t.with(&format!("erased-{erasure}"), "hosts", hosts.join(", ")));
        }
    }
    let at = format!("/c/{}", it.slug);
    Gone {
        href: it.host.map_or_else(|| at.clone(), |host| format!("/remote/{host}{at}")),
        title: it.title,
        language: it.language.unwrap_or_default(),
        facts,
    }
}

/// A server, and through which other one it had the message.
fn server(visitor: &Visitor, it: &Outcome) -> String {
    match &it.via {
        Some(via) => visitor.words.with2("erased-via", "host", &it.host, "via", via),
        None => it.host.clone(),
    }
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
