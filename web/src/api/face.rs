//! What every call goes through: who asks, how much, and how a failure reads.

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::care::problem::{MEDIA_TYPE, Problem};
use model::error::{Error, Refusal, Result};
use model::people::account::Account;
use model::people::token;
use sha2::{Digest, Sha256};
use tower::ServiceExt as _;

use super::quota::{Left, TokenHash};
use crate::app::App;
use crate::error::Failure;
use crate::{tag, visitor};

/// Whoever asks: the account of the token, if one was sent.
#[derive(Clone, Debug)]
pub(super) struct Caller(pub(super) Option<Account>);

/// The account of the token, without which nothing else of the request is read.
#[derive(Clone, Debug)]
pub(super) struct SignedIn(pub(super) Account);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Failure::broken(&"a call that was not admitted"))
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Caller(account) = Caller::from_request_parts(parts, state).await?;
        Ok(Self(account.ok_or(Refusal::NotSignedIn)?))
    }
}

/// Finds out who asks, counts the request, and lets it in. A token that is not good is refused even where none is needed.
pub(super) async fn admit(State((app, calls)): State<(App, Router)>, mut request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let asked = (request.method() == Method::GET).then(|| request.headers().clone());
    let (mut parts, body) = request.into_parts();
    let secret = secret(&parts.headers);
    let who = who(&app, secret.as_ref()).await;
    let left = match (&who, secret) {
        (Ok(Some(_)), Some(Ok(secret))) => app.quotas.token(hash(&secret), !reads),
        _ => app.quotas.address(visitor::client(&parts, &app.settings.trusted_proxies)),
    };
    let personal = matches!(who, Ok(Some(_)));
    let mut response = match who {
        _ if left.wait.is_some() => Failure::from(Refusal::TooMany).into_response(),
        Err(error) => Failure::from(error).into_response(),
        Ok(account) => {
            parts.extensions.insert(Caller(account));
            match changed(&parts, calls).await {
                Some(failure) => failure.into_response(),
                None => {
                    request = Request::from_parts(parts, body);
                    let response = next.run(request).await;
                    match &asked {
                        Some(asked) => tag::tagged(asked, response).await,
                        None => response,
                    }
                }
            }
        }
    };
    write_headers(&left, reads, personal, response.headers_mut());
    response
}

/// Why a change is not begun: whoever asks for it has seen another state than the one that is now (RFC 9110, section 13.1.1).
async fn changed(parts: &Parts, calls: Router) -> Option<Failure> {
    if matches!(parts.method, Method::GET | Method::HEAD) || !parts.headers.contains_key(header::IF_MATCH) {
        return None;
    }
    let mut asked = Request::new(Body::empty());
    *asked.uri_mut() = parts.uri.clone();
    if let Some(caller) = parts.extensions.get::<Caller>() {
        asked.extensions_mut().insert(caller.clone());
    }
    let Ok(now) = calls.oneshot(asked).await;
    let now = tag::tagged(&HeaderMap::new(), now).await;
    let tag = now.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let fits = tag.is_some_and(|tag| tag::is_named(&parts.headers, &header::IF_MATCH, tag));
    (!fits).then_some(Failure::Unread(StatusCode::PRECONDITION_FAILED))
}

fn write_headers(left: &Left, reads: bool, personal: bool, headers: &mut HeaderMap) {
    left.write(headers);
    let kept = if personal { "no-store" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.append(header::VARY, HeaderValue::from_static("Authorization"));
    if reads {
        // Pages of other sites may read what everybody may read. They send no token: that would need a preflight.
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        let told = HeaderValue::from_static("ETag, RateLimit-Policy, RateLimit, Retry-After");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, told);
    }
}

/// The account of the token that a request for a file bears, if it bears one.
///
/// # Errors
/// [`Refusal::NotSignedIn`] for a token that is not good.
pub(crate) async fn account_of(app: &App, headers: &HeaderMap) -> Result<Option<Account>> {
    who(app, secret(headers).as_ref()).await
}

/// The secret of `Authorization: Bearer` (RFC 6750, section 2.1); an error if something else was sent.
fn secret(headers: &HeaderMap) -> Option<Result<String, Refusal>> {
    let sent = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, secret) = sent.split_once(' ').unwrap_or_default();
    let bearer = scheme.eq_ignore_ascii_case("bearer");
    Some(if bearer { Ok(secret.trim().to_owned()) } else { Err(Refusal::NotSignedIn) })
}

async fn who(app: &App, secret: Option<&Result<String, Refusal>>) -> Result<Option<Account>> {
    let Some(secret) = secret else { return Ok(None) };
    let secret = secret.as_ref().map_err(|refusal| Error::Refused(refusal.clone()))?;
    let mut conn = app.store.conn().await?;
    token::account_of(&mut conn, app.now(), secret).await.map(Some)
}

fn hash(secret: &str) -> TokenHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Makes a problem document of each failure, those of the router included.
pub(super) async fn dress(mut response: Response) -> Response {
    let Some(problem) = problem(&response) else { return response };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.remove(header::CONTENT_LENGTH);
    match problem.status {
        401 => drop(headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
        429 => drop(headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("60"))),
        _ => {}
    }
    *response.body_mut() = body.into();
    response
}

fn problem(response: &Response) -> Option<Problem> {
    match response.extensions().get::<Failure>() {
        Some(Failure::NotFound) => Some(Problem::not_found()),
        Some(Failure::Refused(refusal)) => Some(refusal.into()),
        Some(Failure::Malformed(detail)) => Some(Problem::malformed(detail)),
        Some(Failure::Unread(status)) => Some(unread(*status)),
        Some(Failure::CrossSite) => Some(Problem::from(&Refusal::NotAllowed)),
        Some(Failure::Broken) => Some(Problem::broken()),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => Some(Problem::method_not_allowed()),
        None => None,
    }
}

fn unread(status: StatusCode) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        StatusCode::METHOD_NOT_ALLOWED => Problem::method_not_allowed(),
        StatusCode::PRECONDITION_FAILED => Problem::changed(),
        _ => Problem::malformed("The request could not be read."),
    }
}
