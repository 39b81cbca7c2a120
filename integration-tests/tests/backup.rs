//! A node is backed up while people vote, destroyed, and brought back: it is the same node.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use integration_tests::api::Api;
use integration_tests::wait;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::town::{Empty, FORUM, TOWN, Town};

on_both_databases! {
    a_node_comes_back_from_its_backup,
}

/// Votes and changes until it is told to stop, or has used up what it may write in a minute.
async fn votes(voter: Api, slug: String, cast: Arc<AtomicUsize>, over: Arc<AtomicBool>) {
    let path = format!("/consultations/{slug}/ballot");
    for choice in ["for", "against", "neutral"].into_iter().cycle() {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let answered = voter.attempt(Method::PUT, &path, Some(json!({"choice": [choice]}))).await.expect("an answer");
        if answered == StatusCode::TOO_MANY_REQUESTS {
            return;
        }
        assert!(answered.is_success(), "{answered}");
        cast.fetch_add(1, Ordering::Relaxed);
    }
}

/// What other servers know this node by.
async fn keys(town: &Town) -> Vec<Value> {
    let mut keys = Vec::new();
    for path in ["/".to_owned(), format!("/f/{FORUM}")] {
        let actor = town.node.document(&path).await;
        keys.push(json!([actor["id"], actor["publicKey"], actor["assertionMethod"]]));
    }
    keys
}

async fn a_node_comes_back_from_its_backup(empty: Empty) {
    let mut town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let square = town.asks("Close the square?").await;
    let (cast, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let mut voting = Vec::new();
    for name in ["ben", "cleo", "dan"] {
        let voter = town.node.person(name).await;
        voting.push(tokio::spawn(votes(voter, square.slug.clone(), cast.clone(), over.clone())));
    }
    wait::until("votes going on", async || (cast.load(Ordering::Relaxed) > 20).then_some(())).await;
    let file = town.node.folder().join("backup.zip").display().to_string();
    let said: Value =
        serde_json::from_str(&town.node.run(&["backup", "-o", &file, "--json"]).await.expect(0)).expect("JSON");
    assert!(said["rows"].as_u64().is_some_and(|rows| rows > 20), "{said}");
    let before = cast.load(Ordering::Relaxed);
    wait::until("voting to go on after it", async || (cast.load(Ordering::Relaxed) > before + 5).then_some(())).await;
    over.store(true, Ordering::Relaxed);
    for voting in voting {
        voting.await.expect("they voted undisturbed");
    }
    let known = keys(&town).await;

    let refused = town.node.run(&["restore", &file]).await;
    assert!(refused.code == 1 && refused.stderr.contains("not-empty"), "{}", refused.stderr);
    town.node.is_destroyed().await;
    let dry = town.node.run(&["restore", &file, "--dry-run", "--json"]).await.expect(0);
    let done = town.node.run(&["restore", &file, "--json"]).await.expect(0);
    assert_eq!(dry, done);
    town.node.resume().await;

    assert_eq!(keys(&town).await, known, "other servers know it by the same keys");
    let said = town.node.run(&["verify", &square.url]).await.expect(0);
    assert!(said.contains("All of it holds"), "{said}");
    let next = town.asks("And the bridge?").await;
    let told = peer.receives("an Announce of the bridge", |received| {
        received.kind() == "Announce" && received.activity["object"].to_string().contains(&next.slug)
    });
    assert_eq!(told.await.signer, format!("http://{TOWN}/f/{FORUM}"));
    let question = ana.fetches(&format!("{}/ballot", next.url)).await;
    let name = question["oneOf"][0]["name"].as_str().expect("a name").to_owned();
    assert_eq!(ana.votes(&question, &name).await, StatusCode::ACCEPTED);
    town.counts_become(&next, "open", &[1, 0, 0]).await;
}
