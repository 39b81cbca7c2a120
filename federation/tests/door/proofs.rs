//! Documents that prove themselves: ours, and those that somebody else brings.

use aws_lc_rs::signature::Ed25519KeyPair;
use http::StatusCode;
use model::count::tally::Results;
use model::debate::consultation::Draft;
use model::debate::forum::Visibility;
use model::people::proof::{self, Signer};
use serde_json::{Value, json};

use crate::town::{Peer, Town, User, create, note, vote};

/// Ana's key for statements, which her actor publishes.
fn stated(peer: &Peer, ana: &User) -> Signer {
    let pair = Ed25519KeyPair::generate().expect("a key");
    let id = format!("{}#ed25519-key", ana.id);
    let signer = Signer::from_pkcs8(id.clone(), pair.to_pkcs8().expect("DER").as_ref()).expect("a signer");
    let key = proof::multikey(&signer.public());
    let method = json!([{"id": id, "type": "Multikey", "controller": ana.id, "publicKeyMultibase": key}]);
    let path = ana.id.strip_prefix(crate::town::PEER).expect("of the peer");
    let mut document = peer.kept().documents[path].clone();
    document["assertionMethod"] = method;
    peer.serves(&ana.id, document);
    signer
}

/// Whether a document's proof is made with the key that the actor's own document names.
async fn is_by(town: &Town, document: &Value, actor: &str) {
    let path = actor.strip_prefix("https://a.test").expect("ours");
    let actor = town.document(path).await;
    let method = &actor["assertionMethod"][0];
    let public = proof::from_multikey(method["publicKeyMultibase"].as_str().expect("a key")).expect("of Ed25519");
    assert_eq!(proof::check(document, &public).as_deref(), Ok(method["id"].as_str().expect("an id")), "{document}");
    assert!(
        document["@context"]
            .as_array()
            .expect("a list")
            .contains(&json!("https://w3id.org/security/data-integrity/v1"))
    );
}

#[tokio::test]
async fn what_everybody_may_see_proves_itself() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let author =
        town.document(&format!("/c/{}", on.slug)).await["attributedTo"].as_str().expect("an author").to_owned();
    for path in [format!("/c/{}", on.slug), format!("/c/{}/ballot", on.slug)] {
        is_by(&town, &town.document(&path).await, &author).await;
    }
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>Words</p>");
    town.takes_in(&ana, &create(&ana, &words)).await;
    for told in town.tells().await {
        is_by(&town, &told.activity, "https://a.test/f/mobilite").await;
    }
}

#[tokio::test]
async fn an_announced_consultation_proves_itself_at_each_of_its_layers() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    town.followed_by(&ana, &forum).await;
    town.world.publish(&forum, town.world.draft(&json!({"kind": "vote"}))).await;
    let told = town.tells().await;
    let carried = told.iter().find(|told| told.activity["object"]["type"] == "Create").expect("a Create");
    let author = carried.activity["object"]["actor"].as_str().expect("an author");
    is_by(&town, &carried.activity, "https://a.test/f/mobilite").await;
    is_by(&town, &carried.activity["object"], author).await;
    is_by(&town, &carried.activity["object"]["object"], author).await;
}

#[tokio::test]
async fn a_forwarded_activity_is_trusted_by_its_proof_alone() {
    let town = Town::new().await;
    let (ana, bob) = (town.peer.user("ana"), town.peer.user("bob"));
    let signer = stated(&town.peer, &ana);
    let (_, on) = town.live_vote(&ana).await;
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>Words</p>");
    let bare = create(&ana, &words);
    let mut proven = bare.clone();
    signer.prove(&mut proven, town.now()).expect("proven");
    // without a proof it is a hint, and its origin does not have it
    assert_eq!(town.takes_in(&bob, &bare).await, StatusCode::ACCEPTED);
    let mut changed = proven.clone();
    changed["object"]["content"] = json!("<p>Other words</p>");
    assert_eq!(town.takes_in(&bob, &changed).await, StatusCode::ACCEPTED);
    assert_eq!(town.world.again(&on).await.comment_count, 0);
    assert_eq!(town.takes_in(&bob, &proven).await, StatusCode::ACCEPTED);
    let thread = town.document(&format!("/c/{}/context?after=start", on.slug)).await;
    assert!(thread["orderedItems"].as_array().expect("items").contains(&words["id"]));
    town.tells().await;
}

#[tokio::test]
async fn a_tally_is_proven_by_the_forum_and_not_there_while_results_are_hidden() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (forum, on) = town.live_vote(&ana).await;
    town.takes_in(&ana, &vote(&ana, &town.app.address.ballot(&on.slug), "Pour")).await;
    town.counts().await;
    let path = format!("/c/{}/tally", on.slug);
    let tally = town.document(&path).await;
    assert_eq!((&tally["type"], &tally["attributedTo"]), (&json!("Tally"), &json!("https://a.test/f/mobilite")));
    assert_eq!((&tally["id"], &tally["tiers"]["open"]["voters"]), (&json!(format!("https://a.test{path}")), &json!(1)));
    assert_eq!(town.document(&format!("/c/{}", on.slug)).await["consultation"]["tally"], tally["id"]);
    is_by(&town, &tally, "https://a.test/f/mobilite").await;

    let draft = Draft { results: Results::AfterClose, ..town.world.draft(&json!({"kind": "vote"})) };
    let sealed = town.world.publish(&forum, draft).await;
    assert_eq!(town.gets(&format!("/c/{}/tally", sealed.slug)).await.0, StatusCode::NOT_FOUND);
    let talk = town.world.publish(&forum, town.world.draft(&json!({"kind": "none"}))).await;
    assert_eq!(town.gets(&format!("/c/{}/tally", talk.slug)).await.0, StatusCode::NOT_FOUND);
    town.tells().await;
}

#[tokio::test]
async fn a_tally_goes_to_nodes_of_our_own_kind_alone() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let node = town.peer.actor("Application", "/node");
    let mut document = town.peer.kept().documents["/node"].clone();
    document["generator"] = json!({"type": "Application", "name": "Palabre 0.1.0"});
    document["endpoints"]["sharedInbox"] = json!(format!("{}/node/shared", crate::town::PEER));
    town.peer.serves(&node.id, document);
    let other = town.peer.actor("Application", "/relay");
    for follower in [&ana, &node, &other] {
        town.followed_by(follower, &forum).await;
    }
    let draft =
        Draft { results: Results::Live, ..town.world.draft(&json!({"kind": "ranking", "options": ["A", "B"]})) };
    let on = town.world.publish(&forum, draft).await;
    town.tells().await;
    town.world.casts(&forum, &on, &town.world.account("citizen").await, &["o1", "o2"]).await.expect("cast");
    town.counts().await;
    let told = town.tells().await;
    let sent: Vec<_> = told.iter().map(|one| (one.path.as_str(), &one.activity["object"]["type"])).collect();
    assert_eq!(sent, [("/node/shared", &json!("Tally"))], "it has no Question: others are told nothing");
    is_by(&town, &told[0].activity, "https://a.test/f/mobilite").await;
    is_by(&town, &told[0].activity["object"], "https://a.test/f/mobilite").await;
    assert_eq!(told[0].activity["object"]["tiers"]["member"]["voters"], 1);
}
