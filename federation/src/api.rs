//! The calls of `/api/v1` that need the network: what this node follows, and what it knows of other nodes.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use model::error::{Class, Error, Refusal, Result};
use model::network::follow::{self, Follow};
use model::network::mirror::{self, Kind, Mirror};
use model::people::actor::{self, Actor};
use model::people::role::{Act, Standing};
use model::people::token;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::app::App;
use crate::guard;
use crate::resolve::resolve;
use crate::webfinger::Handle;

/// `/follows` and `/remote`, to be mounted under `/api/v1`.
pub fn api(app: App) -> Router {
    Router::new()
        .route("/follows", get(follows).post(ask))
        .route("/follows/{id}", delete(take_back))
        .route("/remote", get(known))
        .with_state(app)
}

/// What a call cannot be answered with, as an RFC 9457 problem.
#[derive(Debug)]
enum Problem {
    Model(Error),
    /// A body or parameter of the wrong shape.
    Shape(String),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Model(error)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Model(refusal.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, detail) = match self {
            Self::Shape(detail) => (StatusCode::BAD_REQUEST, "malformed", detail),
            Self::Model(Error::NotFound) => (StatusCode::NOT_FOUND, "not-found", "There is nothing here.".to_owned()),
            Self::Model(Error::Refused(refusal)) => (status_of(&refusal), refusal.code(), refusal.detail()),
            Self::Model(Error::Store(error)) => {
                tracing::error!(%error, "a call failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "failed", "Something went wrong here; it is in the log.".to_owned())
            }
        };
        let title = status.canonical_reason().unwrap_or("Error");
        let body =
            json!({"type": "about:blank", "title": title, "status": status.as_u16(), "code": code, "detail": detail});
        (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }
}

fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal.class() {
        Class::Unknown => StatusCode::UNAUTHORIZED,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::Rule => StatusCode::UNPROCESSABLE_ENTITY,
        Class::TooMany => StatusCode::TOO_MANY_REQUESTS,
    }
}

/// Who calls, by the token; a visitor without one.
async fn caller(app: &App, headers: &HeaderMap) -> Result<Standing> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(Standing::visitor());
    };
    let secret = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).ok_or(Refusal::NotSignedIn)?;
    let account = token::account_of(&mut app.store.conn().await?, app.now(), secret.trim()).await?;
    app.limit.take(&format!("account {}", account.id)).map_err(|_| Refusal::TooMany)?;
    Ok(Standing { account: Some(account), member: None })
}

async fn administrator(app: &App, headers: &HeaderMap) -> Result<Standing> {
    let standing = caller(app, headers).await?;
    standing.may(Act::Administer, None)?;
    Ok(standing)
}

fn shown(app: &App, follow: &Follow, target: &Actor) -> Value {
    json!({
        "id": follow.id, "state": follow.state, "uri": target.uri, "target": target.handle(&app.address),
        "name": target.display_name, "created_at": follow.created_at, "answered_at": follow.answered_at,
    })
}

/// `GET /follows`
async fn follows(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    administrator(&app, &headers).await?;
    let all = follow::of_node(&mut app.store.conn().await?).await?;
    let items: Vec<Value> = all.iter().map(|(follow, target)| shown(&app, follow, target)).collect();
    Ok(Json(json!({"items": items, "next": null})).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    target: String,
}

/// `POST /follows`: asking again for what is already followed changes nothing.
async fn ask(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let standing = administrator(&app, &headers).await?;
    let wish: Wish = serde_json::from_slice(&body).map_err(|error| Problem::Shape(error.to_string()))?;
    let target = resolve(&app, &wish.target).await?;
    let mut tx = app.store.begin().await?;
    let id = |id| app.address.path(&format!("follows/{id}"));
    let follow = follow::request(&mut tx, app.now(), &standing, &target, id).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(shown(&app, &follow, &target))).into_response())
}

/// `DELETE /follows/{id}`
async fn take_back(State(app): State<App>, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Problem> {
    let standing = administrator(&app, &headers).await?;
    let mut tx = app.store.begin().await?;
    let it = follow::by_id(&mut tx, id.parse().map_err(|_| Error::NotFound)?).await?;
    follow::take_back(&mut tx, app.now(), &standing, &it).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Debug, Deserialize)]
struct About {
    uri: Option<String>,
}

/// `GET /remote?uri=`: what this node knows of a forum or consultation elsewhere. A forum that is not known yet is looked up for
/// whoever has a token.
async fn known(State(app): State<App>, headers: HeaderMap, Query(about): Query<About>) -> Result<Response, Problem> {
    let Some(uri) = about.uri else {
        return Err(Problem::Shape("Give the address in `uri`.".into()));
    };
    let standing = caller(&app, &headers).await?;
    if let Some(found) = kept(&app, &uri).await? {
        return Ok(Json(found).into_response());
    }
    if standing.account.is_none() {
        return Err(Error::NotFound.into());
    }
    let ours = uri.parse::<Url>().is_ok_and(|url| app.guard.owns(&url));
    let host = Handle::parse(&uri).map(|handle| handle.host);
    if ours || host.as_deref() == Some(app.address.host()) {
        return Err(Error::NotFound.into());
    }
    match resolve(&app, &uri).await {
        Ok(forum) => Ok(Json(forum_shown(&app, &forum)).into_response()),
        Err(Error::Refused(Refusal::NotAForum)) => Err(Error::NotFound.into()),
        Err(error) => Err(error.into()),
    }
}

async fn kept(app: &App, uri: &str) -> Result<Option<Value>> {
    let mut conn = app.store.conn().await?;
    if let Some(copy) = mirror::by_uri(&mut conn, uri).await? {
        return Ok(Some(mirror_shown(app, &copy)));
    }
    let known = actor::by_uri(&mut conn, uri).await?;
    Ok(known.filter(|actor| actor.kind == actor::Kind::Group).map(|forum| forum_shown(app, &forum)))
}

fn forum_shown(app: &App, forum: &Actor) -> Value {
    json!({"kind": "forum", "uri": forum.uri, "handle": forum.handle(&app.address), "name": forum.display_name, "local_url": null})
}

fn mirror_shown(app: &App, copy: &Mirror) -> Value {
    let kind = match copy.kind {
        Kind::Page | Kind::Question => "consultation",
        Kind::Note => "comment",
    };
    let local = copy.slug.as_deref().map(|slug| app.address.mirror(&copy.host, slug));
    json!({
        "kind": kind, "uri": copy.uri, "local_url": local, "title": copy.title, "summary": copy.summary,
        "published": copy.published_at, "updated": copy.updated_at, "received": copy.received_at,
        "host": guard::plain(&copy.host), "results": null, "verified_at": null,
    })
}
