//! The same call again: answered the same, done once.

use axum::http::Method;
use model::both_databases;
use model::testing::World;
use serde_json::json;

use crate::desk::{Desk, items};

both_databases! {
    async fn a_call_with_a_key_is_done_once(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (ana, ben) = (desk.person("ana").await, desk.person("ben").await);
        let path = format!("/consultations/{slug}/comments");
        let key = [("idempotency-key", "8e03978e-40d5-43dd-bc93-6894a57f9324")];
        let words = json!({"text": "Oui"}).to_string();
        let first = ana.call(Method::POST, &path, words.clone(), &key).await.is(201);
        let again = ana.call(Method::POST, &path, words.clone(), &key).await.is(201);
        assert_eq!(first, again);
        // Another call under the same key is refused; another person's key is another key.
        ana.call(Method::POST, &path, json!({"text": "Non"}).to_string(), &key).await.refused(422, "idempotency-mismatch");
        ana.call(Method::PUT, &path.replace("comments", "ballot"), words.clone(), &key).await.refused(422, "idempotency-mismatch");
        ben.call(Method::POST, &path, words, &key).await.is(201);
        assert_eq!(items(&ana.get(&path).await.is(200)).len(), 2);
        for wrong in ["", &"x".repeat(256)] {
            let answer = ana.call(Method::POST, &path, "{}".into(), &[("idempotency-key", wrong)]).await;
            answer.refused(400, "malformed");
        }
    }

    async fn a_ballot_with_a_key_is_answered_the_same(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let ana = desk.person("ana").await;
        let path = format!("/consultations/{slug}/ballot");
        let key = [("idempotency-key", "one")];
        let body = json!({"choice": ["for"], "reason": "Le calme"}).to_string();
        let first = ana.call(Method::PUT, &path, body.clone(), &key).await.is(201);
        ana.put(&path, json!({"choice": ["against"]})).await.is(200);
        assert_eq!(ana.call(Method::PUT, &path, body, &key).await.is(201), first);
        assert_eq!(ana.get(&path).await.is(200)["choice"], json!(["against"]), "the retry changed nothing");
        assert_eq!(items(&ana.get(&format!("/consultations/{slug}/comments")).await.is(200)).len(), 1);
        let key = [("idempotency-key", "two")];
        for _ in 0..2 {
            ana.call(Method::DELETE, &path, String::new(), &key).await.is(204);
        }
        ana.get(&path).await.refused(404, "not-found");
    }

    async fn a_refused_call_may_be_sent_again_with_its_key(world: World) {
        let desk = Desk::of(world);
        desk.asks("rue", "public", desk.draft()).await;
        let admin = desk.admin().await;
        let later = desk.drafts(&admin, "rue", desk.draft()).await;
        let key = [("idempotency-key", "one")];
        let path = format!("/consultations/{later}/ballot");
        let body = json!({"choice": ["for"]}).to_string();
        admin.call(Method::PUT, &path, body.clone(), &key).await.refused(422, "not-published");
        admin.post(&format!("/consultations/{later}/publish"), json!({})).await.is(200);
        admin.call(Method::PUT, &path, body, &key).await.is(201);
    }

    async fn the_same_call_at_the_same_time_is_done_once(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let ana = desk.person("ana").await;
        for (method, call, body) in [
            (Method::POST, "comments", json!({"text": "Oui"})),
            (Method::PUT, "ballot", json!({"choice": ["for"]})),
        ] {
            let path = format!("/consultations/{slug}/{call}");
            let key = [("idempotency-key", call)];
            let send = || ana.call(method.clone(), &path, body.to_string(), &key);
            let (a, b, c) = tokio::join!(send(), send(), send());
            let (a, b, c) = (a.is(201), b.is(201), c.is(201));
            assert!(a == b && b == c, "{a} {b} {c}");
        }
        assert_eq!(items(&ana.get(&format!("/consultations/{slug}/comments")).await.is(200)).len(), 1);
    }
}
