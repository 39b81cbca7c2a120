//! How this node treats other servers, and what it tells whom.

use http::StatusCode;
use model::debate::comment::{self, Comment, State};
use model::debate::consultation::Consultation;
use model::debate::forum;
use model::error::{Error, Refusal};
use model::network::copy::{self, Erasure};
use model::network::peer::{self, Policy};
use serde_json::json;

use crate::town::{PEER, Town, activity, create, kinds, note};

async fn treat(town: &Town, host: &str, policy: Policy) {
    let mut tx = town.world.store.begin().await.expect("a transaction");
    peer::set_policy(&mut tx, town.now(), host, policy).await.expect("said");
    tx.commit().await.expect("committed");
}

async fn post(town: &Town, on: &Consultation, text: &str) -> Comment {
    let account = town.world.account("citizen").await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let forum = forum::by_id(&mut tx, on.forum_id).await.expect("a forum");
    let by = forum::standing(&mut tx, &forum, Some(&account)).await.expect("a standing");
    let draft = comment::Draft { text: text.into(), ..comment::Draft::default() };
    let comment = comment::post(&mut tx, town.now(), &forum, on, &by, &draft).await.expect("posted");
    tx.commit().await.expect("committed");
    comment
}

async fn delete(town: &Town, on: &Consultation, comment: &Comment) {
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let forum = forum::by_id(&mut tx, on.forum_id).await.expect("a forum");
    let account = model::people::account::by_name(&mut tx, "citizen").await.expect("the author");
    let by = forum::standing(&mut tx, &forum, Some(&account)).await.expect("a standing");
    comment::delete(&mut tx, town.now(), &forum, &by, comment, None).await.expect("deleted");
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn a_blocked_domain_is_neither_heard_nor_fetched_with_all_below_it() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    town.world.forum("mobilite", forum::Visibility::Public).await;
    treat(&town, "test", Policy::Block).await;
    let follow = activity(&ana, "Follow", json!("https://a.test/f/mobilite"));
    assert_eq!(town.posts(&ana, "/inbox", follow.to_string().as_bytes()).await.1, "blocked");
    town.peer.actor("Group", "/f/neighbours");
    let found = federation::resolve(&town.app, &format!("{PEER}/f/neighbours")).await;
    assert!(matches!(found, Err(Error::Refused(Refusal::PeerBlocked))), "{found:?}");
    treat(&town, "peer.test", Policy::Allow).await;
    assert_eq!(town.takes_in(&ana, &follow).await, StatusCode::ACCEPTED, "what is said of a host itself is stronger");
}

#[tokio::test]
async fn nothing_is_fetched_from_a_blocked_host_because_another_one_names_it() {
    let town = Town::new().await;
    let group = town.peer.actor("Group", "/f/neighbours");
    let target = federation::resolve(&town.app, "@neighbours@peer.test").await.expect("found");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let by = town.world.as_admin();
    let follow =
        model::network::follow::request(&mut tx, town.now(), &by, &target, |id| town.app.address.follow(id)).await;
    let follow = follow.expect("asked");
    let accepted = model::network::follow::State::Accepted;
    model::network::follow::answered(&mut tx, town.now(), &follow.uri, target.id, accepted).await.expect("accepted");
    tx.commit().await.expect("committed");
    treat(&town, "evil.test", Policy::Block).await;
    let page = "http://evil.test/c/x";
    town.peer
        .kept()
        .documents
        .insert("/c/x".into(), json!({"id": page, "type": "Page", "name": "X", "attributedTo": group.id}));
    let announce = activity(&group, "Announce", json!(page));
    assert_eq!(town.takes_in(&group, &announce).await, StatusCode::ACCEPTED);
    let kept = model::network::mirror::by_uri(&mut town.world.store.conn().await.expect("a connection"), page).await;
    assert!(kept.expect("read").is_none());
    town.works().await;
}

#[tokio::test]
async fn what_people_of_a_silenced_host_write_is_taken_in_and_shown_to_nobody_unasked() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>Loud words</p>");
    assert_eq!(town.takes_in(&ana, &create(&ana, &words)).await, StatusCode::ACCEPTED);
    town.tells().await;
    let state = async || {
        let mut conn = town.world.store.conn().await.expect("a connection");
        comment::list(&mut conn, on.id, None, 10).await.expect("comments")[0].0.state
    };
    assert_eq!(state().await, State::Visible);
    for policy in [Policy::Silence, Policy::Block] {
        treat(&town, "peer.test", policy).await;
        assert_eq!(state().await, State::Hidden, "{policy}");
    }
    treat(&town, "peer.test", Policy::Allow).await;
    assert_eq!(state().await, State::Visible, "nothing was lost");
}

#[tokio::test]
async fn a_deletion_goes_to_exactly_those_that_were_given_it_and_who_acknowledged_is_known() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let comment = post(&town, &on, "Les bancs").await;
    let uri = town.app.address.comment(&on.slug, comment.id);
    assert_eq!(kinds(&town.tells().await), ["Announce(Create)"]);
    let copies =
        async || copy::of(&mut town.world.store.conn().await.expect("a connection"), &uri).await.expect("copies");
    let found = copies().await;
    assert_eq!((found.len(), found[0].host.as_str(), found[0].erasure), (1, "peer.test", None));
    // Somebody on another server follows since: it was never given the words, and hears nothing of their end.
    let eve = town.world.stranger("eve", "evil.test").await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let forum = forum::by_id(&mut tx, on.forum_id).await.expect("a forum");
    let group = model::people::actor::by_id(&mut tx, forum.actor_id).await.expect("an actor");
    model::network::follow::accept(&mut tx, town.now(), &eve, &group, "https://evil.test/follow")
        .await
        .expect("follows");
    tx.commit().await.expect("committed");
    delete(&town, &on, &comment).await;
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Announce(Delete)"], "to one server alone");
    assert_eq!(told[0].headers["host"], "peer.test");
    let found = copies().await;
    assert_eq!((found.len(), found[0].erasure), (1, Some(Erasure::Acknowledged)));
}

#[tokio::test]
async fn what_waits_is_taken_back_when_it_is_deleted() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    town.peer.kept().answer = Some(StatusCode::SERVICE_UNAVAILABLE);
    let (first, second) = (post(&town, &on, "Les bancs").await, on.clone());
    town.works().await;
    delete(&town, &second, &first).await;
    town.peer.kept().answer = None;
    town.waits(std::time::Duration::from_secs(3_600));
    let told = town.tells().await;
    assert_eq!(
        kinds(&told),
        ["Announce(Delete)"],
        "the words never leave again; that they are gone does, since they may have arrived"
    );
    assert!(told.iter().all(|one| !one.activity.to_string().contains("Les bancs")));
}

#[tokio::test]
async fn a_server_that_wants_us_to_wait_is_not_asked_before() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    town.peer.kept().answer = Some(StatusCode::TOO_MANY_REQUESTS);
    post(&town, &on, "Les bancs").await;
    assert_eq!(town.works().await.len(), 1);
    let lane =
        model::network::delivery::lane(&mut town.world.store.conn().await.expect("a connection"), "peer.test").await;
    let lane = lane.expect("read").expect("a lane");
    assert_eq!(lane.errors.0[0].why, "answered 429");
    town.peer.kept().answer = None;
    town.waits(std::time::Duration::from_secs(3_600));
    assert_eq!(town.tells().await.len(), 1);
}
