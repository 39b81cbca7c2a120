//! The pages of relays and witnesses: forms without script, in every language.

use std::sync::Arc;

use http::StatusCode;
use model::count::witness::{self, Role, Seen};
use model::debate::forum::Visibility;
use model::error::Refusal;
use model::network::announcer;
use model::network::{follow, relay};
use model::people::actor;
use model::testing::{PASSWORD, World};
use web::App;

use super::browser::{self, Browser};

async fn linked(world: &World) -> App {
    let forum = world.neighbour("neighbours", "peer.test").await.id;
    let find = move |target: String| -> futures_util::future::BoxFuture<'static, _> {
        let found = if target == "@neighbours@peer.test" { Ok(forum) } else { Err(Refusal::NotReachable.into()) };
        Box::pin(async { found })
    };
    let none = |_: String| -> futures_util::future::BoxFuture<'static, _> {
        Box::pin(async { Err(Refusal::NotANode.into()) })
    };
    browser::app(world).with_resolve(Arc::new(find)).with_neighbours(Arc::new(none))
}

async fn administrator(app: &App) -> Browser {
    let mut browser = Browser::at(app);
    let page = browser.post("/login", &[("who", "admina"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    browser
}

#[tokio::test]
async fn a_relay_is_begun_answered_and_stopped_without_script() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let app = linked(&world).await;
    let mut admin = administrator(&app).await;
    let path = "/f/mobilite/relay";
    assert!(admin.get("/f/mobilite").await.has("href=\"/f/mobilite/relay\""), "the forum's page leads there");
    let wrong = [("act", "begin"), ("source", "@nobody@x.test"), ("rule", "tags"), ("tags", "place, vélo")];
    let page = admin.post(path, &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.title().starts_with("Error:") && page.has("place, vélo") && page.has("id=\"source-error\""),
        "{}",
        page.html
    );
    let page = admin.post(path, &[("act", "begin"), ("source", "@neighbours@peer.test"), ("rule", "tags")]).await;
    assert!(page.has("id=\"tags-error\""), "{}", page.html);
    let good = [("act", "begin"), ("source", "@neighbours@peer.test"), ("rule", "all"), ("comments", "1")];
    let page = admin.post(path, &good).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/f/mobilite/relay?told=begun"));
    let page = admin.get(page.location()).await;
    assert!(page.has("@neighbours@peer.test") && page.has("role=\"status\""), "{}", page.html);
    let it = relay::of_forum(&mut world.store.conn().await.unwrap(), forum.id).await.unwrap();
    let page = admin.post(path, &[("act", "announce"), ("relay", &it[0].0.id.to_string()), ("uri", "")]).await;
    assert!(page.has("id=\"uri-error\""), "{}", page.html);
    let page = admin.post(path, &[("act", "stop"), ("id", &it[0].0.id.to_string())]).await;
    assert_eq!(page.location(), "/f/mobilite/relay?told=stopped");
    assert_eq!(admin.post(path, &[("act", "nonsense")]).await.status, StatusCode::NOT_FOUND);

    admin.post(path, &[("act", "ask"), ("asks", "1")]).await;
    let asker = world.neighbour("region", "r.test").await;
    let mut tx = world.store.begin().await.unwrap();
    let group = actor::by_id(&mut tx, forum.actor_id).await.unwrap();
    let asked = follow::hold(&mut tx, world.now(), &asker, &group, "https://r.test/follow").await.unwrap();
    tx.commit().await.unwrap();
    assert!(admin.get(path).await.has("value=\"consent\""));
    let page = admin.post(path, &[("act", "consent"), ("id", &asked.id.to_string())]).await;
    assert_eq!(page.location(), "/f/mobilite/relay?told=consented");
    for language in ["fr", "es"] {
        let mut visitor = administrator(&app).await.reading(language);
        let page = visitor.get(path).await;
        assert_eq!((page.status, page.has("@region@r.test")), (StatusCode::OK, true), "{language}");
    }
}

#[tokio::test]
async fn an_author_sees_where_a_consultation_is_carried_and_proposes_it() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let app = linked(&world).await;
    let mut admin = administrator(&app).await;
    let path = format!("/c/{}/relay", on.slug);
    let page = admin.post(&path, &[("target", "")]).await;
    assert!(page.has("id=\"target-error\""), "{}", page.html);
    let page = admin.post(&path, &[("target", "@neighbours@peer.test")]).await;
    assert_eq!(page.location(), format!("{path}?told=proposed"));
    assert!(admin.get(&path).await.has("@neighbours@peer.test"));
    let page = admin.post(&path, &[("target", "@neighbours@peer.test")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "proposed already");
    assert_eq!(Browser::at(&app).get(&path).await.status, StatusCode::SEE_OTHER, "sign in first");
    assert!(admin.get(&path).await.has("No forum of another site has said that it announced"));
    let region = world.neighbour("region", "c.test").await;
    let mut tx = world.store.begin().await.unwrap();
    for objects in [1, 4] {
        announcer::note(&mut tx, world.now(), on.id, &region, objects).await.unwrap();
    }
    tx.commit().await.unwrap();
    let page = admin.get(&path).await;
    assert!(page.has("@region@c.test") && page.has("4 publications and comments passed on"), "{}", page.html);
}

#[tokio::test]
async fn administrators_are_shown_witnesses_and_both_heads_of_a_fork() {
    let world = World::sqlite().await;
    let peer = world.neighbour("w", "w.test").await;
    let mut tx = world.store.begin().await.unwrap();
    witness::agree(&mut tx, world.now(), Role::Witnessed, &peer).await.unwrap();
    let seen = Seen {
        origin: "w.test/c/place".into(),
        host: "w.test".into(),
        size: 1,
        root: String::new(),
        checkpoint: "the one head".into(),
        at: world.now(),
    };
    witness::note_fork(&mut tx, world.now(), &seen, "the other head", "v.test").await.unwrap();
    tx.commit().await.unwrap();
    let app = linked(&world).await;
    let mut admin = administrator(&app).await;
    let page = admin.get("/admin/relays").await;
    for words in ["w.test/c/place", "the one head", "the other head", "v.test", "a.test/witness+"] {
        assert!(page.has(words), "{words}: {}", page.html);
    }
    let page = admin.post("/admin/relays", &[("act", "propose"), ("kind", "witness"), ("host", "nowhere.test")]).await;
    assert!(page.has("id=\"host-error\""), "{}", page.html);
    let page = admin.post("/admin/relays", &[("act", "subscribe"), ("server", "nonsense")]).await;
    assert!(page.has("id=\"server-error\""), "{}", page.html);
    let page = admin.post("/admin/relays", &[("act", "subscribe"), ("server", "https://relay.test/inbox")]).await;
    assert_eq!(page.location(), "/admin/relays?told=begun");
    assert_eq!(
        admin.get("/directory.json").await.status,
        StatusCode::NOT_FOUND,
        "listed only if an administrator says so"
    );
    admin.post("/admin/relays", &[("act", "share"), ("listed", "1")]).await;
    let (_, on) = world.vote().await;
    let page = admin.get("/directory.json").await;
    assert!(page.has(&on.slug) && page.has("/comments.csv") && page.has("w.test"), "{}", page.html);
    world.account_with_password("ana").await;
    assert_eq!(Browser::signed_in(&world, "ana").await.get("/admin/relays").await.status, StatusCode::FORBIDDEN);
}
