//! Every method: asked for, voted on, counted, given back; and its page.

use axum::http::Method;
use model::both_databases;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Caller, Desk};

/// A published consultation of this method whose results always show.
async fn asks(desk: &Desk, admin: &Caller, method: Value) -> String {
    let mut draft = desk.draft_with("method", method);
    draft["text"] = "# Charte\n\n## Place\n\nLibre.\n\n## Rue\n\nCalme.".into();
    draft["results"] = "live".into();
    let slug = desk.drafts(admin, "rue", draft).await;
    admin.post(&format!("/consultations/{slug}/publish"), json!({})).await.is(200);
    slug
}

both_databases! {
    async fn each_method_is_asked_voted_on_and_shown(world: World) {
        let desk = Desk::of(world);
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        admin.post("/forums", json!({"slug": "rue", "title": "Rue", "language": "fr"})).await.is(201);
        for (asked, choice, kept, words) in [
            (json!({"kind": "vote"}), json!(["Pour"]), json!(["for"]), "Pour"),
            (json!({"kind": "poll", "options": ["A", "B"], "multiple": true}), json!(["B", "A"]), json!(["o1", "o2"]), "B"),
            (json!({"kind": "support", "goal": 10, "promise": "Le conseil en débat."}), json!(["support"]), json!(["support"]), "Le conseil en débat."),
            (json!({"kind": "scale", "min": 0, "max": 100, "step": 25}), json!(["25"]), json!(["25"]), "Moyenne 25"),
            (json!({"kind": "ranking", "options": ["A", "B", "C"]}), json!(["C", "o1"]), json!(["o3", "o1"]), "C l’emporte"),
            (json!({"kind": "articles"}), json!(["a2:against", "a1:for"]), json!(["a1:for", "a2:against"]), "Rue"),
        ] {
            let slug = asks(&desk, &admin, asked.clone()).await;
            let shown = admin.get(&format!("/consultations/{slug}")).await.is(200);
            assert_eq!(shown["method"]["kind"], asked["kind"]);
            assert_eq!(shown["method"].get("choices"), None);
            let ballot = ana.put(&format!("/consultations/{slug}/ballot"), json!({"choice": choice})).await.is(201);
            assert_eq!(ballot["choice"], kept, "{asked}");
            desk.counts().await;
            let results = admin.get(&format!("/consultations/{slug}/results")).await.is(200);
            let member = &results["tiers"]["member"];
            assert_eq!(member["voters"], 1);
            let given: Vec<&Value> = shown["choices"].as_array().unwrap().iter().map(|c| &c["id"]).collect();
            let counted: Vec<&Value> = member["choices"].as_array().unwrap().iter().map(|c| &c["id"]).collect();
            assert_eq!(given, counted, "every choice, in order");
            let page = desk.anyone().raw(Method::GET, &format!("/c/{slug}"), String::new(), &[("accept-language", "fr")]).await;
            assert_eq!(page.status, 200, "{asked}");
            assert!(page.text.contains(words), "{asked}: {words}");
            let csv = desk.anyone().raw(Method::GET, &format!("/c/{slug}/results.csv"), String::new(), &[]).await;
            assert_eq!(csv.status, 200, "{asked}");
        }
    }

    async fn what_comes_of_a_count_is_given(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "rue", "title": "Rue", "language": "fr"})).await.is(201);
        let scale = asks(&desk, &admin, json!({"kind": "scale", "min": 0, "max": 10, "step": 5})).await;
        let ranking = asks(&desk, &admin, json!({"kind": "ranking", "options": ["A", "B", "C"]})).await;
        for (name, number, order) in [("ana", "0", ["A", "C"]), ("ben", "10", ["B", "C"]), ("cle", "10", ["B", "A"]), ("dan", "5", ["A", "B"]), ("eve", "0", ["C", "B"])] {
            let who = desk.person(name).await;
            who.put(&format!("/consultations/{scale}/ballot"), json!({"choice": [number]})).await.is(201);
            who.put(&format!("/consultations/{ranking}/ballot"), json!({"choice": order})).await.is(201);
        }
        desk.counts().await;
        let of = async |slug: &str| admin.get(&format!("/consultations/{slug}/results")).await.is(200)["tiers"]["member"].clone();
        let counted = of(&scale).await;
        assert_eq!((&counted["mean"], &counted["median"]), (&json!(5.0), &json!(5.0)));
        let counted = of(&ranking).await;
        assert_eq!(counted["winner"], json!({"id": "o2", "label": "B"}));
        assert_eq!(counted.get("tied"), None);
        assert_eq!(counted["rounds"][0]["eliminated"], json!(["o3"]));
        assert_eq!(counted["rounds"][1]["choices"], json!([{"id": "o1", "label": "A", "count": 2}, {"id": "o2", "label": "B", "count": 3}]));
        assert_eq!(counted["choices"][0]["count"], 2, "first preferences");
    }

    async fn options_are_moved_until_the_first_ballot_and_keep_their_ids(world: World) {
        let desk = Desk::of(world);
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        admin.post("/forums", json!({"slug": "rue", "title": "Rue", "language": "fr"})).await.is(201);
        for kind in ["poll", "ranking"] {
            let slug = asks(&desk, &admin, json!({"kind": kind, "options": ["A", "B", "C"]})).await;
            let path = format!("/consultations/{slug}");
            let moved = admin.patch(&path, json!({"method": {"kind": kind, "options": ["C", "A", "B"]}})).await.is(200);
            assert_eq!(moved["choices"][0], json!({"id": "o3", "label": "C"}));
            ana.put(&format!("{path}/ballot"), json!({"choice": ["C"]})).await.is(201);
            let late = json!({"method": {"kind": kind, "options": ["A", "B", "C"]}});
            admin.patch(&path, late).await.refused(422, "locked");
        }
    }

    async fn a_method_that_does_not_fit_is_refused(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "rue", "title": "Rue", "language": "fr"})).await.is(201);
        for (asked, status, code) in [
            (json!({"kind": "scale", "min": 0, "max": 10, "step": 3}), 422, "invalid"),
            (json!({"kind": "scale", "min": 0, "max": 1000, "step": 1}), 422, "invalid"),
            (json!({"kind": "scale", "min": 0}), 400, "malformed"),
            (json!({"kind": "ranking", "options": ["A"]}), 422, "invalid"),
            (json!({"kind": "ranking", "options": ["A", "o7"]}), 422, "ambiguous-option"),
            (json!({"kind": "articles"}), 422, "invalid"),
            (json!({"kind": "articles", "choices": []}), 400, "malformed"),
            (json!({"kind": "support", "promise": "Bientôt"}), 422, "invalid"),
            (json!({"kind": "none", "goal": 1}), 400, "malformed"),
            (json!({"kind": "lottery"}), 400, "malformed"),
        ] {
            let answer = admin.post("/forums/rue/consultations", desk.draft_with("method", asked)).await;
            answer.refused(status, code);
        }
        let articles = asks(&desk, &admin, json!({"kind": "articles"})).await;
        let ranking = asks(&desk, &admin, json!({"kind": "ranking", "options": ["A", "B"]})).await;
        for (slug, choice, code) in [
            (&articles, json!(["a1:for", "a1:against"]), "repeated-choice"),
            (&articles, json!(["a3:for"]), "unknown-choice"),
            (&ranking, json!(["A", "o1"]), "repeated-choice"),
            (&ranking, json!(["A", "B", "A"]), "too-many-choices"),
        ] {
            admin.put(&format!("/consultations/{slug}/ballot"), json!({"choice": choice})).await.refused(422, code);
        }
    }
}
