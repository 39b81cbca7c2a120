//! A living peer that was not made by us: somebody on snac follows a forum, votes, talks and supports.

use integration_tests::node::draft;
use integration_tests::snac::{NAME, Snac};
use integration_tests::wait;
use serde_json::json;

use crate::town::{Empty, FORUM, Published, STRANGER, TOWN, Town};

on_both_databases! {
    somebody_on_snac_takes_part,
}

async fn somebody_on_snac_takes_part(empty: Empty) {
    let town = Town::founded(empty).await;
    let snac = Snac::start(&town.net, STRANGER).await;
    snac.does("follow", &format!("http://{TOWN}/f/{FORUM}")).await;
    wait::until_or(
        || format!("the forum has a follower: {}", snac.log()),
        async || {
            let followers = town.node.document(&format!("/f/{FORUM}/followers")).await;
            (followers["totalItems"] == 1).then_some(())
        },
    )
    .await;
    let square = town.asks("Close the square to cars?").await;
    snac.reads("Close the square to cars?").await;
    votes(&town, &snac, &square).await;
    talks(&town, &snac, &square).await;
    let path = town.publishes(draft("A path to the school", json!({"kind": "support", "goal": 10}))).await;
    snac.reads("A path to the school").await;
    snac.sends("action", &[("id", &path.url), ("action", "Like")]).await;
    town.counts_become(&path, "open", &[1]).await;
    snac.does("boost", &square.url).await;
}

/// What it sends has a blank `content`: `<br>` or nothing.
async fn votes(town: &Town, snac: &Snac, square: &Published) {
    let question = town.node.document(&format!("/c/{}/ballot", square.slug)).await;
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let (id, author, name) =
        (text(&question["id"]), text(&question["attributedTo"]), text(&question["oneOf"][0]["name"]));
    snac.sends("vote", &[("actor", &author), ("irt", &id), ("question", &name)]).await;
    town.counts_become(square, "open", &[1, 0, 0]).await;
}

async fn talks(town: &Town, snac: &Snac, square: &Published) {
    snac.sends("note", &[("content", "Buses first"), ("in_reply_to", &square.url)]).await;
    let said = town.comment(square, "Buses first").await;
    assert_eq!(said["author"]["uri"], format!("http://{STRANGER}/{NAME}"));
    let uri = said["uri"].as_str().expect("an address").to_owned();
    snac.sends("note", &[("content", "Bikes first"), ("edit_id", &uri), ("in_reply_to", &square.url)]).await;
    town.comment(square, "Bikes first").await;
    // What is deleted there is told only to servers on which somebody follows its author: nobody here does.
}
