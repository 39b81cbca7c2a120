use http::StatusCode;
use model::debate::forum::Visibility;
use model::network::follow::{self, State};
use model::people::actor;
use serde_json::json;

use crate::town::{PEER, Town, activity};

#[tokio::test]
async fn a_follow_is_accepted_with_the_whole_follow_inside() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    town.world.forum("mobilite", Visibility::Public).await;
    let follow = activity(&ana, "Follow", json!("https://a.test/f/mobilite"));
    assert_eq!(town.takes_in(&ana, &follow).await, StatusCode::ACCEPTED);
    let told = town.tells().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].path, "/users/ana/inbox");
    assert_eq!(told[0].activity["type"], "Accept");
    assert_eq!(told[0].activity["object"], follow);
    assert!(town.is_signed(&told[0]).await);
    assert_eq!(town.document("/f/mobilite/followers").await["totalItems"], 1);

    assert_eq!(town.takes_in(&ana, &follow).await, StatusCode::ACCEPTED, "the same again");
    assert!(town.tells().await.is_empty(), "changes nothing");

    let undo = activity(&ana, "Undo", follow);
    assert_eq!(town.takes_in(&ana, &undo).await, StatusCode::ACCEPTED);
    assert_eq!(town.document("/f/mobilite/followers").await["totalItems"], 0);
}

#[tokio::test]
async fn people_are_not_followed_but_found_in_forums() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let follow = activity(&ana, "Follow", json!("https://a.test/u/valmont"));
    assert_eq!(town.takes_in(&ana, &follow).await, StatusCode::ACCEPTED);
    let told = town.tells().await;
    assert_eq!((&told[0].activity["type"], &told[0].activity["object"]), (&json!("Reject"), &follow));
    assert!(town.is_signed(&told[0]).await);
}

#[tokio::test]
async fn nobody_undoes_the_follow_of_another() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    town.world.forum("mobilite", Visibility::Public).await;
    let follow = activity(&ana, "Follow", json!("https://a.test/f/mobilite"));
    town.takes_in(&ana, &follow).await;
    let undo = activity(&eve, "Undo", follow.clone());
    assert_eq!(town.takes_in(&eve, &undo).await, StatusCode::UNAUTHORIZED);
    let mut borrowed = follow;
    borrowed["actor"] = json!(eve.id);
    assert_eq!(town.takes_in(&eve, &activity(&eve, "Undo", borrowed)).await, StatusCode::ACCEPTED);
    assert_eq!(town.document("/f/mobilite/followers").await["totalItems"], 1);
    town.tells().await;
}

#[tokio::test]
async fn a_private_forum_is_followed_by_nobody_and_answers_nothing() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    town.world.forum("conseil", Visibility::Private).await;
    for slug in ["conseil", "nothing"] {
        let follow = activity(&ana, "Follow", json!(format!("https://a.test/f/{slug}")));
        assert_eq!(town.takes_in(&ana, &follow).await, StatusCode::ACCEPTED);
    }
    assert!(town.tells().await.is_empty());
}

#[tokio::test]
async fn the_node_follows_a_remote_forum_and_only_that_forum_can_accept() {
    let town = Town::new().await;
    let (group, eve) = (town.peer.actor("Group", "/f/neighbours"), town.peer.user("eve"));
    let target = federation::resolve(&town.app, "@neighbours@peer.test").await.expect("found");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let uri = |id| town.app.address.path(&format!("follows/{id}"));
    let asked = follow::request(&mut tx, town.now(), &town.world.as_admin(), &target, uri).await.expect("asked");
    tx.commit().await.expect("committed");

    let told = town.tells().await;
    assert_eq!((told.len(), told[0].path.as_str()), (1, "/f/neighbours/inbox"));
    assert_eq!(told[0].activity["object"], group.id);
    assert!(town.is_signed(&told[0]).await, "by the node actor");

    let state = async || {
        let mut conn = town.world.store.conn().await.expect("a connection");
        follow::by_id(&mut conn, asked.id).await.expect("a follow").state
    };
    let forged = activity(&eve, "Accept", told[0].activity.clone());
    assert_eq!(town.takes_in(&eve, &forged).await, StatusCode::ACCEPTED);
    assert_eq!(state().await, State::Requested, "forged Accept: only from the followed actor");
    assert_eq!(
        town.takes_in(&group, &activity(&group, "Accept", told[0].activity.clone())).await,
        StatusCode::ACCEPTED
    );
    assert_eq!(state().await, State::Accepted);

    let mut tx = town.world.store.begin().await.expect("a transaction");
    let now_accepted = follow::by_id(&mut tx, asked.id).await.expect("a follow");
    follow::take_back(&mut tx, town.now(), &town.world.as_admin(), &now_accepted).await.expect("taken back");
    tx.commit().await.expect("committed");
    assert_eq!(town.tells().await[0].activity["type"], "Undo");
    let mut conn = town.world.store.conn().await.expect("a connection");
    assert!(follow::of_node(&mut conn).await.expect("follows").is_empty());
}

#[tokio::test]
async fn what_cannot_be_followed_is_told_apart() {
    let town = Town::new().await;
    town.peer.user("ana");
    for (target, code) in [
        ("@ana@peer.test", "not-a-forum"),
        ("@nobody@peer.test", "not-reachable"),
        ("@x@a.test", "not-reachable"),
        ("https://127.0.0.1/f/x", "not-reachable"),
        ("nonsense", "not-reachable"),
    ] {
        assert_eq!(model::testing::refused(federation::resolve(&town.app, target).await), code, "{target}");
    }
    let mut tx = town.world.store.begin().await.expect("a transaction");
    model::network::peer::set_policy(&mut tx, town.now(), "peer.test", model::network::peer::Policy::Block)
        .await
        .expect("blocked");
    tx.commit().await.expect("committed");
    assert_eq!(
        model::testing::refused(federation::resolve(&town.app, &format!("{PEER}/users/ana")).await),
        "peer-blocked"
    );
}

#[tokio::test]
async fn the_last_word_of_an_actor_that_is_gone_is_believed_when_its_own_host_says_so() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let words = crate::town::note(&ana, &town.app.address.consultation(&on.slug), "<p>Words</p>");
    town.takes_in(&ana, &crate::town::create(&ana, &words)).await;
    let bea = town.peer.user("bea");
    let farewell = activity(&bea, "Delete", json!(bea.id));
    town.peer.kept().documents.remove("/users/bea");
    assert_eq!(town.takes_in(&bea, &farewell).await, StatusCode::UNAUTHORIZED, "a missing key proves nothing");
    town.peer.kept().elsewhere = Some(StatusCode::GONE);
    assert_eq!(town.takes_in(&bea, &farewell).await, StatusCode::UNAUTHORIZED, "it is not asked for again at once");
    town.waits(std::time::Duration::from_secs(60));
    let farewell = activity(&bea, "Delete", json!(bea.id));
    assert_eq!(town.takes_in(&bea, &farewell).await, StatusCode::ACCEPTED);

    assert_eq!(town.takes_in(&ana, &activity(&ana, "Delete", json!(ana.id))).await, StatusCode::ACCEPTED);
    let mut conn = town.world.store.conn().await.expect("a connection");
    let gone = actor::by_uri(&mut conn, &ana.id).await.expect("read").expect("known");
    assert!(gone.deleted_at.is_some());
    assert_eq!(town.world.again(&on).await.comment_count, 0);
    drop(conn);
    town.tells().await;
}
