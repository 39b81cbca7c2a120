//! Moving house: a consultation leaves its node as an archive and lives on elsewhere, with its text, its debate, its log and
//! the signatures of those who watched over it, though the first node is gone for good.

use integration_tests::database::Database;
use integration_tests::node::{Node, draft};
use integration_tests::wait;
use serde_json::{Value, json};

use crate::relays::{opens, vkey, witnessed};
use crate::town::{Empty, NEIGHBOUR, STRANGER, TOWN, Town, items};

on_both_databases! {
    a_consultation_moves_house_twice_and_holds_at_each,
}

/// What of a consultation is the same wherever it lives.
async fn substance(node: &Node, slug: &str) -> Value {
    let api = node.admin();
    let on = api.get(&format!("/consultations/{slug}")).await.expect(200);
    let results = api.get(&format!("/consultations/{slug}/results")).await.expect(200);
    let comments = items(&api.get(&format!("/consultations/{slug}/comments")).await.expect(200));
    let words = |id: &Value| comments.iter().find(|it| it["id"] == *id).map(|it| it["text"].clone());
    let mut debate: Vec<Value> =
        comments.iter().map(|it| json!([it["text"], it["stance"], words(&it["parent"]), it["agrees"]])).collect();
    debate.sort_by_key(Value::to_string);
    let told = ["title", "summary", "text", "brief", "method", "state", "language"].map(|name| on[name].clone());
    assert!(told.iter().all(|it| !it.is_null()), "{on}");
    json!({"told": told, "debate": debate, "tiers": results["tiers"], "root": results["log"]["root"]})
}

/// Takes an archive in; its slug and its address there.
async fn takes_in(node: &Node, forum: &str, archive: &str) -> (String, String) {
    let made = node.run(&["import", "archive", archive, "--forum", forum, "--json"]).await.expect(0);
    let made: Value = serde_json::from_str(&made).expect("JSON");
    assert_eq!((&made["existed"], &made["files_missing"]), (&json!(false), &json!(0)), "{made}");
    let text = |name: &str| made[name].as_str().expect("a string").to_owned();
    (text("slug"), text("url"))
}

/// What `verify` finds; the root that it counted up to.
async fn root(node: &Node, arguments: &[&str]) -> Value {
    let mut all = vec!["verify", "--json"];
    all.extend(arguments);
    let report: Value = serde_json::from_str(&node.run(&all).await.expect(0)).expect("JSON");
    assert_eq!(report["ok"], true, "{report}");
    report["root"].clone()
}

/// Votes, a ballot that is changed, one that is withdrawn; an argument, its answer and who agrees. What a voter keeps of it.
async fn debated(town: &Town, slug: &str) -> Value {
    let ballot = format!("/consultations/{slug}/ballot");
    let mut people = Vec::new();
    for (name, choice) in [("ana", "for"), ("ben", "against"), ("cleo", "neutral")] {
        let person = town.node.person(name).await;
        person.put(&ballot, json!({"choice": [choice]})).await.expect(201);
        people.push(person);
    }
    people[1].put(&ballot, json!({"choice": ["for"]})).await.expect(200);
    people[2].delete(&ballot).await.expect(204);
    let comments = format!("/consultations/{slug}/comments");
    let first =
        people[0].post(&comments, json!({"text": "The market **needs** it.", "stance": "for"})).await.expect(201);
    people[1].post(&comments, json!({"text": "On Sundays.", "parent": first["id"]})).await.expect(201);
    let id = first["id"].as_str().expect("a key");
    people[1].put(&format!("/comments/{id}/reaction"), json!({"value": 1})).await.expect(201);
    town.clerk.post(&format!("/consultations/{slug}/close"), json!({})).await.expect(200);
    wait::until("the place of the ballot in the log", async || {
        let receipt = people[0].get(&ballot).await.expect(200);
        receipt["log"]["index"].is_number().then_some(receipt)
    })
    .await
}

async fn a_consultation_moves_house_twice_and_holds_at_each(empty: Empty) {
    let mut town = Town::founded(empty).await;
    let next = Node::start(&town.net, NEIGHBOUR, Database::Sqlite).await;
    let last = Node::start(&town.net, STRANGER, empty()).await;
    opens(&next.admin(), "moved").await;
    opens(&last.admin(), "moved-again").await;
    witnessed(&town.clerk, &last.admin(), STRANGER).await;
    let square = town.publishes(draft("Close the square to cars?", json!({"kind": "vote"}))).await;
    let receipt = debated(&town, &square.slug).await;
    let head = format!("/c/{}/log/checkpoint", square.slug);
    wait::until("the witness signs the last head", async || {
        town.node.get(&head, "*/*").await.text.contains(&format!("— {STRANGER}/witness ")).then_some(())
    })
    .await;
    let before = substance(&town.node, &square.slug).await;
    let key = town.node.get(&format!("/c/{}/log/vkey", square.slug), "*/*").await.text.trim().to_owned();
    let at = |name: &str| next.folder().join(name).display().to_string();
    let (archive, kept) = (at("square.zip"), at("receipt.json"));
    town.node.run(&["export", &square.slug, "--format", "archive", "-o", &archive]).await.expect(0);
    std::fs::write(&kept, receipt.to_string()).expect("the receipt is kept");
    town.node.is_destroyed().await;

    // Nobody answers at the old address any more: the archive, the key and the receipt are enough.
    let witness = vkey(&last).await;
    let known = [archive.as_str(), "--key", &key, "--receipt", &kept, "--witness", &witness];
    assert_eq!(root(&next, &known).await, before["root"]);

    let (slug, url) = takes_in(&next, "moved", &archive).await;
    assert_eq!(substance(&next, &slug).await, before);
    assert_eq!(root(&last, &[&url]).await, before["root"], "the neighbour counts it again at its new address");
    let page = next.get(&format!("/c/{slug}"), "text/html").await.text;
    assert!(
        page.contains("Close the square to cars?") && page.contains("The market <strong>needs</strong> it."),
        "{page}"
    );
    let link = format!("<a href=\"{0}\" rel=\"nofollow noopener\">{0}</a>", square.url);
    assert!(page.contains(&format!("From {TOWN}, taken in here on ")) && page.contains(&link), "{page}");
    let document = next.get(&format!("/c/{slug}/consultation.json"), "*/*").await.expect(200);
    assert_eq!(document["source"]["url"], square.url.as_str(), "it says where it was: {}", document["source"]);

    let again = last.folder().join("square.zip").display().to_string();
    next.run(&["export", &slug, "--format", "archive", "-o", &again]).await.expect(0);
    let (slug, url) = takes_in(&last, "moved-again", &again).await;
    assert_eq!(substance(&last, &slug).await, before);
    let page = last.get(&format!("/c/{slug}/print"), "text/html").await.text;
    assert!(page.contains(&format!("From {TOWN}, ")) && page.contains(&square.url), "where it was first: {page}");
    assert_eq!(root(&next, &[&url]).await, before["root"]);
}
