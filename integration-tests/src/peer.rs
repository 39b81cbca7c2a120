//! A server that behaves as Mastodon does, scripted: people with keys of their own, WebFinger, an inbox that checks every
//! signature and remembers what came.

pub mod keys;
mod oauth;
mod server;
pub mod signed;
mod user;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::http::{HeaderMap, StatusCode};
use reqwest::Client;
use serde_json::Value;

use crate::net::Net;
use crate::wait;
use keys::Key;
pub use user::User;

/// The server. Dropped, it stops answering.
pub struct Peer {
    state: State,
    task: tokio::task::JoinHandle<()>,
}

/// What requests and people share.
#[derive(Clone)]
struct State {
    host: String,
    client: Client,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    keys: HashMap<String, Arc<Key>>,
    received: Vec<Received>,
    refused: Vec<String>,
    objects: HashMap<String, Value>,
    answer: Option<StatusCode>,
    turned_away: u32,
    newer: bool,
    oauth: oauth::Oauth,
    /// What WebFinger offers beside the actor.
    offered: Vec<Value>,
}

/// An activity that came well signed.
#[derive(Clone, Debug)]
pub struct Received {
    /// The actor that signed.
    pub signer: String,
    /// The activity.
    pub activity: Value,
    /// The path that it was sent to.
    pub path: String,
    /// The headers that it came with.
    pub headers: HeaderMap,
    /// It, byte for byte.
    pub body: String,
}

impl Peer {
    /// Starts a server under `host`, on the port that the net gives it.
    pub async fn start(net: &Net, host: &str) -> Self {
        let state = State { host: host.to_owned(), client: net.client(), kept: Arc::default() };
        let listener = tokio::net::TcpListener::bind(net.address(host)).await.expect("a free port");
        let router = server::router(state.clone());
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the peer serves");
        });
        Self { state, task }
    }

    /// A person here, made at the first call.
    pub fn user(&self, name: &str) -> User {
        let key =
            Arc::clone(self.state.kept().keys.entry(name.to_owned()).or_insert_with(|| Arc::new(Key::generate())));
        User::new(self.state.clone(), name, key)
    }

    /// From now on WebFinger offers these links too.
    pub fn offers(&self, links: Vec<Value>) {
        self.state.kept().offered = links;
    }

    /// All that came, well signed, in order.
    pub fn received(&self) -> Vec<Received> {
        self.state.kept().received.clone()
    }

    /// What came and was refused, with reasons: empty as long as nodes sign as they should.
    pub fn refused(&self) -> Vec<String> {
        self.state.kept().refused.clone()
    }

    /// From now on the inbox answers with this status and keeps nothing; `None`: works again.
    pub fn answers(&self, status: Option<StatusCode>) {
        self.state.kept().answer = status;
    }

    /// From now on the inbox understands RFC 9421 alone: anything else is answered 401, and what comes so signed is kept
    /// unverified, for the test to judge.
    pub fn speaks_rfc_9421(&self) {
        self.state.kept().newer = true;
    }

    /// Serves a document under its own id.
    pub fn serves(&self, document: &Value) {
        let id = document["id"].as_str().expect("an id").to_owned();
        self.state.kept().objects.insert(id, document.clone());
    }

    /// Waits until a delivery was answered with the status that [`Peer::answers`] set.
    pub async fn was_tried(&self) {
        wait::until("a delivery is tried", async || (self.state.kept().turned_away > 0).then_some(())).await;
    }

    /// Waits for an activity that `wanted` holds for.
    pub async fn receives(&self, what: &str, wanted: impl Fn(&Received) -> bool) -> Received {
        let describe = || format!("{} receives {what}; so far: {}", self.state.host, self.summary());
        wait::until_or(describe, async || self.received().into_iter().find(|received| wanted(received))).await
    }

    fn summary(&self) -> String {
        let received = self.received();
        let seen: Vec<_> = received.iter().map(Received::kind).collect();
        format!("{seen:?}, refused {:?}", self.refused())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn turns_away(&self) -> Option<StatusCode> {
        let mut kept = self.kept();
        kept.turned_away += u32::from(kept.answer.is_some());
        kept.answer
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    /// The document at `url`, as Mastodon asks for it.
    async fn fetch(&self, url: &str) -> Result<Value, String> {
        let request = self.client.get(url).header("accept", "application/activity+json, application/ld+json");
        let response = request.send().await.map_err(|error| format!("{url}: {error}"))?;
        let media = response.headers().get("content-type").cloned();
        if !response.status().is_success() {
            return Err(format!("{url}: {}", response.status()));
        }
        if !media
            .as_ref()
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/activity+json"))
        {
            return Err(format!("{url}: type {media:?}"));
        }
        let document: Value = response.json().await.map_err(|error| format!("{url}: {error}"))?;
        if document["id"] == url { Ok(document) } else { Err(format!("{url} calls itself {}", document["id"])) }
    }
}

impl Received {
    fn of(signer: String, activity: Value, path: &str, headers: HeaderMap, body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body).into_owned();
        Self { signer, activity, path: path.to_owned(), headers, body }
    }

    /// The activity's type.
    pub fn kind(&self) -> &str {
        self.activity["type"].as_str().unwrap_or_default()
    }

    /// Whether it announces the object with this id, by its address alone.
    pub fn announces(&self, id: &str) -> bool {
        self.kind() == "Announce" && self.activity["object"] == id
    }

    /// The activity carried inside an Announce, of this type.
    pub fn carries(&self, kind: &str) -> bool {
        self.kind() == "Announce" && self.activity["object"]["type"] == kind
    }
}
