//! Activities that another than their actor delivers.

use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use http::StatusCode;
use model::debate::comment::{self, Comment};
use model::debate::consultation::Consultation;
use model::id::Id;
use model::network::sighting::KEPT;
use model::people::key::{Algorithm, Key};
use model::people::proof::{Signer, multikey};
use serde_json::{Value, json};

use crate::town::{Town, User, activity, create, kinds, note, vote};

async fn comments(town: &Town, on: &Consultation) -> Vec<Comment> {
    let mut conn = town.world.store.conn().await.expect("a connection");
    let all = comment::list(&mut conn, on.id, None, 100).await.expect("comments");
    all.into_iter().map(|(comment, _)| comment).collect()
}

/// Somebody whose activities bear proofs.
pub fn proving(town: &Town, name: &str) -> (User, Signer) {
    let user = town.peer.user(name);
    let pair = Ed25519KeyPair::generate().expect("a key");
    let id = format!("{}#ed25519-key", user.id);
    let mut document = town.peer.kept().documents[&format!("/users/{name}")].clone();
    document["assertionMethod"] = json!([{
        "id": id, "type": "Multikey", "controller": user.id, "publicKeyMultibase": multikey(pair.public_key().as_ref()),
    }]);
    town.peer.serves(&user.id, document);
    let key = Key {
        id: Id::new(town.now()),
        actor_id: Id::new(town.now()),
        algorithm: Algorithm::Ed25519,
        uri: None,
        public_key: String::new(),
        private_key: Some(pair.to_pkcs8().expect("DER").as_ref().to_vec()),
        created_at: town.now(),
    };
    (user, Signer::of(id, &key).expect("a signer"))
}

pub fn proven(town: &Town, signer: &Signer, mut activity: Value) -> Value {
    signer.prove(&mut activity, town.now()).expect("an object");
    activity
}

#[tokio::test]
async fn a_forwarded_activity_with_a_proof_is_the_actors_own() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let (bea, signer) = proving(&town, "bea");
    let words = note(&bea, &town.app.address.consultation(&on.slug), "<p>The market?</p>");
    let sent = proven(&town, &signer, create(&bea, &words));
    assert_eq!(town.takes_in(&eve, &sent).await, StatusCode::ACCEPTED);
    assert_eq!(comments(&town, &on).await.len(), 1);
    assert_eq!(kinds(&town.tells().await), ["Announce(Create)"], "and passed on byte for byte");

    let ballot = proven(&town, &signer, vote(&bea, &town.app.address.ballot(&on.slug), "Pour"));
    assert_eq!(town.takes_in(&eve, &ballot).await, StatusCode::ACCEPTED);
    assert_eq!(town.open_tier(&on, ["for"]).await, [1]);
    let mut altered = proven(&town, &signer, vote(&bea, &town.app.address.ballot(&on.slug), "Pour"));
    altered["object"]["name"] = json!("Contre");
    assert_eq!(town.takes_in(&eve, &altered).await, StatusCode::UNAUTHORIZED, "what was changed has no proof");
    town.tells().await;
}

#[tokio::test]
async fn an_old_activity_with_its_proof_is_not_said_again_by_somebody_else() {
    let town = Town::new().await;
    let eve = town.peer.user("eve");
    let (_, on) = town.live_vote(&eve).await;
    let (bea, signer) = proving(&town, "bea");
    let mut words = note(&bea, &town.app.address.consultation(&on.slug), "<p>What she says now</p>");
    assert_eq!(town.takes_in(&bea, &create(&bea, &words)).await, StatusCode::ACCEPTED);
    words["content"] = json!("<p>What she took back</p>");
    for (age, said) in [(KEPT, "What she says now"), (KEPT - Duration::from_secs(60), "What she took back")] {
        let mut update = activity(&bea, "Update", words.clone());
        update["id"] = json!(format!("{}/activities/{}", bea.id, age.as_secs()));
        signer.prove(&mut update, town.now().minus(age)).expect("an object");
        town.takes_in(&eve, &update).await;
        assert_eq!(comments(&town, &on).await[0].markdown.trim(), said, "{age:?}");
    }
    town.tells().await;
}

#[tokio::test]
async fn a_forwarded_activity_without_a_proof_is_a_hint_to_ask_its_origin() {
    let town = Town::new().await;
    let (ana, bea, eve) = (town.peer.user("ana"), town.peer.user("bea"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let words = note(&bea, &town.app.address.consultation(&on.slug), "<p>What she wrote</p>");
    let id = words["id"].as_str().expect("an id").to_owned();
    let mut forged = create(&bea, &words);
    forged["object"]["content"] = json!("<p>What eve made of it</p>");
    assert_eq!(town.takes_in(&eve, &forged).await, StatusCode::ACCEPTED);
    assert!(comments(&town, &on).await.is_empty(), "its origin does not have it");

    town.peer.serves(&id, words.clone());
    forged["id"] = json!(format!("{}/activities/again", bea.id));
    assert_eq!(town.takes_in(&eve, &forged).await, StatusCode::ACCEPTED);
    let found = comments(&town, &on).await;
    assert_eq!((found.len(), found[0].markdown.trim()), (1, "What she wrote"));
    assert!(town.tells().await.is_empty(), "what eve made of it is not passed on");

    let delete = activity(&bea, "Delete", json!(id));
    assert_eq!(town.takes_in(&eve, &delete).await, StatusCode::ACCEPTED);
    assert_eq!(town.world.again(&on).await.comment_count, 1, "it is still there");
    town.peer.kept().documents.remove(id.trim_start_matches(crate::town::PEER));
    let delete = activity(&bea, "Delete", json!(id));
    assert_eq!(town.takes_in(&eve, &delete).await, StatusCode::ACCEPTED);
    assert_eq!(town.world.again(&on).await.comment_count, 0);
    town.tells().await;
}

#[tokio::test]
async fn a_ballot_or_an_opinion_is_no_hint() {
    let town = Town::new().await;
    let (ana, bea, eve) = (town.peer.user("ana"), town.peer.user("bea"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let ballot = vote(&bea, &town.app.address.ballot(&on.slug), "Pour");
    let like = activity(&bea, "Like", json!(town.app.address.consultation(&on.slug)));
    for sent in [ballot, like] {
        assert_eq!(town.takes_in(&eve, &sent).await, StatusCode::UNAUTHORIZED, "{sent}");
    }
    assert_eq!(town.open_tier(&on, ["for"]).await, [0]);
}
