//! Relays, relay servers and witnesses over the API. The network itself is a function here.

use std::sync::Arc;

use model::both_databases;
use model::error::Refusal;
use model::network::mirror::{self, Kind, Mirror};
use model::people::actor::{self, Remote};
use model::store::Json;
use model::testing::World;
use serde_json::{Value, json};
use web::{App, Settings};

use crate::desk::{Desk, items};

/// A desk that finds one forum and one node, and nothing else.
async fn linked(world: World) -> Desk {
    let forum = world.neighbour("neighbours", "peer.test").await.id;
    let node = node(&world).await;
    let find = move |target: String| -> futures_util::future::BoxFuture<'static, _> {
        let found = if target == "@neighbours@peer.test" { Ok(forum) } else { Err(Refusal::NotReachable.into()) };
        Box::pin(async { found })
    };
    let nodes = move |target: String| -> futures_util::future::BoxFuture<'static, _> {
        let known = matches!(target.as_str(), "peer.test" | "https://peer.test/actor");
        Box::pin(async move { if known { Ok(node) } else { Err(Refusal::NotANode.into()) } })
    };
    let app = App::new(world.store.clone(), world.clock.clone(), Settings::default());
    Desk::at(world, app.with_resolve(Arc::new(find)).with_neighbours(Arc::new(nodes)))
}

async fn node(world: &World) -> model::id::Id<actor::Actor> {
    let remote = Remote {
        uri: "https://peer.test/".into(),
        kind: actor::Kind::Application,
        name: "peer.test".into(),
        host: "peer.test".into(),
        display_name: "Peer".into(),
        summary: String::new(),
        url: None,
        inbox: "https://peer.test/inbox".into(),
        shared_inbox: None,
        document: json!({}),
    };
    let mut tx = world.store.begin().await.unwrap();
    let node = actor::remember(&mut tx, world.now(), &remote).await.unwrap();
    tx.commit().await.unwrap();
    node.id
}

async fn copied(world: &World, uri: &str) {
    let group =
        actor::by_uri(&mut world.store.conn().await.unwrap(), "https://peer.test/users/neighbours").await.unwrap();
    let copy = Mirror {
        id: model::id::Id::new(world.now()),
        uri: uri.into(),
        kind: Kind::Page,
        host: "peer.test".into(),
        slug: Some("place".into()),
        group_id: group.map(|group| group.id),
        author_id: None,
        root_uri: None,
        parent_uri: None,
        title: "Place".into(),
        summary: String::new(),
        html: String::new(),
        language: None,
        document: Json(json!({})),
        published_at: world.now(),
        updated_at: None,
        received_at: world.now(),
    };
    let mut tx = world.store.begin().await.unwrap();
    mirror::keep(&mut tx, &copy).await.unwrap();
    tx.commit().await.unwrap();
}

both_databases! {
    async fn a_forum_carries_another_by_a_rule(world: World) {
        let desk = linked(world).await;
        let admin = desk.admin().await;
        admin.post("/forums", json!({"slug": "mobilite", "title": "M", "visibility": "public", "language": "fr"})).await.is(201);
        let wish = |rule: Value| json!({"source": "@neighbours@peer.test", "rule": rule});
        let made = admin.post("/forums/mobilite/relays", wish(json!({"kind": "tags", "tags": ["#Place"]}))).await.is(201);
        assert_eq!((&made["state"], &made["rule"]["tags"]), (&json!("requested"), &json!(["place"])));
        let same = admin.post("/forums/mobilite/relays", wish(json!({"kind": "manual"}))).await.is(201);
        assert_eq!((&same["id"], &same["rule"]["kind"]), (&made["id"], &json!("manual")), "the rule changes");
        let list = admin.get("/forums/mobilite/relays").await.is(200);
        assert_eq!((items(&list).len(), &list["next"]), (1, &Value::Null));
        let path = format!("/forums/mobilite/relays/{}", made["id"].as_str().unwrap());
        let uri = "https://peer.test/c/place";
        assert_eq!(admin.post(&format!("{path}/announce"), json!({"uri": uri})).await.is(201)["state"], "waiting");
        copied(&desk.world, uri).await;
        assert_eq!(admin.post(&format!("{path}/announce"), json!({"uri": uri})).await.is(201)["state"], "announced");
        admin.post(&format!("{path}/announce"), json!({"uri": uri})).await.refused(422, "already-carried");
        assert_eq!(items(&admin.get("/forums/mobilite/relays").await.is(200))[0]["roots"], 1);
        admin.delete(&path).await.is(204);
        admin.delete(&path).await.refused(404, "not-found");
    }

    async fn each_refusal_of_a_relay_has_its_status_and_code(world: World) {
        let desk = linked(world).await;
        let (admin, citizen, anyone) = (desk.admin().await, desk.person("ana").await, desk.anyone());
        for (slug, visibility) in [("mobilite", "public"), ("conseil", "private")] {
            admin.post("/forums", json!({"slug": slug, "title": "M", "visibility": visibility, "language": "fr"})).await.is(201);
        }
        let wish = |source: &str| json!({"source": source, "rule": {"kind": "all"}});
        anyone.post("/forums/mobilite/relays", wish("@neighbours@peer.test")).await.refused(401, "not-signed-in");
        citizen.post("/forums/mobilite/relays", wish("@neighbours@peer.test")).await.refused(403, "not-allowed");
        citizen.get("/forums/mobilite/relays").await.refused(403, "not-allowed");
        citizen.get("/forums/conseil/relays").await.refused(404, "not-found");
        admin.post("/forums/conseil/relays", wish("@neighbours@peer.test")).await.refused(422, "not-federated");
        admin.post("/forums/mobilite/relays", wish("@nobody@peer.test")).await.refused(422, "not-reachable");
        let tags = json!({"source": "@neighbours@peer.test", "rule": {"kind": "tags"}});
        admin.post("/forums/mobilite/relays", tags).await.refused(422, "invalid");
        admin.post("/forums/mobilite/relays", json!({"source": "x"})).await.refused(400, "malformed");
        admin.delete("/forums/mobilite/relays/nonsense").await.refused(404, "not-found");
    }

    async fn witnesses_and_relay_servers_are_asked_listed_and_ended(world: World) {
        let desk = linked(world).await;
        let (admin, citizen) = (desk.admin().await, desk.person("ana").await);
        for path in ["/moderation/relays", "/moderation/witnesses", "/moderation/proposals", "/moderation/forks"] {
            citizen.get(path).await.refused(403, "not-allowed");
            assert_eq!(items(&admin.get(path).await.is(200)).len(), 0, "{path}");
        }
        let asked = admin.post("/moderation/witnesses", json!({"host": "peer.test", "role": "witness"})).await.is(201);
        assert_eq!((&asked["state"], &asked["kind"], &asked["ours"]), (&json!("requested"), &json!("witness"), &json!(true)));
        admin.post("/moderation/witnesses", json!({"host": "peer.test", "role": "witness"})).await.refused(422, "already-proposed");
        admin.post("/moderation/witnesses", json!({"host": "x.test", "role": "witness"})).await.refused(422, "not-a-node");
        let path = format!("/moderation/proposals/{}/answer", asked["id"].as_str().unwrap());
        admin.post(&path, json!({"accept": true})).await.refused(403, "not-allowed");
        let inbox = json!({"uri": "https://relay.test/inbox"});
        let made = admin.post("/moderation/relays", inbox.clone()).await.is(201);
        assert_eq!((&made["style"], &made["direction"]), (&json!("mastodon"), &json!("out")));
        admin.post("/moderation/relays", inbox).await.refused(422, "already-subscribed");
        let made = admin.post("/moderation/relays", json!({"uri": "https://peer.test/actor"})).await.is(201);
        assert_eq!(made["style"], "litepub");
        admin.post("/moderation/relays", json!({"uri": "nonsense"})).await.refused(422, "invalid");
        admin.delete(&format!("/moderation/relays/{}", made["id"].as_str().unwrap())).await.is(204);
        assert_eq!(items(&admin.get("/moderation/relays").await.is(200)).len(), 2, "told first, then forgotten");
        admin.delete("/moderation/witnesses/nonsense").await.refused(404, "not-found");
    }
}
