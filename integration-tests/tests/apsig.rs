//! Signatures both ways with `apsig`: what it signs and proves a node takes, what a node signs and proves it verifies.

use integration_tests::apsig::{Apsig, object};
use integration_tests::peer::signed::Flaw;
use integration_tests::peer::{Peer, Received};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::town::{Empty, FORUM, STRANGER, TOWN, Town};

on_both_databases! {
    what_apsig_signs_and_proves_a_node_takes,
    what_a_node_signs_and_proves_apsig_verifies,
}

const ACTOR: &str = "http://m.test/apsig";
const KEY: &str = "http://m.test/apsig#main-key";
const METHOD: &str = "http://m.test/apsig#ed25519-key";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
const INBOX: &str = "http://a.test/inbox";

/// An actor with the keys that apsig made.
async fn actor(apsig: &mut Apsig) -> Value {
    let keys = apsig.asked("keys", json!({})).await;
    json!({
        "id": ACTOR, "type": "Person", "preferredUsername": "apsig", "inbox": format!("http://{STRANGER}/inbox"),
        "publicKey": {"id": KEY, "owner": ACTOR, "publicKeyPem": keys["rsa"]},
        "assertionMethod": [{"id": METHOD, "type": "Multikey", "controller": ACTOR, "publicKeyMultibase": keys["ed25519"]}],
    })
}

/// Sends what apsig signs in this way; answers the status and the code of the problem.
async fn sends(town: &Town, apsig: &mut Apsig, does: &str, covers: Value, activity: &Value) -> (u16, String) {
    let body = activity.to_string();
    let asked = json!({"method": "POST", "url": INBOX, "key": KEY, "covers": covers, "body": body});
    let signed = apsig.asked(does, asked).await;
    let mut request = town.net.client().post(INBOX).body(body);
    for (name, value) in signed["headers"].as_object().expect("headers") {
        request = request.header(name, value.as_str().expect("text"));
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.unwrap_or_default();
    (status, problem["code"].as_str().unwrap_or_default().to_owned())
}

fn comment(number: u32, on: &str) -> Value {
    let id = format!("{ACTOR}/notes/{number}");
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"],
        "id": format!("{id}/activity"), "type": "Create", "actor": ACTOR, "to": [PUBLIC],
        "object": {
            "id": id, "type": "Note", "attributedTo": ACTOR, "inReplyTo": on, "to": [PUBLIC],
            "content": format!("<p>Words number {number}</p>"), "published": "2026-01-01T00:00:00Z",
        },
    })
}

async fn what_apsig_signs_and_proves_a_node_takes(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, bea) = town.stranger().await;
    let mut apsig = Apsig::start();
    peer.serves(&actor(&mut apsig).await);
    let square = town.asks("Close the square to cars?").await;
    let taken = (202, String::new());

    let draft = comment(1, &square.url);
    assert_eq!(sends(&town, &mut apsig, "cavage", json!([]), &draft).await, taken);
    town.comment(&square, "number 1").await;

    // It covers no digest by itself: then anybody could have put another body there.
    let newer = comment(2, &square.url);
    let refused = (401, "signature-no-digest".to_owned());
    assert_eq!(sends(&town, &mut apsig, "rfc9421", json!([]), &newer).await, refused);
    assert_eq!(sends(&town, &mut apsig, "rfc9421", json!(["content-digest"]), &newer).await, taken);
    town.comment(&square, "number 2").await;

    // Brought by somebody else, it is trusted by its proof alone.
    let inbox = format!("http://{TOWN}/inbox");
    let forwarded = comment(3, &square.url);
    let proven = apsig.asked("prove", json!({"document": forwarded, "method": METHOD})).await["document"].clone();
    let mut changed = proven.clone();
    changed["object"]["content"] = json!("<p>Other words</p>");
    for unproven in [&forwarded, &changed] {
        let status = bea.sends(&inbox, unproven, Flaw::None).await;
        assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR);
    }
    assert_eq!(bea.sends(&inbox, &proven, Flaw::None).await, StatusCode::ACCEPTED);
    town.comment(&square, "number 3").await;
    let said = town.comments(&square).await;
    assert_eq!(said.len(), 3, "{said:?}");
}

/// What apsig says of a delivery, given the key in the actor's own document.
async fn judged(apsig: &mut Apsig, dialect: &str, received: &Received, actor: &Value) -> Value {
    let url = format!("http://{STRANGER}{}", received.path);
    let (headers, pem) = (object(&received.headers), &actor["publicKey"]["publicKeyPem"]);
    let asked = json!({
        "dialect": dialect, "method": "POST", "url": url, "headers": headers, "body": received.body, "pem": pem,
    });
    apsig.asked("check", asked).await["key"].clone()
}

async fn announced(peer: &Peer, url: &str) -> Received {
    peer.receives("the Announce", |received| received.announces(url)).await
}

async fn what_a_node_signs_and_proves_apsig_verifies(empty: Empty) {
    let town = Town::founded(empty).await;
    let (peer, ana) = town.stranger().await;
    let mut apsig = Apsig::start();
    let forum = ana.fetches(&format!("http://{TOWN}/f/{FORUM}")).await;
    let implements = &forum["generator"]["implements"][0]["href"];
    assert_eq!(implements, "https://datatracker.ietf.org/doc/html/rfc9421");

    let square = town.asks("Close the square to cars?").await;
    let draft = announced(&peer, &square.url).await;
    assert_eq!(judged(&mut apsig, "cavage", &draft, &forum).await, forum["publicKey"]["id"]);
    let spoilt = Received { body: draft.body.replace("square", "circle"), ..draft };
    assert_eq!(judged(&mut apsig, "cavage", &spoilt, &forum).await, Value::Null);

    peer.speaks_rfc_9421();
    let bridge = town.asks("Build the bridge?").await;
    let newer = announced(&peer, &bridge.url).await;
    assert_eq!(judged(&mut apsig, "rfc9421", &newer, &forum).await, forum["publicKey"]["id"]);
    let mut headers = newer.headers.clone();
    headers.insert("content-digest", "sha-256=:AAAA:".parse().expect("a value"));
    let spoilt = Received { headers, ..newer.clone() };
    assert_eq!(judged(&mut apsig, "rfc9421", &spoilt, &forum).await, Value::Null);

    let page = ana.fetches(&bridge.url).await;
    let author = ana.fetches(page["attributedTo"].as_str().expect("an author")).await;
    let carried = peer.receives("the Create", |received| received.carries("Create")).await.activity;
    let create = carried["object"].clone();
    for (document, by) in [(&page, &author), (&carried, &forum), (&create, &author), (&create["object"], &author)] {
        let key = &by["assertionMethod"][0];
        let asked = json!({"document": document, "key": key["publicKeyMultibase"]});
        assert_eq!(apsig.asked("proven", asked).await["key"], key["id"], "{document}");
        let mut changed = document.clone();
        changed["id"] = json!("http://a.test/another");
        let asked = json!({"document": changed, "key": key["publicKeyMultibase"]});
        assert_eq!(apsig.asked("proven", asked).await["key"], Value::Null);
    }
}
