//! Finished pages for visitors without a session, by page, version, language and shade.
//!
//! A page is given out as long as its version stands: that of a consultation is one row, read at most every [`ASKED`] however
//! many ask, so that what another process changes shows at once too; what this process changes is told by
//! [`Pages::forget`]. It is made anew at most [`kept::MADE_MOST`] times a second, whatever storm of votes there is, and
//! at least every [`LONGEST`], for what no version tells (the time that is left, a name): so it is right within two seconds.
//! While one visitor's request makes it, the others are given the page that is there, and where none is, they wait for that
//! one. It is kept as it goes out, headers, tag and compression included, and given out before any other layer is asked.
//! What a request with a session is answered is neither read from here nor kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use bytes::Bytes;
use model::debate::consultation::{self, Consultation};
use model::debate::forum::Forum;
use model::error::Error;
use model::id::Id;
use tokio::time::Instant;

use crate::app::App;
use crate::encoding::{self, Encoding};
use crate::language::Language;
use crate::pages::home::Front;
use crate::pages::reading::Reading;
use crate::{session, tag, visitor};

mod kept;

use kept::{Kept, Made, Version};

/// How long a page is given out before its version is asked for.
const ASKED: Duration = Duration::from_millis(50);
/// How long a page without a version, such as a list, is given out before it is made anew.
const FRESH: Duration = Duration::from_millis(400);
/// How long a page is given out at most, while it is being made anew.
const STALE: Duration = Duration::from_millis(900);
/// How long a page is given out at most, even though its version stands.
const LONGEST: Duration = Duration::from_millis(1500);
/// How many pages are kept; past it the cache starts over.
const MOST: usize = 512;
/// How many readings of consultations are kept; past it they are read anew.
const READINGS_MOST: usize = 64;
/// A larger page is not kept. Octets.
const LARGEST: usize = 4 * 1024 * 1024;
/// The parts of a consultation that are pages of their own.
const PARTS: [&str; 7] = ["ballot", "results", "debate", "outcome", "print", "embed", "tally"];
/// The queries of a forum's page that many ask with.
const QUERIES: [&str; 3] = ["state=open", "state=soon", "state=closed"];

/// A page as it goes out.
#[derive(Debug, PartialEq)]
struct Page {
    headers: HeaderMap,
    /// Those of the answer to who has it already.
    held: HeaderMap,
    tag: String,
    body: Bytes,
}

impl Page {
    fn of(mut headers: HeaderMap, body: Bytes) -> Self {
        let tag = tag::of(&body);
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        // What was told with the page stands on: a 304 says what concerns keeping it (RFC 9110, section 15.4.5).
        let told = [header::CACHE_CONTROL, header::ETAG, header::VARY];
        let held = told.iter().flat_map(|name| headers.get_all(name).iter().map(|value| (name.clone(), value.clone())));
        Self { held: held.collect(), headers, tag, body }
    }
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
        let (uri, headers) = (request.uri(), request.headers());
        if request.method() != Method::GET || !is_kept(uri.path(), uri.query()) || is_known(headers) {
            return None;
        }
        let cookies = CookieJar::from_headers(headers);
        Some(Self {
            path: uri.path_and_query().map(|path| path.as_str().to_owned()).unwrap_or_default(),
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

/// The consultation of which a page is.
fn slug_of(path: &str) -> Option<&str> {
    path.strip_prefix("/c/").map(|rest| rest.split('/').next().unwrap_or(rest))
}

/// The version of what a page shows; none of a list, and of what is not there.
async fn version(app: &App, path: &str) -> Option<Version> {
    let slug = slug_of(path)?;
    let asked = async { consultation::stamp(&mut app.store.conn().await?, slug).await };
    match asked.await {
        Ok(version) => Some(version),
        Err(Error::NotFound) => None,
        Err(error) => {
            tracing::warn!(%error, "the version of a page could not be read");
            None
        }
    }
}

/// Answers with pages that are kept before anything else is asked: what most visitors of a busy day ask for.
#[derive(Clone)]
pub struct Shared(Arc<App>);

impl Shared {
    /// Those that the pages of `app` are.
    pub fn of(app: &App) -> Self {
        Self(Arc::new(app.clone()))
    }

    /// The page, if it is kept and may be given out without asking, to whoever has no session. `None`: whoever asks goes
    /// through every layer.
    pub fn answer(&self, request: &Request) -> Option<Response> {
        let key = Key::of(&self.0, request)?;
        let page = self.0.pages.peek(&key, Instant::now())?;
        Some(answer(&page, request.headers()))
    }
}

/// Gives out the page that is kept, or keeps the one that is made.
pub(crate) async fn share(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(key) = Key::of(&app, &request) else { return next.run(request).await };
    let asked = request.headers().clone();
    if let Some(page) = app.pages.get(&key, Instant::now()) {
        return answer(&page, &asked);
    }
    let gate = app.pages.gate(&key);
    let turn = gate.lock().await;
    // Whoever waited is given what the first has made meanwhile.
    if let Some(page) = app.pages.given(&key, Instant::now()) {
        return answer(&page, &asked);
    }
    let version = version(&app, request.uri().path()).await;
    if let Some(page) = app.pages.stands(&key, version, Instant::now()) {
        app.pages.open(&key);
        return answer(&page, &asked);
    }
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(key.encoding.name()));
    let made = make(&app, key, version, request, next).await;
    drop(turn);
    match made {
        Ok(page) => answer(&page, &asked),
        Err(response) => response,
    }
}

/// Renders a page and keeps it; `Err` is an answer that is not kept. `version` was read before: what changes meanwhile is
/// found by the next who asks.
async fn make(
    app: &App,
    key: Key,
    version: Option<Version>,
    request: Request,
    next: Next,
) -> Result<Arc<Page>, Response> {
    let since = Instant::now();
    let (changes, language) = (app.pages.changes(), app.node_language());
    let (mut parts, body) = next.run(request).await.into_parts();
    // Whoever names no language is answered in the node's, which is known only once the first page has asked for it.
    let other = app.node_language() != language;
    if other || parts.status != StatusCode::OK || parts.headers.contains_key(header::SET_COOKIE) {
        app.pages.lose(&key);
        return Err(Response::from_parts(parts, body));
    }
    match to_bytes(body, LARGEST).await {
        Ok(body) => {
            parts.headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
            let page = Arc::new(Page::of(parts.headers, body));
            app.pages.keep(key, Found { version, since, changes }, page.clone());
            Ok(page)
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            app.pages.lose(&key);
            let mut failed = Response::default();
            *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            Err(failed)
        }
    }
}

/// The page, or that whoever asks has it already.
fn answer(page: &Page, asked: &HeaderMap) -> Response {
    let held = tag::is_held(asked, &page.tag);
    let mut response = Response::new(if held { Body::empty() } else { Body::from(page.body.clone()) });
    if held {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    *response.headers_mut() = if held { &page.held } else { &page.headers }.clone();
    response
}

/// What a page was made from.
#[derive(Clone, Copy, Debug)]
struct Found {
    version: Option<Version>,
    since: Instant,
    /// How often this process had changed anything by then.
    changes: u64,
}

/// A reading, and whether this process has changed what it holds.
struct Read {
    reading: Arc<Reading>,
    changed: bool,
}

/// What a home page shows, and how often this process had changed things by then.
struct Opened {
    front: Arc<Front>,
    changes: u64,
}

/// Whoever holds it makes the page; the others wait for it.
pub(crate) type Gate = Arc<tokio::sync::Mutex<()>>;

/// The pages kept, and which logs everybody may read: who checks one asks for thousands of its files.
#[derive(Default)]
pub(crate) struct Pages {
    kept: RwLock<HashMap<Key, Arc<Kept>>>,
    gates: Mutex<HashMap<Key, Gate>>,
    logs: RwLock<HashMap<String, (Id<Consultation>, Instant)>>,
    /// What pages of consultations are made from, for everybody alike.
    readings: RwLock<HashMap<String, Read>>,
    reading_gates: Mutex<HashMap<String, Gate>>,
    /// What the home page is made from, by the forums that are seen.
    fronts: RwLock<HashMap<Vec<Id<Forum>>, Opened>>,
    /// How often this process has changed what pages show.
    changes: AtomicU64,
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

    /// What the page of a consultation is made from, if it was read a moment ago and this process has changed nothing since.
    pub(crate) fn reading(&self, slug: &str, now: Instant) -> Option<Arc<Reading>> {
        let readings = self.readings.read().unwrap_or_else(PoisonError::into_inner);
        readings.get(slug).filter(|it| !it.changed && it.reading.is_fresh(now)).map(|it| it.reading.clone())
    }

    /// The last reading, whatever changed since, unless this process has.
    pub(crate) fn earlier_reading(&self, slug: &str) -> Option<Arc<Reading>> {
        let readings = self.readings.read().unwrap_or_else(PoisonError::into_inner);
        readings.get(slug).filter(|it| !it.changed).map(|it| it.reading.clone())
    }

    /// The gate through which one goes to read it.
    pub(crate) fn reading_gate(&self, slug: &str) -> Gate {
        self.reading_gates.lock().unwrap_or_else(PoisonError::into_inner).entry(slug.to_owned()).or_default().clone()
    }

    /// Keeps what was read when this process had changed things that often.
    pub(crate) fn keep_reading(&self, slug: &str, reading: Arc<Reading>, changes: u64) {
        let mut readings = self.readings.write().unwrap_or_else(PoisonError::into_inner);
        if readings.len() >= READINGS_MOST {
            readings.clear();
            self.reading_gates.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        readings.insert(slug.to_owned(), Read { reading, changed: self.changes() != changes });
    }

    /// What the home page shows of those forums, if it was read a moment ago and this process has changed nothing since.
    pub(crate) fn front(&self, forums: &[Id<Forum>], now: Instant) -> Option<Arc<Front>> {
        let fronts = self.fronts.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = |front: &Front| now.saturating_duration_since(front.since()) < FRESH;
        let found = fronts.get(forums).filter(|it| it.changes == self.changes() && fresh(&it.front))?;
        Some(found.front.clone())
    }

    /// Keeps what was read when this process had changed things that often.
    pub(crate) fn keep_front(&self, forums: Vec<Id<Forum>>, front: Arc<Front>, changes: u64) {
        let mut fronts = self.fronts.write().unwrap_or_else(PoisonError::into_inner);
        if fronts.len() >= READINGS_MOST {
            fronts.clear();
        }
        fronts.insert(forums, Opened { front, changes });
    }

    /// The page, if a good one is there. Who gets `None` asks for its version or makes it.
    fn get(&self, key: &Key, now: Instant) -> Option<Arc<Page>> {
        self.found(key, |found| {
            found.is_good(now) || (found.waits(now) && found.renewing.swap(true, Ordering::Relaxed))
        })
    }

    /// The same for who does neither: as long as it is good, or somebody is at it.
    fn peek(&self, key: &Key, now: Instant) -> Option<Arc<Page>> {
        self.found(key, |found| found.is_good(now) || (found.waits(now) && found.renewing.load(Ordering::Relaxed)))
    }

    /// The page, if it was made, or found to stand, only now.
    fn given(&self, key: &Key, now: Instant) -> Option<Arc<Page>> {
        self.found(key, |found| found.is_good(now))
    }

    /// The page, if it still shows what is there, whose version is now this.
    fn stands(&self, key: &Key, version: Option<Version>, now: Instant) -> Option<Arc<Page>> {
        self.found(key, |found| {
            let right = found.is_right(version, now);
            if right {
                found.stands(now);
            }
            right
        })
    }

    fn found(&self, key: &Key, good: impl Fn(&Kept) -> bool) -> Option<Arc<Page>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|found| good(found)).map(|found| found.page.clone())
    }

    /// How often this process has changed anything.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// The gate through which one goes to make the page.
    fn gate(&self, key: &Key) -> Gate {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default().clone()
    }

    /// Forgets the gate: the page is made, or will not be.
    fn open(&self, key: &Key) {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Forgets a page that is there no longer.
    fn lose(&self, key: &Key) {
        self.open(key);
        self.kept.write().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Keeps a page. What changed while it was made is not in it, perhaps.
    fn keep(&self, key: Key, from: Found, page: Arc<Page>) {
        self.open(&key);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        let before = kept.get(&key).map_or(Made { since: from.since, times: 0 }, |held| held.made);
        let it = Kept {
            page,
            version: from.version,
            since: from.since,
            asked: Mutex::new(from.since),
            changed: AtomicBool::new(self.changes() != from.changes),
            renewing: AtomicBool::new(false),
            made: before.again(from.since),
        };
        kept.insert(key, Arc::new(it));
    }

    /// Notes a change of a consultation made through this process: its pages, and the lists that it stands in, are made anew
    /// for the next who asks.
    pub(crate) fn forget(&self, slug: &str) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        for (key, held) in &*kept {
            let path = key.path.split('?').next().unwrap_or_default();
            if slug_of(path).is_none_or(|other| other == slug) {
                held.changed.store(true, Ordering::Relaxed);
            }
        }
        drop(kept);
        self.logs.write().unwrap_or_else(PoisonError::into_inner).remove(slug);
        if let Some(it) = self.readings.write().unwrap_or_else(PoisonError::into_inner).get_mut(slug) {
            it.changed = true;
        }
    }

    /// Forgets every page, after what may show in many.
    pub(crate) fn forget_all(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        self.kept.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.readings.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests;
