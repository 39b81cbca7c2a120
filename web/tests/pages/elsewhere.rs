//! Taking part in a consultation of another node from its page here.

use http::StatusCode;
use model::count::electorate::Assurance;
use model::network::envoy::{self, note};
use model::network::{fidelity, mirror};
use model::testing::World;
use serde_json::json;

use super::browser::Browser;

const PAGE: &str = "/remote/peer.test/c/place-7kq2";

#[tokio::test]
async fn a_vote_for_another_node_waits_for_it_and_says_so() {
    let world = World::sqlite().await;
    let on = world.mirrors(&json!({"kind": "vote"}), "live").await;
    let ana = world.account_with_password("ana").await;
    let mut visitor = Browser::of(&world);
    let page = visitor.get(PAGE).await;
    assert!(page.has("rel=\"canonical\" href=\"https://peer.test/c/place-7kq2\""), "{}", page.html);
    assert!(page.has("peer.test") && page.has("Continue") && page.has("none are shown"));
    let led = visitor.post(&format!("{PAGE}/ballot"), &[("choice", "for"), ("act", "cast")]).await;
    assert!(led.location().starts_with("/login") && led.location().contains("for"));

    let mut browser = Browser::signed_in(&world, "ana").await;
    let page = browser.get(PAGE).await;
    assert!(page.has("its e-mail address is confirmed") && page.has("name=\"choice\" value=\"for\""));
    let nothing = browser.post(&format!("{PAGE}/ballot"), &[("act", "cast")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = browser.post(&format!("{PAGE}/ballot"), &[("choice", "for"), ("act", "cast")]).await;
    assert_eq!(sent.location(), format!("{PAGE}#vote"));
    let page = browser.get(PAGE).await;
    assert!(page.has("Waiting for peer.test. Your vote leaves"), "{}", page.html);
    let mut conn = world.store.conn().await.unwrap();
    let sent = envoy::latest(&mut conn, ana.actor_id, &on.page.uri).await.unwrap().expect("a ballot");
    assert_eq!(sent.choice.0, ["for"]);
    drop(conn);
    browser.post(&format!("{PAGE}/ballot"), &[("act", "withdraw")]).await;
    assert!(browser.get(PAGE).await.has("Your vote is withdrawn as soon as"));
}

#[tokio::test]
async fn a_comment_for_another_node_is_written_answered_edited_and_deleted() {
    let world = World::sqlite().await;
    let on = world.mirrors(&json!({"kind": "none"}), "live").await;
    let author = world.stranger("zoe", "peer.test").await;
    let there = world.mirrors_comment(&on, &author, "Already there.").await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let page = ana.get(PAGE).await;
    assert!(page.has("Already there.") && page.has("copied to other servers"), "{}", page.html);
    let empty = ana.post(&format!("{PAGE}/comments"), &[("text", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reply = ana.get(&format!("{PAGE}?reply={}", there.id)).await;
    assert!(reply.has(&format!("name=\"parent\" value=\"{}\"", there.id)));
    let form = [("text", "From home."), ("parent", &there.id.to_string()), ("told", "1")];
    let said = ana.post(&format!("{PAGE}/comments"), &form).await;
    let id = said.location().rsplit_once("comment-").expect("a comment").1.to_owned();
    let page = ana.get(PAGE).await;
    assert!(page.has("From home.") && page.has("Waiting for peer.test") && !page.has("copied to other servers"));
    let edit = ana.get(&format!("{PAGE}?edit={id}")).await;
    assert!(edit.has("From home.</textarea>") && edit.has(&format!("action=\"{PAGE}/comments/{id}\"")));
    ana.post(&format!("{PAGE}/comments/{id}"), &[("text", "From my home.")]).await;
    assert!(ana.get(PAGE).await.has("From my home."));
    let agreed = ana.post(&format!("{PAGE}/comments/{}/reaction", there.id), &[("value", "1")]).await;
    assert_eq!(agreed.status, StatusCode::SEE_OTHER);
    assert!(ana.get(PAGE).await.has("name=\"value\" value=\"1\" aria-pressed=\"true\""));
    ana.post(&format!("{PAGE}/comments/{id}"), &[("act", "delete")]).await;
    assert!(!ana.get(PAGE).await.has("From my home."));
    let mut conn = world.store.conn().await.unwrap();
    let gone = note::by_id(&mut conn, id.parse().unwrap()).await.unwrap();
    assert_eq!((gone.state, gone.markdown.as_str()), (note::Shown::Deleted, ""));
}

#[tokio::test]
async fn every_method_has_its_form_and_hidden_results_show_none() {
    for method in [
        json!({"kind": "poll", "options": ["A", "B"], "multiple": true}),
        json!({"kind": "scale", "min": 0, "max": 50, "step": 25}),
        json!({"kind": "ranking", "options": ["A", "B"]}),
        json!({"kind": "support", "goal": 10}),
    ] {
        let world = World::sqlite().await;
        world.mirrors(&method, "after_close").await;
        let page = Browser::of(&world).get(PAGE).await;
        assert_eq!(page.status, StatusCode::OK, "{method}");
        assert!(page.has("name=\"choice\"") && page.has("keeps the results of this consultation secret"), "{method}");
        assert!(!page.has("id=\"results\""), "{method}");
    }
}

#[tokio::test]
async fn what_is_known_is_found_by_words() {
    let world = World::sqlite().await;
    world.mirrors(&json!({"kind": "none"}), "live").await;
    let mut visitor = Browser::of(&world);
    assert!(visitor.get("/federation?target=SQUARE").await.has("Close the square?"));
    assert!(visitor.get("/federation?target=neighbours").await.has("@neighbours@peer.test"));
    assert!(visitor.get("/federation?target=50%25_off").await.has("Nothing known here"));
}

#[tokio::test]
async fn an_administrator_says_whom_this_node_believes() {
    let world = World::sqlite().await;
    let mut citizen = Browser::of(&world);
    assert_eq!(citizen.get("/admin/federation").await.location(), "/login?next=%2Fadmin%2Ffederation");
    let mut admin = Browser::signed_in(&world, "admina").await;
    let form = [("host", "b.test"), ("policy", "partner"), ("admits", "list"), ("public_comment", "We know them.")];
    let saved = admin.post("/admin/federation", &form).await;
    assert_eq!(saved.location(), "/admin/federation?done=saved");
    let page = admin.get("/admin/federation").await;
    assert!(page.has("b.test") && page.has("We know them.") && page.has("it stands on a list of electors"));
    let mut conn = world.store.conn().await.unwrap();
    let believes = async |conn: &mut model::store::Conn, assurance| {
        model::network::partner::is_believed(conn, "b.test", Some(assurance)).await.unwrap()
    };
    assert!(believes(&mut conn, Assurance::List).await);
    assert!(!believes(&mut conn, Assurance::Email).await && !believes(&mut conn, Assurance::None).await);
    drop(conn);
    let wrong = admin.post("/admin/federation", &[("host", "not a host"), ("policy", "block")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    admin.post("/admin/federation", &[("host", "b.test"), ("act", "forget")]).await;
    assert!(!admin.get("/admin/federation").await.has("We know them."));
}

#[tokio::test]
async fn what_is_gone_at_its_origin_leaves_its_place_on_the_page() {
    let world = World::sqlite().await;
    let on = world.mirrors(&json!({"kind": "none"}), "live").await;
    let zoe = world.stranger("zoe", "peer.test").await;
    let first = world.mirrors_comment(&on, &zoe, "Off the subject.").await;
    world.mirrors_comment(&on, &zoe, "It stays.").await;
    let mut tx = world.store.begin().await.unwrap();
    mirror::end(&mut tx, world.now(), &first.uri, mirror::How::Removed, Some("Not about the square.")).await.unwrap();
    tx.commit().await.unwrap();
    let mut visitor = Browser::of(&world);
    let page = visitor.get(PAGE).await;
    assert!(page.has("It stays.") && page.has(&format!("id=\"comment-{}\"", first.id)), "{}", page.html);
    assert!(page.has("Hidden by the moderators: Not about the square.") && !page.has("Off the subject."));

    let mut tx = world.store.begin().await.unwrap();
    mirror::end(&mut tx, world.now(), &on.page.uri, mirror::How::Removed, Some("Published twice.")).await.unwrap();
    tx.commit().await.unwrap();
    let page = visitor.get(PAGE).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.has("The moderators of peer.test have removed this consultation: Published twice."), "{}", page.html);
    assert_eq!(visitor.get("/remote/peer.test/c/never").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_received_is_found_marked_with_its_host() {
    let world = World::sqlite().await;
    let on = world.mirrors(&json!({"kind": "vote"}), "live").await;
    let zoe = world.stranger("zoe", "peer.test").await;
    let said = world.mirrors_comment(&on, &zoe, "More benches").await;
    let mut visitor = Browser::of(&world);
    let page = visitor.get("/search?q=square").await;
    assert!(page.has(&format!("href=\"{PAGE}\"")) && page.has("Received from peer.test"), "{}", page.html);
    let page = visitor.get("/search?q=bench&kind=comment").await;
    assert!(page.has(&format!("href=\"{PAGE}#comment-{}\"", said.id)) && page.has("zoe"), "{}", page.html);
}

#[tokio::test]
async fn a_comment_that_its_origin_refuses_says_so_to_its_author_alone() {
    let world = World::sqlite().await;
    world.mirrors(&json!({"kind": "none"}), "live").await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let said = ana.post(&format!("{PAGE}/comments"), &[("text", "From home."), ("told", "1")]).await;
    let id = said.location().rsplit_once("comment-").expect("a comment").1.parse().unwrap();
    let mut tx = world.store.begin().await.unwrap();
    note::refused(&mut tx, &world.address, id, "peer.test", "comments-closed").await.unwrap();
    tx.commit().await.unwrap();
    let page = ana.get(PAGE).await;
    assert!(page.has("From home.") && page.has("Refused by peer.test: "), "{}", page.html);
    assert!(!Browser::of(&world).get(PAGE).await.has("From home."));
}

#[tokio::test]
async fn a_text_that_was_altered_here_is_said_to_have_been() {
    let world = World::sqlite().await;
    let on = world.mirrors(&json!({"kind": "none"}), "live").await;
    let mut tx = world.store.begin().await.unwrap();
    let found = Some(("its words are others", false));
    fidelity::settle(&mut tx, world.now(), &on.page.uri, found, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(
        Browser::of(&world)
            .get(PAGE)
            .await
            .has("what is kept here was not what peer.test has signed. Read the original")
    );
    let mut admin = Browser::signed_in(&world, "admina").await;
    assert!(admin.get("/admin/federation").await.has("its words are others"));
    let mut tx = world.store.begin().await.unwrap();
    fidelity::settle(&mut tx, world.now(), &on.page.uri, None, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(Browser::of(&world).get(PAGE).await.has("The signed text stands here again."));
}
