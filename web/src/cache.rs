//! Finished pages of consultations for visitors without a session, kept for a moment.
//!
//! A page is kept for [`FRESH`] at most, so that it is right within two seconds of what it shows; while one visitor's
//! request renders it anew, the others are given the page that is there. It is kept as it goes out, headers and
//! compression included, and given out before any other layer is asked.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use bytes::Bytes;
use tokio::time::Instant;

use crate::app::App;
use crate::language::Language;
use crate::session;
use crate::visitor;

/// How long a page is given out before it is rendered anew.
const FRESH: Duration = Duration::from_millis(400);
/// How long it is given out at most, while it is being rendered anew.
const STALE: Duration = Duration::from_millis(900);
/// How many pages are kept; past it the cache starts over.
const MOST: usize = 512;
/// A larger page is not kept. Octets.
const LARGEST: usize = 4 * 1024 * 1024;
/// A longer list of encodings is of no browser. Octets.
const LONGEST_ENCODINGS: usize = 64;

/// A page as it goes out.
#[derive(Clone, Debug, PartialEq)]
struct Page {
    headers: HeaderMap,
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
    slug: String,
    language: Language,
    encodings: String,
}

impl Key {
    /// That of a request for `/c/{slug}` without a session, a theme or a query.
    fn of(app: &App, request: &Request) -> Option<Self> {
        let slug = request.uri().path().strip_prefix("/c/")?;
        if request.method() != Method::GET || slug.contains('/') || request.uri().query().is_some() {
            return None;
        }
        let headers = request.headers();
        let cookies = CookieJar::from_headers(headers);
        if [session::COOKIE, visitor::THEME].iter().any(|name| cookies.get(name).is_some()) {
            return None;
        }
        let encodings = headers.get(header::ACCEPT_ENCODING).map_or(Some(""), |value| value.to_str().ok())?;
        (encodings.len() <= LONGEST_ENCODINGS).then(|| Self {
            slug: slug.to_owned(),
            language: visitor::language(headers, &app.node_language()),
            encodings: encodings.to_owned(),
        })
    }
}

/// Gives out the page that is kept, or keeps the one that is made.
pub(crate) async fn share(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(key) = Key::of(&app, &request) else { return next.run(request).await };
    let since = Instant::now();
    if let Some(page) = app.pages.get(&key, since) {
        return answer(page);
    }
    let (parts, body) = next.run(request).await.into_parts();
    if parts.status != StatusCode::OK || parts.headers.contains_key(header::SET_COOKIE) {
        return Response::from_parts(parts, body);
    }
    match to_bytes(body, LARGEST).await {
        Ok(body) => {
            let page = Page { headers: parts.headers, body };
            app.pages.keep(key, since, page.clone());
            answer(page)
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            let mut failed = Response::default();
            *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            failed
        }
    }
}

fn answer(page: Page) -> Response {
    let mut response = Response::new(Body::from(page.body));
    *response.headers_mut() = page.headers;
    response
}

/// The pages kept.
#[derive(Default)]
pub(crate) struct Pages(RwLock<HashMap<Key, Arc<Kept>>>);

impl Pages {
    /// The page, if a good one is there. Who gets `None` makes it and gives it to [`Self::keep`].
    fn get(&self, key: &Key, now: Instant) -> Option<Page> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(key)?;
        let age = now.saturating_duration_since(found.since);
        let good = age < FRESH || (age < STALE && found.renewing.swap(true, Ordering::Relaxed));
        good.then(|| found.page.clone())
    }

    /// Keeps a page made from what the database held at `since`.
    fn keep(&self, key: Key, since: Instant, page: Page) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, Arc::new(Kept { page, since, renewing: AtomicBool::new(false) }));
    }

    /// Forgets a consultation's pages, after a change made through this process.
    pub(crate) fn forget(&self, slug: &str) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|held, _| held.slug != slug);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_given_until_it_is_old_and_one_visitor_renews_it() {
        let pages = Pages::default();
        let begin = Instant::now();
        let key = |language| Key { slug: "square".into(), language, encodings: "gzip, br".into() };
        let page = || Page { headers: HeaderMap::new(), body: Bytes::from_static(b"page") };
        let get = |after| pages.get(&key(Language::Fr), begin + after);
        assert_eq!(get(Duration::ZERO), None);
        pages.keep(key(Language::Fr), begin, page());
        assert!(get(Duration::ZERO).is_some());
        assert_eq!(pages.get(&key(Language::En), begin), None, "each language has its own");
        assert_eq!(get(FRESH), None, "the first is to render it anew");
        assert!(get(FRESH).is_some(), "the others need not wait");
        assert_eq!(get(STALE), None);
        pages.keep(key(Language::Fr), begin + STALE, page());
        assert!(get(STALE).is_some());
        pages.forget("square");
        assert_eq!(get(STALE), None);
    }
}
