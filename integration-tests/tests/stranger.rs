//! A stranger's server, as Mastodon behaves: it follows a forum, sees what is published there, votes and talks.

use integration_tests::node::draft;
use integration_tests::peer::{Peer, Received};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::town::{Empty, FORUM, Published, STRANGER, TOWN, Town, items};

on_both_databases! {
    a_consultation_reaches_the_followers,
    votes_are_counted_once_and_announced_back,
    several_choices_are_one_ballot,
    a_partners_people_are_counted_apart,
    comments_stand_in_the_debate,
    a_like_supports_a_petition,
    a_scheduled_consultation_has_no_ballot_yet,
}

async fn question(peer: &Peer, of: &Published) -> Value {
    let id = format!("{}/ballot", of.url);
    peer.receives("the announced Question", |received| received.announces(&id)).await;
    peer.user("ana").fetches(&id).await
}

fn names(question: &Value, of: &str) -> Vec<String> {
    let options = question[of].as_array().unwrap_or_else(|| panic!("no {of}: {question}"));
    options.iter().map(|option| option["name"].as_str().expect("a name").to_owned()).collect()
}

fn totals(question: &Value, of: &str) -> Vec<u64> {
    let options = question[of].as_array().into_iter().flatten();
    options.map(|option| option["replies"]["totalItems"].as_u64().expect("an integer")).collect()
}

async fn tally_update(peer: &Peer, of: &str, wanted: &[u64]) -> Received {
    peer.receives(&format!("an Update with {wanted:?}"), |received| {
        received.kind() == "Update"
            && received.activity["object"]["type"] == "Question"
            && totals(&received.activity["object"], of) == wanted
    })
    .await
}

async fn a_consultation_reaches_the_followers(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let square = town.asks("Close the square to cars?").await;
    assert_eq!(square.url, format!("http://{TOWN}/c/{}", square.slug));

    peer.receives("the announced Page", |received| received.announces(&square.url)).await;
    let page = ana.fetches(&square.url).await;
    assert_eq!(page["type"], "Page");
    assert_eq!(page["name"], "Close the square to cars?");
    let forum = format!("http://{TOWN}/f/{FORUM}");
    assert_eq!(page["audience"], forum.as_str());
    let author = ana.fetches(page["attributedTo"].as_str().expect("one author")).await;
    assert_eq!(author["type"], "Person", "Lemmy refuses other authors");

    let question = question(&peer, &square).await;
    assert_eq!(question["type"], "Question");
    assert_eq!(question["attributedTo"], page["attributedTo"]);
    assert_eq!(names(&question, "oneOf").len(), 3);
    assert!(question.get("summary").is_none(), "it would be a content warning");
    assert!(question.get("inReplyTo").is_none(), "PieFed would file it as a comment");
    assert!(question["endTime"].is_string());
    assert!(peer.refused().is_empty(), "{:?}", peer.refused());
}

async fn votes_are_counted_once_and_announced_back(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let square = town.asks("Close the square to cars?").await;
    let question = question(&peer, &square).await;
    let names = names(&question, "oneOf");

    assert_eq!(ana.votes(&question, &names[0]).await, StatusCode::ACCEPTED);
    town.counts_become(&square, "open", &[1, 0, 0]).await;
    tally_update(&peer, "oneOf", &[1, 0, 0]).await;

    // Well signed but refused: a second vote, an unknown option. Told 202, not counted.
    assert_eq!(ana.votes(&question, &names[2]).await, StatusCode::ACCEPTED);
    assert_eq!(peer.user("eve").votes(&question, "Perhaps").await, StatusCode::ACCEPTED);
    assert_eq!(peer.user("bea").votes(&question, &names[2]).await, StatusCode::ACCEPTED);
    town.counts_become(&square, "open", &[1, 0, 1]).await;
    let update = tally_update(&peer, "oneOf", &[1, 0, 1]).await;
    assert_eq!(Some(&update.signer.as_str()), question["attributedTo"].as_str().as_ref());
    assert_eq!(update.activity["object"]["votersCount"], 2);

    town.clerk.post(&format!("/consultations/{}/close", square.slug), json!({})).await.expect(200);
    peer.receives("the closing Update", |received| {
        received.kind() == "Update" && received.activity["object"].get("closed").is_some()
    })
    .await;
    assert_eq!(peer.user("zoe").votes(&question, &names[0]).await, StatusCode::ACCEPTED);
    let results = town.clerk.get(&format!("/consultations/{}/results", square.slug)).await.expect(200);
    assert_eq!(results["final"], true);
    assert_eq!(town.counts(&square, "open").await, [1, 0, 1]);
    assert_eq!(town.counts(&square, "member").await, [0, 0, 0]);
    no_ballot_was_passed_on(&peer);
}

async fn a_partners_people_are_counted_apart(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let mut body = draft("Close the square to cars?", json!({"kind": "vote"}));
    body["electorate"] = json!({"tiers": ["member", "partner", "open"], "official": "partner"});
    let square = town.publishes(body).await;
    let question = question(&peer, &square).await;
    let names = names(&question, "oneOf");

    assert_eq!(peer.user("bea").votes(&question, &names[2]).await, StatusCode::ACCEPTED);
    town.counts_become(&square, "open", &[0, 0, 1]).await;
    let peers = format!("/peers/{STRANGER}");
    let named = town.clerk.put(&peers, json!({"policy": "partner"})).await.expect(200);
    assert_eq!((&named["host"], &named["policy"]), (&json!(STRANGER), &json!("partner")));
    assert_eq!(ana.votes(&question, &names[0]).await, StatusCode::ACCEPTED);
    town.counts_become(&square, "partner", &[1, 0, 0]).await;
    assert_eq!(town.counts(&square, "open").await, [0, 0, 1], "what was cast before stays what it was");
    tally_update(&peer, "oneOf", &[1, 0, 1]).await;
    let results = town.clerk.get(&format!("/consultations/{}/results", square.slug)).await.expect(200);
    assert_eq!(results["official"], "partner");
}

async fn several_choices_are_one_ballot(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let method = json!({"kind": "poll", "options": ["Trees", "Benches", "A fountain"], "multiple": true});
    let square = town.publishes(draft("What shall stand on the square?", method)).await;
    let question = question(&peer, &square).await;
    assert_eq!(names(&question, "anyOf"), ["Trees", "Benches", "A fountain"]);

    assert_eq!(ana.votes(&question, "Trees").await, StatusCode::ACCEPTED);
    assert_eq!(ana.votes(&question, "A fountain").await, StatusCode::ACCEPTED);
    town.counts_become(&square, "open", &[1, 0, 1]).await;
    let update = tally_update(&peer, "anyOf", &[1, 0, 1]).await;
    assert_eq!(update.activity["object"]["votersCount"], 1);
}

async fn comments_stand_in_the_debate(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let square = town.asks("Close the square to cars?").await;
    let question = question(&peer, &square).await;
    let page = ana.fetches(&square.url).await;

    let note = ana.comments(&page, "Where would the market go").await;
    let comment = town.comment(&square, "Where would the market go").await;
    assert_eq!(comment["author"]["uri"], ana.id.as_str());
    peer.receives("its own words, announced by the forum", |received| {
        received.carries("Create") && received.activity["object"]["object"]["id"] == note["id"]
    })
    .await;

    ana.edits(&note, &page, "Where would the Saturday market go").await;
    town.comment(&square, "Saturday market").await;

    let reply = peer.user("bea").comments(&question, "In reply to the question itself").await;
    assert_eq!(town.comment(&square, "In reply to the question").await["parent"], Value::Null, "a comment on the Page");

    // Mastodon brings a favourite to the author's server alone: this author is at home.
    let marc = town.node.person("marc").await;
    let words = json!({"text": "To the station square.", "parent": comment["id"]});
    let answer = marc.post(&format!("/consultations/{}/comments", square.slug), words).await.expect(201);
    let answer = ana.fetches(answer["uri"].as_str().expect("an address")).await;
    assert_eq!(answer["inReplyTo"], note["id"]);
    let like = peer.user("bea").likes(&answer).await;
    agrees_become(&town, &square, "station square", 1).await;
    peer.user("bea").undoes(&like, &answer).await;
    agrees_become(&town, &square, "station square", 0).await;

    ana.deletes(&note, &page).await;
    integration_tests::wait::until("the comment is gone", async || {
        let comments = town.comments(&square).await;
        let here =
            comments.iter().any(|comment| comment["text"].as_str().is_some_and(|text| text.contains("Saturday")));
        (!here).then_some(())
    })
    .await;
    assert!(town.comments(&square).await.iter().any(|comment| comment["uri"] == reply["id"]));
    assert!(peer.refused().is_empty(), "{:?}", peer.refused());
    no_ballot_was_passed_on(&peer);
}

async fn agrees_become(town: &Town, of: &Published, words: &str, wanted: u64) {
    integration_tests::wait::until(&format!("{words:?} has {wanted} agreements"), async || {
        (town.comment(of, words).await["agrees"] == wanted).then_some(())
    })
    .await;
}

async fn a_like_supports_a_petition(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let bench = town.publishes(draft("A bench at the bus stop", json!({"kind": "support", "goal": 100}))).await;
    peer.receives("the announced Page", |received| received.announces(&bench.url)).await;
    let page = ana.fetches(&bench.url).await;

    let like = ana.likes(&page).await;
    town.counts_become(&bench, "open", &[1]).await;
    ana.undoes(&like, &page).await;
    town.counts_become(&bench, "open", &[0]).await;
    no_ballot_was_passed_on(&peer);
}

async fn a_scheduled_consultation_has_no_ballot_yet(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let mut later = draft("Close the square next week?", json!({"kind": "vote"}));
    later["opens_at"] = json!(integration_tests::clock::in_hours(24));
    let later = town.publishes(later).await;

    peer.receives("the announced Page", |received| received.announces(&later.url)).await;
    ana.fetches(&later.url).await;
    let ballot = town.node.get(&format!("/c/{}/ballot", later.slug), "application/activity+json").await;
    assert_eq!(ballot.status, StatusCode::NOT_FOUND, "published at the opening, not before");
    let me = town.node.person("marc").await;
    me.put(&format!("/consultations/{}/ballot", later.slug), json!({"choice": ["for"]}))
        .await
        .refused(422, "not-open-yet");
    let listed = items(&town.clerk.get(&format!("/consultations?forum={FORUM}")).await.expect(200));
    assert_eq!(listed.len(), 1);
}

/// Nothing that left the node names an actor together with a choice or an opinion (protocol § 3).
fn no_ballot_was_passed_on(peer: &Peer) {
    for received in peer.received() {
        let inner = &received.activity["object"];
        assert!(!["Like", "Dislike"].contains(&inner["type"].as_str().unwrap_or_default()), "{}", received.activity);
        assert!(inner["object"].get("name").is_none() || inner["object"]["type"] != "Note", "{}", received.activity);
    }
}
