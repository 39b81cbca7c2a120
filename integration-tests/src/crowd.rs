//! Many servers in one process: each has a name, people who follow, and an inbox that checks every signature. Some are slow, some
//! answer garbage, some are down.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::net::Net;
use crate::peer::keys::Key;
use crate::peer::signed::{self, Flaw};

/// How long a slow server takes for each answer.
const SLOW: Duration = Duration::from_millis(1_500);

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As it should.
    Well,
    /// It answers, and takes its time.
    Slow,
    /// It answers what is no HTTP.
    Garbage,
    /// Nobody listens.
    Down,
}

/// The servers. Dropped, they stop answering.
pub struct Crowd {
    state: State,
    hosts: Vec<(String, Manner)>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

#[derive(Clone)]
struct State {
    client: Client,
    key: Arc<Key>,
    slow: Arc<HashSet<String>>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// By host, the ids of activities in the order in which they were first taken in.
    came: HashMap<String, Vec<String>>,
    seen: HashSet<(String, String)>,
    /// What each activity tells of, down to the thing itself.
    tells: HashMap<String, String>,
    /// How often something was sent again that had been taken in.
    repeats: HashMap<String, usize>,
    refused: Vec<String>,
    /// Keys of nodes, by their id.
    keys: HashMap<String, String>,
}

/// So many names: one of twenty is down, one slow, one answers garbage.
pub fn names(hosts: usize) -> Vec<(String, Manner)> {
    let manner = |number: usize| match number % 20 {
        17 => Manner::Slow,
        18 => Manner::Garbage,
        19 => Manner::Down,
        _ => Manner::Well,
    };
    (0..hosts).map(|number| (format!("h{number}.test"), manner(number))).collect()
}

impl Crowd {
    /// Starts them, on the ports that the net gives `crowd.test` and `garbage.test`.
    pub async fn start(net: &Net, hosts: Vec<(String, Manner)>) -> Self {
        let slow = hosts.iter().filter(|(_, manner)| *manner == Manner::Slow).map(|(host, _)| host.clone()).collect();
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let state = State { client: net.client(), key: Arc::new(Key::generate()), slow: Arc::new(slow), kept };
        let router = Router::new()
            .route("/users/{name}", get(actor))
            .route("/users/{name}/inbox", post(inbox))
            .route("/inbox", post(inbox))
            .with_state(state.clone());
        let listener = TcpListener::bind(net.address("crowd.test")).await.expect("a free port");
        let well = tokio::spawn(async move { axum::serve(listener, router).await.expect("the crowd serves") });
        let garbage = tokio::spawn(babble(net.address("garbage.test")));
        Self { state, hosts, tasks: vec![well, garbage] }
    }

    /// Everybody on every server that is heard follows `target`, whose inbox is at `node`.
    pub async fn follows(&self, node: &str, target: &str, followers: usize) {
        let heard: Vec<&str> = self.all().collect();
        let mut waiting = tokio::task::JoinSet::new();
        for number in 0..followers {
            let id = format!("http://{}/users/u{number}", heard[number % heard.len()]);
            let (state, node, target) = (self.state.clone(), node.to_owned(), target.to_owned());
            waiting.spawn(async move { state.follows(&node, &target, &id).await });
            if waiting.len() >= 32 {
                waiting.join_next().await.expect("some").expect("a follow");
            }
        }
        while let Some(done) = waiting.join_next().await {
            done.expect("a follow");
        }
    }

    /// Those whose inboxes work, if slowly.
    pub fn heard(&self) -> impl Iterator<Item = &str> {
        let works = |(_, manner): &&(String, Manner)| matches!(manner, Manner::Well | Manner::Slow);
        self.hosts.iter().filter(works).map(|(host, _)| host.as_str())
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(|(host, _)| host.as_str())
    }

    /// What a server took in of what `wanted` holds for, each once, in order.
    pub fn came(&self, host: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let kept = self.state.kept();
        kept.came.get(host).into_iter().flatten().filter(|id| wanted(id)).cloned().collect()
    }

    /// What these activities tell of, in their order.
    pub fn told(&self, activities: &[String]) -> Vec<String> {
        let kept = self.state.kept();
        activities.iter().filter_map(|id| kept.tells.get(id)).cloned().collect()
    }

    /// How many were taken in, by all servers together.
    pub fn count(&self) -> usize {
        self.state.kept().seen.len()
    }

    /// How often a server was sent something again that it had taken in; those to whom it happened.
    pub fn repeats(&self) -> HashMap<String, usize> {
        self.state.kept().repeats.clone()
    }

    /// What was refused, with reasons: empty as long as the node signs as it should.
    pub fn refused(&self) -> Vec<String> {
        self.state.kept().refused.clone()
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl State {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn follows(&self, node: &str, target: &str, id: &str) {
        let activity = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{id}/follow"), "type": "Follow",
            "actor": id, "object": target,
        });
        let body = activity.to_string().into_bytes();
        let headers = signed::headers(&self.key, &format!("{id}#main-key"), (node, "/inbox"), &body, Flaw::None);
        let mut request = self.client.post(format!("http://{node}/inbox")).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let status = request.send().await.expect("an answer").status();
        assert_eq!(status, StatusCode::ACCEPTED, "{id}");
    }

    /// The key of a node's actor, asked for once.
    async fn key(&self, key_id: &str) -> Result<String, String> {
        if let Some(key) = self.kept().keys.get(key_id) {
            return Ok(key.clone());
        }
        let url = key_id.split('#').next().unwrap_or_default();
        let request = self.client.get(url).header("accept", "application/activity+json");
        let actor: Value =
            async { request.send().await?.json().await }.await.map_err(|why: reqwest::Error| why.to_string())?;
        let pem = actor["publicKey"]["publicKeyPem"].as_str().ok_or("no key")?.to_owned();
        self.kept().keys.insert(key_id.to_owned(), pem.clone());
        Ok(pem)
    }

    async fn takes(&self, (host, path): (&str, &str), headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
        let signature = signed::Received::read("POST", path, host, headers, body)?;
        if !signature.by(&self.key(&signature.key_id).await?) {
            return Err(format!("not signed by {}", signature.key_id));
        }
        let activity: Value = serde_json::from_slice(body).map_err(|why| why.to_string())?;
        let id = activity["id"].as_str().ok_or("no id")?.to_owned();
        let mut kept = self.kept();
        if let Some(thing) = thing(&activity) {
            kept.tells.insert(id.clone(), thing.to_owned());
        }
        // As every server does: what was taken in before is taken in once.
        if kept.seen.insert((host.to_owned(), id.clone())) {
            kept.came.entry(host.to_owned()).or_default().push(id);
        } else {
            *kept.repeats.entry(host.to_owned()).or_default() += 1;
        }
        Ok(())
    }
}

/// The id of what an activity tells of, which may be an activity that tells of it.
fn thing(told: &Value) -> Option<&str> {
    match &told["object"] {
        Value::Null => told["id"].as_str(),
        Value::String(id) => Some(id),
        inner => thing(inner),
    }
}

fn host_of(headers: &HeaderMap) -> String {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned()
}

async fn actor(Shared(state): Shared<State>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let host = host_of(&headers);
    let id = format!("http://{host}/users/{name}");
    let document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id, "type": "Person", "preferredUsername": name, "name": name, "inbox": format!("{id}/inbox"),
        "endpoints": {"sharedInbox": format!("http://{host}/inbox")},
        "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": state.key.public_pem()},
    });
    ([(header::CONTENT_TYPE, "application/activity+json")], Json(document).into_response().into_body()).into_response()
}

async fn inbox(Shared(state): Shared<State>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let host = host_of(&headers);
    if state.slow.contains(&host) {
        linger().await;
    }
    match state.takes((&host, uri.path()), &headers, &body).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(reason) => {
            state.kept().refused.push(format!("{host}{uri}: {reason}"));
            StatusCode::UNAUTHORIZED
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a slow server is what is tested")]
async fn linger() {
    tokio::time::sleep(SLOW).await;
}

/// Answers every connection with what is no HTTP.
async fn babble(at: SocketAddr) {
    let listener = TcpListener::bind(at).await.expect("a free port");
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut some = [0; 512];
            // Whoever hangs up has heard enough.
            drop(stream.read(&mut some).await);
            drop(stream.write_all(b"\x16\x03\x01 HTTP/9.9 \xff\xfe perhaps\r\n<html>\0\r\n\r\n").await);
        });
    }
}
