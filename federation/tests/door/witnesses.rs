//! The witness as the logs of other nodes meet it (C2SP tlog-witness).

use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use model::count::log::note;
use model::count::log::tree::Edge;
use model::count::witness::cosignature::Key;
use model::count::witness::{self, Growth, Role};
use model::people::proof::{self, Signer};
use serde_json::json;
use tower::ServiceExt as _;

use crate::town::{PEER, Town};

const LOG: &str = "peer.test/c/place";

/// A log of the peer's: so many entries, those from `fork` on other ones.
fn log_of(size: u64, fork: u64) -> Edge {
    let (mut edge, mut done) = (Edge::default(), Vec::new());
    for n in 0..size {
        let line = if n >= fork { format!("other {n}") } else { format!("entry {n}") };
        edge.append(line.as_bytes(), &mut done).expect("appended");
    }
    edge
}

/// A town that agreed to witness the peer, and the key of the peer's logs.
async fn agreed() -> (Town, Signer) {
    let town = Town::new().await;
    town.peer.actor("Application", "/");
    let private =
        aws_lc_rs::signature::Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).expect("a key");
    let signer = Signer::from_pkcs8(format!("{PEER}/#ed25519-key"), private.as_ref()).expect("a signer");
    let mut actor = town.peer.kept().documents["/"].clone();
    actor["preferredUsername"] = json!("peer.test");
    actor["assertionMethod"] = json!([{"id": format!("{PEER}/#ed25519-key"), "type": "Multikey", "controller": format!("{PEER}/"), "publicKeyMultibase": proof::multikey(&signer.public())}]);
    actor["inbox"] = json!(format!("{PEER}/inbox"));
    town.peer.serves(&format!("{PEER}/"), actor);
    let peer = federation::resolve_node(&town.app, "http://peer.test/").await.expect("a node");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    witness::agree(&mut tx, town.now(), Role::Witnessed, &peer).await.expect("agreed");
    tx.commit().await.expect("committed");
    (town, signer)
}

async fn posts(town: &Town, body: String) -> (StatusCode, String) {
    let request = http::Request::post("/witness/add-checkpoint").body(Body::from(body)).expect("a request");
    let response = town.router.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

fn checkpoint(signer: &Signer, edge: &Edge) -> String {
    note::checkpoint(signer, LOG, edge.size, edge.root().expect("a root")).expect("a checkpoint")
}

#[tokio::test]
async fn a_witness_signs_what_follows_and_answers_everything_else_as_specified() {
    let (town, signer) = agreed().await;
    let three = checkpoint(&signer, &log_of(3, 9));
    let (status, line) = posts(&town, Growth::written(0, &[], &three)).await;
    assert_eq!(status, StatusCode::OK, "{line}");
    let node = town.document("/").await;
    let public = proof::from_multikey(node["assertionMethod"][0]["publicKeyMultibase"].as_str().expect("a key"));
    let key = Key::new("a.test/witness", public.expect("a key"));
    let at = u64::try_from(town.now().as_second()).expect("a time");
    assert_eq!(key.signed(&format!("{three}{line}")), Some(at));

    let seven = checkpoint(&signer, &log_of(7, 9));
    assert_eq!(posts(&town, Growth::written(0, &[], &seven)).await, (StatusCode::CONFLICT, "3\n".into()));
    assert_eq!(posts(&town, Growth::written(3, &[], &seven)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(posts(&town, Growth::written(9, &[], &seven)).await.0, StatusCode::BAD_REQUEST);
    for bad in ["", "old 1\n", "old x\n\nx\n1\nx\n"] {
        assert_eq!(posts(&town, bad.into()).await.0, StatusCode::BAD_REQUEST, "{bad}");
    }
    let elsewhere = note::checkpoint(&signer, "other.test/c/x", 0, log_of(0, 0).root().expect("a root")).expect("one");
    assert_eq!(posts(&town, Growth::written(0, &[], &elsewhere)).await.0, StatusCode::NOT_FOUND);
    let forged = three.replace(&STANDARD.encode(log_of(3, 9).root().expect("a root").0), &STANDARD.encode([7; 32]));
    assert_eq!(posts(&town, Growth::written(0, &[], &forged)).await.0, StatusCode::FORBIDDEN);
    let (status, head) = posts_get(&town, "/witness/head?origin=peer.test%2Fc%2Fplace").await;
    assert_eq!((status, head), (StatusCode::OK, three));
    assert_eq!(posts_get(&town, "/witness/head?origin=peer.test%2Fc%2Fnothing").await.0, StatusCode::NOT_FOUND);
    town.works().await;
}

async fn posts_get(town: &Town, path: &str) -> (StatusCode, String) {
    let request = http::Request::get(path).body(Body::empty()).expect("a request");
    let response = town.router.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn a_fork_shown_to_two_witnesses_is_found_and_both_signed_heads_are_kept() {
    let (town, signer) = agreed().await;
    let ours = checkpoint(&signer, &log_of(7, 9));
    let theirs = checkpoint(&signer, &log_of(7, 5));
    // the other witness has seen another head of the same log
    let other = town.peer.actor("Application", "/w");
    town.peer.shows(&format!("{PEER}/witness/head"), "text/plain", theirs.clone().into_bytes());
    town.peer.shows(&format!("{PEER}/c/place/log/checkpoint"), "text/plain", ours.clone().into_bytes());
    let witness = federation::resolve_node(&town.app, &other.id).await.expect("a node");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let elsewhere = model::people::actor::Actor { host: Some("evil.test".into()), ..witness };
    witness::agree(&mut tx, town.now(), Role::Witness, &elsewhere).await.expect("agreed");
    tx.commit().await.expect("committed");
    assert_eq!(posts(&town, Growth::written(0, &[], &ours)).await.0, StatusCode::OK);
    town.works().await;
    let mut conn = town.world.store.conn().await.expect("a connection");
    let forks = witness::forks_found(&mut conn).await.expect("forks");
    assert_eq!(forks.len(), 1, "{forks:?}");
    assert_eq!((&forks[0].earlier, &forks[0].later, forks[0].brought_by.as_str()), (&ours, &theirs, "evil.test"));
}
