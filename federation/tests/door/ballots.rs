//! Votes in the forms of other servers, and ballots in our own.

use std::time::Duration;

use federation::Settings;
use http::StatusCode;
use model::count::electorate::{Electorate, Tier};
use model::debate::consultation::{Consultation, Draft};
use model::debate::forum::Visibility;
use model::network::peer::{self, Policy};
use model::people::proof;
use serde_json::{Value, json};

use crate::town::{Delivered, PEER, Town, User, activity, kinds, vote};

/// A ballot of our own form, made so many seconds after the start.
pub fn ballot(user: &User, n: u32, page: &str, choice: &[&str]) -> Value {
    let id = format!("{PEER}/ballots/{n}");
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": id, "type": "Create", "actor": user.id, "to": ["https://a.test/f/mobilite"],
        "object": {
            "id": format!("{id}#it"), "type": "Ballot", "attributedTo": user.id, "inReplyTo": page, "choice": choice,
            "assurance": "email", "published": format!("2026-03-02T09:{:02}:00Z", n % 60),
        },
    })
}

async fn publish(town: &Town, method: Value) -> Consultation {
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let on = town.world.publish(&forum, town.world.draft(&method)).await;
    town.tells().await;
    on
}

fn answers(told: Vec<Delivered>) -> Vec<Value> {
    let ours = |one: &Delivered| one.activity["type"] == "Accept" || one.activity["type"] == "Reject";
    told.into_iter().filter(ours).map(|one| one.activity).collect()
}

/// The answer to a ballot that was just taken in.
pub async fn answer(town: &Town, user: &User, sent: &Value) -> Value {
    assert_eq!(town.takes_in(user, sent).await, StatusCode::ACCEPTED);
    let mut all = answers(town.tells().await);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[tokio::test]
async fn the_votes_of_every_server_are_counted() {
    let town = Town::new().await;
    let on = publish(&town, json!({"kind": "vote"})).await;
    let (question, page) = (town.app.address.ballot(&on.slug), town.app.address.consultation(&on.slug));

    let piefed = town.peer.user("pia");
    let mut poll_vote = activity(&piefed, "PollVote", json!(question));
    poll_vote["choice_text"] = json!("Pour");
    poll_vote["audience"] = json!("https://a.test/f/mobilite");
    let pleroma = town.peer.user("ple");
    let mut answer = vote(&pleroma, &question, "Pour");
    answer["object"]["type"] = json!("Answer");
    answer["object"]["content"] = json!("Pour");
    let snac = town.peer.user("sna");
    let mut blank = vote(&snac, &question, "Pour");
    blank["object"]["content"] = json!("<br>");
    let gotosocial = town.peer.user("gus");
    let array = activity(&gotosocial, "Create", json!([vote(&gotosocial, &question, "Pour")["object"]]));
    let mastodon = town.peer.user("ana");
    let own = town.peer.user("pal");
    for (user, sent) in [
        (&piefed, poll_vote),
        (&pleroma, answer),
        (&snac, blank),
        (&gotosocial, array),
        (&mastodon, vote(&mastodon, &question, "Pour")),
        (&own, ballot(&own, 1, &page, &["for"])),
    ] {
        assert_eq!(town.takes_in(user, &sent).await, StatusCode::ACCEPTED, "{sent}");
    }
    assert_eq!(town.open_tier(&on, ["for", "neutral", "against"]).await, [6, 0, 0]);

    let mut nothing = activity(&piefed, "PollVote", json!(question));
    nothing["choice_text"] = json!("");
    assert_eq!(town.takes_in(&piefed, &nothing).await, StatusCode::BAD_REQUEST);
    town.tells().await;
}

#[tokio::test]
async fn a_ballot_of_our_own_form_is_answered_with_a_receipt_that_can_be_checked() {
    let town = Town::new().await;
    let on = publish(&town, json!({"kind": "vote"})).await;
    let ana = town.peer.user("ana");
    let sent = ballot(&ana, 1, &town.app.address.consultation(&on.slug), &["for"]);
    assert_eq!(town.takes_in(&ana, &sent).await, StatusCode::ACCEPTED);
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Accept(Create)"]);
    assert!(town.is_signed(&told[0]).await);
    assert_eq!(told[0].path, "/users/ana/inbox", "to the voter alone");
    let accept = &told[0].activity;
    assert_eq!((&accept["actor"], &accept["to"]), (&json!("https://a.test/f/mobilite"), &json!([ana.id])));
    assert!(String::from_utf8_lossy(&told[0].body).contains(&sent.to_string()), "the whole Create, byte for byte");
    let receipt = &accept["result"];
    assert_eq!((&receipt["type"], &receipt["choice"]), (&json!("BallotReceipt"), &json!(["for"])));
    assert_eq!((&receipt["tier"], &receipt["consultation"]), (&json!("open"), &sent["object"]["inReplyTo"]));
    for field in ["ballot", "voter", "castAt", "text"] {
        assert!(receipt[field].is_string(), "{field}: {receipt}");
    }
    assert!(receipt["log"]["key"].is_string() && !receipt.to_string().contains(&ana.id));
    let node = town.document("/").await;
    let key = proof::from_multikey(node["assertionMethod"][0]["publicKeyMultibase"].as_str().unwrap()).unwrap();
    assert_eq!(proof::check(receipt, &key).unwrap(), node["assertionMethod"][0]["id"].as_str().unwrap());
}

#[tokio::test]
async fn a_ballot_is_sent_for_every_method() {
    for (method, choice, expected) in [
        (json!({"kind": "vote"}), vec!["against"], vec!["against"]),
        (json!({"kind": "poll", "options": ["A", "B", "C"], "multiple": true}), vec!["o1", "o3"], vec!["o1", "o3"]),
        (json!({"kind": "scale", "min": 0, "max": 50, "step": 25}), vec!["25"], vec!["25"]),
        (json!({"kind": "ranking", "options": ["A", "B"]}), vec!["o2", "o1"], vec!["o2", "o1"]),
        (json!({"kind": "support", "goal": 10}), vec!["support"], vec!["support"]),
    ] {
        let town = Town::new().await;
        let on = publish(&town, method.clone()).await;
        let ana = town.peer.user("ana");
        let sent = ballot(&ana, 1, &town.app.address.consultation(&on.slug), &choice);
        let accept = answer(&town, &ana, &sent).await;
        assert_eq!((&accept["type"], &accept["result"]["choice"]), (&json!("Accept"), &json!(expected)), "{method}");
        let refused = ballot(&ana, 2, &town.app.address.consultation(&on.slug), &["nothing"]);
        let reject = answer(&town, &ana, &refused).await;
        assert_eq!((&reject["type"], &reject["code"]), (&json!("Reject"), &json!("unknown-choice")), "{method}");
        assert!(reject["summary"].is_string() && reject["object"] == refused && reject.get("result").is_none());
    }
}

#[tokio::test]
async fn a_later_ballot_replaces_the_earlier_and_one_dated_before_is_superseded() {
    let town = Town::new().await;
    let on = publish(&town, json!({"kind": "vote"})).await;
    let (ana, page) = (town.peer.user("ana"), town.app.address.consultation(&on.slug));
    assert_eq!(answer(&town, &ana, &ballot(&ana, 5, &page, &["for"])).await["type"], "Accept");
    let later = answer(&town, &ana, &ballot(&ana, 6, &page, &["against"])).await;
    assert_eq!(later["result"]["choice"], json!(["against"]));
    for (n, at) in [(3, "2026-03-02T09:03:00Z"), (7, "2026-03-02T09:06:00Z")] {
        let mut earlier = ballot(&ana, n, &page, &["neutral"]);
        earlier["object"]["published"] = json!(at);
        assert_eq!(answer(&town, &ana, &earlier).await["code"], "superseded");
    }
    assert_eq!(town.open_tier(&on, ["for", "neutral", "against"]).await, [0, 0, 1]);
    let mut dateless = ballot(&ana, 9, &page, &["for"]);
    dateless["object"]["published"] = json!("yesterday");
    assert_eq!(town.takes_in(&ana, &dateless).await, StatusCode::BAD_REQUEST);
    let mut borrowed = ballot(&ana, 10, &page, &["for"]);
    borrowed["object"]["attributedTo"] = json!(town.peer.user("eve").id);
    assert_eq!(town.takes_in(&ana, &borrowed).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_ballot_sent_again_changes_nothing_and_is_answered_the_same() {
    let town = Town::new().await;
    let on = publish(&town, json!({"kind": "vote"})).await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let page = town.app.address.consultation(&on.slug);
    let sent = ballot(&ana, 1, &page, &["for"]);
    let first = answer(&town, &ana, &sent).await;
    assert_eq!(answer(&town, &ana, &ballot(&ana, 2, &page, &["against"])).await["type"], "Accept");
    assert_eq!(answer(&town, &ana, &sent).await, first, "the same answer, byte for byte");
    let refused = ballot(&ana, 4, &page, &["nothing"]);
    let no = answer(&town, &ana, &refused).await;
    assert_eq!(answer(&town, &ana, &refused).await, no);
    assert_eq!(town.open_tier(&on, ["for", "neutral", "against"]).await, [0, 0, 1]);

    let mut stolen = ballot(&eve, 1, &page, &["for"]);
    stolen["id"] = json!(format!("{PEER}/ballots/other"));
    let reject = answer(&town, &eve, &stolen).await;
    assert_eq!((&reject["type"], &reject["code"]), (&json!("Reject"), &json!("not-allowed")));
}

#[tokio::test]
async fn a_ballot_is_withdrawn_by_undo_and_by_delete() {
    let town = Town::new().await;
    let on = publish(&town, json!({"kind": "vote"})).await;
    let page = town.app.address.consultation(&on.slug);
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    for (n, take_back) in [(1, "Undo"), (2, "Undo-id"), (3, "Delete"), (4, "Delete-create")] {
        let sent = ballot(&ana, n, &page, &["for"]);
        assert_eq!(answer(&town, &ana, &sent).await["type"], "Accept");
        assert_eq!(town.open_tier(&on, ["for"]).await, [1]);
        let not_hers = activity(&eve, "Delete", sent["object"]["id"].clone());
        assert_eq!(town.takes_in(&eve, &not_hers).await, StatusCode::ACCEPTED);
        assert_eq!(town.open_tier(&on, ["for"]).await, [1]);
        let gone = match take_back {
            "Undo" => activity(&ana, "Undo", sent),
            "Undo-id" => activity(&ana, "Undo", sent["id"].clone()),
            "Delete" => activity(&ana, "Delete", sent["object"]["id"].clone()),
            _ => activity(&ana, "Delete", sent["id"].clone()),
        };
        assert_eq!(town.takes_in(&ana, &gone).await, StatusCode::ACCEPTED);
        assert_eq!(town.open_tier(&on, ["for"]).await, [0], "{take_back}");
        // An activity that brought a ballot is undone by its voter, who is answered.
        let answered = answers(town.tells().await);
        assert_eq!(answered.len(), usize::from(take_back == "Undo"), "{take_back}: {answered:?}");
    }
}

#[tokio::test]
async fn a_ballot_after_the_closing_or_on_another_text_is_refused_with_its_code() {
    let town = Town::new().await;
    let on = publish(&town, json!({"kind": "vote"})).await;
    let (ana, page) = (town.peer.user("ana"), town.app.address.consultation(&on.slug));
    let document = town.document(&format!("/c/{}", on.slug)).await;
    let mut read = ballot(&ana, 1, &page, &["for"]);
    read["object"]["textHash"] = json!("0".repeat(64));
    assert_eq!(answer(&town, &ana, &read).await["code"], "text-changed");
    let mut read = ballot(&ana, 2, &page, &["for"]);
    read["object"]["textHash"] = document["consultation"]["textHash"].clone();
    assert_eq!(answer(&town, &ana, &read).await["type"], "Accept");
    town.world.passes(Duration::from_secs(8 * 86_400)).await;
    town.tells().await;
    let late = town.peer.user("late");
    assert_eq!(answer(&town, &late, &ballot(&late, 3, &page, &["for"])).await["code"], "closed");
    assert_eq!(town.open_tier(&on, ["for"]).await, [1]);
}

#[tokio::test]
async fn people_of_a_partner_vote_in_their_own_tier_unless_their_node_does_not_know_them() {
    let town = Town::new().await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    peer::set_policy(&mut tx, town.now(), "peer.test", Policy::Partner).await.expect("a partner");
    tx.commit().await.expect("committed");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let electorate = Electorate::of(vec![Tier::Member, Tier::Partner, Tier::Open], Tier::Partner);
    let draft = Draft { electorate, ..town.world.draft(&json!({"kind": "vote"})) };
    let on = town.world.publish(&forum, draft).await;
    town.tells().await;
    let page = town.app.address.consultation(&on.slug);
    for (n, assurance, tier) in [(1, "email", "partner"), (2, "none", "open"), (3, "a word of tomorrow", "open")] {
        let user = town.peer.user(&format!("user{n}"));
        let mut sent = ballot(&user, n, &page, &["for"]);
        sent["object"]["assurance"] = json!(assurance);
        assert_eq!(answer(&town, &user, &sent).await["result"]["tier"], tier, "{assurance}");
    }
}

#[tokio::test]
async fn a_server_that_brings_too_many_open_ballots_is_refused_more() {
    let settings = Settings { open_votes_per_host: 2, ..Settings::default() };
    let town = Town::with(settings).await;
    let on = publish(&town, json!({"kind": "vote"})).await;
    let (question, page) = (town.app.address.ballot(&on.slug), town.app.address.consultation(&on.slug));
    let users: Vec<User> = ["ana", "bea", "cyd", "dan"].iter().map(|name| town.peer.user(name)).collect();
    for user in &users {
        assert_eq!(town.takes_in(user, &vote(user, &question, "Pour")).await, StatusCode::ACCEPTED);
    }
    assert_eq!(town.open_tier(&on, ["for"]).await, [2]);
    town.tells().await;
    let reject = answer(&town, &users[3], &ballot(&users[3], 1, &page, &["for"])).await;
    assert_eq!(reject["code"], "too-many-from-host");
    let change = answer(&town, &users[0], &ballot(&users[0], 2, &page, &["against"])).await;
    assert_eq!(change["type"], "Accept", "who is counted already may change");
    assert_eq!(town.open_tier(&on, ["for", "against"]).await, [1, 1]);
}
