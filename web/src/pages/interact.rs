//! `/interact`: taking part from one's own server. Whoever is here types where their account is, and is led to what that server
//! offers; whoever comes from another server is led to what this node holds of the address they bring.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::address::Local;
use model::debate::consultation::State as Stage;
use model::debate::{comment, consultation, forum};
use model::error::{Error, Refusal, Result as Answer};
use model::network::mirror;
use model::store::Conn;
use serde::Deserialize;
use url::Url;

use super::message;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame, Link};
use crate::path;
use crate::security::LeadsAway;
use crate::visitor::Visitor;

/// The longest address that is looked for, in octets.
const ADDRESS_LONGEST: usize = 2_048;

/// What is to be taken part in.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    uri: String,
}

/// Something of this node that other servers know.
struct Thing {
    title: String,
    language: String,
    uri: String,
    /// Its page here.
    back: String,
}

#[derive(Template)]
#[template(path = "interact.html")]
struct InteractPage {
    page: Frame,
    form: Form,
    thing: Thing,
}

/// The page that leads to somebody's own server for `uri`.
pub(super) fn address_for(uri: &str) -> String {
    path::with("/interact", &[("uri", uri)])
}

/// `GET /interact`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    match find(&app, &visitor, &asked.uri).await? {
        Some(thing) => show(&visitor, StatusCode::OK, Form::from_pairs([("uri", asked.uri)]), thing),
        None => from_elsewhere(&app, &visitor, &asked.uri).await,
    }
}

fn show(visitor: &Visitor, status: StatusCode, form: Form, thing: Thing) -> Result<Response, Failure> {
    let page = Frame::new(visitor, visitor.say("interact-title")).mistaken(form.is_wrong());
    let mut response = frame::show(status, &InteractPage { page, form, thing })?;
    response.extensions_mut().insert(LeadsAway);
    Ok(response)
}

/// What lies at an address of this node, as everybody and other servers may know it; `None` for an address elsewhere.
async fn find(app: &App, visitor: &Visitor, uri: &str) -> Answer<Option<Thing>> {
    let url = Url::parse(uri).ok().filter(|_| uri.len() <= ADDRESS_LONGEST).ok_or(Error::NotFound)?;
    let mut conn = app.store.conn().await?;
    match visitor.here.parse(uri) {
        _ if visitor.node.domain.is_none() => Err(Error::NotFound),
        Some(Local::Consultation(slug) | Local::Ballot(slug)) => debate(&mut conn, uri, &slug).await.map(Some),
        Some(Local::Comment(slug, id)) => {
            let said = comment::by_id(&mut conn, id.parse().map_err(|_| Error::NotFound)?).await?;
            let thing = debate(&mut conn, uri, &slug).await?;
            let on = consultation::by_slug(&mut conn, &slug).await?;
            let shown = said.consultation_id == on.id && comment::is_shown(&on, &said);
            if shown { Ok(Some(thing)) } else { Err(Error::NotFound) }
        }
        Some(Local::Forum(slug)) => {
            let (forum, _) = forum::view(&mut conn, &slug, None).await?;
            if !forum.visibility.is_federated() {
                return Err(Error::NotFound);
            }
            let back = format!("/f/{}", forum.slug);
            Ok(Some(Thing { title: forum.title, language: forum.language, uri: uri.to_owned(), back }))
        }
        Some(Local::Node | Local::Person(_) | Local::Note(_)) => Err(Error::NotFound),
        None if is_ours(&url, visitor.here.host()) => Err(Error::NotFound),
        None => Ok(None),
    }
}

fn is_ours(url: &Url, here: &str) -> bool {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")) == here
}

async fn debate(conn: &mut Conn, uri: &str, slug: &str) -> Answer<Thing> {
    let view = consultation::view(conn, slug, None).await?;
    let on = view.consultation;
    if on.state == Stage::Draft || !view.forum.visibility.is_federated() {
        return Err(Error::NotFound);
    }
    Ok(Thing { title: on.title, language: on.language, uri: uri.to_owned(), back: format!("/c/{}", on.slug) })
}

/// Somebody's way from another server: to the copy that this node holds, if it does.
async fn from_elsewhere(app: &App, visitor: &Visitor, uri: &str) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    if let Some((host, slug)) = mirror::place(&mut conn, uri).await? {
        return Ok(Redirect::to(&format!("/remote/{host}/c/{slug}")).into_response());
    }
    let url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
    let links = url.into_iter().map(|url| Link::new(url.as_str(), visitor.say("remote-original"))).collect();
    message::leading(visitor, visitor.say("interact-unknown"), vec![visitor.say("interact-unknown-text")], links)
}

/// `POST /interact`: to the visitor's own server.
pub(super) async fn lead(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Failure> {
    let uri = form.trimmed("uri").to_owned();
    let thing = find(&app, &visitor, &uri).await?.ok_or(Error::NotFound)?;
    match way(&app, &visitor, form.trimmed("handle"), &uri).await {
        Ok(to) => Ok(Redirect::to(to.as_str()).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "handle")?;
            show(&visitor, status, form, thing)
        }
    }
}

async fn way(app: &App, visitor: &Visitor, handle: &str, uri: &str) -> Answer<Url> {
    app.limits.journey(visitor.from)?;
    let intent = app.intent.as_ref().ok_or(Refusal::FederationOff)?;
    intent(handle.to_owned(), uri.to_owned()).await
}
