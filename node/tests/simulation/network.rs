//! A network on which faults happen: it stands before each node and decides what becomes of a request.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use tower::ServiceExt as _;

use super::chance::Chance;

/// The faults of all nodes.
#[derive(Clone)]
pub struct Faults(Arc<Mutex<Kept>>);

struct Kept {
    chance: Chance,
    /// Whether anything goes wrong at all.
    active: bool,
    /// The nodes that nobody reaches.
    cut: HashSet<usize>,
    /// What is still on its way to which node: whoever sent it has given it up, and it arrives all the same.
    late: Vec<(usize, Parts, Bytes)>,
}

/// What becomes of a request.
enum Fate {
    Passes,
    /// It never arrives.
    Lost,
    /// It arrives, and its answer is lost.
    Unanswered,
    /// It arrives twice.
    Twice,
    /// It arrives after something that was sent later.
    Late,
}

impl Faults {
    pub fn none() -> Self {
        Self(Arc::new(Mutex::new(Kept { chance: Chance::of(0), active: false, cut: HashSet::new(), late: Vec::new() })))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn begin(&self, seed: u64) {
        let mut kept = self.kept();
        (kept.chance, kept.active) = (Chance::of(!seed), true);
    }

    pub fn heal(&self) {
        let mut kept = self.kept();
        kept.active = false;
        kept.cut.clear();
    }

    /// Cuts a node off, or joins it again.
    pub fn toggle(&self, node: usize) {
        let mut kept = self.kept();
        if !kept.cut.remove(&node) {
            kept.cut.insert(node);
        }
    }

    fn keeps(&self, node: usize, parts: Parts, body: Bytes) {
        self.kept().late.push((node, parts, body));
    }

    /// Something that is late and arrives now: while all goes wrong now and then, afterwards all of it.
    fn late(&self, node: usize) -> Option<(Parts, Bytes)> {
        let mut kept = self.kept();
        if kept.active && kept.chance.below(2) == 0 {
            return None;
        }
        let at = kept.late.iter().position(|(to, ..)| *to == node)?;
        let (_, parts, body) = kept.late.remove(at);
        Some((parts, body))
    }

    fn fate(&self, node: usize) -> Fate {
        let mut kept = self.kept();
        if kept.cut.contains(&node) {
            return Fate::Lost;
        }
        match kept.active {
            false => Fate::Passes,
            true => match kept.chance.below(100) {
                0..15 => Fate::Lost,
                15..25 => Fate::Unanswered,
                25..35 => Fate::Twice,
                35..45 => Fate::Late,
                _ => Fate::Passes,
            },
        }
    }
}

#[derive(Clone)]
struct Door {
    node: usize,
    people: Router,
    servers: Router,
    faults: Faults,
}

/// A node's two doors, behind the network.
pub fn behind(faults: &Faults, node: usize, people: Router, servers: Router) -> Router {
    let door = Door { node, people, servers, faults: faults.clone() };
    Router::new().fallback(arrive).with_state(door)
}

async fn arrive(State(door): State<Door>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 2 << 20).await.expect("a body");
    let ask = async || door.asks(&parts, &body).await;
    let lost = || StatusCode::SERVICE_UNAVAILABLE.into_response();
    let answer = match door.faults.fate(door.node) {
        Fate::Passes => ask().await,
        Fate::Late => {
            door.faults.keeps(door.node, parts, body);
            return lost();
        }
        Fate::Lost => lost(),
        Fate::Unanswered => {
            drop(ask().await);
            lost()
        }
        Fate::Twice => {
            drop(ask().await);
            ask().await
        }
    };
    while let Some((parts, body)) = door.faults.late(door.node) {
        drop(door.asks(&parts, &body).await);
    }
    answer
}

impl Door {
    async fn asks(&self, parts: &Parts, body: &Bytes) -> Response {
        let request = Request::from_parts(parts.clone(), Body::from(body.clone()));
        let door = if federation::speaks_activity(parts) { &self.servers } else { &self.people };
        let Ok(answer) = door.clone().oneshot(request).await;
        answer
    }
}
