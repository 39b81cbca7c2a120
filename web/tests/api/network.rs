//! What a node follows elsewhere and knows of others, over the API. The network itself is a function here; real nodes
//! meet in the whole-node tests.

use std::sync::Arc;

use model::both_databases;
use model::count::electorate::Assurance;
use model::error::Refusal;
use model::testing::World;
use serde_json::{Value, json};

use crate::desk::{Desk, items};

/// A desk that finds one forum, `@neighbours@peer.test`, and nothing else.
async fn linked(world: World) -> Desk {
    let forum = world.neighbour("neighbours", "peer.test").await;
    let find = move |target: String| -> futures_util::future::BoxFuture<'static, _> {
        let found = match target.as_str() {
            "@neighbours@peer.test" | "https://peer.test/users/neighbours" => Ok(forum.id),
            "@ana@peer.test" => Err(Refusal::NotAForum.into()),
            _ => Err(Refusal::NotReachable.into()),
        };
        Box::pin(async { found })
    };
    Desk::linked(world, Arc::new(find))
}

both_databases! {
    async fn an_administrator_follows_lists_and_takes_back(world: World) {
        let desk = linked(world).await;
        let admin = desk.admin().await;
        let wish = json!({"target": "@neighbours@peer.test"});
        let follow = admin.post("/follows", wish.clone()).await.is(201);
        assert_eq!((&follow["state"], &follow["target"]), (&json!("requested"), &json!("@neighbours@peer.test")));
        assert_eq!(admin.post("/follows", wish).await.is(201)["id"], follow["id"], "asked for once");
        let list = admin.get("/follows").await.is(200);
        assert_eq!((items(&list), &list["next"]), (&[follow.clone()][..], &Value::Null));
        let path = format!("/follows/{}", follow["id"].as_str().unwrap());
        let told = async || model::job::depth(&mut desk.world.store.conn().await.unwrap()).await.unwrap().0;
        let before = told().await;
        admin.delete(&path).await.is(204);
        assert_eq!(told().await, before + 1, "the other side is told");
    }

    async fn an_administrator_says_by_what_partners_are_believed(world: World) {
        let desk = Desk::of(world);
        let (admin, citizen, anyone) = (desk.admin().await, desk.person("ana").await, desk.anyone());
        let terms = json!({"admits": ["list", "email", "list", "none"]});
        for (caller, status, code) in [(&anyone, 401, "not-signed-in"), (&citizen, 403, "not-allowed")] {
            caller.get("/partners").await.refused(status, code);
            caller.put("/partners/b.test", terms.clone()).await.refused(status, code);
            caller.delete("/partners/b.test").await.refused(status, code);
        }
        admin.put("/partners/b.test", terms.clone()).await.refused(404, "not-found");
        admin.put("/peers/b.test", json!({"policy": "silence"})).await.is(200);
        admin.put("/partners/b.test", terms.clone()).await.refused(404, "not-found");
        admin.put("/peers/b.test", json!({"policy": "partner"})).await.is(200);
        let all = json!({"host": "b.test", "admits": ["email", "list", "oidc", "code"], "is_set": false});
        assert_eq!(items(&admin.get("/partners").await.is(200)), std::slice::from_ref(&all));
        let set = admin.put("/partners/B.test", terms).await.is(200);
        assert_eq!((&set["is_set"], set["admits"].as_array().unwrap().len()), (&json!(true), 2));
        assert_eq!(items(&admin.get("/partners").await.is(200)), std::slice::from_ref(&set));
        let believes = async |assurance| {
            let mut conn = desk.world.store.conn().await.unwrap();
            model::network::partner::is_believed(&mut conn, "b.test", Some(assurance)).await.unwrap()
        };
        assert!(believes(Assurance::List).await && !believes(Assurance::Provider).await && !believes(Assurance::None).await);
        assert_eq!(admin.put("/partners/b.test", json!({"admits": []})).await.is(200)["admits"], json!([]));
        assert!(!believes(Assurance::List).await);
        admin.put("/partners/b.test", json!({"admits": ["magic"]})).await.refused(400, "malformed");
        admin.delete("/partners/b.test").await.is(204);
        assert_eq!(items(&admin.get("/partners").await.is(200)), [all]);
        admin.delete("/partners/c.test").await.refused(404, "not-found");
    }

    async fn each_refusal_of_a_follow_has_its_status_and_code(world: World) {
        let desk = linked(world).await;
        let (admin, citizen, anyone) = (desk.admin().await, desk.person("ana").await, desk.anyone());
        let wish = |target: &str| json!({"target": target});
        anyone.post("/follows", wish("@neighbours@peer.test")).await.refused(401, "not-signed-in");
        citizen.post("/follows", wish("@neighbours@peer.test")).await.refused(403, "not-allowed");
        citizen.get("/follows").await.refused(403, "not-allowed");
        citizen.delete("/follows/1").await.refused(403, "not-allowed");
        admin.post("/follows", wish("@nobody@peer.test")).await.refused(422, "not-reachable");
        admin.post("/follows", wish("@ana@peer.test")).await.refused(422, "not-a-forum");
        admin.post("/follows", json!({"target": "@x@peer.test", "more": 1})).await.refused(400, "malformed");
        admin.delete("/follows/nonsense").await.refused(404, "not-found");
        let alone = Desk::of(World::sqlite().await);
        let admin = alone.admin().await;
        admin.post("/follows", wish("@neighbours@peer.test")).await.refused(422, "federation-off");
    }

    async fn what_is_known_elsewhere_is_told(world: World) {
        let desk = linked(world).await;
        let (citizen, anyone) = (desk.person("ana").await, desk.anyone());
        let known = anyone.get("/remote?uri=https://peer.test/users/neighbours").await.is(200);
        assert_eq!((&known["kind"], &known["handle"]), (&json!("forum"), &json!("@neighbours@peer.test")));
        // Nobody has things fetched without a token.
        anyone.get("/remote?uri=@neighbours@peer.test").await.refused(404, "not-found");
        assert_eq!(citizen.get("/remote?uri=@neighbours@peer.test").await.is(200), known);
        citizen.get("/remote?uri=https://peer.test/c/none").await.refused(404, "not-found");
        anyone.get("/remote").await.refused(400, "malformed");
    }
}
