//! What nodes that carry each other's debates tell each other of it: receipts of what was erased, how much was passed on, and
//! what is not taken in.

use std::time::Duration;

use http::StatusCode;
use model::debate::consultation;
use model::network::copy::Erasure;
use model::network::envoy::note as notes;
use model::network::{announcer, elsewhere, erasure};
use model::people::role::Standing;
use serde_json::{Value, json};

use crate::carry::{PAGE, carrying, ours};
use crate::town::{Delivered, EVIL, PEER, Town, User, activity, create, kinds, note};

fn receipts(told: &[Delivered]) -> Vec<&Value> {
    told.iter()
        .map(|one| &one.activity)
        .filter(|it| it["type"] == "Accept" && it["object"]["type"] == "Delete")
        .collect()
}

#[tokio::test]
async fn whoever_erases_and_passed_on_sends_the_origin_its_receipt() {
    let it = carrying().await;
    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    let (ana, _) = ours(&it.town, "Person", "/users/ana");
    let first = it.said(&ana, "first");
    it.hears(activity(&ana, "Create", first)).await;
    let told = it.tells().await;
    assert!(told.iter().any(|one| one.headers["host"] == "evil.test" && one.activity["object"]["type"] == "Create"));

    it.town.peer.kept().documents.remove("/n/first");
    it.hears(activity(&ana, "Delete", json!(format!("{PEER}/n/first")))).await;
    let mut told = it.tells().await;
    told.extend(it.tells().await);
    let receipts = receipts(&told);
    let last = receipts.last().expect("a receipt");
    assert_eq!(
        (&last["actor"], &last["object"]["object"]),
        (&json!("https://a.test/"), &json!(format!("{PEER}/n/first")))
    );
    let item = &last["result"]["items"][0];
    assert_eq!((&item["type"], &item["actor"]), (&json!("Accept"), &json!("https://evil.test/")), "{last}");
    let delivered = told.iter().find(|one| one.activity == **last).expect("delivered");
    assert_eq!(
        (&delivered.headers["host"], delivered.path.as_str()),
        (&"peer.test".parse().expect("a name"), "/inbox")
    );
    assert!(it.town.is_signed(delivered).await, "a node speaks for itself");
}

#[tokio::test]
async fn receipts_of_those_that_had_it_from_others_reach_the_author() {
    let town = Town::new().await;
    let (far, _) = ours(&town, "Application", "/actor");
    let person = town.peer.user("zoe");
    let (forum, on) = town.world.vote().await;
    town.followed_by(&person, &forum).await;
    let by = town.world.as_admin();
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let words = model::debate::comment::Draft { text: "Words.".into(), ..model::debate::comment::Draft::default() };
    let said = model::debate::comment::post(&mut tx, town.now(), &forum, &on, &by, &words).await.expect("said");
    tx.commit().await.expect("committed");
    town.tells().await;
    let uri = town.app.address.comment(&on.slug, said.id);
    let mut accept = activity(&far, "Accept", json!({"type": "Delete", "object": uri}));
    accept["result"] = json!({"type": "Collection", "items": [
        {"type": "Accept", "actor": format!("{EVIL}/")}, {"type": "TentativeAccept", "actor": "http://slow.test/"},
        {"type": "Accept", "actor": "https://a.test/"}, {"type": "Nonsense", "actor": "http://x.test/"},
    ]});
    let onward = async || {
        let mut conn = town.world.store.conn().await.expect("a connection");
        let all = erasure::onward(&mut conn, &uri).await.expect("read");
        all.into_iter().map(|it| (it.host, it.via, it.erasure)).collect::<Vec<_>>()
    };
    town.takes_in(&far, &accept).await;
    assert!(onward().await.is_empty(), "nobody wished it erased");

    let mut tx = town.world.store.begin().await.expect("a transaction");
    model::debate::comment::delete(&mut tx, town.now(), &forum, &by, &said, None).await.expect("deleted");
    tx.commit().await.expect("committed");
    town.tells().await;
    let mut again = accept.clone();
    again["id"] = json!(format!("{PEER}/#erased/1"));
    again["actor"] = json!(person.id);
    town.takes_in(&person, &again).await;
    assert!(onward().await.is_empty(), "a person does not speak for a node");
    again["id"] = json!(format!("{PEER}/#erased/2"));
    again["actor"] = json!(far.id);
    assert_eq!(town.takes_in(&far, &again).await, StatusCode::ACCEPTED);
    let via = Some("peer.test".to_owned());
    let mut expected = vec![
        ("evil.test".to_owned(), via.clone(), Erasure::Acknowledged),
        ("slow.test".to_owned(), via, Erasure::Asked),
    ];
    assert_eq!(onward().await, expected);
    expected[1].2 = Erasure::Acknowledged;
    again["id"] = json!(format!("{PEER}/#erased/3"));
    again["result"]["items"] = json!([{"type": "Accept", "actor": "http://slow.test/"}]);
    town.takes_in(&far, &again).await;
    assert_eq!(onward().await, expected, "as it comes to be known");
}

#[tokio::test]
async fn a_relay_tells_the_origin_how_much_it_passed_on() {
    let it = carrying().await;
    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    let ana = it.town.peer.user("ana");
    let first = it.said(&ana, "first");
    it.hears(activity(&ana, "Create", first)).await;
    it.tells().await;
    it.town.waits(Duration::from_secs(60));
    let told = it.tells().await;
    assert_eq!(kinds(&told), ["Add"]);
    let add = &told[0].activity;
    assert_eq!((&add["object"], &add["result"]["totalItems"]), (&json!(PAGE), &json!(2)));
    assert_eq!(add["target"], format!("{}/outbox", it.town.app.address.forum(&it.forum.slug)));
    assert_eq!(told[0].headers["host"], "peer.test");
}

#[tokio::test]
async fn the_origin_keeps_which_forums_announced_a_consultation() {
    let town = Town::new().await;
    let (region, person) = (town.peer.actor("Group", "/f/region"), town.peer.user("ana"));
    let (_, on) = town.world.vote().await;
    let page = town.app.address.consultation(&on.slug);
    let add = |by: &User, target: String| {
        let mut add = activity(by, "Add", json!(page));
        add["target"] = json!(target);
        add["result"] = json!({"type": "Collection", "totalItems": 3});
        add
    };
    let known = async || {
        let mut conn = town.world.store.conn().await.expect("a connection");
        let all = announcer::of(&mut conn, on.id).await.expect("read");
        all.into_iter().map(|(it, who)| (who.name, it.objects)).collect::<Vec<_>>()
    };
    town.takes_in(&person, &add(&person, format!("{}/outbox", person.id))).await;
    town.takes_in(&region, &add(&region, "https://a.test/f/mobilite/featured".into())).await;
    assert!(known().await.is_empty(), "forums alone, and of their own outbox");
    for _ in 0..2 {
        town.takes_in(&region, &add(&region, format!("{}/outbox", region.id))).await;
    }
    assert_eq!(known().await, [("region".to_owned(), 3)]);
    town.takes_in(&person, &activity(&person, "Announce", json!(page))).await;
    let mut conn = town.world.store.conn().await.expect("a connection");
    assert_eq!(announcer::shares(&mut conn, on.id).await.expect("read"), [("peer.test".to_owned(), 1)]);
}

#[tokio::test]
async fn who_writes_from_another_node_is_told_why_a_comment_is_not_taken_in() {
    let town = Town::new().await;
    let (zoe, _) = ours(&town, "Person", "/users/zoe");
    let stranger = town.peer.user("mastodon");
    let (forum, on) = town.world.vote().await;
    let page = town.app.address.consultation(&on.slug);
    let mut tx = town.world.store.begin().await.expect("a transaction");
    consultation::close(&mut tx, town.now(), &town.world.as_admin(), &forum, &on).await.expect("closed");
    tx.commit().await.expect("committed");
    town.works().await;
    town.peer.takes();
    for who in [&zoe, &stranger] {
        let words = note(who, &page, "<p>Too late?</p>");
        assert_eq!(town.takes_in(who, &create(who, &words)).await, StatusCode::ACCEPTED);
    }
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Reject(Create)"], "nobody else would know what to do with it");
    assert_eq!(told[0].path, "/users/zoe/inbox");
    let reject = &told[0].activity;
    assert_eq!((&reject["code"], &reject["actor"]), (&json!("closed"), &json!(town.app.address.forum(&forum.slug))));
    assert!(reject["summary"].as_str().is_some_and(|why| !why.is_empty()));
    assert!(town.is_signed(&told[0]).await);
}

#[tokio::test]
async fn a_comment_that_its_origin_refuses_stays_with_its_author() {
    let it = carrying().await;
    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    it.tells().await;
    let ana = it.town.world.account("ana").await;
    let by = Standing { account: Some(ana), member: None };
    let here = it.town.app.address.clone();
    let mut tx = it.town.world.store.begin().await.expect("a transaction");
    let on = elsewhere::by_uri(&mut tx, PAGE).await.expect("mirrored");
    let draft = notes::Draft { text: "From home.".into(), ..notes::Draft::default() };
    let said = notes::post(&mut tx, it.town.now(), &here, &by, &on, &draft).await.expect("said");
    tx.commit().await.expect("committed");
    let told = it.tells().await;
    let sent = &told.iter().find(|one| one.activity["type"] == "Create").expect("sent").activity;
    let reject = |by: &User| {
        let mut reject =
            activity(by, "Reject", json!({"id": sent["id"], "type": "Create", "object": sent["object"]["id"]}));
        reject["code"] = json!("comments-closed");
        reject
    };
    let kept = async || {
        notes::by_id(&mut it.town.world.store.conn().await.expect("a connection"), said.id).await.expect("kept")
    };
    let eve = it.town.peer.actor("Group", "/f/eve");
    it.town.takes_in(&eve, &reject(&eve)).await;
    assert_eq!(kept().await.state, notes::Shown::Visible, "another forum's word is none");
    assert_eq!(it.town.takes_in(&it.group, &reject(&it.group)).await, StatusCode::ACCEPTED);
    let refused = kept().await;
    assert_eq!((refused.state, refused.reason.as_deref()), (notes::Shown::Refused, Some("comments-closed")));
    assert_eq!(refused.markdown, "From home.", "nothing is lost");
    let path = format!("/remote/peer.test/c/place-7kq2/comments/{}", said.id);
    assert_eq!(it.town.gets(&path).await.0, StatusCode::GONE, "it is not published");
}
