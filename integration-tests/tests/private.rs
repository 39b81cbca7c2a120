//! A private forum leaves no trace: whoever is no member gets what stands at an address where nothing is.

use integration_tests::api::Answer;
use integration_tests::node::draft;
use reqwest::StatusCode;
use serde_json::json;

use crate::town::{Empty, TOWN, Town};

on_both_databases! {
    a_private_forum_leaves_no_trace,
}

const SECRET: &str = "council";
const HTML: &str = "text/html";
const ACTIVITY: &str = "application/activity+json";

async fn a_private_forum_leaves_no_trace(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let marc = town.node.person("marc").await;
    town.opens_forum(SECRET, "private").await;
    let hidden = town.publishes_in(SECRET, draft("Sell the old school?", json!({"kind": "vote"}))).await;
    let words = json!({"text": "Not before spring."});
    town.clerk.post(&format!("/consultations/{}/comments", hidden.slug), words).await.expect(201);
    let comment = town.comment(&hidden, "Not before spring").await;
    let id = comment["id"].as_str().expect("an id");
    let slug = &hidden.slug;

    let nothing = "nothing-at-all";
    for (here, nowhere) in [
        (format!("/f/{SECRET}"), format!("/f/{nothing}")),
        (format!("/f/{SECRET}/feed.atom"), format!("/f/{nothing}/feed.atom")),
        (format!("/f/{SECRET}/outbox"), format!("/f/{nothing}/outbox")),
        (format!("/f/{SECRET}/followers"), format!("/f/{nothing}/followers")),
        (format!("/c/{slug}"), format!("/c/{nothing}")),
        (format!("/c/{slug}/ballot"), format!("/c/{nothing}/ballot")),
        (format!("/c/{slug}/results.json"), format!("/c/{nothing}/results.json")),
        (format!("/c/{slug}/comments.csv"), format!("/c/{nothing}/comments.csv")),
        (format!("/c/{slug}/ballots.csv"), format!("/c/{nothing}/ballots.csv")),
        (format!("/c/{slug}/results.csv"), format!("/c/{nothing}/results.csv")),
        (format!("/c/{slug}/replies"), format!("/c/{nothing}/replies")),
        (format!("/c/{slug}/context"), format!("/c/{nothing}/context")),
        (format!("/c/{slug}/comments/{id}"), format!("/c/{nothing}/comments/{id}")),
        (
            format!("/.well-known/webfinger?resource=acct:{SECRET}@{TOWN}"),
            format!("/.well-known/webfinger?resource=acct:{nothing}@{TOWN}"),
        ),
        (format!("/api/v1/forums/{SECRET}"), format!("/api/v1/forums/{nothing}")),
        (format!("/api/v1/consultations/{slug}"), format!("/api/v1/consultations/{nothing}")),
        (format!("/api/v1/consultations/{slug}/results"), format!("/api/v1/consultations/{nothing}/results")),
        (format!("/api/v1/consultations/{slug}/comments"), format!("/api/v1/consultations/{nothing}/comments")),
    ] {
        for accept in [HTML, ACTIVITY] {
            same(&town.node.get(&here, accept).await, &town.node.get(&nowhere, accept).await);
        }
    }
    marc.get(&format!("/forums/{SECRET}")).await.refused(404, "not-found");
    marc.get(&format!("/consultations/{slug}")).await.refused(404, "not-found");
    let ballot = json!({"choice": ["for"]});
    marc.put(&format!("/consultations/{slug}/ballot"), ballot).await.refused(404, "not-found");
    marc.put(&format!("/comments/{id}/reaction"), json!({"value": 1})).await.refused(404, "not-found");

    for list in ["/", "/f", "/search?q=school", "/data", "/api/v1/forums", "/api/v1/consultations", "/nodeinfo/2.1"] {
        let text = town.node.get(list, HTML).await.text;
        assert!(!text.contains(SECRET) && !text.contains("old school"), "{list}: {text}");
    }
    let square = town.asks("Close the square to cars?").await;
    peer.receives("the next public consultation", |received| received.announces(&square.url)).await;
    assert!(!peer.received().iter().any(|received| received.activity.to_string().contains(slug.as_str())));
    let follow = ana.activity("Follow", json!(format!("http://{TOWN}/f/{SECRET}")));
    let inbox = format!("http://{TOWN}/inbox");
    let status = ana.sends(&inbox, &follow, integration_tests::peer::signed::Flaw::None).await;
    assert!([StatusCode::ACCEPTED, StatusCode::NOT_FOUND].contains(&status), "{status}");
}

/// The same answer but for the address asked for.
#[track_caller]
fn same(here: &Answer, nowhere: &Answer) {
    assert_eq!(here.status, nowhere.status, "{}: {}", here.asked, here.text);
    assert_ne!(here.status, StatusCode::OK, "{}", here.asked);
    assert_eq!(here.content_type, nowhere.content_type, "{}", here.asked);
    assert!(!here.text.contains("old school"), "{}: {}", here.asked, here.text);
}
