//! What an inbox answers to signatures and bodies that are not right. Nothing of it counts, and nothing is an error of ours.

use integration_tests::peer::signed::Flaw;
use reqwest::StatusCode;
use serde_json::json;

use crate::town::{Empty, FORUM, TOWN, Town};

on_both_databases! {
    a_bad_signature_is_refused,
    a_malformed_body_is_refused,
    a_vote_signed_by_another_is_refused,
    a_replayed_activity_changes_nothing,
}

const MIB: usize = 1 << 20;

async fn a_bad_signature_is_refused(empty: Empty) {
    let town = Town::founded(empty).await;
    let (_peer, ana) = town.stranger().await;
    let square = town.asks("Close the square to cars?").await;
    let question = ana.fetches(&format!("{}/ballot", square.url)).await;
    let name = question["oneOf"][0]["name"].as_str().expect("a name");
    let inbox = format!("http://{TOWN}/inbox");
    let flaws = [
        Flaw::Stale,
        Flaw::ForeignKey,
        Flaw::NoDigest,
        Flaw::OtherBody,
        Flaw::SwappedDigest,
        Flaw::OtherTarget,
        Flaw::OtherHost,
        Flaw::Unsigned,
    ];
    for flaw in flaws {
        let status = ana.sends(&inbox, &ana.vote(&question, name), flaw).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{flaw:?}");
    }
    // The same vote, rightly signed, is the first that counts.
    assert_eq!(ana.votes(&question, name).await, StatusCode::ACCEPTED);
    town.counts_become(&square, "open", &[1, 0, 0]).await;
    assert!(!town.node.log_text().contains("ERROR"), "{}", town.node.log_text());
}

async fn a_vote_signed_by_another_is_refused(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let square = town.asks("Close the square to cars?").await;
    let question = ana.fetches(&format!("{}/ballot", square.url)).await;
    let name = question["oneOf"][0]["name"].as_str().expect("a name");
    let eve = peer.user("eve");
    let status = eve.sends(&format!("http://{TOWN}/inbox"), &ana.vote(&question, name), Flaw::None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);

    // The inner object is somebody else's: well signed, so no 401, and not counted either.
    let mut borrowed = eve.vote(&question, name);
    borrowed["object"]["attributedTo"] = json!(ana.id);
    let status = eve.sends(&format!("http://{TOWN}/inbox"), &borrowed, Flaw::None).await;
    assert!([StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::ACCEPTED].contains(&status), "{status}");
    assert_eq!(peer.user("bea").votes(&question, name).await, StatusCode::ACCEPTED);
    town.counts_become(&square, "open", &[1, 0, 0]).await;
}

async fn a_malformed_body_is_refused(empty: Empty) {
    let town = Town::founded(empty).await;
    let (_peer, ana) = town.stranger().await;
    let inbox = format!("http://{TOWN}/f/{FORUM}/inbox");
    for body in ["{", "[]", "null", "\u{0}", r#"{"type":"Create"}"#] {
        let status = ana.sends_bytes(&inbox, body.as_bytes().to_vec(), Flaw::None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body:?}");
    }
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(ana.sends_bytes(&inbox, deep.into_bytes(), Flaw::None).await, StatusCode::BAD_REQUEST);
    let large = json!({"type": "Note", "content": "x".repeat(MIB)}).to_string();
    assert_eq!(ana.sends_bytes(&inbox, large.into_bytes(), Flaw::None).await, StatusCode::PAYLOAD_TOO_LARGE);
    // An activity that means nothing to us is politely taken.
    let odd = ana.activity("Arrive", json!("http://m.test/somewhere"));
    assert_eq!(ana.sends(&inbox, &odd, Flaw::None).await, StatusCode::ACCEPTED);
    assert!(!town.node.log_text().contains("ERROR"), "{}", town.node.log_text());
}

async fn a_replayed_activity_changes_nothing(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let square = town.asks("Close the square to cars?").await;
    let question = ana.fetches(&format!("{}/ballot", square.url)).await;
    let name = question["oneOf"][1]["name"].as_str().expect("a name");
    let inbox = format!("http://{TOWN}/inbox");
    let vote = ana.vote(&question, name);
    for _ in 0..3 {
        assert_eq!(ana.sends(&inbox, &vote, Flaw::None).await, StatusCode::ACCEPTED);
    }
    assert_eq!(peer.user("bea").votes(&question, name).await, StatusCode::ACCEPTED);
    town.counts_become(&square, "open", &[0, 2, 0]).await;
}
