//! `/login/fediverse`: signing in with an account of another server.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::error::{Error, Refusal, Result as Answer};
use model::people::guest::{self, Welcome};
use serde::Deserialize;
use url::Url;

use super::message::{self, Ask, Line};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::Link;
use crate::journey::Returned;
use crate::mastodon::{self, Journey};
use crate::security::LeadsAway;
use crate::visitor::Visitor;
use crate::{path, session};

/// Where the session keeps a journey.
const JOURNEY: &str = "journey-fediverse";

/// Where to come back to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    next: Option<String>,
}

/// The way to the page, where this node has one: it is known to other servers.
pub(super) fn link(app: &App, visitor: &Visitor, key: &str, next: &str) -> Option<Link> {
    let open = app.recognise.is_some() && visitor.node.domain.is_some();
    open.then(|| Link::new(path::with("/login/fediverse", &[("next", next)]), visitor.say(key)))
}

/// `GET /login/fediverse`
pub(super) async fn page(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let next = path::local(asked.next.as_deref());
    show(&visitor, StatusCode::OK, Form::from_pairs([("next", next)]))
}

fn show(visitor: &Visitor, status: StatusCode, form: Form) -> Result<Response, Failure> {
    let t = &visitor.words;
    let handle = Line {
        name: "handle",
        kind: "text",
        label: t.say("handle"),
        hint: t.say("handle-hint"),
        extra: "autocapitalize=\"none\" autocomplete=\"off\" spellcheck=\"false\" required",
    };
    let ask = Ask {
        action: "/login/fediverse".into(),
        kept: &["next"],
        lines: vec![handle],
        button: t.say("interact-go"),
        back: Some(path::local(form.given("next"))),
    };
    let lead = if visitor.account.is_some() { "guest-link-lead" } else { "guest-lead" };
    let texts = vec![t.say(lead), t.say("guest-asks")];
    let mut response = message::asking(visitor, status, t.say("guest-title"), texts, form, ask)?;
    response.extensions_mut().insert(LeadsAway);
    Ok(response)
}

/// `POST /login/fediverse`: on the way to the server. Forms of other sites are refused before this, so that nobody links an
/// account without wishing to.
pub(super) async fn begin(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    match set_out(&app, &visitor, &form).await {
        Ok(to) => Ok(Redirect::to(to.as_str()).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "handle")?;
            show(&visitor, status, form)
        }
    }
}

async fn set_out(app: &App, visitor: &Visitor, form: &Form) -> Answer<Url> {
    app.limits.journey(visitor.from)?;
    let link = visitor.account.as_ref().map(|account| account.id);
    let (next, handle) = (path::local(form.given("next")), form.trimmed("handle"));
    let (to, journey) = mastodon::set_out(app, &visitor.here, &visitor.node.name, handle, next, link).await?;
    visitor.session.insert(JOURNEY, journey).await.map_err(Error::store)?;
    Ok(to)
}

/// `GET /login/fediverse/return`: back from the server.
pub(super) async fn end(
    State(app): State<App>,
    visitor: Visitor,
    Query(returned): Query<Returned>,
) -> Result<Response, Failure> {
    app.limits.journey(visitor.from)?;
    // It serves once, whatever comes of it.
    let journey: Option<Journey> = visitor.session.remove(JOURNEY).await.map_err(Error::store)?;
    let next = journey.as_ref().map_or_else(|| "/".to_owned(), |journey| journey.way.next.clone());
    match arrive(&app, &visitor, journey, returned).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(error) => {
            let mut form = Form::from_pairs([("next", next)]);
            let status = error::into_form(error, &visitor.words, &mut form, |_| "")?;
            show(&visitor, status, form)
        }
    }
}

async fn arrive(app: &App, visitor: &Visitor, journey: Option<Journey>, returned: Returned) -> Answer<String> {
    let journey = journey.ok_or(Refusal::ProviderFailed)?;
    if visitor.account.as_ref().map(|account| account.id) != journey.way.link {
        // Signed in or out meanwhile, in another window.
        return Err(Refusal::ProviderFailed.into());
    }
    let next = journey.way.next.clone();
    let person = journey.end(app, &visitor.here, returned).await?;
    let mut tx = app.store.begin().await?;
    let welcome = guest::welcome(&mut tx, visitor.now, visitor.account.as_ref(), &person).await?;
    tx.commit().await?;
    match welcome {
        Welcome::Account(_) if visitor.account.is_some() => return Ok("/me?done=linked".to_owned()),
        Welcome::Account(account) => session::begin(&visitor.session, &account).await?,
        Welcome::Guest(actor) => session::begin_guest(&visitor.session, actor.id).await?,
    }
    Ok(next)
}
