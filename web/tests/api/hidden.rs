//! Hidden results: no number before they may be seen.

use axum::http::Method;
use model::both_databases;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Caller, Desk};

fn holds_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Array(items) => items.iter().any(holds_number),
        Value::Object(fields) => fields.values().any(holds_number),
        _ => false,
    }
}

/// Whether the caller sees results, at both addresses.
async fn sees(who: &Caller, slug: &str) -> bool {
    let api = who.get(&format!("/consultations/{slug}/results")).await.is(200);
    let file = who.raw(Method::GET, &format!("/c/{slug}/results.json"), String::new(), &[]).await.is(200);
    assert_eq!(api, file);
    let visible = api["visible"] == true;
    assert_eq!(holds_number(&api), visible, "{api}");
    assert_eq!(api.get("log").is_some(), visible, "{api}");
    assert_eq!(api.get("tiers").is_some(), visible, "{api}");
    visible
}

/// The octets given are those whose hash the proof signs.
async fn proves(desk: &Desk, options: &Value, octets: &str) {
    let mut options = options.clone();
    let signature = options["proofValue"].take();
    options.as_object_mut().unwrap().remove("proofValue");
    let mut document: Value = octets.parse().unwrap();
    document["proof"] = options;
    document["proof"]["proofValue"] = signature;
    let mut conn = desk.world.store.conn().await.unwrap();
    let key = model::count::log::known_signer(&mut conn, &desk.world.address).await.unwrap().public();
    model::people::proof::check(&document, &key).unwrap();
    assert_eq!(model::people::proof::canonical(&document).unwrap(), octets.as_bytes());
}

both_databases! {
    async fn what_is_held_is_not_given_again_and_tells_nothing_of_ballots(world: World) {
        let desk = Desk::of(world);
        let (voter, anyone) = (desk.person("ana").await, desk.anyone());
        let slug = desk.asks("mobility", "public", desk.draft_with("results", json!("after_close"))).await;
        let path = format!("/consultations/{slug}/results");
        let first = anyone.get(&path).await;
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        let held = [("if-none-match", tag.as_str())];
        let again = anyone.call(Method::GET, &path, String::new(), &held).await;
        assert_eq!((again.status.as_u16(), again.text.as_str(), again.headers["etag"].to_str().unwrap()), (304, "", tag.as_str()));
        voter.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]})).await.is(201);
        desk.counts().await;
        assert_eq!(anyone.call(Method::GET, &path, String::new(), &held).await.status.as_u16(), 304, "as if nobody had voted");
        desk.admin().await.post(&format!("/consultations/{slug}/close"), json!({})).await.is(200);
        assert_eq!(anyone.call(Method::GET, &path, String::new(), &held).await.is(200)["visible"], true);
        desk.counts().await;
        let (json, jcs) = (format!("/c/{slug}/results.json"), format!("/c/{slug}/results.jcs"));
        let mut signed = anyone.raw(Method::GET, &json, String::new(), &[]).await.is(200);
        let canonical = anyone.raw(Method::GET, &jcs, String::new(), &[]).await;
        let options = signed["proof"].take();
        signed.as_object_mut().unwrap().remove("proof");
        assert_eq!(signed["final"], true);
        assert_eq!(canonical.text.parse::<Value>().unwrap(), signed);
        assert!(!canonical.text.contains(": ") && canonical.text.find("\"consultation\"") < canonical.text.find("\"tiers\""));
        proves(&desk, &options, &canonical.text).await;
    }

    async fn results_show_to_those_who_may_see_them(world: World) {
        let desk = Desk::of(world);
        let (voter, other) = (desk.person("ana").await, desk.person("ben").await);
        let admin = desk.admin().await;
        for (results, anyone, voted) in [("live", true, true), ("after_vote", false, true), ("after_close", false, false)] {
            let forum = format!("forum-{}", results.replace('_', "-"));
            let slug = desk.asks(&forum, "public", desk.draft_with("results", json!(results))).await;
            assert_eq!(sees(&voter, &slug).await, anyone, "{results}: before voting");
            voter.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]})).await.is(201);
            desk.counts().await;
            for who in [&desk.anyone(), &other, &admin] {
                assert_eq!(sees(who, &slug).await, anyone, "{results}");
            }
            assert_eq!(sees(&voter, &slug).await, voted, "{results}: the voter");
            voter.delete(&format!("/consultations/{slug}/ballot")).await.is(204);
            assert_eq!(sees(&voter, &slug).await, anyone, "{results}: the ballot is withdrawn");
            voter.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["against"]})).await.is(201);
            admin.post(&format!("/consultations/{slug}/close"), json!({})).await.is(200);
            assert!(sees(&desk.anyone(), &slug).await, "{results}: closed");
            let closed = desk.anyone().get(&format!("/consultations/{slug}/results")).await.is(200);
            assert_eq!((&closed["final"], &closed["state"], &closed["official"]), (&json!(true), &json!("closed"), &json!("member")));
            let counts = |tier: &str| -> Vec<i64> {
                let choices = closed["tiers"][tier]["choices"].as_array().unwrap();
                choices.iter().map(|choice| choice["count"].as_i64().unwrap()).collect()
            };
            assert_eq!((counts("member"), counts("open")), (vec![0, 0, 1], vec![0, 0, 0]));
        }
    }
}
