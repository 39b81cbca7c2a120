//! Taking part in consultations of other nodes, over the API; their origin is never reached here.

use model::both_databases;
use model::network::envoy::note;
use model::network::mirror;
use model::network::verified::{self, Verified};
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Desk, items};

const ON: &str = "/remote/peer.test/c/place-7kq2";

both_databases! {
    async fn a_ballot_for_another_node_is_sent_changed_and_withdrawn(world: World) {
        world.mirrors(&json!({"kind": "poll", "options": ["A", "B", "C"], "multiple": true, "max": 2}), "live").await;
        let desk = Desk::of(world);
        let (ana, anyone) = (desk.person("ana").await, desk.anyone());
        let path = format!("{ON}/ballot");
        anyone.get(&path).await.refused(401, "not-signed-in");
        anyone.put(&path, json!({"choice": ["A"]})).await.refused(401, "not-signed-in");
        ana.get(&path).await.refused(404, "not-found");
        ana.delete(&path).await.refused(404, "not-found");
        ana.get("/remote/peer.test/c/none/ballot").await.refused(404, "not-found");
        let sent = ana.put(&path, json!({"choice": ["B", "A"]})).await.is(202);
        assert_eq!((&sent["state"], &sent["choice"], &sent["assurance"]), (&json!("waiting"), &json!(["o1", "o2"]), &json!("email")));
        assert!(sent.get("receipt").is_none() && sent.get("reason").is_none(), "{sent}");
        assert_eq!(ana.get(&path).await.is(200), sent);
        for (choice, code) in [
            (json!(["nothing"]), "unknown-choice"),
            (json!([]), "nothing-chosen"),
            (json!(["A", "A"]), "repeated-choice"),
            (json!(["A", "B", "C"]), "too-many-choices"),
        ] {
            ana.put(&path, json!({"choice": choice})).await.refused(422, code);
        }
        ana.put(&path, json!({"choice": ["A"], "text": "another"})).await.refused(422, "text-changed");
        ana.put(&path, json!({"choice": "A"})).await.refused(400, "malformed");
        assert_eq!(ana.put(&path, json!({"choice": ["C"], "text": "a1b2"})).await.is(202)["choice"], json!(["o3"]));
        let gone = ana.delete(&path).await.is(202);
        assert_eq!((&gone["state"], &gone["choice"]), (&json!("waiting"), &json!([])));
        ana.delete(&path).await.refused(404, "not-found");
        desk.world.clock.advance(std::time::Duration::from_secs(2 * 86_400));
        ana.put(&path, json!({"choice": ["A"]})).await.refused(422, "closed");
    }

    async fn comments_for_another_node_are_written_edited_and_deleted(world: World) {
        let on = world.mirrors(&json!({"kind": "none"}), "live").await;
        let zoe = world.stranger("zoe", "peer.test").await;
        let there = world.mirrors_comment(&on, &zoe, "Already there.").await;
        let desk = Desk::of(world);
        let (ana, marc, anyone) = (desk.person("ana").await, desk.person("marc").await, desk.anyone());
        let path = format!("{ON}/comments");
        let list = anyone.get(&path).await.is(200);
        assert_eq!((items(&list).len(), &items(&list)[0]["text"]), (1, &json!("Already there.")));
        anyone.post(&path, json!({"text": "No."})).await.refused(401, "not-signed-in");
        ana.post(&path, json!({"text": ""})).await.refused(422, "invalid");
        ana.post(&path, json!({"text": "x".repeat(6_000)})).await.refused(422, "too-long");
        let elsewhere = json!({"text": "Where?", "parent": "019b0000-0000-7000-8000-000000000000"});
        ana.post(&path, elsewhere).await.refused(422, "parent-elsewhere");
        let said = ana.post(&path, json!({"text": "From *home*.", "parent": there.id.to_string()})).await.is(201);
        assert_eq!((&said["sending"], &said["parent"]), (&json!("waiting"), &json!(there.id.to_string())));
        assert!(said["uri"].as_str().unwrap().starts_with("https://a.test/remote/peer.test/c/place-7kq2/comments/"));
        let own = format!("/comments/{}", said["id"].as_str().unwrap());
        marc.patch(&own, json!({"text": "Not mine."})).await.refused(403, "not-allowed");
        marc.delete(&own).await.refused(403, "not-allowed");
        ana.patch(&format!("/comments/{}", there.id), json!({"text": "Not mine."})).await.refused(403, "not-allowed");
        assert_eq!(ana.patch(&own, json!({"text": "Better."})).await.is(200)["text"], "Better.");
        let opinion = format!("/comments/{}/reaction", there.id);
        assert_eq!(marc.put(&opinion, json!({"value": 1})).await.is(201)["opinion"], 1);
        assert_eq!(marc.put(&opinion, json!({"value": -1})).await.is(200)["opinion"], -1);
        marc.put(&opinion, json!({"value": 0})).await.refused(422, "unknown-choice");
        marc.delete(&opinion).await.is(204);
        marc.delete(&opinion).await.refused(404, "not-found");
        ana.put(&format!("{own}/reaction"), json!({"value": 1})).await.refused(403, "not-allowed");
        ana.delete(&own).await.is(204);
        let left = anyone.get(&path).await.is(200);
        assert_eq!((items(&left).len(), &items(&left)[1]["gone"]), (2, &json!("deleted")));
        assert_eq!((&items(&left)[1]["text"], &items(&left)[1]["author"]), (&json!(""), &Value::Null));
    }

    async fn what_is_gone_at_its_origin_and_what_it_refused_is_told(world: World) {
        let on = world.mirrors(&json!({"kind": "none"}), "live").await;
        let zoe = world.stranger("zoe", "peer.test").await;
        let there = world.mirrors_comment(&on, &zoe, "Off the subject.").await;
        let desk = Desk::of(world);
        let (ana, marc) = (desk.person("ana").await, desk.person("marc").await);
        let path = format!("{ON}/comments");
        let said = ana.post(&path, json!({"text": "Refused."})).await.is(201);
        let mut tx = desk.world.store.begin().await.unwrap();
        mirror::end(&mut tx, desk.world.now(), &there.uri, mirror::How::Removed, Some("Not here.")).await.unwrap();
        let id = said["id"].as_str().unwrap().parse().unwrap();
        note::refused(&mut tx, &desk.world.address, id, "peer.test", "comments-closed").await.unwrap();
        tx.commit().await.unwrap();
        let seen = ana.get(&path).await.is(200);
        let seen = items(&seen);
        assert_eq!((seen.len(), &seen[0]["gone"], &seen[0]["reason"]), (2, &json!("removed"), &json!("Not here.")));
        assert_eq!((&seen[1]["sending"], &seen[1]["reason"]), (&json!("refused"), &json!("comments-closed")));
        assert_eq!(items(&marc.get(&path).await.is(200)).len(), 1, "what is refused is its author's alone");
        ana.post(&path, json!({"text": "x", "parent": there.id.to_string()})).await.refused(422, "parent-elsewhere");
        let own = format!("/comments/{}", said["id"].as_str().unwrap());
        ana.patch(&own, json!({"text": "Again."})).await.refused(403, "not-allowed");
        assert!(items(&ana.get(&format!("{own}/deliveries")).await.is(200)).is_empty());
        marc.get(&format!("{own}/deliveries")).await.refused(404, "not-found");
        ana.delete(&own).await.is(204);
        marc.get(&format!("/comments/{}/deliveries", there.id)).await.refused(404, "not-found");
    }

    async fn results_that_bear_no_proof_of_their_forum_are_not_told(world: World) {
        let on = world.mirrors(&json!({"kind": "vote"}), "live").await;
        let mut tx = world.store.begin().await.unwrap();
        let forged = Verified {
            page: on.page.uri.clone(),
            document: json!({"consultation": on.page.uri, "tiers": {}, "proof": {"type": "DataIntegrityProof"}}),
            key: "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2".into(),
            checkpoint: String::new(),
            size: 1,
            verified_at: world.now(),
        };
        verified::keep(&mut tx, &forged).await.unwrap();
        tx.commit().await.unwrap();
        let desk = Desk::of(world);
        let known = desk.anyone().get(&format!("/remote?uri={}", on.page.uri)).await.is(200);
        assert_eq!((&known["kind"], &known["results"], &known["verified_at"]), (&json!("consultation"), &Value::Null, &Value::Null));
        assert_eq!(known["document"]["id"], on.page.uri.as_str());
    }
}
