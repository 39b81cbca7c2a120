//! The peer as Mastodon's API lets other sites ask who somebody is: `POST /api/v1/apps`, `GET /oauth/authorize`,
//! `POST /oauth/token`, `GET /api/v1/accounts/verify_credentials`, `POST /oauth/revoke`.

use std::collections::HashMap;

use aws_lc_rs::digest;
use axum::extract::{Form, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Peer, State};

const SCOPE: &str = "read:accounts";

/// What the API keeps, and how it lies.
#[derive(Default)]
pub(super) struct Oauth {
    /// Applications by `client_id`: where they send people back to.
    apps: HashMap<String, String>,
    registered: u32,
    /// Codes: the application, the person and the challenge.
    codes: HashMap<String, (String, String, String)>,
    /// Tokens: whose.
    tokens: HashMap<String, String>,
    revoked: u32,
    made: u32,
    /// What `verify_credentials` says instead.
    lie: Option<Value>,
    /// Whether there is such an API at all.
    absent: bool,
}

type Fields = HashMap<String, String>;

pub(super) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/apps", post(register))
        .route("/oauth/authorize", get(authorize))
        .route("/oauth/agree", get(agree))
        .route("/oauth/token", post(token))
        .route("/oauth/revoke", post(revoke))
        .route("/api/v1/accounts/verify_credentials", get(credentials))
}

impl Peer {
    /// From now on `verify_credentials` says this, whoever asks; `None`: the truth again.
    pub fn lies(&self, credentials: Option<Value>) {
        self.state.kept().oauth.lie = credentials;
    }

    /// There is no such API here.
    pub fn has_no_api(&self) {
        self.state.kept().oauth.absent = true;
    }

    /// Forgets every application, as old versions did after a while.
    pub fn forgets_applications(&self) {
        self.state.kept().oauth.apps.clear();
    }

    /// How many applications were registered, and how many tokens are still good.
    pub fn applications(&self) -> (u32, usize) {
        let kept = self.state.kept();
        (kept.oauth.registered, kept.oauth.tokens.len())
    }
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({"error": error}))).into_response()
}

async fn register(Shared(state): Shared<State>, Form(asked): Form<Fields>) -> Response {
    let mut kept = state.kept();
    if kept.oauth.absent {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (Some(redirect), Some(_), Some(SCOPE)) =
        (asked.get("redirect_uris"), asked.get("client_name"), asked.get("scopes").map(String::as_str))
    else {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, "Validation failed");
    };
    kept.oauth.registered += 1;
    let id = format!("client-{}", kept.oauth.registered);
    kept.oauth.apps.insert(id.clone(), redirect.clone());
    Json(json!({
        "id": "1", "name": asked["client_name"], "redirect_uri": redirect, "redirect_uris": [redirect],
        "scopes": [SCOPE], "client_id": id, "client_secret": secret(&id), "client_secret_expires_at": 0,
    }))
    .into_response()
}

fn secret(client: &str) -> String {
    format!("secret of {client}")
}

/// A page that asks each person here whether they agree.
async fn authorize(Shared(state): Shared<State>, Query(asked): Query<Fields>) -> Response {
    let kept = state.kept();
    let of = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let known = kept.oauth.apps.get(of("client_id")).is_some_and(|redirect| redirect == of("redirect_uri"));
    let fine = known && of("response_type") == "code" && of("scope") == SCOPE && of("code_challenge_method") == "S256";
    if !fine || of("state").is_empty() {
        return refused(StatusCode::BAD_REQUEST, "invalid_request");
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&asked).finish();
    let links = kept
        .keys
        .keys()
        .map(|name| format!("<p><a href=\"/oauth/agree?as={name}&amp;{query}\">Agree as {name}</a></p>"));
    let denied = format!("<p><a href=\"/oauth/agree?{query}\">Deny</a></p>");
    Html(links.chain([denied]).collect::<String>()).into_response()
}

async fn agree(Shared(state): Shared<State>, Query(asked): Query<Fields>) -> Redirect {
    let mut kept = state.kept();
    let answer = match asked.get("as") {
        Some(name) => {
            kept.oauth.made += 1;
            let code = format!("code-{}", kept.oauth.made);
            let made = (asked["client_id"].clone(), name.clone(), asked["code_challenge"].clone());
            kept.oauth.codes.insert(code.clone(), made);
            ("code", code)
        }
        None => ("error", "access_denied".to_owned()),
    };
    let mut back = url::Url::parse(&asked["redirect_uri"]).expect("an address");
    back.query_pairs_mut().append_pair(answer.0, &answer.1).append_pair("state", &asked["state"]);
    Redirect::to(back.as_str())
}

async fn token(Shared(state): Shared<State>, Form(asked): Form<Fields>) -> Response {
    let mut kept = state.kept();
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let client = of("client_id");
    let Some(redirect) = kept.oauth.apps.get(&client).cloned().filter(|_| of("client_secret") == secret(&client))
    else {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    };
    let Some((of_client, name, challenge)) = kept.oauth.codes.remove(&of("code")) else {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let proof = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, of("code_verifier").as_bytes()));
    let fine = of_client == client && redirect == of("redirect_uri") && proof == challenge;
    if !fine || of("grant_type") != "authorization_code" {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    }
    kept.oauth.made += 1;
    let token = format!("token-{}", kept.oauth.made);
    kept.oauth.tokens.insert(token.clone(), name);
    Json(json!({"access_token": token, "token_type": "Bearer", "scope": SCOPE, "created_at": 1})).into_response()
}

async fn credentials(Shared(state): Shared<State>, headers: HeaderMap) -> Response {
    let kept = state.kept();
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let Some(name) = token.and_then(|token| kept.oauth.tokens.get(token)) else {
        return refused(StatusCode::UNAUTHORIZED, "The access token is invalid");
    };
    let truth = json!({
        "id": "1", "username": name, "acct": name, "display_name": name, "url": state.url(&format!("/@{name}")),
        "uri": state.url(&format!("/users/{name}")), "source": {"privacy": "public"},
    });
    Json(kept.oauth.lie.clone().unwrap_or(truth)).into_response()
}

async fn revoke(Shared(state): Shared<State>, Form(asked): Form<Fields>) -> Response {
    let mut kept = state.kept();
    let gone = asked.get("token").and_then(|token| kept.oauth.tokens.remove(token));
    kept.oauth.revoked += u32::from(gone.is_some());
    Json(json!({})).into_response()
}
