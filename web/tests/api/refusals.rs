//! Bad input: each its own status and stable code, and nothing changed.

use std::num::NonZeroU32;

use axum::http::Method;
use model::both_databases;
use model::testing::World;
use serde_json::{Value, json};
use web::Settings;

use crate::desk::{Caller, Desk, items};

both_databases! {
    async fn a_request_that_cannot_be_read_is_refused(world: World) {
        let desk = Desk::of(world);
        let (admin, anyone) = (desk.admin().await, desk.anyone());
        let liar = desk.anyone().with_token("nothing");
        let call = async |who: &Caller, method: Method, path: &str, body: &str| {
            who.call(method, path, body.to_owned(), &[]).await
        };
        // Without a token the body is not even read.
        call(&anyone, Method::POST, "/forums", "{").await.refused(401, "not-signed-in");
        call(&anyone, Method::PUT, "/consultations/nothing/ballot", "").await.refused(401, "not-signed-in");
        anyone.get("/me").await.refused(401, "not-signed-in");
        liar.get("/me").await.refused(401, "not-signed-in");
        liar.get("/forums").await.refused(401, "not-signed-in");
        let basic = anyone.call(Method::GET, "/forums", String::new(), &[("authorization", "Basic YTpi")]).await;
        assert_eq!(basic.headers["www-authenticate"], "Bearer");
        basic.refused(401, "not-signed-in");
        for body in ["{", "[]", "[\"a\", \"b\"]", "null", "{\"slug\": 7}", "{\"slug\": \"a\"}", "\u{0}"] {
            call(&admin, Method::POST, "/forums", body).await.refused(400, "malformed");
        }
        let unknown = admin.post("/forums", json!({"slug": "rue", "title": "Rue", "colour": "red"})).await;
        assert!(unknown.refused(400, "malformed")["detail"].as_str().unwrap().contains("`colour`"));
        let large = format!("{{\"slug\": \"{}\"}}", "x".repeat(3 * 1024 * 1024));
        call(&admin, Method::POST, "/forums", &large).await.refused(413, "too-large");
        anyone.get("/nothing").await.refused(404, "not-found");
        anyone.get("/consultations/nothing").await.refused(404, "not-found");
        anyone.get("/consultations/nothing/results").await.refused(404, "not-found");
        anyone.raw(Method::GET, "/c/nothing/results.json", String::new(), &[]).await.refused(404, "not-found");
        let wrong = anyone.delete("/node").await;
        assert_eq!(wrong.headers["allow"], "GET,HEAD,PATCH");
        wrong.refused(405, "method-not-allowed");
        anyone.get("/consultations?colour=red").await.refused(400, "malformed");
        anyone.get("/consultations?state=lost").await.refused(400, "malformed");
        anyone.get("/consultations?cursor=forged").await.refused(400, "malformed");
        admin.patch("/comments/nothing", json!({"text": "?"})).await.refused(404, "not-found");
        assert!(items(&anyone.get("/forums").await.is(200)).is_empty());
    }

    async fn a_forum_that_does_not_fit_is_refused(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "rue", "title": "Rue"})).await.is(201);
        let with = |field: &str, value: Value| {
            let mut forum = json!({"slug": "place", "title": "Place"});
            forum[field] = value;
            forum
        };
        for (body, field, code) in [
            (with("slug", json!("rue")), "slug", "taken"),
            (with("slug", json!("admin")), "slug", "taken"),
            (with("slug", json!("Deux mots")), "slug", "format"),
            (with("title", json!(" ")), "title", "required"),
            (with("title", json!("x".repeat(121))), "title", "too-long"),
            (with("summary", json!("x".repeat(501))), "summary", "too-long"),
            (with("language", json!("français")), "language", "format"),
        ] {
            let problem = admin.post("/forums", body).await.refused(422, "invalid");
            assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)));
        }
        admin.post("/forums", with("visibility", json!("secret"))).await.refused(400, "malformed");
        admin.patch("/forums/rue", json!({"visibility": "private"})).await.refused(422, "invalid");
        admin.patch("/forums/rue", json!({"slug": "avenue"})).await.refused(400, "malformed");
        admin.put("/forums/rue/members/nobody", json!({"role": "author"})).await.refused(404, "not-found");
        admin.put("/forums/rue/members/admina", json!({"role": "king"})).await.refused(400, "malformed");
        admin.delete("/forums/rue/members/admina").await.refused(404, "not-found");
        assert_eq!(items(&admin.get("/forums").await.is(200)).len(), 1);
    }

    async fn a_draft_that_does_not_fit_is_refused(world: World) {
        let desk = Desk::of(world);
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "rue", "title": "Rue"})).await.is(201);
        let without = |field: &str| {
            let mut draft = desk.draft();
            draft.as_object_mut().unwrap().remove(field);
            draft
        };
        let poll = |options: Value| desk.draft_with("method", json!({"kind": "poll", "options": options}));
        for (body, status, code) in [
            (without("title"), 400, "malformed"),
            (without("text"), 400, "malformed"),
            (without("method"), 400, "malformed"),
            (without("closes_at"), 422, "invalid"),
            (desk.draft_with("title", json!(7)), 400, "malformed"),
            (desk.draft_with("title", json!("")), 422, "invalid"),
            (desk.draft_with("text", json!("x".repeat(1_000_000))), 422, "invalid"),
            (desk.draft_with("closes_at", json!("tomorrow")), 400, "malformed"),
            (desk.draft_with("closes_at", json!("2001-01-01T00:00:00Z")), 422, "invalid"),
            (desk.draft_with("opens_at", json!("2030-01-01T00:00:00Z")), 422, "invalid"),
            (desk.draft_with("method", json!({"kind": "lottery"})), 400, "malformed"),
            (desk.draft_with("method", json!({"kind": "vote", "choices": []})), 400, "malformed"),
            (desk.draft_with("method", json!({"kind": "support", "goal": 0})), 422, "invalid"),
            (desk.draft_with("electorate", json!({"tiers": [], "official": "member"})), 422, "invalid"),
            (desk.draft_with("electorate", json!({"tiers": ["open"], "official": "member"})), 422, "invalid"),
            (desk.draft_with("electorate", json!({"tiers": ["cats"], "official": "cats"})), 400, "malformed"),
            (desk.draft_with("results", json!("never")), 400, "malformed"),
            (desk.draft_with("tags", json!(["two words"])), 422, "invalid"),
            (poll(json!(["Only"])), 422, "invalid"),
            (poll(json!(["A", " A "])), 422, "invalid"),
            (poll(json!(["o2", "Other"])), 422, "ambiguous-option"),
            (poll(json!([{"id": "o1", "label": "A", "colour": "red"}, "B"])), 400, "malformed"),
        ] {
            let asked = body.to_string().chars().take(200).collect::<String>();
            let answer = admin.post("/forums/rue/consultations", body).await;
            assert_eq!(answer.status.as_u16(), status, "{asked}: {}", answer.text);
            answer.refused(status, code);
        }
        admin.post("/forums/nothing/consultations", desk.draft()).await.refused(404, "not-found");
        assert!(items(&admin.get("/consultations").await.is(200)).is_empty());
    }

    async fn a_ballot_that_does_not_fit_is_refused(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let ana = desk.person("ana").await;
        let ballot = format!("/consultations/{slug}/ballot");
        ana.get(&ballot).await.refused(404, "not-found");
        ana.delete(&ballot).await.refused(404, "not-found");
        for (body, status, code) in [
            (json!({"choice": ["perhaps"]}), 422, "unknown-choice"),
            (json!({"choice": []}), 422, "nothing-chosen"),
            (json!({"choice": ["for", "against"]}), 422, "too-many-choices"),
            (json!({"choice": ["for", "for"]}), 422, "repeated-choice"),
            (json!({"choice": "for"}), 400, "malformed"),
            (json!({"choice": ["for"], "tier": "member"}), 400, "malformed"),
            (json!({"choice": ["for"], "reason": "x".repeat(5001)}), 422, "too-long"),
        ] {
            ana.put(&ballot, body).await.refused(status, code);
        }
        ana.get(&ballot).await.refused(404, "not-found");
        let admin = desk.admin().await;
        let later = desk.world.now().plus(std::time::Duration::from_secs(3600)).to_string();
        let scheduled = desk.drafts(&admin, "rue", desk.draft_with("opens_at", json!(later))).await;
        admin.post(&format!("/consultations/{scheduled}/publish"), json!({})).await.is(200);
        admin.post(&format!("/consultations/{scheduled}/publish"), json!({})).await.refused(422, "already-published");
        let early = ana.put(&format!("/consultations/{scheduled}/ballot"), json!({"choice": ["for"]})).await;
        early.refused(422, "not-open-yet");
        let once = desk.drafts(&admin, "rue", desk.draft_with("changeable", json!(false))).await;
        admin.put(&format!("/consultations/{once}/ballot"), json!({"choice": ["for"]})).await.refused(422, "not-published");
        admin.post(&format!("/consultations/{once}/publish"), json!({})).await.is(200);
        let path = format!("/consultations/{once}/ballot");
        ana.put(&path, json!({"choice": ["for"]})).await.is(201);
        ana.put(&path, json!({"choice": ["against"]})).await.refused(422, "already-voted");
        ana.delete(&path).await.refused(422, "already-voted");
        admin.post(&format!("/consultations/{slug}/close"), json!({})).await.is(200);
        admin.post(&format!("/consultations/{slug}/close"), json!({})).await.refused(422, "already-closed");
        ana.put(&ballot, json!({"choice": ["for"]})).await.refused(422, "closed");
        let words = json!({"text": "Too late"});
        ana.post(&format!("/consultations/{slug}/comments"), words).await.refused(422, "closed");
    }

    async fn what_locks_is_locked(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        let path = format!("/consultations/{slug}");
        let later = desk.world.now().plus(std::time::Duration::from_secs(30 * 86_400)).to_string();
        admin.patch(&path, json!({"closes_at": later})).await.refused(422, "locked");
        admin.delete(&path).await.refused(422, "locked");
        admin.patch(&path, json!({"method": {"kind": "support"}})).await.is(200);
        admin.patch(&path, json!({"method": {"kind": "vote"}})).await.is(200);
        ana.put(&format!("{path}/ballot"), json!({"choice": ["for"]})).await.is(201);
        for change in [
            json!({"method": {"kind": "poll", "options": ["A", "B"]}}),
            json!({"electorate": {"tiers": ["member"], "official": "member"}}),
            json!({"results": "live"}),
            json!({"changeable": false}),
        ] {
            admin.patch(&path, change).await.refused(422, "locked");
        }
        let edited = admin.patch(&path, json!({"summary": "En bref", "method": {"kind": "vote"}})).await.is(200);
        assert_eq!(edited["summary"], "En bref");
    }

    async fn comments_that_do_not_fit_are_refused(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let ana = desk.person("ana").await;
        let path = format!("/consultations/{slug}/comments");
        let nowhere = "0197e3c2-0000-7000-8000-000000000000";
        for (body, status, code) in [
            (json!({}), 400, "malformed"),
            (json!({"text": " "}), 422, "invalid"),
            (json!({"text": "x".repeat(5001)}), 422, "too-long"),
            (json!({"text": "Oui", "stance": "maybe"}), 400, "malformed"),
            (json!({"text": "Oui", "parent": "x"}), 400, "malformed"),
            (json!({"text": "Oui", "parent": nowhere}), 422, "parent-elsewhere"),
            (json!({"text": "Oui", "article": "#a 1"}), 422, "unknown-article"),
            (json!({"text": "Oui", "official": true}), 403, "not-allowed"),
        ] {
            ana.post(&path, body).await.refused(status, code);
        }
        let said = ana.post(&path, json!({"text": "Oui"})).await.is(201);
        let id = said["id"].as_str().unwrap();
        ana.put(&format!("/comments/{id}/reaction"), json!({"value": 2})).await.refused(422, "invalid");
        ana.delete(&format!("/comments/{id}/reaction")).await.refused(404, "not-found");
        ana.put(&format!("/comments/{nowhere}/reaction"), json!({"value": 1})).await.refused(404, "not-found");
        let admin = desk.admin().await;
        admin.delete(&format!("/comments/{id}")).await.refused(422, "invalid");
        let why = json!({"reason": "x".repeat(501)}).to_string();
        admin.call(Method::DELETE, &format!("/comments/{id}"), why, &[]).await.refused(422, "invalid");
        ana.get("/comments/nothing/versions").await.refused(404, "not-found");
        ana.get(&format!("/comments/{nowhere}/versions")).await.refused(404, "not-found");
        for query in ["sort=best", "filter=loud", "parent=x", "cursor=forged", "colour=red"] {
            ana.get(&format!("{path}?{query}")).await.refused(400, "malformed");
        }
        assert_eq!(items(&ana.get(&path).await.is(200)).len(), 1);
    }

    async fn opinions_and_ballots_are_bounded_together(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (ana, ben) = (desk.person("ana").await, desk.person("ben").await);
        let path = format!("/consultations/{slug}/comments");
        let said = ana.post(&path, json!({"text": "Oui"})).await.is(201);
        let reaction = format!("/comments/{}/reaction", said["id"].as_str().unwrap());
        let mut last = 201;
        for _ in 0..260 {
            last = ana.put(&reaction, json!({"value": 1})).await.status.as_u16();
            if last == 429 {
                break;
            }
        }
        assert_eq!(last, 429);
        ana.delete(&reaction).await.refused(429, "too-many-requests");
        let ballot = format!("/consultations/{slug}/ballot");
        ana.put(&ballot, json!({"choice": ["for"]})).await.refused(429, "too-many-requests");
        ana.delete(&ballot).await.refused(429, "too-many-requests");
        ben.put(&ballot, json!({"choice": ["for"]})).await.is(201);
    }

    async fn too_many_requests_are_refused(world: World) {
        let two = NonZeroU32::new(2).unwrap();
        let desk = Desk::with(world, Settings { api_reads: two, api_writes: two, anonymous: two, ..Settings::default() });
        let ana = desk.person("ana").await;
        for who in [&ana, &desk.anyone()] {
            for left in [1, 0] {
                let answer = who.get("/node").await;
                assert!(answer.headers["ratelimit"].to_str().unwrap().contains(&format!(";r={left};")));
                answer.is(200);
            }
            let refused = who.get("/node").await;
            assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
            refused.refused(429, "too-many-requests");
        }
        ana.post("/forums", json!({"slug": "rue", "title": "Rue"})).await.refused(403, "not-allowed");
        // Guessing tokens costs the address what asking without one does.
        let liar = desk.anyone().with_token("guess");
        liar.get("/node").await.refused(429, "too-many-requests");
    }
}
