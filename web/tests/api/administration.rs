//! Pages that the institution writes, its settings, people suspended, comments read before they are shown.

use model::both_databases;
use model::people::role::Role;
use model::testing::World;
use serde_json::json;

use crate::desk::{Desk, items};

both_databases! {
    async fn a_page_is_written_by_administrators_and_read_by_all(world: World) {
        let desk = Desk::of(world);
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        desk.anyone().get("/pages/legal/fr").await.refused(404, "not-found");
        ana.put("/pages/legal/fr", json!({"text": "À moi"})).await.refused(403, "not-allowed");
        desk.anyone().put("/pages/legal/fr", json!({"text": "À moi"})).await.refused(401, "not-signed-in");
        admin.put("/pages/legal/fr", json!({"text": " "})).await.refused(422, "invalid");
        admin.put("/pages/secrets/fr", json!({"text": "Oui"})).await.refused(404, "not-found");
        admin.put("/pages/legal/fr", json!({"words": "Oui"})).await.refused(400, "malformed");
        let half = admin.put("/pages/legal/fr", json!({"text": "## Éditeur\n\n[[Nom]]"})).await.is(200);
        assert_eq!(half["complete"], false);
        admin.put("/pages/legal/fr", json!({"text": "## Éditeur\n\nValmont <script>1</script>"})).await.is(200);
        let read = desk.anyone().get("/pages/legal/fr").await.is(200);
        assert_eq!((&read["complete"], &read["name"]), (&json!(true), &json!("legal")));
        assert!(!read["html"].as_str().unwrap().contains("script"));
    }

    async fn the_node_is_changed_by_administrators_as_far_as_it_can(world: World) {
        let desk = Desk::of(world);
        let (admin, ana) = (desk.admin().await, desk.person("ana").await);
        ana.patch("/node", json!({"name": "Ana"})).await.refused(403, "not-allowed");
        admin.patch("/node", json!({"name": "", "time_zone": "Mars"})).await.refused(422, "invalid");
        admin.patch("/node", json!({"colour": "red"})).await.refused(400, "malformed");
        let node = admin.patch("/node", json!({"name": "Valmont-sur-Orne", "time_zone": "Europe/Madrid"})).await.is(200);
        assert_eq!((&node["name"], &node["time_zone"], &node["domain"]), (&json!("Valmont-sur-Orne"), &json!("Europe/Madrid"), &json!("a.test")));
        assert_eq!(desk.anyone().get("/node").await.is(200)["name"], "Valmont-sur-Orne");
    }

    async fn somebody_is_suspended_everywhere_and_let_in_again(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, eve) = (desk.admin().await, desk.person("eve").await);
        let mona = desk.world.account_with_role("mona", Role::Moderator).await;
        let mona = desk.as_account(&mona).await;
        desk.world.stranger("bob", "b.test").await;
        let new = |who: &str| json!({"person": who, "reason": "Insultes"});
        eve.post("/moderation/suspensions", new("bob")).await.refused(403, "not-allowed");
        mona.post("/moderation/suspensions", new("nobody")).await.refused(422, "invalid");
        mona.post("/moderation/suspensions", new("admina")).await.refused(403, "not-allowed");
        mona.post("/moderation/suspensions", json!({"person": "eve", "reason": " "})).await.refused(422, "invalid");
        let hers = mona.post("/moderation/suspensions", new("eve")).await.is(201);
        mona.post("/moderation/suspensions", new("eve")).await.refused(422, "already-suspended");
        mona.post("/moderation/suspensions", new("@bob@b.test")).await.is(201);
        let ballot = format!("/consultations/{slug}/ballot");
        eve.put(&ballot, json!({"choice": ["for"]})).await.refused(403, "account-disabled");
        assert_eq!(items(&admin.get("/moderation/suspensions").await.is(200)).len(), 2);
        mona.delete(&format!("/moderation/suspensions/{}", hers["id"].as_str().unwrap())).await.is(204);
        mona.delete(&format!("/moderation/suspensions/{}", hers["id"].as_str().unwrap())).await.refused(404, "not-found");
        eve.put(&ballot, json!({"choice": ["for"]})).await.is(201);
    }

    async fn comments_are_read_before_they_are_shown_where_the_forum_asks(world: World) {
        let desk = Desk::of(world);
        let slug = desk.asks("rue", "public", desk.draft()).await;
        let (admin, eve) = (desk.admin().await, desk.person("eve").await);
        let comments = format!("/consultations/{slug}/comments");
        eve.put("/forums/rue/premoderation", json!({})).await.refused(403, "not-allowed");
        admin.put("/forums/rue/premoderation", json!({})).await.is(204);
        let said = eve.post(&comments, json!({"text": "Un avis"})).await.is(201);
        assert_eq!(said["state"], "held");
        assert_eq!(admin.post(&comments, json!({"text": "La mairie"})).await.is(201)["state"], "visible");
        assert_eq!(items(&eve.get(&comments).await.is(200)).len(), 1, "what waits is on no list");
        eve.get("/moderation/held").await.refused(403, "not-allowed");
        let waiting = admin.get("/moderation/held").await.is(200);
        assert_eq!((items(&waiting).len(), &items(&waiting)[0]["text"]), (1, &json!("Un avis")));
        let decide = format!("/moderation/held/{}/decide", said["id"].as_str().unwrap());
        admin.post(&decide, json!({"shown": false})).await.refused(422, "invalid");
        admin.post(&decide, json!({"shown": true})).await.is(204);
        admin.post(&decide, json!({"shown": true})).await.refused(404, "not-found");
        assert_eq!(items(&eve.get(&comments).await.is(200)).len(), 2);
        admin.delete("/forums/rue/premoderation").await.is(204);
        assert_eq!(eve.post(&comments, json!({"text": "Encore"})).await.is(201)["state"], "visible");
    }
}
