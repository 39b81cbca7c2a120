//! Somebody of this node who leaves.

use http::StatusCode;
use model::debate::comment::{self, Draft};
use model::debate::consultation::{self, View};
use model::people::departure::{self, Fate};
use serde_json::json;

use crate::town::Town;

/// Somebody speaks, leaves, and the others are told: answers what went out then.
async fn leaves(town: &Town, fate: Fate) -> Vec<crate::town::Delivered> {
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let lea = town.world.account("lea").await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let View { consultation, forum, standing } =
        consultation::view(&mut tx, &on.slug, Some(&lea)).await.expect("a consultation");
    let words = Draft { text: "Bonjour".into(), ..Draft::default() };
    comment::post(&mut tx, town.now(), &forum, &consultation, &standing, &words).await.expect("said");
    tx.commit().await.expect("committed");
    town.tells().await;
    let (status, ..) = town.gets("/u/lea").await;
    assert_eq!(status, StatusCode::OK);
    let mut tx = town.world.store.begin().await.expect("a transaction");
    departure::leave(&mut tx, town.now(), &lea, fate).await.expect("gone");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    let (status, tombstone, _) = town.gets("/u/lea").await;
    assert_eq!((status, &tombstone["type"]), (StatusCode::GONE, &json!("Tombstone")));
    told
}

#[tokio::test]
async fn the_servers_that_know_somebody_are_told_that_they_are_gone() {
    for fate in Fate::ALL {
        let town = Town::new().await;
        let told = leaves(&town, *fate).await;
        let lea = town.app.address.person("lea");
        let last: Vec<_> =
            told.iter().filter(|it| it.activity["type"] == "Delete" && it.activity["object"] == lea.as_str()).collect();
        assert_eq!(last.len(), 1, "{fate}: once for each server");
        assert_eq!(last[0].activity["actor"], lea.as_str());
        assert!(last[0].activity["proof"].is_object() && last[0].activity["id"] == format!("{lea}#delete"));
        let erased = told.iter().any(|it| it.activity["object"]["type"] == "Delete");
        assert_eq!(erased, *fate == Fate::Delete, "{fate}: the words by themselves");
    }
}
