//! One address, two audiences: people get pages, machines get activities. And what every request goes through first.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, VARY};
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode};
use model::care::problem::{self, Problem};
use tower::{ServiceBuilder, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tracing::Instrument as _;

/// No door takes a larger body; each may take less. Octets.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// How much of a larger one is read before it is refused, and for how long. Octets.
const HEARD_OUT: usize = 32 * 1024 * 1024;
const HEARD_FOR: Duration = Duration::from_secs(5);

/// What no address can hold.
const NUL: &str = "Leave the character U+0000 out of the address.\n";

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The whole node: `people` answers browsers and programs of the API, `machines` what other servers ask for. `watch`
/// (health and metrics) answers whoever asks, before both.
pub fn router(people: Router, machines: impl Fn() -> Router + Clone + Send + Sync + 'static, watch: Router) -> Router {
    let doors = Router::new().fallback(async move |request: Request| {
        let (parts, body) = request.into_parts();
        let door = match audience(&parts) {
            Audience::People => people.clone(),
            Audience::Servers => machines(),
        };
        let Ok(mut response) = door.oneshot(Request::from_parts(parts, body)).await;
        keep_apart(&mut response);
        response
    });
    let every = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(middleware::from_fn(observe))
        .layer(middleware::from_fn(tell_programs))
        .layer(middleware::from_fn(refuse_controls))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(hear_out))
        .layer(RequestBodyLimitLayer::new(MAX_BODY));
    watch.fallback_service(doors).layer(every)
}

/// Nothing here has a control character in its address, and no database can be asked for one: no door sees such a request.
async fn refuse_controls(request: Request, next: Next) -> Response {
    let control = |text: &str| {
        text.split('%').skip(1).any(|after| {
            let octet = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
            octet.is_some_and(|octet| octet.is_ascii_control())
        })
    };
    let uri = request.uri();
    if control(uri.path()) {
        return (StatusCode::NOT_FOUND, "There is nothing at this address.\n").into_response();
    }
    if uri.query().is_some_and(|query| query.contains("%00")) {
        return (StatusCode::BAD_REQUEST, NUL).into_response();
    }
    next.run(request).await
}

/// Reads and forgets a body that is announced as past every limit: who still writes when the connection is closed sees a
/// broken connection, not the answer. Only so much, and only for so long.
async fn hear_out(request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_none_or(|length| length <= MAX_BODY) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut pieces = body.into_data_stream();
    let forget = async {
        let mut heard = 0;
        while let Some(Ok(piece)) = pieces.next().await {
            heard += piece.len();
            if heard > HEARD_OUT {
                break;
            }
        }
    };
    if tokio::time::timeout(HEARD_FOR, forget).await.is_err() {
        tracing::debug!("a body past every limit was still being sent");
    }
    next.run(Request::from_parts(parts, Body::empty())).await
}

/// What never reaches its door (a body past every limit, an address that cannot be) is told to a program of the API in
/// the API's way.
async fn tell_programs(request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let told = response.headers().get(CONTENT_TYPE).is_some_and(|media| media == problem::MEDIA_TYPE);
    let problem = match response.status() {
        _ if told || !api => None,
        StatusCode::PAYLOAD_TOO_LARGE => Some(Problem::too_large()),
        StatusCode::NOT_FOUND => Some(Problem::not_found()),
        StatusCode::BAD_REQUEST => Some(Problem::malformed(NUL.trim_end())),
        _ => None,
    };
    if let Some(problem) = problem {
        *response.body_mut() = serde_json::json!(problem).to_string().into();
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    }
    response
}

/// Who asks.
#[derive(Debug, PartialEq, Eq)]
enum Audience {
    /// A browser, or a program of the API.
    People,
    /// Another server.
    Servers,
}

fn audience(parts: &Parts) -> Audience {
    let api = parts.uri.path().starts_with("/api/");
    if federation::speaks_activity(parts) && !api { Audience::Servers } else { Audience::People }
}

/// Caches must keep the two answers of one address apart.
fn keep_apart(response: &mut Response) {
    let vary = response.headers().get_all(VARY).iter().filter_map(|value| value.to_str().ok());
    let mut named = vary.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase());
    if !named.any(|name| name == "accept" || name == "*") {
        response.headers_mut().append(VARY, HeaderValue::from_static("Accept"));
    }
}

/// Logs and counts one request, under an id that the answer carries too.
#[expect(clippy::disallowed_methods, reason = "the time a request took is telemetry")]
async fn observe(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), told(request.uri().path()));
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    let span = tracing::info_span!("request", id, %method, path);
    let began = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let (took, status) = (began.elapsed(), response.status());
    span.in_scope(|| log(status, took));
    let (requests, seconds) = meters(method.as_str(), status);
    requests.increment(1);
    seconds.record(took);
    response
}

/// How many requests of a kind were answered so, and how long each took.
pub fn meters(method: &str, status: StatusCode) -> (metrics::Counter, metrics::Histogram) {
    let labels = [("method", method.to_owned()), ("status", status.as_u16().to_string())];
    let requests = metrics::counter!("palabre_http_requests_total", &labels);
    (requests, metrics::histogram!("palabre_http_request_seconds", &labels))
}

/// The path as the log may know it: the secrets of links stay out of it.
fn told(path: &str) -> String {
    let secret = ["/setup/", "/unsubscribe/"].into_iter().find(|start| path.starts_with(start));
    secret.map_or_else(|| path.to_owned(), |start| format!("{start}…"))
}

fn log(status: StatusCode, took: Duration) {
    let (status, ms) = (status.as_u16(), u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    match status {
        500.. => tracing::error!(status, ms, "failed"),
        _ => tracing::debug!(status, ms, "answered"),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::routing::{get, post};
    use http::header::ACCEPT;

    use super::*;

    fn node() -> Router {
        let people = Router::new()
            .route("/c/{slug}", get(|| async { "page" }))
            .route("/api/v1/follows/{id}", get(|| async { "follow" }))
            .route("/panic", get(|| async { panic!("as it happens") as &'static str }))
            .route("/form", post(|body: String| async move { body.len().to_string() }));
        let documents = Router::new().route("/c/{slug}", get(|| async { "activity" }));
        router(people, move || documents.clone(), Router::new().route("/livez", get(|| async { "ok" })))
    }

    async fn ask(request: http::request::Builder, body: Vec<u8>) -> (u16, String, http::HeaderMap) {
        let response = node().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, MAX_BODY).await.unwrap();
        (parts.status.as_u16(), String::from_utf8_lossy(&body).into_owned(), parts.headers)
    }

    #[tokio::test]
    async fn each_audience_has_its_door() {
        for (path, accept, answer) in [
            ("/c/x", "text/html,application/xhtml+xml,*/*;q=0.8", "page"),
            ("/c/x", "application/activity+json", "activity"),
            ("/api/v1/follows/1", "application/activity+json", "follow"),
            ("/livez", "application/activity+json", "ok"),
        ] {
            let (_, body, headers) = ask(Request::get(path).header(ACCEPT, accept), Vec::new()).await;
            assert_eq!(body, answer, "{path} {accept}");
            assert!(path == "/livez" || headers[VARY] == "Accept");
        }
        assert_eq!(ask(Request::get("/api/v1/followers"), Vec::new()).await.0, 404, "not a call of the network");
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_of_500_with_a_request_id() {
        let (status, _, headers) = ask(Request::get("/panic"), Vec::new()).await;
        assert_eq!(status, 500);
        assert!(headers.contains_key(REQUEST_ID));
    }

    #[tokio::test]
    async fn a_body_past_every_limit_is_refused() {
        assert_eq!(ask(Request::post("/form"), vec![b'x'; 1000]).await.0, 200);
        for (path, media) in [("/form", "text/plain; charset=utf-8"), ("/api/v1/forums", problem::MEDIA_TYPE)] {
            let request = Request::post(path).header("content-length", MAX_BODY + 1);
            let (status, _, headers) = ask(request, vec![b'x'; MAX_BODY + 1]).await;
            assert_eq!((status, headers[CONTENT_TYPE].to_str().unwrap()), (413, media));
        }
    }
}
