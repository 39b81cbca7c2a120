//! Nodes that lie: about what others said, with proofs that they took from elsewhere, or about what they counted themselves.

use integration_tests::database::Database;
use integration_tests::node::{Node, draft};
use integration_tests::peer::signed::Flaw;
use integration_tests::peer::{Peer, User};
use integration_tests::wait;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::town::{Empty, FORUM, NEIGHBOUR, Published, STRANGER, TOWN, Town, items};
use crate::two_nodes::{follows, mirrored};

on_both_databases! {
    what_a_liar_passes_on_is_not_believed,
    an_origin_that_alters_its_count_is_found_out,
    a_mirror_that_alters_what_it_keeps_is_found_out_by_what_is_signed,
}

/// Results of one ballot that the neighbour has counted again.
async fn counted(town: &Town, neighbour: &Node, on: &Published) -> Value {
    let (here, there) = (format!("/consultations/{}/results", on.slug), format!("/remote?uri={}", on.url));
    wait::until("the neighbour counts again", async || {
        let results = town.clerk.get(&here).await.expect(200);
        let held = neighbour.admin().get(&there).await.expect(200);
        let same = held["results"]["tiers"] == results["tiers"] && held["results"]["log"] == results["log"];
        (same && held["verified_at"].is_string() && results["log"]["size"] == 1).then(|| results["tiers"].clone())
    })
    .await
}

/// A town with a vote, a ballot and a comment, and a neighbour that has all of it.
async fn known(empty: Empty) -> (Town, Node, Published, Value) {
    let town = Town::founded(empty).await;
    let neighbour = Node::start(&town.net, NEIGHBOUR, Database::Sqlite).await;
    follows(&neighbour.admin()).await;
    let on = town.publishes(draft("Close the square to cars?", json!({"kind": "vote"}))).await;
    mirrored(&neighbour.admin(), &on.url).await;
    let ana = town.node.person("ana").await;
    ana.put(&format!("/consultations/{}/ballot", on.slug), json!({"choice": ["for"]})).await.expect(201);
    let said = town.clerk.post(&format!("/consultations/{}/comments", on.slug), json!({"text": "True words."})).await;
    let said = said.expect(201);
    shows(&neighbour, &on, &["True words."]).await;
    (town, neighbour, on, said["uri"].clone())
}

/// Waits until the neighbour shows these comments and no other.
async fn shows(neighbour: &Node, on: &Published, wanted: &[&str]) {
    let path = format!("/remote/{TOWN}/c/{}/comments", on.slug);
    let wanted: Vec<String> = wanted.iter().map(|words| (*words).to_owned()).collect();
    wait::until(&format!("the neighbour shows {wanted:?}"), async || {
        let all = items(&neighbour.admin().get(&path).await.expect(200));
        let mut words: Vec<String> =
            all.iter().map(|it| it["text"].as_str().unwrap_or_default().trim().to_owned()).collect();
        words.sort();
        (words == wanted).then_some(())
    })
    .await;
}

/// An activity that says to be somebody else's.
fn of(actor: &Value, kind: &str, object: &Value) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams"], "type": kind, "actor": actor, "object": object,
        "id": format!("{}#lie/{kind}", object["id"].as_str().or(object.as_str()).expect("an id")),
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
    })
}

/// The same document with other words or numbers in it; the proof stays.
fn altered(document: &Value, from: &str, to: &str) -> Value {
    let text = document.to_string();
    assert!(text.contains(from), "{from} is not in {text}");
    serde_json::from_str(&text.replace(from, to)).expect("JSON")
}

async fn lies(eve: &User, activity: &Value) {
    let status = eve.sends(&format!("http://{NEIGHBOUR}/inbox"), activity, Flaw::None).await;
    assert!([StatusCode::ACCEPTED, StatusCode::UNAUTHORIZED].contains(&status), "{status} for {activity}");
}

async fn what_a_liar_passes_on_is_not_believed(empty: Empty) {
    let (town, neighbour, on, said) = known(empty).await;
    let tiers = counted(&town, &neighbour, &on).await;
    let eve = Peer::start(&town.net, STRANGER).await;
    let eve = eve.user("eve");
    let (page, note) = (eve.fetches(&on.url).await, eve.fetches(said.as_str().expect("an address")).await);
    let tally = eve.fetches(&format!("{}/tally", on.url)).await;
    assert!(page["proof"].is_object() && tally["proof"].is_object(), "what is altered was proven");
    let forum = json!(format!("http://{TOWN}/f/{FORUM}"));

    let more = altered(&tally, "\"count\":1", "\"count\":98765");
    let other_text = altered(&page, "belongs to everybody", "belongs to nobody");
    let other_words = altered(&note, "True words.", "Other words.");
    let mut invented = altered(&note, "True words.", "Invented words.");
    invented["id"] = json!(format!("{}x", note["id"].as_str().expect("an id")));
    for lie in [
        of(&forum, "Update", &more),
        of(&page["attributedTo"], "Update", &other_text),
        of(&forum, "Announce", &of(&page["attributedTo"], "Update", &other_text)),
        of(&note["attributedTo"], "Update", &other_words),
        of(&note["attributedTo"], "Create", &invented),
        of(&forum, "Announce", &of(&note["attributedTo"], "Create", &invented)),
        of(&note["attributedTo"], "Delete", &json!({"id": note["id"], "type": "Tombstone"})),
        of(&forum, "Announce", &of(&note["attributedTo"], "Delete", &note["id"])),
    ] {
        lies(&eve, &lie).await;
    }
    // What is said last is heard last: by then every lie was dealt with.
    let last = town.clerk.post(&format!("/consultations/{}/comments", on.slug), json!({"text": "Yes, true."})).await;
    last.expect(201);
    shows(&neighbour, &on, &["True words.", "Yes, true."]).await;
    assert_eq!(counted(&town, &neighbour, &on).await, tiers);
    let shown = neighbour.get(&format!("/remote/{TOWN}/c/{}", on.slug), "text/html").await.text;
    assert!(shown.contains("belongs to everybody"), "{shown}");
    for lie in ["nobody", "98,765", "98765", "Other words", "Invented"] {
        assert!(!shown.contains(lie), "{lie}");
    }
}

async fn an_origin_that_alters_its_count_is_found_out(empty: Empty) {
    let (town, neighbour, on, _) = known(empty).await;
    let tiers = counted(&town, &neighbour, &on).await;
    neighbour.run(&["verify", &on.url]).await.expect(0);
    town.node.executes([
        r#"UPDATE tallies SET counts = replace(counts, '"for":1', '"for":7')"#,
        r#"UPDATE tallies SET counts = replace(counts::text, '"for": 1', '"for": 7')::jsonb"#,
    ]);
    let told = neighbour.run(&["verify", &on.url]).await;
    assert!(told.code == 1 && told.stdout.contains("DOES NOT HOLD"), "{}{}", told.stdout, told.stderr);

    // The next ballot is told with the wrong count: the neighbour goes on showing what it could count itself.
    let marc = town.node.person("marc").await;
    marc.put(&format!("/consultations/{}/ballot", on.slug), json!({"choice": ["against"]})).await.expect(201);
    let said = town.clerk.post(&format!("/consultations/{}/comments", on.slug), json!({"text": "Was it you?"})).await;
    said.expect(201);
    shows(&neighbour, &on, &["True words.", "Was it you?"]).await;
    let held = neighbour.admin().get(&format!("/remote?uri={}", on.url)).await.expect(200);
    assert!(held["results"].is_null() || held["results"]["tiers"] == tiers, "{held}");
    let check = town.node.run(&["verify", &on.url]).await;
    assert_eq!(check.code, 1, "it is found out at home too: {}", check.stdout);
}

/// Somebody with the file of the mirror's database writes other things into it: into what is shown of a consultation, and of its
/// comments, or into all that is kept of them.
fn alters(mirror: &Node, all: bool) {
    let said = [("page", "belongs to everybody", "belongs to nobody"), ("note", "True words", "False words")];
    for (kind, from, to) in said {
        let column = |name: &str| format!("{name} = replace({name}, '{from}', '{to}')");
        let columns = if all { format!("{}, {}", column("html"), column("document")) } else { column("html") };
        mirror.alters(&format!("UPDATE mirrors SET {columns} WHERE kind = '{kind}'"));
    }
    for name in ["count", "voters"] {
        let numbers = format!("replace(document, '\"{name}\":1', '\"{name}\":98765')");
        mirror.alters(&format!("UPDATE mirror_tallies SET document = {numbers}"));
    }
}

async fn a_mirror_that_alters_what_it_keeps_is_found_out_by_what_is_signed(empty: Empty) {
    let (town, mut neighbour, on, _) = known(empty).await;
    let tiers = counted(&town, &neighbour, &on).await;
    let path = format!("/remote/{TOWN}/c/{}", on.slug);
    let there = format!("http://{NEIGHBOUR}{path}");
    let shown = async |neighbour: &Node| neighbour.get(&path, "text/html").await.text;
    town.node.run(&["verify", &there]).await.expect(0);

    // While it runs: the page lies, and whoever asks both nodes finds it out. Numbers that nobody signed are not even shown.
    alters(&neighbour, false);
    let page = shown(&neighbour).await;
    assert!(page.contains("belongs to nobody") && !page.contains("98,765") && !page.contains("98765"), "{page}");
    let held = neighbour.admin().get(&format!("/remote?uri={}", on.url)).await.expect(200);
    assert!(held["results"].is_null(), "{held}");
    let told = town.node.run(&["verify", &there]).await;
    assert!(told.code == 1 && told.stdout.contains("DOES NOT HOLD"), "{}{}", told.stdout, told.stderr);

    // It looks for itself as it starts, and finds what was done meanwhile to all that it keeps.
    assert_eq!(neighbour.stop().await, Some(0));
    alters(&neighbour, true);
    neighbour.resume().await;
    let found = format!("what was kept here was not what {TOWN} has signed");
    wait::until("the neighbour finds it out", async || shown(&neighbour).await.contains(&found).then_some(())).await;
    shows(&neighbour, &on, &["True words."]).await;
    let page = shown(&neighbour).await;
    assert!(page.contains("belongs to everybody") && !page.contains("belongs to nobody"), "{page}");
    town.node.run(&["verify", &there]).await.expect(0);

    // The next ballot has the results counted again from the log of the origin.
    let marc = town.node.person("marc").await;
    marc.put(&format!("/consultations/{}/ballot", on.slug), json!({"choice": ["against"]})).await.expect(201);
    wait::until("the neighbour counts again", async || {
        let results = town.clerk.get(&format!("/consultations/{}/results", on.slug)).await.expect(200);
        let held = neighbour.admin().get(&format!("/remote?uri={}", on.url)).await.expect(200);
        (held["results"]["tiers"] == results["tiers"] && results["tiers"] != tiers).then_some(())
    })
    .await;
}
