//! What moderators do: told to others, and heard from the forums that this node follows.

use std::time::Duration;

use http::StatusCode;
use model::debate::ban::{self, Draft};
use model::debate::comment;
use model::debate::consultation::{self, View};
use model::debate::forum::Visibility;
use model::debate::{forum, lock, pin};
use model::network::follow;
use model::network::mirror::{self, Marks};
use model::people::actor;
use model::people::role::Role;
use model::testing::refused;
use serde_json::{Value, json};

use crate::town::{Delivered, EVIL, PEER, Town, User, activity, create, kinds, note, vote};

/// The consultation as the administrator sees it.
async fn view(town: &Town, slug: &str) -> View {
    let mut conn = town.world.store.conn().await.expect("a connection");
    consultation::view(&mut conn, slug, Some(&town.world.admin)).await.expect("a view")
}

/// What was carried, unwrapped.
fn carried(told: &[Delivered]) -> Vec<&Value> {
    told.iter().filter(|one| one.activity["type"] == "Announce").map(|one| &one.activity["object"]).collect()
}

#[tokio::test]
async fn a_lock_is_announced_shown_on_the_page_and_taken_back() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let here = view(&town, &on.slug).await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    lock::set(&mut tx, town.now(), &here, "Everything is said").await.expect("locked");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    let page = town.app.address.consultation(&on.slug);
    let locked = carried(&told).into_iter().find(|act| act["type"] == "Lock").expect("a Lock").clone();
    assert_eq!((&locked["object"], &locked["summary"]), (&json!(page), &json!("Everything is said")));
    let moderators = town.document("/f/mobilite/moderators").await;
    assert!(moderators["orderedItems"].as_array().unwrap().contains(&locked["actor"]), "by a listed moderator");
    assert_eq!(town.document(&format!("/c/{}", on.slug)).await["commentsEnabled"], false);
    let words = create(&ana, &note(&ana, &page, "<p>One more word</p>"));
    assert_eq!(town.takes_in(&ana, &words).await, StatusCode::ACCEPTED);
    assert_eq!(town.world.again(&on).await.comment_count, 0);
    assert_eq!(town.takes_in(&ana, &vote(&ana, &town.app.address.ballot(&on.slug), "Pour")).await, 202);
    assert_eq!(town.open_tier(&on, ["for"]).await, [1], "one still votes");

    let mut tx = town.world.store.begin().await.expect("a transaction");
    lock::lift(&mut tx, town.now(), &here).await.expect("opened");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    let undo = carried(&told).into_iter().find(|act| act["type"] == "Undo").expect("an Undo");
    assert_eq!(undo["object"]["id"], locked["id"], "it names the Lock");
    assert_eq!(town.document(&format!("/c/{}", on.slug)).await["commentsEnabled"], true);
}

#[tokio::test]
async fn pins_stand_in_the_featured_collection_and_their_changes_are_announced() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let page = town.app.address.consultation(&on.slug);
    let here = view(&town, &on.slug).await;
    for (pinned, kind) in [(true, "Add"), (false, "Remove")] {
        let mut tx = town.world.store.begin().await.expect("a transaction");
        match pinned {
            true => pin::set(&mut tx, town.now(), &here).await.expect("pinned"),
            false => pin::lift(&mut tx, town.now(), &here).await.expect("unpinned"),
        }
        tx.commit().await.expect("committed");
        let told = town.tells().await;
        let act = carried(&told)[0];
        assert_eq!((&act["type"], &act["object"]), (&json!(kind), &json!(page)));
        assert_eq!(act["target"], "https://a.test/f/mobilite/featured");
        let featured = town.document("/f/mobilite/featured").await;
        assert_eq!(featured["orderedItems"].as_array().unwrap().contains(&json!(page)), pinned);
    }
}

#[tokio::test]
async fn a_ban_takes_words_is_told_to_the_person_and_ends() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (here, on) = town.live_vote(&ana).await;
    let page = town.app.address.consultation(&on.slug);
    let words = note(&eve, &page, "<p>Insults</p>");
    town.takes_in(&eve, &create(&eve, &words)).await;
    town.tells().await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let banned = actor::by_uri(&mut tx, &eve.id).await.expect("read").expect("known");
    let until = Some(town.now().plus(Duration::from_secs(3600)));
    let draft = Draft { reason: "Insults".into(), until, removes: true };
    let by = town.world.as_admin();
    let ban = ban::set(&mut tx, town.now(), &by, &here, &banned, &draft).await.expect("banned");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    let block = told.iter().find(|one| one.activity["type"] == "Block").expect("a Block");
    assert_eq!(block.path, "/users/eve/inbox");
    let act = &block.activity;
    assert_eq!((&act["object"], &act["target"]), (&json!(eve.id), &json!("https://a.test/f/mobilite")));
    assert_eq!((&act["removeData"], &act["summary"]), (&json!(true), &json!("Insults")));
    assert!(act["endTime"].is_string() && carried(&told).contains(&act));
    let undone = told.iter().find(|one| one.activity["type"] == "Undo").expect("the boost is taken back");
    assert_eq!(undone.activity["object"]["object"], words["id"]);
    let deleted = carried(&told).into_iter().find(|act| act["type"] == "Delete").expect("a Delete");
    assert_eq!((&deleted["object"]["id"], &deleted["summary"]), (&words["id"], &json!("Insults")));

    let again = create(&eve, &note(&eve, &page, "<p>More</p>"));
    town.takes_in(&eve, &again).await;
    assert_eq!(town.world.again(&on).await.comment_count, 0);
    town.waits(Duration::from_secs(3601));
    town.takes_in(&eve, &create(&eve, &note(&eve, &page, "<p>Sorry</p>"))).await;
    assert_eq!(town.world.again(&on).await.comment_count, 1, "it has ended");
    town.tells().await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    ban::lift(&mut tx, town.now(), &by, &here, ban.id).await.expect("lifted");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    let undo = told.iter().find(|one| one.path == "/users/eve/inbox").expect("told");
    assert_eq!((&undo.activity["type"], &undo.activity["object"]["id"]), (&json!("Undo"), &act["id"]));
}

#[tokio::test]
async fn a_ban_that_is_altered_is_told_again_and_its_end_names_what_was_told_last() {
    let town = Town::new().await;
    let eve = town.peer.user("eve");
    let (here, _) = town.live_vote(&eve).await;
    let by = town.world.as_admin();
    let sets = async |draft: &Draft| {
        let mut tx = town.world.store.begin().await.expect("a transaction");
        let banned = actor::by_uri(&mut tx, &eve.id).await.expect("read").expect("known");
        let ban = ban::set(&mut tx, town.now(), &by, &here, &banned, draft).await.expect("banned");
        tx.commit().await.expect("committed");
        town.waits(Duration::from_secs(60));
        let told = town.tells().await;
        let blocks = carried(&told).into_iter().filter(|act| act["type"] == "Block").cloned().collect::<Vec<_>>();
        assert_eq!(told.iter().filter(|one| one.path == "/users/eve/inbox").count(), blocks.len(), "and to her alike");
        (ban, blocks)
    };
    let first =
        Draft { reason: "Insults".into(), until: Some(town.now().plus(Duration::from_secs(86_400))), removes: false };
    let (_, told) = sets(&first).await;
    assert!(told.len() == 1 && told[0]["endTime"].is_string());
    assert!(sets(&first).await.1.is_empty(), "the same again is nothing new");
    let (ban, altered) = sets(&Draft { reason: "Threats".into(), until: None, removes: false }).await;
    assert_eq!((altered.len(), &altered[0]["summary"]), (1, &json!("Threats")));
    assert!(altered[0]["id"] != told[0]["id"] && altered[0].get("endTime").is_none());
    let mut tx = town.world.store.begin().await.expect("a transaction");
    ban::lift(&mut tx, town.now(), &by, &here, ban.id).await.expect("lifted");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    let undo = carried(&told).into_iter().find(|act| act["type"] == "Undo").expect("an Undo");
    assert_eq!((&undo["object"]["id"], &undo["object"]["type"]), (&altered[0]["id"], &json!("Block")));
    assert_eq!((&undo["object"]["object"], &undo["object"]["target"]), (&altered[0]["object"], &altered[0]["target"]));
}

#[tokio::test]
async fn a_moderator_is_announced_with_their_first_word() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (here, on) = town.live_vote(&ana).await;
    let new = town.world.account("nora").await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    forum::give_role(&mut tx, town.now(), &town.world.as_admin(), &here, &new, Role::Moderator).await.expect("a role");
    tx.commit().await.expect("committed");
    assert!(town.tells().await.is_empty(), "who has said nothing is nobody to others");
    for says in ["One", "Two"] {
        let mut tx = town.world.store.begin().await.expect("a transaction");
        let by = forum::standing(&mut tx, &here, Some(&new)).await.expect("a standing");
        let said = comment::Draft { text: says.into(), ..comment::Draft::default() };
        comment::post(&mut tx, town.now(), &here, &on, &by, &said).await.expect("posted");
        tx.commit().await.expect("committed");
        let told = town.tells().await;
        let added: Vec<&Value> = carried(&told).into_iter().filter(|act| act["type"] == "Add").collect();
        assert_eq!(added.len(), usize::from(says == "One"), "{:?}", kinds(&told));
        for act in added {
            assert_eq!(act["object"], "https://a.test/u/nora");
            assert_eq!(act["target"], "https://a.test/f/mobilite/moderators");
        }
    }
    let mut tx = town.world.store.begin().await.expect("a transaction");
    forum::remove_member(&mut tx, town.now(), &town.world.as_admin(), &here, &new).await.expect("removed");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    assert_eq!(carried(&told).iter().map(|act| &act["type"]).collect::<Vec<_>>(), [&json!("Remove")]);
}

#[tokio::test]
async fn who_moderates_is_announced_as_far_as_others_know_them() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (here, on) = town.live_vote(&ana).await;
    let (known, unknown) = (town.world.account("known").await, town.world.account("unknown").await);
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let by = forum::standing(&mut tx, &here, Some(&known)).await.expect("a standing");
    let said = comment::Draft { text: "Hello".into(), ..comment::Draft::default() };
    comment::post(&mut tx, town.now(), &here, &on, &by, &said).await.expect("posted");
    tx.commit().await.expect("committed");
    town.tells().await;
    for (role, kind) in [(Role::Moderator, "Add"), (Role::Participant, "Remove")] {
        let mut tx = town.world.store.begin().await.expect("a transaction");
        for whom in [&known, &unknown] {
            forum::give_role(&mut tx, town.now(), &town.world.as_admin(), &here, whom, role).await.expect("a role");
        }
        tx.commit().await.expect("committed");
        let told = town.tells().await;
        let acts = carried(&told);
        assert_eq!(acts.len(), 1, "{:?}", kinds(&told));
        assert_eq!((&acts[0]["type"], &acts[0]["object"]), (&json!(kind), &json!("https://a.test/u/known")));
        assert_eq!(acts[0]["target"], "https://a.test/f/mobilite/moderators");
    }
}

#[tokio::test]
async fn what_moderators_do_in_a_private_forum_leaves_the_node_in_no_form() {
    let town = Town::new().await;
    let forum = town.world.forum("conseil", Visibility::Private).await;
    let on = town.world.publish(&forum, town.world.draft(&json!({"kind": "vote"}))).await;
    let here = view(&town, &on.slug).await;
    let member = town.world.account("member").await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let who = actor::by_id(&mut tx, member.actor_id).await.expect("an actor");
    lock::set(&mut tx, town.now(), &here, "Said").await.expect("locked");
    pin::set(&mut tx, town.now(), &here).await.expect("pinned");
    let draft = Draft { reason: "Why".into(), ..Draft::default() };
    ban::set(&mut tx, town.now(), &town.world.as_admin(), &forum, &who, &draft).await.expect("banned");
    tx.commit().await.expect("committed");
    assert!(town.tells().await.is_empty());
    for path in ["/f/conseil", "/f/conseil/featured", "/f/conseil/moderators", "/f/conseil/outbox"] {
        assert_eq!(town.gets(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let eve = town.peer.user("eve");
    let page = town.app.address.consultation(&on.slug);
    let flag = activity(&eve, "Flag", json!(page));
    let mut quoting = activity(&eve, "QuoteRequest", json!(page));
    quoting["instrument"] = json!(format!("{PEER}/notes/1"));
    for sent in [flag, quoting, vote(&eve, &town.app.address.ballot(&on.slug), "Pour")] {
        assert_eq!(town.takes_in(&eve, &sent).await, StatusCode::ACCEPTED);
    }
    assert!(town.tells().await.is_empty());
}

#[tokio::test]
async fn only_those_who_moderate_lock_pin_and_ban() {
    let town = Town::new().await;
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let on = town.world.publish(&forum, town.world.draft(&json!({"kind": "vote"}))).await;
    town.tells().await;
    let citizen = town.world.account("citizen").await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let theirs = consultation::view(&mut tx, &on.slug, Some(&citizen)).await.expect("a view");
    let (now, by) = (town.now(), town.world.as_admin());
    let whom = actor::by_id(&mut tx, citizen.actor_id).await.expect("an actor");
    let admin = actor::by_id(&mut tx, town.world.admin.actor_id).await.expect("an actor");
    let draft = Draft { reason: "Why".into(), ..Draft::default() };
    assert_eq!(refused(lock::set(&mut tx, now, &theirs, "Why").await), "not-allowed");
    assert_eq!(refused(pin::set(&mut tx, now, &theirs).await), "not-allowed");
    assert_eq!(refused(ban::set(&mut tx, now, &theirs.standing, &forum, &whom, &draft).await), "not-allowed");
    assert_eq!(refused(ban::set(&mut tx, now, &by, &forum, &admin, &draft).await), "not-allowed", "a moderator");
    assert_eq!(refused(ban::set(&mut tx, now, &by, &forum, &whom, &Draft::default()).await), "invalid");
    let past = Draft { until: Some(now), ..draft.clone() };
    assert_eq!(refused(ban::set(&mut tx, now, &by, &forum, &whom, &past).await), "invalid");
    ban::set(&mut tx, now, &by, &forum, &whom, &draft).await.expect("banned");
    let said = comment::Draft { text: "Hello".into(), ..comment::Draft::default() };
    assert_eq!(refused(comment::post(&mut tx, now, &forum, &on, &theirs.standing, &said).await), "banned");
}

/// A town whose node follows a forum of the peer's, with a copy of a thread.
pub async fn followed() -> (Town, User, User, String) {
    let town = Town::new().await;
    let (group, author) = (town.peer.actor("Group", "/f/neighbours"), town.peer.user("mairie"));
    let mut document = town.peer.kept().documents["/f/neighbours"].clone();
    document["featured"] = json!(format!("{}/featured", group.id));
    document["attributedTo"] = json!(format!("{}/moderators", group.id));
    town.peer.serves(&group.id, document);
    let listed =
        json!({"id": format!("{}/moderators", group.id), "type": "OrderedCollection", "orderedItems": [author.id]});
    town.peer.serves(&format!("{}/moderators", group.id), listed);
    let target = federation::resolve(&town.app, "@neighbours@peer.test").await.expect("found");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let uri = |id| town.app.address.path(&format!("follows/{id}"));
    follow::request(&mut tx, town.now(), &town.world.as_admin(), &target, uri).await.expect("asked");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    town.takes_in(&group, &activity(&group, "Accept", told[0].activity.clone())).await;
    let uri = format!("{PEER}/c/place-7kq2");
    let page = json!({"id": uri, "type": "Page", "attributedTo": author.id, "name": "Close the square?", "content": "<p>Long</p>"});
    town.peer.serves(&uri, page.clone());
    town.takes_in(&group, &activity(&group, "Announce", activity(&author, "Create", page))).await;
    (town, group, author, uri)
}

async fn marks(town: &Town, uri: &str) -> Marks {
    mirror::marks(&mut town.world.store.conn().await.expect("a connection"), uri).await.expect("read")
}

#[tokio::test]
async fn what_a_followed_forums_moderators_do_is_heard_from_those_who_may() {
    let (town, group, author, page) = followed().await;
    let eve = town.peer.user("eve");
    let lock = activity(&author, "Lock", json!(page));
    town.takes_in(&group, &activity(&group, "Announce", lock.clone())).await;
    assert!(marks(&town, &page).await.locked, "the forum carries it");
    town.takes_in(&author, &activity(&author, "Undo", lock)).await;
    assert!(!marks(&town, &page).await.locked, "a moderator takes it back");
    let mut pinned = activity(&author, "Add", json!(page));
    pinned["target"] = json!(format!("{}/featured", group.id));
    town.takes_in(&group, &activity(&group, "Announce", pinned.clone())).await;
    assert!(marks(&town, &page).await.pinned);
    pinned["type"] = json!("Remove");
    pinned["id"] = json!(format!("{}/activities/removed", author.id));
    town.takes_in(&author, &pinned).await;
    assert!(!marks(&town, &page).await.pinned);

    let mut block = activity(&author, "Block", json!(author.id));
    block["target"] = json!(group.id);
    block["removeData"] = json!(true);
    let stranger = town.peer.actor("Group", "/f/eve");
    town.takes_in(&stranger, &activity(&stranger, "Announce", block.clone())).await;
    let copy =
        async || mirror::by_uri(&mut town.world.store.conn().await.expect("a connection"), &page).await.expect("read");
    assert!(copy().await.is_some(), "not from a forum that is not followed");
    town.takes_in(&group, &activity(&group, "Announce", block)).await;
    assert!(copy().await.is_none(), "who is banned there with all they wrote is forgotten here");
    assert_eq!(town.takes_in(&eve, &activity(&eve, "Lock", json!(page))).await, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_moderator_of_another_host_is_heard_if_the_forum_lists_them() {
    let (town, group, author, page) = followed().await;
    let id = format!("{EVIL}/users/mod");
    let far = town.peer.adopts(json!({
        "id": id, "type": "Person", "preferredUsername": "mod", "inbox": format!("{id}/inbox"),
        "publicKey": {"id": format!("{id}#main-key"), "owner": id},
    }));
    let lock = || activity(&far, "Lock", json!(page));
    assert_eq!(town.takes_in(&far, &lock()).await, StatusCode::ACCEPTED);
    assert!(!marks(&town, &page).await.locked, "a stranger");
    let listed =
        json!({"id": format!("{}/moderators", group.id), "type": "OrderedCollection", "orderedItems": [author.id, id]});
    town.peer.serves(&format!("{}/moderators", group.id), listed);
    assert_eq!(town.takes_in(&far, &lock()).await, StatusCode::ACCEPTED);
    assert!(marks(&town, &page).await.locked, "a moderator");
}

#[tokio::test]
async fn nobody_elsewhere_moderates_a_forum_of_this_node() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let page = town.app.address.consultation(&on.slug);
    let words = note(&ana, &page, "<p>Words</p>");
    town.takes_in(&ana, &create(&ana, &words)).await;
    let mut pinned = activity(&eve, "Add", json!(page));
    pinned["target"] = json!("https://a.test/f/mobilite/featured");
    let mut block = activity(&eve, "Block", json!(ana.id));
    block["target"] = json!("https://a.test/f/mobilite");
    block["removeData"] = json!(true);
    let mut delete = activity(&eve, "Delete", words["id"].clone());
    delete["summary"] = json!("I do not like it");
    for sent in [activity(&eve, "Lock", json!(page)), pinned, block, delete] {
        assert_eq!(town.takes_in(&eve, &sent).await, StatusCode::ACCEPTED, "{sent}");
    }
    assert_eq!(town.world.again(&on).await.comment_count, 1);
    assert_eq!(town.document(&format!("/c/{}", on.slug)).await["commentsEnabled"], true);
    assert_eq!(town.document("/f/mobilite/featured").await["totalItems"], 0);
    town.tells().await;
}
