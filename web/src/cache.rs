//! Finished pages for visitors without a session, kept for a moment.
//!
//! A page is kept for [`FRESH`] at most, so that it is right within two seconds of what it shows, and rendered at most a few
//! times a second however many ask and vote: while one visitor's request renders it anew, the others are given the page that
//! is there, and where none is, they wait for that one. It is kept as it goes out, headers, tag and compression included, and
//! given out before any other layer is asked. What a request with a session is answered is neither read from here nor kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use bytes::Bytes;
use model::debate::consultation::Consultation;
use model::id::Id;
use tokio::time::Instant;

use crate::app::App;
use crate::encoding::{self, Encoding};
use crate::language::Language;
use crate::{session, tag, visitor};

/// How long a page is given out before it is rendered anew.
const FRESH: Duration = Duration::from_millis(400);
/// How long it is given out at most, while it is being rendered anew.
const STALE: Duration = Duration::from_millis(900);
/// How many pages are kept; past it the cache starts over.
const MOST: usize = 512;
/// A larger page is not kept. Octets.
const LARGEST: usize = 4 * 1024 * 1024;
/// The parts of a consultation that are pages of their own.
const PARTS: [&str; 7] = ["ballot", "results", "debate", "outcome", "print", "embed", "tally"];
/// The queries of a forum's page that many ask with.
const QUERIES: [&str; 3] = ["state=open", "state=soon", "state=closed"];

/// A page as it goes out.
#[derive(Clone, Debug, PartialEq)]
struct Page {
    headers: HeaderMap,
    tag: String,
    body: Bytes,
}

struct Kept {
    page: Page,
    since: Instant,
    renewing: AtomicBool,
}

/// Everything that the page shared by visitors without a session depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    /// The path, with its query if it has one.
    path: String,
    language: Language,
    shade: Option<&'static str>,
    encoding: Encoding,
}

impl Key {
    /// That of a request for a page that is kept, without a session.
    fn of(app: &App, request: &Request) -> Option<Self> {
        if request.method() != Method::GET || !is_kept(request.uri().path(), request.uri().query()) {
            return None;
        }
        let headers = request.headers();
        let cookies = CookieJar::from_headers(headers);
        if is_known(headers) {
            return None;
        }
        Some(Self {
            path: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            language: visitor::language(headers, &app.node_language()),
            shade: cookies.get(visitor::THEME).and_then(|cookie| visitor::shade(cookie.value())),
            encoding: encoding::best(headers),
        })
    }
}

/// Whether a request bears what may tell who asks: then what is kept for everybody is not for it.
pub(crate) fn is_known(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || CookieJar::from_headers(headers).get(session::COOKIE).is_some()
}

/// Whether the page of that address is kept: a closed list, so that made-up addresses push nothing out.
fn is_kept(path: &str, query: Option<&str>) -> bool {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match (parts.as_slice(), query) {
        ([""] | ["f"], None) => true,
        (["f", slug], query) => !slug.is_empty() && query.is_none_or(|query| QUERIES.contains(&query)),
        (["c", slug], None) => !slug.is_empty() && !slug.contains('.'),
        (["c", _, part], None) => PARTS.contains(part),
        _ => false,
    }
}

/// Gives out the page that is kept, or keeps the one that is made.
pub(crate) async fn share(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(key) = Key::of(&app, &request) else { return next.run(request).await };
    let asked = request.headers().clone();
    if let Some(page) = app.pages.get(&key, Instant::now()) {
        return answer(page, &asked);
    }
    let gate = app.pages.gate(&key);
    let turn = gate.lock().await;
    // Whoever waited is given what the first has made meanwhile.
    if let Some(page) = app.pages.given(&key, Instant::now()) {
        return answer(page, &asked);
    }
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(key.encoding.name()));
    let made = make(&app, key, request, next).await;
    drop(turn);
    match made {
        Ok(page) => answer(page, &asked),
        Err(response) => response,
    }
}

/// Renders a page and keeps it; `Err` is an answer that is not kept.
async fn make(app: &App, key: Key, request: Request, next: Next) -> Result<Page, Response> {
    let since = Instant::now();
    let (mut parts, body) = next.run(request).await.into_parts();
    if parts.status != StatusCode::OK || parts.headers.contains_key(header::SET_COOKIE) {
        app.pages.open(&key);
        return Err(Response::from_parts(parts, body));
    }
    match to_bytes(body, LARGEST).await {
        Ok(body) => {
            parts.headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
            let page = Page { headers: parts.headers, tag: tag::of(&body), body };
            app.pages.keep(key, since, page.clone());
            Ok(page)
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            app.pages.open(&key);
            let mut failed = Response::default();
            *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            Err(failed)
        }
    }
}

/// The page, or that whoever asks has it already.
fn answer(page: Page, asked: &HeaderMap) -> Response {
    let held = tag::is_held(asked, &page.tag);
    let mut response = Response::new(if held { Body::empty() } else { Body::from(page.body) });
    *response.headers_mut() = page.headers;
    if let Ok(tag) = HeaderValue::from_str(&page.tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    if held {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING] {
            response.headers_mut().remove(name);
        }
    }
    response
}

/// Whoever holds it makes the page; the others wait for it.
type Gate = Arc<tokio::sync::Mutex<()>>;

/// The pages kept, and which logs everybody may read: who checks one asks for thousands of its files.
#[derive(Default)]
pub(crate) struct Pages {
    kept: RwLock<HashMap<Key, Arc<Kept>>>,
    gates: Mutex<HashMap<Key, Gate>>,
    logs: RwLock<HashMap<String, (Id<Consultation>, Instant)>>,
}

impl Pages {
    /// The consultation whose log everybody may read, if that was found out a moment ago.
    pub(crate) fn open_log(&self, slug: &str, now: Instant) -> Option<Id<Consultation>> {
        let logs = self.logs.read().unwrap_or_else(PoisonError::into_inner);
        logs.get(slug).filter(|(_, since)| now.saturating_duration_since(*since) < FRESH).map(|(on, _)| *on)
    }

    /// Keeps that everybody may read a log, by what the database held at `since`.
    pub(crate) fn keep_log(&self, slug: String, since: Instant, on: Id<Consultation>) {
        let mut logs = self.logs.write().unwrap_or_else(PoisonError::into_inner);
        if logs.len() >= MOST {
            logs.clear();
        }
        logs.insert(slug, (on, since));
    }

    /// The page, if a good one is there. Who gets `None` makes it and gives it to [`Self::keep`].
    fn get(&self, key: &Key, now: Instant) -> Option<Page> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(key)?;
        let age = now.saturating_duration_since(found.since);
        let good = age < FRESH || (age < STALE && found.renewing.swap(true, Ordering::Relaxed));
        good.then(|| found.page.clone())
    }

    /// The page, if it was made only now.
    fn given(&self, key: &Key, now: Instant) -> Option<Page> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(key)?;
        (now.saturating_duration_since(found.since) < FRESH).then(|| found.page.clone())
    }

    /// The gate through which one goes to make the page.
    fn gate(&self, key: &Key) -> Gate {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default().clone()
    }

    /// Forgets the gate: the page is made, or will not be.
    fn open(&self, key: &Key) {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Keeps a page made from what the database held at `since`.
    fn keep(&self, key: Key, since: Instant, page: Page) {
        self.open(&key);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, Arc::new(Kept { page, since, renewing: AtomicBool::new(false) }));
    }

    /// Forgets a consultation's pages, after a change made through this process.
    pub(crate) fn forget(&self, slug: &str) {
        let (page, part) = (format!("/c/{slug}"), format!("/c/{slug}/"));
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|held, _| held.path != page && !held.path.starts_with(&part));
        drop(kept);
        self.logs.write().unwrap_or_else(PoisonError::into_inner).remove(slug);
    }

    /// Forgets every page, after what may show in many.
    pub(crate) fn forget_all(&self) {
        self.kept.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(path: &str, language: Language) -> Key {
        Key { path: path.to_owned(), language, shade: None, encoding: Encoding::Brotli }
    }

    #[test]
    fn a_page_is_given_until_it_is_old_and_one_visitor_renews_it() {
        let pages = Pages::default();
        let begin = Instant::now();
        let square = |language| key("/c/square", language);
        let page = || Page { headers: HeaderMap::new(), tag: tag::of(b"page"), body: Bytes::from_static(b"page") };
        let get = |after| pages.get(&square(Language::Fr), begin + after);
        assert_eq!(get(Duration::ZERO), None);
        pages.keep(square(Language::Fr), begin, page());
        assert!(get(Duration::ZERO).is_some());
        assert_eq!(pages.get(&square(Language::En), begin), None, "each language has its own");
        assert_eq!(get(FRESH), None, "the first is to render it anew");
        assert!(get(FRESH).is_some(), "the others need not wait");
        assert_eq!(get(STALE), None);
        pages.keep(square(Language::Fr), begin + STALE, page());
        pages.keep(key("/c/square/results", Language::Fr), begin + STALE, page());
        pages.keep(key("/c/squares", Language::Fr), begin + STALE, page());
        assert!(get(STALE).is_some());
        pages.forget("square");
        assert_eq!(get(STALE), None);
        assert_eq!(pages.get(&key("/c/square/results", Language::Fr), begin + STALE), None);
        assert!(pages.get(&key("/c/squares", Language::Fr), begin + STALE).is_some(), "another's stay");
    }

    #[test]
    fn only_pages_that_many_ask_for_are_kept() {
        for kept in
            ["/", "/f", "/f/mobility", "/f/mobility?state=open", "/c/square", "/c/square/results", "/c/square/embed"]
        {
            let (path, query) = kept.split_once('?').map_or((kept, None), |(path, query)| (path, Some(query)));
            assert!(is_kept(path, query), "{kept}");
        }
        for other in
            ["/me", "/login", "/c/square?choice=for", "/f/x?tag=y", "/c/", "/c/square/results.csv", "/c/a/b/c", "/?x"]
        {
            let (path, query) = other.split_once('?').map_or((other, None), |(path, query)| (path, Some(query)));
            assert!(!is_kept(path, query), "{other}");
        }
    }

    #[test]
    fn that_a_log_is_open_is_soon_asked_again() {
        let (pages, begin) = (Pages::default(), Instant::now());
        let on = Id::new(model::clock::Instant::from_microsecond(0));
        assert_eq!(pages.open_log("square", begin), None);
        pages.keep_log("square".to_owned(), begin, on);
        assert_eq!(pages.open_log("square", begin), Some(on));
        assert_eq!((pages.open_log("other", begin), pages.open_log("square", begin + FRESH)), (None, None));
        pages.forget("square");
        assert_eq!(pages.open_log("square", begin), None);
    }
}
