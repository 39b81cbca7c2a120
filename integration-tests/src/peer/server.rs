//! What the peer answers over HTTP.

use axum::body::Bytes;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Received, State, signed};

const ACTIVITY: &str = "application/activity+json; charset=utf-8";

pub(super) fn router(state: State) -> Router {
    Router::new()
        .route("/.well-known/webfinger", get(webfinger))
        .route("/users/{name}", get(actor))
        .route("/users/{name}/inbox", post(inbox))
        .route("/inbox", post(inbox))
        .merge(super::oauth::routes())
        .fallback(get(object))
        .with_state(state)
}

async fn webfinger(Shared(state): Shared<State>, Query(query): Query<Vec<(String, String)>>) -> Response {
    let resource = query.into_iter().find(|(name, _)| name == "resource").map(|(_, value)| value).unwrap_or_default();
    let handle = resource.strip_prefix("acct:").and_then(|handle| handle.split_once('@'));
    match handle {
        Some((name, host)) if host == state.host && state.kept().keys.contains_key(name) => {
            let link = json!({"rel": "self", "type": "application/activity+json", "href": state.url(&format!("/users/{name}"))});
            let links: Vec<Value> = [link].into_iter().chain(state.kept().offered.clone()).collect();
            let body = json!({"subject": resource, "links": links}).to_string();
            ([(header::CONTENT_TYPE, "application/jrd+json")], body).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn actor(Shared(state): Shared<State>, Path(name): Path<String>) -> Response {
    let Some(pem) = state.kept().keys.get(&name).map(|key| key.public_pem()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let id = state.url(&format!("/users/{name}"));
    document(&json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id,
        "type": "Person",
        "preferredUsername": name,
        "name": name,
        "url": state.url(&format!("/@{name}")),
        "inbox": format!("{id}/inbox"),
        "outbox": format!("{id}/outbox"),
        "followers": format!("{id}/followers"),
        "endpoints": {"sharedInbox": state.url("/inbox")},
        "published": "2020-01-01T00:00:00Z",
        "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": pem},
    }))
}

async fn object(Shared(state): Shared<State>, uri: Uri) -> Response {
    let found = state.kept().objects.get(&state.url(uri.path())).cloned();
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |object| document(&object))
}

fn document(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, ACTIVITY)], Json(value).into_response().into_body()).into_response()
}

async fn inbox(Shared(state): Shared<State>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    if let Some(status) = state.turns_away() {
        return status;
    }
    if state.kept().newer {
        return newer(&state, uri.path(), headers, &body);
    }
    match check(&state, uri.path(), &headers, &body).await {
        Ok(received) => {
            state.kept().received.push(received);
            StatusCode::ACCEPTED
        }
        Err(reason) => {
            state.kept().refused.push(format!("{reason}: {}", String::from_utf8_lossy(&body)));
            StatusCode::UNAUTHORIZED
        }
    }
}

/// What a server does that knows nothing of the draft.
fn newer(state: &State, path: &str, headers: HeaderMap, body: &[u8]) -> StatusCode {
    let activity: Option<Value> = serde_json::from_slice(body).ok();
    match activity.filter(|_| headers.contains_key("signature-input")) {
        Some(activity) => {
            state.kept().received.push(Received::of(String::new(), activity, path, headers, body));
            StatusCode::ACCEPTED
        }
        None => StatusCode::UNAUTHORIZED,
    }
}

/// The activity, if its signer is its actor and both name each other.
async fn check(state: &State, path: &str, headers: &HeaderMap, body: &[u8]) -> Result<Received, String> {
    if !headers.contains_key("user-agent") {
        return Err("no User-Agent".to_owned());
    }
    let signature = signed::Received::read("POST", path, &state.host, headers, body)?;
    let activity: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let actor_id = activity["actor"].as_str().ok_or("no actor")?.to_owned();
    let actor = state.fetch(signature.key_id.split('#').next().unwrap_or_default()).await?;
    let key = &actor["publicKey"];
    if actor["id"] != actor_id.as_str() || key["owner"] != actor_id.as_str() || key["id"] != signature.key_id.as_str() {
        return Err(format!("{} is no key of {actor_id}", signature.key_id));
    }
    if !signature.by(key["publicKeyPem"].as_str().unwrap_or_default()) {
        return Err(format!("not signed by {}", signature.key_id));
    }
    Ok(Received::of(actor_id, activity, path, headers.clone(), body))
}
