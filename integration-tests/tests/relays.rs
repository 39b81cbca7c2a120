//! Forums that carry each other over several nodes, and nodes that witness each other.

use integration_tests::activityrelay::ActivityRelay;
use integration_tests::api::Api;
use integration_tests::database::Database;
use integration_tests::net::Net;
use integration_tests::node::{Node, draft};
use integration_tests::wait;
use serde_json::{Value, json};

use crate::town::{Empty, FORUM, NEIGHBOUR, STRANGER as REGION, TOWN, Town, items};

on_both_databases! {
    what_one_publishes_reaches_the_end_of_a_chain_of_relays_once,
    nodes_witness_each_other_and_a_quorum_is_demanded,
}

pub async fn opens(api: &Api, slug: &str) {
    let forum = json!({"slug": slug, "title": slug, "visibility": "public", "language": "en"});
    api.post("/forums", forum).await.expect(201);
}

/// `slug` carries `source`, once both agree.
pub async fn carries(api: &Api, slug: &str, source: &str) {
    let rule = json!({"source": source, "rule": {"kind": "all", "comments": true}});
    api.post(&format!("/forums/{slug}/relays"), rule).await.expect(201);
    wait::until(&format!("{source} agrees"), async || {
        let relays = items(&api.get(&format!("/forums/{slug}/relays")).await.expect(200));
        relays.iter().any(|it| it["source"] == source && it["state"] == "accepted").then_some(())
    })
    .await;
}

pub async fn relayed(api: &Api, slug: &str) -> (u64, u64) {
    let relays = items(&api.get(&format!("/forums/{slug}/relays")).await.expect(200));
    let count = |name: &str| relays.iter().map(|it| it[name].as_u64().expect("a count")).sum();
    (count("roots"), count("comments"))
}

async fn known(api: &Api, uri: &str) -> bool {
    api.get(&format!("/remote?uri={uri}")).await.json()["received"].is_string()
}

pub async fn becomes_known(api: &Api, uri: &str, wanted: bool) {
    wait::until(&format!("{uri}: known {wanted}"), async || (known(api, uri).await == wanted).then_some(())).await;
}

async fn what_one_publishes_reaches_the_end_of_a_chain_of_relays_once(empty: Empty) {
    let town = Town::founded(empty).await;
    let neighbour = Node::start(&town.net, NEIGHBOUR, empty()).await;
    let region = Node::start(&town.net, REGION, Database::Sqlite).await;
    let (near, far) = (neighbour.admin(), region.admin());
    opens(&near, "neighbours").await;
    opens(&far, "territory").await;
    carries(&near, "neighbours", &format!("@{FORUM}@{TOWN}")).await;
    carries(&far, "territory", &format!("@neighbours@{NEIGHBOUR}")).await;
    // a circle, and an echo
    carries(&town.clerk, FORUM, &format!("@territory@{REGION}")).await;
    carries(&near, "neighbours", &format!("@territory@{REGION}")).await;

    let square = town.asks("Close the square to cars?").await;
    becomes_known(&far, &square.url, true).await;
    let said = town.clerk.post(&format!("/consultations/{}/comments", square.slug), json!({"text": "Yes."})).await;
    let said = said.expect(201);
    let uri = said["uri"].as_str().expect("an address");
    becomes_known(&far, uri, true).await;
    // the debate and its ballot, and one comment: once at each. A copy may come by the thread's collection before the
    // announcement that is passed on.
    wait::until("both have passed on all of it", async || {
        let counts = (relayed(&near, "neighbours").await, relayed(&far, "territory").await);
        (counts == ((2, 1), (2, 1))).then_some(())
    })
    .await;
    assert_eq!(relayed(&town.clerk, FORUM).await, (0, 0), "nobody carries what is its own");
    town.clerk.delete(&format!("/comments/{}", said["id"].as_str().expect("an id"))).await.expect(204);
    becomes_known(&far, uri, false).await;
    becomes_known(&near, uri, false).await;
    let counts = (relayed(&near, "neighbours").await, relayed(&far, "territory").await);
    assert_eq!(counts, ((2, 1), (2, 1)), "nothing was passed on twice");
}

/// `asker` has `other` witness it.
pub async fn witnessed(asker: &Api, other: &Api, host: &str) {
    asker.post("/moderation/witnesses", json!({"host": host, "role": "witness"})).await.expect(201);
    let asked = wait::until("a proposal arrives", async || {
        let all = items(&other.get("/moderation/proposals").await.expect(200));
        all.into_iter().find(|it| it["ours"] == false && it["state"] == "requested")
    })
    .await;
    let path = format!("/moderation/proposals/{}/answer", asked["id"].as_str().expect("an id"));
    other.post(&path, json!({"accept": true})).await.expect(200);
    wait::until("the agreement is known", async || {
        let all = items(&asker.get("/moderation/witnesses").await.expect(200));
        all.iter().any(|it| it["host"] == host && it["role"] == "witness").then_some(())
    })
    .await;
}

/// The key under which a node signs as a witness.
pub async fn vkey(node: &Node) -> String {
    let page = node.admin().get("/moderation/witnesses").await.expect(200);
    page["key"].as_str().expect("a key").to_owned()
}

async fn nodes_witness_each_other_and_a_quorum_is_demanded(empty: Empty) {
    let town = Town::founded(empty).await;
    let neighbour = Node::start(&town.net, NEIGHBOUR, empty()).await;
    witnessed(&town.clerk, &neighbour.admin(), NEIGHBOUR).await;
    let square = town.publishes(draft("Close the square to cars?", json!({"kind": "vote"}))).await;
    let ana = town.node.person("ana").await;
    ana.put(&format!("/consultations/{}/ballot", square.slug), json!({"choice": ["for"]})).await.expect(201);
    let path = format!("/c/{}/log/checkpoint", square.slug);
    let line = format!("— {NEIGHBOUR}/witness ");
    let note = wait::until("the neighbour signs", async || {
        let note = town.node.get(&path, "*/*").await.text;
        (note.lines().nth(1) == Some("1") && note.contains(&line)).then_some(note)
    })
    .await;
    assert!(note.starts_with(&format!("{TOWN}/c/{}\n", square.slug)));
    let key = vkey(&neighbour).await;
    let out = town.node.run(&["verify", &square.url, "--witness", &key, "--json"]).await.expect(0);
    let report: Value = serde_json::from_str(&out).expect("JSON");
    let checks = report["checks"].as_array().expect("checks");
    assert!(checks.iter().any(|check| check["check"] == "witnesses" && check["holds"] == true), "{report}");
    let own = vkey(&town.node).await;
    let missing = town.node.run(&["verify", &square.url, "--witness", &key, "--witness", &own]).await;
    assert_eq!(missing.code, 1, "the node does not witness itself: {}", missing.stdout);
    town.node.run(&["verify", &square.url, "--witness", &key, "--witness", &own, "--quorum", "1"]).await.expect(0);
}

/// Subscribes, and waits until the relay server has said yes.
async fn subscribes(api: &Api, uri: &str, relay: &ActivityRelay) {
    api.post("/moderation/relays", json!({"uri": uri})).await.expect(201);
    wait::until_or(
        || format!("the relay accepts: {}", relay.log()),
        async || {
            let all = items(&api.get("/moderation/relays").await.expect(200));
            all.iter().any(|it| it["direction"] == "out" && it["state"] == "accepted").then_some(())
        },
    )
    .await;
}

/// One node subscribes as Mastodon does, the other as LitePub has it: each hears of what the other publishes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_hear_of_each_other_through_activityrelay() {
    let net = Net::new(&[TOWN, NEIGHBOUR, "relay.test"]);
    let town = Node::start(&net, TOWN, Database::Sqlite).await;
    let neighbour = Node::start(&net, NEIGHBOUR, Database::Sqlite).await;
    let relay = ActivityRelay::start(&net, "relay.test").await;
    let (near, far) = (town.admin(), neighbour.admin());
    opens(&near, FORUM).await;
    subscribes(&near, "http://relay.test/inbox", &relay).await;
    subscribes(&far, "http://relay.test/actor", &relay).await;
    let path = format!("/forums/{FORUM}/consultations");
    let made = near.post(&path, draft("Close the square?", json!({"kind": "vote"}))).await.expect(201);
    near.post(&format!("/consultations/{}/publish", made["slug"].as_str().expect("a slug")), json!({}))
        .await
        .expect(200);
    becomes_known(&far, made["url"].as_str().expect("an address"), true).await;
}
