//! Forums that carry forums (FEP-d36d), what is proposed between nodes, and relay servers (FEP-ae0c).

use http::StatusCode;
use model::debate::forum::{Forum, Visibility};
use model::network::follow::State;
use model::network::proposal::{self, Kind, Offer};
use model::network::relay::rules::{Kind as By, Rule};
use model::network::relay::{self, Relay};
use model::network::relay_server::{self, Direction};
use model::people::actor;
use serde_json::{Value, json};

use crate::town::{Delivered, PEER, Town, User, activity, kinds};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// A forum here that carries one of the peer's, and somebody on another server who follows it.
async fn carrying(rule: Rule) -> (Town, Forum, Relay, User, User) {
    let town = Town::new().await;
    let (group, author) = (town.peer.actor("Group", "/f/neighbours"), town.peer.user("mairie"));
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let target = federation::resolve(&town.app, "@neighbours@peer.test").await.expect("found");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let uri = |id| town.app.address.follow(id);
    let by = town.world.as_admin();
    let it = relay::begin(&mut tx, town.now(), &by, &forum, &target, rule, uri).await.expect("asked");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    assert_eq!((told.len(), told[0].path.as_str()), (1, "/f/neighbours/inbox"));
    assert_eq!(told[0].activity["actor"], "https://a.test/f/mobilite", "the forum itself follows");
    assert!(town.is_signed(&told[0]).await);
    let accept = activity(&group, "Accept", told[0].activity.clone());
    assert_eq!(town.takes_in(&group, &accept).await, StatusCode::ACCEPTED);
    town.followed_from_afar(&forum).await;
    (town, forum, it, group, author)
}

fn all(comments: bool) -> Rule {
    Rule { kind: By::All, tags: Vec::new(), comments }
}

fn page(author: &User, slug: &str, tags: &[&str]) -> Value {
    let tags: Vec<Value> = tags.iter().map(|tag| json!({"type": "Hashtag", "name": tag})).collect();
    json!({
        "id": format!("{PEER}/c/{slug}"), "type": "Page", "attributedTo": author.id, "name": "Close the square?",
        "content": "<p>Long</p>", "context": format!("{PEER}/c/{slug}/context"), "tag": tags, "to": [PUBLIC],
        "published": "2026-03-01T08:00:00Z",
    })
}

fn uri(slug: &str) -> String {
    format!("{PEER}/c/{slug}")
}

/// The forum that is carried announces something, as it does: the activity, and the bare id.
async fn announces(town: &Town, group: &User, author: &User, object: &Value) -> Vec<Delivered> {
    town.peer.serves(object["id"].as_str().expect("an id"), object.clone());
    for told in [activity(author, "Create", object.clone()), object["id"].clone()] {
        let announce = activity(group, "Announce", told);
        assert_eq!(town.takes_in(group, &announce).await, StatusCode::ACCEPTED);
    }
    town.works().await;
    town.peer.takes()
}

#[tokio::test]
async fn a_forum_passes_on_once_what_another_publishes_and_never_back() {
    let (town, forum, it, group, author) = carrying(all(true)).await;
    town.followed_by(&town.peer.user("near"), &forum).await;
    let told = announces(&town, &group, &author, &page(&author, "place", &[])).await;
    assert_eq!(kinds(&told), ["Announce(Create)", "Announce"], "once, as its origin tells it");
    assert_eq!(told[0].activity["object"]["object"], page(&author, "place", &[]));
    assert_eq!(told[1].activity["object"], uri("place"));
    let to_others = told.iter().all(|one| one.headers["host"] == "evil.test");
    assert!(to_others, "to those alone who are not where it came from");

    let again = activity(&group, "Announce", json!(uri("place")));
    town.takes_in(&group, &again).await;
    assert!(town.tells().await.is_empty(), "never twice");

    let ana = town.peer.user("ana");
    let words = json!({"id": format!("{PEER}/n/1"), "type": "Note", "attributedTo": ana.id, "inReplyTo": uri("place"),
        "content": "<p>Words</p>", "to": [PUBLIC], "context": format!("{}/context", uri("place"))});
    town.peer.serves(&format!("{PEER}/n/1"), words.clone());
    let create = activity(&ana, "Create", words.clone());
    town.takes_in(&group, &activity(&group, "Announce", create.clone())).await;
    let told = town.tells().await;
    assert_eq!((told.len(), &told[0].activity["object"]), (1, &create), "a comment whole, as it came");

    town.peer.kept().documents.remove("/n/1");
    let delete = activity(&ana, "Delete", json!(format!("{PEER}/n/1")));
    town.takes_in(&group, &activity(&group, "Announce", delete.clone())).await;
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Announce(Delete)", "Undo(Announce)"], "what its origin deletes goes there too");
    assert_eq!(told[0].activity["object"], delete);
    town.peer.serves(&format!("{PEER}/n/1"), words);
    town.takes_in(&group, &activity(&group, "Announce", create)).await;
    assert!(town.tells().await.is_empty(), "what the origin has deleted is never passed on again");

    let mut tx = town.world.store.begin().await.expect("a transaction");
    let counted = relay::by_id(&mut tx, it.id).await.expect("a relay");
    assert_eq!((counted.roots, counted.answers), (1, 1));
    relay::stop(&mut tx, town.now(), &town.world.as_admin(), &forum, &counted).await.expect("stopped");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    assert_eq!((kinds(&told), told[0].path.as_str()), (vec!["Undo(Follow)".to_owned()], "/f/neighbours/inbox"));
}

#[tokio::test]
async fn only_what_bears_a_tag_or_is_chosen_by_hand_is_passed_on() {
    let rule = Rule { kind: By::Tags, tags: vec!["place".into()], comments: false };
    let (town, forum, it, group, author) = carrying(rule).await;
    assert!(announces(&town, &group, &author, &page(&author, "velo", &["#Velo"])).await.is_empty());
    let told = announces(&town, &group, &author, &page(&author, "place", &["#Place"])).await;
    assert_eq!(kinds(&told), ["Announce(Create)", "Announce"]);

    let by = town.world.as_admin();
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let copy = model::network::mirror::by_uri(&mut tx, &uri("velo")).await.expect("read").expect("kept");
    relay::by_hand(&mut tx, town.now(), &by, &forum, &it, &copy).await.expect("passed on");
    assert_eq!(
        model::testing::refused(relay::by_hand(&mut tx, town.now(), &by, &forum, &it, &copy).await),
        "already-carried"
    );
    // not known here yet: fetched first
    relay::by_hand_unseen(&mut tx, town.now(), &by, &forum, &it, &uri("banc")).await.expect("fetched first");
    tx.commit().await.expect("committed");
    let mut unseen = page(&author, "banc", &[]);
    unseen["audience"] = json!(group.id);
    town.peer.serves(&uri("banc"), unseen);
    let told: Vec<Value> = town.tells().await.into_iter().map(|one| one.activity["object"].clone()).collect();
    assert_eq!(told, [json!(uri("velo")), json!(uri("banc"))]);
}

#[tokio::test]
async fn a_forum_that_wants_to_be_asked_is() {
    let town = Town::new().await;
    let (group, forum) =
        (town.peer.actor("Group", "/f/region"), town.world.forum("mobilite", Visibility::Public).await);
    let by = town.world.as_admin();
    let mut tx = town.world.store.begin().await.expect("a transaction");
    relay::ask_first(&mut tx, &by, &forum, true).await.expect("set");
    tx.commit().await.expect("committed");
    let follow = activity(&group, "Follow", json!("https://a.test/f/mobilite"));
    assert_eq!(town.takes_in(&group, &follow).await, StatusCode::ACCEPTED);
    assert!(town.tells().await.is_empty(), "somebody here decides");
    let people = town.peer.user("ana");
    town.followed_by(&people, &forum).await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let asked = relay::carriers(&mut tx, &forum).await.expect("carriers");
    assert_eq!((asked.len(), asked[0].0.state), (1, State::Requested), "people follow as before");
    relay::consent(&mut tx, town.now(), &by, &forum, &asked[0].0, true).await.expect("agreed");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    assert_eq!((kinds(&told), told[0].path.as_str()), (vec!["Accept(Follow)".to_owned()], "/f/region/inbox"));
    assert_eq!(told[0].activity["object"]["id"], follow["id"]);
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let asked = relay::carriers(&mut tx, &forum).await.expect("carriers");
    relay::consent(&mut tx, town.now(), &by, &forum, &asked[0].0, false).await.expect("ended");
    tx.commit().await.expect("committed");
    assert_eq!(kinds(&town.tells().await), ["Reject(Follow)"]);
}

fn offer(user: &User, object: &str, target: &str) -> Value {
    let mut offer = activity(user, "Offer", json!(object));
    offer["target"] = json!(target);
    offer["summary"] = json!("Close the square?");
    offer
}

#[tokio::test]
async fn a_consultation_is_proposed_and_carried_once_somebody_agrees() {
    let town = Town::new().await;
    let (group, author) = (town.peer.actor("Group", "/f/neighbours"), town.peer.user("mairie"));
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    town.followed_from_afar(&forum).await;
    let mut proposed = page(&author, "place", &[]);
    proposed["audience"] = json!(group.id);
    town.peer.serves(&uri("place"), proposed);
    for bad in [
        offer(&group, "http://evil.test/c/x", "https://a.test/f/mobilite"),
        offer(&author, &uri("place"), "https://a.test/f/mobilite"),
    ] {
        assert_eq!(
            town.takes_in(if bad["actor"] == group.id.as_str() { &group } else { &author }, &bad).await,
            StatusCode::ACCEPTED
        );
    }
    let good = offer(&group, &uri("place"), "https://a.test/f/mobilite");
    assert_eq!(town.takes_in(&group, &good).await, StatusCode::ACCEPTED);
    let by = town.world.as_admin();
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let waiting = proposal::waiting(&mut tx, forum.actor_id).await.expect("proposals");
    assert_eq!((waiting.len(), waiting[0].0.kind, waiting[0].0.title.as_str()), (1, Kind::Carry, "Close the square?"));
    proposal::answer(&mut tx, town.now(), &by, &waiting[0].0, true).await.expect("accepted");
    assert_eq!(
        model::testing::refused(proposal::answer(&mut tx, town.now(), &by, &waiting[0].0, true).await),
        "already-answered"
    );
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    let mut of: Vec<String> = kinds(&told);
    of.sort();
    assert_eq!(of, ["Accept(Offer)", "Announce"]);
}

#[tokio::test]
async fn our_proposals_are_answered_by_whom_they_were_made_to_alone() {
    let town = Town::new().await;
    let (group, eve) = (town.peer.actor("Group", "/f/region"), town.peer.actor("Group", "/f/eve"));
    let (forum, on) = town.world.vote().await;
    let peer = federation::resolve(&town.app, "@region@peer.test").await.expect("found");
    let object = town.app.address.consultation(&on.slug);
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let us = actor::by_id(&mut tx, forum.actor_id).await.expect("a group");
    let it = Offer { kind: Kind::Carry, actor: &us, peer: &peer, object: &object, title: &on.title };
    let by = town.world.as_admin();
    let uri = |id| town.app.address.proposal(id);
    let made = proposal::make(&mut tx, town.now(), &by, Some(&forum), it, uri).await.expect("proposed");
    assert_eq!(
        model::testing::refused(proposal::make(&mut tx, town.now(), &by, Some(&forum), it, uri).await),
        "already-proposed"
    );
    tx.commit().await.expect("committed");
    town.works().await;
    let told = town.peer.takes();
    let told = told.iter().find(|one| one.activity["type"] == "Offer").expect("an offer");
    assert_eq!((told.path.as_str(), &told.activity["object"]), ("/f/region/inbox", &json!(object)));
    assert!(town.is_signed(told).await);
    let state = async || {
        proposal::by_id(&mut town.world.store.conn().await.expect("a connection"), made.id).await.expect("it").state
    };
    town.takes_in(&eve, &activity(&eve, "Accept", told.activity.clone())).await;
    assert_eq!(state().await, State::Requested);
    town.takes_in(&group, &activity(&group, "Accept", told.activity.clone())).await;
    assert_eq!(state().await, State::Accepted);
}

async fn shares(town: &Town) {
    let mut tx = town.world.store.begin().await.expect("a transaction");
    model::care::settings::share(&mut tx, &town.world.as_admin(), true, true).await.expect("set");
    tx.commit().await.expect("committed");
}

async fn subscriptions(town: &Town, direction: Direction) -> usize {
    let mut conn = town.world.store.conn().await.expect("a connection");
    relay_server::accepted(&mut conn, direction).await.expect("subscriptions").len()
}

#[tokio::test]
async fn the_node_is_a_relay_server_for_both_styles_and_never_echoes() {
    let town = Town::new().await;
    let mastodon = town.peer.actor("Application", "/actor");
    let follow = activity(&mastodon, "Follow", json!(PUBLIC));
    town.takes_in(&mastodon, &follow).await;
    assert_eq!(kinds(&town.tells().await), ["Reject(Follow)"], "no relay server unless an administrator says so");
    shares(&town).await;
    let follow = activity(&mastodon, "Follow", json!(PUBLIC));
    town.takes_in(&mastodon, &follow).await;
    let told = town.tells().await;
    assert_eq!((kinds(&told), &told[0].activity["object"]["id"]), (vec!["Accept(Follow)".to_owned()], &follow["id"]));
    assert!(town.is_signed(&told[0]).await, "by the node actor");
    let pleroma = town.peer.actor("Application", "/relay");
    town.takes_in(&pleroma, &activity(&pleroma, "Follow", json!("https://a.test/"))).await;
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Accept(Follow)", "Follow"], "LitePub is followed back");
    assert_eq!(subscriptions(&town, Direction::In).await, 2);

    let author = town.peer.user("mairie");
    town.takes_in(&author, &activity(&author, "Announce", json!("http://evil.test/c/x"))).await;
    assert!(town.tells().await.is_empty(), "both subscribers are where it came from");
    let (_, on) = town.world.vote().await;
    let told = town.tells().await;
    let page = town.app.address.consultation(&on.slug);
    let announced: Vec<&Delivered> = told.iter().filter(|one| one.activity["actor"] == "https://a.test/").collect();
    assert!(announced.iter().any(|one| one.activity["object"] == page.as_str()), "ours go to the subscribers");
    town.takes_in(&mastodon, &activity(&mastodon, "Undo", follow)).await;
    assert_eq!(subscriptions(&town, Direction::In).await, 1);
}

#[tokio::test]
async fn the_node_subscribes_to_relay_servers_and_keeps_consultations_alone() {
    let town = Town::new().await;
    let relay = town.peer.actor("Application", "/actor");
    let by = town.world.as_admin();
    let inbox = format!("{PEER}/inbox");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let path = |id| town.app.address.path(&format!("relays/{id}"));
    relay_server::subscribe(&mut tx, town.now(), &by, (&inbox, None), path).await.expect("asked");
    assert_eq!(
        model::testing::refused(relay_server::subscribe(&mut tx, town.now(), &by, (&inbox, None), path).await),
        "already-subscribed"
    );
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    assert_eq!((told.len(), &told[0].activity["object"]), (1, &json!(PUBLIC)), "in Mastodon's way");
    assert_eq!(subscriptions(&town, Direction::Out).await, 0);
    town.takes_in(&relay, &activity(&relay, "Accept", told[0].activity.clone())).await;
    assert_eq!(subscriptions(&town, Direction::Out).await, 1);

    let author = town.peer.user("mairie");
    let mut consultation = page(&author, "place", &[]);
    consultation["consultation"] = json!({"method": {"kind": "vote"}});
    town.peer.serves(&uri("place"), consultation);
    town.peer.serves(&uri("chat"), page(&author, "chat", &[]));
    for slug in ["place", "chat"] {
        town.takes_in(&relay, &activity(&relay, "Announce", json!(uri(slug)))).await;
    }
    let kept = async |slug: &str| {
        let mut conn = town.world.store.conn().await.expect("a connection");
        model::network::mirror::by_uri(&mut conn, &uri(slug)).await.expect("read").is_some()
    };
    assert!(kept("place").await && !kept("chat").await);
    let (_, on) = town.world.vote().await;
    town.works().await;
    let told = town.peer.takes();
    let page = town.app.address.consultation(&on.slug);
    let handed =
        told.iter().filter(|one| one.activity["actor"] == "https://a.test/" && one.activity["object"] == page.as_str());
    assert_eq!(handed.count(), 1, "what is published here is handed over: {:?}", kinds(&told));
}

#[tokio::test]
async fn what_is_published_says_how_long_it_may_be_kept_and_copies_are_purged_on_that_date() {
    let (town, _, _, group, author) = carrying(all(false)).await;
    let by = town.world.as_admin();
    let mut tx = town.world.store.begin().await.expect("a transaction");
    assert_eq!(model::testing::refused(model::care::settings::retain(&mut tx, &by, Some(0)).await), "invalid");
    model::care::settings::retain(&mut tx, &by, Some(30)).await.expect("set");
    tx.commit().await.expect("committed");
    let velo = town.world.forum("velo", Visibility::Public).await;
    let on = town.world.publish(&velo, town.world.draft(&json!({"kind": "vote"}))).await;
    town.tells().await;
    let ours = town.document(&format!("/c/{}", on.slug)).await;
    let until = on.closes_at.expect("a date").plus(std::time::Duration::from_secs(30 * 86_400));
    assert_eq!(ours["retainUntil"], until.to_string());
    assert!(ours["license"].as_str().is_some_and(|license| license.starts_with("https://creativecommons.org/")));

    let mut theirs = page(&author, "place", &[]);
    theirs["retainUntil"] = json!("2026-03-10T00:00:00Z");
    theirs["license"] = json!("https://creativecommons.org/licenses/by/4.0/");
    announces(&town, &group, &author, &theirs).await;
    let kept = async || {
        let mut tx = town.world.store.begin().await.expect("a transaction");
        model::network::terms::purge(&mut tx, town.now()).await.expect("purged");
        let there = model::network::mirror::by_uri(&mut tx, &uri("place")).await.expect("read").is_some();
        tx.commit().await.expect("committed");
        there
    };
    assert!(kept().await, "before its date");
    town.waits(std::time::Duration::from_secs(8 * 86_400));
    assert!(!kept().await, "on its date");
}
