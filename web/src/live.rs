//! What happens meanwhile, for pages that stay open (server-sent events): new comments, and the tally as it stands at a
//! checkpoint, with the part of the page that shows it. However many watch a consultation, one task asks the database for all of
//! them; what it has to say is written once in each language and handed to each. Results that are hidden are never told, nor that they have changed.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use jiff::tz::TimeZone;
use model::care::settings;
use model::count::tally::{self, Document, Viewer};
use model::debate::comment::order::{self, Level, Order, Selection};
use model::debate::comment::{self, Comment};
use model::debate::consultation::{self, Consultation, State as Stage};
use model::error::{Error, Result as Answer};
use model::id::Id;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver, Sender};

use crate::app::App;
use crate::error::Failure;
use crate::language::{Language, Words};
use crate::pages::tallied;
use crate::visitor::Visitor;

/// How often the database is asked, once for all who watch.
const PAUSE: Duration = Duration::from_secs(1);
/// The least time between two tallies: a rush of ballots is told a few times a minute.
const CHECKPOINT: Duration = Duration::from_secs(5);
/// How often a line goes out where nothing happens, so that no proxy takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How many may watch one consultation, and how many all together.
const WATCHERS: usize = 2_000;
const ALL_WATCHERS: usize = 8_000;
/// How many words wait for a slow watcher before it misses some.
const WAITING: usize = 16;
/// How many new comments are told at once at most.
const COMMENTS: i64 = 20;
/// A watcher is let go after this long, and comes again by itself.
const LONGEST: Duration = Duration::from_secs(3600);

/// `/c/{slug}/live`
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/c/{slug}/live", get(watch))
}

/// Who watches what.
#[derive(Default)]
pub(crate) struct Live {
    rooms: Mutex<HashMap<Id<Consultation>, Room>>,
    /// Whether the process is coming to its end.
    ended: AtomicBool,
}

/// What is told: the same to all, or to each in the language of the page.
#[derive(Clone)]
enum Told {
    All(Bytes),
    Each(Arc<[Bytes; Language::ALL.len()]>),
}

impl Told {
    fn to(self, language: Language) -> Bytes {
        match self {
            Self::All(event) => event,
            Self::Each(events) => events[language as usize].clone(),
        }
    }
}

struct Room {
    voice: Sender<Told>,
    /// The latest tally, for who comes later: the page may be older than it.
    tally: Option<Told>,
    /// How many producers there ever were, for the test that there is one.
    producers: usize,
}

/// A place among those who watch.
struct Place {
    heard: Receiver<Told>,
    /// The tally as last told.
    latest: Option<Told>,
    /// For who is to begin to tell.
    voice: Option<Sender<Told>>,
}

impl Live {
    /// A place among those who watch, and whether somebody is to begin to tell; `None` if there is no room.
    fn enter(&self, on: Id<Consultation>) -> Option<Place> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = rooms.values().map(|room| room.voice.receiver_count()).sum();
        let here = rooms.get(&on).map_or(0, |room| room.voice.receiver_count());
        if self.is_ended() || all >= ALL_WATCHERS || here >= WATCHERS {
            return None;
        }
        if let Some(room) = rooms.get(&on) {
            return Some(Place { heard: room.voice.subscribe(), latest: room.tally.clone(), voice: None });
        }
        let (voice, heard) = broadcast::channel(WAITING);
        rooms.insert(on, Room { voice: voice.clone(), tally: None, producers: 1 });
        Some(Place { heard, latest: None, voice: Some(voice) })
    }

    /// Keeps the latest tally for who comes later, and tells it to who is there.
    fn tell(&self, on: Id<Consultation>, tally: Told) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms.get_mut(&on) {
            room.tally = Some(tally.clone());
            let _heard = room.voice.send(tally);
        }
    }

    /// Ends a room that nobody is in. False if somebody came meanwhile.
    fn leave(&self, on: Id<Consultation>) -> bool {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let empty = rooms.get(&on).is_none_or(|room| room.voice.receiver_count() == 0);
        if empty {
            rooms.remove(&on);
        }
        empty
    }

    fn close(&self, on: Id<Consultation>) {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).remove(&on);
    }

    /// Lets everybody go, since the process is coming to its end.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// How many rooms there are, how many watch, and how many tell.
    pub(crate) fn count(&self) -> (usize, usize, usize) {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let watchers = rooms.values().map(|room| room.voice.receiver_count()).sum();
        (rooms.len(), watchers, rooms.values().map(|room| room.producers).sum())
    }
}

async fn watch(State(app): State<App>, visitor: Visitor, Path(slug): Path<String>) -> Result<Response, Failure> {
    let view = consultation::view(&mut app.store.conn().await?, &slug, visitor.account.as_ref()).await?;
    let on = view.consultation;
    if on.state == Stage::Draft {
        return Err(Error::NotFound.into());
    }
    let Some(Place { heard, latest, voice }) = app.live.enter(on.id) else {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "60")]).into_response());
    };
    if let Some(voice) = voice {
        tokio::spawn(produce(app.clone(), on.id, slug, voice));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(events(heard, latest, visitor.words.language))).into_response())
}

/// What one watcher hears.
#[expect(clippy::disallowed_methods, reason = "a watcher is let go after a while")]
fn events(
    heard: Receiver<Told>,
    latest: Option<Told>,
    language: Language,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let latest = latest.map(|told| told.to(language));
    let first = std::iter::once(Bytes::from_static(b"retry: 5000\n\n")).chain(latest).map(Ok);
    let first = stream::iter(first);
    let rest = stream::unfold(heard, move |mut heard| async move {
        loop {
            match heard.recv().await {
                Ok(event) => return Some((Ok(event.to(language)), heard)),
                // A slow reader misses some: the numbers of the next are whole again.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    first.chain(rest).take_until(tokio::time::sleep(LONGEST)).fuse()
}

/// What was last told of a consultation.
struct Seen {
    stamp: (i64, i64),
    latest: Option<Id<Comment>>,
    tally: Option<i64>,
    told: tokio::time::Instant,
    beat: tokio::time::Instant,
}

/// Tells all who watch, until nobody does or it is over.
async fn produce(app: App, on: Id<Consultation>, slug: String, voice: Sender<Told>) {
    let now = tokio::time::Instant::now();
    let mut seen = Seen { stamp: (-1, -1), latest: None, tally: None, told: now, beat: now };
    let mut ticks = tokio::time::interval(PAUSE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if app.live.is_ended() {
            return app.live.close(on);
        }
        if voice.receiver_count() == 0 && app.live.leave(on) {
            return;
        }
        match look(&app, on, &slug, &mut seen, &voice).await {
            Ok(true) => {}
            Ok(false) => {
                say(&voice, "close", &json!({}));
                app.live.close(on);
                return;
            }
            Err(error) => tracing::warn!(%error, "a page that stays open was not told"),
        }
    }
}

/// Whoever has just left hears nothing, which is no failure.
fn say(voice: &Sender<Told>, event: &str, data: &serde_json::Value) {
    let _heard = voice.send(Told::All(written(event, data)));
}

fn written(event: &str, data: &serde_json::Value) -> Bytes {
    Bytes::from(format!("event: {event}\ndata: {data}\n\n"))
}

/// The tally for each language: the numbers, and the part of the page that shows them.
fn tally_event(zone: &TimeZone, on: &Consultation, document: &Document) -> Answer<Told> {
    let numbers = serde_json::to_value(document).map_err(Error::store)?;
    let event = |language| {
        let html = tallied::part(&Words::new(language, zone.clone()), on, document).map_err(Error::store)?;
        let mut data = numbers.clone();
        data["html"] = html.into();
        Ok::<_, Error>(written("tally", &data))
    };
    let [fr, en, es] = Language::ALL.map(event);
    Ok(Told::Each(Arc::new([fr?, en?, es?])))
}

/// Tells what is new since the last look. False when nothing more will come.
async fn look(app: &App, id: Id<Consultation>, slug: &str, seen: &mut Seen, voice: &Sender<Told>) -> Answer<bool> {
    let now = tokio::time::Instant::now();
    if now.duration_since(seen.beat) >= HEARTBEAT {
        seen.beat = now;
        let _heard = voice.send(Told::All(Bytes::from_static(b": still here\n\n")));
    }
    let mut conn = app.store.conn().await?;
    let stamp = consultation::stamp(&mut conn, slug).await?;
    let due =
        seen.tally.is_none() || (stamp.1 != seen.tally.unwrap_or(-1) && now.duration_since(seen.told) >= CHECKPOINT);
    if stamp == seen.stamp && !due {
        return Ok(true);
    }
    let on = consultation::by_id(&mut conn, id).await?;
    if stamp.0 != seen.stamp.0 {
        comments(&mut conn, &on, seen, voice).await?;
    }
    if due {
        let document = tally::results(&mut conn, &on, app.now(), Viewer::Anybody).await?;
        (seen.tally, seen.told) = (Some(stamp.1), now);
        if document.visible {
            let zone = settings::node(&mut conn).await?.zone();
            app.live.tell(id, tally_event(&zone, &on, &document)?);
        }
    }
    seen.stamp = stamp;
    Ok(!on.phase(app.now()).is_over())
}

/// Tells which comments are new: their addresses alone, so that what is hidden meanwhile is not on its way.
async fn comments(
    conn: &mut model::store::Conn,
    on: &Consultation,
    seen: &mut Seen,
    voice: &Sender<Told>,
) -> Answer<()> {
    let which = Selection { order: Order::Newest, level: Level::All, ..Selection::default() };
    let latest = order::page(conn, on.id, &which, None, COMMENTS).await?;
    if let Some(before) = seen.latest {
        let new = latest.iter().take_while(|(it, _)| it.id != before).filter(|(it, _)| it.id > before);
        for (it, _) in new.filter(|(it, _)| comment::is_shown(on, it)) {
            say(voice, "comment", &json!({"id": it.id}));
        }
    }
    let newest = latest.iter().map(|(it, _)| it.id).max();
    seen.latest = newest.or(seen.latest).or(Some(Id::from_uuid(Default::default())));
    Ok(())
}
