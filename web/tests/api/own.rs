//! What belongs to one account.

use model::both_databases;
use model::care::mail;
use model::care::notice::{News, spread};
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Desk, items};

both_databases! {
    async fn what_one_follows_is_ones_own_and_bounded_by_what_one_sees(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let secret = desk.asks("conseil", "private", desk.draft()).await;
        let (ana, admin) = (desk.person("ana").await, desk.admin().await);
        let follow = format!("/consultations/{slug}/follow");
        ana.put(&follow, json!({})).await.is(204);
        ana.put(&follow, json!({})).await.is(204);
        ana.put("/forums/rue/follow", json!({})).await.is(204);
        let all = ana.get("/me/follows").await.is(200);
        let uris: Vec<&str> = items(&all).iter().filter_map(|it| it["uri"].as_str()).collect();
        assert!(uris.len() == 2 && uris.contains(&"https://a.test/f/rue"), "{uris:?}");
        assert_eq!(items(&admin.get("/me/follows").await.is(200)).len(), 0);
        ana.put(&format!("/consultations/{secret}/follow"), json!({})).await.refused(404, "not-found");
        ana.put("/forums/conseil/follow", json!({})).await.refused(404, "not-found");
        admin.put("/forums/conseil/follow", json!({})).await.is(204);
        desk.anyone().put(&follow, json!({})).await.refused(401, "not-signed-in");
        ana.delete(&follow).await.is(204);
        ana.delete(&follow).await.refused(404, "not-found");
        let draft = desk.drafts(&admin, "rue", desk.draft()).await;
        admin.put(&format!("/consultations/{draft}/follow"), json!({})).await.refused(422, "not-published");
    }

    async fn the_mails_one_gets_are_chosen(world: World) {
        let desk = Desk::of(world);
        let ana = desk.person("ana").await;
        let usual = json!({"news": "weekly", "replies": true, "receipts": false});
        assert_eq!(ana.get("/me/mail").await.is(200), usual);
        let other = json!({"news": "each", "replies": false, "receipts": true});
        assert_eq!(ana.put("/me/mail", other.clone()).await.is(200), other);
        assert_eq!(ana.get("/me/mail").await.is(200), other);
        ana.put("/me/mail", json!({"news": "hourly", "replies": false, "receipts": true})).await.refused(400, "malformed");
        desk.anyone().get("/me/mail").await.refused(401, "not-signed-in");
    }

    async fn a_ballot_by_the_api_is_mailed_to_who_wants_receipts_and_once(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let ana = desk.person("ana").await;
        let ballot = format!("/consultations/{slug}/ballot");
        let mails = async || mail::latest(&mut desk.world.store.conn().await.unwrap(), None, 50).await.unwrap();
        ana.put(&ballot, json!({"choice": ["for"]})).await.is(201);
        assert!(mails().await.is_empty(), "nobody asked for one");
        ana.put("/me/mail", json!({"news": "weekly", "replies": true, "receipts": true})).await.is(200);
        ana.put(&ballot, json!({"choice": ["against"]})).await.is(200);
        let all = mails().await;
        assert_eq!(all.len(), 1);
        let said = format!("{} {} {}", all[0].subject, all[0].body, all[0].html.as_deref().unwrap()).to_lowercase();
        assert!(!said.contains("against") && !said.contains("contre"), "{said}");
    }

    async fn what_one_was_told_is_listed_once_and_marked_as_read(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (ana, ben) = (desk.person("ana").await, desk.person("ben").await);
        let comments = format!("/consultations/{slug}/comments");
        let said = ana.post(&comments, json!({"text": "Pourquoi ?"})).await.is(201);
        for n in 0..3 {
            let reply = ben.post(&comments, json!({"text": format!("Parce que {n}"), "parent": said["id"]})).await.is(201);
            let news = News::Reply { comment: reply["id"].as_str().unwrap().parse().unwrap() };
            for _ in 0..2 {
                let mut tx = desk.world.store.begin().await.unwrap();
                spread(&mut tx, desk.world.now(), &news, None).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
        let first = ana.get("/me/notifications?limit=2").await.is(200);
        assert_eq!((items(&first).len(), &items(&first)[0]["kind"]), (2, &json!("reply")));
        let next = first["next"].as_str().unwrap();
        let second = ana.get(&format!("/me/notifications?limit=2&cursor={next}")).await.is(200);
        assert_eq!((items(&second).len(), &second["next"]), (1, &Value::Null));
        assert!(items(&first).iter().all(|it| it["read"] == false));
        ana.post("/me/notifications/read", json!({})).await.is(204);
        assert!(items(&ana.get("/me/notifications").await.is(200)).iter().all(|it| it["read"] == true));
        assert!(items(&ben.get("/me/notifications").await.is(200)).is_empty());
        desk.anyone().get("/me/notifications").await.refused(401, "not-signed-in");
    }

    async fn ones_data_are_exported_and_one_leaves_for_good(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (ana, ben) = (desk.person("ana").await, desk.person("ben").await);
        ana.put(&format!("/consultations/{slug}/ballot"), json!({"choice": ["for"]})).await.is(201);
        let comments = format!("/consultations/{slug}/comments");
        for who in [&ana, &ben] {
            who.post(&comments, json!({"text": "Bonjour"})).await.is(201);
        }
        let file = ana.get("/me/export").await.is(200);
        assert_eq!((&file["ballots"][0]["choice"], &file["account"]["name"]), (&json!(["for"]), &json!("ana")));
        assert_eq!(file["comments"].as_array().unwrap().len(), 1, "hers alone");
        desk.anyone().get("/me/export").await.refused(401, "not-signed-in");
        let delete = |who: &crate::desk::Caller, fate: &str| {
            let (who, body) = (who.clone(), json!({"comments": fate}).to_string());
            async move { who.call(axum::http::Method::DELETE, "/me", body, &[]).await }
        };
        delete(&ana, "burn").await.refused(400, "malformed");
        delete(&ana, "delete").await.is(204);
        ana.get("/me").await.refused(401, "not-signed-in");
        delete(&ben, "nameless").await.is(204);
        let left = desk.anyone().get(&comments).await.is(200);
        let mut states: Vec<_> = items(&left).iter().map(|it| (it["state"].clone(), it["author"]["name"].clone())).collect();
        states.sort_by_key(|it| it.0.to_string());
        assert_eq!(states[0].0, "deleted");
        assert_eq!(states[1], (json!("visible"), json!("anonymous")));
        delete(&desk.admin().await, "delete").await.refused(422, "last-administrator");
        desk.counts().await;
        assert_eq!(desk.admin().await.get(&format!("/consultations/{slug}")).await.is(200)["comments"], 1);
    }
}
