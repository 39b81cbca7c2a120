//! A forum that carries another, in a chain of such: what is new is taken at its author's word, where that is given.

use aws_lc_rs::signature::Ed25519KeyPair;
use http::StatusCode;
use model::debate::forum::Visibility;
use model::network::peer::{self, Policy};
use model::network::relay::{self, rules::Kind as By, rules::Rule};
use model::people::proof::{self, Signer};
use serde_json::{Value, json};

use crate::carry::{Carrying, PAGE, carrying, ours};
use crate::comments::suspends;
use crate::town::{Delivered, EVIL, PEER, Town, User, activity, kinds};

const CLOSES: &str = "2027-01-01T00:00:00Z";
/// Longer than a proof is young.
const LATER: std::time::Duration = std::time::Duration::from_secs(10 * 60);
/// Longer than a copy is.
const SOON: std::time::Duration = std::time::Duration::from_secs(60);

/// What was asked of the peer since the last time.
fn asked(town: &Town) -> Vec<String> {
    std::mem::take(&mut town.peer.kept().asked)
}

/// What the third server is told.
fn afar(told: &[Delivered]) -> Vec<Delivered> {
    told.iter().filter(|one| one.headers["host"] == "evil.test").cloned().collect()
}

/// Ana's comment, which she signs.
fn signed(it: &Carrying, ana: &User, signer: &Signer, name: &str) -> Value {
    let mut words = it.said(ana, name);
    it.town.peer.kept().documents.remove(&format!("/n/{name}"));
    words["@context"] = json!("https://www.w3.org/ns/activitystreams");
    signer.prove(&mut words, it.town.now()).expect("proven");
    words
}

#[tokio::test]
async fn what_its_author_signed_a_moment_ago_is_kept_and_passed_on_without_a_question() {
    let it = carrying().await;
    let page = it.page(CLOSES, &json!({}));
    let create = activity(&it.author, "Create", page.clone());
    asked(&it.town);
    it.hears(create.clone()).await;
    assert_eq!(asked(&it.town), ["/users/mairie"], "for the author's key alone");
    let copy = it.copy(PAGE).await.expect("kept");
    assert_eq!((copy.title.as_str(), &copy.document.0), ("Close the square?", &page));
    let told = afar(&it.tells().await);
    assert_eq!(kinds(&told), ["Announce(Create)", "Announce"], "as its origin tells it");
    assert_eq!((&told[0].activity["object"], &told[1].activity["object"]), (&create, &json!(PAGE)));

    asked(&it.town);
    it.hears(json!(PAGE)).await;
    assert!(asked(&it.town).is_empty(), "what has just come is not asked for");
    let (ana, signer) = ours(&it.town, "Person", "/users/ana");
    let words = signed(&it, &ana, &signer, "first");
    let create = activity(&ana, "Create", words);
    it.hears(create.clone()).await;
    assert_eq!(asked(&it.town), ["/users/ana"], "nor is a comment");
    assert!(it.copy(&format!("{PEER}/n/first")).await.is_some());
    let told = afar(&it.tells().await);
    assert_eq!((told.len(), &told[0].activity["object"]), (1, &create), "and the debate is not passed on again");

    it.serves(&json!({}));
    it.town.waits(SOON);
    asked(&it.town);
    it.hears(json!(PAGE)).await;
    assert!(asked(&it.town).contains(&"/c/place-7kq2".to_owned()), "later its origin may say something else");
    assert!(afar(&it.tells().await).is_empty());
}

/// Announces a page that is not to be believed, while its origin serves the true one; answers what the third server is told.
async fn doubts(it: &Carrying, told: Value) -> Vec<String> {
    it.serves(&json!({}));
    asked(&it.town);
    it.hears(activity(&it.author, "Create", told)).await;
    assert!(asked(&it.town).contains(&"/c/place-7kq2".to_owned()), "its origin is asked");
    let copy = it.copy(PAGE).await.expect("kept");
    assert_eq!(copy.title, "Close the square?", "and believed");
    kinds(&afar(&it.tells().await))
}

#[tokio::test]
async fn what_another_altered_or_signed_is_asked_for_at_its_origin() {
    let it = carrying().await;
    let mut altered = it.page(CLOSES, &json!({}));
    altered["name"] = json!("Close everything?");
    assert_eq!(doubts(&it, altered).await, ["Announce"], "what is altered is passed on by its id alone");

    let it = carrying().await;
    let (_, eve) = ours(&it.town, "Person", "/users/eve");
    let mut others = it.page(CLOSES, &json!({}));
    others["name"] = json!("Close everything?");
    eve.prove(&mut others, it.town.now()).expect("proven");
    assert_eq!(doubts(&it, others).await, ["Announce"]);

    // Eve's own word, that is put into the mouth of another
    let it = carrying().await;
    let (user, eve) = ours(&it.town, "Person", "/users/eve");
    let mut posing = it.page(CLOSES, &json!({}));
    (posing["name"], posing["actor"]) = (json!("Close everything?"), json!(user.id));
    eve.prove(&mut posing, it.town.now()).expect("proven");
    assert_eq!(doubts(&it, posing).await, ["Announce"]);

    let it = carrying().await;
    let unknown = Ed25519KeyPair::generate().expect("a key").to_pkcs8().expect("DER");
    let forger = Signer::from_pkcs8(format!("{}#ed25519-key", it.author.id), unknown.as_ref()).expect("a signer");
    let mut forged = it.page(CLOSES, &json!({}));
    forged["name"] = json!("Close everything?");
    forger.prove(&mut forged, it.town.now()).expect("proven");
    assert_eq!(doubts(&it, forged).await, ["Announce"]);
}

#[tokio::test]
async fn an_old_proof_is_not_said_again_by_somebody_else() {
    let it = carrying().await;
    let old = it.page("2026-12-01T00:00:00Z", &json!({}));
    it.town.waits(LATER);
    assert_eq!(doubts(&it, old).await, ["Announce"], "its origin says something else by now");
    let copy = it.copy(PAGE).await.expect("kept");
    assert_eq!(copy.document.0["consultation"]["closesAt"], CLOSES);
}

#[tokio::test]
async fn what_was_said_to_be_gone_before_it_came_is_asked_for_whoever_signed_it() {
    let it = carrying().await;
    let page = it.page(CLOSES, &json!({}));
    let delete = activity(&it.author, "Delete", json!(PAGE));
    assert_eq!(it.town.takes_in(&it.author, &delete).await, StatusCode::ACCEPTED);
    it.hears(activity(&it.author, "Create", page)).await;
    assert!(it.copy(PAGE).await.is_none(), "its author deleted it");

    let it = carrying().await;
    let page = it.page(CLOSES, &json!({}));
    it.hears(activity(&it.author, "Delete", json!(PAGE))).await;
    it.hears(activity(&it.author, "Create", page.clone())).await;
    assert!(it.copy(PAGE).await.is_none(), "a forum said so, and its origin has it no more");
    // a forum that lies keeps nothing out
    it.serves(&json!({}));
    it.hears(activity(&it.author, "Create", page)).await;
    assert!(it.copy(PAGE).await.is_some());
    it.town.works().await;
}

/// Somebody on the third server, with a key for statements.
fn foreign(town: &Town) -> (String, Signer) {
    town.peer.actor("Person", "/users/eve");
    let own = town.peer.kept().documents["/users/eve"].to_string().replace(PEER, EVIL);
    let mut document: Value = serde_json::from_str(&own).expect("JSON");
    let eve = format!("{EVIL}/users/eve");
    let id = format!("{eve}#ed25519-key");
    let pair = Ed25519KeyPair::generate().expect("a key").to_pkcs8().expect("DER");
    let signer = Signer::from_pkcs8(id.clone(), pair.as_ref()).expect("a signer");
    let key = proof::multikey(&signer.public());
    document["assertionMethod"] = json!([{"id": id, "type": "Multikey", "controller": eve, "publicKeyMultibase": key}]);
    town.peer.serves(&eve, document);
    (eve, signer)
}

#[tokio::test]
async fn nothing_signed_is_kept_of_whom_this_node_does_not_hear() {
    let it = carrying().await;
    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    suspends(&it.town, &it.author.id, true).await;
    let mut second = it.page(CLOSES, &json!({}));
    second["id"] = json!(format!("{PEER}/c/second"));
    it.signer.prove(&mut second, it.town.now()).expect("proven");
    it.town.peer.serves(&format!("{PEER}/c/second"), second.clone());
    it.hears(activity(&it.author, "Create", second.clone())).await;
    assert!(it.copy(&format!("{PEER}/c/second")).await.is_none(), "somebody suspended");
    suspends(&it.town, &it.author.id, false).await;
    it.hears(activity(&it.author, "Create", second)).await;
    assert!(it.copy(&format!("{PEER}/c/second")).await.is_some());

    // another server, which is blocked
    let path = format!("{EVIL}/c/third");
    let (eve, key) = foreign(&it.town);
    let mut third = it.page(CLOSES, &json!({}));
    (third["id"], third["attributedTo"]) = (json!(path), json!(eve));
    key.prove(&mut third, it.town.now()).expect("proven");
    let treat = async |policy| {
        let mut tx = it.town.world.store.begin().await.expect("a transaction");
        peer::set_policy(&mut tx, it.town.now(), "evil.test", policy).await.expect("said");
        tx.commit().await.expect("committed");
    };
    treat(Policy::Block).await;
    it.hears(activity(&it.author, "Create", third.clone())).await;
    assert!(it.copy(&path).await.is_none(), "of a server that is blocked");
    treat(Policy::Allow).await;
    it.hears(activity(&it.author, "Create", third)).await;
    assert!(it.copy(&path).await.is_some(), "and is signed as it should be");
    it.town.works().await;
}

#[tokio::test]
async fn what_has_just_come_is_passed_on_by_every_forum_that_carries_it() {
    let it = carrying().await;
    let (region, _) = ours(&it.town, "Group", "/f/region");
    let velo = it.town.world.forum("velo", Visibility::Public).await;
    let target = federation::resolve(&it.town.app, "@region@peer.test").await.expect("found");
    let mut tx = it.town.world.store.begin().await.expect("a transaction");
    let rule = Rule { kind: By::All, tags: Vec::new(), comments: true };
    let follow = |id| it.town.app.address.follow(id);
    relay::begin(&mut tx, it.town.now(), &it.town.world.as_admin(), &velo, &target, rule, follow).await.expect("asked");
    tx.commit().await.expect("committed");
    it.town.followed_from_afar(&velo).await;
    let told = it.tells().await;
    it.town.takes_in(&region, &activity(&region, "Accept", told[0].activity.clone())).await;
    it.town.works().await;
    it.tells().await;

    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    asked(&it.town);
    let again = activity(&region, "Announce", json!(PAGE));
    assert_eq!(it.town.takes_in(&region, &again).await, StatusCode::ACCEPTED);
    assert!(asked(&it.town).is_empty());
    let told = afar(&it.tells().await);
    let mut by: Vec<&str> = told.iter().filter_map(|one| one.activity["actor"].as_str()).collect();
    by.sort_unstable();
    assert_eq!(by, ["https://a.test/f/mobilite", "https://a.test/f/velo"]);
}
