//! `/.well-known/` and NodeInfo, answered whatever the `Accept`.

use std::sync::PoisonError;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use model::address::Local;
use model::care::census::{self, Census};
use model::care::settings::{self, Registration};
use model::error::{Error, Result};
use model::store::Conn;
use serde::Deserialize;
use serde_json::Value;

use crate::app::App;
use crate::document::{Answer, Missing, problem, public_forum, public_person};
use crate::nodeinfo::{self, Facts};
use crate::webfinger::{Handle, JRD_JSON, Jrd};

/// What WebFinger is asked.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    resource: Option<String>,
}

fn json(content_type: &'static str, body: String) -> Response {
    let anywhere = (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    ([(CONTENT_TYPE, HeaderValue::from_static(content_type)), anywhere], body).into_response()
}

/// `GET /.well-known/webfinger`
pub(crate) async fn webfinger(State(app): State<App>, Query(asked): Query<Asked>) -> Answer {
    let Some(resource) = asked.resource else {
        return Ok(problem(StatusCode::BAD_REQUEST, "resource-missing"));
    };
    let (name, id) = named(&app, &resource).await?;
    let jrd = Jrd::of(&Handle { name, host: app.address.host().to_owned() }, &id);
    // a forum takes no part in anything: people do, and the node stands for those that it does not tell of
    let jrd = match app.address.parse(&id) {
        Some(Local::Node | Local::Person(_)) => jrd.with_intents(&app.address.path("interact")),
        _ => jrd,
    };
    let body = serde_json::to_string(&jrd).map_err(|error| Missing::from(Error::store(error)))?;
    Ok(json(JRD_JSON, body))
}

/// The name and the address of what is asked for, by its handle or its address.
async fn named(app: &App, resource: &str) -> Result<(String, String)> {
    let here = &app.address;
    if let Some(handle) = Handle::parse(resource).filter(|_| !resource.starts_with("http")) {
        if handle.host != here.host() {
            return Err(Error::NotFound);
        }
        return by_name(app, &handle.name.to_lowercase()).await;
    }
    match here.parse(resource) {
        Some(Local::Node) => by_name(app, here.host()).await,
        Some(Local::Forum(name) | Local::Person(name)) => by_name(app, &name).await,
        _ => Err(Error::NotFound),
    }
}

/// People and forums share one namespace; the node goes by its host.
async fn by_name(app: &App, name: &str) -> Result<(String, String)> {
    let here = &app.address;
    if name == here.host() {
        return Ok((name.to_owned(), here.node()));
    }
    match public_forum(app, name).await {
        Ok((forum, _)) => Ok((forum.slug.clone(), here.forum(&forum.slug))),
        Err(Error::NotFound) => {
            let person = public_person(app, name).await?;
            if person.deleted_at.is_some() {
                return Err(Error::NotFound);
            }
            Ok((person.name.clone(), here.person(&person.name)))
        }
        Err(error) => Err(error),
    }
}

/// `GET /.well-known/host-meta`
pub(crate) async fn host_meta(State(app): State<App>) -> Response {
    json("application/xrd+xml", nodeinfo::host_meta(&app.address.node()))
}

/// `GET /.well-known/host-meta.json`
pub(crate) async fn host_meta_json(State(app): State<App>) -> Response {
    json("application/json", nodeinfo::host_meta_json(&app.address.node()).to_string())
}

/// `GET /.well-known/nodeinfo`
pub(crate) async fn links(State(app): State<App>) -> Response {
    json("application/json", nodeinfo::links(&app.address.node()).to_string())
}

/// `GET /nodeinfo/2.0` and `/nodeinfo/2.1`
pub(crate) async fn nodeinfo(State(app): State<App>, Path(version): Path<String>) -> Answer {
    let document = document(&app, &version).await?;
    Ok(json("application/json", document.to_string()))
}

async fn document(app: &App, version: &str) -> Result<Value> {
    let mut conn = app.store.conn().await?;
    let node = settings::node(&mut conn).await?;
    let facts = Facts {
        version: app.settings.version.clone(),
        name: node.name,
        federated: app.settings.enabled,
        open_registrations: settings::registration(&mut conn).await? == Registration::Open,
        census: app.census(&mut conn).await?,
        directory: settings::is_listed(&mut conn).await?.then(|| app.address.path("directory.json")),
    };
    nodeinfo::document(version, &facts).ok_or(Error::NotFound)
}

/// How long a census holds: counting everything is not done for whoever asks.
const CENSUS_HOLDS: Duration = Duration::from_secs(600);

impl App {
    async fn census(&self, conn: &mut Conn) -> Result<Census> {
        let now = self.now();
        let kept = *self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, census)) = kept
            && now.since(at) < CENSUS_HOLDS
        {
            return Ok(census);
        }
        let census = census::take(conn, now).await?;
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, census));
        Ok(census)
    }
}
