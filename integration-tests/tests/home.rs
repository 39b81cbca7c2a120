//! People of one node take part in the consultations of another, without leaving home; a third one watches. The origin runs
//! on one database, home on the other, so that both are mixed.

use integration_tests::api::Api;
use integration_tests::database::Database;
use integration_tests::node::{Node, draft};
use integration_tests::wait;
use serde_json::{Value, json};

use crate::town::{Empty, FORUM, NEIGHBOUR, Published, STRANGER, TOWN, Town, counts, items};

on_both_databases! {
    ballots_of_every_method_are_cast_from_home,
    an_origin_that_is_down_gets_everything_once_when_it_is_back,
    comments_and_opinions_go_out_from_home_and_deletions_reach,
    a_lying_mirror_is_found_out,
    a_partner_vouches_for_its_people,
    results_that_the_origin_hides_are_shown_nowhere,
}

/// A town, a node whose people take part in it, and one that watches.
struct Region {
    town: Town,
    home: Node,
    watcher: Node,
}

impl Region {
    async fn of(empty: Empty) -> Self {
        let town = Town::founded(empty).await;
        let home = Node::start(&town.net, NEIGHBOUR, Database::Sqlite).await;
        let watcher = Node::start(&town.net, STRANGER, empty()).await;
        for node in [&home, &watcher] {
            let clerk = node.admin();
            clerk.post("/follows", json!({"target": format!("@{FORUM}@{TOWN}")})).await.expect(201);
            wait::until("the follow is accepted", async || {
                let follows = items(&clerk.get("/follows").await.expect(200));
                follows.iter().any(|follow| follow["state"] == "accepted").then_some(())
            })
            .await;
        }
        Self { town, home, watcher }
    }

    /// Publishes, and waits until both others have it.
    async fn publishes(&self, method: Value) -> Published {
        let title = format!("A question asked by {}", method["kind"].as_str().expect("a kind"));
        let made = self.town.publishes(draft(&title, method)).await;
        for node in [&self.home, &self.watcher] {
            known(&node.admin(), &made.url).await;
        }
        made
    }
}

/// What a node knows of an address, once it does.
async fn known(api: &Api, uri: &str) -> Value {
    wait::until(&format!("{uri} is known"), async || {
        let answer = api.get(&format!("/remote?uri={uri}")).await;
        answer.status.is_success().then(|| answer.json()).filter(|found| found["local_url"].is_string())
    })
    .await
}

fn at(of: &Published) -> String {
    format!("/remote/{TOWN}/c/{}", of.slug)
}

/// Waits until one's ballot stands so.
async fn becomes(api: &Api, of: &Published, state: &str) -> Value {
    let path = format!("{}/ballot", at(of));
    wait::until(&format!("the ballot on {} is {state}", of.slug), async || {
        let answer = api.get(&path).await;
        answer.status.is_success().then(|| answer.json()).filter(|ballot| ballot["state"] == state)
    })
    .await
}

async fn votes(api: &Api, of: &Published, choice: Value) -> Value {
    let sent = api.put(&format!("{}/ballot", at(of)), json!({"choice": choice})).await.expect(202);
    assert!(["waiting", "sent", "accepted"].contains(&sent["state"].as_str().expect("a state")), "{sent}");
    sent
}

/// Waits until what a node has counted again is what the origin says.
async fn shows_what_the_origin_counts(api: &Api, town: &Town, of: &Published) {
    wait::until(&format!("{} is verified", of.slug), async || {
        let results = town.clerk.get(&format!("/consultations/{}/results", of.slug)).await.expect(200);
        let held = api.get(&format!("/remote?uri={}", of.url)).await.expect(200);
        let same = held["results"]["tiers"] == results["tiers"] && held["results"]["log"] == results["log"];
        (same && held["verified_at"].is_string()).then_some(())
    })
    .await;
}

async fn ballots_of_every_method_are_cast_from_home(empty: Empty) {
    let region = Region::of(empty).await;
    let ana = region.home.person("ana").await;
    for (method, first, second) in [
        (json!({"kind": "vote"}), json!(["for"]), json!(["against"])),
        (json!({"kind": "poll", "options": ["A", "B", "C"], "multiple": true}), json!(["o1", "o3"]), json!(["o2"])),
        (json!({"kind": "scale", "min": 0, "max": 50, "step": 25}), json!(["25"]), json!(["50"])),
        (json!({"kind": "ranking", "options": ["A", "B", "C"]}), json!(["o2", "o1"]), json!(["o3", "o1", "o2"])),
        (json!({"kind": "articles"}), json!(["a1:for"]), json!(["a1:against"])),
        (json!({"kind": "support", "goal": 10}), json!(["support"]), json!(["support"])),
    ] {
        let kind = method["kind"].as_str().expect("a kind").to_owned();
        let on = region.publishes(method).await;
        let path = format!("{}/ballot", at(&on));
        ana.get(&path).await.refused(404, "not-found");
        votes(&ana, &on, first.clone()).await;
        let accepted = becomes(&ana, &on, "accepted").await;
        assert_eq!((&accepted["choice"], &accepted["assurance"]), (&first, &json!("email")), "{kind}");
        assert_eq!(accepted["receipt"]["consultation"], on.url.as_str(), "{kind}");
        votes(&ana, &on, second.clone()).await;
        let accepted = becomes(&ana, &on, "accepted").await;
        assert_eq!(accepted["receipt"]["choice"], second, "{kind}");
        let proven = wait::until(&format!("the receipt of {kind} is in the log"), async || {
            let ballot = ana.get(&path).await.expect(200);
            assert!(ballot["checked"]["fault"].is_null(), "{ballot}");
            ballot["checked"]["index"].is_number().then_some(ballot)
        })
        .await;
        assert!(proven["checked"]["checkpoint"].is_string() && proven["checked"]["signed_at"].is_string());
        let open = region.town.clerk.get(&format!("/consultations/{}/results", on.slug)).await.expect(200);
        assert_eq!(open["tiers"]["open"]["voters"], 1, "{kind}");
        for node in [&region.home, &region.watcher] {
            shows_what_the_origin_counts(&node.admin(), &region.town, &on).await;
        }
        let gone = ana.delete(&path).await.expect(202);
        assert_eq!(gone["choice"], json!([]), "{kind}");
        wait::until("the withdrawal is confirmed", async || {
            (ana.get(&path).await.status.as_u16() == 404).then_some(())
        })
        .await;
        ana.delete(&path).await.refused(404, "not-found");
        region.town.counts_become(&on, "open", &vec![0; counts(&open, "open").len()]).await;
    }
    let on = region.publishes(json!({"kind": "vote"})).await;
    let wrong = ana.put(&format!("{}/ballot", at(&on)), json!({"choice": ["nothing"]})).await;
    wrong.refused(422, "unknown-choice");
}

async fn an_origin_that_is_down_gets_everything_once_when_it_is_back(empty: Empty) {
    let mut region = Region::of(empty).await;
    let on = region.publishes(json!({"kind": "vote"})).await;
    let (ana, marc) = (region.home.person("ana").await, region.home.person("marc").await);
    region.town.node.kill().await;
    votes(&ana, &on, json!(["for"])).await;
    votes(&ana, &on, json!(["against"])).await;
    votes(&marc, &on, json!(["for"])).await;
    let said = ana.post(&format!("{}/comments", at(&on)), json!({"text": "From across the river."})).await.expect(201);
    assert_eq!(said["sending"], "waiting");
    assert_eq!(ana.get(&format!("{}/ballot", at(&on))).await.expect(200)["state"], "waiting");
    let page = region.home.get(&at(&on), "text/html").await;
    assert!(page.text.contains("Waiting for a.test") && page.text.contains("From across the river."), "{}", page.text);
    // home itself is killed too, and loses nothing
    region.home.kill().await;
    region.home.resume().await;
    region.town.node.resume().await;
    region.town.counts_become(&on, "open", &[1, 0, 1]).await;
    region.town.comment(&on, "across the river").await;
    becomes(&ana, &on, "accepted").await;
    becomes(&marc, &on, "accepted").await;
    for node in [&region.home, &region.watcher] {
        shows_what_the_origin_counts(&node.admin(), &region.town, &on).await;
        let comments = wait::until("the comment is everywhere", async || {
            let all = items(&node.admin().get(&format!("{}/comments", at(&on))).await.expect(200));
            (!all.is_empty()).then_some(all)
        })
        .await;
        assert_eq!(comments.len(), 1, "{comments:?}");
    }
    assert_eq!(region.town.comments(&on).await.len(), 1);
    let verified = region.home.run(&["verify", &on.url]).await;
    verified.expect(0);
}

async fn comments_and_opinions_go_out_from_home_and_deletions_reach(empty: Empty) {
    let region = Region::of(empty).await;
    let on = region.publishes(json!({"kind": "vote"})).await;
    let (ana, marc) = (region.home.person("ana").await, region.home.person("marc").await);
    let comments = format!("{}/comments", at(&on));
    let first = ana.post(&comments, json!({"text": "The first of all."})).await.expect(201);
    let there = region.town.comment(&on, "first of all").await;
    assert_eq!(there["uri"], first["uri"]);
    let reply = marc.post(&comments, json!({"text": "An answer to it.", "parent": first["id"]})).await.expect(201);
    let answer = region.town.comment(&on, "answer to it").await;
    assert_eq!(answer["parent"], there["id"]);
    let at_watcher = |words: &'static str| {
        let (admin, comments) = (region.watcher.admin(), comments.clone());
        async move {
            wait::until(&format!("the watcher has {words:?}"), async || {
                let all = items(&admin.get(&comments).await.expect(200));
                all.into_iter().find(|it| it["text"].as_str().is_some_and(|text| text.contains(words)))
            })
            .await
        }
    };
    at_watcher("first of all").await;
    at_watcher("answer to it").await;

    let id = first["id"].as_str().expect("a key");
    marc.put(&format!("/comments/{id}/reaction"), json!({"value": 1})).await.expect(201);
    ana.put(&format!("/comments/{id}/reaction"), json!({"value": 1})).await.refused(403, "not-allowed");
    let opinions = async |agrees: u64, disagrees: u64| {
        wait::until(&format!("{agrees} agree, {disagrees} do not"), async || {
            let it = region.town.comment(&on, "of all").await;
            (it["agrees"] == agrees && it["disagrees"] == disagrees).then_some(())
        })
        .await;
    };
    opinions(1, 0).await;
    marc.put(&format!("/comments/{id}/reaction"), json!({"value": -1})).await.expect(200);
    opinions(0, 1).await;
    marc.delete(&format!("/comments/{id}/reaction")).await.expect(204);
    opinions(0, 0).await;

    ana.patch(&format!("/comments/{id}"), json!({"text": "The first of all, put better."})).await.expect(200);
    region.town.comment(&on, "put better").await;
    at_watcher("put better").await;
    marc.patch(&format!("/comments/{id}"), json!({"text": "Not mine."})).await.refused(403, "not-allowed");

    let reply = reply["id"].as_str().expect("a key");
    marc.delete(&format!("/comments/{reply}")).await.expect(204);
    for (api, path) in [
        (region.town.clerk.clone(), format!("/consultations/{}/comments", on.slug)),
        (region.home.admin(), comments.clone()),
        (region.watcher.admin(), comments.clone()),
    ] {
        wait::until(&format!("it is gone at {path}"), async || {
            let all = items(&api.get(&path).await.expect(200));
            (!all.iter().any(|it| it["text"].as_str().is_some_and(|text| text.contains("answer")))).then_some(())
        })
        .await;
    }
}

async fn a_lying_mirror_is_found_out(empty: Empty) {
    let region = Region::of(empty).await;
    let on = region.publishes(json!({"kind": "vote"})).await;
    let ana = region.home.person("ana").await;
    votes(&ana, &on, json!(["for"])).await;
    becomes(&ana, &on, "accepted").await;
    let admin = region.home.admin();
    shows_what_the_origin_counts(&admin, &region.town, &on).await;
    let page = region.home.get(&at(&on), "text/html").await.text;
    assert!(page.contains("counted these results again"), "{page}");

    // whoever runs the mirror puts other numbers into what it keeps
    region.home.alters("UPDATE mirror_tallies SET document = replace(document, '\"count\":1', '\"count\":98765')");
    let page = region.home.get(&at(&on), "text/html").await.text;
    assert!(!page.contains("98,765") && !page.contains("counted these results again"), "{page}");
    let held = admin.get(&format!("/remote?uri={}", on.url)).await.expect(200);
    assert!(held["results"].is_null(), "{held}");

    // the next vote has it counted again
    let marc = region.home.person("marc").await;
    votes(&marc, &on, json!(["against"])).await;
    becomes(&marc, &on, "accepted").await;
    shows_what_the_origin_counts(&admin, &region.town, &on).await;
}

async fn a_partner_vouches_for_its_people(empty: Empty) {
    let region = Region::of(empty).await;
    let clerk = &region.town.clerk;
    clerk.put(&format!("/peers/{NEIGHBOUR}"), json!({"policy": "partner"})).await.expect(200);
    let electorate = json!({"tiers": ["member", "partner", "open"], "official": "member"});
    let mut draft = draft("Who may park here?", json!({"kind": "vote"}));
    draft["electorate"] = electorate;
    let on = region.town.publishes(draft).await;
    known(&region.home.admin(), &on.url).await;
    known(&region.watcher.admin(), &on.url).await;
    let (ana, eve) = (region.home.person("ana").await, region.watcher.person("eve").await);
    votes(&ana, &on, json!(["for"])).await;
    votes(&eve, &on, json!(["against"])).await;
    assert_eq!(becomes(&ana, &on, "accepted").await["receipt"]["tier"], "partner");
    assert_eq!(becomes(&eve, &on, "accepted").await["receipt"]["tier"], "open");
    region.town.counts_become(&on, "partner", &[1, 0, 0]).await;
    region.town.counts_become(&on, "open", &[0, 0, 1]).await;
    shows_what_the_origin_counts(&region.home.admin(), &region.town, &on).await;
    region.home.run(&["verify", &on.url]).await.expect(0);
}

async fn results_that_the_origin_hides_are_shown_nowhere(empty: Empty) {
    let region = Region::of(empty).await;
    let mut draft = draft("A secret until the end", json!({"kind": "vote"}));
    draft["results"] = json!("after_close");
    let on = region.town.publishes(draft).await;
    known(&region.home.admin(), &on.url).await;
    let ana = region.home.person("ana").await;
    votes(&ana, &on, json!(["for"])).await;
    let accepted = becomes(&ana, &on, "accepted").await;
    assert!(accepted["receipt"]["log"].get("index").is_none(), "{accepted}");
    wait::until("the signature of the receipt is checked", async || {
        let ballot = ana.get(&format!("{}/ballot", at(&on))).await.expect(200);
        ballot["checked"]["signed_at"].is_string().then_some(())
    })
    .await;
    let held = ana.get(&format!("/remote?uri={}", on.url)).await.expect(200);
    assert!(held["results"].is_null(), "{held}");
    let page = region.home.get(&at(&on), "text/html").await.text;
    assert!(!page.contains("id=\"results\"") && page.contains("keeps the results"), "{page}");

    region.town.clerk.post(&format!("/consultations/{}/close", on.slug), json!({})).await.expect(200);
    shows_what_the_origin_counts(&region.home.admin(), &region.town, &on).await;
    let proven = ana.get(&format!("{}/ballot", at(&on))).await.expect(200);
    assert_eq!(proven["checked"]["index"], 0, "{proven}");
    let late = ana.put(&format!("{}/ballot", at(&on)), json!({"choice": ["against"]})).await;
    late.refused(422, "closed");
}
