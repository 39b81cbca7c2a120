//! A neighbouring node follows a forum, and shows what it receives.

use integration_tests::api::Api;
use integration_tests::node::Node;
use integration_tests::wait;
use serde_json::{Value, json};

use crate::town::{Empty, FORUM, NEIGHBOUR, TOWN, Town, items};

on_both_databases! {
    a_neighbour_shows_what_it_follows,
    a_neighbour_that_was_down_catches_up,
}

pub async fn follows(neighbour: &Api) {
    let follow = neighbour.post("/follows", json!({"target": format!("@{FORUM}@{TOWN}")})).await.expect(201);
    assert!(["requested", "accepted"].contains(&follow["state"].as_str().unwrap_or_default()), "{follow}");
    wait::until("the follow is accepted", async || {
        let follows = items(&neighbour.get("/follows").await.expect(200));
        follows.iter().any(|follow| follow["state"] == "accepted").then_some(())
    })
    .await;
}

/// The neighbour's own record of what stands at `uri`, once it has one.
pub async fn mirrored(neighbour: &Api, uri: &str) -> Value {
    wait::until(&format!("{uri} is mirrored"), async || {
        let answer = neighbour.get(&format!("/remote?uri={uri}")).await;
        (answer.status.is_success()).then(|| answer.json()).filter(|found| found["local_url"].is_string())
    })
    .await
}

async fn a_neighbour_shows_what_it_follows(empty: Empty) {
    let town = Town::founded(empty).await;
    let neighbour = Node::start(&town.net, NEIGHBOUR, empty()).await;
    let clerk = neighbour.admin();
    follows(&clerk).await;
    let square = town.asks("Close the square to cars?").await;

    let found = mirrored(&clerk, &square.url).await;
    assert_eq!(found["kind"], "consultation");
    assert_eq!(found["uri"], square.url.as_str());
    let path = format!("/remote/{TOWN}/c/{}", square.slug);
    assert_eq!(found["local_url"], format!("http://{NEIGHBOUR}{path}"));
    let page = neighbour.get(&path, "text/html").await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    assert!(page.text.contains("Close the square to cars?"));
    assert!(page.text.contains(&format!("rel=\"canonical\" href=\"{}\"", square.url)), "{}", page.text);
}

async fn a_neighbour_that_was_down_catches_up(empty: Empty) {
    let mut town = Town::founded(empty).await;
    let mut neighbour = Node::start(&town.net, NEIGHBOUR, empty()).await;
    follows(&neighbour.admin()).await;
    neighbour.kill().await;
    let square = town.asks("Close the square to cars?").await;
    town.node.kill().await;
    neighbour.resume().await;
    town.node.resume().await;
    mirrored(&neighbour.admin(), &square.url).await;
}
