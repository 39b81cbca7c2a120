//! Hidden results: until they may be seen, no number anywhere.

use integration_tests::node::draft;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::town::{Empty, Published, Town};

on_both_databases! {
    after_close_shows_nothing_before,
    after_vote_shows_a_voter_alone,
}

const ACTIVITY: &str = "application/activity+json";
/// A number of ballots that stands nowhere else on a page.
const VOTERS: usize = 3;

async fn secret(town: &Town, results: &str) -> Published {
    let mut body = draft("Close the square to cars?", json!({"kind": "vote"}));
    body["results"] = json!(results);
    let made = town.publishes(body).await;
    for number in 0..VOTERS {
        let person = town.node.person(&format!("voter{number}")).await;
        person.put(&format!("/consultations/{}/ballot", made.slug), json!({"choice": ["for"]})).await.expect(201);
    }
    made
}

async fn no_number_is_shown(town: &Town, of: &Published) {
    let slug = &of.slug;
    let anyone = town.clerk.anonymous();
    for path in [format!("/api/v1/consultations/{slug}/results"), format!("/c/{slug}/results.json")] {
        let results = town.node.get(&path, "application/json").await.expect(200);
        assert_eq!(results["visible"], false, "{results}");
        assert!(results.get("tiers").is_none_or(|tiers| !holds_number(tiers)), "{results}");
        assert!(results.get("log").is_none(), "{results}");
    }
    for file in ["results.csv", "ballots.csv"] {
        let answer = town.node.get(&format!("/c/{slug}/{file}"), "text/csv").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{file}: {}", answer.text);
        assert!(answer.text.contains("results-hidden"), "{file}: {}", answer.text);
    }
    let question = town.node.document(&format!("/c/{slug}/ballot")).await;
    assert!(question.get("votersCount").is_none(), "{question}");
    let options = question["oneOf"].as_array().expect("options");
    assert!(options.iter().all(|option| option.get("replies").is_none()), "{question}");
    let tally = town.node.get(&format!("/c/{slug}/tally"), ACTIVITY).await;
    assert_eq!(tally.status, StatusCode::NOT_FOUND, "{}", tally.text);
    let page = town.node.document(&format!("/c/{slug}")).await;
    assert!(!page.to_string().contains("totalItems\":3"), "{page}");
    let consultation = anyone.get(&format!("/consultations/{slug}")).await.expect(200);
    assert!(!holds_number(&consultation["results"]), "{consultation}");
    let html = town.node.get(&format!("/c/{slug}"), "text/html").await.text;
    assert!(!html.contains("<meter") && !html.contains("100 %") && !html.contains("100%"), "{html}");
    assert!(!html.contains("3 vot") && !html.contains("3 ballot"), "{html}");
}

fn holds_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Array(items) => items.iter().any(holds_number),
        Value::Object(fields) => fields.values().any(holds_number),
        _ => false,
    }
}

async fn after_close_shows_nothing_before(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, _ana) = town.stranger().await;
    let square = secret(&town, "after_close").await;
    no_number_is_shown(&town, &square).await;
    let voter = town.node.person("late").await;
    let path = format!("/consultations/{}", square.slug);
    voter.put(&format!("{path}/ballot"), json!({"choice": ["against"]})).await.expect(201);
    let seen = voter.get(&format!("{path}/results")).await.expect(200);
    assert_eq!(seen["visible"], false, "not to a voter either: {seen}");

    town.clerk.post(&format!("{path}/close"), json!({})).await.expect(200);
    town.counts_become(&square, "member", &[3, 0, 1]).await;
    let closing = peer
        .receives("the closing Update", |received| {
            received.kind() == "Update" && received.activity["object"].get("closed").is_some()
        })
        .await;
    assert_eq!(closing.activity["object"]["oneOf"][0]["replies"]["totalItems"], 3);
    let before = peer
        .received()
        .iter()
        .filter(|received| {
            received.kind() == "Update"
                && received.activity["object"]["type"] == "Question"
                && received.activity["object"].get("closed").is_none()
        })
        .count();
    assert_eq!(before, 0, "no tally before the closing");
}

async fn after_vote_shows_a_voter_alone(empty: Empty) {
    let town = Town::founded(empty).await;
    let square = secret(&town, "after_vote").await;
    no_number_is_shown(&town, &square).await;
    let voter = town.node.person("late").await;
    let path = format!("/consultations/{}", square.slug);
    assert_eq!(voter.get(&format!("{path}/results")).await.expect(200)["visible"], false);
    voter.put(&format!("{path}/ballot"), json!({"choice": ["against"]})).await.expect(201);
    integration_tests::wait::until("a voter sees the counts", async || {
        let seen = voter.get(&format!("{path}/results")).await.expect(200);
        (crate::town::counts(&seen, "member") == [3, 0, 1]).then_some(())
    })
    .await;
    no_number_is_shown(&town, &square).await;
}
