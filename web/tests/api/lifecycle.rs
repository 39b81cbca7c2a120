//! What becomes of a consultation once it is published: extended, corrected, cancelled, concluded, archived.

use std::time::Duration;

use axum::http::Method;
use model::both_databases;
use model::count::check;
use model::debate::consultation;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Caller, Desk, items};

const DAY: Duration = Duration::from_secs(86_400);

fn later(desk: &Desk, days: u32) -> String {
    desk.world.now().plus(DAY * days).to_string()
}

async fn changes(who: &Caller, slug: &str) -> Vec<Value> {
    items(&who.get(&format!("/consultations/{slug}/changes")).await.is(200)).to_vec()
}

async fn page(desk: &Desk, slug: &str) -> String {
    desk.anyone().raw(Method::GET, &format!("/c/{slug}"), String::new(), &[("accept-language", "fr")]).await.text
}

both_databases! {
    async fn what_is_locked_names_the_call_to_use_instead(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        let path = format!("/consultations/{slug}");
        let later = json!({"closes_at": later(&desk, 30)});
        assert_eq!(admin.patch(&path, later.clone()).await.refused(422, "locked")["instead"], "extend");
        assert_eq!(admin.delete(&path).await.refused(422, "locked")["instead"], "cancel");
        // Before the first ballot words change freely.
        admin.patch(&path, json!({"text": "La place devient calme."})).await.is(200);
        ana.put(&format!("{path}/ballot"), json!({"choice": ["for"]})).await.is(201);
        for (change, instead) in [
            (json!({"title": "Ouvrir la place ?"}), "correct"),
            (json!({"text": "Autre chose."}), "correct"),
            (json!({"brief": {"what": "Rien"}}), "correct"),
            (json!({"method": {"kind": "support"}}), "cancel"),
            (json!({"electorate": {"tiers": ["member"], "official": "member"}}), "cancel"),
            (json!({"results": "live"}), "cancel"),
            (later, "extend"),
        ] {
            assert_eq!(admin.patch(&path, change.clone()).await.refused(422, "locked")["instead"], instead, "{change}");
        }
        admin.patch(&path, json!({"tags": ["place"], "answer_by": null})).await.is(200);
        admin.post(&format!("{path}/close"), json!({})).await.is(200);
        assert_eq!(admin.patch(&path, json!({"summary": "Non"})).await.refused(422, "locked")["instead"], "outcome");
    }

    async fn an_extension_moves_the_end_and_says_why(world: World) {
        let desk = Desk::of(world);
        let mut draft = desk.draft();
        draft["answer_by"] = later(&desk, 8).into();
        let slug = desk.asks("rue", "public", draft).await;
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        let path = format!("/consultations/{slug}/extend");
        let body = json!({"closes_at": later(&desk, 14), "reason": "La réunion est reportée."});
        let shown = admin.post(&path, body.clone()).await.is(200);
        assert_eq!((&shown["closes_at"], &shown["answer_by"]), (&json!(later(&desk, 14)), &json!(later(&desk, 15))));
        assert!(shown["edited_at"].is_string());
        let told = changes(&desk.anyone(), &slug).await;
        assert_eq!(told, [json!({
            "kind": "extended", "reason": "La réunion est reportée.", "at": desk.world.now().to_string(),
            "closes_at": {"from": later(&desk, 7), "to": later(&desk, 14)},
            "answer_by": {"from": later(&desk, 8), "to": later(&desk, 15)},
        })]);
        let comments = admin.get(&format!("/consultations/{slug}/comments")).await.is(200);
        let said = &items(&comments)[0];
        assert!(said["official"] == true && said["text"].as_str().unwrap().contains("> La réunion est reportée."), "{said}");
        assert!(page(&desk, &slug).await.contains("La réunion est reportée."));
        desk.world.passes(DAY * 8).await;
        ana.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]})).await.is(201);
        for (body, status, code) in [
            (json!({"closes_at": later(&desk, 1), "reason": "x"}), 422, "invalid"),
            (json!({"closes_at": later(&desk, 20), "reason": " "}), 422, "invalid"),
            (json!({"closes_at": later(&desk, 20), "reason": "x".repeat(1001)}), 422, "invalid"),
            (json!({"closes_at": later(&desk, 20)}), 400, "malformed"),
            (json!({"closes_at": "demain", "reason": "x"}), 400, "malformed"),
        ] {
            admin.post(&path, body).await.refused(status, code);
        }
        ana.post(&path, body.clone()).await.refused(403, "not-allowed");
        desk.anyone().post(&path, body.clone()).await.refused(401, "not-signed-in");
        desk.world.passes(DAY * 7).await;
        admin.post(&path, json!({"closes_at": later(&desk, 20), "reason": "x"})).await.refused(422, "closed");
        let draft = desk.drafts(&admin, "rue", desk.draft()).await;
        admin.post(&format!("/consultations/{draft}/extend"), json!({"closes_at": later(&desk, 20), "reason": "x"})).await.refused(422, "not-published");
        let debate = desk.drafts(&admin, "rue", json!({"title": "Parlons", "text": "De tout.", "method": {"kind": "none"}})).await;
        admin.post(&format!("/consultations/{debate}/publish"), json!({})).await.is(200);
        admin.post(&format!("/consultations/{debate}/extend"), json!({"closes_at": later(&desk, 20), "reason": "x"})).await.refused(422, "invalid");
        assert_eq!(changes(&admin, &slug).await.len(), 1, "a refusal leaves nothing");
    }

    async fn what_changes_all_the_time_changes_no_more(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, path) = (desk.admin().await, format!("/consultations/{slug}"));
        for n in 0..50 {
            admin.post(&format!("{path}/correct"), json!({"summary": format!("Essai {n}"), "reason": "Encore"})).await.is(200);
        }
        let once_more = json!({"summary": "Essai", "reason": "Encore"});
        admin.post(&format!("{path}/correct"), once_more).await.refused(422, "too-many-changes");
        let later = json!({"closes_at": later(&desk, 20), "reason": "Encore"});
        admin.post(&format!("{path}/extend"), later).await.refused(422, "too-many-changes");
        admin.post(&format!("{path}/cancel"), json!({"reason": "Assez"})).await.is(200);
        assert_eq!(changes(&admin, &slug).await.len(), 51);
    }

    async fn what_is_cancelled_takes_nothing_more_and_says_why(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft_with("results", json!("after_close"))).await;
        let (admin, ana, ben) = (desk.admin().await, desk.person("ana").await, desk.person("ben").await);
        let path = format!("/consultations/{slug}");
        ana.put(&format!("{path}/ballot"), json!({"choice": ["for"]})).await.is(201);
        admin.post(&format!("{path}/cancel"), json!({"reason": ""})).await.refused(422, "invalid");
        ana.post(&format!("{path}/cancel"), json!({"reason": "x"})).await.refused(403, "not-allowed");
        let shown = admin.post(&format!("{path}/cancel"), json!({"reason": "Le projet est retiré."})).await.is(200);
        assert_eq!(shown["state"], "cancelled");
        assert_eq!(changes(&desk.anyone(), &slug).await[0]["kind"], "cancelled");
        ben.put(&format!("{path}/ballot"), json!({"choice": ["for"]})).await.refused(422, "cancelled");
        ana.delete(&format!("{path}/ballot")).await.refused(422, "cancelled");
        ana.post(&format!("{path}/comments"), json!({"text": "Dommage"})).await.refused(422, "cancelled");
        admin.post(&format!("{path}/cancel"), json!({"reason": "x"})).await.refused(422, "cancelled");
        admin.post(&format!("{path}/correct"), json!({"text": "y", "reason": "x"})).await.refused(422, "cancelled");
        admin.post(&format!("{path}/outcome"), json!({"text": "x"})).await.refused(422, "cancelled");
        admin.post(&format!("{path}/close"), json!({})).await.refused(422, "already-closed");
        let results = desk.anyone().get(&format!("{path}/results")).await.is(200);
        assert_eq!((&results["state"], &results["final"], &results["tiers"]["member"]["voters"]), (&json!("cancelled"), &json!(true), &json!(1)));
        assert!(results["proof"].is_object(), "signed, as cancelled");
        assert!(page(&desk, &slug).await.contains("Le projet est retiré."));
        // The clock closes nothing that was cancelled.
        desk.world.passes(DAY * 8).await;
        assert_eq!(admin.get(&path).await.is(200)["state"], "cancelled");
        let listed = admin.get("/consultations?state=cancelled").await.is(200);
        assert_eq!(items(&listed).len(), 1);
        let id = consultation::by_slug(&mut desk.world.store.conn().await.unwrap(), &slug).await.unwrap().id;
        let found = check::run(&desk.world.store, desk.world.now(), id).await.unwrap();
        assert!(found.holds, "{}", found.detail);
        let draft = desk.drafts(&admin, "rue", desk.draft()).await;
        admin.post(&format!("/consultations/{draft}/cancel"), json!({"reason": "x"})).await.refused(422, "not-published");
    }

    async fn what_was_closed_is_concluded_then_archived(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        let path = format!("/consultations/{slug}");
        ana.put(&format!("{path}/ballot"), json!({"choice": ["for"]})).await.is(201);
        let said = ana.post(&format!("{path}/comments"), json!({"text": "Et les livraisons ?", "stance": "question"})).await.is(201);
        admin.post(&format!("{path}/outcome"), json!({"text": "x"})).await.refused(422, "not-closed");
        admin.post(&format!("{path}/archive"), json!({})).await.refused(422, "not-closed");
        admin.get(&format!("{path}/outcome")).await.refused(404, "not-found");
        admin.post(&format!("{path}/close"), json!({})).await.is(200);
        let body = json!({
            "decision": "La place devient piétonne.", "text": "Le conseil a **voté**.",
            "answers": [{"argument": said["id"], "text": "Elles passent avant 10 h."}],
            "next_at": later(&desk, 30), "next_step": "Début des travaux.",
        });
        ana.post(&format!("{path}/outcome"), body.clone()).await.refused(403, "not-allowed");
        let outcome = admin.post(&format!("{path}/outcome"), body).await.is(200);
        assert_eq!(outcome["html"], "<p>Le conseil a <strong>voté</strong>.</p>\n");
        assert_eq!((&outcome["next_step"], &outcome["updated_at"]), (&json!("Début des travaux."), &Value::Null));
        assert_eq!(desk.anyone().get(&format!("{path}/outcome")).await.is(200), outcome);
        assert_eq!(admin.get(&path).await.is(200)["state"], "concluded");
        let comments = admin.get(&format!("{path}/comments")).await.is(200);
        let answer = items(&comments).iter().find(|c| c["parent"] == said["id"]).unwrap();
        assert_eq!((&answer["official"], &answer["id"]), (&json!(true), &outcome["answers"][0]["answer"]));
        let told = items(&comments).iter().find(|c| c["uri"] == outcome["comment"]).unwrap();
        assert!(told["text"].as_str().unwrap().starts_with("**La place devient piétonne.**"), "{told}");
        // Changed: the same official answer says it otherwise, and answers stay.
        let again = admin.post(&format!("{path}/outcome"), json!({"text": "Reporté."})).await.is(200);
        assert_eq!((&again["comment"], &again["answers"]), (&outcome["comment"], &outcome["answers"]));
        assert!(again["updated_at"].is_string());
        let comments = admin.get(&format!("{path}/comments")).await.is(200);
        assert_eq!(items(&comments).len(), 3);
        assert!(items(&comments).iter().any(|c| c["text"].as_str().unwrap().starts_with("Reporté.")));
        let results = desk.anyone().get(&format!("{path}/results")).await.is(200);
        assert_eq!((&results["state"], &results["final"]), (&json!("concluded"), &json!(true)));
        for wrong in [
            json!({"text": " "}),
            json!({"text": "x".repeat(20_001)}),
            json!({"text": "x", "decision": "x".repeat(301)}),
            json!({"text": "x", "next_step": "x".repeat(301)}),
            json!({"text": "x", "answers": vec![json!({"argument": said["id"], "text": "x"}); 51]}),
        ] {
            admin.post(&format!("{path}/outcome"), wrong).await.refused(422, "invalid");
        }
        let elsewhere = json!({"text": "x", "answers": [{"argument": "0197e3c2-0000-7000-8000-000000000000", "text": "x"}]});
        admin.post(&format!("{path}/outcome"), elsewhere).await.refused(422, "parent-elsewhere");
        ana.post(&format!("{path}/archive"), json!({})).await.refused(403, "not-allowed");
        assert_eq!(admin.post(&format!("{path}/archive"), json!({})).await.is(200)["state"], "archived");
        admin.post(&format!("{path}/archive"), json!({})).await.refused(422, "archived");
        admin.post(&format!("{path}/outcome"), json!({"text": "x"})).await.refused(422, "archived");
        ana.put(&format!("{path}/ballot"), json!({"choice": ["for"]})).await.refused(422, "archived");
        assert!(page(&desk, &slug).await.contains("Archivée"));
        let draft = desk.drafts(&admin, "rue", desk.draft()).await;
        admin.post(&format!("/consultations/{draft}/archive"), json!({})).await.refused(422, "not-published");
        admin.post(&format!("/consultations/{draft}/outcome"), json!({"text": "x"})).await.refused(422, "not-published");
    }

    async fn a_forum_says_how_long_its_consultations_stay_open_at_least(world: World) {
        let desk = Desk::of(world);
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        let made = admin.post("/forums", json!({"slug": "rue", "title": "Rue", "minimum_days": 10})).await.is(201);
        assert_eq!(made["minimum_days"], 10);
        for wrong in [-1, 367] {
            admin.patch("/forums/rue", json!({"minimum_days": wrong})).await.refused(422, "invalid");
        }
        ana.patch("/forums/rue", json!({"minimum_days": 0})).await.refused(403, "not-allowed");
        let week = desk.drafts(&admin, "rue", desk.draft()).await;
        let path = format!("/consultations/{week}");
        admin.post(&format!("{path}/publish"), json!({})).await.refused(422, "minimum-duration");
        admin.patch(&path, json!({"closes_at": later(&desk, 12)})).await.is(200);
        admin.post(&format!("{path}/publish"), json!({})).await.is(200);
        desk.world.passes(DAY * 5).await;
        admin.post(&format!("{path}/close"), json!({})).await.refused(422, "minimum-duration");
        desk.world.passes(DAY * 5).await;
        assert_eq!(admin.post(&format!("{path}/close"), json!({})).await.is(200)["state"], "closed");
        // What is scheduled cannot be moved nearer to its end either.
        let mut draft = desk.draft_with("opens_at", later(&desk, 1).into());
        draft["closes_at"] = later(&desk, 12).into();
        let soon = desk.drafts(&admin, "rue", draft).await;
        admin.post(&format!("/consultations/{soon}/publish"), json!({})).await.is(200);
        admin.patch(&format!("/consultations/{soon}"), json!({"opens_at": later(&desk, 5)})).await.refused(422, "minimum-duration");
        admin.patch(&format!("/consultations/{soon}"), json!({"opens_at": later(&desk, 2)})).await.is(200);
        // Calling it off is always possible.
        admin.post(&format!("/consultations/{soon}/cancel"), json!({"reason": "x"})).await.is(200);
    }
}
