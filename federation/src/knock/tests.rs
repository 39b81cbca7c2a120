use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::routing::{get, post};
use model::testing::World;
use serde_json::Value;

use super::*;
use crate::fetch::{Budget, Signer};
use crate::testing::{KEYS, peer};

const NOW: i64 = 1_763_900_000;

/// A server that understands one dialect, and counts what it was asked in each.
#[derive(Clone, Default)]
struct Server {
    understands: Option<Dialect>,
    refusal: u16,
    drafts: Arc<AtomicUsize>,
    rfcs: Arc<AtomicUsize>,
}

impl Server {
    fn of(understands: Option<Dialect>, refusal: u16) -> Self {
        Self { understands, refusal, ..Self::default() }
    }

    fn router(&self) -> Router {
        let ways = get(asked).merge(post(asked));
        Router::new().route("/inbox", ways.clone()).route("/note", ways).with_state(self.clone())
    }

    fn asked(&self) -> (usize, usize) {
        (self.drafts.load(Ordering::SeqCst), self.rfcs.load(Ordering::SeqCst))
    }
}

async fn asked(
    State(server): State<Server>,
    request: Request,
) -> (StatusCode, [(&'static str, &'static str); 1], &'static str) {
    let spoken = if request.headers().contains_key(signature::rfc9421::SIGNATURE_INPUT) {
        server.rfcs.fetch_add(1, Ordering::SeqCst);
        Dialect::Rfc9421
    } else {
        server.drafts.fetch_add(1, Ordering::SeqCst);
        Dialect::Cavage
    };
    let understood = server.understands == Some(spoken);
    let status = if understood { StatusCode::OK } else { StatusCode::from_u16(server.refusal).expect("a status") };
    (status, [("content-type", "application/activity+json")], r#"{"id":"http://peer.test/note"}"#)
}

async fn delivered(knocker: &Knocker) -> u16 {
    let url = "http://peer.test/inbox".parse().expect("a URL");
    let payload = Some((Payload::of(b"{}", "application/activity+json"), bytes::Bytes::from_static(b"{}")));
    let knock = Knock { url: &url, key: &KEYS.0, now: NOW, accept: None, payload };
    knocker.knock(&knock).await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn the_draft_is_tried_first_and_rfc_9421_when_it_is_refused() {
    for refusal in [400, 401] {
        let server = Server::of(Some(Dialect::Rfc9421), refusal);
        let knocker = peer(server.router()).await.knocker();
        assert_eq!(delivered(&knocker).await, 200);
        assert_eq!(server.asked(), (1, 1));
        assert_eq!(delivered(&knocker).await, 200);
        assert_eq!(server.asked(), (1, 2), "what was learnt is not tried again");
    }
    let server = Server::of(Some(Dialect::Cavage), 401);
    assert_eq!(delivered(&peer(server.router()).await.knocker()).await, 200);
    assert_eq!(server.asked(), (1, 0));
}

#[tokio::test]
async fn what_is_refused_for_another_reason_is_not_tried_twice() {
    for refusal in [403, 404, 410, 413, 429, 500, 503] {
        let server = Server::of(None, refusal);
        assert_eq!(delivered(&peer(server.router()).await.knocker()).await, refusal);
        assert_eq!(server.asked(), (1, 0), "{refusal}");
    }
    let server = Server::of(None, 401);
    let knocker = peer(server.router()).await.knocker();
    for round in 1..=2 {
        assert_eq!(delivered(&knocker).await, 401);
        assert_eq!(server.asked(), (round, round), "in both dialects, each time");
    }
}

#[tokio::test]
async fn a_dialect_learnt_by_a_delivery_is_kept_and_used_for_fetches() {
    let world = World::sqlite().await;
    let server = Server::of(Some(Dialect::Rfc9421), 401);
    let fetcher = peer(server.router()).await;
    let remembering = || fetcher.knocker().remembering(world.store.clone(), world.clock.clone());
    assert_eq!(delivered(&remembering()).await, 200);
    let kept = dialect::of(&mut world.store.conn().await.expect("a connection"), "peer.test").await.expect("asked");
    assert_eq!(kept, Some(Dialect::Rfc9421));
    // Another process, or this one after a restart.
    let later = peer(server.router()).await;
    let later = later.clone().with(later.knocker().remembering(world.store.clone(), world.clock.clone()));
    let url = "http://peer.test/note".parse().expect("a URL");
    let signer = Signer { key: &KEYS.0, now: NOW };
    let note: Value = later.value(&url, signer, &Budget::default()).await.expect("fetched");
    assert_eq!(note["id"], "http://peer.test/note");
    assert_eq!(server.asked(), (1, 2));
}

#[tokio::test]
async fn a_server_that_goes_back_to_the_draft_is_followed() {
    let world = World::sqlite().await;
    let mut tx = world.store.begin().await.expect("a transaction");
    dialect::learn(&mut tx, world.now(), "peer.test", Dialect::Rfc9421).await.expect("kept");
    tx.commit().await.expect("committed");
    let server = Server::of(Some(Dialect::Cavage), 400);
    let knocker = peer(server.router()).await.knocker().remembering(world.store.clone(), world.clock.clone());
    assert_eq!(delivered(&knocker).await, 200);
    assert_eq!(server.asked(), (1, 1));
    let kept = dialect::of(&mut world.store.conn().await.expect("a connection"), "peer.test").await.expect("asked");
    assert_eq!(kept, Some(Dialect::Cavage));
}
