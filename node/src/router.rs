//! One address, two audiences: people get pages, machines get activities. And what every request goes through first.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use http::header::{ACCEPT, VARY};
use http::{HeaderName, HeaderValue, Method};
use tower::{ServiceBuilder, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tracing::Instrument as _;

/// No door takes a larger body; each may take less. Octets.
const MAX_BODY: usize = 4 * 1024 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The whole node: `people` answers browsers and programs of the API, `machines` answers other servers.
/// `watch` (health and metrics) answers whoever asks, before both.
pub fn router(people: Router, machines: impl Fn() -> Router + Clone + Send + Sync + 'static, watch: Router) -> Router {
    let doors = Router::new().fallback(async move |request: Request| {
        let audience = if speaks_activity(&request) { machines() } else { people.clone() };
        let Ok(mut response) = audience.oneshot(request).await;
        keep_apart(&mut response);
        response
    });
    let every = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(middleware::from_fn(observe))
        .layer(CatchPanicLayer::new())
        .layer(RequestBodyLimitLayer::new(MAX_BODY));
    watch.fallback_service(doors).layer(every)
}

/// Caches must keep the two answers of one address apart.
fn keep_apart(response: &mut Response) {
    let vary = response.headers().get_all(VARY).iter().filter_map(|value| value.to_str().ok());
    let mut named = vary.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase());
    if !named.any(|name| name == "accept" || name == "*") {
        response.headers_mut().append(VARY, HeaderValue::from_static("Accept"));
    }
}

/// Whether the request is one server speaking to another.
fn speaks_activity(request: &Request) -> bool {
    let path = request.uri().path();
    if path.ends_with("/inbox") || path.starts_with("/.well-known/") || path.starts_with("/nodeinfo") {
        return true;
    }
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let accepts = request.headers().get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    reading && prefers_activity(&accepts.collect::<Vec<_>>().join(","))
}

/// Whether an `Accept` ranks ActivityStreams at least as high as a page. Read leniently: servers differ in spaces,
/// quotes and case (NodeBB sends none before `profile`).
fn prefers_activity(accept: &str) -> bool {
    let (mut machine, mut page) = (0.0_f32, 0.0_f32);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
        let kind = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=").map(str::to_owned));
        let quality = quality.map_or(1.0, |q| q.trim().parse().unwrap_or(1.0));
        match kind.as_str() {
            "application/activity+json" | "application/ld+json" => machine = machine.max(quality),
            "text/html" | "application/xhtml+xml" => page = page.max(quality),
            _ => {}
        }
    }
    machine > 0.0 && machine >= page
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
    let labels = [("method", method.to_string()), ("status", status.as_u16().to_string())];
    metrics::counter!("palabre_http_requests_total", &labels).increment(1);
    metrics::histogram!("palabre_http_request_seconds", &labels).record(took);
    response
}

/// The path as the log may know it: a set-up link's secret stays out of it.
fn told(path: &str) -> String {
    match path.strip_prefix("/setup/") {
        Some(_) => "/setup/…".to_owned(),
        None => path.to_owned(),
    }
}

fn log(status: http::StatusCode, took: Duration) {
    let (status, ms) = (status.as_u16(), u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    match status {
        500.. => tracing::error!(status, ms, "failed"),
        _ => tracing::debug!(status, ms, "answered"),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::{get, post};

    use super::*;

    fn node() -> Router {
        let people = Router::new()
            .route("/c/{slug}", get(|| async { "page" }))
            .route("/panic", get(|| async { panic!("as it happens") as &'static str }))
            .route("/form", post(|body: String| async move { body.len().to_string() }));
        let machines = Router::new()
            .route("/c/{slug}", get(|| async { "activity" }))
            .route("/f/{slug}/inbox", post(|| async { "accepted" }))
            .route("/.well-known/webfinger", get(|| async { "jrd" }));
        router(people, move || machines.clone(), Router::new().route("/livez", get(|| async { "ok" })))
    }

    async fn ask(request: http::request::Builder, body: Vec<u8>) -> (u16, String, http::HeaderMap) {
        let response = node().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, MAX_BODY).await.unwrap();
        (parts.status.as_u16(), String::from_utf8_lossy(&body).into_owned(), parts.headers)
    }

    #[tokio::test]
    async fn people_get_pages_and_machines_get_activities() {
        for (accept, answer) in [
            ("text/html,application/xhtml+xml,*/*;q=0.8", "page"),
            ("*/*", "page"),
            ("application/activity+json", "activity"),
            ("application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\"", "activity"),
            ("Application/Activity+JSON , application/ld+json", "activity"),
            ("application/activity+json, text/html;q=0.1", "activity"),
            ("text/html, application/activity+json;q=0.1", "page"),
            ("application/activity+json;q=0", "page"),
        ] {
            let (_, body, headers) = ask(Request::get("/c/x").header(ACCEPT, accept), Vec::new()).await;
            assert_eq!(body, answer, "{accept}");
            assert_eq!(headers[VARY], "Accept");
        }
    }

    #[tokio::test]
    async fn inboxes_and_well_known_answer_whatever_the_accept() {
        assert_eq!(ask(Request::post("/f/x/inbox"), Vec::new()).await.1, "accepted");
        let asked = Request::get("/.well-known/webfinger").header(ACCEPT, "text/html");
        assert_eq!(ask(asked, Vec::new()).await.1, "jrd");
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
        assert_eq!(
            ask(Request::post("/form").header("content-length", MAX_BODY + 1), vec![b'x'; MAX_BODY + 1]).await.0,
            413
        );
    }
}
