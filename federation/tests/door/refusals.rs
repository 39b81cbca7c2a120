use federation::signature::{self, Payload, WINDOW_PAST, cavage};
use http::StatusCode;
use model::debate::forum::Visibility;
use model::network::peer::{self, Policy};
use serde_json::{Value, json};

use crate::town::{PEER, Town, User, activity, vote};

const ACTIVITY: &str = "application/activity+json";

fn signed(by: &User, body: &[u8], at: i64, url: &str) -> Vec<(&'static str, String)> {
    let payload = Payload::of(body, ACTIVITY);
    cavage::sign("post", &url.parse().expect("a URL"), Some(&payload), &by.key, at).expect("signed")
}

async fn code(town: &Town, body: &Value, headers: Vec<(&'static str, String)>) -> (u16, String) {
    let (status, code) = town.posts_with("/inbox", body.to_string().as_bytes(), headers).await;
    (status.as_u16(), code)
}

#[tokio::test]
async fn a_bad_signature_is_401_each_with_its_own_code() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let vote = vote(&ana, &town.app.address.ballot(&on.slug), "Pour");
    let body = vote.to_string().into_bytes();
    let (now, inbox) = (town.now().as_second(), "https://a.test/inbox");
    let right = || signed(&ana, &body, now, inbox);
    let without = |name: &str| right().into_iter().filter(|(header, _)| *header != name).collect::<Vec<_>>();
    let with = |name: &'static str, value: &str| {
        let mut headers = without(name);
        headers.push((name, value.to_owned()));
        headers
    };
    let refused = |headers| code(&town, &vote, headers);
    let told = |name: &str| (401, name.to_owned());
    assert_eq!(refused(without("signature")).await, told("signature-missing"));
    assert_eq!(refused(with("signature", "nonsense")).await, told("signature-malformed"));
    assert_eq!(refused(signed(&ana, &body, now - WINDOW_PAST - 1, inbox)).await, told("signature-stale"));
    assert_eq!(refused(signed(&ana, &body, now + 600, inbox)).await, told("signature-early"));
    assert_eq!(refused(signed(&ana, &body, now, "https://b.test/inbox")).await, told("signature-foreign"));
    assert_eq!(refused(signed(&ana, &body, now, "https://a.test/u/x/inbox")).await, told("signature-invalid"));
    assert_eq!(refused(without("digest")).await, told("signature-no-digest"));
    assert_eq!(refused(signed(&ana, b"{}", now, inbox)).await, told("signature-other-body"));
    assert_eq!(refused(signed(&eve, &body, now, inbox)).await, told("signature-other-actor"));
    let spoiled = User { id: ana.id.clone(), key: town.peer.actor("Person", "/users/imposter").key };
    let imposter = signed(&spoiled, &body, now, inbox);
    let claimed: Vec<_> =
        imposter.into_iter().map(|(name, value)| (name, value.replace("/users/imposter", "/users/ana"))).collect();
    assert_eq!(refused(claimed).await, told("signature-invalid"));
    let unknown: Vec<_> =
        right().into_iter().map(|(name, value)| (name, value.replace("/users/ana#", "/users/nobody#"))).collect();
    assert_eq!(refused(unknown).await, told("signature-unknown-key"));

    assert_eq!(town.open_tier(&on, ["for"]).await, [0], "nothing of it counts");
    assert_eq!(code(&town, &vote, right()).await.0, 202, "the same vote, rightly signed, is the first that counts");
    assert_eq!(town.open_tier(&on, ["for"]).await, [1]);
    town.tells().await;
}

#[tokio::test]
async fn the_signer_is_the_actor_and_the_owner_of_the_inner_object() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let mut borrowed = vote(&eve, &town.app.address.ballot(&on.slug), "Pour");
    borrowed["object"]["attributedTo"] = json!(ana.id);
    assert_eq!(town.takes_in(&eve, &borrowed).await, StatusCode::UNAUTHORIZED);
    let mut foreign = vote(&eve, &town.app.address.ballot(&on.slug), "Pour");
    foreign["object"]["id"] = json!("http://evil.test/vote");
    assert_eq!(town.takes_in(&eve, &foreign).await, StatusCode::UNAUTHORIZED);
    let mut elsewhere = vote(&eve, &town.app.address.ballot(&on.slug), "Pour");
    elsewhere["id"] = json!("http://evil.test/activity");
    assert_eq!(town.takes_in(&eve, &elsewhere).await, StatusCode::BAD_REQUEST);
    assert_eq!(town.open_tier(&on, ["for"]).await, [0]);
}

#[tokio::test]
async fn a_malformed_body_is_400_and_one_too_large_413() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    town.world.forum("mobilite", Visibility::Public).await;
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let graph = json!({"id": format!("{PEER}/1"), "type": "Create", "actor": ana.id, "@graph": []}).to_string();
    let typed = json!({"id": format!("{PEER}/1"), "type": 7, "actor": ana.id}).to_string();
    let no_actor = json!({"id": format!("{PEER}/1"), "type": "Follow"}).to_string();
    for body in ["", "{", "[]", "null", "\u{0}", r#"{"type":"Create"}"#, &deep, &graph, &typed, &no_actor] {
        let (status, code) = town.posts(&ana, "/f/mobilite/inbox", body.as_bytes()).await;
        assert_eq!((status, code.as_str()), (StatusCode::BAD_REQUEST, "malformed"), "{body:.80}");
    }
    let inner = activity(&ana, "Create", json!({"type": "Note"}));
    assert_eq!(town.takes_in(&ana, &inner).await, StatusCode::BAD_REQUEST, "an object without an id");
    let large = vec![b' '; federation::wire::MAX_BYTES + 1];
    assert_eq!(town.posts(&ana, "/inbox", &large).await, (StatusCode::PAYLOAD_TOO_LARGE, "too-large".to_owned()));
}

#[tokio::test]
async fn what_means_nothing_to_us_is_politely_taken() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    for kind in ["Arrive", "EmojiReact", "Flag", "Move", "Block", "https://example.org/ns#Odd"] {
        let odd = activity(&ana, kind, json!(format!("{PEER}/somewhere")));
        assert_eq!(town.takes_in(&ana, &odd).await, StatusCode::ACCEPTED, "{kind}");
    }
    for kind in ["Follow", "Create", "Update", "Delete", "Undo", "Like", "Announce", "Accept", "Reject"] {
        for object in
            [json!(null), json!([]), json!(7), json!("nonsense"), json!(["https://a.test/"]), json!("https://a.test/")]
        {
            let odd = activity(&ana, kind, object.clone());
            assert_eq!(town.takes_in(&ana, &odd).await, StatusCode::ACCEPTED, "{kind} {object}");
        }
    }
    town.works().await;
}

#[tokio::test]
async fn a_blocked_host_is_403_and_hears_nothing() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    peer::set_policy(&mut tx, town.now(), "peer.test", Policy::Block).await.expect("blocked");
    tx.commit().await.expect("committed");
    let vote = vote(&ana, &town.app.address.ballot(&on.slug), "Pour");
    assert_eq!(
        code(&town, &vote, signed(&ana, vote.to_string().as_bytes(), town.now().as_second(), "https://a.test/inbox"))
            .await,
        (403, "blocked".to_owned())
    );
    town.world.passes(std::time::Duration::from_secs(8 * 86_400)).await;
    town.works().await;
    assert!(town.peer.takes().is_empty());
}

#[tokio::test]
async fn with_an_allowlist_a_host_must_stand_on_it() {
    let town = Town::with(federation::Settings { allowlist: true, ..federation::Settings::default() }).await;
    let ana = town.peer.user("ana");
    town.world.forum("mobilite", Visibility::Public).await;
    let follow = || activity(&ana, "Follow", json!("https://a.test/f/mobilite"));
    assert_eq!(town.takes_in(&ana, &follow()).await, StatusCode::FORBIDDEN);
    let mut tx = town.world.store.begin().await.expect("a transaction");
    peer::set_policy(&mut tx, town.now(), "peer.test", Policy::Allow).await.expect("allowed");
    tx.commit().await.expect("committed");
    assert_eq!(town.takes_in(&ana, &follow()).await, StatusCode::ACCEPTED);
    assert_eq!(town.tells().await.len(), 1);
}

#[tokio::test]
async fn one_peer_that_floods_is_told_when_to_come_back() {
    let town = Town::with(federation::Settings { inbox_per_minute: 3, ..federation::Settings::default() }).await;
    let ana = town.peer.user("ana");
    for _ in 0..3 {
        let odd = activity(&ana, "Arrive", json!(PEER));
        assert_eq!(town.takes_in(&ana, &odd).await, StatusCode::ACCEPTED);
    }
    let odd = activity(&ana, "Arrive", json!(PEER));
    assert_eq!(
        town.posts(&ana, "/inbox", odd.to_string().as_bytes()).await,
        (StatusCode::TOO_MANY_REQUESTS, "too-many-requests".to_owned())
    );
}

#[tokio::test]
async fn who_only_says_to_be_of_a_host_uses_up_nothing_of_it() {
    let town = Town::with(federation::Settings { inbox_per_minute: 3, ..federation::Settings::default() }).await;
    let (ana, bea) = (town.peer.user("ana"), town.peer.user("bea"));
    for _ in 0..9 {
        let odd = activity(&ana, "Arrive", json!(PEER));
        let by_another = signed(&bea, odd.to_string().as_bytes(), town.now().as_second(), "https://a.test/inbox");
        let claimed = by_another.into_iter().map(|(name, value)| (name, value.replace("/users/bea#", "/users/ana#")));
        assert_eq!(code(&town, &odd, claimed.collect()).await, (401, "signature-invalid".to_owned()));
    }
    assert_eq!(town.takes_in(&ana, &activity(&ana, "Arrive", json!(PEER))).await, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn who_does_not_sign_is_told_how_to() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let follow = activity(&ana, "Follow", json!("https://a.test/")).to_string();
    let request = http::Request::post("/inbox").body(axum::body::Body::from(follow)).expect("a request");
    let response = tower::ServiceExt::oneshot(town.router.clone(), request).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()[signature::ACCEPT_SIGNATURE], signature::WANTED_OF_POST);
}
