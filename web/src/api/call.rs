//! A call that changes something: its body, its `Idempotency-Key`, its transaction and its answer.

use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use model::care::answer::{self, Answer};
use model::clock::Instant;
use model::data::media;
use model::error::{Error, Result};
use model::people::account::Account;
use model::store::{Conn, Store, Tx};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::face::SignedIn;
use crate::app::App;
use crate::error::Failure;
use crate::visitor::Machine;

/// The largest body of a call, in octets: the longest text of a consultation, escaped, and its fields.
pub(super) const MAX_BODY: usize = 2 * 1024 * 1024;
/// The longest `Idempotency-Key`, in characters.
const KEY_LONGEST: usize = 255;

/// A call that changes something, by an account. One whose key was answered before never reaches its handler.
#[derive(Debug)]
pub(super) struct Call<T> {
    /// Who calls.
    pub(super) account: Account,
    /// What was sent.
    pub(super) body: T,
    /// The key that it came with.
    pub(super) key: Option<Key>,
    /// The machine that it came from.
    pub(super) from: IpAddr,
}

/// An `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) with what it was sent for.
#[derive(Debug, Clone)]
pub(super) struct Key {
    name: String,
    /// Method, path with its query, and the body's hash.
    request: String,
}

/// A body that a call takes.
pub(super) trait Taken: Sized {
    /// The largest, in octets.
    const LARGEST: usize;

    /// # Errors
    /// When it is not of this shape.
    fn taken(octets: Bytes) -> Result<Self, Failure>;
}

impl<T: DeserializeOwned> Taken for T {
    const LARGEST: usize = MAX_BODY;

    fn taken(octets: Bytes) -> Result<Self, Failure> {
        parse(&octets)
    }
}

/// A file, whatever it is.
#[derive(Debug, utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(super) struct Octets(pub(super) Bytes);

impl Taken for Octets {
    const LARGEST: usize = media::LARGEST;

    fn taken(octets: Bytes) -> Result<Self, Failure> {
        Ok(Self(octets))
    }
}

impl<T: Taken> FromRequest<App> for Call<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        use axum::extract::FromRequestParts as _;
        let SignedIn(account) =
            SignedIn::from_request_parts(&mut parts, app).await.map_err(IntoResponse::into_response)?;
        let Ok(Machine(from)) = Machine::from_request_parts(&mut parts, app).await;
        let name = name(&parts.headers).map_err(IntoResponse::into_response)?;
        let bytes = read(body, T::LARGEST).await.map_err(IntoResponse::into_response)?;
        let key = name.map(|name| {
            let hash = hex::encode(Sha256::digest(&bytes));
            let to = parts.uri.path_and_query().map_or(parts.uri.path(), |to| to.as_str());
            Key { name, request: format!("{} {to} {hash}", parts.method) }
        });
        if let Some(key) = &key
            && let Some(given) = earlier(app, &account, key).await.map_err(|e| Failure::from(e).into_response())?
        {
            return Err(given.into_response());
        }
        let body = T::taken(bytes).map_err(IntoResponse::into_response)?;
        Ok(Self { account, body, key, from })
    }
}

fn name(headers: &axum::http::HeaderMap) -> Result<Option<String>, Failure> {
    let Some(sent) = headers.get("idempotency-key") else { return Ok(None) };
    let name = sent.to_str().unwrap_or_default();
    if name.is_empty() || name.len() > KEY_LONGEST {
        return Err(Failure::Malformed(format!("Idempotency-Key takes 1 to {KEY_LONGEST} visible ASCII characters.")));
    }
    Ok(Some(name.to_owned()))
}

async fn read(body: axum::body::Body, largest: usize) -> Result<Bytes, Failure> {
    let read = Limited::new(body, largest).collect().await;
    read.map(http_body_util::Collected::to_bytes).map_err(|error| {
        let large = std::iter::successors(Some(&*error as &dyn std::error::Error), |e| e.source());
        match large.into_iter().any(|e| e.is::<LengthLimitError>()) {
            true => Failure::Unread(StatusCode::PAYLOAD_TOO_LARGE),
            false => Failure::Malformed("The body ended early.".into()),
        }
    })
}

/// An object of the right shape; no body at all is an empty object.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let trimmed = bytes.trim_ascii();
    if !trimmed.is_empty() && !trimmed.starts_with(b"{") {
        return Err(Failure::Malformed("Send a JSON object.".into()));
    }
    let object = if trimmed.is_empty() { b"{}" } else { trimmed };
    let value: serde_json::Value =
        serde_json::from_slice(object).map_err(|error| Failure::Malformed(error.to_string()))?;
    if holds_nul(&value) {
        return Err(Failure::Malformed("Leave the character U+0000 out: text cannot hold it.".into()));
    }
    // Read again from the octets, so that an error says where it is.
    serde_json::from_slice(object).map_err(|error| Failure::Malformed(error.to_string()))
}

/// Whether any text in it holds U+0000, which PostgreSQL cannot store.
fn holds_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(list) => list.iter().any(holds_nul),
        serde_json::Value::Object(map) => map.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

impl Key {
    /// The answer that was given for this key.
    pub(super) async fn earlier(&self, conn: &mut Conn, account: &Account) -> Result<Option<Given>> {
        let found = answer::earlier(conn, account.id, &self.name, &self.request).await?;
        Ok(found.map(Given::again))
    }

    /// Keeps an answer. False if somebody was faster.
    pub(super) async fn keep(&self, tx: &mut Tx, now: Instant, account: &Account, given: &Given) -> Result<bool> {
        let status = given.status.as_u16();
        answer::keep(tx, now, account.id, &self.name, &self.request, status, &given.body).await
    }
}

async fn earlier(app: &App, account: &Account, key: &Key) -> Result<Option<Given>> {
    key.earlier(&mut app.store.conn().await?, account).await
}

/// What a call is answered.
#[derive(Debug, Clone)]
pub(super) struct Given {
    status: StatusCode,
    body: String,
}

impl Given {
    /// As it was given before.
    fn again(answer: Answer) -> Self {
        let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        Self { status: status.unwrap_or(StatusCode::OK), body: answer.body }
    }

    pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Result<Self> {
        Ok(Self { status, body: serde_json::to_string(body).map_err(Error::store)? })
    }

    pub(super) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: String::new() }
    }

    pub(super) fn into_response(self) -> Response {
        if self.body.is_empty() {
            return self.status.into_response();
        }
        (self.status, [(header::CONTENT_TYPE, "application/json")], self.body).into_response()
    }
}

/// The body of a call that needs no token: something in it says who calls. It takes no `Idempotency-Key`.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &App) -> Result<Self, Failure> {
        parse(&read(request.into_body(), MAX_BODY).await?).map(Self)
    }
}

/// A document, for calls that change nothing.
pub(super) fn json(body: &impl Serialize) -> Result<Response, Failure> {
    Ok(Given::json(StatusCode::OK, body)?.into_response())
}

/// A call in its transaction: what it does is done when it is answered.
pub(super) struct Doing {
    /// The transaction.
    pub(super) tx: Tx,
    /// When.
    pub(super) now: Instant,
    /// Who calls.
    pub(super) account: Account,
    key: Option<Key>,
    store: Store,
}

impl<T> Call<T> {
    /// Begins the transaction.
    pub(super) async fn begin(self, app: &App) -> Result<(Doing, T)> {
        let Self { account, body, key, .. } = self;
        let tx = app.store.begin().await?;
        Ok((Doing { tx, now: app.now(), account, key, store: app.store.clone() }, body))
    }
}

impl Doing {
    /// 201 with what was made.
    pub(super) async fn created(self, body: &impl Serialize) -> Result<Response, Failure> {
        self.answer(Given::json(StatusCode::CREATED, body)?).await
    }

    /// 201 with what is given out once: the same call again is answered with `kept` in its place.
    pub(super) async fn created_once(self, body: &impl Serialize, kept: &impl Serialize) -> Result<Response, Failure> {
        let (given, kept) = (Given::json(StatusCode::CREATED, body)?, Given::json(StatusCode::CREATED, kept)?);
        self.settle(&kept, given).await
    }

    /// 200 with what was changed.
    pub(super) async fn changed(self, body: &impl Serialize) -> Result<Response, Failure> {
        self.answer(Given::json(StatusCode::OK, body)?).await
    }

    /// 204.
    pub(super) async fn deleted(self) -> Result<Response, Failure> {
        self.answer(Given::nothing()).await
    }

    /// Keeps the answer where it came with a key, and commits. If the same call was faster its answer is given instead.
    pub(super) async fn answer(self, given: Given) -> Result<Response, Failure> {
        let kept = given.clone();
        self.settle(&kept, given).await
    }

    async fn settle(mut self, kept: &Given, given: Given) -> Result<Response, Failure> {
        if let Some(key) = &self.key
            && !key.keep(&mut self.tx, self.now, &self.account, kept).await?
        {
            drop(self.tx);
            let given = key.earlier(&mut self.store.conn().await?, &self.account).await?;
            return Ok(given.ok_or(Error::NotFound)?.into_response());
        }
        self.tx.commit().await?;
        Ok(given.into_response())
    }
}

/// The body of a call that takes none: an empty object, or nothing at all.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Empty {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct One {
        #[serde(default)]
        one: u8,
    }

    #[test]
    fn a_body_is_an_object_and_its_unknown_fields_are_named() {
        assert_eq!(parse::<One>(b" {\"one\": 1} ").unwrap().one, 1);
        assert_eq!(parse::<One>(b"").unwrap().one, 0);
        for wrong in ["[]", "[1]", "1", "{", "{\"one\": 300}", "{\"one\": 1, \"one\": 2}", "{\"two\": 2}", "\u{feff}{}"]
        {
            let Err(Failure::Malformed(detail)) = parse::<One>(wrong.as_bytes()) else { panic!("{wrong}") };
            assert!(!wrong.contains("two") || detail.contains("two"), "{detail}");
        }
    }
}
