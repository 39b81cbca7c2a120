//! What moderators do over the API, and what people report to them.

use model::both_databases;
use model::people::role::Role;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Desk, all, items};

both_databases! {
    async fn a_debate_is_closed_and_opened_and_a_consultation_pinned(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        let (at, lock, pin) = (format!("/consultations/{slug}"), format!("/consultations/{slug}/lock"), format!("/consultations/{slug}/pin"));
        let open = ana.get(&at).await.is(200);
        assert_eq!((&open["pinned"], open.get("locked")), (&json!(false), None));
        assert_eq!(admin.put(&lock, json!({"reason": "Tout est dit"})).await.is(200)["locked"], "Tout est dit");
        ana.post(&format!("{at}/comments"), json!({"text": "Encore"})).await.refused(422, "comments-closed");
        assert_eq!(ana.get(&at).await.is(200)["locked"], "Tout est dit");
        admin.delete(&lock).await.is(204);
        ana.post(&format!("{at}/comments"), json!({"text": "Encore"})).await.is(201);
        assert_eq!(admin.put(&pin, json!({})).await.is(200)["pinned"], true);
        admin.delete(&pin).await.is(204);
        admin.delete(&pin).await.refused(404, "not-found");
        admin.put(&lock, json!({"reason": ""})).await.refused(422, "invalid");
        admin.put(&lock, json!({})).await.refused(400, "malformed");
    }

    async fn somebody_is_excluded_and_let_in_again(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, eve) = (desk.admin().await, desk.person("eve").await);
        desk.world.stranger("bob", "b.test").await;
        let comments = format!("/consultations/{slug}/comments");
        eve.post(&comments, json!({"text": "Insulte"})).await.is(201);
        for person in ["eve", "@eve@a.test", "https://a.test/u/eve"] {
            let new = json!({"person": person, "reason": "Insultes", "remove_comments": true});
            let ban = admin.post("/forums/rue/bans", new).await.is(201);
            assert_eq!((&ban["person"]["handle"], &ban["until"]), (&json!("@eve@a.test"), &Value::Null));
        }
        let far = json!({"person": "@bob@b.test", "reason": "Spam", "until": "2026-12-31T00:00:00Z"});
        admin.post("/forums/rue/bans", far).await.is(201);
        eve.post(&comments, json!({"text": "Encore"})).await.refused(403, "banned");
        assert_eq!(items(&admin.get(&comments).await.is(200))[0]["state"], "hidden");
        let list = admin.get("/forums/rue/bans").await.is(200);
        assert_eq!(items(&list).len(), 2);
        let id = items(&list).iter().find(|one| one["person"]["name"] == "eve").unwrap()["id"].as_str().unwrap().to_owned();
        admin.delete(&format!("/forums/rue/bans/{id}")).await.is(204);
        eve.post(&comments, json!({"text": "Pardon"})).await.is(201);
        let admina = json!({"person": "admina", "reason": "Non"});
        admin.post("/forums/rue/bans", admina).await.refused(403, "not-allowed");
        admin.post("/forums/rue/bans", json!({"person": "nobody", "reason": "Non"})).await.refused(422, "invalid");
        let past = json!({"person": "eve", "reason": "Non", "until": "2020-01-01T00:00:00Z"});
        admin.post("/forums/rue/bans", past).await.refused(422, "invalid");
    }

    async fn a_report_is_read_decided_and_its_outcome_told(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (eve, ana, paul) = (desk.person("eve").await, desk.person("ana").await, desk.person("paul").await);
        let mona = desk.world.account_with_role("mona", Role::Moderator).await;
        let mona = desk.as_account(&mona).await;
        let comments = format!("/consultations/{slug}/comments");
        let said = eve.post(&comments, json!({"text": "Insulte"})).await.is(201);
        let report = format!("/comments/{}/report", said["id"].as_str().unwrap());
        let mine = ana.post(&report, json!({"reason": "abuse"})).await.is(201);
        assert_eq!((&mine["target"], &mine["state"]), (&said["uri"], &json!("open")));
        ana.post(&report, json!({"reason": "abuse"})).await.refused(422, "already-reported");
        ana.post(&report, json!({"reason": "other"})).await.refused(422, "invalid");
        ana.post(&report, json!({"reason": "colour"})).await.refused(400, "malformed");
        for n in 0..3 {
            let who = desk.person(&format!("voisin{n}")).await;
            who.post(&report, json!({"reason": "other", "text": "Non"})).await.is(201);
        }
        paul.get("/moderation/reports").await.refused(403, "not-allowed");
        let open = all(&mona, "/moderation/reports").await;
        assert_eq!((open.len(), &open[0]["reporter"]["handle"], &open[0]["host"]), (4, &json!("@ana@a.test"), &Value::Null));
        let decide = format!("/moderation/reports/{}/decide", mine["id"].as_str().unwrap());
        let decision = json!({"decision": "remove", "reason": "Insulte"});
        paul.post(&decide, decision.clone()).await.refused(403, "not-allowed");
        mona.post(&decide, json!({"decision": "remove", "reason": ""})).await.refused(422, "invalid");
        assert_eq!(mona.post(&decide, decision.clone()).await.is(200)["state"], "removed");
        mona.post(&decide, decision).await.refused(422, "already-decided");
        assert!(items(&mona.get("/moderation/reports").await.is(200)).is_empty(), "all four are settled");
        assert_eq!(all(&mona, "/moderation/reports?state=removed").await.len(), 4);
        let own = ana.get("/me/reports").await.is(200);
        assert_eq!((&items(&own)[0]["state"], &items(&own)[0]["verdict"]), (&json!("removed"), &json!("Insulte")));
        assert_eq!(items(&paul.get(&comments).await.is(200))[0]["state"], "hidden");
    }

    async fn an_administrator_reads_where_ballots_come_from(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        for name in ["ana", "bea", "cyd"] {
            desk.person(name).await.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]})).await.is(201);
        }
        let admin = desk.admin().await;
        let origins = admin.get(&format!("/consultations/{slug}/audit")).await.is(200);
        assert_eq!(items(&origins).iter().map(|one| one["voters"].as_i64().unwrap()).sum::<i64>(), 3);
        assert!(items(&origins).iter().all(|one| one["host"].is_null() && one["tier"] == "member" && one.get("choice").is_none()));
        let voters = all(&admin, &format!("/consultations/{slug}/audit/voters?host=a.test")).await;
        assert_eq!(voters.len(), 3);
        let voter = voters[0]["voter"].as_str().unwrap();
        let path = format!("/consultations/{slug}/ballots/{voter}");
        let why = json!({"reason": "Bourrage"}).to_string();
        admin.call(axum::http::Method::DELETE, &path, why, &[]).await.is(204);
        assert_eq!(all(&admin, &format!("/consultations/{slug}/audit/voters?host=a.test")).await.len(), 2);
        assert!(items(&admin.get(&format!("/consultations/{slug}/audit/voters?host=b.test")).await.is(200)).is_empty());
        admin.get(&format!("/consultations/{slug}/audit/voters")).await.refused(400, "malformed");
    }
}
