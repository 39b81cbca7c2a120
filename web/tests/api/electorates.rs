//! Who may vote: lists, codes, members, and what one is told before choosing.

use axum::http::Method;
use model::both_databases;
use model::count::ballot::{self, Voter};
use model::debate::consultation;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Desk, items};

fn electorate(more: Value) -> Value {
    let mut all = json!({"tiers": ["member", "open"], "official": "member"});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

both_databases! {
    async fn a_list_is_kept_replaced_claimed_and_locked(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "rue", "title": "Rue"})).await.is(201);
        let roll = "/forums/rue/lists/roll";
        let unknown = desk.draft_with("electorate", electorate(json!({"list": "roll"})));
        let refused = admin.post("/forums/rue/consultations", unknown.clone()).await.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], "electorate.list");
        let csv = "nom;courriel\nAna;ana@mail.example\nBob;nothing\nCléo;\n";
        let wrong = admin.put(roll, json!({"kind": "email", "csv": csv})).await.refused(422, "invalid");
        let said: Vec<&str> = wrong["errors"].as_array().unwrap().iter().map(|e| e["detail"].as_str().unwrap()).collect();
        assert_eq!(said, ["Line 3 holds no e-mail address.", "Line 4 holds no e-mail address."]);
        let kept = admin.put(roll, json!({"kind": "email", "csv": "email\nana@mail.example\nANA@mail.example"})).await.is(201);
        assert_eq!((&kept["size"], &kept["repeated"]), (&json!(1), &json!(1)));
        let all = admin.get("/forums/rue/lists").await;
        assert!(!all.text.contains("mail.example"), "a list is never shown");
        assert_eq!(items(&all.is(200)).len(), 1);
        let slug = desk.drafts(&admin, "rue", unknown).await;
        let shown = admin.post(&format!("/consultations/{slug}/publish"), json!({})).await.is(200);
        assert_eq!(shown["electorate"], electorate(json!({"requires": "list", "list": "roll"})));
        admin.delete(roll).await.refused(422, "list-in-use");
        admin.put(roll, json!({"kind": "email", "csv": "ana@mail.example\nzoe@mail.example"})).await.is(200);
        let (ana, bob) = (desk.person("ana").await, desk.person("bob").await);
        let asks = format!("/consultations/{slug}/eligibility");
        let on_it = json!({"eligible": true, "tier": "member", "unverified": false, "requires": "list"});
        assert_eq!(ana.get(&asks).await.is(200), on_it);
        let outside = json!({"eligible": true, "tier": "open", "unverified": true, "requires": "list"});
        assert_eq!(bob.get(&asks).await.is(200), outside);
        let ballot = format!("/consultations/{slug}/ballot");
        assert_eq!(ana.put(&ballot, json!({"choice": ["for"]})).await.is(201)["tier"], "member");
        assert_eq!(bob.put(&ballot, json!({"choice": ["for"]})).await.is(201)["tier"], "open");
        admin.put(roll, json!({"kind": "email", "csv": "bob@mail.example"})).await.refused(422, "locked");
        admin.delete(roll).await.refused(422, "locked");
        let change = json!({"electorate": electorate(json!({"requires": "members"}))});
        admin.patch(&format!("/consultations/{slug}"), change).await.refused(422, "locked");
        desk.counts().await;
        let tiers = ana.get(&format!("/consultations/{slug}/results")).await.is(200)["tiers"].clone();
        assert_eq!((&tiers["member"]["voters"], &tiers["open"]["voters"]), (&json!(1), &json!(1)));
    }

    async fn identifiers_are_claimed_and_guessing_is_slow(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "rue", "title": "Rue"})).await.is(201);
        admin.put("/forums/rue/lists/roll", json!({"kind": "identifier", "csv": "A-1001\nA-1002"})).await.is(201);
        let (ana, bob) = (desk.person("ana").await, desk.person("bob").await);
        let claim = "/forums/rue/lists/roll/claim";
        ana.post("/forums/rue/lists/other/claim", json!({"identifier": "A1001"})).await.refused(404, "not-found");
        ana.post(claim, json!({"identifier": "A1001"})).await.is(204);
        for guess in ["A1001", "A1003", "?", "A1004", "A1005", "A1006"] {
            bob.post(claim, json!({"identifier": guess})).await.refused(422, "not-on-list");
        }
        bob.post(claim, json!({"identifier": "A1002"})).await.refused(429, "too-many-requests");
    }

    async fn who_is_outside_is_told_before_choosing(world: World) {
        let desk = Desk::of(world);
        let members = json!({"tiers": ["member"], "official": "member", "requires": "members"});
        let slug = desk.asks("rue", "public", desk.draft_with("electorate", members)).await;
        let ana = desk.person("ana").await;
        let told = ana.get(&format!("/consultations/{slug}/eligibility")).await.is(200);
        assert_eq!((&told["eligible"], &told["tier"], &told["reason"]), (&json!(false), &Value::Null, &json!("not-eligible")));
        ana.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]})).await.refused(422, "not-eligible");
        let admin = desk.admin().await;
        admin.put("/forums/rue/members/ana", json!({"role": "participant"})).await.is(201);
        assert_eq!(ana.get(&format!("/consultations/{slug}/eligibility")).await.is(200)["tier"], "member");
        for wrong in [json!({"requires": "codes", "list": "a"}), json!({"provider": "a"}), json!({"requires": "list"})] {
            let draft = desk.draft_with("electorate", electorate(wrong));
            admin.post("/forums/rue/consultations", draft).await.refused(422, "invalid");
        }
        let unknown = desk.draft_with("electorate", electorate(json!({"requires": "money"})));
        admin.post("/forums/rue/consultations", unknown).await.refused(400, "malformed");
    }

    async fn partners_are_named_and_counted_apart(world: World) {
        let desk = Desk::of(world);
        let all = json!({"tiers": ["open", "member", "partner"], "official": "partner"});
        let slug = desk.asks("rue", "public", desk.draft_with("electorate", all)).await;
        let admin = desk.admin().await;
        let named = admin.put("/peers/Partner.Test.", json!({"policy": "partner"})).await.is(200);
        assert_eq!((&named["host"], &named["policy"]), (&json!("partner.test"), &json!("partner")));
        admin.put("/peers/b%20c", json!({"policy": "partner"})).await.refused(422, "invalid");
        admin.put("/peers/b.test", json!({"policy": "friend"})).await.refused(400, "malformed");
        admin.get("/peers/b.test").await.refused(404, "not-found");
        admin.delete("/peers/b.test").await.refused(404, "not-found");
        let ana = desk.person("ana").await;
        ana.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]})).await.is(201);
        let (bob, eve) = (desk.world.stranger("bob", "partner.test").await, desk.world.stranger("eve", "other.test").await);
        for who in [&bob, &eve] {
            let mut tx = desk.world.store.begin().await.unwrap();
            let view = consultation::view(&mut tx, &slug, None).await.unwrap();
            let voter = Voter::elsewhere(&mut tx, &view.consultation, &view.forum, who).await.unwrap();
            ballot::cast(&mut tx, desk.world.now(), &view.consultation, voter, &["against".to_owned()]).await.unwrap();
            tx.commit().await.unwrap();
        }
        desk.counts().await;
        let results = ana.get(&format!("/consultations/{slug}/results")).await.is(200);
        assert_eq!(results["official"], "partner");
        for (tier, counts) in [("member", [1, 0, 0]), ("partner", [0, 0, 1]), ("open", [0, 0, 1])] {
            let choices = results["tiers"][tier]["choices"].as_array().unwrap();
            let said: Vec<i64> = choices.iter().map(|choice| choice["count"].as_i64().unwrap()).collect();
            assert_eq!(said, counts, "{tier}");
        }
        admin.delete("/peers/partner.test").await.is(204);
        admin.get("/peers/partner.test").await.refused(404, "not-found");
    }

    async fn the_official_tier_is_named_before_anybody_votes(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "rue", "title": "Rue"})).await.is(201);
        for (wrong, field) in [
            (json!({"tiers": ["open"], "official": "member"}), "electorate.official"),
            (json!({"tiers": [], "official": "member"}), "electorate.tiers"),
            (json!({"tiers": ["open"], "official": "open", "requires": "members"}), "electorate.requires"),
        ] {
            let refused = admin.post("/forums/rue/consultations", desk.draft_with("electorate", wrong)).await.refused(422, "invalid");
            assert_eq!(refused["errors"][0]["field"], field);
        }
        let slug = desk.drafts(&admin, "rue", desk.draft()).await;
        let path = format!("/consultations/{slug}");
        admin.post(&format!("{path}/publish"), json!({})).await.is(200);
        let later = json!({"electorate": {"tiers": ["member", "open"], "official": "open"}});
        admin.patch(&path, later.clone()).await.is(200);
        desk.person("ana").await.put(&format!("{path}/ballot"), json!({"choice": ["for"]})).await.is(201);
        let back = json!({"electorate": {"tiers": ["member", "open"], "official": "member"}});
        admin.patch(&path, back).await.refused(422, "locked");
    }

    async fn a_code_takes_part_once(world: World) {
        let desk = Desk::of(world);
        let codes = json!({"tiers": ["member"], "official": "member", "requires": "codes"});
        let slug = desk.asks("rue", "public", desk.draft_with("electorate", codes)).await;
        let (admin, anyone) = (desk.admin().await, desk.anyone());
        let path = format!("/consultations/{slug}/codes");
        for count in [0, 5001] {
            admin.post(&path, json!({"count": count})).await.refused(422, "invalid");
        }
        let key = [("idempotency-key", "codes-1")];
        let made = admin.call(Method::POST, &path, json!({"count": 2}).to_string(), &key).await.is(201);
        let again = admin.call(Method::POST, &path, json!({"count": 2}).to_string(), &key).await.is(201);
        assert_eq!((items(&made).len(), items(&again).len(), &again["issued"]), (2, 0, &json!(2)), "given out once");
        let code = made["items"][0]["code"].as_str().unwrap();
        assert_eq!(made["items"][0]["url"], format!("https://a.test/c/{slug}/once?code={code}"));
        let once = format!("/consultations/{slug}/once");
        anyone.put(&once, json!({"code": "AAAA", "choice": ["for"]})).await.refused(422, "code-invalid");
        anyone.put(&once, json!({"code": code, "choice": ["perhaps"]})).await.refused(422, "unknown-choice");
        anyone.put(&once, json!({"choice": ["for"]})).await.refused(400, "malformed");
        assert_eq!(anyone.post(&once, json!({"code": code})).await.is(200)["ballot"], Value::Null);
        anyone.delete(&once).await.refused(400, "malformed");
        let receipt = anyone.put(&once, json!({"code": code, "choice": ["for"]})).await.is(201);
        assert_eq!((&receipt["tier"], &receipt["choice"]), (&json!("member"), &json!(["for"])));
        let typed = code.to_lowercase().replace('-', " ");
        anyone.put(&once, json!({"code": typed, "choice": ["against"]})).await.is(200);
        desk.counts().await;
        let seen = anyone.post(&once, json!({"code": code})).await.is(200);
        assert_eq!((&seen["ballot"]["choice"], &seen["results"]["tiers"]["member"]["voters"]), (&json!(["against"]), &json!(1)));
        assert_eq!(anyone.get(&format!("/consultations/{slug}/results")).await.is(200)["visible"], false);
        assert_eq!(admin.get(&path).await.is(200), json!({"issued": 2, "used": null}));
        admin.post(&path, json!({"count": 1})).await.refused(422, "locked");
        anyone.call(Method::DELETE, &once, json!({"code": code}).to_string(), &[]).await.is(204);
        anyone.call(Method::DELETE, &once, json!({"code": code}).to_string(), &[]).await.refused(404, "not-found");
        let mut ana_too = desk.person("ana").await.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]})).await;
        ana_too.asked.push_str(" by an account");
        ana_too.refused(422, "not-eligible");
    }

    async fn codes_are_not_guessed_and_open_private_forums_to_their_holders(world: World) {
        let desk = Desk::of(world);
        let codes = json!({"tiers": ["member"], "official": "member", "requires": "codes"});
        let slug = desk.asks("secret", "private", desk.draft_with("electorate", codes)).await;
        let (admin, anyone) = (desk.admin().await, desk.anyone());
        let made = admin.post(&format!("/consultations/{slug}/codes"), json!({"count": 1})).await.is(201);
        let code = made["items"][0]["code"].as_str().unwrap();
        let once = format!("/consultations/{slug}/once");
        anyone.put(&once, json!({"code": "AAAA", "choice": ["for"]})).await.refused(404, "not-found");
        anyone.put(&once, json!({"code": code, "choice": ["for"]})).await.is(201);
        for _ in 0..28 {
            anyone.put("/consultations/nothing/once", json!({"code": code, "choice": ["for"]})).await.refused(404, "not-found");
        }
        anyone.put(&once, json!({"code": code, "choice": ["for"]})).await.refused(429, "too-many-requests");
    }
}
