//! `/login/oidc`: signing in with an OpenID Connect provider.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::settings;
use model::clock::Instant;
use model::error::{Error, Refusal};
use model::people::account::Account;
use model::people::identity::{self, Arrival, Vouched};
use serde::{Deserialize, Serialize};

use super::message::{self, Ask, Line};
use super::{entry, verify};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::Link;
use crate::journey::{self, Returned};
use crate::provider::{self, Journey};
use crate::visitor::Visitor;
use crate::{path, session};

/// Where the session keeps a journey.
const JOURNEY: &str = "journey";
/// Where it keeps whom a provider vouched for, until a name is chosen.
const ARRIVED: &str = "arrived";
/// Where it keeps what shows that a link to an account was asked for on our own page.
const WISH: &str = "wish";
/// How long somebody may take to choose a name. Seconds.
const CHOICE: i64 = 1800;

/// With whom to sign in.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    with: String,
    next: Option<String>,
    wish: Option<String>,
}

/// Somebody new, whom a provider vouches for.
#[derive(Debug, Serialize, Deserialize)]
struct Arrived {
    vouched: Vouched,
    next: String,
    since: Instant,
}

/// The address that leads to a provider, and then to `next`.
fn begin_at(provider: &str, next: &str) -> String {
    path::with("/login/oidc", &[("with", provider), ("next", next)])
}

/// A link for each provider.
pub(super) fn links(app: &App, visitor: &Visitor, key: &str, next: &str) -> Vec<Link> {
    let link = |provider: &provider::Provider| {
        let name = &provider.mapping.provider;
        Link::new(begin_at(name, next), visitor.words.with(key, "name", name))
    };
    app.settings.providers.iter().map(link).collect()
}

/// `GET /login/oidc`: on the way to the provider. Who is signed in says first that the two are to be linked: else another
/// site could link somebody else's identity to this account.
pub(super) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let provider = provider::named(&app, &asked.with)?;
    let next = path::local(asked.next.as_deref());
    if visitor.account.is_some() {
        let wish: Option<String> = visitor.session.remove(WISH).await.map_err(Error::store)?;
        if wish.is_none() || wish != asked.wish {
            return confirm_link(&visitor, &asked.with, &next).await;
        }
    }
    app.limits.journey(visitor.from)?;
    let link = visitor.account.as_ref().map(|account| account.id);
    match provider::set_out(&app, &visitor.here, provider, next.clone(), link).await {
        Ok((to, journey)) => {
            visitor.session.insert(JOURNEY, journey).await.map_err(Error::store)?;
            Ok(Redirect::to(to.as_str()).into_response())
        }
        Err(error) => in_vain(&app, &visitor, error, &next).await,
    }
}

/// Asks whether the account is to be linked; the wish travels in the address and in the session.
async fn confirm_link(visitor: &Visitor, with: &str, next: &str) -> Result<Response, Failure> {
    let wish = journey::wish();
    visitor.session.insert(WISH, &wish).await.map_err(Error::store)?;
    let on = path::with("/login/oidc", &[("with", with), ("next", next), ("wish", &wish)]);
    let t = &visitor.words;
    let links = vec![Link::new(on, t.with("oidc-sign-in", "name", with)), Link::new(next.to_owned(), t.say("cancel"))];
    message::leading(visitor, t.say("oidc-link-title"), vec![t.with("oidc-link-text", "name", with)], links)
}

/// `GET /login/oidc/return`: back from the provider.
pub(super) async fn end(
    State(app): State<App>,
    visitor: Visitor,
    Query(returned): Query<Returned>,
) -> Result<Response, Failure> {
    app.limits.journey(visitor.from)?;
    // It serves once, whatever comes of it.
    let journey: Option<Journey> = visitor.session.remove(JOURNEY).await.map_err(Error::store)?;
    let Some(journey) = journey else {
        return in_vain(&app, &visitor, Refusal::ProviderFailed.into(), "/").await;
    };
    let next = journey.way.next.clone();
    match arrive(&app, &visitor, journey, returned).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(error) => in_vain(&app, &visitor, error, &next).await,
    }
}

/// Signs in, links, or leads to the choice of a name.
async fn arrive(app: &App, visitor: &Visitor, journey: Journey, returned: Returned) -> Result<String, Error> {
    if visitor.account.as_ref().map(|account| account.id) != journey.way.link {
        // Signed in or out meanwhile, in another window.
        return Err(Refusal::ProviderFailed.into());
    }
    let next = journey.way.next.clone();
    let vouched = journey.end(app, &visitor.here, returned).await?;
    let mut tx = app.store.begin().await?;
    let arrival = identity::arrive(&mut tx, visitor.now, visitor.account.as_ref(), &vouched).await?;
    tx.commit().await?;
    match (arrival, &visitor.account) {
        (Arrival::Known(_), Some(_)) => Ok("/me?done=linked".to_owned()),
        (Arrival::Known(account), None) => {
            session::begin(&visitor.session, &account).await?;
            Ok(next)
        }
        (Arrival::Newcomer, _) => {
            let arrived = Arrived { vouched, next, since: visitor.now };
            visitor.session.insert(ARRIVED, arrived).await.map_err(Error::store)?;
            Ok("/login/oidc/join".to_owned())
        }
    }
}

/// The sign-in page again, with what went wrong; for who is signed in, a page that says so.
async fn in_vain(app: &App, visitor: &Visitor, error: Error, next: &str) -> Result<Response, Failure> {
    if visitor.account.is_some() {
        return Err(error.into());
    }
    let mut form = Form::from_pairs([("next", next)]);
    let status = error::into_form(error, &visitor.words, &mut form, |_| "")?;
    entry::show(app, visitor, status, form, None).await
}

/// Somebody new in this session, not too long ago.
async fn newcomer(visitor: &Visitor) -> Result<Arrived, Error> {
    let arrived: Option<Arrived> = visitor.session.get(ARRIVED).await.map_err(Error::store)?;
    let fresh = arrived.filter(|arrived| visitor.now.as_second() - arrived.since.as_second() <= CHOICE);
    Ok(fresh.ok_or(Refusal::ProviderFailed)?)
}

/// `GET /login/oidc/join`: somebody new chooses a name.
pub(super) async fn join_page(State(app): State<App>, visitor: Visitor) -> Result<Response, Failure> {
    match newcomer(&visitor).await {
        Ok(arrived) => {
            let form = Form::from_pairs([("name", arrived.vouched.name.as_str())]);
            ask_name(&visitor, &arrived, StatusCode::OK, form)
        }
        Err(error) => in_vain(&app, &visitor, error, "/").await,
    }
}

fn ask_name(visitor: &Visitor, arrived: &Arrived, status: StatusCode, form: Form) -> Result<Response, Failure> {
    let t = &visitor.words;
    let name = Line {
        name: "name",
        kind: "text",
        label: t.say("signup-name"),
        hint: t.say("signup-name-hint"),
        extra: "autocomplete=\"nickname\" required",
    };
    let ask = Ask {
        action: "/login/oidc/join".into(),
        kept: &[],
        lines: vec![name],
        button: t.say("signup-button"),
        back: Some("/login".into()),
    };
    let texts = vec![t.with("oidc-join-text", "name", &arrived.vouched.provider)];
    message::asking(visitor, status, t.say("oidc-join-title"), texts, form, ask)
}

/// `POST /login/oidc/join`
pub(super) async fn join(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    let arrived = match newcomer(&visitor).await {
        Ok(arrived) => arrived,
        Err(error) => return in_vain(&app, &visitor, error, "/").await,
    };
    match make(&app, &visitor, &arrived.vouched, form.trimmed("name")).await {
        Ok(account) if account.waiting_since.is_some() => {
            visitor.session.remove::<Arrived>(ARRIVED).await.map_err(Error::store)?;
            let texts = vec![visitor.say("approval-text")];
            message::page(&visitor, StatusCode::OK, visitor.say("oidc-join-title"), texts)
        }
        Ok(account) => {
            visitor.session.remove::<Arrived>(ARRIVED).await.map_err(Error::store)?;
            session::begin(&visitor.session, &account).await?;
            Ok(Redirect::to(&arrived.next).into_response())
        }
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, entry::field)?;
            ask_name(&visitor, &arrived, status, form)
        }
    }
}

async fn make(app: &App, visitor: &Visitor, vouched: &Vouched, name: &str) -> Result<Account, Error> {
    if visitor.account.is_some() {
        return Err(Refusal::SecondAccount.into());
    }
    app.limits.sign_up(visitor.from)?;
    let mut tx = app.store.begin().await?;
    let registration = settings::registration(&mut tx).await?;
    let language = visitor.words.tag();
    let account = identity::join(&mut tx, visitor.now, registration, vouched, name, language).await?;
    if account.waiting_since.is_some() {
        verify::tell_administrators(&mut tx, visitor).await?;
    }
    tx.commit().await?;
    Ok(account)
}

/// `POST /me/unlink`: ends the link with a provider.
pub(super) async fn unlink(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Redirect, Failure> {
    let account = visitor.signed_in()?;
    let mut tx = app.store.begin().await?;
    let id = form.trimmed("id").parse().map_err(|_| Error::NotFound)?;
    identity::unlink(&mut tx, visitor.now, account, id).await?;
    tx.commit().await?;
    Ok(Redirect::to("/me?done=unlinked"))
}
