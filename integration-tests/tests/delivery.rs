//! What a node owes is delivered, whatever happens to the node or to the receiver.

use reqwest::StatusCode;

use crate::town::{Empty, Town};

on_both_databases! {
    a_killed_node_delivers_what_it_owed,
    a_node_stops_when_asked,
}

async fn a_killed_node_delivers_what_it_owed(empty: Empty) {
    let mut town = Town::founded(empty).await;
    let (peer, _ana) = town.stranger().await;
    peer.answers(Some(StatusCode::SERVICE_UNAVAILABLE));
    let square = town.asks("Close the square to cars?").await;
    peer.was_tried().await;

    town.node.kill().await;
    peer.answers(None);
    town.node.resume().await;

    let ballot = format!("{}/ballot", square.url);
    peer.receives("the Page, at last", |received| received.announces(&square.url)).await;
    peer.receives("the Question, at last", |received| received.announces(&ballot)).await;
    let pages = peer.received().iter().filter(|received| received.announces(&square.url)).count();
    assert_eq!(pages, 1, "exactly once");
    assert!(peer.refused().is_empty(), "{:?}", peer.refused());
}

async fn a_node_stops_when_asked(empty: Empty) {
    let mut town = Town::founded(empty).await;
    let square = town.asks("Close the square to cars?").await;
    assert_eq!(town.node.stop().await, Some(0));
    town.node.resume().await;
    town.clerk.get(&format!("/consultations/{}", square.slug)).await.expect(200);
}
