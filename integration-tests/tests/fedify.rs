//! A living peer that was not made by us: a server of Fedify follows a forum, votes, talks, and verifies what it gets.

use integration_tests::fedify::{BOTH, DRAFT, Fedify, RFC_9421};
use integration_tests::wait;
use serde_json::{Value, json};

use crate::town::{Empty, FORUM, Published, STRANGER, TOWN, Town};

on_both_databases! {
    fedify_takes_part_with_the_draft,
    fedify_takes_part_with_rfc_9421,
}

const FAY: &str = "http://m.test/users/fay";

async fn fedify_takes_part_with_the_draft(empty: Empty) {
    takes_part(empty, DRAFT, BOTH, DRAFT).await;
}

/// Signs with RFC 9421 alone, and understands nothing else: the node finds that out.
async fn fedify_takes_part_with_rfc_9421(empty: Empty) {
    takes_part(empty, RFC_9421, RFC_9421, RFC_9421).await;
}

async fn takes_part(empty: Empty, signs: &str, understands: &str, spoken: &str) {
    let town = Town::founded(empty).await;
    let fedify = Fedify::start(&town.net, STRANGER, signs, understands).await;
    let forum = format!("http://{TOWN}/f/{FORUM}");
    let follow = fedify.does(&json!({"act": "follow", "on": forum, "to": forum})).await;
    let accept = fedify.receives("an Accept", |activity| activity["type"] == "Accept").await;
    assert_eq!(accept["activity"]["object"]["id"], follow["id"]);

    let square = town.asks("Close the square to cars?").await;
    reads(&fedify, &square, &forum).await;
    votes(&town, &fedify, &square).await;
    talks(&town, &fedify, &square).await;
    for came in fedify.received().await {
        let signer = came["activity"]["actor"].as_str().expect("an actor");
        assert_eq!(came["dialect"], spoken, "{came}");
        assert!(came["key"].as_str().is_some_and(|key| key.starts_with(signer)), "verified: {came}");
        let proofs = came["proofs"].as_array().expect("a list");
        assert!(proofs.iter().all(|proof| proof["by"].is_string()), "{came}");
    }
}

/// What a follower gets of a consultation, each part proven by whoever says it.
async fn reads(fedify: &Fedify, square: &Published, forum: &str) {
    let announced =
        |id: String| move |activity: &Value| activity["type"] == "Announce" && activity["object"] == id.as_str();
    fedify.receives("the Page's Announce", announced(square.url.clone())).await;
    fedify.receives("the Question's Announce", announced(format!("{}/ballot", square.url))).await;
    let carried = fedify.receives("the Create", |activity| activity["object"]["type"] == "Create").await;
    let proofs = carried["proofs"].as_array().expect("a list");
    let author = &carried["activity"]["object"]["actor"];
    let made: Vec<_> = proofs.iter().map(|proof| (&proof["type"], &proof["by"])).collect();
    let kind = &carried["activity"]["object"]["object"]["type"];
    assert_eq!(made, [(&json!("Announce"), &json!(forum)), (&json!("Create"), author), (kind, author)]);
    for (url, kind) in [(square.url.clone(), "Page"), (format!("{}/ballot", square.url), "Question")] {
        let seen = fedify.looks_at(&url).await;
        assert_eq!((&seen["type"], &seen["same"]), (&json!(kind), &json!(true)));
        assert_eq!(seen["proofs"], json!([{"type": kind, "by": author}]));
    }
}

async fn votes(town: &Town, fedify: &Fedify, square: &Published) {
    let question = town.node.document(&format!("/c/{}/ballot", square.slug)).await;
    let (id, author, name) = (&question["id"], &question["attributedTo"], &question["oneOf"][0]["name"]);
    fedify.does(&json!({"act": "vote", "on": id, "to": author, "name": name})).await;
    town.counts_become(square, "open", &[1, 0, 0]).await;
    let update = fedify.receives("the totals", |activity| {
        activity["type"] == "Update" && activity["object"]["oneOf"][0]["replies"]["totalItems"] == 1
    });
    assert_eq!(update.await["activity"]["actor"], *author);
}

async fn talks(town: &Town, fedify: &Fedify, square: &Published) {
    let page = town.node.document(&format!("/c/{}", square.slug)).await;
    let to = &page["attributedTo"];
    let comment = json!({"act": "comment", "on": square.url, "to": to, "html": "<p>Buses first</p>"});
    let note = fedify.does(&comment).await["object"].clone();
    let said = town.comment(square, "Buses first").await;
    assert_eq!(said["author"]["uri"], FAY);
    let mine = |kind: &'static str| {
        move |activity: &Value| activity["object"]["type"] == kind && activity["object"]["actor"] == FAY
    };
    fedify.receives("the comment, carried", mine("Create")).await;

    fedify.does(&json!({"act": "like", "on": said["uri"], "to": to})).await;
    fedify.does(&json!({"act": "edit", "note": note, "to": to, "html": "<p>Bikes first</p>"})).await;
    town.comment(square, "Bikes first").await;
    fedify.receives("the edit, carried", mine("Update")).await;
    fedify.does(&json!({"act": "delete", "note": note, "to": to})).await;
    wait::until("the comment is gone", async || {
        let left = town.comments(square).await;
        left.iter().all(|comment| comment["state"] != "visible").then_some(())
    })
    .await;
    fedify.receives("the deletion, carried", mine("Delete")).await;
}
